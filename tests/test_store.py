import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from traceback import walk_tb

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.datatypes import Document, Filters
from rag.errors import (
    DocumentUnknown,
    IndexDamaged,
    IndexForeign,
    IndexMissing,
    IndexOutdated,
)
from rag.quotes import Role
from rag.segment import passages, segment
from rag.store import (
    FORMAT,
    PAIR,
    PASSAGES_PER_DOCUMENT,
    RECORD,
    VECTORS,
    Record,
    Settings,
    Snapshots,
    Writer,
    check_place,
    embedding_key,
    new_state,
    snapshot,
)
from rag.store.schema import TITLE_TIMES
from rag.terms import terms

SETTINGS = Settings(
    encoder="none", fingerprint="f", width=4, length_words=30, overlap_words=0, analysis="1"
)
WORDS = ["missile", "Syria", "Putin’s", "3.14", "don’t", "running", "café", "5,500", "peace", "a"]


def text_of(words: Iterable[str]) -> str:
    return "The report begins here.\n\nIt tells of " + " and ".join(words) + ", he said.\n"


def document(name: str, text: str = text_of(WORDS), **fields: str | None) -> Document:
    return Document(name, text, **{"title": "A title of peace", **fields})


def put(writer: Writer, *documents: Document) -> None:
    for one in documents:
        file = writer.put_file("/corpus", one.id, one.sha256)
        writer.add(file, one)
        parts = segment(one)
        named = [(p, embedding_key("f", p.text)) for p in passages(parts)]
        keys = writer.without_vector(key for _, key in named)
        writer.add_vectors(keys, np.array([_vector(key) for key in keys], np.float32))
        writer.cut(one, parts, named)


def _vector(key: bytes) -> list[float]:
    return [byte / 255 for byte in key[:4]]


def commit(writer: Writer) -> None:
    writer.settings = SETTINGS
    writer.commit(new_state())


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


def filled(index: Path, *documents: Document) -> Path:
    with closing(Writer(index)) as writer:
        put(writer, *documents)
        commit(writer)
    return index


def ids(index: Path) -> list[str]:
    with snapshot(index) as record:
        return [one.id for one in record.documents()]


def test_a_document_comes_back_word_for_word(index: Path) -> None:
    one = document(
        "ä/1.txt", "Tab\there “é😀”.\n\nIt is.\n", outlet="News", date="2024-12-20", url="http://x"
    )
    with snapshot(filled(index, one)) as record:
        assert record.document("ä/1.txt") == one
        assert list(record.documents()) == [one]
        assert record.sentences(one) == segment(one)
        assert record.settings == SETTINGS


def test_an_unknown_id_is_named(index: Path) -> None:
    filled(index, document("a"))
    with snapshot(index) as record, pytest.raises(DocumentUnknown, match="no-such-id"):
        record.document("no-such-id")


def test_documents_come_by_id_and_not_as_they_were_added(index: Path) -> None:
    filled(index, document("b"), document("a"))
    with snapshot(index) as record:
        assert [one.id for one in record.documents()] == [*record.document_ids()] == ["a", "b"]


def test_who_is_called_so_a_third_as_often_as_another_may_be_meant(index: Path) -> None:
    filled(index, document("a"))
    called = [("mayor", "", "Ann Lee", 6), ("mayor", "", "Bo Lind", 2), ("mayor", "", "Cy Orr", 1)]
    with closing(Writer(index)) as writer:
        writer._sql.executemany("INSERT INTO offices VALUES (?, ?, ?, ?)", called)
        commit(writer)
    with snapshot(index) as record:
        assert record.people_called(Role("mayor")) == ("Ann Lee", "Bo Lind")


def test_nothing_is_seen_before_it_is_committed(index: Path) -> None:
    filled(index, document("a"))
    with closing(Writer(index)) as writer:
        put(writer, document("b"))
        writer.remove("a")
        assert ids(index) == ["a"]
        commit(writer)
        assert ids(index) == ["b"]


def test_nothing_is_left_of_a_transaction_that_was_not_committed_but_its_vectors(
    index: Path,
) -> None:
    filled(index, document("a"))
    with closing(Writer(index)) as writer:
        put(writer, document("b", "Another body stands here, of the same length.\n"))
    assert ids(index) == ["a"]
    with closing(Writer(index)) as writer:
        key = embedding_key("f", "Another body stands here, of the same length.")
        assert writer.without_vector([key]) == ()


def test_a_snapshot_stays_as_it_was_while_others_commit(index: Path) -> None:
    filled(index, document("a"))
    with snapshot(index) as record:
        state = record.state
        with closing(Writer(index)) as writer:
            writer.remove("a")
            put(writer, document("b"))
            commit(writer)
        assert [one.id for one in record.documents()] == ["a"]
        assert record.term_ids(["missil"])
        assert record.state == state
    with snapshot(index) as record:
        assert record.state != state


