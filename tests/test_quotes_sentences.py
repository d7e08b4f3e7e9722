"""`rag.quotes.sentences`: who says a sentence, and whether it is quoted or reported."""

import pytest

from rag.datatypes import Document
from rag.quotes import attribute, told
from rag.segment import segment

BEFORE = "President Ann Lee met the council. "


def said(text: str) -> tuple[str | None, str]:
    """Speaker and kind of the last sentence of a text."""
    document = Document("a.txt", text)
    attributions = attribute(document)
    last = told(segment(document), attributions)[-1]
    return last.speaker, last.kind


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("“We will rebuild the bridge,” Lee said.", ("Ann Lee", "direct")),
        ("“Never,” she said on her way to the car that waited outside.", ("Ann Lee", "direct")),
        ("Lee said that the bridge will be rebuilt.", ("Ann Lee", "indirect")),
        ("The bridge was built in 1931.", (None, "text")),
        ("The “bridge of sighs” was built in 1931.", (None, "text")),
        ("“We wait. Nothing else is left to us,” Lee said.", ("Ann Lee", "direct")),
    ],
)
def test_speaker_and_kind(sentence: str, found: tuple[str | None, str]) -> None:
    assert said(BEFORE + sentence) == found


def test_what_one_says_of_anothers_words_is_the_first_ones() -> None:
    text = "Dmitry Peskov said on Monday that Vladimir Putin believes the talks will go on."
    assert said(text) == ("Dmitry Peskov", "indirect")


def test_the_sentences_stay_where_they_are() -> None:
    document = Document("a.txt", f"{BEFORE}“We wait,” Lee said. It rained.")
    attributions = attribute(document)
    parts = segment(document)
    assert [one.span for one in told(parts, attributions)] == [one.span for one in parts]
