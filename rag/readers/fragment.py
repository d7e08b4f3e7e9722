"""A fragment of HTML, as content systems put it into tables, to plain text."""

import html
import re

from rag.readers.blocks import raised

_PARAGRAPH = re.compile(r"</(?:p|div)>", re.I)
_BREAK = re.compile(r"<br\b", re.I)
_BLOCK = (
    "address|article|aside|blockquote|br|d[dlt]|div|fig(?:caption|ure)|footer|h[1-6]|header|hr|li"
    "|main|nav|ol|p|pre|section|table|tr|ul"
)
_OTHER = (  # the last are those of word processors
    "a|abbr|acronym|audio|b|bdi|bdo|big|body|button|canvas|caption|center|cite|code|col(?:group)?"
    "|data|del|details|dfn|em|embed|font|form|head|html|i|iframe|img|input|ins|kbd|label|link|map"
    "|mark|meta|noscript|object|option|param|picture|q|r[pt]|ruby|s|samp|script|select|small|source"
    "|span|strike|strong|style|su[bp]|summary|svg|t(?:body|[dht]|extarea|foot|head|ime|itle)|u|var"
    "|video|wbr|[ovw]:\\w+"
)
_TAG = re.compile(rf"(</?(?:{_BLOCK}|{_OTHER})(?=[\s/>])[^<>]*>|<![^<>]*>)", re.I)
_NAME = re.compile(r"</?([a-z]+\d?)", re.I)
_HIDDEN = ("script", "style")
_WRAP = re.compile(r"(?<!\n)\n(?!\n)")
_SPACES = re.compile(r"[ \t]+")
_EMPTY_LINES = re.compile(r" ?\n\s*\n\s*")


def is_fragment(text: str) -> bool:
    """Whether a text has tags that end a paragraph or a line; a stray "<" makes no HTML."""
    return bool(_PARAGRAPH.search(text) or _BREAK.search(text))


def plain(text: str) -> str:
    """What a fragment shows: its blocks apart by an empty line, headings and items marked."""
    pieces: list[str] = []
    pairs = _pairs(text)
    last = {_name(tag): at for at, (_, tag) in enumerate(pairs) if tag.startswith("</")}
    wrapped = _PARAGRAPH.search(text)  # else line ends may be those of plain text
    inside = ""  # what is not shown, or not as it is written
    mark = ""  # of what has had no words yet
    for at, (words, tag) in enumerate(pairs):
        name, closes = _name(tag), tag.startswith("</")
        if inside not in _HIDDEN:
            shown = (
                raised(words) if inside == "sup" else _WRAP.sub(" ", words) if wrapped else words
            )
            if mark and html.unescape(shown).strip():
                shown, mark = mark + shown.lstrip(), ""
            pieces.append(shown)
        if closes and name == inside:
            inside = ""
        elif inside not in _HIDDEN:
            if name in ("sup", *_HIDDEN) and not tag.endswith("/>") and at < last.get(name, 0):
                inside = name
            if border := _border(name):
                pieces.append(border)
                mark = "" if closes else _mark(name) or mark
    return _EMPTY_LINES.sub("\n\n", html.unescape(_SPACES.sub(" ", "".join(pieces)))).strip()


def _pairs(text: str) -> list[tuple[str, str]]:
    """Words, and the tag behind them; none is behind the last."""
    pieces = [*_TAG.split(text), ""]
    return list(zip(pieces[::2], pieces[1::2], strict=True))


def _name(tag: str) -> str:
    return found[1].casefold() if (found := _NAME.match(tag)) else ""


def _border(name: str) -> str:
    return " " if name in ("td", "th") else "\n\n" if re.fullmatch(_BLOCK, name) else ""


def _mark(name: str) -> str:
    return "- " if name == "li" else "## " if re.fullmatch(r"h\d", name) else ""