def test_a_writer_that_finds_damage_leaves_no_connection_open(index: Path) -> None:
    filled(index, document("a"))
    record = index / RECORD
    whole = record.read_bytes()
    record.write_bytes(whole[: -4096 * 2] + b"\xff" * 4096 * 2)
    with pytest.raises((IndexDamaged, sqlite3.DatabaseError)) as told:
        Writer(index, mend=True)
    seen = (frame.f_locals.get("self") for frame, _ in walk_tb(told.tb))
    writer = next(one for one in seen if isinstance(one, Writer))
    for connection in (writer._sql, writer._vectors):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_vectors_that_no_state_uses_are_forgotten(index: Path) -> None:
    filled(index, document("a"), document("b", "Another body stands here, of the same length.\n"))
    with closing(Writer(index)) as writer:
        writer.remove("b")
        commit(writer)
        writer.drop_unused_vectors()
    with closing(sqlite3.connect(index / VECTORS)) as vectors:
        kept = {key for (key,) in vectors.execute("SELECT key FROM vectors")}
    with snapshot(index) as record:
        one = record.document("a")
        used = {embedding_key("f", p.text) for p in passages(segment(one))}
        assert kept == used


def test_vectors_of_passages_are_in_order_of_their_ids(index: Path) -> None:
    filled(index, document("a"), document("b", "One. Two.\n"))
    with closing(Writer(index)) as writer, snapshot(index) as record:
        found, vectors = writer.passage_vectors(4)
        texts = [record.by_ids([each])[each].text for each in found]
    assert found.tolist() == sorted(found)
    expected = [_vector(embedding_key("f", text)) for text in texts]
    assert vectors == pytest.approx(np.array(expected))


def test_a_missing_vector_is_damage_and_not_another_answer(index: Path) -> None:
    filled(index, document("a"))
    with closing(sqlite3.connect(index / VECTORS)) as vectors, vectors:
        vectors.execute("DELETE FROM vectors")
    with closing(Writer(index)) as writer, pytest.raises(IndexDamaged, match=VECTORS):
        writer.passage_vectors(4)


# origins


def keys(*values: int) -> NDArray[np.uint64]:
    return np.array(values, np.uint64)


def origins_of(index: Path) -> dict[str, str | None]:
    with snapshot(index) as record:
        return {one.id: one.origin for one in record.documents()}


def test_signatures_and_what_was_compared_come_back(index: Path) -> None:
    compared = {("a", "b"): True, ("a", "c"): False}
    with closing(Writer(index)) as writer:
        put(writer, document("a"), document("b"), document("c"))
        writer.sign("a", keys(1, 2**64 - 1))
        writer.sign("c", keys())
        writer.put_origins(compared, {"a": "a", "b": "a", "c": "c"})
        commit(writer)
    with closing(Writer(index)) as writer:
        assert {n: k.tolist() for n, k in writer.signatures().items()} == {
            "a": [1, 2**64 - 1],
            "c": [],
        }
        assert writer.compared() == compared
        assert writer.counts().origins == 2
    assert origins_of(index) == {"a": "a", "b": "a", "c": "c"}


def test_an_origin_makes_no_other_document(index: Path) -> None:
    one = document("a")
    with closing(Writer(index)) as writer:
        put(writer, one)
        writer.put_origins({}, {"a": "a"})
        commit(writer)
    with snapshot(index) as record:
        assert record.document("a") == one
        assert record.document("a").origin == "a"


def test_nothing_of_a_removed_document_is_left_to_be_compared_with(index: Path) -> None:
    with closing(Writer(index)) as writer:
        put(writer, document("a"), document("b"), document("c"))
        for name in "abc":
            writer.sign(name, keys(1))
        writer.put_origins({("a", "b"): True, ("b", "c"): True, ("a", "c"): True}, {})
        writer.remove("b")
        assert writer.compared() == {("a", "c"): True}
        assert set(writer.signatures()) == {"a", "c"}
        writer.clear()
        assert writer.compared() == writer.signatures() == {}


def test_origins_are_seen_with_the_state_and_not_before(index: Path) -> None:
    filled(index, document("a"))
    with closing(Writer(index)) as writer:
        writer.put_origins({}, {"a": "x"})
        assert origins_of(index) == {"a": None}
        commit(writer)
    assert origins_of(index) == {"a": "x"}


# BM25


Counted = dict[str, dict[str, int]]


