from pathlib import Path

import pytest

from rag import OnRecord
from rag.datatypes import Filters
from rag.errors import ConfigInvalid
from rag.retrieve import RetrieveConfig


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        ({"candidates": 0}, "candidates is 0"),
        ({"dense": -1}, "dense is -1"),
        ({"passage": float("nan")}, "passage is nan"),
        ({"k1": float("inf")}, "k1 is inf"),
        ({"b": 1.5}, "b is 1.5"),
    ],
)
def test_settings_out_of_their_range_are_refused(values: dict[str, float], seen: str) -> None:
    with pytest.raises(ConfigInvalid, match=seen):
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


def test_a_score_is_the_weighted_sum_of_its_three_parts(engine: OnRecord) -> None:
    question = "which office told of the glacier?"

    def scores(**weights: float) -> dict[tuple[str, int], float]:
        config = RetrieveConfig(**{"dense": 0, "document": 0, "passage": 0, **weights})
        found = OnRecord.open(engine.path, retrieve=config).search(question, depth=32)
        return {(hit.passage.document.id, hit.passage.span.start): hit.score for hit in found}

    parts = [scores(dense=1.0), scores(document=1.0), scores(passage=1.0)]
    whole = scores(dense=2.0, document=0.5, passage=3.0)
    assert len(whole) == 32
    for place, score in whole.items():
        expected = 2 * parts[0][place] + 0.5 * parts[1][place] + 3 * parts[2][place]
        assert score == pytest.approx(expected, abs=1e-5)


def test_documents_are_ranked_by_their_best_passage(engine: OnRecord) -> None:
    question = "which office told of the glacier?"
    best: dict[str, float] = {}
    for hit in engine.search(question, depth=100):
        best.setdefault(hit.passage.document.id, hit.score)
    ranked = engine.rank(question)
    assert dict(ranked) == best
    assert list(ranked) == sorted(ranked, key=lambda each: (-each[1], each[0]))
    assert engine.rank(question, depth=3) == ranked[:3]
