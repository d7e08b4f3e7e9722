"""What was done to the words of a source, by name.

Flow: steps -> changes() -> `Change`s in the order of the quote.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.check.steps import SENTENCE_END, Step
from rag.check.values import Change, Kind
from rag.check.words import words
from rag.datatypes import Document, Span

_NEGATIONS = frozenset(
    """not no never none nobody nothing nowhere neither nor without cannot hardly barely
    scarcely""".split()  # noqa: SIM905  a list of strings reads worse
)
_CONDITIONS = frozenset("if unless until except provided assuming only but however".split())  # noqa: SIM905
_FIGURES = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion trillion hundreds thousands millions billions dozen dozens half
    third quarter percent""".split()  # noqa: SIM905
)
_SMALL = 2  # words; of a difference no longer, its most telling name is enough
_STANDS_ALONE = 4  # words; fewer are no quotation of their own


def changes(quote: str, document: Document, found: Sequence[Step]) -> tuple[Change, ...]:
    """What was changed, in the order of the quote."""
    named = [
        Change(kind, step.quote.of(quote), step.source.of(document.text))
        for place, step in enumerate(found)
        if step.tag != "equal"
        for kind in _kinds(quote, document, found, place)
    ]
    return (*_negated_before(document, found), *named)


def is_exact(found: Sequence[Step]) -> bool:
    """Whether all that differs is shown in the quote, or need not be."""
    return all(step.tag == "equal" or step.shown for step in found)


def _kinds(quote: str, document: Document, found: Sequence[Step], place: int) -> list[Kind]:
    step = found[place]
    ours = Counter(words(quote, step.quote.start, step.quote.end).folded)
    theirs = Counter(words(document.text, step.source.start, step.source.end).folded)
    telling = [*_telling(ours, theirs)]
    if step.shown:
        if step.shown == "ellipsis" and not _CONDITIONS.isdisjoint(theirs):
            telling.append("condition_dropped")
        return [step.shown, *(kind for kind in telling if kind != "number")]
    if step.tag == "insert" and _joins_sentences(document, found, place):
        return ["merged", *telling]
    if telling and max(ours.total(), theirs.total()) <= _SMALL:
        return telling
    plain: dict[str, Kind] = {"insert": "cut", "delete": "added", "replace": "word"}
    return [plain[step.tag], *telling]


def _telling(ours: Counter[str], theirs: Counter[str]) -> Iterator[Kind]:
    negated = sum(n for word, n in theirs.items() if is_negation(word))
    we_negate = sum(n for word, n in ours.items() if is_negation(word))
    if negated != we_negate:
        yield "negation_dropped" if negated > we_negate else "negation_added"
    if _figures(ours) != _figures(theirs):
        yield "number"


def is_negation(word: str) -> bool:
    """Whether a folded word negates what stands beside it."""
    return word in _NEGATIONS or word.endswith("n't")


def _figures(counts: Counter[str]) -> dict[str, int]:
    return {word: n for word, n in counts.items() if is_figure(word)}


def is_figure(word: str) -> bool:
    """Whether a folded word tells how many, or of what unit: without a letter it is a sign."""
    return word in _FIGURES or any(map(str.isdigit, word)) or not any(map(str.isalpha, word))


def _joins_sentences(document: Document, found: Sequence[Step], place: int) -> bool:
    """Whether whole sentences were left out between two stretches that can stand alone."""
    if not 0 < place < len(found) - 1:
        return False
    before, step, after = found[place - 1 : place + 2]
    text = document.text
    return (
        min(len(words(text, one.source.start, one.source.end)) for one in (before, after))
        >= _STANDS_ALONE
        and bool(SENTENCE_END.search(text, before.source.end, step.source.start))
        and bool(SENTENCE_END.search(text, step.source.end, after.source.start))
    )


def _negated_before(document: Document, found: Sequence[Step]) -> Iterator[Change]:
    """A "not" right before the first word, which whoever quotes left outside."""
    start, text = found[0].source.start, document.text
    if found[0].tag != "equal":
        return
    line = text.rfind("\n", 0, start) + 1
    for match in re.finditer(r"\S+\s*\Z", text[max(line, start - 40) : start]):
        word = words(match[0].rstrip())
        if len(word) and is_negation(word.folded[-1]) and match[0].rstrip()[-1:].isalnum():
            span = word.span(len(word) - 1, len(word))
            yield Change("negation_before", source=span.of(match[0]))


def covered(found: Sequence[Step]) -> Span:
    """The stretch of the source from its first to its last word in the steps."""
    there = [step.source for step in found if step.source]
    return Span(there[0].start, there[-1].end)
