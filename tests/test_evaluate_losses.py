import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rag import OnRecord
from rag.compose import ComposeConfig
from rag.evaluate import (
    AnswersResult,
    AnswersSet,
    GoldQuery,
    GoldQuestion,
    Nugget,
    RetrievalResult,
    RetrievalSet,
    SelectionQuestion,
    SelectionResult,
    SelectionSet,
    evaluate_answers,
    evaluate_retrieval,
)
from rag.evaluate.answers import judge
from rag.evaluate.losses import Loss, Piece, Stage, composed, losses, passes
from rag.evidence import ReadConfig

Asked = Callable[..., tuple[AnswersResult, OnRecord]]
BRIDGE = "What did the mayor say about the bridge?"
READ = ReadConfig().depth  # passages, which have two sentences each here


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> OnRecord:
    """Forty articles on a bridge that differ by numbers, and two on other things."""
    folder = tmp_path_factory.mktemp("town")
    bridge = {
        f"bridge-{n:02}": " ".join(
            f"The mayor said the bridge costs {n + more} million." for more in (100, 300)
        )
        for n in range(40)
    }
    orchard = "Quinces ripen late here.\n\nThe harvest was large. Pickers came from far away."
    with (folder / "town.jsonl").open("w", encoding="utf-8") as file:
        for name, text in (bridge | {"orchard": orchard}).items():
            file.write(json.dumps({"id": name, "title": f"On {name}", "text": text}) + "\n")
    (folder / "page.html").write_text(
        "<html><body><article><h1>Frost warning</h1><h2>What growers fear</h2><p>"
        + "Growers fear the frost in May because blossoms freeze in a single night. " * 6
        + "</p></article></body></html>",
        encoding="utf-8",
    )
    index = folder / "index"
    OnRecord.build(index, [folder / "town.jsonl", folder / "page.html"], encoder=str(tiny_encoder))
    return OnRecord.open(index)


def asked(text: str, *nuggets: tuple[str, str], id: str = "q") -> GoldQuestion:
    return GoldQuestion(id, text, tuple(Nugget((one,)) for one in nuggets))


def judged(engine: OnRecord, *questions: GoldQuestion, least: float) -> AnswersResult:
    given = AnswersSet("town", questions, ())
    return evaluate_answers(given, engine, min_confidence=least)


def lost(engine: OnRecord, question: GoldQuestion, *, least: float) -> tuple[Loss, ...]:
    """Its losses, but for padding, which most answers of a model without training have."""
    result = judged(engine, question, least=least)
    found = losses(result, engine, min_confidence=least)
    return tuple(one for one in found if one.stage != Stage.PADDING)


# ------------------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("document", "quote", "why"),
    [
        ("nowhere", "any", "No document of the index is named nowhere."),
        ("orchard", "Plums", "orchard is in the index, but its text does not hold the quote."),
        ("orchard", "large. Pickers", "In orchard it lies across the boundaries of sentences."),
        (
            "page.html",
            "What growers",
            "In page.html it stands in a block of the kind heading, which is",
        ),
    ],
)
def test_what_no_body_sentence_holds_is_not_in_the_index(
    town: OnRecord, document: str, quote: str, why: str
) -> None:
    (one,) = lost(town, asked(BRIDGE, (document, quote)), least=0.0)
    assert one.stage == Stage.NOT_IN_INDEX
    assert one.detail.startswith(why)
    assert [(piece.document, piece.text) for piece in one.wanted] == [(document, quote)]


def test_of_several_alternatives_the_one_that_came_nearest_says_why(town: OnRecord) -> None:
    both = Nugget((("nowhere", "any"), ("orchard", "large. Pickers"), ("orchard", "Plums")))
    (one,) = lost(town, GoldQuestion("q", BRIDGE, (both,)), least=0.0)
    assert (one.stage, "across the boundaries" in one.detail) == (Stage.NOT_IN_INDEX, True)
    there = Nugget((("nowhere", "any"), ("orchard", "Quinces ripen")))
    (one,) = lost(town, GoldQuestion("q", BRIDGE, (there,)), least=0.0)
    assert one.stage != Stage.NOT_IN_INDEX


