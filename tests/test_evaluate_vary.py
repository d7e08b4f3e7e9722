import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.cli import run
from rag.errors import ConfigInvalid, InputInvalid
from rag.evaluate.measures import bootstrap
from rag.evaluate.vary import NAMES, Trial, best_first, grid
from rag.retrieve import RetrieveConfig


def test_a_grid_is_every_combination_in_the_order_in_which_it_is_written() -> None:
    settings = grid(["retrieve.passage_words=80,120", "encoder=a,b", "retrieve.k1=2"])
    assert [tuple(one.varied.values()) for one in settings] == [
        ("80", "a", "2"),
        ("80", "b", "2"),
        ("120", "a", "2"),
        ("120", "b", "2"),
    ]
    assert [one.passages.length_words for one in settings] == [80, 80, 120, 120]
    assert [one.encoder for one in settings] == ["a", "b", "a", "b"]
    assert {one.retrieve for one in settings} == {RetrieveConfig(k1=2.0)}


CUT = ("retrieve.passage_words", "retrieve.overlap_words")


@pytest.mark.parametrize("name", NAMES[1:])
def test_every_setting_can_be_varied(name: str) -> None:
    whole = name in CUT or name in ("retrieve.candidates", "read.depth")
    (one,) = grid([f"{name}={60 if whole else 0.9}"])
    (as_shipped,) = grid(["encoder=a"])
    assert replace(one, varied={}, encoder="a") != replace(as_shipped, varied={})


@pytest.mark.parametrize(
    ("varied", "error", "seen"),
    [
        (["k1=1"], InputInvalid, "--vary k1=1"),
        (["retrieve.k1"], InputInvalid, "--vary retrieve.k1"),
        (["retrieve.k1=1,"], InputInvalid, "--vary retrieve.k1=1,"),
        (["retrieve.k1=1,x"], InputInvalid, "--vary retrieve.k1=x"),
        (["retrieve.candidates=1.5"], InputInvalid, "--vary retrieve.candidates=1.5"),
        (["retrieve.b=1", "retrieve.b=0"], InputInvalid, "--vary retrieve.b again"),
        (["retrieve.b=2"], ConfigInvalid, "--vary retrieve.b=2: b is 2.0"),
        (["read.depth=0"], ConfigInvalid, "--vary read.depth=0: depth is 0"),
        (["read.promising=nan"], ConfigInvalid, "--vary read.promising=nan: promising is nan"),
        (["retrieve.passage_words=9"], ConfigInvalid, "passage_words=9: overlap_words is 25"),
        ([f"retrieve.k1={','.join('1' * 201)}"], InputInvalid, "--vary makes 201 settings"),
    ],
)
def test_what_is_no_grid_is_refused(varied: list[str], error: type, seen: str) -> None:
    with pytest.raises(error) as refused:
        grid(varied)
    assert seen in str(refused.value)


def test_the_best_comes_first_and_ties_stay_in_their_order() -> None:
    values = {"1": [0.0, 1.0], "2": [1.0, 1.0], "3": [1.0, 0.0]}
    trials = [
        Trial(grid([f"retrieve.k1={name}"])[0], {"AP": bootstrap(of)}, 1.0, None, 1.0)
        for name, of in values.items()
    ]
    ordered = [one.setting.varied["retrieve.k1"] for one in best_first(trials)]
    assert ordered == ["2", "1", "3"]


def test_trials_are_ordered_by_the_first_measure_that_has_a_mean() -> None:
    trials = [
        Trial(
            grid([f"read.depth={name}"])[0],
            {"hit@1": bootstrap([]), "abstained": bootstrap(of)},
            *(1.0, None, 1.0),
        )
        for name, of in {"1": [0.0, 1.0], "2": [1.0, 1.0]}.items()
    ]
    assert [one.setting.varied["read.depth"] for one in best_first(trials)] == ["2", "1"]


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    texts = {"a": "The glacier of the north melts.", "b": "The football match was lost."}
    rows = [json.dumps({"_id": name, "text": text}) for name, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "1", "text": "who lost the football match"}')
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tb\t1\n", encoding="utf-8")
    return folder


