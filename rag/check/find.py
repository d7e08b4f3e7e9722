"""Where the words of a quote stand one after the other.

Flow: Quote + `Words` of a text -> places() -> the runs of its parts, tightest first.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from rag.check.quote import LONGEST_BRACKET, Quote
from rag.check.words import BORDER, Words

Run = tuple[int, int]  # words of the source, half-open
_TRIED = 64  # places of a part that are tried behind a bracket; none but hostile text has more


def places(quote: Quote, of: Words) -> tuple[tuple[Run, ...], ...]:
    """All places of the quote in a text, in order: for each, the runs of its parts, in order.

    Where a part stands several times, the places with the fewest words between parts are told.
    """
    folded = quote.words.folded
    # Of one part, no two places share a word: "no no" has two in "no no no no", not three.
    apart = len(quote.parts) == 1
    runs = {part: _all(part, of, apart=apart) for part in {folded[a:b] for a, b in quote.parts}}
    found = [runs[folded[a:b]] for a, b in quote.parts]
    if not all(found):
        return ()
    return _tightest(_chains(quote, found, of))


def _all(part: Sequence[str], among: Words, *, apart: bool) -> list[Run]:
    """Every run of these words, or only those that share no word."""
    wanted = f"{BORDER}{BORDER.join(part)}{BORDER}"
    found, word, last = list[Run](), 0, 0
    at = among.joined.find(wanted)
    while at >= 0:
        word, last = word + among.joined.count(BORDER, last, at), at
        found.append((word, word + len(part)))
        at = among.joined.find(wanted, at + (len(wanted) - 1 if apart else 1))
    return found


def _chains(quote: Quote, found: list[list[Run]], of: Words) -> list[tuple[Run, ...]]:
    """Each place of the first part that has the others behind it, with the nearest of those."""
    ends = [(run, None) for run in found[-1]]
    later: list[tuple[Run, object]] = [*ends]
    for runs, gap in zip(reversed(found[:-1]), reversed(quote.inner), strict=True):
        begins = [run[0] for run, _ in later]
        here: list[tuple[Run, object]] = []
        for run in runs:
            first = bisect_left(begins, run[1])
            for rest in later[first : first + _TRIED]:
                missing = rest[0][0] - run[1]
                if gap.kind == "bracket" and missing > LONGEST_BRACKET:
                    break
                if gap.allows(of.folded[run[1] : rest[0][0]] if gap.kind == "bracket" else ()):
                    here.append((run, rest))
                    break
        later = here
    return [_unrolled(one) for one in later]


def _unrolled(link: tuple[Run, object] | object) -> tuple[Run, ...]:
    runs: list[Run] = []
    while isinstance(link, tuple):
        runs.append(link[0])
        link = link[1]
    return tuple(runs)


def _tightest(chains: list[tuple[Run, ...]]) -> tuple[tuple[Run, ...], ...]:
    """Of chains that end in the same place, the one that begins last."""
    return tuple(
        one
        for one, after in pairwise([*chains, None])
        if one is not None and (after is None or after[-1] != one[-1])
    )
