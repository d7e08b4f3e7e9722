"""Tell which words stand inside quotation marks.

Flow: text -> paragraphs (`segment.blocks`) -> marks, each opening, closing or either by what stands
beside it -> quotations() -> tuple[Quotation, ...].
Law: in order of their begin; none crosses a paragraph; two are apart, or one lies inside the inner
span of the other; nothing empty; linear time. Whether words are somebody's speech, a title or a
distance of the writer's is not told here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from rag.datatypes import Span
from rag.segment.blocks import blocks

DEEPEST = 4  # quotations in quotations that are told apart; nobody reads a fifth
LONGEST_RUN = 12  # paragraphs that one pair of marks may hold without being repeated
_UNKNOWN = -1
_FARTHEST_CLOSER = 64  # marks; a single mark that is not closed by then is an apostrophe

_Role = Literal["open", "close", "either"]

_PAIRS = {"«": "»", "\u2039": "\u203a", "「": "」", "『": "』"}
_CLOSING = {close: open_ for open_, close in _PAIRS.items()}
_MARK = re.compile("''|’’|``|[\"\uff02“”„\u201f‘’'«»\u2039\u203a「」『』]")
_OPENS_AFTER = frozenset("([{</|—–-―=~…\"“„«\u2039‘'")  # an opening mark may follow
_CLOSES_BEFORE = frozenset(",.;:?!)]}>/|—–-―=~…\"”»\u203a’'")  # a closing mark may stand before
# Letters left out at the begin of a word, where a mark is no quotation mark: '90s, ‘em, 'twas
_ELISION = re.compile(
    r"(?:\d0s|\d\d|em|im|til|tis|twas|cause|bout|round|cuz|n|nother|ere|er|neath|gainst|kay)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks, in one paragraph.

    Attributes:
        outer: With the marks.
        inner: Without them and without white space at the ends; never empty.
        depth: How many quotations it stands in; 0 for one that stands in none.
        closed: Whether its closing mark is there.
        continues: Whether it takes up the quotation that the paragraph before left open.
        speaker: Whose it is, where it has no marks but a name at its head: see `turns`.
    """

    outer: Span
    inner: Span
    depth: int = 0
    closed: bool = True
    continues: bool = False
    speaker: Span | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    at: int
    end: int
    family: str  # what can close it: "double", "single", or its own opening sign
    role: _Role


@dataclass(frozen=True, slots=True)
class _Opened:
    mark: _Mark
    closer: int  # where it will be closed, if that is known


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """The marks of a paragraph, and what they need of its neighbours."""

    span: Span
    marks: tuple[_Mark, ...]

    @property
    def begins_quoted(self) -> bool:
        """Whether its first character is an opening double mark."""
        return bool(self.marks) and self.marks[0].at == self.span.start and self._first("open")

    @property
    def ends_a_run(self) -> bool:
        """Whether its first double mark closes."""
        return self._first("close")

    @property
    def has_double(self) -> bool:
        return any(mark.family == "double" for mark in self.marks)

    def _first(self, role: _Role) -> bool:
        double = next((mark for mark in self.marks if mark.family == "double"), None)
        return double is not None and double.role == role


def quotations(text: str) -> tuple[Quotation, ...]:
    """Every stretch of `text` inside quotation marks, nested ones too, in order of their begin.

    A quotation of several paragraphs gives one for each of them, all but the first `continues`.
    One whose closing mark is missing ends with its paragraph, or before the next that opens.
    """
    paragraphs = [_Paragraph(one.span, tuple(_marks(text, one.span))) for one in blocks(text)]
    found: list[Quotation] = []
    left_open, run = False, 0  # whether the paragraph before was; paragraphs of its run to come
    for at, paragraph in enumerate(paragraphs):
        if run:
            opening = _Mark(paragraph.span.start, paragraph.span.start, "double", "open")
            paragraph = _Paragraph(paragraph.span, (opening, *paragraph.marks))
            run -= 1
        goes_on = at + 1 < len(paragraphs) and paragraphs[at + 1].begins_quoted
        start = paragraph.span.start
        here = [
            replace(one, continues=left_open and one.outer.start == start)
            for one in _with_depth([*_paired(text, paragraph, goes_on=goes_on)])
        ]
        found += here
        outermost = [one for one in here if one.depth == 0]
        left_open = bool(outermost) and _is_open(outermost[-1], paragraph)
        if left_open and not run:
            run = _run_length(paragraphs, at + 1)
    return tuple(found)


