"""Which reader reads which file."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.encoding import DOCUMENT_LIMIT
from rag.readers.html import read_html
from rag.readers.markdown import read_markdown
from rag.readers.tables import TABLE_LIMIT, read_csv, read_jsonl, read_tsv
from rag.readers.text import read_text

Read = Iterator[Document | DocumentUnreadable]


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: where it lies, and its path below the indexed folder, with `/`."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file, and how many bytes of it are read at most."""

    name: str
    limit: int
    reader: Callable[[str, bytes], Read]


def _article(reader: Callable[[str, bytes], Document]) -> Callable[[str, bytes], Read]:
    def read_article(name: str, content: bytes) -> Read:
        try:
            yield reader(name, content)
        except DocumentUnreadable as error:
            yield error

    return read_article


_TEXT = Format("plain text", DOCUMENT_LIMIT, _article(read_text))
_MARKDOWN = Format("Markdown", DOCUMENT_LIMIT, _article(read_markdown))
_HTML = Format("HTML", DOCUMENT_LIMIT, _article(read_html))
_JSONL = Format("JSONL", TABLE_LIMIT, read_jsonl)
_CSV = Format("CSV", TABLE_LIMIT, read_csv)
_TSV = Format("TSV", TABLE_LIMIT, read_tsv)

SUFFIXES: Mapping[str, Format] = MappingProxyType(
    {".txt": _TEXT, ".text": _TEXT, ".md": _MARKDOWN, ".markdown": _MARKDOWN}
    | {".html": _HTML, ".htm": _HTML, ".xhtml": _HTML}
    | {".jsonl": _JSONL, ".ndjson": _JSONL, ".csv": _CSV, ".tsv": _TSV}
    | {".jsonl.gz": _JSONL, ".ndjson.gz": _JSONL, ".csv.gz": _CSV, ".tsv.gz": _TSV}
)
STDIN = Source(Path("-"), "stdin")
_PAGE = re.compile(rb"(?:<\?xml\b[^>]*>\s*)?<(?:!doctype\s+)?html[\s>]", re.I)


def read(source: Source, content: bytes) -> Read:
    """The documents in `content`, and what in it gives none.

    Each file gives one document, each record of a table too. `STDIN` is JSONL where it begins
    with `{`, HTML where it begins as a page, and plain text otherwise.
    """
    if source != STDIN:
        return format_of(source.name).reader(source.name, content)
    return _told_by_beginning(content).reader(source.name, content)


def _told_by_beginning(content: bytes) -> Format:
    begins = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if begins.startswith(b"{"):
        return _JSONL
    return _HTML if _PAGE.match(begins) else _TEXT


def format_of(name: str) -> Format:
    """The format that the suffix of `name` tells, in any case of letters; else plain text."""
    return known_format(name) or _TEXT


def known_format(name: str) -> Format | None:
    """The format that the suffix of `name` tells, if it tells one."""
    small = name.casefold()
    return next((format for end, format in SUFFIXES.items() if small.endswith(end)), None)