def test_a_grid_is_measured_with_its_costs(
    beir: Path, tiny_encoder: Path, kept_indexes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    varied = ["--vary", f"encoder={tiny_encoder}", "--vary", "retrieve.passage_words=30,60"]
    assert run(["eval", str(beir), *varied, "--vary", "retrieve.pairs=0,1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["set"], len(found["trials"])) == ("onrecord.vary/1", "set", 4)
    for one in found["trials"]:
        assert one["measures"]["RR"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
        assert all(cost > 0 for cost in one["costs"].values())
    assert len([one for one in kept_indexes.iterdir() if one.is_dir()]) == 2
    assert run(["eval", str(beir), *varied]) == 0
    assert "retrieve.passage_words=30" in capsys.readouterr().out
    assert run(["eval", str(beir), *varied, "--run", "x.run"]) == 2
    assert "--run has no meaning beside --vary" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("varied", "seen"),
    [
        ("read.depth=1,12", "--vary read.depth: documents are ranked without reading"),
        ("retrieve.candidates=200,50", "--vary retrieve.candidates=50: 100 documents"),
    ],
)
def test_what_makes_no_difference_to_a_ranking_is_refused(
    beir: Path, capsys: pytest.CaptureFixture[str], varied: str, seen: str
) -> None:
    assert run(["eval", str(beir), "--vary", varied]) == 2
    assert seen in capsys.readouterr().err


def test_varying_tells_what_is_not_read_and_checks_the_judgments(
    tmp_path: Path, tiny_encoder: Path, kept_indexes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "set" / "corpus").mkdir(parents=True)
    (tmp_path / "set" / "corpus" / "a.txt").write_text("The glacier of the north melts.")
    (tmp_path / "set" / "corpus" / "b.txt").write_text("")
    (tmp_path / "set" / "topics.tsv").write_text("q1\twho melts?\n")
    (tmp_path / "set" / "qrels").write_text("q1 0 a.txt 1\n")
    varied = ["--vary", f"encoder={tiny_encoder}", "--vary", "retrieve.k1=0.9,1.2"]
    assert run(["eval", str(tmp_path / "set"), *varied]) == 0
    assert capsys.readouterr().err.count("not read: b.txt: ") == 1
    (tmp_path / "set" / "qrels").write_text("q1 0 typo.txt 1\n")
    assert run(["eval", str(tmp_path / "set"), *varied]) == 2
    assert "no document 'typo.txt' in the corpus" in capsys.readouterr().err


def test_less_is_read_where_that_is_varied(
    tmp_path: Path, tiny_encoder: Path, kept_indexes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus").mkdir()
    for name in "ab":
        text = "On the bridge\n\nWorkers closed the bridge on Monday.\n"
        (tmp_path / "corpus" / name).with_suffix(".txt").write_text(text, encoding="utf-8")
    (tmp_path / "set").mkdir()
    nuggets = [[[name, "closed the bridge"]] for name in "ab"]
    row = {"id": "1", "question": "When was the bridge closed?", "nuggets": nuggets}
    (tmp_path / "set" / "questions.jsonl").write_text(json.dumps(row), encoding="utf-8")
    varied = ["--vary", f"encoder={tiny_encoder}", "--vary", "read.depth=1,2", "--json"]
    given = ["eval", str(tmp_path / "set"), "--corpus", str(tmp_path / "corpus")]
    assert run([*given, *varied]) == 0
    trials = json.loads(capsys.readouterr().out)["trials"]
    recall = {
        one["setting"]["read.depth"]: one["measures"]["nugget_recall"]["value"] for one in trials
    }
    assert recall == {"1": 0.5, "2": 1.0}