def test_what_no_passage_that_was_read_holds_was_not_retrieved(town: OnRecord) -> None:
    (one,) = lost(town, asked(BRIDGE, ("orchard", "Quinces ripen")), least=0.0)
    hits = town.search(BRIDGE, depth=100)
    (rank,) = [n for n, hit in enumerate(hits, 1) if hit.passage.document.id == "orchard"]
    assert rank > READ
    assert one.stage == Stage.NOT_RETRIEVED
    assert one.detail == f"The first passage with it stands at rank {rank}; {READ} passages read."


def test_what_is_read_and_below_the_threshold_scored_low(town: OnRecord) -> None:
    best = town.explain(BRIDGE).evidence[0]
    quote = (best.sentence.document.id, best.sentence.text)
    (one,) = lost(town, asked(BRIDGE, quote), least=1.0)
    probability = f"Probability {best.probability:.2f}, 1st of {2 * READ} sentences read"
    assert one.stage == Stage.SCORED_LOW
    assert one.detail == f"{probability}; the threshold is 1.00."
    assert not any(came.shown for came in one.came)
    assert one.came[0].right


def test_above_the_threshold_it_is_composition_that_drops(town: OnRecord) -> None:
    """All sentences are made equally probable: the model does not find nine so."""
    result = judged(town, asked(BRIDGE, ("bridge-00", "mayor")), least=0.0)
    explained = result.judged[0].explained
    alike = tuple(replace(one, score=0.0, probability=0.5) for one in explained.evidence)
    answer = composed(alike, explained, ComposeConfig(min_confidence=0.0))
    ninth = alike[8].sentence
    question = asked(BRIDGE, (ninth.document.id, ninth.text))
    one = judge(question, replace(explained, evidence=alike, answer=answer))
    found = losses(replace(result, judged=(one,)), town, min_confidence=0.0)
    (loss,) = (one for one in found if one.stage != Stage.PADDING)
    assert loss.stage == Stage.DROPPED
    assert loss.detail.endswith(f"9th of {2 * READ} sentences read; only 8 statements are shown.")


def test_the_share_of_the_best_is_told_apart_from_the_number_of_statements(
    town: OnRecord,
) -> None:
    town = OnRecord.open(town.path, read=ReadConfig(within=math.inf))
    question = "Do growers fear the frost in May, and what did the mayor say?"
    evidence = town.explain(question).evidence
    shown = town.ask(question, min_confidence=0.0).statements
    texts = {one.sentence.text for statement in shown for one in statement.evidence}
    keep = ComposeConfig(min_confidence=0.0).keep
    low = (e for e in evidence if e.probability < keep * evidence[0].probability)
    weak = next(e for e in low if e.sentence.text not in texts)
    quote = (weak.sentence.document.id, weak.sentence.text)
    (loss,) = lost(town, asked(question, quote), least=0.0)
    enough = keep * evidence[0].probability
    assert loss.stage == Stage.DROPPED
    assert loss.detail.endswith(f"less than {keep:g} of the best, which makes {enough:.2f}.")


def test_what_was_read_for_a_question_that_nothing_matches_scored_low(town: OnRecord) -> None:
    result = judged(town, asked(BRIDGE, ("bridge-00", "mayor")), least=1.0)
    (one,) = result.judged
    unmatched = replace(one.explained.answer, reason="no_match", confidence=0.0)
    best = one.explained.evidence[0].sentence
    question = asked(BRIDGE, (best.document.id, best.text))
    one = replace(one, question=question, explained=replace(one.explained, answer=unmatched))
    (loss,) = losses(replace(result, judged=(one,)), town)
    assert (loss.stage, "no passage was near enough" in loss.detail) == (Stage.SCORED_LOW, True)


def test_an_answer_where_there_is_none_names_what_was_shown(town: OnRecord) -> None:
    (one,) = lost(town, asked(BRIDGE), least=0.0)
    first = town.ask(BRIDGE, min_confidence=0.0).statements[0].evidence[0]
    assert one.stage == Stage.ANSWERED_WITHOUT_EVIDENCE
    assert (one.value, one.wanted) == (0.0, ())
    assert f"the first with probability {first.probability:.2f}" in one.detail
    assert one.came[0].piece.text == first.sentence.text
    assert lost(town, asked(BRIDGE), least=1.0) == ()  # an abstention is no loss


