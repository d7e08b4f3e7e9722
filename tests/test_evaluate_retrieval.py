import json
from pathlib import Path

import pytest

from rag import OnRecord
from rag.errors import InputInvalid
from rag.evaluate.retrieval import evaluate_retrieval, judge_run
from rag.evaluate.sets import GoldQuery, RetrievalSet

TEXTS = {
    "glacier": "The glacier melted in the summer of that year.",
    "bridge": "A bridge over the river was closed to traffic.",
    "treaty": "The treaty was signed by both governments on Monday.",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> OnRecord:
    folder = tmp_path_factory.mktemp("retrieval")
    rows = [json.dumps({"_id": name, "text": text}) for name, text in TEXTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows))
    OnRecord.build(folder / "index", [folder / "corpus.jsonl"], encoder=str(tiny_encoder))
    return OnRecord.open(folder / "index")


def given(*asked: str, qrels: dict[str, dict[str, int]]) -> RetrievalSet:
    queries = tuple(GoldQuery(f"q{number}", text) for number, text in enumerate(asked))
    return RetrievalSet("hand", queries, qrels, ())


def test_judged_queries_are_ranked_as_the_engine_ranks_them(engine: OnRecord) -> None:
    told = []
    asked = ("glacier melted", "who signed the treaty?", "not judged", "bridge closed")
    qrels = {"q0": {"glacier": 1}, "q1": {"treaty": 2, "bridge": 1}, "q3": {"bridge": 0}}
    result = evaluate_retrieval(
        given(*asked, qrels=qrels), engine, progress=lambda *step: told.append(step)
    )
    assert result.run == {f"q{n}": engine.rank(asked[n], depth=100) for n in (0, 1, 3)}
    assert (result.name, result.form, result.n) == ("hand", "retrieval", 4)
    assert told == [("asking", number, 3) for number in range(3)]
    assert list(result.per_query()["RR"]) == ["q0", "q1"]  # nothing is relevant to q3
    assert result.measures()["P@1"].n == 2
    assert result.measures()["R@100"].value == 1
    assert list(result.measures()) == ["nDCG@10", "AP", "RR", "P@1", "R@1", "R@10", "R@100"]


def test_a_run_is_as_deep_as_it_is_asked_for(engine: OnRecord) -> None:
    one = given("the glacier, the bridge and the treaty", qrels={"q0": {"glacier": 1}})
    assert len(evaluate_retrieval(one, engine).run["q0"]) == 3
    assert len(evaluate_retrieval(one, engine, depth=2).run["q0"]) == 2


@pytest.mark.parametrize(("text", "seen"), [("x" * 2001, "2,001 characters"), ("?!", "no word")])
def test_a_query_that_cannot_be_asked_is_named(engine: OnRecord, text: str, seen: str) -> None:
    qrels = {"q0": {"glacier": 1}, "q1": {"glacier": 1}}
    with pytest.raises(InputInvalid, match="query 'q1': ") as caught:
        evaluate_retrieval(given("glacier", text, qrels=qrels), engine)
    assert seen in caught.value.seen


def test_of_a_run_only_judged_queries_count() -> None:
    one = given("glacier", "bridge", "treaty", qrels={"q0": {"glacier": 1}, "q1": {"bridge": 1}})
    result = judge_run(one, {"q0": (("glacier", 1.0),), "q2": (), "q9": (("glacier", 1.0),)})
    assert list(result.run) == ["q0"]
    assert dict(result.per_query()["P@1"]) == {"q0": 1, "q1": 0}
    assert (result.measures()["AP"].value, result.measures()["AP"].n) == (0.5, 2)
