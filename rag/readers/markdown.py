"""Markdown to a document."""

import re
from typing import TYPE_CHECKING

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.blocks import MARKUP_LIMIT, Block, heading, item, joined, table
from rag.readers.encoding import decode, too_large
from rag.readers.fields import document, yaml_values
from rag.readers.normal import normalise

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NESTING_LIMIT = 100  # levels; what lies deeper is lost, and each takes some of Python's stack
INLINE_LIMIT = 32 * 2**10  # code points of a paragraph; a longer one keeps its marks as written

# Its first line is a comment or has a key; else the dashes are a line across the page.
_FRONT_MATTER = re.compile(r"---[ \t]*\n((?=\s*(?:#|[\w\"'-]+\s*:))(?:.*\n)*?)---[ \t]*(?:\n|\Z)")
_LINE_BREAK = re.compile(r"<br\b", re.I)


def read_markdown(name: str, content: bytes) -> Document:
    """The document of a Markdown file, titled by its front matter or its first `#` heading.

    Raises:
        DocumentUnreadable: No text, or not text at all.
    """
    text = decode(name, content)
    if len(text) > MARKUP_LIMIT:
        raise DocumentUnreadable(name, too_large(MARKUP_LIMIT))
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        fields, text = yaml_values(front[1]), text[front.end() :]
    blocks = _blocks(text)
    title = next((block.text[2:] for block in blocks if block.level == 1), None)
    text = normalise(joined(blocks))
    if not text:
        raise DocumentUnreadable(name, "no text beside its markup")
    return document(name, text, {"headline": title, **fields}, path=name)


def _blocks(text: str) -> list[Block]:
    # imported here, since a question reads no Markdown
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": NESTING_LIMIT})
    parser.enable("table").disable(["inline", "text_join"])  # `_words` reads what is inline
    links: dict[str, object] = {}
    level = 0
    rows: list[list[str]] = []
    open_items: list[list[Block]] = [[]]
    for token in parser.parse(text, links):
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "list_item_open":
                open_items.append([])
            case "list_item_close":
                inner = open_items.pop()
                open_items[-1] += item(inner)
            case "tr_open":
                rows.append([])
            case "table_close":
                open_items[-1].append(table(rows))
                rows = []
            case "fence" | "code_block":
                open_items[-1].append(Block(token.content.rstrip("\n")))
            case "inline":
                words = _words(parser, token.content, links)
                if rows:
                    rows[-1].append(words)
                else:
                    open_items[-1].append(heading(level, words) if level else Block(words))
    return open_items[0]


def _words(parser: "MarkdownIt", source: str, links: dict[str, object]) -> str:
    if len(source) > INLINE_LIMIT:
        return source
    tokens: list[Token] = []
    parser.inline.parse(source, parser, links, tokens)
    return "".join(map(_word, tokens)).strip()


def _word(token: "Token") -> str:
    match token.type:
        case "text" | "text_special" | "code_inline":
            return token.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline" if _LINE_BREAK.match(token.content):
            return "\n"
    return ""
