"""A fragment of HTML, as content systems put it into tables, to plain text."""

import html
import re
from collections.abc import Iterator

from rag.readers.blocks import raised

_WRITTEN = re.compile(r"</(?:p|div)>|<br\b", re.I)  # a stray "<" makes no HTML
_TAG = re.compile(r"(</?[a-z][^<>]*>|<![^<>]*>)", re.I)
_NAME = re.compile(r"[a-z]+\d?", re.I)
_BLOCK = re.compile(
    r"address|article|aside|blockquote|br|d[dlt]|div|fig(?:caption|ure)|footer|h[1-6]|header|hr|li"
    r"|main|nav|ol|p|pre|section|table|tr|ul"
)
_HIDDEN = ("script", "style")
_WRAP = re.compile(r"(?<!\n)\n(?!\n)")
_APART = re.compile(r"^(-|#+)\s+", re.M)  # <li><p>
_SPACES = re.compile(r"[ \t]+")
_EMPTY_LINES = re.compile(r" ?\n\s*\n\s*")


def is_fragment(text: str) -> bool:
    """Whether a text has tags that end a paragraph or a line."""
    return bool(_WRITTEN.search(text))


def plain(text: str) -> str:
    """What a fragment shows: its blocks apart by an empty line, headings and items marked."""
    pieces: list[str] = []
    inside = ""  # what is not shown, or not as it is written
    for words, tag in _pairs(text):
        if inside not in _HIDDEN:
            pieces.append(raised(words) if inside == "sup" else _WRAP.sub(" ", words))
        name = found[0].casefold() if (found := _NAME.search(tag)) else ""
        if name == "sup" or name in _HIDDEN:
            inside = "" if tag[1] == "/" else name
        else:
            pieces.append(_border(name, opens=tag[1:2] != "/"))
    shown = html.unescape(_SPACES.sub(" ", "".join(pieces)))
    return _EMPTY_LINES.sub("\n\n", _APART.sub(r"\1 ", shown)).strip()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Words, and the tag behind them; none is behind the last."""
    pieces = [*_TAG.split(text), ""]
    return zip(pieces[::2], pieces[1::2], strict=True)


def _border(name: str, *, opens: bool) -> str:
    if name in ("td", "th"):
        return " "
    if not _BLOCK.fullmatch(name):
        return ""
    mark = "- " if name == "li" else "## " if name[0] == "h" and name[1:].isdigit() else ""
    return f"\n\n{mark if opens else ''}"
