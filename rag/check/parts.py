"""Which stretches of a quote stand in a source, and where.

Flow: Quote + windows -> `ranked`, `with_rests` -> the stretches of the quote that are there, each
with the words of the source; what is left of the quote stands nowhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.check.align import Aligned, align
from rag.check.candidates import Window
from rag.check.quote import Quote
from rag.check.words import Words
from rag.datatypes import Span

SHORTEST_PART = 4  # words; fewer stand one after the other in many texts
_MOST_PARTS = 4
_MOST_CELLS = 50_000_000  # words by words that are aligned: 200 MB
_ALIGNED = 4  # windows that are aligned, by how many neighbouring words they share with the quote
_LEAST_SHARED = 0.5  # of the neighbouring words that the best window shares
_FARTHEST = 4  # words passed over that count against a stretch; more count no more

Pair = tuple[int, int, bool]  # word of the quote, word of the source, whether they are the same
LookUp = Callable[[Quote], Sequence[Window]]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the quote beside the source's.

    `first` and `end` are its words in the quote, the first and last of them the source's, too;
    `pairs` are its words that have one of the source beside them, ascending in both.
    """

    window: Window = field(repr=False)
    first: int
    end: int
    pairs: tuple[Pair, ...] = field(repr=False)

    @property
    def matched(self) -> int:
        """How many words are the source's."""
        return sum(same for _, _, same in self.pairs)

    @property
    def width(self) -> int:
        """How many words of the source it reaches over."""
        return self.pairs[-1][1] - self.pairs[0][1] + 1

    @property
    def source(self) -> Span:
        """From its first to its last word in the document."""
        return self.window.words.span(self.pairs[0][1], self.pairs[-1][1] + 1)


def ranked(quote: Quote, windows: Sequence[Window]) -> list[Part]:
    """What is found of the quote in the likeliest windows, best first; ties by their order."""
    neighbours = {*pairwise(quote.words.folded)}
    single = {*quote.words.folded}

    def shared(window: Window) -> tuple[int, int]:
        near = neighbours.intersection(pairwise(window.words.folded))
        return (-len(near), -len(single.intersection(window.words.folded)))

    by_shared = sorted(((shared(window), at) for at, window in enumerate(windows)))[:_ALIGNED]
    least = _LEAST_SHARED * min((pairs for (pairs, _), _ in by_shared), default=0)
    likely = [windows[at] for (pairs, _), at in by_shared if pairs <= least]
    found = [one for window in likely if (one := in_window(quote, window)) is not None]
    return sorted(found, key=rank)


def rank(part: Part) -> tuple[int, int]:
    """Less is better: most words of the quote, in the shortest stretch of the source."""
    return (-part.matched, part.width)


def in_window(quote: Quote, window: Window) -> Part | None:
    """The stretch that is found in one window; `None` where no word of it is there."""
    if not 0 < len(quote.words) * len(window.words) <= _MOST_CELLS:
        return None
    aligned = align(quote, window.words)
    core = _core(quote, aligned, window.words)
    if core is None:
        return None
    first, end = core
    pairs = ((word, aligned.at[word], aligned.same[word]) for word in range(first, end))
    return Part(window, first, end, tuple(pair for pair in pairs if pair[1] >= 0))


def _core(quote: Quote, aligned: Aligned, source: Words) -> tuple[int, int] | None:
    """The stretch of the quote with most words of the source over words that are not, the longest.

    Source: the largest sum of neighbours, Bentley 1984.
    """
    gaps = {gap.at: gap for gap in quote.inner}
    best_core, best_score = None, 0.0
    first, score, last = -1, 0.0, -1
    for word, (at, same) in enumerate(zip(aligned.at, aligned.same, strict=True)):
        if at >= 0 and last >= 0 and first >= 0:
            missing = at - last - 1
            gap = gaps.get(word)
            if gap is None or not gap.allows(source.folded[last + 1 : at]):
                score -= min(missing, _FARTHEST)
        if same and (first < 0 or score < 0):
            first, score = word, 0.0
        score += 1.0 if same else -1.0
        if same and score >= best_score:
            best_core, best_score = (first, word + 1), score
        last = at if at >= 0 else last
    return best_core


def with_rests(
    found: Part, quote: Quote, windows: Sequence[Window], look_up: LookUp
) -> tuple[Part, ...]:
    """A part of the quote and what stands elsewhere of the rest, in the order of the quote.

    Args:
        found: The best part.
        quote: The whole.
        windows: Where the rest is looked for, too.
        look_up: Gives windows in which a piece of the quote stands as it is.
    """
    kept = [found]
    rests = _rests(found, len(quote.words)) if _stands(found) else []
    while rests and len(kept) < _MOST_PARTS:
        first, end = rests.pop()
        piece = quote.piece(first, end)
        near = next(iter(ranked(piece, look_up(piece) or windows)), None)
        if near is not None and _stands(near):
            kept.append(_moved(near, first))
            rests += [(a + first, b + first) for a, b in _rests(near, end - first)]
    return tuple(sorted(kept, key=lambda part: part.first))


def _stands(part: Part) -> bool:
    """Whether a part beside the first is more than some words that stand in many texts."""
    return part.matched >= SHORTEST_PART + (part.end - part.first - part.matched)


def _rests(part: Part, length: int) -> list[tuple[int, int]]:
    """What stands before and behind a part and is long enough to be one."""
    around = ((0, part.first), (part.end, length))
    return [(a, b) for a, b in around if b - a >= SHORTEST_PART]


def _moved(part: Part, by: int) -> Part:
    pairs = tuple((word + by, at, same) for word, at, same in part.pairs)
    return Part(part.window, part.first + by, part.end + by, pairs)
