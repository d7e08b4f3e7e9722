from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import OnRecord
from rag.datatypes import Filters
from rag.errors import ConfigInvalid
from rag.retrieve import RetrieveConfig, best, fuse


def test_ranks_are_fused_as_the_paper_says() -> None:
    ranks = np.array([[1, 2, np.inf], [3, np.inf, 1]])
    expected = [1 / 61 + 1 / 63, 1 / 62, 1 / 61]
    assert fuse(ranks, damping=60) == pytest.approx(expected)


@pytest.mark.parametrize("ranks", [np.array([1.0]), np.array([[0.0]]), np.array([[-1.0, 2.0]])])
def test_what_are_no_ranks_is_refused(ranks: np.ndarray) -> None:
    with pytest.raises(ValueError, match="ranks"):
        fuse(ranks, damping=60)


@given(st.permutations(range(1, 9)), st.integers(0, 200))
def test_a_passage_that_is_first_twice_is_first(order: list[int], damping: int) -> None:
    second = np.array([1, *(rank + 1 for rank in order)], np.float64)
    fused = fuse(np.stack([np.arange(1.0, 10.0), second]), damping=damping)
    assert fused.argmax() == 0
    assert (fused <= 2 / (damping + 1)).all()


def test_ties_go_by_document_then_by_place() -> None:
    where = {1: ("b", 0), 2: ("a", 50), 3: ("a", 5), 4: ("c", 0)}
    scores = {1: 0.5, 2: 0.5 + 1e-9, 3: 0.5, 4: 0.6}
    assert best(scores, where, depth=9) == [4, 3, 2, 1]
    assert best(scores, where, depth=2) == [4, 3]


@pytest.mark.parametrize("values", [{"candidates": 0}, {"damping": -1}])
def test_settings_out_of_their_range_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ConfigInvalid, match="use 1 and 0 or more"):
        RetrieveConfig(**values)


@pytest.fixture(scope="module")
def engine(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> OnRecord:
    corpus = tmp_path_factory.mktemp("corpus")
    subjects = ["missile", "harvest", "football", "election", "glacier", "orchestra"]
    for number, subject in enumerate(subjects * 5):
        text = f"The {subject} was the subject of report {number}, which the office gave out.\n"
        (corpus / f"{number:02}.txt").write_text(f"Report {number}\n\n{text}", encoding="utf-8")
    for copy in ("copy-a", "copy-b"):
        (corpus / f"{copy}.txt").write_text("A copy\n\nThe volcano of the island is quiet.\n")
    index = tmp_path_factory.mktemp("index")
    OnRecord.build(index, [corpus], encoder=str(tiny_encoder))
    return OnRecord.open(index)


def test_passages_that_hold_the_word_come_first(engine: OnRecord) -> None:
    hits = engine.search("glacier", depth=5)
    assert all("glacier" in hit.passage.text for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_copies_are_ties_that_go_by_name(engine: OnRecord) -> None:
    first, second = engine.search("is the volcano quiet?", depth=2)
    assert first.passage.document.id == "copy-a.txt"
    assert second.passage.document.id == "copy-b.txt"


def test_a_deeper_search_begins_with_the_shallower_one(engine: OnRecord) -> None:
    deep = engine.search("which office gave out the report of the orchestra?", depth=32)
    assert len({hit.passage for hit in deep}) == 32
    for depth in (1, 7, 31):
        assert (
            engine.search("which office gave out the report of the orchestra?", depth=depth)
            == deep[:depth]
        )


def test_filters_are_applied_before_the_best_are_chosen(engine: OnRecord) -> None:
    hits = engine.search("glacier", filters=Filters(document="copy"), depth=5)
    assert [hit.passage.document.id for hit in hits] == ["copy-a.txt", "copy-b.txt"]


def test_a_passage_without_a_word_of_the_question_is_found_by_its_vector(engine: OnRecord) -> None:
    hits = engine.search("glaciers", depth=32)
    assert {hit.passage.document.id for hit in hits} >= {"00.txt", "copy-a.txt"}


def test_operators_of_the_search_engine_are_words(engine: OnRecord) -> None:
    hits = engine.search('glacier NOT harvest* AND "', depth=10)
    texts = " ".join(hit.passage.text for hit in hits)
    assert (texts.count("glacier"), texts.count("harvest")) == (5, 5)
