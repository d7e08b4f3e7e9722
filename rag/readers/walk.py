"""Which files of a folder are sources, their bytes, and the documents in them."""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.encoding import too_large
from rag.readers.fields import id_fault
from rag.readers.formats import STDIN, Source, format_of, known_format, read

_LOOP = "symbolic link that leads back to itself; remove it"
_IRREGULAR = "not a regular file"

# a pipe or a device must not block until `fetch` has seen what it is; no line ends are translated
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_Place = tuple[int, int]  # device and inode: two names for one folder have the same


def sources(root: Path, *, skip: Path | None = None) -> Iterator[Source | DocumentUnreadable]:
    """The files to read below `root`, or `root` itself, in order of name on every machine.

    Hidden files and folders are left out, files of other suffixes too, and what belongs to an
    evaluation set: queries, qrels, questions and selections. A file that is `root` is never left
    out. Symbolic links are followed.

    Args:
        root: A folder or a file.
        skip: A folder not to enter.
    """
    try:
        status = root.stat()
    except (OSError, ValueError) as error:
        return iter([DocumentUnreadable(_printable(str(root)), _reason(error))])
    if not stat.S_ISDIR(status.st_mode):
        return iter([_source(root, root.name, status)])
    return (found for _, found in sorted(_below(root, skip), key=lambda pair: pair[0]))


def fetch(source: Source) -> bytes:
    """The bytes of a file, or of standard input, which can be read only once.

    Raises:
        DocumentUnreadable: Not there, not to be opened, not a regular file, or too large.
    """
    if source == STDIN:
        return sys.stdin.buffer.read()
    limit = format_of(source.name).limit
    try:
        descriptor = os.open(source.path, _OPEN)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise DocumentUnreadable(source.name, _IRREGULAR)
            if status.st_size > limit:
                raise DocumentUnreadable(source.name, too_large(limit))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read()  # not `limit`: room for that would be taken at once
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise DocumentUnreadable(source.name, _reason(error)) from error
    if len(content) > limit:  # it grew while it was read
        raise DocumentUnreadable(source.name, too_large(limit))
    return content


def documents(
    files: Iterable[Source | DocumentUnreadable],
) -> Iterator[Document | DocumentUnreadable]:
    """The documents of files, one file after the other, and what gives none."""
    for file in files:
        try:
            if isinstance(file, DocumentUnreadable):
                raise file
            yield from read(file, fetch(file))
        except DocumentUnreadable as failure:
            yield failure


def _below(root: Path, skip: Path | None) -> Iterator[tuple[str, Source | DocumentUnreadable]]:
    left_out = _place(skip.stat()) if skip and skip.is_dir() else None
    waiting: list[tuple[Path, str, tuple[_Place, ...]]] = [(root, "", ())]
    while waiting:  # a list, since folders can be nested deeper than calls
        folder, prefix, above = waiting.pop()
        try:
            here = _place(folder.stat())
            if here == left_out:
                continue
            if here in above:
                raise OSError(errno.ELOOP, "")
            entries = {entry.name: entry for entry in folder.iterdir()}
        except OSError as error:
            yield prefix, DocumentUnreadable(_printable(prefix) or str(folder), _reason(error))
            continue
        for entry in entries:
            if entry.startswith(".") or _is_of_evaluation(entry, beside=entries.keys()):
                continue
            name = prefix + entry
            try:
                status = entries[entry].stat()
            except OSError as error:
                folder_away = entries[entry].is_symlink() and not entries[entry].suffix
                if known_format(entry) or error.errno != errno.ENOENT or folder_away:
                    yield name, DocumentUnreadable(_printable(name), _reason(error))
                continue
            if stat.S_ISDIR(status.st_mode):
                waiting.append((entries[entry], name + "/", (*above, here)))
            elif known_format(entry):
                yield name, _source(entries[entry], name, status)


def _source(path: Path, name: str, status: os.stat_result) -> Source | DocumentUnreadable:
    if not stat.S_ISREG(status.st_mode):
        return DocumentUnreadable(_printable(name), _IRREGULAR)
    if fault := id_fault(name):
        return DocumentUnreadable(_printable(name), f"{fault}; rename it")
    return Source(path, name)


def _is_of_evaluation(entry: str, *, beside: Set[str]) -> bool:
    name = entry.removesuffix(".gz")
    if name == "questions.jsonl" or name.endswith(".selection.jsonl"):
        return True
    in_beir_set = not beside.isdisjoint({"corpus.jsonl", "corpus.jsonl.gz"})
    return in_beir_set and (name == "queries.jsonl" or name.startswith("qrels"))


def _place(status: os.stat_result) -> _Place:
    return status.st_dev, status.st_ino


def _printable(name: str) -> str:
    return ascii(name)[1:-1] if id_fault(name) else name


def _reason(error: OSError | ValueError) -> str:
    match getattr(error, "errno", None):
        case errno.ELOOP:
            return _LOOP
        case errno.ENOENT:
            return "no such file or folder"
        case errno.EACCES | errno.EPERM:
            return "permission denied; run as a user who may read it"
    return f"cannot be opened ({getattr(error, 'strerror', None) or error})"
