"""`rag.quotes.marks`: which words stand inside quotation marks."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quotes import Quotation, quotations
from rag.quotes.marks import LONGEST_RUN

PIECES = [
    *("“", "”", '"', "‘", "’", "'", "„", "«", "»", "``", "''", "「", "」", "’’"),
    *("He left. ", "don't ", "the ’90s ", "é😀 ", " ", ", ", "\n", "\n\n", "—", "(", ")", "- x\n"),
    *("“No,” he said. ", "“He told me, ‘No.’” ", '"Yes" ', "'em "),
]


def inner(text: str, depth: int | None = None) -> list[str]:
    """The words inside marks, of one depth or of all."""
    found = quotations(text)
    return [one.inner.of(text) for one in found if depth is None or one.depth == depth]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“I won’t,” he said.", ["I won’t,"]),
        ('"I won\'t," he said.', ["I won't,"]),
        ("'I won't,' he said.", ["I won't,"]),
        ("‘I won’t,’ he said.", ["I won’t,"]),
        ("``I won't,'' he said.", ["I won't,"]),
        ('" I won\'t , " he said .', ["I won't ,"]),
        ("„Ja“, sagte er; «Oui», dit-il; 「はい」。", ["Ja", "Oui", "はい"]),
        ("»Ja«, sagte er, »doch \u203anein\u2039.«", ["Ja", "doch \u203anein\u2039.", "nein"]),
        ("»Ja», sade han, »men inte nu.»", ["Ja", "men inte nu."]),
        ("More »link und so. Er sagte «so ist es».", ["so ist es"]),
        ("« Oui »[1], dit-il, « mais non » (note).", ["Oui", "mais non"]),
        ('“Mixed,” he said. "And mixed.” So.', ["Mixed,", "And mixed."]),
        ("an “expedited review“ of it", ["expedited review"]),
        ("”Fear. I am afraid.” So she wrote.", ["Fear. I am afraid."]),
        ('he said—"never"—and left', ["never"]),
    ],
)
def test_marks_of_every_form_are_paired(text: str, words: list[str]) -> None:
    assert inner(text) == words
    assert all(one.closed for one in quotations(text))


@pytest.mark.parametrize(
    "text",
    [
        "It's the dogs' tail, the ’90s, the '90s and 'em, 'twas rock 'n' roll.",
        "He is 6'2\" tall; she is 5’11” tall.",
        "It does not matter,” he said.",
        "Home » News: »Read more »Sports",
        "“” and \"\" and '' and “ ”",
        "",
    ],
)
def test_apostrophes_inches_and_empty_marks_are_no_quotation(text: str) -> None:
    assert quotations(text) == ()


def test_a_quotation_inside_another_tells_its_depth() -> None:
    text = "“He told me, ‘I heard “no” from the voters’ friends.’”"
    assert inner(text, 0) == ["He told me, ‘I heard “no” from the voters’ friends.’"]
    assert inner(text, 1) == ["I heard “no” from the voters’ friends."]
    assert inner(text, 2) == ["no"]


def test_equal_marks_nest_where_as_many_close_as_open() -> None:
    assert inner('"He called it "hell" and left," she said.') == [
        'He called it "hell" and left,',
        "hell",
    ]
    assert inner("“What he calls “hell” is here.” So.", 1) == ["hell"]


def test_a_plural_closes_a_single_mark_only_where_nothing_else_does() -> None:
    assert inner("‘the voters’ choice’ it is") == ["the voters’ choice"]
    assert inner("she cited ‘the polls’ as well") == ["the polls"]


def test_outer_and_inner_differ_by_the_marks_and_white_space() -> None:
    text = 'So: " yes " he said.'
    (one,) = quotations(text)
    assert (one.outer.of(text), one.inner.of(text)) == ('" yes "', "yes")


def test_a_repeated_opening_mark_continues_a_quotation() -> None:
    text = "“One.\n\n“Two “x” three.\n\n“Four,” he said. “Five.”"
    found = quotations(text)
    told = [(one.inner.of(text), one.closed, one.continues) for one in found if one.depth == 0]
    assert told == [
        ("One.", False, False),
        ("Two “x” three.", False, True),
        ("Four,", True, True),
        ("Five.", True, False),
    ]
    assert inner(text, 1) == ["x"]


def test_a_pair_of_marks_may_hold_paragraphs_that_repeat_none() -> None:
    text = "She wrote: “One.\n\nTwo.\n\nThree.” He left.\n\nNo more."
    told = [(one.inner.of(text), one.closed, one.continues) for one in quotations(text)]
    assert told == [("One.", False, False), ("Two.", False, True), ("Three.", True, True)]


def test_an_unclosed_quotation_ends_with_its_paragraph() -> None:
    text = "“We go. He left.\n\nThe day was hot. He said “no” twice."
    told = [(one.inner.of(text), one.closed) for one in quotations(text)]
    assert told == [("We go. He left.", False), ("no", True)]


def test_an_unclosed_quotation_ends_before_the_next_that_opens() -> None:
    text = "“We will win, he said. “We will.”"
    told = [(one.inner.of(text), one.closed) for one in quotations(text)]
    assert told == [("We will win, he said.", False), ("We will.", True)]


def test_a_hard_wrapped_line_does_not_end_a_quotation() -> None:
    text = (
        "The minister told the press on Monday that this was “a great day for all of\n"
        "the people” of the country, and that he would go on with what he had begun\n"
        "so long ago, when nobody else had thought of it."
    )
    assert inner(text) == ["a great day for all of\nthe people"]


def assert_laws(text: str, found: tuple[Quotation, ...]) -> None:
    around: list[Quotation] = []
    last = (-1, 0)
    for one in found:
        assert one.outer.start <= one.inner.start < one.inner.end <= one.outer.end <= len(text)
        assert one.inner.of(text) == one.inner.of(text).strip() != ""
        place = (one.outer.start, -one.outer.end)
        assert last <= place
        last = place
        while around and around[-1].outer.end <= one.outer.start:
            around.pop()
        assert one.depth == len(around)
        if around:
            assert around[-1].inner.start <= one.outer.start
            assert one.outer.end <= around[-1].inner.end
        around.append(one)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_quotations_are_in_order_and_never_cross(text: str) -> None:
    assert_laws(text, quotations(text))


@given(st.lists(st.sampled_from(["He left. ", "The day was hot, ", "(as ever) "])).map("".join))
def test_what_is_put_in_marks_is_found(text: str) -> None:
    for left, right in (("“", "”"), ('"', '"'), ("«", "»")):
        quoted = f"So he wrote: {left}{text}end{right} and went."
        assert inner(quoted) == [f"{text}end"]


def test_one_pair_of_marks_holds_twelve_further_paragraphs_and_no_more() -> None:
    for between, quoted in ((LONGEST_RUN - 1, LONGEST_RUN + 1), (LONGEST_RUN, 1)):
        middle = "It went on and on.\n\n" * between
        found = quotations(f"“It began in May.\n\n{middle}It ended in June.” He left.")
        assert len(found) == quoted


@pytest.mark.parametrize(
    "piece", ["“", '"', "‘a ", "'a ", "“a” ", "”", "“‘", '"a\n\n', "'a' s' b "]
)
def test_time_is_linear_in_the_number_of_marks(piece: str) -> None:
    def seconds(times: int) -> float:
        begin = process_time()
        quotations(piece * times)
        return process_time() - begin

    few = min(seconds(2_000) for _ in range(3))
    assert min(seconds(16_000) for _ in range(3)) < 24 * few + 0.05  # 8 times the marks