def _is_open(last: Quotation, paragraph: _Paragraph) -> bool:
    return not last.closed and last.outer.end == paragraph.span.end


def _run_length(paragraphs: Sequence[_Paragraph], begin: int) -> int:
    """How many paragraphs from `begin` an open mark reaches over, the one that closes included."""
    for count, paragraph in enumerate(paragraphs[begin : begin + LONGEST_RUN], 1):
        if paragraph.has_double:
            return count if paragraph.ends_a_run else 0
    return 0


# Marks


def _marks(text: str, span: Span) -> Iterator[_Mark]:
    """What may be a quotation mark between `span.start` and `span.end`, in order."""
    for match in _MARK.finditer(text, span.start, span.end):
        sign, at, end = match.group(), match.start(), match.end()
        if len(sign) > 2:  # left-over markup: id="7"
            continue
        left = at == span.start or text[at - 1].isspace() or text[at - 1] in _OPENS_AFTER
        right = end == span.end or text[end].isspace() or text[end] in _CLOSES_BEFORE
        if sign in _PAIRS or sign in _CLOSING:
            yield _Mark(
                at, end, _CLOSING.get(sign, sign), _paired_role(text, span, at, left, right)
            )
        elif sign in ("‘", "’", "'"):
            if role := _single_role(text, span, at, left):
                yield _Mark(at, end, "single", role)
        else:
            yield _Mark(at, end, "double", _double_role(sign, left, right))


def _paired_role(text: str, span: Span, at: int, left: bool, right: bool) -> _Role:
    """What one of a pair does; turned about, as in »Ja«, only right beside the quoted words."""
    opens = text[at] in _PAIRS
    if opens and right and not left:
        return "close"
    if not opens and left and not right and text[at + 1 : at + 2].isalnum():
        return "open"
    return "open" if opens else "close"


def _double_role(sign: str, left: bool, right: bool) -> _Role:
    """What a double mark does; typographic ones are believed unless both sides speak against it."""
    if sign in ("„", "\u201f", "``"):
        return "open"
    if sign == "“":
        return "close" if right and not left else "open"
    if sign in ("”", "’’", "''"):
        return "open" if left and not right else "close"
    if left == right:
        return "either"
    return "open" if left else "close"


def _single_role(text: str, span: Span, at: int, left: bool) -> _Role | None:
    """What a single mark may do; `None` for an apostrophe inside a word or at its begin."""
    before = text[at - 1] if at > span.start else " "
    after = text[at + 1] if at + 1 < span.end else " "
    if left and text[at] != "’" and (after.isalnum() or after in '"“«[($…'):
        return None if _ELISION.match(text, at + 1, span.end) else "open"
    if text[at] != "‘" and not before.isspace() and not after.isalnum():
        return "close"
    return None


# Pairs


