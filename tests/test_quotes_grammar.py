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
        ("DALLAS, March 3, 2023 — Norvane Energy Inc. said that it was late.",
         "Norvane Energy Inc."),
        ("CAMBRIDGE, Mass. — When Anna Reid saw him, she said that it was late.", "Anna Reid"),
        ("NASA — the space agency of the United States — said that it was late.", "NASA"),
        # a participle before the subject
        ("Retweeting Nora Smith, Paul Jones said that it was late.", "Paul Jones"),
        ("Echoing Nora Smith, Paul Jones argued that it was late.", "Paul Jones"),
        ("Nora Smith left, admitting that it was late, and the crowd left.", "Nora Smith"),
        ("After meeting Nora Smith, Paul Jones said that it was late.", "Paul Jones"),
    ],
)  # fmt: skip
def test_what_stands_before_the_subject_does_not_speak(text: str, who: str) -> None:
    assert told(text) == [(who, "that it was late")]
