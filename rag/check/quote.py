"""A quote as it may be meant: its words, and the gaps that ellipses and [brackets] leave.

Flow: text -> readings() -> `Quote`, once with what stands in brackets as words of the source, and
once with the brackets as words of whoever quotes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.check.words import JOINER, Words, words
from rag.datatypes import Span

LONGEST_BRACKET = 12  # words of the source that one pair of brackets may stand for

_ELLIPSIS = r"(?:…|\.(?:\s?\.){2,})"
_MARK = re.compile(rf"[\[(]\s*{_ELLIPSIS}\s*[\])]|{_ELLIPSIS}|\[[^\[\]]*\]")
_LETTERS_BEFORE = re.compile(r"[^\W\d_]*\Z")
_LETTERS_AFTER = re.compile(r"[^\W\d_]*")


@dataclass(frozen=True, slots=True)
class Gap:
    """Where words of the source may be missing: before word `at` of the quote.

    `span` is what shows it in the quote; `prefix` and `suffix`, folded, are the letters of the
    source's word outside the brackets, as in want[ed].
    """

    at: int
    span: Span
    kind: Literal["ellipsis", "bracket"]
    prefix: str = ""
    suffix: str = ""

    def allows(self, missing: tuple[str, ...]) -> bool:
        """Whether these words of the source, folded, may stand in the gap."""
        if self.kind == "ellipsis":
            return True
        if len(missing) > LONGEST_BRACKET or (not missing and (self.prefix or self.suffix)):
            return False
        text = " ".join(missing)
        return text.startswith(self.prefix) and text.endswith(self.suffix)


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a quote, and its gaps in order, those at its ends included."""

    text: str
    words: Words
    gaps: tuple[Gap, ...]

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """The runs of words between gaps, none of them empty, as half-open ranges."""
        borders = [0, *(gap.at for gap in self.inner), len(self.words)]
        return tuple((a, b) for a, b in pairwise(borders) if a < b)

    @property
    def inner(self) -> tuple[Gap, ...]:
        """The gaps between words; where several stand in one place, the first that is a bracket."""
        found: dict[int, Gap] = {}
        for gap in self.gaps:
            if 0 < gap.at < len(self.words) and (gap.at not in found or gap.kind == "bracket"):
                found[gap.at] = gap
        return tuple(found.values())

    def piece(self, first: int, end: int) -> "Quote":
        """The words from `first` to before `end`, with the gaps between them."""
        span = self.words.span(first, end)
        cut = words(self.words.text, span.start, span.end)
        gaps = (
            Gap(gap.at - first, gap.span, gap.kind, gap.prefix, gap.suffix)
            for gap in self.gaps
            if first < gap.at < end
        )
        return Quote(self.text, cut, tuple(gaps))


def readings(text: str) -> tuple[Quote, ...]:
    """The quote with brackets as words of the source, and, if it has any, with them as gaps.

    A reading without words is left out.
    """
    found = [_read(text, literal=True), _read(text, literal=False)]
    different = found if found[0] != found[1] else found[:1]
    return tuple(quote for quote in different if len(quote.words))


def _read(text: str, *, literal: bool) -> Quote:
    signs = list(text)
    marks: list[tuple[Span, Literal["ellipsis", "bracket"], str, str]] = []
    for match in _MARK.finditer(text):
        start, end = match.span()
        if not _is_bracket(match[0]):
            marks.append((Span(start, end), "ellipsis", "", ""))
            signs[start:end] = " " * (end - start)
            continue
        before, after = _around(text, start, end)
        joined = bool(before or after)
        if literal or (joined and end - start == len("[T]")):
            signs[start] = signs[end - 1] = JOINER if joined else " "
            continue
        start, end = start - len(before), end + len(after)
        marks.append((Span(start, end), "bracket", before.casefold(), after.casefold()))
        signs[start:end] = " " * (end - start)
    of = words("".join(signs))
    return Quote(text, of, tuple(_placed(marks, of)))


def _placed(
    marks: list[tuple[Span, Literal["ellipsis", "bracket"], str, str]], of: Words
) -> Iterator[Gap]:
    at = 0
    for span, kind, prefix, suffix in marks:
        while at < len(of) and of.spans[at][0] < span.start:
            at += 1
        yield Gap(at, span, kind, prefix, suffix)


def _is_bracket(mark: str) -> bool:
    return mark[0] == "[" and any(sign.isalnum() for sign in mark)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The letters of a word that stand right before and right after a bracket."""
    line = max(0, start - 40)  # no word is longer
    before = _LETTERS_BEFORE.search(text, line, start)
    after = _LETTERS_AFTER.match(text, end, end + 40)
    return before[0] if before else "", after[0] if after else ""
