from dataclasses import replace

import pytest

from rag.context import needs, with_context
from rag.datatypes import Answer, Document, Evidence, Hit, Passage, Sentence, Span, Statement
from rag.quotes import Attribution
from rag.segment import segment


def context(text: str, wanted: str, *attributions: Attribution) -> str | None:
    """The context of the sentence that begins so, in an answer that shows it alone."""
    document = Document("a.txt", text)
    parts = segment(document)
    (sentence,) = (one for one in parts if one.text.startswith(wanted))
    hit = Hit(Passage(document, sentence.span, (sentence,)), 1.0)
    answer = Answer("q", (Statement((Evidence(sentence, 1, 0.9, hit),)),), 0.9, "answered")
    found = with_context(answer, lambda document: parts, lambda name: attributions)
    span = found.statements[0].evidence[0].context
    return span and span.of(text)


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("Ann Lee met the council.", "He refused to vote on it."),
        ("The plan was ready in May.", "But nobody signed it."),
        ("The plan was ready in May.", "“That was a mistake,” Lee told the paper."),
        ("Nobody will pay if the bridge falls.", "Otherwise the city pays for it."),
        ("The mayor gave two reasons for it:", "The bridge is old and rusty."),
        ("Taxes will not rise this year.", "Nor will the fees for water."),
        ("Ann Lee lost by two votes.", "After the vote she left the town for good."),
        ("People fled the town in May.", "“We will bring them home,” the mayor said."),
        ("Towns lend each other pumps.", "The history of such help is a long one."),
        ("King Rudolf waved to the crowd.", "The 34-year-old was crowned in 2023."),
        ("Six men were held in May.", "Five of the six have since gone home."),
        ("Six men were held in May.", "None has spoken since."),
        ("Ann and Bo met in May.", "The pair married in the town hall."),
        ("Ann and Bo met in May.", "When snow fell in spring they left."),
    ],
)
def test_what_cannot_stand_alone_has_the_sentence_before(before: str, sentence: str) -> None:
    between = "\n" if before.endswith(":") else " "
    text = f"Rain fell in the north. {before}{between}{sentence}"
    assert context(text, sentence) == before


@pytest.mark.parametrize(
    "sentence",
    [
        "The council refused to vote.",
        "Ann Lee said that it was cold.",
        "Heathrow was shut.",
        "When snow fell late in spring they left.",
    ],
)
def test_what_can_stand_alone_has_none(sentence: str) -> None:
    assert context(f"The plan was ready in May. {sentence}", sentence) is None


def test_the_middle_of_a_quotation_has_the_sentence_before() -> None:
    text = "“We went there by car. Nobody saw us on the road,” Lee said."
    whole = Attribution("direct", Span(1, text.index("”")))
    assert context(text, "Nobody", whole) == "“We went there by car."
    assert context(text, "“We went", whole) is None


def test_the_first_sentence_has_none_and_none_comes_from_beyond_a_heading() -> None:
    assert context("He refused to vote on the bridge.", "He refused") is None
    text = "# News\n\nThe plan was ready in May.\n\n## The vote\n\nHe refused to vote on it.\n"
    document = Document("a.md", text)
    first, second = (
        Sentence(document, Span(text.index(words), text.index(words) + len(words)))
        for words in ("The plan was ready in May.", "He refused to vote on it.")
    )
    at = text.index("The vote")
    heading = Sentence(document, Span(at, at + 8), "heading")
    hit = Hit(Passage(document, second.span, (second,)), 1.0)
    answer = Answer("q", (Statement((Evidence(second, 1, 0.9, hit),)),), 0.9, "answered")
    found = with_context(answer, lambda document: (first, heading, second), lambda name: ())
    assert found.statements[0].evidence[0].context is None


@pytest.mark.parametrize(
    ("text", "answer", "asked"),
    [
        ("Rain fell.\n\n## Will there be a new bridge?\n\nNot before 2028, Lee said.", "Not before",
         "Will there be a new bridge?"),
        ("Rain fell.\n\nQ: Will there be a new bridge?\n\nA: Not before 2028.", "A:",
         "Q: Will there be a new bridge?"),
        ("Lee came late. Will there be a bridge? Ann Lee hopes so.", "Ann Lee hopes", None),
        ("Rain fell.\n\n## A new bridge\n\nNot before 2028, Lee said.", "Not before", None),
    ],
)  # fmt: skip
def test_an_answer_has_its_question(text: str, answer: str, asked: str | None) -> None:
    assert context(text, answer) == asked


def test_an_answer_has_the_question_of_another_who_speaks() -> None:
    document = Document("a.txt", "Ann Lee: Will there be a bridge? Bo Lind: Not before 2028.")
    end = document.text.index(" Bo")
    asked = Sentence(document, Span(0, end), speaker="Ann Lee", kind="direct")
    told = Sentence(document, Span(end + 1, len(document.text)), speaker="Bo Lind", kind="direct")
    assert needs(told, asked, ())
    assert not needs(replace(told, speaker="Ann Lee"), asked, ())
    assert not needs(replace(told, speaker=None), asked, ())


@pytest.mark.parametrize(
    ("said", "needed"), [("He refused to vote.", True), ("Lee refused to vote.", False)]
)
def test_who_is_named_before_a_colon_is_not_who_is_meant(said: str, needed: bool) -> None:
    before = "Ann Lee: Bo Lind came to the council."
    text = f"{before}\n\nClara Voss: {said}"
    start = text.index(said)
    label = Span(start - len("Clara Voss: "), start - 2)
    turn = Attribution("direct", Span(start, len(text)), label, name="Clara Voss")
    assert context(text, "Clara Voss:", turn) == (before if needed else None)