def counted(index: Path) -> tuple[Counted, Counted]:
    """Terms of each document, by id, and of each passage, by document and place."""
    with closing(Writer(index)) as writer, snapshot(index) as record:
        with closing(sqlite3.connect(index / RECORD)) as plain:
            names = dict(plain.execute("SELECT id, term FROM terms"))

        def named(counts: NDArray[np.uint64]) -> dict[str, int]:
            return {
                f"{names[t // PAIR]} {names[t % PAIR]}" if t >= PAIR else names[t]: n
                for t, n in counts.tolist()
            }

        rows, found = dict(writer.document_terms()), dict(writer.passage_terms())
        ids, places = record.names(list(rows)), record.places(list(found))
        documents = {ids[row]: named(counts) for row, counts in rows.items()}
        return documents, {f"{places[row]}": named(counts) for row, counts in found.items()}


OPERATIONS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.none() | st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
        st.sampled_from(["A title of peace", "Syria’s 3.14", None]),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(OPERATIONS)
def test_after_any_changes_bm25_is_that_of_a_fresh_index(tmp_path_factory, operations) -> None:
    changed, fresh = tmp_path_factory.mktemp("changed"), tmp_path_factory.mktemp("fresh")
    now: dict[str, Document] = {}
    for number, words, title in operations:
        name = f"d{number}"
        with closing(Writer(changed)) as writer:
            if name in now:
                writer.remove(name)
                del now[name]
            if words is not None:
                now[name] = document(name, text_of(words), title=title)
                put(writer, now[name])
            commit(writer)
    filled(fresh, *(now[name] for name in sorted(now)))
    assert counted(changed) == counted(fresh)


def test_every_word_is_counted_and_those_of_the_title_more(index: Path) -> None:
    text = "The foreign minister said: the foreign minister flew."
    filled(index, document("a", text, title="Peace talks"), document("b", "Else.", title=None))
    documents, of_passages = counted(index)
    pairs = {"peac talk": 1, "foreign minist": 2, "minist flew": 1}
    expected = (
        Counter(terms(text)) + Counter({"peac": TITLE_TIMES, "talk": TITLE_TIMES}) + Counter(pairs)
    )
    assert documents == {"a": expected, "b": {"els": 1}}
    assert of_passages["('a', 0)"] == Counter(terms(text))


def test_clearing_forgets_terms_that_an_older_version_cut_in_another_way(index: Path) -> None:
    filled(index, document("a"))
    with closing(sqlite3.connect(index / RECORD)) as record, record:
        record.execute("UPDATE terms SET term = 'strang' WHERE term = 'missil'")
    with closing(Writer(index)) as writer:
        writer.clear()
        for one in writer.documents():
            writer.cut(one, [], [(p, embedding_key("f", p.text)) for p in passages(segment(one))])
        commit(writer)
    with snapshot(index) as record:
        assert list(record.term_ids(["strang", "missil"])) == ["missil"]


def test_hundreds_of_terms_can_be_looked_for_at_once(index: Path) -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "0123456789" * 3][:1000]
    with snapshot(filled(index, document("a"))) as record:
        assert list(record.term_ids([*words, "missil"])) == ["missil"]


def test_places_of_more_passages_than_sqlite_takes_parameters(index: Path) -> None:
    with snapshot(filled(index, document("a"))) as record:
        assert record.places(range(PASSAGES_PER_DOCUMENT, PASSAGES_PER_DOCUMENT + 300_000)) == {
            PASSAGES_PER_DOCUMENT: ("a", 0)
        }


# filters

ARTICLES = [
    document("sport/1.txt", "One.\n", outlet="100% News_", date="2024-12-01"),
    document("sport/2.txt", "Two.\n", outlet="ÉCHO d'Est", date="2024-12-20"),
    document("sports.txt", "Three.\n", outlet=None, date=None),
    document("100%.txt", "Four.\n", outlet='"; DROP TABLE documents; --', date="2025-01-01"),
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [0, 1, 2, 3]),
        (Filters(document="sport/"), [0, 1]),
        (Filters(document="sport"), [0, 1, 2]),
        (Filters(document="Sport"), []),
        (Filters(document="100%"), [3]),
        (Filters(document="%"), []),
        (Filters(outlet="news_"), [0]),
        (Filters(outlet="_"), [0]),
        (Filters(outlet="écho D'"), [1]),
        (Filters(outlet='"; drop table'), [3]),
        (Filters(since="2024-12-20"), [1, 3]),
        (Filters(until="2024-12-20"), [0, 1]),
        (Filters(since="2024-12-02", until="2024-12-31", document="sport"), [1]),
        (Filters(document="' OR 1=1 --"), []),
    ],
)
def test_filters_take_every_sign_as_itself(
    index: Path, filters: Filters, expected: list[int]
) -> None:
    with snapshot(filled(index, *ARTICLES)) as record:
        allowed = record.allowed(filters)
        if allowed is None:
            assert expected == [*range(len(ARTICLES))]
            return
        names = [record.places([each])[each][0] for each in allowed.tolist()]
        assert names == [ARTICLES[n].id for n in expected]


