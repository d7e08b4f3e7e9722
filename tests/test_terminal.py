import io

import pytest
from rich.console import Console

from rag.datatypes import Answer, Document, Evidence, Hit, Passage, Sentence, Span, Statement
from rag.terminal import print_answer

TEXT = "The bridge was closed."


def said_in(*origins: str) -> str:
    """The answer as printed, of one sentence that a document of each origin has."""
    evidence = []
    for number, origin in enumerate(origins):
        document = Document(f"{number}.txt", TEXT, origin=origin)
        sentence = Sentence(document, Span(0, len(TEXT)))
        hit = Hit(Passage(document, sentence.span, (sentence,)), 1.0)
        evidence.append(Evidence(sentence, 0.9, 0.9, hit))
    out = Console(width=80, file=io.StringIO(), markup=False)
    print_answer(out, Answer("?", (Statement(tuple(evidence)),), 0.9, "answered"))
    return out.file.getvalue()


@pytest.mark.parametrize(
    ("origins", "says"),
    [
        (("a", "b"), "2 independent reports"),
        (("a", "a", "a"), "3 articles, 1 independent"),
        (("a", "b", "a"), "3 articles, 2 independent"),
    ],
)
def test_an_answer_says_how_many_reports_bear_it_out(origins: tuple[str, ...], says: str) -> None:
    assert f"    {says}\n" in said_in(*origins)


def test_one_document_is_not_counted() -> None:
    assert "independent" not in said_in("a")


def test_each_wording_stands_with_who_says_it() -> None:
    texts = {"Ann Lee": "Ann Lee said the bridge was closed.", None: "“The bridge is closed now.”"}
    evidence = []
    for who, text in texts.items():
        document = Document(f"{who}.txt", text)
        sentence = Sentence(document, Span(0, len(text)), speaker=who, kind="direct")
        hit = Hit(Passage(document, sentence.span, (sentence,)), 1.0)
        evidence.append(Evidence(sentence, 0.9, 0.9, hit))
    out = Console(width=80, file=io.StringIO(), markup=False)
    print_answer(out, Answer("?", (Statement(tuple(evidence)),), 0.9, "answered"))
    assert out.file.getvalue().startswith(
        f"{texts['Ann Lee']} [1]\n    Ann Lee, quoted\n"
        f"    also: {texts[None]} [2]\n        quoted\n    2 independent reports\n"
    )