def test_each_shown_sentence_without_a_nugget_is_padding(town: OnRecord) -> None:
    second = town.ask(BRIDGE, min_confidence=0.0).statements[1].evidence[0].sentence
    result = judged(town, asked(BRIDGE, (second.document.id, second.text)), least=0.0)
    found = losses(result, town, min_confidence=0.0)
    assert {one.stage for one in found} == {Stage.PADDING}
    shown = len(result.judged[0].held)
    assert len(found) == shown - 1
    assert found[0].detail.startswith(f"1st of {shown} shown, probability")
    assert found[0].found == ((Piece(second.document.id, second.text),),)
    assert [came.right for came in found[0].came[:2]] == [False, True]


def test_what_is_lost_and_what_is_shown_make_up_all_nuggets(town: OnRecord) -> None:
    evidence = town.explain(BRIDGE).evidence
    quotes = [(e.sentence.document.id, e.sentence.text) for e in evidence[:12]]
    question = asked(BRIDGE, *quotes, ("orchard", "Quinces ripen"), ("nowhere", "any"))
    result = judged(town, question, least=0.0)
    found = lost(town, question, least=0.0)
    shown = len(frozenset().union(*result.judged[0].held))
    assert len(found) + shown == len(question.nuggets)
    assert {len(one.found) for one in found} == {shown}
    assert [one.stage for one in found].count(Stage.DROPPED) == 12 - shown


def test_a_sentence_passes_alone_exactly_where_compose_answers(town: OnRecord) -> None:
    explained = town.explain(BRIDGE)
    for one in explained.evidence[:5]:
        for least in (one.probability - 1e-9, one.probability, one.probability + 1e-9):
            config = ComposeConfig(min_confidence=least)
            assert passes(one, explained, config) == (one.probability >= least)
    engine_config = ComposeConfig(min_confidence=0.0)
    again = composed(explained.evidence, explained, engine_config)
    assert again.statements == town.ask(BRIDGE, min_confidence=0.0).statements


def test_answers_without_their_engine_are_a_mistake(town: OnRecord) -> None:
    with pytest.raises(ValueError, match="engine"):
        losses(judged(town, asked(BRIDGE), least=0.0))


# ------------------------------------------------------------------------------ retrieval


def ranked(*names: str) -> tuple[tuple[str, float], ...]:
    return tuple((name, 1 / place) for place, name in enumerate(names, 1))


def test_a_relevant_document_is_lost_at_one_stage(town: OnRecord) -> None:
    wrong = [f"bridge-{n:02}" for n in range(20, 40)]
    run = ranked("bridge-00", "bridge-01", wrong[0], "bridge-02", *wrong[1:9], "bridge-03")
    grades = {f"bridge-{n:02}": 1 for n in range(5)} | {"gone": 2, "orchard": 0}
    given = RetrievalSet("hand", (GoldQuery("q", BRIDGE),), {"q": grades}, ())
    found = losses(RetrievalResult(given, {"q": run}), town)
    assert [(one.wanted[0].document, one.stage) for one in found] == [
        ("bridge-02", Stage.OUTRANKED),
        ("bridge-03", Stage.RANKED_LOW),
        ("bridge-04", Stage.NOT_RETRIEVED),
        ("gone", Stage.NOT_IN_INDEX),
    ]
    assert [one.detail for one in found] == [
        "At rank 4; a document that is less relevant stands at rank 3.",
        "At rank 13, below the first 10.",
        "Not among the 13 documents that were ranked.",
        "The index holds no document of this id.",
    ]
    assert [piece.document for (piece,) in found[0].found] == ["bridge-00", "bridge-01"]
    assert [(came.piece.document, came.right) for came in found[0].came][1:3] == [
        ("bridge-01", True),
        (wrong[0], False),
    ]
    assert found[0].wanted[0].text == "On bridge-02"
    assert len(found[0].came) == 10


def test_a_document_is_in_its_place_where_none_above_is_less_relevant() -> None:
    grades = {f"d{n}": 1 for n in range(12)} | {"best": 3}
    given = RetrievalSet("hand", (GoldQuery("q", "why?"),), {"q": grades}, ())
    perfect = ranked("best", *(f"d{n}" for n in range(12)))
    assert losses(RetrievalResult(given, {"q": perfect})) == ()
    deep = ranked("d0", "best", *(f"x{n}" for n in range(120)), *(f"d{n}" for n in range(1, 12)))
    found = losses(RetrievalResult(given, {"q": deep}))
    assert found[0].detail == "At rank 2; a document that is less relevant stands at rank 1."
    assert (found[1].stage, found[1].detail) == (
        Stage.RANKED_LOW,
        "At rank 123, below the first 10.",
    )
    assert len(found) == 12