# what lies in the folder


def test_where_there_is_nothing_the_index_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "none", tmp_path / "empty"):
        check_place(place)
        with pytest.raises(IndexMissing, match="no index here"), snapshot(place):
            pass


def test_somebody_elses_folder_or_file_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    for place in (tmp_path, tmp_path / "thesis.tex"):
        with pytest.raises(IndexForeign):
            check_place(place)
        with pytest.raises(IndexForeign), snapshot(place):
            pass


def test_a_database_of_another_program_is_left_as_it_is(index: Path) -> None:
    with closing(sqlite3.connect(index / RECORD)) as other, other:
        other.execute("CREATE TABLE holidays (day TEXT)")
    before = (index / RECORD).read_bytes()
    with pytest.raises(IndexForeign):
        Writer(index)
    with pytest.raises(IndexForeign), snapshot(index):
        pass
    assert (index / RECORD).read_bytes() == before
    assert [entry.name for entry in index.iterdir()] == [RECORD]


def test_another_format_is_refused_and_left_as_it_is(index: Path) -> None:
    filled(index, document("a"))
    with closing(sqlite3.connect(index / RECORD)) as record:
        record.execute(f"PRAGMA user_version = {FORMAT + 1}")
    before = (index / RECORD).read_bytes()
    with pytest.raises(IndexOutdated, match=f"format {FORMAT + 1}"):
        Writer(index)
    with pytest.raises(IndexOutdated, match=f"format {FORMAT + 1}"), snapshot(index):
        pass
    assert (index / RECORD).read_bytes() == before


def test_a_first_build_that_never_ended_is_no_index(index: Path) -> None:
    with closing(Writer(index)) as writer:
        put(writer, document("a"))
    with pytest.raises(IndexMissing, match="never ended"), snapshot(index):
        pass
    assert ids(filled(index, document("a"))) == ["a"]


def test_a_record_that_is_not_whole_is_damaged(index: Path) -> None:
    filled(index, *(document(f"{n}", text_of(WORDS * 40)) for n in range(20)))
    content = (index / RECORD).read_bytes()
    for cut in (16, 100, 5000, len(content) // 2):
        (index / RECORD).write_bytes(content[:cut])
        with pytest.raises(IndexDamaged, match="cannot be read"), snapshot(index) as record:
            assert isinstance(record, Record)
            list(record.documents())
    (index / RECORD).write_bytes(b"garbage " * 1000)
    with pytest.raises(IndexDamaged, match="not a database"), snapshot(index):
        pass


def test_kept_connections_see_every_new_state_and_a_file_put_in_its_place(
    index: Path, tmp_path: Path
) -> None:
    filled(index, document("a"))
    snapshots = Snapshots(index)
    states = []
    for name in ("b", "c"):
        with snapshots.now() as record:
            states.append(record.state)
        filled(index, document(name))
    with snapshots.now() as record:
        assert record.document("c").id == "c"
        assert record.state not in states
    other = tmp_path / "other"
    other.mkdir()
    filled(other, document("z"))
    snapshots.close()
    with snapshots.now() as record:
        assert record.document("c").id == "c"
    (index / "record.db-wal").unlink(missing_ok=True)
    (other / "record.db").replace(index / "record.db")
    with snapshots.now() as record:
        assert record.document("z").id == "z"
    (index / "record.db").write_bytes(b"no database " * 600)
    with pytest.raises(IndexDamaged), snapshots.now():
        pass
    (index / "record.db").unlink()
    with pytest.raises((IndexMissing, IndexForeign)), snapshots.now():
        pass


WRITTEN_WHILE_READ = """
import sqlite3, sys
from pathlib import Path
from rag.errors import IndexDamaged
from rag.store import snapshot
index = Path(sys.argv[1])
index.chmod(0o555)
try:
    with snapshot(index) as record:
        first = record.document("a").text
        index.chmod(0o755)
        with sqlite3.connect(index / "record.db") as other:
            other.execute("UPDATE meta SET value = 'other' WHERE key = 'state'")
        other.close()
except IndexDamaged as error:
    print(first and error)
"""


def test_what_is_written_while_a_reader_may_not_lock_it_is_told(
    index: Path, without_privilege: Callable[..., CompletedProcess[str]]
) -> None:
    filled(index, document("a"))
    done = without_privilege(index, program=WRITTEN_WHILE_READ)
    assert "it was written while it was read" in done.stdout, done.stderr
