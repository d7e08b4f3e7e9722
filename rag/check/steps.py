"""From the words of a quote to those of a source, step by step.

Flow: Quote + parts of one document -> steps() -> `Step`s that cover the whole quote and the stretch
of the source, in order.
Law: offsets only: each step is a range of the quote and one of the source.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rag.check.parts import Part
from rag.check.quote import Gap, Quote
from rag.check.values import Difference, Tag
from rag.check.words import Words, words
from rag.datatypes import Document, Span
from rag.quotes import quotations

_FEWEST_APART = 2  # words that stand together by no accident; one has to be a sentence's outermost
_EDGE = 4  # words at an end of a quote that may stand further off in the sentence: a gap costs less
_REPLACED = 3  # of these, that may stand in the place of the source's next ones
_LONGEST_ATTRIBUTION = 8  # words between two quotations of one sentence
_NEAR = 300  # characters before, behind or between words of a match; no sentence is much longer
SENTENCE_END = re.compile(r"[.!?…\n]")
# The comma before the second mark tells words that go on from words that are only quoted.
_ATTRIBUTION = re.compile(r"[,\s—–-]*[\"“”‘’'«»]++[^.!?…\n\"“”„«»]*[,:—–-]\s*[\"“„‘'«»]+\s*")

Shown = Literal["ellipsis", "bracket", "attribution"]


@dataclass(frozen=True, slots=True)
class Step:
    """Words of the quote beside words of the source; an empty range has none.

    `shown` tells that the quote shows that it leaves the source there, or need not.
    """

    tag: Tag
    quote: Span
    source: Span
    shown: Shown | None = None


def differences(quote: Quote, document: Document, found: Sequence[Step]) -> tuple[Difference, ...]:
    """The words of steps."""
    return tuple(
        Difference(step.tag, step.quote.of(quote.text), step.source.of(document.text))
        for step in found
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    word: int
    source: Span
    same: bool
    follows: bool  # right behind the word of the pair before


def steps(quote: Quote, parts: Sequence[Part]) -> tuple[Step, ...]:
    """The whole quote beside one document, in which its parts stand one after the other."""
    document = parts[0].window.document
    pairs = [pair for part in parts for pair in _pairs(part)]
    found = [*_between(quote, document, pairs)]
    return tuple(_with_edges(quote, document, _joined(found)))


def _pairs(part: Part) -> Iterator[_Pair]:
    last = -1
    for word, at, same in part.pairs:
        yield _Pair(word, part.window.words.span(at, at + 1), same, last >= 0 and at == last + 1)
        last = at


def _between(quote: Quote, document: Document, pairs: Sequence[_Pair]) -> Iterator[Step]:
    """A step for each word of the quote, and for what the source has between two."""
    gaps = {gap.at: gap for gap in quote.gaps}
    beside = {pair.word: pair for pair in pairs}
    last = pairs[0].source.start
    for word in range(len(quote.words)):
        here, pair = quote.words.span(word, word + 1), beside.get(word)
        if word in gaps or (pair is not None and not pair.follows):
            to = pair.source.start if pair is not None else last
            yield from _passed(document, gaps.get(word), Span(last, to), here.start)
            last = to
        if pair is None:
            yield Step("delete", here, Span(last, last))
        else:
            yield Step("equal" if pair.same else "replace", here, pair.source)
            last = pair.source.end
    if gap := gaps.get(len(quote.words)):
        yield from _passed(document, gap, Span(last, last), gap.span.end)


def _passed(document: Document, gap: Gap | None, between: Span, at: int) -> Iterator[Step]:
    """What the source has between two words of the quote, if it has anything."""
    missing = words(document.text, between.start, between.end)
    source = missing.span(0, len(missing)) if len(missing) else Span(between.start, between.start)
    if gap is not None and gap.allows(missing.folded):
        if len(source):
            yield Step("replace", gap.span, source, gap.kind)
        elif gap.kind == "bracket":
            yield Step("delete", gap.span, source, gap.kind)
    elif len(source):
        yield _left_out(document, between, at)


def _left_out(document: Document, between: Span, at: int) -> Step:
    """Words of the source that nothing in the quote shows."""
    missing = words(document.text, between.start, between.end)
    spoken = len(missing) <= _LONGEST_ATTRIBUTION and _is_attribution(document.text, between)
    source = missing.span(0, len(missing))
    return Step("insert", Span(at, at), source, "attribution" if spoken else None)


def _is_attribution(text: str, between: Span) -> bool:
    """Whether one quotation ends there and another begins: “It is,” | she said, | “not so.”."""
    if len(between) > _NEAR or _ATTRIBUTION.fullmatch(between.of(text)) is None:
        return False
    marked = _quotations(text)
    ends = [one.outer.end for one in marked if one.inner.start < between.start < one.outer.end]
    begins = [one.outer.start for one in marked if one.outer.start < between.end <= one.inner.end]
    return any(a <= b and b >= between.start and a <= between.end for a in ends for b in begins)


_quotations = lru_cache(maxsize=8)(quotations)  # of a text in which several quotes are looked for


def _joined(found: Sequence[Step]) -> list[Step]:
    """Equal words as one step, and what differs between two of them as one."""
    joined: list[Step] = []
    for step in found:
        last = joined[-1] if joined else None
        if last and last.shown == step.shown is None and _alike(last, step):
            joined[-1] = _one(last, step)
        else:
            joined.append(step)
    return joined


def _alike(last: Step, step: Step) -> bool:
    return (last.tag == "equal") == (step.tag == "equal")


def _one(last: Step, step: Step) -> Step:
    quote, source = _over(last.quote, step.quote), _over(last.source, step.source)
    if last.tag == step.tag == "equal":
        return Step("equal", quote, source)
    return Step("replace" if quote and source else "delete" if quote else "insert", quote, source)


def _over(some: Span, others: Span) -> Span:
    """From the first to the last; empty ranges have no place of their own."""
    if not some or not others:
        return some or others
    return Span(some.start, others.end)


def _with_edges(quote: Quote, document: Document, found: list[Step]) -> list[Step]:
    """With words of the source in the place of those few at an end that it has not."""
    if len(found) > 1 and _is_edge(quote, found[0]):
        near = _words_before(document, found[1].source.start)
        found[:1] = _edge(quote, found[0], document, near, before=True)
    if len(found) > 1 and _is_edge(quote, found[-1]):
        near = _words_behind(document, found[-2].source.end)
        found[-1:] = _edge(quote, found[-1], document, near, before=False)
    return found


def _edge(quote: Quote, step: Step, document: Document, near: Words, *, before: bool) -> list[Step]:
    """The words of a step beside those `near` it in the same sentence: there, or replaced."""
    ours = words(quote.words.text, step.quote.start, step.quote.end).folded
    count, there = len(ours), len(near)
    if not there:
        return [step]
    found = [
        at
        for at in range(there - count + 1)
        if near.folded[at : at + count] == ours
        and (count >= _FEWEST_APART or at == (0 if before else there - 1))
    ]
    if found:
        at = found[-1] if before else found[0]
        equal = Step("equal", step.quote, near.span(at, at + count))
        between = (
            Span(equal.source.end, near.stop) if before else Span(near.begin, equal.source.start)
        )
        if not len(words(document.text, between.start, between.end)):
            return [equal]
        side = step.quote.end if before else step.quote.start
        cut = _left_out(document, between, side)
        return [equal, cut] if before else [cut, equal]
    if count > _REPLACED:
        return [step]
    part = (max(0, there - count), there) if before else (0, min(count, there))
    return [replace(step, tag="replace", source=near.span(*part))]


def _is_edge(quote: Quote, step: Step) -> bool:
    few = min(_EDGE, (len(quote.words) - 1) // 2)
    return step.tag == "delete" and step.shown is None and 0 < _count(quote, step) <= few


def _count(quote: Quote, step: Step) -> int:
    return len(words(quote.words.text, step.quote.start, step.quote.end))


def _words_before(document: Document, at: int) -> Words:
    """The words of the same sentence before a place."""
    text = document.text
    begin = max(0, at - _NEAR)
    ends = [match.end() for match in SENTENCE_END.finditer(text, begin, at)]
    begin = ends[-1] if ends else begin
    while begin and begin < at and not (ends or text[begin].isspace()):
        begin += 1
    return words(text, begin, at)


def _words_behind(document: Document, at: int) -> Words:
    """The words of the same sentence behind a place."""
    text = document.text
    end = min(len(text), at + _NEAR)
    ended = SENTENCE_END.search(text, at, end)
    end = ended.start() if ended else end
    while at < end < len(text) and not (ended or text[end].isspace()):
        end -= 1
    return words(text, at, end)
