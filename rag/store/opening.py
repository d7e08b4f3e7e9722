"""Connections to the two databases, and whether a folder is an index of ours."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from rag.errors import IndexDamaged, IndexForeign, IndexMissing, IndexOutdated
from rag.store.schema import APPLICATION, FORMAT

RECORD = "record.db"
VECTORS = "vectors.db"
# How other files are called: by a fingerprint or a state.
DERIVED = re.compile(
    r"(?:encoder-[0-9a-f]{16}|terms-[0-9a-f]{32}|(?:passages|documents)-[0-9a-f]{32}(?:\.faiss)?)"
    r"(?:\.draft)?"
)
_OURS = re.compile(rf"lock|{DERIVED.pattern}|(?:record|vectors)\.db(?:-(?:wal|shm|journal))?")
_BUSY_MS = 10_000  # a reader never waits for a writer in WAL mode; this covers a checkpoint


def check_place(index: Path) -> None:
    """Whether an index may be written here.

    Raises:
        IndexForeign: The folder holds somebody else's files.
    """
    if not (index / RECORD).exists():
        state = no_record(index)
        if isinstance(state, IndexForeign):
            raise state


def no_record(index: Path) -> IndexMissing | IndexForeign:
    """Why there is nothing to read: no index, or somebody else's files."""
    if index.exists() and not index.is_dir():
        return IndexForeign(index, "is a file, not the folder of an index")
    if index.is_dir() and not all(_OURS.fullmatch(entry.name) for entry in index.iterdir()):
        return IndexForeign(index, "holds other files, and no index")
    return IndexMissing(index, "there is no index here")


class Frozen(sqlite3.Connection):
    """To a file that is taken not to change: SQLite neither locks it nor sees a change."""


def connect_to_read(path: Path) -> sqlite3.Connection:
    """The record, read-only."""
    uri = path.resolve().as_uri()
    try:
        return _opened(f"{uri}?mode=ro", sqlite3.Connection)
    except sqlite3.OperationalError:
        # A folder that may not be written to has no room for the shared memory of the log. Without
        # a log the file is all there is, and can be read without one.
        if os.access(path.parent, os.W_OK) or has_log(path):
            raise
        return _opened(f"{uri}?immutable=1", Frozen)


def has_log(path: Path) -> bool:
    """Whether there is a log with what is not in the file yet."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _opened(uri: str, kind: type[sqlite3.Connection]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, factory=kind
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def check_header(index: Path, connection: sqlite3.Connection) -> None:
    """Whether the record is ours and of this format.

    Raises:
        IndexForeign, IndexMissing, IndexOutdated: It is not.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables:
            raise IndexForeign(index, f"{RECORD} is no record of On Record")
        raise IndexMissing(index, "its first build never ended")
    if version != FORMAT:
        raise IndexOutdated(index, f"format {version}, this program reads {FORMAT}")


def check_before_writing(index: Path) -> None:
    """Look at the record by a connection that cannot write: ours would change a foreign file."""
    if not (index / RECORD).is_file():
        return
    try:
        with closing(connect_to_read(index / RECORD)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                check_header(index, connection)
    except sqlite3.OperationalError:  # the disk is full, or may not be written to
        raise
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(index, f"{RECORD} cannot be read ({error})") from error


def connect_to_vectors(index: Path) -> sqlite3.Connection:
    """The vectors, for writing; made where they are missing.

    Raises:
        IndexDamaged: The file is no database.
    """
    connection = sqlite3.connect(index / VECTORS, isolation_level=None)
    try:
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL);"
        )
    except sqlite3.OperationalError:  # the disk is full, or may not be written to
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise IndexDamaged(index, f"{VECTORS} cannot be read ({error})") from error
    return connection


def vectors_are_sound(index: Path) -> bool:
    """Whether SQLite finds no fault in the vectors."""
    try:
        with closing(connect_to_vectors(index)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except (IndexDamaged, sqlite3.DatabaseError):
        return False
