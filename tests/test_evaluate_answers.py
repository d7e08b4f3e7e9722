from pathlib import Path

import pytest

from rag import OnRecord
from rag.datatypes import Answer, Document, Evidence, Hit, Passage, Query, Sentence, Span, Statement
from rag.engine import Explained
from rag.errors import InputInvalid
from rag.evaluate.answers import AnswersResult, evaluate_answers, judge, named
from rag.evaluate.sets import AnswersSet, GoldQuestion, Nugget


def said(*texts: str, document: str = "a.txt") -> Explained:
    evidence = []
    for text in texts:
        whole = Document(document, text)
        sentence = Sentence(whole, Span(0, len(text)))
        hit = Hit(Passage(whole, sentence.span, (sentence,)), 1.0)
        evidence.append(Evidence(sentence, 1.0, 1.0, hit))
    statements = tuple(Statement((one,)) for one in evidence)
    answer = Answer("?", statements, 1.0, "answered" if texts else "abstained")
    hits = tuple(one.hit for one in evidence)
    return Explained(Query("?"), hits, tuple(evidence), answer)


def asked(*nuggets: list[tuple[str, str]], name: str = "q") -> GoldQuestion:
    return GoldQuestion(name, "?", tuple(Nugget(tuple(nugget)) for nugget in nuggets))


@pytest.fixture
def result() -> AnswersResult:
    first, second = [("a.txt", "red"), ("b.txt", "crimson")], [("a.txt", "blue")]
    judged = (
        judge(asked(first, second, name="half"), said("It is red.", "It is wet.")),
        judge(asked(first, name="late"), said("It is wet.", "It is red.")),
        judge(asked(first, name="silent"), said()),
        judge(asked(name="rightly silent"), said()),
        judge(asked(name="wrongly not"), said("It is red.")),
    )
    return AnswersResult(AnswersSet("hand", tuple(one.question for one in judged), ()), judged)


def test_the_five_measures_of_a_hand_worked_set(result: AnswersResult) -> None:
    measures = result.measures()
    assert {name: (round(one.value, 4), one.n) for name, one in measures.items()} == {
        "hit@1": (0.3333, 3),
        "nugget_recall": (0.5, 3),
        "precision": (0.4, 5),
        "answered": (0.6667, 3),
        "abstained": (0.5, 2),
    }
    assert (result.name, result.form, result.n) == ("hand", "answers", 5)
    assert [one.right for one in result.judged] == [True, False, False, True, False]


def test_each_measure_has_a_value_for_each_question_that_it_is_over(result: AnswersResult) -> None:
    assert result.per_query() == {
        "hit@1": {"half": 1, "late": 0, "silent": 0},
        "nugget_recall": {"half": 0.5, "late": 1, "silent": 0},
        "precision": {"half": 0.5, "late": 0.5, "wrongly not": 0},
        "answered": {"half": 1, "late": 1, "silent": 0},
        "abstained": {"rightly silent": 1, "wrongly not": 0},
    }


def test_a_quote_of_another_document_is_no_nugget() -> None:
    assert judge(asked([("b", "red")]), said("It is red.")).held == (frozenset(),)


def test_a_nugget_is_of_the_document_named_or_of_those_that_begin_so() -> None:
    given = AnswersSet("hand", (asked([("1", "red"), ("cafe", "blue"), ("gone", "x")]),), ())
    (question,) = named(given, ["10", "1", "cafe-menu.txt"]).questions
    assert question.nuggets[0].alternatives == (
        ("1", "red"),
        ("cafe-menu.txt", "blue"),
        ("gone", "x"),
    )
    (question,) = named(given, ["cafe-b", "cafe-a", "2"]).questions
    assert [name for name, _ in question.nuggets[0].alternatives] == [
        "1",
        "cafe-a",
        "cafe-b",
        "gone",
    ]


def test_answers_are_those_of_the_engine_with_all_that_led_to_them(seeds_index: Path) -> None:
    engine = OnRecord.open(seeds_index)
    questions = (
        GoldQuestion("a", "what did Putin say about Syria?", ()),
        GoldQuestion("b", "when was the Oreshnik first used?", ()),
    )
    given = AnswersSet("hand", questions, ())
    for least in (None, 1.0):
        judged = evaluate_answers(given, engine, min_confidence=least).judged
        for one in judged:
            assert one.answer == engine.ask(one.question.text, min_confidence=least)
            assert one.explained.evidence
            shown = [e for statement in one.answer.statements for e in statement.evidence]
            assert len(one.held) == len(shown)
        assert [one.answered for one in judged] == [least is None] * 2


def test_a_question_that_cannot_be_asked_is_named(seeds_index: Path) -> None:
    given = AnswersSet("hand", (GoldQuestion("q7", "?", ()),), ())
    with pytest.raises(InputInvalid, match="query 'q7': the question '\\?' holds no word"):
        evaluate_answers(given, OnRecord.open(seeds_index))
