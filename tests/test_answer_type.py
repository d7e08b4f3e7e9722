import pytest

from rag.evidence.answer_type import expected_type, match
from rag.terms import terms


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many people were hurt?", "number"),
        ("how old is the bridge", "number"),
        ("When did the bridge open?", "date"),
        ("In what year did the bridge open?", "date"),
        ("Who opened the bridge?", "name"),
        ("In which small town is the bridge?", "name"),
        ("Where is it?", "name"),
        ("What did the mayor say about the bridge?", "any"),
        ("bridge opening", "any"),
        ("Show the whole list", "any"),
    ],
)
def test_the_form_of_a_question_tells_what_it_asks_for(question: str, expected: str) -> None:
    assert expected_type(question) == expected


@pytest.mark.parametrize(
    ("expected", "sentence", "found"),
    [
        ("number", "Some 24 of them left.", 1),
        ("number", "Eleven of them left.", 1),
        ("number", "Some of them left.", -1),
        ("date", "They left in March.", 1),
        ("date", "They left in 1963.", 1),
        ("date", "They may march.", -1),
        ("name", "The bridge was opened by Ann Lee.", 1),
        ("name", "The mayor opened it.", -1),
        ("any", "The mayor opened it.", 0),
    ],
)
def test_a_sentence_holds_what_is_asked_for_or_not(
    expected: str, sentence: str, found: int
) -> None:
    assert match(expected, sentence, asked=set()) == found  # type: ignore[arg-type]


def test_a_name_of_the_question_is_no_new_name() -> None:
    asked = set(terms("Who did Lee meet?"))
    assert match("name", "In the end, Lee left.", asked=asked) == -1
    assert match("name", "In the end, Lee met Moreno.", asked=asked) == 1
