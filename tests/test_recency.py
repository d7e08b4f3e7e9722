from pathlib import Path

import numpy as np
import pytest

from rag import OnRecord
from rag.datatypes import Filters
from rag.errors import ConfigInvalid
from rag.recency import asks_for_the_latest, freshness
from rag.retrieve import RetrieveConfig


@pytest.mark.parametrize(
    "question",
    [
        "What did the central bank decide this week?",
        "WHO RESIGNED YESTERDAY",
        "Which city was recently flooded?",
        "the latest on Kursk",
        "What is the current price of gas?",
        "What was announced in the past few days?",
    ],
)
def test_words_that_hang_on_the_day_ask_for_the_latest(question: str) -> None:
    assert asks_for_the_latest(question)


@pytest.mark.parametrize(
    "question",
    [
        "What did Putin say about Syria?",
        "Where did snow fall in 1953?",
        "What is known of ocean currents?",
        "Which team won the cup in 2022?",
        "What did this report leave out?",
    ],
)
def test_others_do_not(question: str) -> None:
    assert not asks_for_the_latest(question)


def test_freshness_halves_with_every_half_life() -> None:
    found = freshness(["2024-12-20", "2024-12-10", "2024-11-30", None], "2024-12-20", 10.0)
    assert found.tolist() == [1.0, 0.5, 0.25, 0.0]
    assert freshness([None, None], None, 10.0).tolist() == [0.0, 0.0]
    assert freshness(["0001-01-01"], "9999-12-31", 1e-6).tolist() == [0.0]
    assert freshness([], "2024-12-20", 10.0).shape == (0,)
    assert freshness(["2024-12-20"], "2024-12-20", 10.0).dtype == np.float32


@pytest.fixture(scope="module")
def index(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same report of three years, and one without a date; the newest has the last id."""
    corpus = tmp_path_factory.mktemp("dated")
    dates = {"a": "", "b": "2015-03-04", "c": "2023-12-01", "d": "2024-02-29"}
    for name, date in dates.items():
        text = "The central bank raised its rate to five percent.\n"
        (corpus / f"{name}.md").write_text(
            f"---\ntitle: The rate\n{date and f'date: {date}'}\n---\n\n{text}", encoding="utf-8"
        )
    index = tmp_path_factory.mktemp("index")
    OnRecord.build(index, [corpus], encoder=str(tiny_encoder))
    return index


def ranked(index: Path, question: str, recency: float = 0.4) -> str:
    engine = OnRecord.open(index, retrieve=RetrieveConfig(recency=recency))
    found = engine.search(question, depth=4)
    return "".join(hit.passage.document.id[0] for hit in found)


def test_the_newest_comes_first_where_the_latest_is_asked_for(index: Path) -> None:
    assert ranked(index, "what did the central bank do this week?") == "dcba"
    assert ranked(index, "what did the central bank do?") == "abcd"
    assert ranked(index, "what did the central bank do this week?", recency=0.0) == "abcd"


def test_age_counts_from_the_newest_document_that_passes(index: Path) -> None:
    engine = OnRecord.open(index)

    def gained(until: str | None) -> float:
        """By the newest that passes, when the latest is asked for; all have the same text."""
        plain, latest = (
            engine.search(f"central bank{when}", filters=Filters(until=until), depth=1)[0]
            for when in ("", " now")
        )
        assert latest.passage.document.date == (until or "2024-02-29")
        return latest.score - plain.score

    assert gained("2023-12-01") == pytest.approx(gained(None), abs=1e-4)
    assert gained("2015-03-04") == pytest.approx(gained(None), abs=1e-4)


def test_a_half_life_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match="half_life is 0"):
        RetrieveConfig(half_life=0.0)
