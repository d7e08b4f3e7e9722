import random
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Document
from rag.origins import (
    FEWEST,
    SHARE,
    Pair,
    Wording,
    candidates,
    copied,
    origins,
    share,
    signature,
    wording,
)
from rag.segment import segment

SYLLABLES = "ba co du fe gi ha jo ku le mi no pa qui ro sa te vu wa xe zo".split()  # noqa: SIM905


def sentence(number: int, *, words: int = 14) -> str:
    """A sentence of made-up words, always the same for a number."""
    chance = random.Random(number)
    made = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(words)]
    return f"{' '.join(made).capitalize()}."


def report(numbers: Sequence[int], *, headline: str | None = None) -> str:
    """A text of these sentences, two a paragraph."""
    made = [sentence(number) for number in numbers]
    paragraphs = [" ".join(made[at : at + 2]) for at in range(0, len(made), 2)]
    return "\n\n".join([*([headline] if headline else []), *paragraphs])


def worded(text: str, title: str | None = None) -> Wording:
    return wording(segment(Document("d", text, title=title)))


def grouped(texts: dict[str, str]) -> dict[str, str]:
    """The origins of texts, as an index finds them."""
    wordings = {name: worded(text) for name, text in texts.items()}
    pairs = candidates({name: signature(one) for name, one in wordings.items()})
    found = [pair for pair in pairs if copied(*(wordings[name] for name in pair))]
    return origins(texts, found)


REPORT = report(range(20))
QUOTED = "“We will not sign this treaty in March, and nobody in this room believes we would,” {}"


