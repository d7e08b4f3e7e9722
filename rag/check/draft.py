"""The quotations of a draft that are to be checked.

Flow: text -> quoted() -> `Quoted`, each outermost quotation with a word in it, in order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.check.words import words
from rag.datatypes import Span
from rag.quotes import quotations

_MARGIN = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)  # of a block quote or an e-mail


@dataclass(frozen=True, slots=True)
class Quoted:
    """What stands between quotation marks in a draft, and on which line it begins, from 1."""

    text: str
    span: Span
    line: int


def quoted(draft: str) -> Iterator[Quoted]:
    """The outermost quotations of a draft; those within are checked as words of theirs."""
    line, counted = 1, 0
    lines = _MARGIN.sub(lambda margin: " " * len(margin[0]), draft)
    for one in quotations(lines):
        if one.depth == 0 and len(words(draft, one.inner.start, one.inner.end)):
            line += draft.count("\n", counted, one.inner.start)
            counted = one.inner.start
            yield Quoted(one.inner.of(draft), one.inner, line)