def test_a_run_without_an_index_has_ids_for_titles() -> None:
    given = RetrievalSet("hand", (GoldQuery("q", "why?"),), {"q": {"a": 1, "gone": 1}}, ())
    found = losses(RetrievalResult(given, {"q": ranked("b", "a")}))
    assert [(one.wanted[0].text, one.stage) for one in found] == [
        ("", Stage.OUTRANKED),
        ("", Stage.NOT_RETRIEVED),
    ]


def test_a_document_without_a_title_is_known_by_its_beginning(
    tmp_path: Path, tiny_encoder: Path
) -> None:
    text = "Quinces\nripen late here. " + "They keep for months in a cool place. " * 9
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "text": text}), encoding="utf-8")
    OnRecord.build(tmp_path / "index", [tmp_path / "a.jsonl"], encoder=str(tiny_encoder))
    given = RetrievalSet("hand", (GoldQuery("q", "why?"),), {"q": {"a": 1}}, ())
    (one,) = losses(RetrievalResult(given, {"q": ()}), OnRecord.open(tmp_path / "index"))
    assert one.wanted[0].text.startswith("Quinces ripen late here. They keep")
    assert len(one.wanted[0].text) < 130


def test_a_measured_ranking_has_the_stages_that_its_run_says(town: OnRecord) -> None:
    grades = {"orchard": 1, "bridge-00": 1}
    queries = (GoldQuery("q", BRIDGE), GoldQuery("unjudged", "who?"))
    given = RetrievalSet("town", queries, {"q": grades}, ())
    result = evaluate_retrieval(given, town)
    ranks = {name: rank for rank, (name, _) in enumerate(result.run["q"], 1)}
    found = {one.wanted[0].document: one for one in losses(result, town)}
    assert ranks["orchard"] > 10
    assert found["orchard"].stage == Stage.RANKED_LOW
    assert str(ranks["orchard"]) in found["orchard"].detail


def test_the_worst_query_comes_first_then_the_one_with_more_losses() -> None:
    queries = tuple(GoldQuery(name, f"{name}?") for name in ("good", "one", "two", "fair"))
    qrels = {"good": {"a": 1}, "one": {"x": 1}, "two": {"x": 1, "y": 1}, "fair": {"a": 1}}
    run = {"good": ranked("a"), "one": ranked("b"), "two": ranked("b"), "fair": ranked("b", "a")}
    found = losses(RetrievalResult(RetrievalSet("hand", queries, qrels, ()), run))
    assert [one.query for one in found] == ["two", "two", "one", "fair"]
    assert [round(one.value, 4) for one in found] == [0, 0, 0, 0.6309]  # 1 / log2(3)


# ------------------------------------------------------------------------------ selection


def chosen(*answers: int, id: str) -> SelectionQuestion:
    sentences = ("First.", "Second.", "Third.")
    return SelectionQuestion(id, f"{id}?", "Title", sentences, frozenset(answers), False)


def test_a_sentence_is_outranked_or_scored_low_and_silence_is_due_without_answers() -> None:
    given = SelectionSet(
        "hand",
        (
            chosen(0, 1, 2, id="all right"),
            chosen(1, 2, id="mixed"),
            chosen(id="rightly silent"),
            chosen(id="wrongly not"),
            chosen(0, 1, 2, id="not counted"),
        ),
    )
    scores = ((0.9, 0.8, 0.7), (0.6, 0.9, 0.5), (0.1, 0.2, 0.3), (0.1, 0.55, 0.5), (0.9, 0.8, 0.1))
    found = losses(SelectionResult(given, scores, 0.5))
    assert [(one.query, one.stage) for one in found] == [
        ("wrongly not", Stage.ANSWERED_WITHOUT_EVIDENCE),
        ("mixed", Stage.OUTRANKED),
        ("not counted", Stage.SCORED_LOW),
    ]
    wrong, outranked, low = found
    assert (
        wrong.detail == "No sentence answers; the best has probability 0.55, the threshold is 0.50."
    )
    assert math.isnan(wrong.value)
    assert outranked.detail == ("Probability 0.50, 3rd of 3 sentences; wrong ones above it: 1.")
    assert low.detail == "Probability 0.10, 3rd of 3 sentences; the threshold is 0.50."
    assert [came.shown for came in low.came] == [True, True, False]
    assert [piece.text for (piece,) in outranked.found] == ["Second."]
