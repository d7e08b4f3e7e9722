"""`rag.quotes.parsing`: the grammar of a text as offsets into it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Document
from rag.quotes.parsing import LONGEST_SENTENCE, parsed
from rag.segment import segment

TEXT = (
    "The mayor said she was late. “Was it?” he asked.\n\nÉlan 😀 won.\n\n"
    "Sign up for our newsletter\n"
)
PIECES = [
    *("He said no. ", "“Yes,” she said. ", "é😀", "\n\n", "\u200b", " ", "- x\n", "…", "'"),
    "\x1f",
]


def test_tokens_are_slices_of_the_text_in_sentences_of_segment() -> None:
    parses = parsed(TEXT)
    for parse in parses:
        assert all(token.span.of(TEXT) == token.text for token in parse.tokens)
    found = [
        TEXT[parse.tokens[r.start].span.start : parse.tokens[r.stop - 1].span.end]
        for parse in parses
        for r in parse.sentences
    ]
    read = segment(Document(id="d", text=TEXT))
    assert found == [one.text for one in read if one.block != "boilerplate"]


def test_a_verb_knows_its_subject_and_its_clause() -> None:
    (parse, *_) = parsed("The mayor said she was late.")
    said = next(n for n, token in enumerate(parse.tokens) if token.text == "said")
    deps = {parse.tokens[child].dep for child in parse.children[said]}
    assert {"nsubj", "ccomp"} <= deps


def test_what_is_too_long_for_a_sentence_is_left_out_and_its_neighbours_are_read() -> None:
    text = f"He left. {'word ' * (LONGEST_SENTENCE // 4)}end. She said no."
    words = {token.text for parse in parsed(text) for token in parse.tokens}
    assert {"left", "said"} <= words
    assert "word" not in words


def test_a_text_is_read_alike_whatever_was_read_before() -> None:
    alone = parsed(TEXT)
    parsed("She said so. ")
    assert parsed(TEXT) == alone


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join))
@settings(max_examples=25, deadline=None)
def test_every_text_has_a_parse_that_lies_in_it(text: str) -> None:
    for parse in parsed(text):
        assert all(token.span.of(text) == token.text for token in parse.tokens)
        assert all(a.span.end <= b.span.start for a, b in pairwise(parse.tokens))
        assert [n for r in parse.sentences for n in r] == [*range(len(parse.tokens))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("KYIV, May 3 (Reuters) - The army left. It was late.", "The"),
        ("WASHINGTON (AP) – “Not now,” she said.", "“"),
        ("(AP) The army left.", "The"),
        ("Salt Lake City (CNN Business) The army left.", "The"),
        ("The Food Agency (FA) Director left.", "The"),
        ("Ana Soto (PA) Tuesday left.", "Ana"),
        ("Carrick Bay, 28 March 2025 – The ferry left.", "The"),
        ("New York, N.Y. – Sept. 4, 2025 – The ferry – a new one – left.", "The"),
        ("Paris, 3 May – the hottest day – was dull.", "Paris"),
        ("Ana Soto, 44, – The Guardian – left.", "Ana"),
        ("BP — the third of Europe — left.", "BP"),
        ("The army (of Spain) — Ana Soto’s — left.", "The"),
        ("NASA left - The End.", "NASA"),
    ],
)
def test_a_paragraph_begins_behind_its_dateline(text: str, first: str) -> None:
    assert parsed(text)[0].tokens[0].text == first


def named(text: str) -> list[str]:
    (parse,) = parsed(text)
    found = list[str]()
    for token in parse.tokens:
        if token.entity == "PERSON":
            found.append(token.text if token.begins else f"{found.pop()} {token.text}")
    return found


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (
            "The team, led by Dr. Aiko Tanabe of the University of Otago, collected 212 worms.",
            "Aiko Tanabe",
        ),
        ("In 1977 she married the composer Anders Holm.", "Anders Holm"),
    ],
)
def test_given_name_and_surname_are_one_name(text: str, who: str) -> None:
    assert who in named(text)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Madison Mayor Satya Rhodes-Conway said it was late.", "Madison"),
        ("The Clinton Campaign said it was late.", "Clinton"),
        ("Angela Merkel Visits Kyiv", "Angela Merkel"),
        ("Prime Minister Boris Johnson Quits", "Boris Johnson"),
    ],
)
def test_what_stands_behind_a_name_is_not_of_it(text: str, who: str) -> None:
    assert named(text)[0] == who
