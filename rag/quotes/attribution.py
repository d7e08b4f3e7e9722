"""Join quotations and reporting words to attributions: who said what, by which word.

Flow: text + quotations + parses -> attributed() -> tuple[Attribution, ...], names not yet told.
Law: in order of the content; spans lie in the text; a content holds neither its own cue nor its own
speaker; two direct contents never overlap, and two indirect ones only if one reports the other.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.datatypes import Span
from rag.quotes.grammar import Report, reports
from rag.quotes.marks import Quotation
from rag.quotes.offices import Role
from rag.quotes.parsing import Parse
from rag.quotes.voices import Told, Voice, spoken

_NEGATED = re.compile(r"\b(?:not|never)\b|n['’]t\b", re.IGNORECASE)
_STOP = re.compile(r"[.!?…]")
_SELF = ("i", "we", "you", "me", "us")  # in a quotation they name nobody that is not known


@dataclass(frozen=True, slots=True)
class Attribution:
    """What somebody said: in their own words ("direct") or in the writer's ("indirect").

    Attributes:
        kind: Whether the content stands in quotation marks, or is a turn of a transcript.
        content: What was said, without the marks. What is split, or goes over several paragraphs,
            gives an attribution for each piece.
        speaker: The words that name who said it, where they are in the text.
        cue: The reporting word.
        name: Who it is, as far as the document tells.
        reported_by: The words that name who says that it was said: "Peskov said that Putin thinks".
        reporter: Who that is.
        roles: What the document calls who said it, anywhere in it: "Russian President".
        body: Whether the name is that of an organisation or a country.
    """

    kind: Literal["direct", "indirect"]
    content: Span
    speaker: Span | None = None
    cue: Span | None = None
    name: str | None = None
    reported_by: Span | None = None
    reporter: str | None = None
    roles: tuple[Role, ...] = ()
    body: bool = False


def attributed(
    text: str, quotes: Sequence[Quotation], parses: Sequence[Parse]
) -> tuple[Attribution, ...]:
    """Every quotation and every reported statement of a text, in order."""
    outermost = [one for one in quotes if one.depth == 0]
    told = [Told(parse, reports(parse), _within(parse.span, outermost)) for parse in parses]
    found, close = list[Attribution](), set[Span]()
    for one, voice in _direct(text, told):
        found.append(one)
        if voice.close and voice.cue is not None:
            close.add(voice.cue)
    cues = sorted(close)
    for paragraph in told:
        found.extend(_indirect(text, paragraph, cues))
    found.sort(key=lambda one: (one.content.start, -one.content.end, one.kind))
    return tuple(_second_hand(found))


def _within(span: Span, quotes: Sequence[Quotation]) -> tuple[Quotation, ...]:
    first = bisect_right(quotes, span.start - 1, key=lambda one: one.outer.start)
    stop = bisect_right(quotes, span.end - 1, key=lambda one: one.outer.start)
    return tuple(quotes[first:stop])


def _direct(text: str, told: Sequence[Told]) -> Iterator[tuple[Attribution, Voice]]:
    before: Told | None = None
    last: Voice | None = None
    for here in told:
        for quote in here.quotes:
            voice = spoken(text, quote, here, before, last)
            if voice is not None:
                unsaid = _is_unsaid(text, quote.outer, voice.cue)
                who = None if unsaid or _touch(voice.speaker, quote.inner) else voice.speaker
                cue = None if unsaid or _touch(voice.cue, quote.inner) else voice.cue
                yield Attribution("direct", quote.inner, who, cue), voice
                last = voice if who else last
        before = here


def _is_unsaid(text: str, quote: Span, cue: Span | None) -> bool:
    """Whether the word that tells who speaks, in the same sentence, denies it: "never said “…”"."""
    if cue is None or _NEGATED.search(cue.of(text)) is None:
        return False
    first, last = sorted((quote, cue), key=lambda one: one.start)
    return _STOP.search(text, first.end, last.start) is None


def _indirect(text: str, told: Told, close: Sequence[Span]) -> Iterator[Attribution]:
    """What is reported in the writer's words, quoted words inside it left as they are.

    Args:
        text: Of the document.
        told: A paragraph.
        close: The cues that stand right beside a quotation: whoever reports in the same sentence
            does not report those.
    """
    for report in told.reports:
        who = report.speaker_span
        if who is None or (who.of(text).lower() in _SELF and told.quote_at(who.start)):
            continue
        for content in report.contents:
            whole = _snapped(told, report, content)
            if whole is not None and (report.by_the_way or not _holds(whole, close)):
                yield Attribution("indirect", whole, who, report.cue_span)


def _holds(content: Span, cues: Sequence[Span]) -> bool:
    place = bisect_left(cues, content.start, key=lambda one: one.start)
    return place < len(cues) and cues[place].end <= content.end


def _snapped(told: Told, report: Report, content: Span) -> Span | None:
    """The content without a piece of a quotation at its ends; `None` if all of it is quoted."""
    home = told.quote_at(report.cue_span.start)
    start, end = content.start, content.end
    if home is not None:  # what is reported in a quotation ends with it
        start, end = max(start, home.inner.start), min(end, home.inner.end)
    else:
        first, last = told.quote_at(start), told.quote_at(end - 1)
        if first is not None and end <= first.outer.end + 1:
            return None
        start = first.outer.start if first is not None else start
        end = last.outer.end if last is not None else end
    for one in ((start, end), (content.start, content.end)):
        free = one[0] < one[1] and not (
            _touch(report.cue_span, Span(*one)) or _touch(report.speaker_span, Span(*one))
        )
        if free and (home is None or home.inner.end >= one[1]):
            return Span(*one)
    return None


def _touch(one: Span | None, other: Span) -> bool:
    return one is not None and one.start < other.end and other.start < one.end


def _second_hand(found: Sequence[Attribution]) -> Iterator[Attribution]:
    """The same, each with who reports it where its speaker stands in what somebody else said."""
    around: list[Attribution] = []
    for one in found:
        around = [other for other in around if other.content.end > one.content.start]
        place = one.cue or one.speaker
        outer = [
            other
            for other in around
            if place is not None
            and other.speaker != one.speaker
            and other.content.start <= place.start
            and place.end <= other.content.end
        ]
        around.append(one)
        yield replace(one, reported_by=outer[-1].speaker) if outer else one
