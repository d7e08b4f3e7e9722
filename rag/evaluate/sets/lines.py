"""Lines of the files of a data set, each with its place, so that a bad one is refused by name.

Flow: path -> `lines` -> (where, line), or `rows` -> (where, fields of a JSON object).
"""

import gzip
import json
import zlib
from collections.abc import Container, Iterator, Mapping
from itertools import count
from pathlib import Path

from rag.errors import InputInvalid
from rag.readers.encoding import DOCUMENT_LIMIT
from rag.readers.fields import id_fault
from rag.readers.normal import normalise

Row = Mapping[str, object]


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines that are not blank, each with `path:number`; a `.gz` file is decompressed.

    Raises:
        InputInvalid: Not UTF-8, longer than a document may be, or damaged gzip.
    """
    with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
        for number in count(1):
            where = f"{path}:{number}"
            try:
                line = file.readline(DOCUMENT_LIMIT + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise InputInvalid(f"{where}: damaged gzip ({error})", "get it again") from error
            if not line:
                return
            text = _decoded(line, where).strip("\ufeff\r\n")
            if text.strip():
                yield where, text


def _decoded(line: bytes, where: str) -> str:
    if len(line) > DOCUMENT_LIMIT:
        seen = f"{where}: a line of more than {DOCUMENT_LIMIT // 2**20} MiB"
        raise InputInvalid(seen, "write one record a line")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InputInvalid(f"{where}: not UTF-8 ({error.reason})", "convert it to UTF-8") from error


def rows(path: Path, mend: str) -> Iterator[tuple[str, Row]]:
    """The JSON objects of a file with one a line, each with its place.

    Raises:
        InputInvalid: As `lines`, or a line is no JSON object.
    """
    for where, line in lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputInvalid(f"{where}: not JSON ({error})", mend) from error
        if not isinstance(row, dict):
            raise InputInvalid(f"{where}: a {type(row).__name__}, no JSON object", mend)
        yield where, row


def text_of(row: Row, key: str, where: str, mend: str) -> str:
    """The text under a key, normalised as that of documents is.

    Raises:
        InputInvalid: None, or a blank one.
    """
    value = row.get(key)
    if not isinstance(value, str):
        raise InputInvalid(f'{where}: "{key}" is {shortened(value)}, no text', mend)
    if not value.strip():
        raise InputInvalid(f'{where}: "{key}" is empty', mend)
    return normalise(value)


def identity(value: object, where: str, *, seen: Container[str] = ()) -> str:
    """An id as text, without white space around it.

    Raises:
        InputInvalid: No id, one that cannot be an id, or one of those `seen` before.
    """
    name = str(value).strip() if isinstance(value, str | int) else ""
    if not name or isinstance(value, bool):
        raise InputInvalid(f"{where}: the id is {shortened(value)}", "give each record an id")
    if fault := id_fault(name):
        raise InputInvalid(f"{where}: {fault}", "give it another id")
    if name in seen:
        raise InputInvalid(f"{where}: id {name!r} again", "give each record an id of its own")
    return name


def shortened(value: object) -> str:
    """What was found in the place of something else, in a few characters."""
    return "missing" if value is None else ascii(value)[:40]
