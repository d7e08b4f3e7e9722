"""`rag.quotes`: who said what, by which word, in whose words."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Document
from rag.quotes import Attribution, attribute

SEEDS = Path(__file__).parents[1] / "seeds"
Told = tuple[str, str | None, str | None, str]  # kind, speaker, cue, content

PIECES = [
    *("“We will win,” he said. ", "Ana Soto said that she lost. ", '"No," said Mr. Li. ', "“"),
    *("According to the mayor, ", "it rains", ", he said, ", "”", '"', "’", "\n\n", "\n", "é😀 "),
    *("Peskov said that Putin believes that he won. ", "told ", "who ", "— ", ": ", ", ", ". "),
]


def attributions(text: str) -> tuple[Attribution, ...]:
    return attribute(Document(id="d", text=text))


def told(text: str) -> list[Told]:
    return [
        (
            one.kind,
            one.speaker and one.speaker.of(text),
            one.cue and one.cue.of(text),
            one.content.of(text),
        )
        for one in attributions(text)
    ]


def names(text: str) -> list[str | None]:
    return [one.name for one in attributions(text)]


@pytest.mark.parametrize(
    ("text", "speaker", "cue", "content"),
    [
        ("“We will win the vote,” he said.", "he", "said", "We will win the vote,"),
        ("“We will win the vote,” said Ana Soto.", "Ana Soto", "said", "We will win the vote,"),
        ("Ana Soto said: “We will win the vote.”", "Ana Soto", "said", "We will win the vote."),
        ('Ana Soto added, "We will win the vote."', "Ana Soto", "added", "We will win the vote."),
        (
            "“We will win the vote,” Ana Soto, who lost in May, told reporters.",
            "Ana Soto",
            "told",
            "We will win the vote,",
        ),
        ("“We will win the vote.” — Ana Soto", "Ana Soto", None, "We will win the vote."),
        ("Ana Soto: “We will win the vote.”", "Ana Soto", None, "We will win the vote."),
    ],
)
def test_a_quotation_has_its_speaker_and_cue(
    text: str, speaker: str, cue: str | None, content: str
) -> None:
    assert told(text) == [("direct", speaker, cue, content)]


def test_both_pieces_of_a_split_quotation_have_the_same_speaker() -> None:
    text = "“We will win,” Ana Soto said, “and they will lose the vote.”"
    found = told(text)
    assert [content for *_, content in found] == ["We will win,", "and they will lose the vote."]
    assert {speaker for _, speaker, *_ in found} == {"Ana Soto"}


def test_a_quotation_without_a_cue_of_its_own_goes_on() -> None:
    text = (
        "“We will win,” Ana Soto told the crowd. “They will lose the vote.”\n\n"
        "“I know it.\n\n“And so do you.”"
    )
    assert [speaker for _, speaker, *_ in told(text)] == ["Ana Soto"] * 4


@pytest.mark.parametrize(
    ("text", "speaker", "cue", "content"),
    [
        (
            "Ana Soto said that the bridge is closed.",
            "Ana Soto",
            "said",
            "that the bridge is closed",
        ),
        ("The bridge is closed, Ana Soto said.", "Ana Soto", "said", "The bridge is closed"),
        (
            "The bridge is closed, according to the mayor.",
            "the mayor",
            "according to",
            "The bridge is closed",
        ),
        ("She promised to open the bridge.", "She", "promised", "to open the bridge"),
        (
            "The mayor said it was “a great day” for the town.",
            "The mayor",
            "said",
            "it was “a great day” for the town",
        ),
    ],
)
def test_a_reported_statement_has_its_speaker_and_cue(
    text: str, speaker: str, cue: str, content: str
) -> None:
    assert ("indirect", speaker, cue, content) in told(text)


def test_quoted_words_in_a_reported_statement_are_told_by_themselves() -> None:
    text = "The mayor said it was “a great day for all” in the town."
    assert [(kind, speaker) for kind, speaker, *_ in told(text)] == [
        ("indirect", "The mayor"),
        ("direct", "The mayor"),
    ]


def test_a_second_hand_report_names_both() -> None:
    text = "Dmitry Peskov said that Vladimir Putin believes that the talks failed."
    first, second = attributions(text)
    assert (first.name, first.reporter) == ("Dmitry Peskov", None)
    assert (second.name, second.reporter) == ("Vladimir Putin", "Dmitry Peskov")
    assert second.content.of(text) == "that the talks failed"
    assert second.reported_by is not None
    assert second.reported_by.of(text) == "Dmitry Peskov"


def test_who_rejects_a_claim_does_not_make_it() -> None:
    text = "Vladimir Putin rejected claims that the fall of Damascus was a defeat."
    assert attributions(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "He spoke on “Good Morning America” on Monday.",
        "The book “War and Peace” is long.",
        "The term “surge” was new.",
        "The bridge was closed on Monday.",
        "",
    ],
)
def test_titles_terms_and_plain_sentences_are_nobodys_speech(text: str) -> None:
    assert attributions(text) == ()


def test_a_pronoun_a_title_and_an_office_lead_to_one_name() -> None:
    text = (
        "Russian President Vladimir Putin met Ana Soto on Monday. “We will talk again soon,” he "
        "said.\n\n“It was not easy for us,” Mr. Putin said. “But it is over now,” the president "
        "added.\n\n“I do not believe a word,” she said."
    )
    assert names(text) == [*["Vladimir Putin"] * 3, "Ana Soto"]


def test_a_leader_of_one_country_is_not_the_one_of_another() -> None:
    text = (
        "Danish President Ana Soto met the Spanish president, Bo Lind. Lind left early. "
        "The Danish leader said it was late. The Spanish president said he was tired."
    )
    assert names(text) == ["Ana Soto", "Bo Lind"]


def test_who_belongs_to_somebody_is_not_that_person() -> None:
    text = "Vladimir Putin was silent. “He is busy this week,” Putin’s spokesman said."
    assert names(text) == [None]


def test_the_seeds_are_attributed_as_a_reader_would() -> None:
    path = SEEDS / "001_05527421de63da50.txt"
    text = path.read_text(encoding="utf-8")
    found = {one.content.of(text): one.name for one in attributions(text) if one.kind == "direct"}
    mine = {
        words: name for words, name in found.items() if words.startswith(("Our special", "We "))
    }
    assert len(mine) >= 3
    assert set(mine.values()) == {"Vladimir Putin"}


def assert_laws(text: str) -> None:
    last = -1
    directs = []
    for one in attributions(text):
        assert last <= one.content.start < one.content.end <= len(text)
        last = one.content.start
        for other in (one.speaker, one.cue):
            if other is not None:
                assert 0 <= other.start < other.end <= len(text)
                assert other.end <= one.content.start or one.content.end <= other.start
        if one.kind == "direct":
            directs.append(one.content)
        assert one.reporter is None or one.reported_by is not None
    assert all(a.end <= b.start for a, b in pairwise(directs))


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join))
@settings(max_examples=30, deadline=None)
def test_the_laws_hold_for_every_text(text: str) -> None:
    assert_laws(text)


def test_the_same_document_is_attributed_alike_whatever_stands_beside_it() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.iterdir())[:2]]
    documents = [Document(id=str(n), text=text) for n, text in enumerate(texts)]
    forward = [*map(attribute, documents)]
    assert forward == [*map(attribute, documents[::-1])][::-1]


SMITH, REID, PESKOV = "Brian Smith", "Anna Reid", "Dmitry Peskov"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        # whose somebody is does not speak
        ("Donald Trump has denied it. His lawyer said that it was false.", [None]),
        ("Anna Reid left. “She was kind to all of us,” Reid’s brother said.", [None]),
        ("Trump ally Roger Stone said that he was not afraid.", ["Roger Stone"]),
        ("“It is a fair ruling,” said Anna Reid spokesman Nick Merrill.", ["Nick Merrill"]),
        ("Anna Reid was there. Reid’s letter said that the bridge was closed.", [REID]),
        # a name goes on over its particles
        (
            "Ursula von der Leyen said the plan would work. Von der Leyen added that it was late.",
            ["Ursula von der Leyen"] * 2,
        ),
        (
            "Virgil van Dijk said it was hard. Van Dijk added that he was ill.",
            ["Virgil van Dijk"] * 2,
        ),
        # "he" is who reported, not of whom
        (
            "Dmitry Peskov said on Monday that Vladimir Putin would go to Paris in May. "
            "“The talks will be hard for all,” he said.",
            [PESKOV, PESKOV],
        ),
        (
            "Vladimir Putin met reporters on Monday. The mayor of Moscow, Sergei Sobyanin, opened "
            "the fair. “It is a great day for the city,” he said.",
            ["Sergei Sobyanin"],
        ),
        (
            "Donald Trump left for Ohio. According to Michael Cohen, the money was paid in May. "
            "He said that he had proof.",
            ["Michael Cohen", "Michael Cohen"],
        ),
        # whoever reports what another said goes on
        (
            "Brian Smith was asked about what Anna Reid had said. “I have no idea what she means.”",
            [SMITH],
        ),
        # quoted, and accused, by another
        ("“We are not planning it,” Interfax quoted Dmitry Peskov as saying.", [PESKOV]),
        ("Interfax news agency quoted Sergei Lavrov as saying that it failed.", ["Sergei Lavrov"]),
        ("Anna Reid accused Brian Smith of saying that women were silly.", [SMITH]),
        # offices with the words that tell which
        (
            "President Donald Trump left for Ohio with Vice President Mike Pence. Trump spoke for "
            "an hour. The vice president said that the economy was strong.",
            ["Mike Pence"],
        ),
        (
            "President Donald Trump left for Ohio with Vice President Mike Pence. Pence spoke for "
            "an hour. The president said that the economy was strong.",
            ["Donald Trump"],
        ),
        (
            "Vladimir Putin won. The 72-year-old leader said that it was fair.",
            ["Vladimir Putin"],
        ),
        ("Vladimir Putin won. The opposition leader said that the vote was rigged.", [None]),
        # a clause behind a cry
        (
            "“We won the vote,” Brian Smith said.\n\n“Get out of my house!” Anna Reid shouted at "
            "them.",
            [SMITH, REID],
        ),
        (
            "“We won the vote,” Brian Smith said.\n\n“What is the plan?” Anna Reid told Reuters.",
            [SMITH, REID],
        ),
        # hyphens
        (
            "Alexandria Ocasio-Cortez spoke on Monday. Ocasio-Cortez said that the bill was dead.",
            ["Alexandria Ocasio-Cortez"],
        ),
    ],
)
def test_who_speaks_is_named_and_nobody_else(text: str, who: list[str | None]) -> None:
    assert names(text) == who


def test_what_somebody_was_told_is_not_theirs() -> None:
    found = told("Asked whether the attack was terrorism, Anna Reid declined to comment.")
    assert [content for *_, content in found] == ["to comment"]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Paul Jones never said “ships do not run on apologies”.", None),
        ("Paul Jones did not say “ships do not run on apologies”.", None),
        ("Paul Jones didn’t tell her “ships do not run on apologies”.", None),
        ("Paul Jones did not only say “ships do not run on apologies”.", "Paul Jones"),
        ("“Ships do not run on apologies,” Paul Jones never tires of saying.", "Paul Jones"),
        ("“Ships do not run on apologies,” Paul Jones said, not smiling.", "Paul Jones"),
        ("“Ships do not run on apologies,” said Paul Jones.", "Paul Jones"),
        ("Paul Jones did not suggest a way. “Ships do not run on apologies.”", "Paul Jones"),
    ],
)
def test_words_that_somebody_did_not_say_are_nobodys(text: str, who: str | None) -> None:
    assert [one.name for one in attribute(Document("d", text)) if one.kind == "direct"] == [who]
