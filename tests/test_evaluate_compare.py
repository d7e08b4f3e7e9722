from pathlib import Path

import pytest

from rag.errors import InputInvalid
from rag.evaluate.compare import compare
from rag.evaluate.measures import paired_p
from rag.evaluate.sets import GoldQuery, RetrievalSet

QUERIES = tuple(GoldQuery(f"q{number}", f"what is {number}?") for number in range(14))
GIVEN = RetrievalSet("hand", QUERIES, {f"q{n}": {"good": 1} for n in range(13)}, (Path("c.jsonl"),))
BEST = (("good", 1.0),)
SECOND = (("bad", 1.0), ("good", 0.5))


def test_wins_ties_and_losses_are_those_of_b_and_queries_that_moved_most_come_first() -> None:
    a = {query.id: SECOND for query in QUERIES}
    b = {**a, "q3": BEST, "q4": BEST, "q7": (), "unknown": BEST}
    found = compare(a, b, GIVEN)
    rr = found.measures["RR"]
    assert (rr.wins, rr.ties, rr.losses) == (2, 10, 1)
    assert (rr.a, rr.b) == (0.5, pytest.approx((10 * 0.5 + 2 + 0) / 13))
    assert rr.difference == pytest.approx(0.5 / 13)
    assert rr.p == paired_p([0.5, 0.5, 0.5], [1, 1, 0]) == 1
    moved = [(one.query.id, round(one.a, 3), round(one.b, 3)) for one in found.moved]
    assert moved == [("q7", 0.631, 0.0), ("q3", 0.631, 1.0), ("q4", 0.631, 1.0)]


def test_ten_queries_are_named_at_the_most() -> None:
    found = compare({q.id: SECOND for q in QUERIES}, {q.id: BEST for q in QUERIES}, GIVEN)
    assert [one.query.id for one in found.moved] == [f"q{number}" for number in range(10)]
    assert found.measures["P@1"].p == pytest.approx(2 / 2**13)


def test_a_run_against_itself_does_not_differ() -> None:
    run = {query.id: SECOND for query in QUERIES}
    found = compare(run, run, GIVEN)
    assert found.moved == ()
    for one in found.measures.values():
        assert (one.difference, one.p, one.wins, one.ties, one.losses) == (0, 1, 0, 13, 0)


def test_a_run_over_other_queries_is_refused() -> None:
    with pytest.raises(InputInvalid, match="none of the 1 queries of the run is judged in hand"):
        compare({"q1": BEST}, {"other": BEST}, GIVEN)


def test_the_object_names_what_was_compared() -> None:
    a = {query.id: SECOND for query in QUERIES}
    found = compare(a, {**a, "q3": BEST}, GIVEN).as_json()
    assert (found["schema"], found["set"]) == ("onrecord.compare/1", "hand")
    assert found["measures"]["RR"] == {
        **{"a": 0.5, "b": 0.5385, "difference": 0.0385, "p": 1.0},
        **{"wins": 1, "ties": 12, "losses": 0},
    }
    assert found["moved"] == [{"id": "q3", "text": "what is 3?", "a": 0.6309, "b": 1.0}]
