"""Tables of articles, a record each: JSONL, CSV and TSV, also compressed with gzip."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.encoding import DOCUMENT_LIMIT, encoding_of, too_large, undecodable
from rag.readers.fields import ID, TEXT, TITLE, document, first, id_fault, one_line
from rag.readers.fragment import is_fragment, plain
from rag.readers.normal import normalise

TABLE_LIMIT = 4 * 2**30  # bytes of the file, and code points when it is decompressed

_COLUMNS_SHOWN = 20
_NO_TEXT = f"no text (looked for {', '.join(TEXT)})"
_STRAY_BYTE = re.compile("[\udc80-\udcff]")  # how surrogateescape passes on what is not text

Records = Iterator[tuple[int, Mapping[str, object] | str]]  # line, and fields or why there are none


def read_jsonl(name: str, content: bytes) -> Iterator[Document | DocumentUnreadable]:
    """The documents of a file with a JSON object on each line."""
    return _read(name, content, _json_records, newline="\n")


def read_csv(name: str, content: bytes) -> Iterator[Document | DocumentUnreadable]:
    """The documents of a CSV file, of which the first row names the columns."""
    return _read(name, content, lambda lines: _csv_records(lines, ","), newline="")


def read_tsv(name: str, content: bytes) -> Iterator[Document | DocumentUnreadable]:
    """The documents of a file like CSV with tabs."""
    return _read(name, content, lambda lines: _csv_records(lines, "\t"), newline="")


class _RecordTooLarge(Exception):
    pass


class _Lines:
    """The lines of a table, counted, so that no record and no gzip bomb fills the memory."""

    def __init__(self, name: str, file: io.TextIOBase) -> None:
        self._name, self._file = name, file
        self.number = 0
        self._in_record = self._in_all = 0

    def begin_record(self) -> int:
        """The number of the line on which the next record begins."""
        self._in_record = 0
        return self.number + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._part()
        if not line:
            raise StopIteration
        self.number += 1
        self._in_record += len(line)
        if self._in_record > DOCUMENT_LIMIT:
            while line and not line.endswith(("\n", "\r")):
                line = self._part()
            raise _RecordTooLarge
        return line

    def _part(self) -> str:
        part = self._file.readline(DOCUMENT_LIMIT + 1)
        self._in_all += len(part)
        if self._in_all > TABLE_LIMIT:
            raise DocumentUnreadable(f"{self._name}:{self.number}", _ended(too_large(TABLE_LIMIT)))
        return part


def _read(
    name: str, content: bytes, records: Callable[[_Lines], Records], *, newline: str
) -> Iterator[Document | DocumentUnreadable]:
    lines = None
    try:
        with _opened(name, content) as file:
            sample = file.read(DOCUMENT_LIMIT)
        encoding = encoding_of(name, sample[: sample.rfind(b"\n") + 1] or sample)
        with io.TextIOWrapper(
            _opened(name, content), encoding, errors="surrogateescape", newline=newline
        ) as text:
            lines = _Lines(name, text)
            yield from _documents(name, records(lines))
    except DocumentUnreadable as error:
        yield error
    except UnicodeDecodeError as error:
        yield DocumentUnreadable(_place(name, lines), _ended(undecodable(error)))
    except (EOFError, OSError, zlib.error) as error:
        why = _ended(f"damaged gzip ({error}); compress it again")
        yield DocumentUnreadable(_place(name, lines), why)


def _opened(name: str, content: bytes) -> io.BytesIO | gzip.GzipFile:
    file = io.BytesIO(content)
    return gzip.GzipFile(fileobj=file) if name.casefold().endswith(".gz") else file


def _place(name: str, lines: _Lines | None) -> str:
    return f"{name}:{lines.number + 1}" if lines else name


def _ended(why: str) -> str:
    return f"{why}; nothing from here on was read"


def _json_records(lines: _Lines) -> Records:
    while True:
        number = lines.begin_record()
        try:
            line = next(lines)
        except StopIteration:
            return
        except _RecordTooLarge:
            yield number, too_large(DOCUMENT_LIMIT)
        else:
            if line.strip():
                yield number, _json_fields(line)


def _json_fields(line: str) -> Mapping[str, object] | str:
    if stray := _STRAY_BYTE.search(line):
        return _not_utf8(stray)
    try:
        record: object = json.loads(line.rstrip())
    except json.JSONDecodeError as error:
        return f"not JSON ({error.msg} at column {error.colno})"
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 brackets
        return f"JSON that cannot be read ({type(error).__name__})"
    if not isinstance(record, dict):
        return f"not a JSON object but a {type(record).__name__}"
    return _columns(record.items())


def _csv_records(lines: _Lines, delimiter: str) -> Records:
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    doubtful = False  # behind a quotation mark that went wrong a row may begin anywhere
    while True:
        number = lines.begin_record()
        try:
            row = _next_row(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"not CSV ({error}); look for a quotation mark that is not doubled"
            doubtful = True
            continue
        except _RecordTooLarge:
            yield number, _ended(too_large(DOCUMENT_LIMIT))
            return
        if not any(map(str.strip, row)):
            continue
        if header is None:
            header = row
        elif doubtful and (len(row) != len(header) or '"' in "".join(row)):
            yield number, "it may begin within the record before, whose quotation marks went wrong"
        elif len(row) > len(header):
            yield number, f"{len(row)} columns, where the first row names {len(header)}"
        elif stray := _STRAY_BYTE.search("".join(row)):
            yield number, _not_utf8(stray)
        else:
            doubtful = False
            yield number, _columns(zip(header, row, strict=False))


def _next_row(rows: Iterator[list[str]]) -> list[str]:
    before = csv.field_size_limit(DOCUMENT_LIMIT)  # of the process, so it is given back
    try:
        return next(rows)
    finally:
        csv.field_size_limit(before)


def _columns(pairs: Iterable[tuple[str, object]]) -> Mapping[str, object]:
    columns: dict[str, object] = {}
    for column, value in pairs:
        columns.setdefault(column.strip().casefold(), value)
    return columns


def _not_utf8(stray: re.Match[str]) -> str:
    return f"not UTF-8 (byte 0x{ord(stray[0]) - 0xDC00:02x}); convert the file to UTF-8"


def _documents(name: str, records: Records) -> Iterator[Document | DocumentUnreadable]:
    """The document of each record; a table in which none has a text column is refused once."""
    table = _Table(name)
    for line, fields in records:
        yield from table.add(line, fields)
    yield from table.end()


class _Table:
    """What must be known of the records before one to judge it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._records = 0
        self._lines: dict[str, int] = {}  # by id
        self._without_text: list[int] = []
        self._columns: dict[str, None] = {}
        self._has_text = False

    def add(
        self, line: int, fields: Mapping[str, object] | str
    ) -> Iterator[Document | DocumentUnreadable]:
        self._records += 1
        if isinstance(fields, str):
            yield self._refused(line, fields)
        elif not self._has_text and fields.keys().isdisjoint(TEXT):
            self._without_text.append(line)
            self._columns |= dict.fromkeys(list(fields)[:_COLUMNS_SHOWN])
        else:
            self._has_text = True
            yield self._document(line, fields)

    def end(self) -> Iterator[DocumentUnreadable]:
        if not self._records:
            yield DocumentUnreadable(self._name, "empty: no record in it")
        elif self._has_text:
            yield from (self._refused(line, _NO_TEXT) for line in self._without_text)
        elif self._without_text:
            seen = ", ".join(column[:40] for column in list(self._columns)[:_COLUMNS_SHOWN])
            why = f"no column text, body or content; it has {one_line(seen) or 'none'}"
            yield DocumentUnreadable(self._name, why)

    def _document(self, line: int, fields: Mapping[str, object]) -> Document | DocumentUnreadable:
        text = normalise(first(fields, TEXT) or "")
        if is_fragment(text):
            text = normalise(plain(text))
            written = {key: fields.get(key) for key in TITLE}
            titles = {key: plain(one) for key, one in written.items() if isinstance(one, str)}
            fields = {**fields, **titles}
        if not text.strip():
            return self._refused(line, _NO_TEXT)
        identity = (first(fields, ID) or f"{self._name}#{self._records}").strip()
        if fault := id_fault(identity):
            return self._refused(line, fault)
        if (other := self._lines.setdefault(identity, line)) != line:
            return self._refused(line, f"its id {identity!r} is that of line {other}, too")
        return document(identity, text, fields, path=self._name)

    def _refused(self, line: int, why: str) -> DocumentUnreadable:
        return DocumentUnreadable(f"{self._name}:{line}", why)
