"""One transaction over the record, and vectors that outlive it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Document, Passage, Sentence, Span
from rag.errors import IndexDamaged
from rag.quotes import Attribution, Role, name_sounds
from rag.store.opening import (
    RECORD,
    VECTORS,
    check_before_writing,
    connect_to_vectors,
    vectors_are_sound,
)
from rag.store.reading import Record, passage_vectors, read_meta, whole_document
from rag.store.schema import (
    APPLICATION,
    ATTRIBUTION_COLUMNS,
    DOCUMENT_COLUMNS,
    FORMAT,
    PAIR,
    PASSAGES_PER_DOCUMENT,
    SCHEMA,
    TITLE_TIMES,
    Counts,
    IndexedFile,
    Settings,
)
from rag.terms import content_pairs, sound, term, words

# Of documents, when they are cut.
_MADE = ("sentences", "attributions", "passages", "document_terms", "signatures")


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
        self._terms: dict[str, int] = {}
        check_before_writing(index)
        if mend and not vectors_are_sound(index):
            for file in index.glob(f"{VECTORS}*"):
                file.unlink()
        self._vectors = connect_to_vectors(index)
        self._sql = sqlite3.connect(index / RECORD, isolation_level=None)
        try:
            self._begin(mend=mend)
        except BaseException:
            self.close()
            raise

    def _begin(self, *, mend: bool) -> None:
        self._sql.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        self._sql.execute("ATTACH ? AS vectors", (str(self.index / VECTORS),))
        if mend and self._sql.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise IndexDamaged(self.index, f"{RECORD} is damaged")
        self._sql.execute("BEGIN")  # not IMMEDIATE: that would lock the attached vectors, too
        if not self._sql.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._create()

    def _create(self) -> None:
        for statement in filter(None, map(str.strip, SCHEMA.split(";\n"))):
            self._sql.execute(statement)
        self._sql.execute(f"PRAGMA application_id = {APPLICATION}")
        self._sql.execute(f"PRAGMA user_version = {FORMAT}")

    @property
    def state(self) -> str:
        """The last committed state; empty before the first."""
        return read_meta(self._sql).get("state", "")

    @property
    def settings(self) -> Settings | None:
        """What the index was built with; `None` before the first build."""
        saved = read_meta(self._sql).get("settings")
        return Settings(**json.loads(saved)) if saved else None

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._put("settings", json.dumps(asdict(settings)))

    def _put(self, key: str, value: str) -> None:
        self._sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
        self.changed = True

    def files(self, root: str) -> tuple[IndexedFile, ...]:
        """The files below a root that documents came from."""
        rows = self._sql.execute(
            "SELECT id, root, name, sha256 FROM files WHERE root = ? ORDER BY name", (root,)
        )
        return tuple(IndexedFile(*row) for row in rows)

    def files_of_others(self, folder: str) -> tuple[IndexedFile, ...]:
        """A file, or those below a folder, that documents came from by another path."""
        rows = self._sql.execute(
            "SELECT id, root, name, sha256 FROM files WHERE root <> ?1 "
            "AND substr(rtrim(root, '/') || '/' || name || '/', 1, length(?2)) = ?2 ORDER BY id",
            (folder, f"{folder.rstrip('/')}/"),
        )
        return tuple(IndexedFile(*row) for row in rows)

    def roots(self) -> dict[str, int]:
        """As those of `Record`, in this transaction."""
        return Record(self.index, self._sql).roots()

    def move_file(self, file: IndexedFile, root: str, name: str) -> IndexedFile:
        """Note that a file is below another path from now on; it is to be read again."""
        self._sql.execute(
            "UPDATE files SET root = ?, name = ?, sha256 = '' WHERE id = ?", (root, name, file.id)
        )
        self.changed = True
        return IndexedFile(file.id, root, name, "")

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
        rows = self._sql.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents d WHERE file = ?", (file,)
        )
        return tuple(whole_document(self.index, row) for row in rows)

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
        sentences: Iterable[Sentence],
        passages: Iterable[tuple[Passage, bytes]],
        attributions: Iterable[Attribution] = (),
    ) -> None:
        """Add the parts of a document: passages with the keys of their vectors."""
        row = self._row(document.id)
        self._sql.executemany(
            "INSERT INTO sentences (document, start, stop, block, speaker, kind) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                (row, one.span.start, one.span.end, one.block, one.speaker, one.kind)
                for one in sentences
            ),
        )
        self._sql.executemany(
            f"INSERT INTO attributions (document, {', '.join(ATTRIBUTION_COLUMNS)}) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((row, *_attribution_row(one)) for one in attributions),
        )
        for number, (passage, key) in enumerate(passages):
            self._sql.execute(
                "INSERT INTO passages (id, document, start, stop, vector, counts) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(row * PASSAGES_PER_DOCUMENT + number, row),
                    *(passage.span.start, passage.span.end, key),
                    _packed(self._counts(words(passage.text))),
                ),
            )
        title, text = words(document.title or ""), words(document.text)
        counts = self._counts(title * TITLE_TIMES + text) + self._pairs(title + text)
        self._sql.execute("INSERT INTO document_terms VALUES (?, ?)", (row, _packed(counts)))

    def _counts(self, found: Sequence[str]) -> Counter[int]:
        """How often each term stands among the words."""
        counts: Counter[int] = Counter()
        for word, times in Counter(found).items():
            counts[self._term(word)] += times
        return counts

    def _pairs(self, found: Sequence[str]) -> Counter[int]:
        """How often two terms stand side by side, where both carry a subject."""
        counts: Counter[int] = Counter()
        for pair, times in Counter(content_pairs(found)).items():
            first, second = map(self._term, pair)
            counts[first * PAIR + second] += times
        return counts

    def _term(self, word: str) -> int:
        """The id of a word's term; both are new to the record, or known."""
        if word not in self._terms:
            row = self._sql.execute("SELECT term FROM words WHERE word = ?", (word,)).fetchone()
            self._terms[word] = row[0] if row else self._add_word(word)
        return self._terms[word]

    def _add_word(self, word: str) -> int:
        stem = term(word)
        self._sql.execute("INSERT OR IGNORE INTO terms (term) VALUES (?)", (stem,))
        (found,) = self._sql.execute("SELECT id FROM terms WHERE term = ?", (stem,)).fetchone()
        self._sql.execute("INSERT INTO words VALUES (?, ?, ?)", (word, found, sound(word)))
        return int(found)

    def _row(self, name: str) -> int:
        (row,) = self._sql.execute("SELECT id FROM documents WHERE name = ?", (name,)).fetchone()
        return int(row)

    def remove(self, name: str) -> None:
        """Remove a document with all that was made of it."""
        row = self._row(name)
        for table in _MADE:
            self._sql.execute(f"DELETE FROM {table} WHERE document = ?", (row,))
        self._sql.execute("DELETE FROM compared WHERE one = ?1 OR other = ?1", (row,))
        self._sql.execute("DELETE FROM documents WHERE id = ?", (row,))
        self.changed = True

    def clear(self) -> None:
        """Forget all that was made of documents, to make it anew by other settings."""
        for table in (*_MADE, "compared", "words", "terms"):
            self._sql.execute(f"DELETE FROM {table}")
        self._terms.clear()
        self.changed = True

    def sign(self, name: str, signature: NDArray[np.uint64]) -> None:
        """Keep by what the copies of a document are found. Shape: (n_keys,)."""
        keys = signature.astype("<u8").tobytes()
        self._sql.execute("INSERT INTO signatures VALUES (?, ?)", (self._row(name), keys))
        self.changed = True

    def signatures(self) -> dict[str, NDArray[np.uint64]]:
        """What was kept of each document, by id. Shape of each: (n_keys,)."""
        rows = self._sql.execute(
            "SELECT d.name, s.keys FROM signatures s JOIN documents d ON d.id = s.document"
        )
        return {name: np.frombuffer(keys, "<u8") for name, keys in rows}

    def compared(self) -> dict[tuple[str, str], bool]:
        """The pairs of ids that were compared, and whether one is a copy of the other."""
        rows = self._sql.execute(
            "SELECT a.name, b.name, c.copied FROM compared c "
            "JOIN documents a ON a.id = c.one JOIN documents b ON b.id = c.other"
        )
        return {(one, other): bool(copied) for one, other, copied in rows}

    def put_origins(
        self, compared: Mapping[tuple[str, str], bool], origins: Mapping[str, str]
    ) -> None:
        """Keep the pairs that were compared, these and no others, and the origin of each id."""
        rows: dict[str, int] = dict(self._sql.execute("SELECT name, id FROM documents"))
        self._sql.execute("DELETE FROM compared")
        self._sql.executemany(
            "INSERT INTO compared VALUES (?, ?, ?)",
            ((rows[one], rows[other], copied) for (one, other), copied in compared.items()),
        )
        self._sql.executemany(
            "UPDATE documents SET origin = ?1 WHERE id = ?2 AND origin IS NOT ?1",
            ((origin, rows[name]) for name, origin in origins.items()),
        )

    def names(self) -> tuple[dict[str, int], dict[str, int]]:
        """How many attributions each name has, as documents write it, and how many as a body's."""
        rows = self._sql.execute(
            "SELECT name, count(*), sum(body) FROM attributions "
            "WHERE name IS NOT NULL GROUP BY name"
        ).fetchall()
        return {name: times for name, times, _ in rows}, {name: of for name, _, of in rows}

    def put_people(self, persons: Mapping[str, str], bodies: Collection[str]) -> None:
        """Keep whom each spelling of a name means, and what they are called."""
        self._sql.execute("DELETE FROM people")
        self._sql.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?)",
            (
                (written, person, sound, written in bodies)
                for written, person in persons.items()
                for sound in name_sounds(written)[:1]
            ),
        )
        self._put_offices(persons)

    def _put_offices(self, persons: Mapping[str, str]) -> None:
        """Keep how often whoever speaks is called what."""
        times: Counter[tuple[str, str, str]] = Counter()
        rows = self._sql.execute(
            "SELECT name, roles, count(*) FROM attributions "
            "WHERE name IS NOT NULL AND roles <> '' GROUP BY name, roles"
        )
        for name, roles, count in rows:
            for role in map(Role.read, roles.split("\n")):
                times[role.office, " ".join(role.beside), persons[name]] += count
        self._sql.execute("DELETE FROM offices")
        self._sql.executemany(
            "INSERT INTO offices VALUES (?, ?, ?, ?)",
            ((*called, count) for called, count in times.items()),
        )

    def sentences(self, name: str) -> tuple[Sentence, ...]:
        """All sentences of a document in this transaction, in order."""
        record = Record(self.index, self._sql)
        return record.sentences(record.document(name))

    def documents(self) -> Iterator[Document]:
        """All documents, in the order in which they came; safe while writing."""
        rows = self._sql.execute("SELECT id FROM documents ORDER BY id").fetchall()
        for row in rows:
            found = self._sql.execute(
                f"SELECT {DOCUMENT_COLUMNS} FROM documents d WHERE id = ?", row
            )
            yield whole_document(self.index, found.fetchone())

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
            "DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM record.passages)"
        )
        self._vectors.execute("DETACH record")

    def counts(self) -> Counts:
        """What this transaction holds."""
        return Record(self.index, self._sql).counts()

    def document_terms(self) -> Iterator[tuple[int, NDArray[np.uint64]]]:
        """Id of each document with its term counts, ascending. Shape of those: (n_terms, 2)."""
        return self._term_counts("SELECT document, counts FROM document_terms ORDER BY document")

    def passage_terms(self) -> Iterator[tuple[int, NDArray[np.uint64]]]:
        """Id of each passage with its term counts, ascending. Shape of those: (n_terms, 2)."""
        return self._term_counts("SELECT id, counts FROM passages ORDER BY id")

    def _term_counts(self, query: str) -> Iterator[tuple[int, NDArray[np.uint64]]]:
        for row, counts in self._sql.execute(query):
            yield row, np.frombuffer(counts, "<u8").reshape(-1, 2)

    def passage_vectors(self, width: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ids and vectors of the passages in this transaction. Shapes: (n,), (n, width)."""
        count = Record(self.index, self._sql).passages()
        return passage_vectors(self.index, self._sql, width, count)

    def commit(self, state: str) -> None:
        """Make this transaction what everyone sees, under the name `state`."""
        self._put("state", state)
        self._sql.execute("DELETE FROM files WHERE id NOT IN (SELECT file FROM documents)")
        self._sql.execute("COMMIT")

    def close(self) -> None:
        """Leave without changing what others see; vectors that were added stay."""
        self._sql.close()
        self._vectors.close()


def _attribution_row(one: Attribution) -> tuple[str | int | None, ...]:
    """In the order of `ATTRIBUTION_COLUMNS`."""
    return (
        *(one.kind, one.content.start, one.content.end),
        *(*_ends(one.speaker), *_ends(one.cue), one.name),
        *(*_ends(one.reported_by), one.reporter),
        *("\n".join(map(str, one.roles)), one.body),
    )


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span is not None else (None, None)


def _packed(counts: Counter[int]) -> bytes:
    return np.array(sorted(counts.items()), "<u8").tobytes()
