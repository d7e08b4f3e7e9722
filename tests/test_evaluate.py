import json
import math
import shutil
from pathlib import Path

import pytest

from rag.cli import run
from rag.datatypes import Answer, Document, Evidence, Hit, Passage, Sentence, Span, Statement
from rag.errors import InputInvalid
from rag.evaluate import bootstrap, read_answers_set
from rag.evaluate.answers import AnswersReport, judge
from rag.evaluate.sets import GoldQuestion, Nugget

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "tests" / "gold" / "seeds"


def said(*texts: str, document: str = "a.txt") -> Answer:
    statements = []
    for text in texts:
        whole = Document(document, text)
        sentence = Sentence(whole, Span(0, len(text)))
        hit = Hit(Passage(whole, sentence.span, (sentence,)), 1.0)
        statements.append(Statement((Evidence(sentence, 1.0, 1.0, hit),)))
    return Answer("?", tuple(statements), 1.0, "answered" if texts else "abstained")


def asked(*nuggets: list[tuple[str, str]]) -> GoldQuestion:
    return GoldQuestion("q", "?", tuple(Nugget(tuple(nugget)) for nugget in nuggets))


def test_the_five_measures_of_a_hand_worked_set() -> None:
    first, second = [("a", "red"), ("b", "crimson")], [("a.txt", "blue")]
    report = AnswersReport(
        "hand",
        (
            judge(asked(first, second), said("It is red.", "It is wet.")),  # hit, half, 1 of 2
            judge(asked(first), said("It is wet.", "It is red.")),  # no hit, all, 1 of 2
            judge(asked(first), said()),  # nothing
            judge(asked(), said()),  # rightly silent
            judge(asked(), said("It is red.")),  # wrongly not: 0 of 1
        ),
    )
    values = {name: round(one.value, 4) for name, one in report.measures().items()}
    assert values == {
        "hit@1": 0.3333,
        "nugget_recall": 0.5,
        "precision": 0.4,
        "answered": 0.6667,
        "abstained": 0.5,
    }
    assert [one.right for one in report.judged] == [True, False, False, True, False]


def test_a_quote_of_another_document_is_no_nugget() -> None:
    assert judge(asked([("b", "red")]), said("It is red.")).held == (frozenset(),)


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    one = bootstrap([0.0, 1.0, 1.0, 1.0])
    assert one.value == 0.75
    assert 0 <= one.low < one.value < one.high <= 1
    assert one == bootstrap([0.0, 1.0, 1.0, 1.0])
    assert bootstrap([0.5] * 10) == bootstrap([0.5] * 10)
    assert (bootstrap([0.5] * 10).low, bootstrap([0.5] * 10).high) == (0.5, 0.5)


def test_no_questions_have_no_mean() -> None:
    assert math.isnan(bootstrap([]).value)
    assert bootstrap([]).n == 0


def test_the_gold_set_has_sixty_questions_and_a_third_of_them_has_no_answer() -> None:
    questions = read_answers_set(GOLD).questions
    assert len(questions) >= 60
    unanswerable = [one for one in questions if not one.nuggets]
    assert len(unanswerable) * 3 >= len(questions)


def test_every_gold_quote_stands_in_exactly_one_named_document() -> None:
    articles = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "seeds").iterdir()}
    for question in read_answers_set(GOLD).questions:
        for nugget in question.nuggets:
            for document, quote in nugget.alternatives:
                (name,) = [name for name in articles if name.startswith(document)]
                assert quote in articles[name], (question.id, quote)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("{", "questions.jsonl:2"),
        ('{"id": "a", "question": "why?"}', "nuggets"),
        ('{"id": "a", "question": " ", "nuggets": []}', "empty"),
        ('{"id": "a", "question": "why?", "nuggets": [[]]}', "empty"),
        ('{"id": "a", "question": "why?", "nuggets": [[["doc"]]]}', "questions.jsonl:2"),
        ('{"id": "first", "question": "why?", "nuggets": []}', "'first' again"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(tmp_path: Path, line: str, seen: str) -> None:
    good = json.dumps({"id": "first", "question": "who?", "nuggets": []})
    (tmp_path / "questions.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"questions\.jsonl:2") as error:
        read_answers_set(tmp_path)
    assert seen in str(error.value)


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="questions"):
        read_answers_set(tmp_path)


def test_eval_prints_the_object_of_the_contract(
    seeds_index: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(seeds_index, tmp_path / "index")
    arguments = ["eval", str(GOLD), "--corpus", str(ROOT / "seeds")]
    status = run([*arguments, "--index", str(tmp_path / "index"), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert status == 0
    assert list(printed) == ["schema", "set", "form", "n", "measures"]
    assert (printed["schema"], printed["set"]) == ("onrecord.eval/1", "seeds")
    assert (printed["form"], printed["n"]) == ("answers", 76)
    names = ["hit@1", "nugget_recall", "precision", "answered", "abstained"]
    assert list(printed["measures"]) == names
    for measure in printed["measures"].values():
        assert 0 <= measure["low"] <= measure["value"] <= measure["high"] <= 1
    answerable = sum(bool(one.nuggets) for one in read_answers_set(GOLD).questions)
    assert printed["measures"]["hit@1"]["n"] == answerable


def test_a_measure_without_questions_is_null_in_json(
    seeds_index: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(seeds_index, tmp_path / "index")
    only = {"id": "a", "question": "What did Macron say?", "nuggets": []}
    (tmp_path / "questions.jsonl").write_text(json.dumps(only), encoding="utf-8")
    arguments = ["eval", str(tmp_path), "--corpus", str(ROOT / "seeds"), "--json"]
    assert run([*arguments, "--index", str(tmp_path / "index")]) == 0
    printed = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert printed["measures"]["hit@1"] == {"value": None, "low": None, "high": None, "n": 0}
