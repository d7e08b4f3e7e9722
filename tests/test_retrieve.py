import json
from pathlib import Path

import numpy as np
import pytest

from rag import OnRecord
from rag.datatypes import Filters
from rag.errors import ConfigInvalid
from rag.lexical import Lexical
from rag.retrieve import RetrieveConfig, _best, ranked
from rag.spelling import Respelled
from rag.store import snapshot


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        ({"candidates": 0}, "candidates is 0"),
        ({"passage_cosine": -1}, "passage_cosine is -1"),
        ({"pairs": float("nan")}, "pairs is nan"),
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


def test_ties_go_by_name_and_not_by_which_came_first(tiny_encoder: Path, tmp_path: Path) -> None:
    rows = [{"id": name, "text": "The volcano of the island is quiet."} for name in "ba"]
    table = tmp_path / "two.jsonl"
    table.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    OnRecord.build(tmp_path / "index", [table], encoder=str(tiny_encoder))
    hits = OnRecord.open(tmp_path / "index").search("is the volcano quiet?", depth=2)
    assert [hit.passage.document.id for hit in hits] == ["a", "b"]

    class Trembling:
        """Vectors of one text that differ in the last bits."""

        def nearest(self, *_: object, **__: object) -> list[tuple[int, float]]:
            return []

        def similarities(self, _: object, ids: np.ndarray, level: str = "") -> np.ndarray:
            return np.linspace(0.5, 0.5000001, len(ids), dtype=np.float32)

    with snapshot(tmp_path / "index") as record:
        found = ranked(
            Respelled("volcano", "volcano", ()),
            lambda: np.zeros(32, np.float32),
            record,
            Trembling(),  # type: ignore[arg-type]
            Lexical(tmp_path / "index", record.state, expected=2),
            filters=Filters(),
            config=RetrieveConfig(),
        )
    assert found.ids.tolist() == sorted(found.ids.tolist())
    assert len({*found.scores.tolist()}) == 1 < len(found.ids)


def test_what_holds_no_word_is_not_among_the_best_by_words() -> None:
    scores = np.array([0, 0.5, 0, 0.25], np.float32)
    assert [sorted(_best(scores, depth)) for depth in (1, 2, 3, 9)] == [[1], [1, 3], [1, 3], [1, 3]]


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


WEIGHTS = ("passage_cosine", "document_cosine", "passage_bm25", "document_bm25")


def test_a_score_is_the_weighted_sum_of_its_parts(engine: OnRecord) -> None:
    question = "which office told of the glacier?"

    def scores(**weights: float) -> dict[tuple[str, int], float]:
        config = RetrieveConfig(**{**dict.fromkeys(WEIGHTS, 0.0), **weights})
        found = OnRecord.open(engine.path, retrieve=config).search(question, depth=32)
        return {(hit.passage.document.id, hit.passage.span.start): hit.score for hit in found}

    parts = {name: scores(**{name: 1.0}) for name in WEIGHTS}
    weights = dict(zip(WEIGHTS, (2.0, 0.5, 3.0, 0.25), strict=True))
    whole = scores(**weights)
    assert len(whole) == 32
    for place, score in whole.items():
        expected = sum(weight * parts[name][place] for name, weight in weights.items())
        assert score == pytest.approx(expected, abs=1e-5)


def test_words_side_by_side_count_more_than_apart(tiny_encoder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    texts = {
        "apart": "The minister met a prime example.",
        "beside": "An example: the prime minister met.",
    }
    for name, text in texts.items():
        (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
    OnRecord.build(tmp_path / "index", [corpus], encoder=str(tiny_encoder))

    def scores(pairs: float) -> dict[str, float]:
        config = RetrieveConfig(passage_cosine=0, document_cosine=0, passage_bm25=0, pairs=pairs)
        return dict(OnRecord.open(tmp_path / "index", retrieve=config).rank("the prime minister"))

    assert scores(0)["apart.txt"] == scores(0)["beside.txt"] == scores(0.5)["apart.txt"]
    assert scores(0.5)["beside.txt"] > scores(0.5)["apart.txt"]


def test_documents_are_ranked_by_their_best_passage(engine: OnRecord) -> None:
    question = "which office told of the glacier?"
    best: dict[str, float] = {}
    for hit in engine.search(question, depth=100):
        best.setdefault(hit.passage.document.id, hit.score)
    ranked = engine.rank(question)
    assert dict(ranked) == best
    assert list(ranked) == sorted(ranked, key=lambda each: (-each[1], each[0]))
    assert engine.rank(question, depth=3) == ranked[:3]
