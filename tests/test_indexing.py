import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from rag import OnRecord, PassageConfig
from rag.cli import run
from rag.contracts import search_object
from rag.encoders import OnnxEncoder
from rag.errors import (
    ConfigInvalid,
    EncoderUnavailable,
    IndexBusy,
    IndexDamaged,
    IndexForeign,
    IndexMissing,
    InputInvalid,
    NothingToIndex,
)
from rag.indexing import IndexReport, _was_read
from rag.store import RECORD, VECTORS, snapshot
from rag.store.opening import vectors_are_sound

REPORT = "The {} was the subject of a report, which the office gave out on Monday.\n"


class Corpus:
    """A folder of articles, and the index of it."""

    def __init__(self, folder: Path, encoder: Path) -> None:
        self.folder, self.index, self.encoder = folder / "corpus", folder / "index", encoder
        self.folder.mkdir()

    def write(self, name: str, subject: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Of the {subject}\n\n{REPORT.format(subject)}", encoding="utf-8")
        return path

    def write_table(self, name: str, subjects: dict[str, str]) -> None:
        rows = [{"_id": each, "text": REPORT.format(of)} for each, of in subjects.items()]
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (self.folder / name).write_text(lines, encoding="utf-8")

    def build(self, *paths: Path, encoder: Path | None = None, **options) -> IndexReport:
        encoder = encoder or self.encoder
        return OnRecord.build(self.index, paths or [self.folder], encoder=str(encoder), **options)

    def found(self, question: str = "the report of the office") -> object:
        return found(self.index, question)

    def texts(self) -> dict[str, str]:
        return {one.id: one.text for one in OnRecord.open(self.index).documents()}

    def vectors(self) -> int:
        return len(kept(self.index))

    def state(self) -> str:
        return OnRecord.open(self.index).info().state


def found(index: Path, question: str) -> object:
    return search_object(question, OnRecord.open(index).search(question, depth=50))


def kept(index: Path) -> dict[bytes, bytes]:
    """The vectors that are kept, by their names."""
    with closing(sqlite3.connect(index / VECTORS)) as vectors:
        return dict(vectors.execute("SELECT key, vector FROM vectors"))


def numbers(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.removed, report.unchanged


@pytest.fixture
def corpus(tmp_path: Path, tiny_encoder: Path) -> Corpus:
    corpus = Corpus(tmp_path, tiny_encoder)
    corpus.write("a.txt", "missile")
    corpus.write("b.txt", "harvest")
    corpus.write("c/d.txt", "election")
    return corpus


def test_a_first_build_adds_every_document(corpus: Corpus) -> None:
    report = corpus.build()
    assert numbers(report) == (3, 0, 0, 0)
    assert not report.rebuilt
    assert not report.failures
    assert report.counts.documents == report.counts.sentences == report.counts.passages == 3
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt"}


def test_a_second_build_changes_nothing_and_says_so(corpus: Corpus) -> None:
    corpus.build()
    state = corpus.state()
    before = {path: path.stat().st_mtime_ns for path in corpus.index.glob("*.faiss")}
    report = corpus.build()
    assert numbers(report) == (0, 0, 0, 3)
    assert not report.rebuilt
    assert corpus.state() == state
    assert {path: path.stat().st_mtime_ns for path in corpus.index.glob("*.faiss")} == before


def test_a_changed_file_is_updated_a_deleted_one_removed_a_renamed_one_moved(
    corpus: Corpus,
) -> None:
    corpus.build()
    corpus.write("a.txt", "glacier")
    corpus.folder.joinpath("b.txt").rename(corpus.folder / "c" / "renamed.txt")
    corpus.folder.joinpath("c/d.txt").unlink()
    assert numbers(corpus.build()) == (1, 1, 2, 0)
    texts = corpus.texts()
    assert set(texts) == {"a.txt", "c/renamed.txt"}
    assert "glacier" in texts["a.txt"]
    assert "harvest" in texts["c/renamed.txt"]
    assert "missile" not in json.dumps(corpus.found("missile")["hits"])


def test_a_touched_file_is_unchanged(corpus: Corpus) -> None:
    corpus.build()
    os.utime(corpus.folder / "a.txt", (1, 1))
    assert numbers(corpus.build()) == (0, 0, 0, 3)


def test_the_same_text_in_two_files_is_two_documents_with_one_vector(corpus: Corpus) -> None:
    corpus.build()
    before = corpus.vectors()
    shutil.copy(corpus.folder / "a.txt", corpus.folder / "copy.txt")
    assert numbers(corpus.build()) == (1, 0, 0, 3)
    assert corpus.vectors() == before
    hits = corpus.found("missile")["hits"][:2]
    assert [hit["document"] for hit in hits] == ["a.txt", "copy.txt"]
    assert hits[0]["score"] == hits[1]["score"] or hits[0]["text"] == hits[1]["text"]


def test_only_the_changed_record_of_a_table_is_embedded_again(
    corpus: Corpus, tmp_path: Path
) -> None:
    subjects = {f"r{n}": f"subject{n}" for n in range(20)}
    corpus.write_table("t.jsonl", subjects)
    corpus.build()
    before = kept(corpus.index)
    corpus.write_table("t.jsonl", subjects | {"r7": "volcano"})
    assert numbers(corpus.build()) == (0, 1, 0, 22)
    after = kept(corpus.index)
    # One text of one sentence: a vector of the passage, which has no title, serves both.
    assert len(after.keys() - before.keys()) == len(before.keys() - after.keys()) == 1
    assert all(before[key] == after[key] for key in before.keys() & after.keys())
    assert "volcano" in corpus.texts()["r7"]


def test_two_builds_of_a_corpus_make_the_same_vectors_to_the_bit(
    seeds: Path, seeds_index: Path, tmp_path: Path
) -> None:
    OnRecord.build(tmp_path, [seeds])
    assert kept(tmp_path) == kept(seeds_index)


def test_an_interrupted_build_keeps_the_vectors_that_it_has_made(corpus: Corpus) -> None:
    corpus.write_table("t.jsonl", {f"r{n}": f"subject{n}" for n in range(300)})

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "embedding" and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        corpus.build(progress=interrupt)
    made = kept(corpus.index)
    assert 0 < len(made) < 300
    assert corpus.build().added == 303
    after = kept(corpus.index)
    assert len(after) > 300
    assert made.items() <= after.items()


TOLD = [
    "The council closed the old bridge on Monday after a night of heavy rain.",
    "Engineers found that two of its pillars had moved by the width of a hand.",
    "Buses take another way until the work ends, which may last until autumn.",
    "Shops on both banks fear for their trade and ask the mayor for a ferry.",
    "A first bridge of wood stood here until a flood took it in another century.",
    "Members of the council will meet again next week to vote on the money.",
]


def origins_of(index: Path) -> dict[str, str | None]:
    return {one.id: one.origin for one in OnRecord.open(index).documents()}


def test_an_index_brought_up_to_date_has_the_origins_of_one_built_anew(corpus: Corpus) -> None:
    report = "".join(f"{sentence}\n\n" for sentence in TOLD)
    (corpus.folder / "wire.txt").write_text(report, encoding="utf-8")
    (corpus.folder / "cut.txt").write_text("A headline\n\n" + report[: len(report) // 2])
    corpus.build()
    assert origins_of(corpus.index)["wire.txt"] == origins_of(corpus.index)["cut.txt"] == "cut.txt"
    corpus.write("cut.txt", "volcano")
    (corpus.folder / "b.txt").write_text("Of the harvest\n\n" + report, encoding="utf-8")
    corpus.build()
    fresh = corpus.index.with_name("fresh")
    OnRecord.build(fresh, [corpus.folder], encoder=str(corpus.encoder))
    expected = {"a.txt": "a.txt", "b.txt": "b.txt", "c/d.txt": "c/d.txt"}
    expected |= {"cut.txt": "cut.txt", "wire.txt": "b.txt"}
    assert origins_of(corpus.index) == origins_of(fresh) == expected
    assert OnRecord.open(corpus.index).info().counts.origins == 4


def test_records_that_are_gone_from_a_table_are_removed(corpus: Corpus) -> None:
    corpus.write_table("t.jsonl", {"r1": "one", "r2": "two"})
    corpus.build()
    corpus.write_table("t.jsonl", {"r2": "two", "r3": "three"})
    assert numbers(corpus.build()) == (1, 0, 1, 4)
    assert {"r2", "r3"} < set(corpus.texts())
    assert "r1" not in corpus.texts()


def test_a_renamed_table_keeps_its_records(corpus: Corpus) -> None:
    corpus.write_table("t.jsonl", {"r1": "one", "r2": "two"})
    corpus.build()
    corpus.folder.joinpath("t.jsonl").rename(corpus.folder / "a-first.jsonl")
    report = corpus.build()
    assert not report.failures
    assert {"r1", "r2"} < set(corpus.texts())


def test_a_record_that_moves_to_a_table_read_earlier_is_not_lost(corpus: Corpus) -> None:
    corpus.write_table("one.jsonl", {"r1": "one"})
    corpus.write_table("two.jsonl", {"r2": "two", "r3": "three"})
    corpus.build()
    corpus.write_table("one.jsonl", {"r1": "one", "r3": "three"})
    corpus.write_table("two.jsonl", {"r2": "two"})
    assert not corpus.build().failures
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt", "r1", "r2", "r3"}
    with snapshot(corpus.index) as record:
        assert record.document("r3").path == "one.jsonl"


def test_a_path_given_twice_is_read_once(corpus: Corpus) -> None:
    report = corpus.build(corpus.folder, corpus.folder, corpus.folder / "c" / "..")
    assert numbers(report) == (3, 0, 0, 0)


def test_single_files_and_folders_are_added_to_what_is_there(
    corpus: Corpus, tmp_path: Path
) -> None:
    corpus.build()
    other = tmp_path / "other"
    other.mkdir()
    (other / "z.txt").write_text(REPORT.format("volcano"), encoding="utf-8")
    alone = tmp_path / "alone.md"
    alone.write_text(f"# Alone\n\n{REPORT.format('orchestra')}", encoding="utf-8")
    assert numbers(corpus.build(other, alone)) == (2, 0, 0, 0)
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt", "z.txt", "alone.md"}


def test_an_id_that_two_folders_have_is_refused_by_name(corpus: Corpus, tmp_path: Path) -> None:
    corpus.build()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text(REPORT.format("volcano"), encoding="utf-8")
    (other / "z.txt").write_text(REPORT.format("orchestra"), encoding="utf-8")
    report = corpus.build(other)
    assert numbers(report) == (1, 0, 0, 0)
    (failure,) = report.failures
    assert failure.where == "a.txt"
    assert str(corpus.folder / "a.txt") in failure.why
    assert "missile" in corpus.texts()["a.txt"]


def test_a_refused_record_is_taken_when_its_id_is_free(corpus: Corpus, tmp_path: Path) -> None:
    corpus.build()
    corpus.write_table("t.jsonl", {"a.txt": "volcano", "r2": "orchestra"})
    assert [one.where for one in corpus.build().failures] == ["t.jsonl"]
    assert [one.where for one in corpus.build().failures] == ["t.jsonl"]
    corpus.folder.joinpath("a.txt").unlink()
    assert not corpus.build().failures
    assert "volcano" in corpus.texts()["a.txt"]


def test_a_folder_that_was_moved_is_taken_over(corpus: Corpus) -> None:
    corpus.build()
    vectors = corpus.vectors()
    corpus.folder = corpus.folder.rename(corpus.folder.with_name("moved"))
    report = corpus.build()
    assert not report.failures
    assert len(corpus.texts()) == 3
    assert corpus.vectors() == vectors
    corpus.folder.joinpath("b.txt").unlink()
    assert corpus.build().removed == 1
    assert set(corpus.texts()) == {"a.txt", "c/d.txt"}


# what cannot be read


def test_an_unreadable_file_is_reported_and_stops_no_other(corpus: Corpus) -> None:
    (corpus.folder / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (corpus.folder / "empty.txt").write_bytes(b"")
    report = corpus.build()
    assert numbers(report) == (3, 0, 0, 0)
    assert sorted(one.where for one in report.failures) == ["binary.txt", "empty.txt"]


def test_it_is_reported_again_as_long_as_it_is_there_and_loads_no_model(corpus: Corpus) -> None:
    (corpus.folder / "empty.txt").write_bytes(b"")
    corpus.write_table("t.jsonl", {"r1": "one"})
    with (corpus.folder / "t.jsonl").open("a") as table:
        table.write("no json\n")
    corpus.build()
    state = corpus.state()
    program = (
        "import sys; from pathlib import Path; from rag import OnRecord\n"
        "report = OnRecord.build(sys.argv[1], [sys.argv[2]])\n"
        "print(*sorted(one.where for one in report.failures), report.unchanged)\n"
        "print({'torch', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, corpus.index, corpus.folder], capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["empty.txt t.jsonl:2 4", "set()"], done.stderr
    assert corpus.state() == state


def test_what_was_read_before_is_kept_when_it_cannot_be_read_now(corpus: Corpus) -> None:
    corpus.write_table("t.jsonl", {"r1": "one", "r2": "two"})
    corpus.build()
    before = corpus.texts()
    (corpus.folder / "a.txt").write_bytes(b"")
    (corpus.folder / "t.jsonl").write_text('{"_id": "r1", "text": null}\nno json\n')
    report = corpus.build()
    assert {one.where.split(":")[0] for one in report.failures} == {"a.txt", "t.jsonl"}
    assert report.removed == 0
    assert corpus.texts() == before


def test_records_that_may_be_gone_are_told_while_a_line_cannot_be_read(corpus: Corpus) -> None:
    corpus.write_table("t.jsonl", {"r1": "one", "r2": "two", "r3": "three"})
    corpus.build()
    corpus.write_table("t.jsonl", {"r1": "one"})
    whole = (corpus.folder / "t.jsonl").read_text(encoding="utf-8")
    (corpus.folder / "t.jsonl").write_text(f"{whole}no json\n", encoding="utf-8")
    told = {one.where: one.why for one in corpus.build().failures}
    assert told["t.jsonl"].startswith("2 of its documents may be gone; they stay")
    (corpus.folder / "t.jsonl").write_text(whole, encoding="utf-8")
    report = corpus.build()
    assert (report.removed, report.failures) == (2, ())


@pytest.fixture
def bound(corpus: Corpus) -> Iterator[Corpus]:
    """A corpus whose permissions are given back at the end."""
    yield corpus
    for path in [corpus.folder, corpus.index, corpus.folder / "c"]:
        path.chmod(0o755)


def test_a_folder_that_may_not_be_entered_loses_no_document(
    bound: Corpus, without_privilege
) -> None:
    bound.build()
    before = bound.texts()
    bound.folder.joinpath("c").chmod(0)
    done = without_privilege("index", bound.folder, "--index", bound.index)
    assert done.returncode == 0, done.stderr
    assert "not read: c/: permission denied" in done.stderr
    assert "0 removed" in done.stdout
    assert bound.texts() == before
    bound.folder.chmod(0)
    done = without_privilege("index", bound.folder, "--index", bound.index)
    assert done.returncode == 2, done.stdout
    assert "permission denied" in done.stderr
    assert bound.texts() == before


def test_a_read_only_index_can_be_asked_and_not_written(bound: Corpus, without_privilege) -> None:
    bound.build()
    for path in [*bound.index.rglob("*"), bound.index]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    done = without_privilege("ask", "who gave out the report?", "--index", bound.index)
    assert done.returncode in (0, 1), done.stderr
    assert "subject of a report" in done.stdout
    bound.write("a.txt", "glacier")
    done = without_privilege("index", bound.folder, "--index", bound.index)
    assert done.returncode == 2
    assert "permission denied" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_where_nothing_can_be_read_nothing_is_changed(corpus: Corpus, tmp_path: Path) -> None:
    corpus.build()
    state = corpus.state()
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "hollow").mkdir()
    for path in (tmp_path / "empty.txt", tmp_path / "hollow", tmp_path / "nowhere"):
        with pytest.raises(NothingToIndex) as caught:
            corpus.build(path)
        assert len(caught.value.failures) == 1
    assert corpus.state() == state


def test_a_folder_that_is_empty_now_does_not_empty_the_index(corpus: Corpus) -> None:
    corpus.build()
    before = corpus.texts()
    shutil.rmtree(corpus.folder)
    corpus.folder.mkdir()
    with pytest.raises(NothingToIndex):
        corpus.build()
    assert corpus.texts() == before


# settings


def test_another_encoder_builds_the_index_anew(corpus: Corpus, make_encoder) -> None:
    corpus.build()
    wider = make_encoder(width=64)
    report = corpus.build(encoder=wider)
    assert report.rebuilt
    assert report.counts.documents == 3
    settings = OnRecord.open(corpus.index).info().settings
    assert (settings.width, settings.encoder) == (64, str(wider))
    assert len(list(corpus.index.glob("encoder-*"))) == 1
    assert corpus.found("missile")["hits"][0]["document"] == "a.txt"
    fresh = corpus.index.with_name("fresh")
    OnRecord.build(fresh, [corpus.folder], encoder=str(wider))
    assert same(corpus.found("missile"), found(fresh, "missile"))


def test_other_weights_under_the_same_name_build_the_index_anew(
    corpus: Corpus, make_encoder, tmp_path: Path
) -> None:
    place = tmp_path / "encoder"
    shutil.copytree(corpus.encoder, place)
    corpus.build(encoder=place)
    before = OnRecord.open(corpus.index).info().settings.fingerprint
    shutil.rmtree(place)
    shutil.copytree(make_encoder(seed=5), place)
    corpus.write("new.txt", "volcano")
    assert corpus.build(encoder=place).rebuilt
    assert OnRecord.open(corpus.index).info().settings.fingerprint != before
    fresh = corpus.index.with_name("fresh")
    OnRecord.build(fresh, [corpus.folder], encoder=str(place))
    assert same(corpus.found(), found(fresh, "the report of the office"))


def test_other_passages_build_the_index_anew_and_stay(corpus: Corpus) -> None:
    corpus.write("long.txt", "harvest. " + "It was told again. " * 40)
    corpus.build()
    before = OnRecord.open(corpus.index).info().counts
    report = corpus.build(passages=PassageConfig(length_words=20, overlap_words=0))
    assert report.rebuilt
    assert report.counts.passages > before.passages
    assert report.counts.sentences == before.sentences
    assert not corpus.build().rebuilt
    assert OnRecord.open(corpus.index).info().counts == report.counts


@pytest.mark.parametrize(
    "config", [{"length_words": 0}, {"overlap_words": -1}, {"length_words": 5, "overlap_words": 5}]
)
def test_passages_out_of_range_are_refused(config: dict[str, int]) -> None:
    with pytest.raises(ConfigInvalid, match="use"):
        PassageConfig(**config)


def test_an_unknown_encoder_leaves_the_index_as_it_was(corpus: Corpus) -> None:
    corpus.build()
    state = corpus.state()
    with pytest.raises(EncoderUnavailable, match="no-such-model"):
        corpus.build(encoder=Path("no-such-model"))
    assert corpus.state() == state


# what is derived


def rebuild(corpus: Corpus) -> IndexReport:
    return OnRecord.build(corpus.index)


def test_without_paths_the_derived_files_are_made_anew(corpus: Corpus) -> None:
    corpus.build()
    before = corpus.found()
    for path in corpus.index.glob("*.faiss"):
        path.unlink()
    with pytest.raises(IndexDamaged, match=r"passages-\w+\.faiss is missing"):
        corpus.found()
    report = rebuild(corpus)
    assert report.rebuilt
    assert report.counts.documents == 3
    assert same(corpus.found(), before)
    shutil.rmtree(next(corpus.index.glob("encoder-*")))
    with pytest.raises(IndexDamaged, match="missing"):
        corpus.found()
    rebuild(corpus)
    assert same(corpus.found(), before)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "encoder.json"])
@pytest.mark.parametrize("how", ["gone", "half"])
def test_an_encoder_that_is_not_whole_is_damage_that_is_mended(
    corpus: Corpus, name: str, how: str
) -> None:
    corpus.build()
    before = corpus.found()
    (path,) = corpus.index.glob(f"encoder-*/{name}")
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(IndexDamaged, match="Mend: run onrecord index --index"):
        corpus.found()
    rebuild(corpus)
    assert same(corpus.found(), before)


@pytest.mark.parametrize("how", ["gone", "garbage", "half", "empty"])
def test_lost_vectors_are_no_matter_to_a_question_and_are_mended(corpus: Corpus, how: str) -> None:
    corpus.build()
    before = corpus.found()
    for path in corpus.index.glob(f"{VECTORS}-*"):
        path.unlink()
    path = corpus.index / VECTORS
    content = path.read_bytes()
    path.unlink()
    if how != "gone":
        made = {"garbage": b"garbage " * 2000, "half": content[: len(content) // 2], "empty": b""}
        path.write_bytes(made[how])
    assert same(corpus.found(), before)
    rebuild(corpus)
    assert vectors_are_sound(corpus.index)
    for derived in corpus.index.glob("*.faiss"):
        derived.unlink()
    corpus.build()
    assert same(corpus.found(), before)


def test_a_build_mends_a_deleted_file_of_vectors_by_itself(corpus: Corpus) -> None:
    corpus.build()
    before = corpus.found()
    for path in corpus.index.glob("*.faiss"):
        path.unlink()
    assert numbers(corpus.build()) == (0, 0, 0, 3)
    assert same(corpus.found(), before)


def test_without_paths_and_without_an_index_there_is_nothing_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        OnRecord.build(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_the_export_in_the_index_is_that_of_the_encoder(corpus: Corpus) -> None:
    from rag.encoders import EXPORT_TOLERANCE, SentenceTransformerEncoder

    corpus.build()
    (folder,) = corpus.index.glob("encoder-*")
    (expected,) = SentenceTransformerEncoder(str(corpus.encoder)).encode(["who spoke?"])
    (asked,) = OnnxEncoder(folder).encode(["who spoke?"])
    assert np.abs(asked - expected).max() <= EXPORT_TOLERANCE


def test_nothing_else_lies_in_the_index_after_a_build(corpus: Corpus) -> None:
    corpus.build()
    (corpus.index / f"passages-{'0' * 32}.faiss.draft").write_bytes(b"")
    (corpus.index / f"encoder-{'0' * 16}.draft").mkdir()
    corpus.write("a.txt", "glacier")
    corpus.build()
    names = {entry.name for entry in corpus.index.iterdir()}
    sidecars = {f"{name}-{end}" for name in (RECORD, VECTORS) for end in ("wal", "shm")}
    state = corpus.state()
    (encoder,) = corpus.index.glob("encoder-*")
    faiss = {f"{level}-{state}.faiss" for level in ("passages", "documents")}
    derived = {*faiss, f"terms-{state}", encoder.name}
    assert names - sidecars == {RECORD, VECTORS, "lock", *derived}


# the folder of the index


def test_somebody_elses_folder_is_left_alone(corpus: Corpus) -> None:
    before = sorted(corpus.folder.rglob("*"))
    with pytest.raises(IndexForeign):
        OnRecord.build(corpus.folder, [corpus.folder], encoder=str(corpus.encoder))
    assert sorted(corpus.folder.rglob("*")) == before


def test_an_index_below_the_corpus_is_not_read_as_corpus(corpus: Corpus) -> None:
    corpus.index = corpus.folder / "index"
    corpus.build()
    (corpus.index / "lock.txt").write_text("This is no article, and never was.\n")
    assert numbers(corpus.build()) == (0, 0, 0, 3)


def test_one_writer_at_a_time(corpus: Corpus) -> None:
    corpus.build()
    with FileLock(corpus.index / "lock"), pytest.raises(IndexBusy, match="another process"):
        corpus.build()
    assert numbers(corpus.build()) == (0, 0, 0, 3)


# standard input


def test_standard_input_is_a_document_or_a_table(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def feed(content: str) -> IndexReport:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        return corpus.build(Path("-"))

    assert numbers(feed(REPORT.format("volcano"))) == (1, 0, 0, 0)
    assert "volcano" in corpus.texts()["stdin"]
    rows = [json.dumps({"_id": f"r{n}", "text": REPORT.format(n)}) for n in range(3)]
    assert feed("\n".join(rows)).added == 3
    assert {"r0", "r1", "r2"} <= set(corpus.texts())


# many changes


def same(one: object, other: object) -> bool:
    """Whether two search objects agree; vectors of one text may differ in the last bits."""
    return [{**hit, "score": 0} for hit in one["hits"]] == [
        {**hit, "score": 0} for hit in other["hits"]
    ] and [hit["score"] for hit in one["hits"]] == pytest.approx(
        [hit["score"] for hit in other["hits"]], abs=1e-5
    )


def test_after_many_changes_the_index_is_as_if_built_at_once(
    corpus: Corpus, tmp_path: Path
) -> None:
    dice = random.Random(2)
    subjects = ["missile", "harvest", "election", "glacier", "5,500 km", "O’Brien’s café", "peace"]
    for step in range(10):
        for _ in range(dice.randint(1, 5)):
            path = corpus.folder / f"f{dice.randint(0, 9)}.txt"
            match dice.choice(["write", "write", "delete", "rename"]):
                case "write":
                    corpus.write(path.name, " and ".join(dice.choices(subjects, k=3)))
                case "delete":
                    path.unlink(missing_ok=True)
                case "rename" if path.exists():
                    path.rename(corpus.folder / f"f{dice.randint(0, 9)}.txt")
        subject = [dice.choice(subjects) for _ in range(dice.randint(1, 4))]
        corpus.write_table("t.jsonl", {f"r{n}": of for n, of in enumerate(subject)})
        corpus.build(
            passages=PassageConfig(length_words=60) if step == 6 else None,
        )
    OnRecord.build(
        tmp_path / "fresh",
        [corpus.folder],
        encoder=str(corpus.encoder),
        passages=PassageConfig(length_words=60),
    )
    assert corpus.texts() == {
        one.id: one.text for one in OnRecord.open(tmp_path / "fresh").documents()
    }
    for question in [*subjects, "which office gave out the report?", "the peace of the glacier"]:
        assert same(corpus.found(question), found(tmp_path / "fresh", question)), question


def test_a_single_path_may_be_given_as_text(tiny_encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The bridge was closed on Monday.", encoding="utf-8")
    report = OnRecord.build(tmp_path / "index", str(tmp_path / "a.txt"), encoder=str(tiny_encoder))
    assert (report.added, report.failures) == (1, ())


def test_a_length_alone_leaves_the_overlap_as_the_index_has_it(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("The bridge was closed on Monday.", encoding="utf-8")
    place = ["--index", str(tmp_path / "index")]
    first = ["index", str(tmp_path / "a.txt"), *place, "--encoder", str(tiny_encoder)]
    assert run([*first, "--passage-words", "60", "--overlap-words", "7"]) == 0
    assert run(["index", *place, "--passage-words", "50"]) == 0
    settings = OnRecord.open(tmp_path / "index").info().settings
    assert (settings.length_words, settings.overlap_words) == (50, 7)


# ------------------------------------------------------------------- one file is one document


def test_a_file_indexed_by_itself_goes_with_its_folder_later(corpus: Corpus) -> None:
    corpus.build()
    corpus.write("a.txt", "bridge")
    assert numbers(corpus.build(corpus.folder / "a.txt")) == (0, 1, 0, 0)
    (corpus.folder / "a.txt").unlink()
    assert numbers(corpus.build()) == (0, 0, 1, 2)
    assert set(corpus.texts()) == {"b.txt", "c/d.txt"}


def test_whether_a_file_was_read_with_its_folder_takes_no_look_at_the_others() -> None:
    class Names(frozenset):
        def __iter__(self):
            raise AssertionError("every name is looked at")

    assert _was_read(Path("/f/a.txt"), {"/f": Names({"a.txt", "b.txt"})})
    for path, read in (("/f/c", True), ("/f/c/d.txt", True), ("/f/cc", False), ("/g/c", False)):
        assert _was_read(Path(path), {"/f": {"b.txt", "c/d.txt"}}) == read


def test_a_part_of_a_folder_that_was_indexed_first_is_no_second_document(corpus: Corpus) -> None:
    corpus.build(corpus.folder / "c")
    assert set(corpus.texts()) == {"d.txt"}
    corpus.write("c/d.txt", "verdict")
    corpus.build()
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt"}
    corpus.build(corpus.folder / "c")
    assert set(corpus.texts()) == {"a.txt", "b.txt", "d.txt"}
    corpus.build(corpus.folder / "c", corpus.folder)
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt"}


def test_documents_of_a_folder_that_is_gone_are_told_and_can_be_forgotten(corpus: Corpus) -> None:
    other = corpus.write("../other/x.txt", "trial").parent
    corpus.build(corpus.folder, other)
    shutil.rmtree(other)
    (told,) = corpus.build().failures
    assert str(told) == (
        f"{other.resolve()}: not there; 1 document stays until onrecord index --forget"
    )
    assert "x.txt" in corpus.texts()
    report = OnRecord.build(corpus.index, [], encoder=str(corpus.encoder), forget=[other])
    assert (numbers(report), report.rebuilt, report.failures) == ((0, 0, 1, 0), False, ())
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt"}


def test_all_can_be_forgotten_and_what_never_came_cannot(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.build()
    index = ["index", "--index", str(corpus.index), "--forget"]
    assert run([*index, str(corpus.folder / "c"), "--forget", str(corpus.folder)]) == 0
    assert corpus.texts() == {}
    assert OnRecord.open(corpus.index).ask("Who left?").reason == "empty_index"
    capsys.readouterr()
    assert run([*index, str(corpus.folder)]) == 2
    assert capsys.readouterr().err.startswith("onrecord: nothing in the index came from ")


def test_a_single_file_of_a_folder_can_be_forgotten_be_it_there_or_not(corpus: Corpus) -> None:
    corpus.build()
    (corpus.folder / "a.txt").unlink()
    for name in ("a.txt", "c/d.txt"):
        forget = [corpus.folder / name]
        report = OnRecord.build(corpus.index, [], encoder=str(corpus.encoder), forget=forget)
        assert report.removed == 1
    assert set(corpus.texts()) == {"b.txt"}


def test_standard_input_and_what_stands_behind_a_link_can_be_forgotten(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = corpus.write("../disk/x.txt", "trial").parent
    (corpus.folder / "linked").symlink_to(disk)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"The bridge was closed.")))
    corpus.build(corpus.folder, Path("-"))
    forget = [Path("-"), corpus.folder / "linked"]
    report = OnRecord.build(corpus.index, [], encoder=str(corpus.encoder), forget=forget)
    assert report.removed == 2


@pytest.mark.parametrize("name", ["x\udcff", "a\0b", "loop"])
def test_what_is_no_path_was_never_indexed(corpus: Corpus, name: str) -> None:
    corpus.build()
    (corpus.folder / "loop").symlink_to("loop")
    with pytest.raises(InputInvalid, match="nothing in the index came from"):
        OnRecord.build(corpus.index, [], encoder=str(corpus.encoder), forget=[corpus.folder / name])


def test_what_a_folder_leaves_out_stays_where_it_was_given_by_name(corpus: Corpus) -> None:
    hidden = corpus.write(".kept/x.txt", "trial").parent
    corpus.build(corpus.folder, hidden)
    assert set(corpus.texts()) == {"a.txt", "b.txt", "c/d.txt", "x.txt"}
    assert corpus.build().removed == 0
    assert "x.txt" in corpus.texts()


def test_a_part_of_a_folder_on_a_disk_that_is_away_stays_and_is_told(corpus: Corpus) -> None:
    disk = corpus.write("usb/news/x.txt", "trial").parent
    corpus.build(disk)
    shutil.move(disk.parent, corpus.folder.parent / "away")
    report = corpus.build()
    assert (report.removed, "x.txt" in corpus.texts()) == (0, True)
    assert [one.where for one in report.failures] == [str(disk.resolve())]


def test_many_paths_that_are_not_there_are_one_line(corpus: Corpus) -> None:
    files = [corpus.write(f"../other/{number}.txt", f"trial {number}") for number in range(5)]
    corpus.build(corpus.folder, *files)
    shutil.rmtree(files[0].parent)
    (told,) = corpus.build().failures
    assert str(told).endswith(", …: not there; 5 documents stay until onrecord index --forget")


def test_another_document_of_a_disk_that_is_away_is_not_written_over(corpus: Corpus) -> None:
    disk = corpus.write("../disk/a.txt", "trial").parent
    corpus.build(disk)
    disk.rename(disk.with_name("away"))
    report = corpus.build()
    assert "the index holds another document 'a.txt'" in str(report.failures[0])
    assert "trial" in corpus.texts()["a.txt"]


def test_a_link_to_a_folder_that_is_away_keeps_its_documents(corpus: Corpus) -> None:
    disk = corpus.write("../disk/x.txt", "trial").parent
    (corpus.folder / "linked").symlink_to(disk)
    corpus.build()
    disk.rename(disk.with_name("away"))
    report = corpus.build()
    assert report.removed == 0
    assert "linked" in {one.where for one in report.failures}
    assert "linked/x.txt" in corpus.texts()


def test_what_is_still_quoted_of_a_file_that_cannot_be_read_is_told(corpus: Corpus) -> None:
    corpus.build()
    (corpus.folder / "a.txt").write_bytes(b"")
    (told,) = corpus.build().failures
    assert str(told) == ("a.txt: empty; 1 document of an earlier reading stays, and is quoted")


# ------------------------------------------------------------------------------ what is damaged


def test_only_files_of_an_index_are_taken_for_its_own(corpus: Corpus) -> None:
    mine = corpus.write("../here/documents-2023.txt", "trial")
    with pytest.raises(IndexForeign):
        OnRecord.build(mine.parent, [mine], encoder=str(corpus.encoder))
    corpus.build()
    (corpus.index / "documents-signed").mkdir()
    (corpus.index / "terms-of-use.txt").write_text("mine", encoding="utf-8")
    corpus.write("e.txt", "strike")
    corpus.build()
    assert (corpus.index / "documents-signed").is_dir()
    assert (corpus.index / "terms-of-use.txt").is_file()


def test_a_text_that_is_not_the_one_that_was_read_is_never_shown(corpus: Corpus) -> None:
    corpus.build()
    with closing(sqlite3.connect(corpus.index / RECORD)) as record:
        record.execute("UPDATE documents SET text = replace(text, 'Monday', 'Friday')")
        record.commit()
    with pytest.raises(IndexDamaged, match="is not the one that was read"):
        OnRecord.open(corpus.index).ask("When was the report of the missile given out?")
    with pytest.raises(IndexDamaged, match="is not the one that was read"):
        OnRecord.build(corpus.index, [], encoder=str(corpus.encoder))


def test_postings_of_zeros_are_damage(corpus: Corpus) -> None:
    corpus.build()
    for file in corpus.index.glob("terms-*/*-starts.npy"):
        content = file.read_bytes()
        file.write_bytes(content[:128] + bytes(len(content) - 128))
    with pytest.raises(IndexDamaged, match="is not whole"):
        OnRecord.open(corpus.index)


def test_an_index_that_was_cut_in_another_way_is_not_asked(corpus: Corpus) -> None:
    corpus.build()
    with closing(sqlite3.connect(corpus.index / RECORD)) as record:
        (settings,) = record.execute("SELECT value FROM meta WHERE key = 'settings'").fetchone()
        other = json.dumps(json.loads(settings) | {"analysis": "1 Snowball 1"})
        record.execute("UPDATE meta SET value = ? WHERE key = 'settings'", (other,))
        record.commit()
    with pytest.raises(IndexDamaged, match="cut by analysis 1 Snowball 1"):
        OnRecord.open(corpus.index)
    assert OnRecord.build(corpus.index, [], encoder=str(corpus.encoder)).rebuilt
    assert len(OnRecord.open(corpus.index).search("report")) == 3
