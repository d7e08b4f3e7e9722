"""The cheapest way from the words of a quote to a stretch of a source.

Flow: words of both -> align() -> for each word of the quote, the word of the source that stands in
its place, if any.
A word of the source that the quote has not costs 1, but a whole gap never more than `_JUMP`, so
that what was cut from a quote does not hide that both ends of it are there.

Source: the dynamic programme of Sellers 1980, with a bounded cost of gaps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.check.quote import Quote
from rag.check.words import Words

_REPLACED = 1.0
_ONLY_QUOTE = 0.9  # less than a replacement, so that what the source has not is told as added
_ONLY_SOURCE = 1.0
_JUMP = 4.0
_SHOWN = 0.01  # a word that an ellipsis or a bracket stands for; above 0, so that the nearest wins


@dataclass(frozen=True, slots=True)
class Aligned:
    """For each word of the quote the word of the source in its place, or -1; ascending.

    `same` tells where both are the same word.
    """

    at: tuple[int, ...]
    same: tuple[bool, ...]


def align(quote: Quote, source: Words) -> Aligned:
    """The cheapest alignment of the whole quote with any stretch of the source."""
    costs = _costs(quote, source)
    return _walked_back(quote, source, costs)


def _costs(quote: Quote, source: Words) -> list[NDArray[np.float32]]:
    """Least cost of the first i words, the last of them at source word j - 1. Shape: (m + 1,)."""
    here = _places_of(quote.words.folded, source.folded)
    shown = {gap.at for gap in quote.inner}
    row = np.zeros(len(source) + 1, np.float32)
    rows = [row]
    steps = np.arange(len(source) + 1, dtype=np.float32)
    for number, word in enumerate(quote.words.folded):
        before = row if number == 0 else _moved(row, steps, shown=number in shown)
        row = before + np.float32(_ONLY_QUOTE)
        replaced = before[:-1] + np.float32(_REPLACED)
        replaced[here[word]] -= np.float32(_REPLACED)
        np.minimum(row[1:], replaced, out=row[1:])
        rows.append(row)
    return rows


def _places_of(wanted: Sequence[str], source: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {word: [] for word in wanted}
    for place, word in enumerate(source):
        if word in found:
            found[word].append(place)
    return found


def _moved(
    row: NDArray[np.float32], steps: NDArray[np.float32], *, shown: bool
) -> NDArray[np.float32]:
    """The row once words of the source may have been passed over."""
    if shown:
        slope = np.float32(_SHOWN)
        return np.asarray(np.minimum.accumulate(row - slope * steps) + slope * steps)
    near = np.minimum.accumulate(row - steps) + steps
    return np.asarray(np.minimum(near, np.minimum.accumulate(row) + np.float32(_JUMP)))


def _walked_back(quote: Quote, source: Words, rows: list[NDArray[np.float32]]) -> Aligned:
    shown = {gap.at for gap in quote.inner}
    at, same = [], []
    place = int(rows[-1].argmin())
    for number in range(len(quote.words) - 1, -1, -1):
        row = rows[number]
        stay, stay_cost = _left_of(row, place, number, shown=number in shown)
        step, step_cost = _left_of(row, place - 1, number, shown=number in shown)
        equal = place > 0 and source.folded[place - 1] == quote.words.folded[number]
        step_cost += 0.0 if equal else _REPLACED
        if step_cost <= stay_cost + _ONLY_QUOTE + 1e-4:  # single precision
            at.append(place - 1)
            same.append(equal)
            place = step
        else:
            at.append(-1)
            same.append(False)
            place = stay
    return Aligned(tuple(reversed(at)), tuple(reversed(same)))


def _left_of(
    row: NDArray[np.float32], place: int, number: int, *, shown: bool
) -> tuple[int, float]:
    """Where the words before stood, the nearest of the cheapest, and what that cost."""
    if place < 0:
        return 0, float("inf")
    if number == 0:
        return place, 0.0
    passed = np.arange(place, -1, -1, dtype=np.float32)
    costs = row[: place + 1] + (
        np.float32(_SHOWN) * passed if shown else np.minimum(passed * _ONLY_SOURCE, _JUMP)
    )
    nearest = place - int(costs[::-1].argmin())
    return nearest, float(costs[nearest])
