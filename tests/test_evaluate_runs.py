from itertools import pairwise
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputInvalid
from rag.evaluate.measures import Run, ranking_measures
from rag.evaluate.runs import read_run, write_run

IDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
SCORES = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 0.5, 1.0])  # with ties
RUNS = st.dictionaries(
    IDS,
    st.lists(st.tuples(IDS, SCORES), min_size=1, max_size=12, unique_by=lambda one: one[0]),
    min_size=1,
    max_size=4,
).map(lambda run: {query: tuple(ranked) for query, ranked in run.items()})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs") / "mine.run"


def order(run: Run) -> dict[str, list[str]]:
    return {query: [document for document, _ in ranked] for query, ranked in run.items()}


@given(run=RUNS)
def test_a_run_comes_back_in_its_order_whatever_its_scores(file: Path, run: Run) -> None:
    write_run(file, run)
    again = read_run(file)
    assert order(again) == order(run)
    first = file.read_bytes()
    write_run(file, again)
    assert file.read_bytes() == first


@given(run=RUNS)
def test_written_scores_fall_in_32_bits_and_ranks_rise_by_one(file: Path, run: Run) -> None:
    write_run(file, run)
    lines = [line.split(" ") for line in file.read_text("utf-8").splitlines()]
    assert all(len(columns) == 6 and columns[1] == "Q0" for columns in lines)
    for query, ranked in run.items():
        mine = [columns for columns in lines if columns[0] == query]
        assert [int(columns[3]) for columns in mine] == list(range(1, len(ranked) + 1))
        scores = [np.float32(columns[4]) for columns in mine]
        assert all(before > after for before, after in pairwise(scores))


def test_scores_that_fall_already_are_written_as_they_are(file: Path) -> None:
    run = {"q": (("a", 0.5), ("b", 0.25), ("c", -1.5))}
    write_run(file, run)
    assert read_run(file) == run
    assert file.read_text().splitlines()[0] == "q Q0 a 1 0.5 onrecord"


def test_another_program_reads_our_run_in_our_order(file: Path) -> None:
    run = {"q": tuple((f"d{number}", 0.1) for number in range(50))}
    write_run(file, run)
    theirs = {"q": {one.doc_id: one.score for one in ir_measures.read_trec_run(str(file))}}
    for place in (0, 7, 49):
        qrels = {"q": {f"d{place}": 1}}
        (found,) = ir_measures.iter_calc([ir_measures.RR], qrels, theirs)
        assert found.value == pytest.approx(1 / (place + 1))


THEIRS = """\
1 Q0 low 1 0.5 tag
1 Q0 high 2 2.5 tag
1 Q0 b 3 1.0000000001 tag

1\tQ0\tc  4 1 tag
2 Q0 only 9 -3e2 tag
"""


def test_anyones_run_is_ordered_as_trec_eval_does(file: Path) -> None:
    file.write_text(THEIRS)
    run = read_run(file)
    assert order(run) == {"1": ["high", "c", "b", "low"], "2": ["only"]}  # b and c tie in 32 bits
    theirs = {"1": {one.doc_id: one.score for one in ir_measures.read_trec_run(THEIRS)}}
    for document in ("high", "b", "c", "low"):
        qrels = {"1": {document: 1}}
        (found,) = ir_measures.iter_calc([ir_measures.RR], qrels, theirs)
        assert ranking_measures(["RR"], qrels, run)["RR"]["1"] == pytest.approx(found.value)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("1 Q0 d 1 0.5", "mine.run:2: 5 columns where 6 are due"),
        ("1 Q0 a b 1 0.5 tag", "mine.run:2: 7 columns where 6 are due"),
        ("1 Q0 d 1 high tag", "mine.run:2: the score is 'high'"),
        ("1 Q0 d 1 nan tag", "mine.run:2: the score is 'nan'"),
        ("1 Q0 d 1 1e400 tag", "mine.run:2: the score is '1e400'"),
        ("1 Q0 d 1 -inf tag", "mine.run:2: the score is '-inf'"),
        ("1 Q0 first 2 0.1 tag", "mine.run:2: document 'first' again for query '1'"),
        ("1 Q0 d\0 1 0.5 tag", "mine.run:2: its id 'd\\x00' holds a control"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(file: Path, line: str, seen: str) -> None:
    file.write_text(f"1 Q0 first 1 0.9 tag\n{line}\n")
    with pytest.raises(InputInvalid) as caught:
        read_run(file)
    assert seen in str(caught.value)


def test_bytes_that_are_no_text_and_empty_files_are_refused(file: Path) -> None:
    file.write_bytes(b"1 Q0 \xff 1 0.5 tag\n")
    with pytest.raises(InputInvalid, match=r"mine.run:1: not UTF-8"):
        read_run(file)
    file.write_bytes(b"\n")
    with pytest.raises(InputInvalid, match="no line in it"):
        read_run(file)


@pytest.mark.parametrize(
    "run",
    [{"q": (("my article.txt", 1.0),)}, {"a query": (("d", 1.0),)}, {"q": (("d\u2003e", 1.0),)}],
)
def test_ids_with_white_space_cannot_be_written_and_nothing_is(tmp_path: Path, run: Run) -> None:
    with pytest.raises(InputInvalid, match="holds white space") as caught:
        write_run(tmp_path / "new.run", {"fine": (("d", 1.0),), **run})
    assert "--run" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
