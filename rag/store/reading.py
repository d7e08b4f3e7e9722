"""One state of the index, for reading."""

import json
import sqlite3
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Block, Document, Filters, Kind, Passage, Sentence, Span
from rag.errors import DocumentUnknown, IndexDamaged, IndexMissing
from rag.quotes import Attribution, Role, fits, name_sounds, same_body, same_person
from rag.store.opening import (
    RECORD,
    VECTORS,
    Frozen,
    check_header,
    connect_to_read,
    has_log,
    no_record,
)
from rag.store.schema import ATTRIBUTION_COLUMNS, DOCUMENT_COLUMNS, Counts, Settings

_SELDOM = 3  # times as seldom as somebody else: who is called so, but hardly meant


class Snapshots:
    """States of one index, each for reading. Safe to share between threads.

    Connections are kept from one to the next: to open one takes longer than a question reads.
    """

    def __init__(self, index: Path) -> None:
        self.index = index
        self._idle: deque[tuple[_Seen, sqlite3.Connection]] = deque()
        finalize(self, _close, self._idle)

    @contextmanager
    def now(self) -> Iterator["Record"]:
        """One consistent state, however long the block and whoever writes meanwhile.

        Raises:
            As `snapshot`.
        """
        path = self.index / RECORD
        if not path.is_file():
            raise no_record(self.index)
        try:
            seen = _seen(path)
            connection = self._idle_of(seen) or connect_to_read(path)
            try:
                connection.execute("BEGIN")
                check_header(self.index, connection)
                record = Record(self.index, connection)
                if not record.state:
                    raise IndexMissing(self.index, "its first build never ended")
                yield record
                if isinstance(connection, Frozen) and (_seen(path) != seen or has_log(path)):
                    raise IndexDamaged(self.index, "it was written while it was read")
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
            self._idle.append((seen, connection))
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(self.index, f"{RECORD} cannot be read ({error})") from error

    def _idle_of(self, seen: "_Seen") -> sqlite3.Connection | None:
        """One to the file that is there now; those to another that lay there are closed."""
        while self._idle:
            try:
                of, connection = self._idle.pop()
            except IndexError:  # another thread took the last
                return None
            if of == seen:
                return connection
            connection.close()
        return None

    def close(self) -> None:
        """Close what is kept."""
        _close(self._idle)


_Seen = tuple[int, int, int, int]


def _seen(path: Path) -> _Seen:
    """What tells the file from another, or from itself overwritten by something else."""
    now = path.stat()
    return (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns)


def _close(idle: deque[tuple[_Seen, sqlite3.Connection]]) -> None:
    while idle:
        idle.pop()[1].close()


@contextmanager
def snapshot(index: Path) -> Iterator["Record"]:
    """One consistent state of the index, read once.

    Raises:
        IndexMissing: There is no index, or its first build never ended.
        IndexForeign: The folder holds somebody else's files.
        IndexOutdated: Another version of the format.
        IndexDamaged: SQLite cannot read it.
    """
    with closing(Snapshots(index)) as snapshots, snapshots.now() as record:
        yield record


def whole_document(index: Path, columns: Sequence[str]) -> Document:
    """A document of `DOCUMENT_COLUMNS`.

    Raises:
        IndexDamaged: Its text is not the one that was read.
    """
    *fields, digest = columns
    document = Document(*fields)
    if document.sha256 != digest:
        raise IndexDamaged(index, f"the text of {document.id!r} is not the one that was read")
    return document


