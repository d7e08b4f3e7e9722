"""The record: documents, sentences, passages and BM25 in SQLite, vectors beside it.

Flow: `Writer` fills one transaction, `Writer.commit` makes it the state that everyone sees;
`snapshot` gives a `Record`, which reads one state from its first question to its last.
Law: `record.db` alone says what the index is. `vectors.db` holds embeddings by the hash of what
was embedded, so that nothing in it can disagree with the record and no embedding is lost to a
crash; the FAISS file is derived from both.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Document, Filters, Passage, Sentence, Span
from rag.errors import DocumentUnknown, IndexDamaged, IndexForeign, IndexMissing, IndexOutdated
from rag.terms import terms

FORMAT = 1  # raise it when the meaning of a saved byte changes
RECORD = "record.db"
VECTORS = "vectors.db"
_APPLICATION = 0x4F6E5265  # "OnRe", in SQLite's header: whose file this is
_BUSY_MS = 10_000  # a reader never waits for a writer in WAL mode; this covers a checkpoint

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    UNIQUE (root, name)
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (id),
    name TEXT NOT NULL UNIQUE, text TEXT NOT NULL, sha256 TEXT NOT NULL,
    title TEXT, outlet TEXT, outlet_folded TEXT, date TEXT, url TEXT, path TEXT
);
CREATE INDEX documents_by_file ON documents (file);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL, stop INTEGER NOT NULL, block TEXT NOT NULL,
    speaker TEXT, kind TEXT NOT NULL, vector BLOB
);
CREATE INDEX sentences_by_document ON sentences (document, start);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL, stop INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document, start);
CREATE VIRTUAL TABLE passage_terms USING fts5(
    title, body, content = '', tokenize = "unicode61 remove_diacritics 0 tokenchars '.,'''"
);
CREATE VIRTUAL TABLE term_counts USING fts5vocab('passage_terms', 'row');
"""
_DOCUMENT = "d.name, d.text, d.title, d.outlet, d.date, d.url, d.path"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What an index was built with; another value means that it is built anew."""

    encoder: str
    fingerprint: str
    width: int
    length_words: int
    overlap_words: int
    analysis: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the index holds."""

    documents: int
    sentences: int
    passages: int


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file that documents came from, as it was when it was read."""

    id: int
    root: str
    name: str
    sha256: str


def embedding_key(fingerprint: str, text: str) -> bytes:
    """The name of a vector: 16 bytes of the hash of encoder and embedded text."""
    return blake2b(f"{fingerprint}\0{text}".encode(), digest_size=16).digest()


@contextmanager
def snapshot(index: Path) -> Iterator["Record"]:
    """One consistent state of the index, however long the block and whoever writes meanwhile.

    Raises:
        IndexMissing: There is no index, or its first build never ended.
        IndexForeign: The folder holds somebody else's files.
        IndexOutdated: Another version of the format.
        IndexDamaged: SQLite cannot read it.
    """
    path = index / RECORD
    if not path.is_file():
        raise _no_record(index)
    try:
        with closing(_connect_to_read(path)) as connection:
            connection.execute("BEGIN")
            _check_header(index, connection)
            record = Record(index, connection)
            if not record.state:
                raise IndexMissing(index, "its first build never ended")
            yield record
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(index, f"{RECORD} cannot be read ({error})") from error


def _no_record(index: Path) -> IndexMissing | IndexForeign:
    if index.exists() and not index.is_dir():
        return IndexForeign(index, "is a file, not the folder of an index")
    if index.is_dir() and any(not _is_ours(entry) for entry in index.iterdir()):
        return IndexForeign(index, "holds other files, and no index")
    return IndexMissing(index, "there is no index here")


def _is_ours(entry: Path) -> bool:
    return entry.name.startswith((RECORD, VECTORS, "encoder-", "passages-", "lock"))


def check_place(index: Path) -> None:
    """Whether an index may be written here.

    Raises:
        IndexForeign: The folder holds somebody else's files.
    """
    if not (index / RECORD).exists():
        state = _no_record(index)
        if isinstance(state, IndexForeign):
            raise state


def _connect_to_read(path: Path) -> sqlite3.Connection:
    first, *others = _read_uris(path)
    try:
        connection = _opened(first)
    except sqlite3.OperationalError:
        if not others:
            raise
        connection = _opened(*others)
    vectors = path.with_name(VECTORS)
    if vectors.is_file():
        any(_attached(connection, uri) for uri in _read_uris(vectors))
    return connection


def _read_uris(path: Path) -> tuple[str, ...]:
    """How to open a file for reading, in order of preference.

    A folder that may not be written to has no room for the shared memory of the log. Without a log
    the file is all there is, and can be read without one.
    """
    uri = path.resolve().as_uri()
    log = path.with_name(f"{path.name}-wal")
    frozen = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return (f"{uri}?mode=ro", *([f"{uri}?immutable=1"] if frozen else []))


def _opened(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _attached(connection: sqlite3.Connection, uri: str) -> bool:
    """Attach the vectors, or leave them out where they are damaged: documents do not need them."""
    try:
        connection.execute("ATTACH ? AS vectors", (uri,))
        connection.execute("SELECT 1 FROM vectors.vectors").fetchone()
    except sqlite3.DatabaseError:
        with suppress(sqlite3.DatabaseError):  # it was not attached at all
            connection.execute("DETACH vectors")
        return False
    return True


@contextmanager
def _reading_vectors(index: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(index, f"{VECTORS} cannot be read ({error})") from error


def _check_header(index: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables:
            raise IndexForeign(index, f"{RECORD} is no record of On Record")
        raise IndexMissing(index, "its first build never ended")
    if version != FORMAT:
        raise IndexOutdated(index, f"format {version}, this program reads {FORMAT}")


def _check_before_writing(index: Path) -> None:
    """Look at the record by a connection that cannot write: ours would change a foreign file."""
    if not (index / RECORD).is_file():
        return
    try:
        with closing(_connect_to_read(index / RECORD)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                _check_header(index, connection)
    except sqlite3.OperationalError:  # the disk is full, or may not be written to
        raise
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(index, f"{RECORD} cannot be read ({error})") from error


def _connect_to_vectors(index: Path) -> sqlite3.Connection:
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


def _vectors_are_sound(index: Path) -> bool:
    try:
        with closing(_connect_to_vectors(index)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except (IndexDamaged, sqlite3.DatabaseError):
        return False


class Record:
    """One state of the index, for reading. Not to be shared between threads; see `snapshot`."""

    def __init__(self, index: Path, connection: sqlite3.Connection) -> None:
        self.index = index
        self._sql = connection
        self.state = _meta(connection).get("state", "")

    @property
    def settings(self) -> Settings:
        """What the index was built with."""
        return Settings(**json.loads(_meta(self._sql)["settings"]))

    def counts(self) -> Counts:
        """Documents, body sentences and passages."""
        return Counts(
            self._count("documents"), self._count("sentences WHERE block = 'body'"), self.passages()
        )

    def passages(self) -> int:
        """How many passages there are."""
        return self._count("passages")

    def _count(self, table: str) -> int:
        (count,) = self._sql.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)

    def document(self, name: str) -> Document:
        """The document of this id.

        Raises:
            DocumentUnknown: There is none.
        """
        row = self._sql.execute(f"SELECT {_DOCUMENT} FROM documents d WHERE name = ?", (name,))
        found = row.fetchone()
        if found is None:
            raise DocumentUnknown(name)
        return Document(*found)

    def documents(self) -> Iterator[Document]:
        """All documents, by id."""
        rows = self._sql.execute(f"SELECT {_DOCUMENT} FROM documents d ORDER BY name")
        return (Document(*row) for row in rows)

    def sentences(self, document: Document) -> tuple[Sentence, ...]:
        """All sentences of a document in order, whatever their block."""
        rows = self._sql.execute(
            "SELECT s.start, s.stop, s.block, s.speaker, s.kind FROM sentences s "
            "JOIN documents d ON d.id = s.document WHERE d.name = ? ORDER BY s.start",
            (document.id,),
        )
        return tuple(
            Sentence(document, Span(start, stop), block, speaker, kind)
            for start, stop, block, speaker, kind in rows
        )

    def allowed(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ids of the passages whose documents pass, ascending; `None` where all do."""
        if not filters:
            return None
        clause, values = _where(filters)
        rows = self._sql.execute(
            "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE {clause} ORDER BY p.id",
            values,
        )
        return np.array([row[0] for row in rows], np.int64)

    def bm25(
        self, words: Sequence[str], *, filters: Filters, depth: int
    ) -> tuple[tuple[int, float], ...]:
        """Passage ids and scores of those that hold any of the terms, best first.

        Source: Robertson and Zaragoza 2009; SQLite's FTS5, k1 1.2, b 0.75.
        """
        if not words:
            return ()
        clause, values = _where(filters)
        rows = self._sql.execute(
            "SELECT passage_terms.rowid, -bm25(passage_terms) AS score FROM passage_terms "
            "JOIN passages p ON p.id = passage_terms.rowid JOIN documents d ON d.id = p.document "
            f"WHERE passage_terms MATCH ? AND {clause} "
            "ORDER BY round(score, 6) DESC, d.name, p.start LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), *values, depth),
        )
        return tuple((int(row), float(score)) for row, score in rows)

    def passage_counts(self, words: Sequence[str]) -> Mapping[str, int]:
        """In how many passages each term stands; a term that stands in none has 0."""
        found = dict.fromkeys(words, 0)
        for word in found:
            row = self._sql.execute("SELECT doc FROM term_counts WHERE term = ?", (word,))
            (found[word],) = row.fetchone() or (0,)
        return found

    def places(self, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
        """Document id and start of each of these passages."""
        rows = self._sql.execute(  # as JSON, since SQLite takes so many parameters and no more
            "SELECT p.id, d.name, p.start FROM passages p JOIN documents d ON d.id = p.document "
            "WHERE p.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {place: (name, start) for place, name, start in rows}

    def by_ids(self, ids: Sequence[int]) -> dict[int, Passage]:
        """The passages of these ids, with their body sentences."""
        found: dict[int, Passage] = {}
        documents: dict[int, Document] = {}
        for each in ids:
            of, start, stop = self._sql.execute(
                "SELECT document, start, stop FROM passages WHERE id = ?", (int(each),)
            ).fetchone()
            if of not in documents:
                row = self._sql.execute(f"SELECT {_DOCUMENT} FROM documents d WHERE id = ?", (of,))
                documents[of] = Document(*row.fetchone())
            document = documents[of]
            rows = self._sql.execute(
                "SELECT start, stop, block, speaker, kind FROM sentences "
                "WHERE document = ? AND start >= ? AND start < ? AND block = 'body' ORDER BY start",
                (of, start, stop),
            )
            found[each] = Passage(
                document,
                Span(start, stop),
                tuple(Sentence(document, Span(a, b), *rest) for a, b, *rest in rows),
            )
        return found

    def vectors(self, passage: Passage) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Vectors of a passage and of its sentences, in order. Shapes: (width,), (n, width).

        Raises:
            IndexDamaged: A vector is missing.
        """
        place = (passage.document.id, passage.span.start)
        with _reading_vectors(self.index):
            whole = self._sql.execute(
                "SELECT v.vector FROM passages p JOIN documents d ON d.id = p.document "
                "JOIN vectors.vectors v ON v.key = p.vector WHERE d.name = ? AND p.start = ?",
                place,
            ).fetchone()
            parts = self._sql.execute(
                "SELECT v.vector FROM sentences s JOIN documents d ON d.id = s.document "
                "JOIN vectors.vectors v ON v.key = s.vector "
                "WHERE d.name = ? AND s.start >= ? AND s.start < ? AND s.block = 'body' "
                "ORDER BY s.start",
                (*place, passage.span.end),
            ).fetchall()
        if whole is None or len(parts) != len(passage.sentences):
            raise IndexDamaged(self.index, f"{VECTORS} lacks vectors of {passage.document.id}")
        rows = [np.frombuffer(row[0], np.float32) for row in parts]
        return np.frombuffer(whole[0], np.float32), np.stack(rows)

    def passage_vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """All passage ids, ascending, and their vectors. Shapes: (n,), (n, width).

        Raises:
            IndexDamaged: A vector is missing.
        """
        return _passage_vectors(self.index, self._sql, self.settings.width, self.passages())


def _passage_vectors(
    index: Path, connection: sqlite3.Connection, width: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    ids = np.empty(count, np.int64)
    vectors = np.empty((count, width), np.float32)
    done = 0
    with _reading_vectors(index):
        for each, vector in connection.execute(
            "SELECT p.id, v.vector FROM passages p JOIN vectors.vectors v ON v.key = p.vector "
            "ORDER BY p.id"
        ):
            ids[done], vectors[done] = each, np.frombuffer(vector, np.float32)
            done += 1
    if done != count:
        raise IndexDamaged(index, f"{VECTORS} holds {done} of {count} passage vectors")
    return ids, vectors


def _meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))


def _where(filters: Filters) -> tuple[str, tuple[str, ...]]:
    clauses = {
        "substr(d.name, 1, length(?1)) = ?1": filters.document,
        "instr(d.outlet_folded, ?1) > 0": filters.outlet and filters.outlet.casefold(),
        "d.date >= ?1": filters.since,
        "d.date <= ?1": filters.until,
    }
    given = [(clause, value) for clause, value in clauses.items() if value]
    sql = " AND ".join(clause.replace("?1", "?") for clause, _ in given) or "1"
    values = tuple(value for clause, value in given for _ in range(clause.count("?1")))
    return sql, values


class Writer:
    """One transaction over the record. Nothing is seen by others before `commit`.

    Opened under the caller's lock: two writers would wait for each other.

    Args:
        index: Folder of the index.
        mend: Whether to throw damaged vectors away; they can be made anew.

    Raises:
        IndexForeign, IndexOutdated, IndexDamaged: As `snapshot`.
    """

    def __init__(self, index: Path, *, mend: bool = False) -> None:
        self.index = index
        self.changed = False
        _check_before_writing(index)
        if mend and not _vectors_are_sound(index):
            for file in index.glob(f"{VECTORS}*"):
                file.unlink()
        self._vectors = _connect_to_vectors(index)
        self._sql = sqlite3.connect(index / RECORD, isolation_level=None)
        self._sql.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        self._sql.execute("ATTACH ? AS vectors", (str(index / VECTORS),))
        self._sql.execute("BEGIN")  # not IMMEDIATE: that would lock the attached vectors, too
        if not self._sql.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._create()

    def _create(self) -> None:
        for statement in filter(None, map(str.strip, _SCHEMA.split(";\n"))):
            self._sql.execute(statement)
        self._sql.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._sql.execute(f"PRAGMA user_version = {FORMAT}")

    @property
    def state(self) -> str:
        """The last committed state; empty before the first."""
        return _meta(self._sql).get("state", "")

    @property
    def settings(self) -> Settings | None:
        """What the index was built with; `None` before the first build."""
        saved = _meta(self._sql).get("settings")
        return Settings(**json.loads(saved)) if saved else None

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._put("settings", json.dumps(asdict(settings)))

    def _put(self, key: str, value: str) -> None:
        self._sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
        self.changed = True

    def files(self, root: str | None = None) -> tuple[IndexedFile, ...]:
        """The files that documents came from, below one root or all."""
        rows = self._sql.execute(
            "SELECT id, root, name, sha256 FROM files WHERE ? IN (root, '') ORDER BY root, name",
            (root or "",),
        )
        return tuple(IndexedFile(*row) for row in rows)

    def put_file(self, root: str, name: str, sha256: str) -> int:
        """Note that a file was read; its id. Its documents stay until they are removed."""
        row = self._sql.execute(
            "INSERT INTO files (root, name, sha256) VALUES (?, ?, ?) "
            "ON CONFLICT (root, name) DO UPDATE SET sha256 = excluded.sha256 "
            "WHERE sha256 <> excluded.sha256",
            (root, name, sha256),
        )
        self.changed |= row.rowcount > 0
        (found,) = self._sql.execute(
            "SELECT id FROM files WHERE root = ? AND name = ?", (root, name)
        ).fetchone()
        return int(found)

    def remove_file(self, file: int) -> int:
        """Remove a file and its documents; how many there were."""
        documents = self.documents_of(file)
        for document in documents:
            self.remove(document.id)
        self._sql.execute("DELETE FROM files WHERE id = ?", (file,))
        self.changed = True
        return len(documents)

    def documents_of(self, file: int) -> tuple[Document, ...]:
        """The documents that came from a file."""
        rows = self._sql.execute(f"SELECT {_DOCUMENT} FROM documents d WHERE file = ?", (file,))
        return tuple(Document(*row) for row in rows)

    def file_of(self, name: str) -> IndexedFile | None:
        """Where the document of this id came from."""
        row = self._sql.execute(
            "SELECT f.id, f.root, f.name, f.sha256 FROM files f "
            "JOIN documents d ON d.file = f.id WHERE d.name = ?",
            (name,),
        ).fetchone()
        return IndexedFile(*row) if row else None

    def add(self, file: int, document: Document) -> None:
        """Add a document; `cut` adds what is made of it."""
        outlet = document.outlet
        self._sql.execute(
            "INSERT INTO documents (file, name, text, sha256, title, outlet, outlet_folded, date, "
            "url, path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(file, document.id, document.text, document.sha256, document.title, outlet),
                *(outlet and outlet.casefold(), document.date, document.url, document.path),
            ),
        )
        self.changed = True

    def cut(
        self,
        document: Document,
        sentences: Iterable[tuple[Sentence, bytes | None]],
        passages: Iterable[tuple[Passage, bytes]],
    ) -> None:
        """Add the sentences and passages of a document, each with the key of its vector."""
        row = self._row(document)
        self._sql.executemany(
            "INSERT INTO sentences (document, start, stop, block, speaker, kind, vector) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (row, one.span.start, one.span.end, one.block, one.speaker, one.kind, key)
                for one, key in sentences
            ),
        )
        title = " ".join(terms(document.title or ""))
        for passage, key in passages:
            place = self._sql.execute(
                "INSERT INTO passages (document, start, stop, vector) VALUES (?, ?, ?, ?)",
                (row, passage.span.start, passage.span.end, key),
            ).lastrowid
            self._sql.execute(
                "INSERT INTO passage_terms (rowid, title, body) VALUES (?, ?, ?)",
                (place, title, " ".join(terms(passage.text))),
            )

    def _row(self, document: Document) -> int:
        (row,) = self._sql.execute(
            "SELECT id FROM documents WHERE name = ?", (document.id,)
        ).fetchone()
        return int(row)

    def remove(self, name: str) -> None:
        """Remove a document with all that was made of it."""
        document = Record(self.index, self._sql).document(name)
        row = self._row(document)
        title = " ".join(terms(document.title or ""))
        for place, start, stop in self._sql.execute(
            "SELECT id, start, stop FROM passages WHERE document = ?", (row,)
        ).fetchall():
            body = " ".join(terms(document.text[start:stop]))
            self._sql.execute(  # a table without content is told what it held
                "INSERT INTO passage_terms (passage_terms, rowid, title, body) "
                "VALUES ('delete', ?, ?, ?)",
                (place, title, body),
            )
        for table in ("sentences", "passages"):
            self._sql.execute(f"DELETE FROM {table} WHERE document = ?", (row,))
        self._sql.execute("DELETE FROM documents WHERE id = ?", (row,))
        self.changed = True

    def clear(self) -> None:
        """Forget all that was made of documents, to make it anew by other settings."""
        for table in ("sentences", "passages"):
            self._sql.execute(f"DELETE FROM {table}")
        # Not by its rows: an older version may have cut words in another way.
        self._sql.execute("INSERT INTO passage_terms (passage_terms) VALUES ('delete-all')")
        self.changed = True

    def documents(self) -> Iterator[Document]:
        """All documents, in the order in which they came; safe while writing."""
        rows = self._sql.execute("SELECT id FROM documents ORDER BY id").fetchall()
        for row in rows:
            found = self._sql.execute(f"SELECT {_DOCUMENT} FROM documents d WHERE id = ?", row)
            yield Document(*found.fetchone())

    def without_vector(self, keys: Iterable[bytes]) -> tuple[bytes, ...]:
        """Those keys whose vector is not there yet, each once, in order."""
        wanted = self._vectors.execute
        return tuple(
            key
            for key in dict.fromkeys(keys)
            if not wanted("SELECT 1 FROM vectors WHERE key = ?", (key,)).fetchone()
        )

    def add_vectors(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors at once, whatever becomes of this transaction. Shape: (n, width)."""
        self._vectors.execute("BEGIN")
        self._vectors.executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
            ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True)),
        )
        self._vectors.execute("COMMIT")

    def drop_unused_vectors(self) -> None:
        """Forget vectors that the last committed state does not use."""
        self._vectors.execute("ATTACH ? AS record", (str(self.index / RECORD),))
        self._vectors.execute(
            "DELETE FROM vectors WHERE key NOT IN ("
            "SELECT vector FROM record.passages UNION "
            "SELECT vector FROM record.sentences WHERE vector IS NOT NULL)"
        )
        self._vectors.execute("DETACH record")

    def counts(self) -> Counts:
        """What this transaction holds."""
        return Record(self.index, self._sql).counts()

    def passage_vectors(self, width: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ids and vectors of the passages in this transaction. Shapes: (n,), (n, width)."""
        return _passage_vectors(self.index, self._sql, width, self.counts().passages)

    def commit(self, state: str) -> None:
        """Make this transaction what everyone sees, under the name `state`."""
        self._put("state", state)
        self._sql.execute("DELETE FROM files WHERE id NOT IN (SELECT file FROM documents)")
        self._sql.execute("COMMIT")

    def close(self) -> None:
        """Leave without changing what others see; vectors that were added stay."""
        self._sql.close()
        self._vectors.close()


def new_state() -> str:
    """A name that no other state has."""
    return uuid4().hex
