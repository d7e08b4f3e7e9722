"""`rag.quotes.turns`: who speaks by turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Document
from rag.quotes import attribute, quotations, told
from rag.quotes.turns import turns, with_turns
from rag.segment import segment

INTERVIEW = """Ann Lee has been mayor since 2019. She spoke to Clara Voss.

Clara Voss: Who refused the tug you sought?

Ann Lee: The ministry. “Never,” they wrote.

Clara Voss: He says that nobody asked.

Ann Lee: That is not true."""

DEBATE = """Rachel Holt (Weston) (Lab): Will he pay for our tug?

The Secretary of State (Mr Tom Dunn): No. The ministry says that the tug is too dear.

Rachel Holt: He knew it in May.

Mr Dunn: I did not.

Sir Edmund Vane (Moor) (Con): The ship was old.

Mr Speaker: Order.

Question put and agreed to."""

HEARING = """WOLF BLITZER, CNN HOST: Good evening. Is he guilty?

PAUL REID, LAWYER: He is not.

BLITZER: Did he tell you so?

REID: He did.

(MUSIC)

BLITZER: Thank you."""


def who(text: str) -> list[tuple[str | None, str]]:
    """Who speaks by turns, and the first words."""
    document = Document("d", text)
    spoken = {one.inner for one in turns(text)}
    found = [one for one in attribute(document) if one.content in spoken]
    return [(one.name, " ".join(one.content.of(text).split()[:3])) for one in found]


def test_who_gives_an_interview_says_its_answers() -> None:
    assert who(INTERVIEW) == [
        ("Clara Voss", "Who refused the"),
        ("Ann Lee", "The ministry. “Never,”"),
        ("Clara Voss", "He says that"),
        ("Ann Lee", "That is not"),
    ]


def test_who_debates_is_known_by_name_title_and_office() -> None:
    assert who(DEBATE) == [
        ("Rachel Holt", "Will he pay"),
        ("Tom Dunn", "No. The ministry"),
        ("Rachel Holt", "He knew it"),
        ("Tom Dunn", "I did not."),
        ("Edmund Vane", "The ship was"),
    ]


def test_lone_surnames_in_capitals_are_those_of_whoever_was_introduced() -> None:
    names = [name for name, _ in who(HEARING)]
    assert names == ["WOLF BLITZER", "PAUL REID", "WOLF BLITZER", "PAUL REID", "WOLF BLITZER"]


def test_titles_and_times_before_a_name_are_read() -> None:
    text = (
        "Rain fell.\n\n9:15 Senator Lee: Did you sign it?\n\n9:16 Mr. Lind: I did.\n\n"
        "[9:17] Senator Lee: When?\n\n[9:18] Mr. Lind: In May.\n\nPaul Jones: absent."
    )
    assert [name for name, _ in who(text)] == ["Lee", "Lind", "Lee", "Lind"]


def test_every_sentence_of_a_turn_is_its_speakers_and_no_other() -> None:
    document = Document("d", INTERVIEW)
    sentences = told(segment(document), attribute(document))
    speakers = {one.text: one.speaker for one in sentences}
    assert speakers["“Never,” they wrote."] == "Ann Lee"
    assert speakers["Clara Voss: He says that nobody asked."] == "Clara Voss"
    assert speakers["She spoke to Clara Voss."] is None


def test_what_is_reported_in_a_turn_is_told_by_whoever_speaks() -> None:
    second_hand = [(one.name, one.reporter) for one in attribute(Document("d", DEBATE))]
    assert (None, "Tom Dunn") in second_hand


@pytest.mark.parametrize(
    "text",
    [
        # each but once: who is who, marks of players
        "Ann Lee: mayor since 2019. Is she staying?\n\nBo Lind: her deputy. He left.",
        # line-ups
        "Weston Town: Roe; Tully; Lind.\n\nMoor Rovers: Dunn; Reid.\n\nWho won?\n\n"
        "Weston Town: Cole; Vane.\n\nMoor Rovers: Pell; Frey.",
        # headings of paragraphs
        "Claim: Is it so? He says it is.\n\nFact: It is not.\n\nClaim: She said no.\n\nFact: Yes.",
        # a critic asks, and goes on to the next: ratings of players
        "Harry Kane: Quiet.\n\nTheo Silva: Sharp. Was he off his line?\n\nHarry Kane: Late goal."
        "\n\nTheo Silva: Slow.\n\nHarry Kane: Could he have done more for the US?\n\n"
        "Theo Silva: He could.",
        # nobody asks
        "Ann Lee: He left early.\n\nBo Lind: He came late.\n\nAnn Lee: I saw it.\n\nBo Lind: So.",
        # teams ask, too
        "Weston Town: Roe. Will you win?\n\nMoor Rovers: We will.\n\nWeston Town: No.\n\n"
        "Moor Rovers: Yes.",
        # nobody asks another
        "Bo Lind: He left.\n\nBo Lind: He came.\n\nAnn Lee: Did you see?\n\nAnn Lee: Yes.",
        # one alone
        "Ann Lee: Who left you?\n\nBo Lind: He did.\n\nAnn Lee: So.",
        "Ann Lee: Who left?\n\nAnn Lee: He left.\n\nBo Lind: So.",
    ],
)
def test_other_words_before_a_colon_are_no_speakers(text: str) -> None:
    assert turns(text) == ()


@pytest.mark.parametrize(
    ("asks", "answers", "who"),
    [
        ("Sir Bo van der Lind", "Ann Lee", ["Sir Bo van der Lind", "Ann Lee"]),
        ("Sen. Roe", "Ann Lee", ["Sen. Roe", "Ann Lee"]),
        ("9:15:02 Bo Lind", "(9.16) Ann Lee", ["Bo Lind", "Ann Lee"]),
        ("Lind", "Lee", ["Lind", "Lee"]),  # whom the text introduces
    ],
)
def test_labels_of_many_forms_name_who_takes_turns(asks: str, answers: str, who: list[str]) -> None:
    talk = [
        f"{asks}: Was your tug late?",
        f"{answers}: It was.",
        f"{asks}: Why?",
        f"{answers}: No.",
    ]
    text = "\n\n".join(["Yesterday Simon Lind met Ann Lee. It rained in the morning.", *talk])
    assert [one.speaker and one.speaker.of(text) for one in turns(text)] == who * 2


@pytest.mark.parametrize(
    ("note", "more"),
    [
        ("Ann Lee: Ms Lee is the mayor of Weston.", 0),
        ("Ann Lee: “The tug” is a film.", 0),
        ("Ann Lee: They told me that Lee was late.", 1),
    ],
)
def test_what_tells_of_whoever_heads_it_is_no_turn(note: str, more: int) -> None:
    assert len(turns(f"{INTERVIEW}\n\n{note}")) == len(turns(INTERVIEW)) + more


@pytest.mark.parametrize("other", ["Rachel", "Bo"])  # whose gender the name tells, or does not
def test_a_surname_of_two_is_nobodys(other: str) -> None:
    text = (
        f"{other} Holt and Simon Holt met Mr Dunn.\n\nMr Dunn: Who left?\n\nHolt: He did.\n\n"
        "Mr Dunn: When?\n\nHolt: In May, I think."
    )
    assert [one.speaker and one.speaker.of(text) for one in turns(text)] == ["Mr Dunn"] * 2


def test_a_note_within_an_interview_is_nobodys_turn() -> None:
    text = f"{INTERVIEW}\n\nClimate Note: This interview was cut.\n\nPhotograph: Bo Lind."
    assert turns(text) == turns(INTERVIEW)


@given(
    st.lists(st.sampled_from([*INTERVIEW.split("\n\n"), "“He", "left” so.", "\n"])).map("\n\n".join)
)
def test_turns_and_marks_lie_apart_or_within_each_other(text: str) -> None:
    found = with_turns(quotations(text), turns(text))
    ends: list[int] = []
    for one in found:
        while ends and ends[-1] <= one.outer.start:
            ends.pop()
        assert not ends or one.outer.end <= ends[-1]
        assert one.depth == len(ends)
        ends.append(one.outer.end)