def _paired(text: str, paragraph: _Paragraph, *, goes_on: bool) -> Iterator[Quotation]:
    """The quotations of one paragraph, each when it ends, their depth not yet told.

    Args:
        text: Of the document.
        paragraph: With its marks.
        goes_on: Whether the next paragraph begins with an opening mark.
    """
    marks, stack = paragraph.marks, list[_Opened]()
    start, end = paragraph.span.start, paragraph.span.end
    still_to_close = _openings_left(marks)
    for number, mark in enumerate(marks):
        place = _innermost(stack, mark)
        if place is not None and mark.role != "open":
            yield from _ended(text, stack[place:], mark, mark.end)
            del stack[place:]
            continue
        if mark.role == "close" or (mark.family == "single" and mark.role != "open"):
            continue
        if text[mark.at] in _CLOSING and not _is_closed(marks, number):
            continue  # the arrow of a »link
        closer = _single_closer(text, marks, number) if mark.family == "single" else _UNKNOWN
        if closer is None:
            continue
        if place is not None and mark.family == "double":
            runs_on = goes_on and stack[place].mark.at == start
            doubles = sum(one.mark.family == "double" for one in stack)
            if not runs_on and doubles + still_to_close[number] > 0:
                yield from _ended(text, stack[place:], None, mark.at)
                del stack[place:]
        if len(stack) < DEEPEST:
            stack.append(_Opened(mark, closer))
    yield from _ended(text, stack, None, end)


def _openings_left(marks: Sequence[_Mark]) -> list[int]:
    """From each mark to the last: how many double marks open more than close."""
    steps = {"open": 1, "close": -1, "either": 0}
    turns = [steps[mark.role] if mark.family == "double" else 0 for mark in reversed(marks)]
    return [*accumulate(turns)][::-1]


def _innermost(stack: Sequence[_Opened], mark: _Mark) -> int | None:
    """Place of what `mark` would close."""
    for place in range(len(stack) - 1, -1, -1):
        opened = stack[place]
        if opened.mark.family == mark.family and opened.closer in (_UNKNOWN, mark.at):
            return place
    return None


def _is_closed(marks: Sequence[_Mark], number: int) -> bool:
    """Whether the next mark of the same family behind the mark of this number closes."""
    behind = marks[number + 1 : number + 1 + _FARTHEST_CLOSER]
    family = marks[number].family
    return next((one.role == "close" for one in behind if one.family == family), False)


def _single_closer(text: str, marks: Sequence[_Mark], number: int) -> int | None:
    """Where the single mark of this number is closed; `None` if it is an apostrophe.

    The mark of a plural ("the voters’ choice") closes only where no other does.
    """
    plural, depth = None, 0
    for mark in marks[number + 1 : number + 1 + _FARTHEST_CLOSER]:
        if mark.family == "double":
            depth += {"open": 1, "close": -1, "either": 0}[mark.role]
            if depth < 0:
                break
        elif mark.family == "single" and mark.role == "open":
            break
        elif mark.family == "single":
            if not _may_be_plural(text, mark.at):
                return mark.at
            plural = mark.at if plural is None else plural
    if plural is None and text[marks[number].at] == "‘":
        return _UNKNOWN
    return plural


def _may_be_plural(text: str, at: int) -> bool:
    return text[at - 1] in "sS" and text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].islower()


def _ended(
    text: str, stack: Sequence[_Opened], closing: _Mark | None, end: int
) -> Iterator[Quotation]:
    """What is open when `closing` stands, or where all ends without a closing mark.

    A single mark whose closing lies beyond was an apostrophe.
    """
    for place, opened in enumerate(stack):
        closed = closing is not None and place == 0
        if not closed and opened.closer != _UNKNOWN:
            continue
        limit = closing.at if closing else end
        inner = _stripped(text, opened.mark.end, limit)
        if inner:
            outer_end = end if closed else inner.end
            yield Quotation(Span(opened.mark.at, outer_end), inner, closed=closed)


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _with_depth(found: Sequence[Quotation]) -> Iterator[Quotation]:
    """The same, in order of their begin, each with the number of those it stands in."""
    around: list[int] = []
    for one in sorted(found, key=lambda one: (one.outer.start, -one.outer.end)):
        while around and around[-1] <= one.outer.start:
            around.pop()
        yield replace(one, depth=len(around))
        around.append(one.outer.end)
