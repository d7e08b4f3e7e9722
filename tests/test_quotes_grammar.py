"""`rag.quotes.grammar`: who reports, and what counts as reported."""

import pytest

from rag.datatypes import Document
from rag.quotes import attribute


def told(text: str) -> list[tuple[str | None, str]]:
    """Who says what, quoted or reported."""
    return [(one.name, one.content.of(text)) for one in attribute(Document(id="d", text=text))]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("MOSCOW (Reuters) - The Kremlin said that it was late.", "Kremlin"),
        ("PARIS, May 3 (Reuters) - Nora Smith told reporters that it was late.", "Nora Smith"),
        ("SEOUL, South Korea (AP) — North Korea said that it was late.", "North Korea"),
        ("(CNN) Nora Smith said that it was late.", "Nora Smith"),
        ("Oslo (CNN) President Nora Smith said that it was late.", "Nora Smith"),
        ("DALLAS, March 3, 2023 — Norvane Energy Inc. said that it was late.",
         "Norvane Energy Inc."),
        ("Carrick Bay, 28 March 2025 – Nora Smith said that it was late.", "Nora Smith"),
        ("CAMBRIDGE, Mass. — When Anna Reid saw him, she said that it was late.", "Anna Reid"),
        ("NASA — the space agency of the United States — said that it was late.", "NASA"),
        # a participle before the subject
        ("Retweeting Nora Smith, Paul Jones said that it was late.", "Paul Jones"),
        ("Echoing Nora Smith, Paul Jones argued that it was late.", "Paul Jones"),
        ("Nora Smith left, admitting that it was late, and the crowd left.", "Nora Smith"),
        ("After meeting Nora Smith, Paul Jones said that it was late.", "Paul Jones"),
        ("In a resolution formally censuring GOP Reps. Nora Smith and Paul Jones, the Party "
         "National Committee on Friday said that it was late.", "Party National Committee"),
        ("Nora Smith, widow of the singer Paul Jones said that it was late.", "Nora Smith"),
        ("Nora Smith, the mayor of Oslo said that it was late.", "Nora Smith"),
        ("Sen. Nora Smith, D-Conn. said that it was late.", "Nora Smith"),
        ("Robert (Bob) Smith said that it was late.", "Robert Bob Smith"),
    ],
)  # fmt: skip
def test_what_stands_before_the_subject_does_not_speak(text: str, who: str) -> None:
    assert told(text) == [(who, "that it was late")]


def test_who_does_something_else_before_does_not_speak() -> None:
    text = (
        "While Wray stays in his post and Barr resigned in mid-December 2020 without naming a "
        "special prosecutor to investigate the Bidens, Trump Jr.’s letter underscores just how bad "
        "the situation was in the days after the vote."
    )
    assert not any(who for who, _ in told(text))


@pytest.mark.parametrize(
    "text",
    [
        "Paul Jones urged Nora Smith to admit that she had lied to the court.",
        "Paul Jones asked her to explain why the money had vanished.",
        "Paul Jones wants Nora Smith to say that the war was wrong.",
        "Nora Smith refused to say whether she would run again.",
        "Nora Smith stopped short of saying that the war was wrong.",
        "Nora Smith failed to mention that the money had vanished.",
        "Nora Smith denied telling Paul Jones that the bridge was safe.",
        "We wrongly quoted Nora Smith as saying that the war was wrong.",
        "Nora Smith was wrongly quoted as saying that the war was wrong.",
        "Nora Smith rejected suggestions by Paul Jones that she had lied.",
    ],
)
def test_what_is_asked_for_refused_or_denied_is_not_said(text: str) -> None:
    assert not [said for _, said in told(text) if not said.startswith("to ")]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Nora Smith dismissed claims that she was “a fat old fool”.", None),
        ("Nora Smith laughed off suggestions that she was “a fat old fool”.", None),
        ("Nora Smith rejected claims of “widespread and blatant fraud”.", None),
        ("Nora Smith denied calling Paul Jones “a fat old fool”.", None),
        ("Paul Jones walked out to chants of “we want our money back”.", None),
        ("Nora Smith rejected Paul Jones’s claim that she was “a fat old fool”.", "Paul Jones"),
        ("Nora Smith made claims of “widespread and blatant fraud”.", "Nora Smith"),
    ],
)
def test_a_claim_of_nobody_named_is_nobodys(text: str, who: str | None) -> None:
    assert told(text)[-1][0] == who


@pytest.mark.parametrize(
    "text",
    [
        "Nora Smith went on to say that it was late.",
        "Nora Smith promised to tell the court that it was late.",
        "Nora Smith wanted to say that it was late.",
        "Nora Smith urged them to vote, saying that it was late.",
    ],
)
def test_who_goes_on_promises_or_wants_to_say_it_says_it(text: str) -> None:
    assert ("Nora Smith", "that it was late") in told(text)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Bob Jones told police Nora Smith had threatened to kill him.", "Nora Smith"),
        ("Bob Jones told the BBC Nora Smith had threatened to kill him.", "Nora Smith"),
        ("Bob Jones told police that Nora Smith had threatened to kill him.", "Nora Smith"),
        ("Bob Jones told Nora Smith he had threatened to kill him.", "Bob Jones"),
        ("Bob Jones told Nora Smith to kill him.", "Bob Jones"),
    ],
)
def test_what_the_hearer_is_said_to_do_is_theirs(text: str, who: str) -> None:
    assert (who, "to kill him") in told(text)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Bob Jones received an email calling him “a traitor to his country”.", None),
        ("Bob Jones deleted a tweet calling him “a traitor to his country”.", None),
        ("Bob Jones was sent emails calling him “a traitor to his country”.", None),
        ("Bob Jones wrote an email calling him “a traitor to his country”.", "Bob Jones"),
        ("Bob Jones gave a speech calling him “a traitor to his country”.", "Bob Jones"),
        ("Bob Jones left the room, calling him “a traitor to his country”.", "Bob Jones"),
    ],
)
def test_what_somebody_only_gets_is_not_their_words(text: str, who: str | None) -> None:
    assert told(text)[-1] == (who, "a traitor to his country")


def test_per_is_a_word_for_according_to_and_a_given_name() -> None:
    assert told("It was late, per Nora Smith.")[0][0] == "Nora Smith"
    assert told("Its managing director, Per Nyman, stepped down on Wednesday.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Nora Smith said that it was late; Paul Jones said that it was early.",
        "Nora Smith told the jury that it was late; Paul Jones argued that it was early.",
        "Nora Smith says it was late; Paul Jones says it was early.",
    ],
)
def test_what_stands_before_a_semicolon_is_not_said_behind_it(text: str) -> None:
    said = {who: words.removeprefix("that ") for who, words in told(text)}
    assert said == {"Nora Smith": "it was late", "Paul Jones": "it was early"}


def test_a_semicolon_within_what_is_said_parts_nothing() -> None:
    text = "The ferry is lost; it will never sail again, Nora Smith said."
    assert ("Nora Smith", "The ferry is lost; it will never sail again") in told(text)


def test_who_says_what_is_false_says_it() -> None:
    assert told("Nora Smith falsely claimed that it was late.") == [
        ("Nora Smith", "that it was late")
    ]
