import json
from itertools import pairwise
from pathlib import Path

import pytest

from rag import OnRecord
from rag.datatypes import Hit, Query
from rag.engine import shipped_reader
from rag.evaluate.selection import (
    Given,
    SelectionResult,
    evaluate_selection,
    passages_of,
    sentences_of,
)
from rag.evaluate.sets import SelectionQuestion, SelectionSet

ARTICLES = {
    "The glacier": (
        "The glacier lost four metres of ice in 2019.",
        "A team from Bern measured it in September.",
        "Its leader, Anna Meier, called the loss dramatic.",
    ),
    "The bridge": (
        "Workers closed the bridge on Monday.",
        "It will open again in March, the mayor said.",
    ),
}
ASKED = {
    "The glacier": "How much ice did the glacier lose?",
    "The bridge": "Who closed the bridge?",
}


def question(
    *sentences: str, text: str = "who?", answers: set[int] = frozenset(), **other: object
) -> SelectionQuestion:
    given = {"id": "q", "title": None, "independent": False, **other}
    return SelectionQuestion(
        text=text,
        sentences=sentences,
        answers=frozenset(answers),
        **given,  # type: ignore[arg-type]
    )


def hand(*rows: tuple[tuple[float, ...], set[int]], least: float = 0.5) -> SelectionResult:
    questions = tuple(
        question(*(f"{place}." for place in range(len(scores))), id=f"q{number}", answers=answers)
        for number, (scores, answers) in enumerate(rows)
    )
    scores = tuple(scores for scores, _ in rows)
    return SelectionResult(SelectionSet("hand", questions), scores, least)


def test_the_measures_of_a_hand_worked_set() -> None:
    result = hand(
        ((0.9, 0.8, 0.7), {0, 2}),  # AP (1 + 2/3) / 2
        ((0.1, 0.2, 0.3), {0}),  # last: AP 1/3
        ((0.4, 0.6), {0, 1}),  # all answer: no ranking to judge
        ((0.6, 0.2), set()),  # above the threshold: answered wrongly
        ((0.2, 0.3), set()),
    )
    found = {name: (round(one.value, 4), one.n) for name, one in result.measures().items()}
    assert found == {
        "AP": (round((5 / 6 + 1 / 3) / 2, 4), 2),
        "RR": (round((1 + 1 / 3) / 2, 4), 2),
        "P@1": (0.5, 2),
        # best scores .9 .3 .6 against .6 .3: 2 + .5 + 1.5 of 6 pairs
        "abstain_AUC": (round(4 / 6, 4), 5),
        # 2 of 3 answered, 1 of 2 abstained
        "abstain_balanced_accuracy": (round((2 / 3 + 1 / 2) / 2, 4), 5),
    }
    assert (result.name, result.form, result.n) == ("hand", "selection", 5)
    assert dict(result.per_query()["P@1"]) == {"q0": 1, "q1": 0}


def test_without_empty_answers_nothing_is_said_of_abstaining() -> None:
    assert list(hand(((0.9, 0.8), {0})).measures()) == ["AP", "RR", "P@1"]


def test_ties_go_to_the_sentence_before() -> None:
    result = hand(((0.5, 0.5), {0}), ((0.5, 0.5), {1}))
    assert dict(result.per_query()["RR"]) == {"q0": 1, "q1": 0.5}


def test_a_score_at_the_threshold_is_an_answer_as_in_composing() -> None:
    result = hand(((0.5, 0.1), {0}), ((0.49, 0.1), set()))
    assert result.measures()["abstain_balanced_accuracy"].value == 1


def test_sentences_of_a_text_keep_their_place_in_it_and_independent_ones_have_their_own() -> None:
    texts = ("One é.", "", "Two.")
    joined = sentences_of(question(*texts, title="T"))
    assert [one.text for one in joined] == list(texts)
    assert {one.document.text for one in joined} == {"One é.  Two."}
    assert {one.document.title for one in joined} == {"T"}
    (passage,) = passages_of(joined)
    assert passage.sentences == joined
    apart = sentences_of(question(*texts, independent=True))
    assert [one.document.text for one in apart] == list(texts)
    assert len({one.document.id for one in apart}) == 3
    assert len(passages_of(apart)) == 3


def long_text() -> list[str]:
    return [f"The {n} ministers of country {n} met again and spoke at length." for n in range(40)]


def test_a_long_text_is_cut_into_passages_that_share_sentences() -> None:
    sentences = sentences_of(question(*long_text()))
    cut = passages_of(sentences)
    assert len(cut) > 2
    assert all(before.span.end > after.span.start for before, after in pairwise(cut))
    assert {one for passage in cut for one in passage.sentences} == set(sentences)


def test_given_sentences_are_scored_as_those_of_an_index_are(tmp_path: Path) -> None:
    rows = [
        {"_id": title, "title": title, "text": " ".join(texts)} for title, texts in ARTICLES.items()
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    OnRecord.build(tmp_path / "index", [tmp_path / "corpus.jsonl"])
    engine = OnRecord.open(tmp_path / "index")
    questions = tuple(
        question(*texts, text=ASKED[title], title=title, id=title, answers={0})
        for title, texts in ARTICLES.items()
    )
    told = []
    result = evaluate_selection(
        SelectionSet("hand", questions), progress=lambda *step: told.append(step)
    )
    for one, scores in zip(questions, result.scores, strict=True):
        evidence = engine.explain(one.text).evidence
        expected = {e.sentence.text: e.probability for e in evidence}
        assert list(scores) == pytest.approx([expected[text] for text in one.sentences], abs=2e-4)
    assert len({score for scores in result.scores for score in scores}) == 5
    assert [stage for stage, *_ in told] == ["reading", "reading"]
    assert evaluate_selection(SelectionSet("hand", questions)) == result


def test_a_sentence_of_two_passages_has_the_better_of_its_scores() -> None:
    one = question(*long_text(), text="Which ministers met?")
    sentences = sentences_of(one)
    collection = Given(passages_of(sentences))
    found: dict[str, list[float]] = {}
    for passage in passages_of(sentences):
        for evidence in shipped_reader().read(Query(one.text), [Hit(passage, 1.0)], collection):
            found.setdefault(evidence.sentence.text, []).append(evidence.probability)
    assert any(len(set(scores)) > 1 for scores in found.values())
    (scores,) = evaluate_selection(SelectionSet("one", (one,))).scores
    assert list(scores) == pytest.approx([max(found[text]) for text in one.sentences], abs=2e-4)