def test_how_few_shingles_tell_and_how_many_documents_are_a_crowd() -> None:
    own = [f"shingle {number}" for number in range(FEWEST)]
    for count, wanted in ((FEWEST, 1.0), (FEWEST - 1, 0.0)):
        one = Wording(1, (frozenset(own[:count]),))
        assert share(one, one) == wanted
    long = Wording(2, (frozenset(f"shingle {number}" for number in range(40)),))
    for both in (26, 25):  # .65 of 40, and less
        others = {f"other {number}" for number in range(40 - both)}
        other = Wording(3, (frozenset([*long.shingles()][:both]) | others,))
        assert copied(long, other) == (both / 40 >= SHARE)
    for count, keys in ((6, 3), (5, 1)):  # a sentence gives two, the whole one
        assert len(signature(Wording(1, (frozenset(own[:count]),)))) == keys
    for crowd, pairs in ((32, 32 * 31 // 2), (33, 33 * 32 // 2)):
        same = {f"{name:02}": np.array([7, 100 + name], np.uint64) for name in range(crowd)}
        assert (len(candidates(same)) == pairs) == (crowd == 32)


@pytest.mark.parametrize(
    "copy",
    [
        REPORT,
        REPORT.upper(),
        REPORT.replace("\n\n", " "),
        REPORT.replace("\n\n", "\n"),
        report(range(20), headline="Another headline over the same report"),
        report(range(6)),
        report([100, 101, *range(14)]),
        report([n for n in range(20) if n % 5]),
        report([100, *range(6)]),
    ],
    ids=[
        *("same", "case", "one paragraph", "lines", "headline", "cut", "local paragraph"),
        *("sentences dropped", "cut, local paragraph"),
    ],
)
def test_a_copy_is_recognised(copy: str) -> None:
    assert set(grouped({"a": REPORT, "b": copy, "c": report(range(200, 220))}).values()) == {
        "a",
        "c",
    }


def test_a_copy_with_changed_words_and_marks_is_recognised() -> None:
    text = "The minister’s plan — “a gift”, he said — wasn’t read by the 12 members of the café. "
    other = (
        "The minister's plan - \"a gift\", he said - wasn't read by the 12 members of the cafe. "
    )
    changed = " ".join(
        "changed" if place % 25 == 24 else word for place, word in enumerate(REPORT.split(" "))
    )
    found = grouped({"a": text + REPORT, "b": other + changed})
    assert found == {"a": "a", "b": "a"}


def test_reports_that_quote_the_same_words_are_independent() -> None:
    quotes = [QUOTED.format(f"she said for the {n} time.") for n in ("first", "second", "third")]
    one = "\n\n".join([report(range(6)), *quotes])
    other = "\n\n".join([*quotes, report(range(50, 56))])
    assert grouped({"a": one, "b": other}) == {"a": "a", "b": "b"}
    straight = other.replace("“", '"').replace("”", '"')
    assert grouped({"a": one, "b": straight}) == {"a": "a", "b": "b"}


def test_words_outside_of_the_quotation_count_on_both_sides_of_it() -> None:
    one = worded("He told the house on Monday “we are leaving now” and then left by the door.")
    assert {s for part in one.own for s in part} == {
        *("he told the house", "told the house on", "the house on monday"),
        *("and then left by", "then left by the", "left by the door"),
    }


@pytest.mark.parametrize(
    "quotation",
    ["“We are leaving now”", '"We are leaving now"', "«We are leaving now»", "‘We aren’t leaving’"],
)
def test_quotation_marks_of_any_kind_are_known(quotation: str) -> None:
    assert worded(f"{quotation}, he said.").shingles() == frozenset()


def test_a_quotation_over_several_sentences_is_one() -> None:
    text = "“We are leaving this place. Nobody will follow us there.” He left the house by noon."
    assert worded(text).shingles() == {
        "he left the house",
        "left the house by",
        "the house by noon",
    }


def test_a_short_text_is_a_copy_of_the_same_text_only() -> None:
    notice = "The office is closed on Monday and Tuesday."
    found = grouped({"a": notice, "b": f"{notice}\n", "c": f"{REPORT}\n\n{notice}", "d": "Open."})
    assert found == {"a": "a", "b": "a", "c": "c", "d": "d"}


def test_texts_without_words_are_told_apart() -> None:
    assert grouped({"a": "…", "b": "—", "c": "…"}) == {"a": "a", "b": "b", "c": "a"}
    assert grouped({"a": "", "b": "x"}) == {"a": "a", "b": "b"}


def test_the_title_is_no_part_of_the_wording() -> None:
    title = "A headline of more than four words here"
    assert worded(f"{title}\n\n{REPORT}", title).own == worded(REPORT).own


def test_the_five_seeds_are_reports_of_their_own(seeds: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(seeds.iterdir())}
    assert grouped(texts) == {name: name for name in texts}


def test_the_keys_of_a_sentence_are_the_same_in_every_process_and_on_every_machine() -> None:
    keys = signature(worded(REPORT[: REPORT.index(".") + 1]))
    assert keys.dtype == np.uint64
    assert keys.tolist() == KEYS


KEYS = [174039642725411581, 6616716557759921393, 8658915642439180855]


def test_a_signature_is_some_hundred_bytes() -> None:
    keys = signature(worded(REPORT))
    assert keys.nbytes == 8 * (2 * 20 + 1)
    assert signature(worded(REPORT * 2)).tolist() == sorted({*keys.tolist()} ^ whole_of(REPORT))


def whole_of(text: str) -> set[int]:
    """What is different between a text and the same text twice: the key of the whole."""
    return {worded(text).whole, worded(text * 2).whole}


TEXTS = st.lists(
    st.lists(st.integers(0, 40), min_size=1, max_size=14, unique=True), min_size=2, max_size=7
)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_every_copy_is_a_candidate_in_whatever_order(numbers: list[list[int]]) -> None:
    wordings = {f"d{n:02}": worded(report(each)) for n, each in enumerate(numbers)}
    signatures = {name: signature(one) for name, one in wordings.items()}
    pairs = candidates(signatures)
    copies = {
        pair for pair in combinations(wordings, 2) if copied(*(wordings[name] for name in pair))
    }
    assert copies <= set(pairs)
    assert pairs == tuple(sorted(set(pairs)))
    assert all(one < other for one, other in pairs)
    backwards = dict(reversed(signatures.items()))
    assert candidates(backwards) == pairs


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_the_share_is_that_of_the_shorter_text(numbers: list[list[int]]) -> None:
    (one, first), (other, second) = ((worded(report(n)), set(n)) for n in numbers[:2])
    assert share(one, other) == share(other, one)
    short = min(len(first), len(second))
    same_length = 11  # shingles of a sentence of fourteen words
    if short * same_length < FEWEST:
        assert share(one, other) == 0
    else:
        assert share(one, other) == pytest.approx(len(first & second) / short, abs=0.02)
        if one.whole != other.whole:
            assert copied(one, other) == (share(one, other) >= SHARE)


NAMES = "abcdefghi"
PAIRS = st.lists(st.sampled_from(list(combinations(NAMES, 2))), max_size=8)


@settings(deadline=None)
@given(PAIRS)
def test_origins_are_the_connected_groups_by_their_first_name(copies: list[Pair]) -> None:
    expected = {}
    for name in NAMES:
        reached, more = {name}, True
        while more:
            found = {n for pair in copies if reached & {*pair} for n in pair}
            more = not found <= reached
            reached |= found
        expected[name] = min(reached)
    assert origins(NAMES, copies) == expected
    assert origins(reversed(NAMES), copies[::-1]) == expected


def test_pairs_grow_as_the_documents_where_all_share_a_line() -> None:
    chance = random.Random(0)
    line = 2**40

    def crowd(number: int) -> int:
        made = {
            f"d{n:04}": np.array([line, *chance.sample(range(2**30), 4)], np.uint64)
            for n in range(number)
        }
        return len(candidates(made))

    assert 0 < crowd(800) <= 2.2 * crowd(400) <= 10 * 2.2 * 400


def test_the_copies_in_a_crowd_are_found_all_the_same() -> None:
    footer = 999
    texts = {f"own{n:02}": report([*range(100 + 9 * n, 108 + 9 * n), footer]) for n in range(60)}
    copies = {f"copy{n}": report([*range(n, 12 + n), footer]) for n in range(4)}
    found = grouped(texts | copies)
    assert {found[name] for name in copies} == {"copy0"}
    assert all(found[name] == name for name in texts)


@pytest.mark.parametrize(("shared", "expected"), [(10, False), (12, False), (14, True), (16, True)])
def test_two_thirds_of_the_shorter_text_make_a_copy(shared: int, expected: bool) -> None:
    """Of 20 sentences of one length: .5 and .6 do not, .7 and .8 do."""
    other = report([*range(shared), *range(100, 120 - shared)])
    assert share(worded(REPORT), worded(other)) == pytest.approx(shared / 20)
    assert copied(worded(REPORT), worded(other)) is expected