class Record:
    """One state of the index, for reading. Not to be shared between threads; see `snapshot`."""

    def __init__(self, index: Path, connection: sqlite3.Connection) -> None:
        self.index = index
        self._sql = connection
        self.state = read_meta(connection).get("state", "")

    @property
    def settings(self) -> Settings:
        """What the index was built with."""
        return Settings(**json.loads(read_meta(self._sql)["settings"]))

    def counts(self) -> Counts:
        """Documents, body sentences, passages and origins."""
        (origins,) = self._sql.execute("SELECT count(DISTINCT origin) FROM documents").fetchone()
        return Counts(
            documents=self._count("documents"),
            sentences=self._count("sentences WHERE block = 'body'"),
            passages=self.passages(),
            origins=int(origins),
        )

    def roots(self) -> dict[str, int]:
        """The files and folders that were indexed, by full name, with their documents' number."""
        rows = self._sql.execute(
            "SELECT root, count(*) FROM files f JOIN documents d ON d.file = f.id "
            "GROUP BY root ORDER BY root"
        )
        return dict(rows.fetchall())

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
        row = self._sql.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents d WHERE name = ?", (name,)
        )
        found = row.fetchone()
        if found is None:
            raise DocumentUnknown(name)
        return whole_document(self.index, found)

    def documents(self) -> Iterator[Document]:
        """All documents, by id."""
        rows = self._sql.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents d ORDER BY name")
        return (whole_document(self.index, row) for row in rows)

    def document_ids(self) -> Iterator[str]:
        """The ids of all documents, in order."""
        return (name for (name,) in self._sql.execute("SELECT name FROM documents ORDER BY name"))

    def sentences(self, document: Document) -> tuple[Sentence, ...]:
        """All sentences of a document in order, whatever their block."""
        rows = self._sql.execute(
            "SELECT s.start, s.stop, s.block, ifnull(p.person, s.speaker), s.kind FROM sentences s "
            "JOIN documents d ON d.id = s.document LEFT JOIN people p ON p.name = s.speaker "
            "WHERE d.name = ? ORDER BY s.start",
            (document.id,),
        )
        return tuple(
            Sentence(document, Span(start, stop), block, speaker, kind)
            for start, stop, block, speaker, kind in rows
        )

    def attributions(self, name: str) -> tuple[Attribution, ...]:
        """Who said what in the document of this id, in order of the content."""
        columns = ", ".join(f"a.{one}" for one in ATTRIBUTION_COLUMNS)
        rows = self._sql.execute(
            f"SELECT {columns} FROM documents d JOIN attributions a ON a.document = d.id "
            "WHERE d.name = ? ORDER BY a.start, a.id",
            (name,),
        )
        return tuple(_attribution(*row) for row in rows)

    def people_named(self, name: str) -> tuple[str, ...]:
        """The people who speak in some document and may bear a name, in order."""
        rows = self._sql.execute(
            "SELECT name, person, body FROM people WHERE sound IN (SELECT value FROM json_each(?))",
            (json.dumps(name_sounds(name)),),
        )
        found = {
            person
            for written, person, body in rows
            if (same_body if body else same_person)(written, name)
        }
        return tuple(sorted(found))

    def people_given(self, name: str) -> tuple[str, ...]:
        """The people who speak in some document and have this given name, in order."""
        rows = self._sql.execute(  # "!" is the sign behind a space
            "SELECT DISTINCT person FROM json_each(?) j CROSS JOIN people p "
            "ON p.name > j.value || ' ' AND p.name < j.value || '!' WHERE NOT body",
            # DeShawn, Ka'imi, Jean-Claude
            (json.dumps([name, name.capitalize(), name.title()]),),
        )
        return tuple(sorted(person for (person,) in rows))

    def is_body(self, person: str) -> bool:
        """Whether one of those who speak is an organisation or a country."""
        rows = self._sql.execute("SELECT body FROM people WHERE name = ?", (person,))
        return any(body for (body,) in rows)

    def people_called(self, role: Role) -> tuple[str, ...]:
        """The people who speak in some document and are called so, in order.

        Of several, those who are called so at least a third as often as whoever is most often.
        """
        times: Counter[str] = Counter()
        rows = self._sql.execute(
            "SELECT beside, person, times FROM offices WHERE office = ?", (role.office,)
        )
        for beside, person, often in rows:
            if fits(role, Role(role.office, tuple(beside.split()))):
                times[person] += often
        most = max(times.values(), default=0)
        return tuple(sorted(person for person, often in times.items() if _SELDOM * often >= most))

    def person(self, name: str) -> str:
        """Who is meant by a name as a document has it."""
        row = self._sql.execute("SELECT person FROM people WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else name

    def allowed(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ids of the passages whose documents pass, ascending; `None` where all do."""
        if not filters:
            return None
        clause, values = _where(filters)
        said = ""
        if filters.speaker:
            said = (
                "AND p.id IN (SELECT q.id FROM people w JOIN sentences s ON s.speaker = w.name "
                "JOIN passages q ON q.document = s.document AND s.start BETWEEN q.start AND "
                "q.stop - 1 WHERE w.person IN (SELECT value FROM json_each(?)))"
            )
            people = self.people_named(filters.speaker) or self.people_given(filters.speaker)
            values = (*values, json.dumps(people))
        rows = self._sql.execute(
            "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE {clause} {said} ORDER BY p.id",
            values,
        )
        return np.array([row[0] for row in rows], np.int64)

    def allowed_documents(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ids of the documents that pass, ascending; `None` where all do."""
        if not filters:
            return None
        clause, values = _where(filters)
        rows = self._sql.execute(f"SELECT d.id FROM documents d WHERE {clause} ORDER BY 1", values)
        return np.array([row[0] for row in rows], np.int64)

    def undated(self, filters: Filters) -> int:
        """How many documents only lack a date to pass; 0 where none is asked for."""
        if not (filters.since or filters.until):
            return 0
        clause, values = _where(replace(filters, since=None, until=None))
        (count,) = self._sql.execute(
            f"SELECT count(*) FROM documents d WHERE d.date IS NULL AND {clause}", values
        ).fetchone()
        return int(count)

    def by_rows(self, rows: Sequence[int]) -> list[Document]:
        """The documents in these rows, in their order."""
        found = self._whole("SELECT value FROM json_each(?)", json.dumps(list(rows)))
        return [found[row] for row in rows]

    def _whole(self, rows: str, of: str) -> dict[int, Document]:
        """Documents by their rows, which a query tells of a JSON list."""
        found = self._sql.execute(
            f"SELECT d.id, {DOCUMENT_COLUMNS} FROM documents d WHERE d.id IN ({rows})", (of,)
        )
        return {row: whole_document(self.index, fields) for row, *fields in found}

    def term_ids(self, terms: Sequence[str]) -> dict[str, int]:
        """The numbers of those terms that a document holds, or held."""
        rows = self._sql.execute(
            "SELECT term, id FROM terms WHERE term IN (SELECT value FROM json_each(?))",
            (json.dumps(list(terms)),),
        )
        return dict(rows.fetchall())

    def words_that_sound(self, sound: str) -> list[str]:
        """The words of this sound (`terms.sound`), in alphabetical order."""
        rows = self._sql.execute("SELECT word FROM words WHERE sound = ? ORDER BY word", (sound,))
        return [word for (word,) in rows]

    def words_like(self, beginning: str, shortest: int, longest: int) -> list[str]:
        """The words that begin so and have so many letters, in alphabetical order."""
        rows = self._sql.execute(
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ? "
            "ORDER BY word",
            (beginning, beginning + "\U0010ffff", shortest, longest),
        )
        return [word for (word,) in rows]

    def names(self, rows: Sequence[int]) -> dict[int, str]:
        """The ids of the documents in these rows."""
        return dict(self._of_documents("name", rows))

    def dates(self, rows: Sequence[int]) -> dict[int, str | None]:
        """When the documents in these rows were published, `YYYY-MM-DD`."""
        return dict(self._of_documents("date", rows))

    def _of_documents(self, column: str, rows: Sequence[int]) -> sqlite3.Cursor:
        return self._sql.execute(
            f"SELECT id, {column} FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(rows)),),
        )

    def newest(self, filters: Filters) -> str | None:
        """The latest date of a document that passes, whoever speaks in it."""
        clause, values = _where(filters)
        found: tuple[str | None] = self._sql.execute(
            f"SELECT max(d.date) FROM documents d WHERE {clause}", values
        ).fetchone()
        return found[0]

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
        wanted = json.dumps(list(map(int, ids)))
        documents = self._whole(
            "SELECT document FROM passages WHERE id IN (SELECT value FROM json_each(?))", wanted
        )
        sentences: dict[int, list[tuple[int, int, Block, str | None, Kind]]] = {}
        for each, a, b, block, speaker, kind in self._sql.execute(
            "SELECT p.id, s.start, s.stop, s.block, ifnull(who.person, s.speaker), s.kind "
            "FROM json_each(?) j "
            "CROSS JOIN passages p ON p.id = j.value CROSS JOIN sentences s "
            "ON s.document = p.document AND s.start >= p.start AND s.start < p.stop "
            "LEFT JOIN people who ON who.name = s.speaker "
            "WHERE s.block = 'body' ORDER BY p.id, s.start",
            (wanted,),
        ):
            sentences.setdefault(each, []).append((a, b, block, speaker, kind))
        found = {}
        for each, of, start, stop in self._sql.execute(
            "SELECT id, document, start, stop FROM passages "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        ):
            parts = (
                Sentence(documents[of], Span(a, b), block, speaker, kind)
                for a, b, block, speaker, kind in sentences[each]
            )
            found[each] = Passage(documents[of], Span(start, stop), tuple(parts))
        return found


def passage_vectors(
    index: Path, connection: sqlite3.Connection, width: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids and vectors of all passages, ascending. Shapes: (n,), (n, width).

    Raises:
        IndexDamaged: A vector is missing.
    """
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


def _attribution(
    kind: Literal["direct", "indirect"],
    start: int,
    stop: int,
    speaker_start: int | None,
    speaker_stop: int | None,
    cue_start: int | None,
    cue_stop: int | None,
    name: str | None,
    reported_start: int | None,
    reported_stop: int | None,
    reporter: str | None,
    roles: str,
    body: int,
) -> Attribution:
    return Attribution(
        kind,
        Span(start, stop),
        *(_span(speaker_start, speaker_stop), _span(cue_start, cue_stop), name),
        *(_span(reported_start, reported_stop), reporter),
        tuple(map(Role.read, filter(None, roles.split("\n")))),
        bool(body),
    )


def _span(start: int | None, stop: int | None) -> Span | None:
    return None if start is None or stop is None else Span(start, stop)


@contextmanager
def _reading_vectors(index: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(index, f"{VECTORS} cannot be read ({error})") from error


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """State and settings as they are stored."""
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
