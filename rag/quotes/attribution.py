"""Join quotations and reporting words to attributions: who said what, by which word.

Flow: text + quotations + parses -> attributed() -> tuple[Attribution, ...], names not yet told.
Law: in order of the content; spans lie in the text; a content holds neither its own cue nor its own
speaker; two direct contents never overlap, and two indirect ones only if one reports the other.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.datatypes import Span
from rag.quotes.grammar import Report, reports
from rag.quotes.marks import Quotation
from rag.quotes.parsing import Parse
from rag.quotes.voices import Told, Voice, spoken


@dataclass(frozen=True, slots=True)
class Attribution:
    """What somebody said: in quotation marks ("direct") or in the writer's words ("indirect").

    Attributes:
        kind: Whether the content stands in quotation marks.
        content: What was said, without the marks. What is split, or goes over several paragraphs,
            gives an attribution for each piece.
        speaker: The words that name who said it, where they are in the text.
        cue: The reporting word.
        name: Who it is, as far as the document tells.
        reported_by: The words that name who says that it was said: "Peskov said that Putin thinks".
        reporter: Who that is.
    """

    kind: Literal["direct", "indirect"]
    content: Span
    speaker: Span | None = None
    cue: Span | None = None
    name: str | None = None
    reported_by: Span | None = None
    reporter: str | None = None


def attributed(
    text: str, quotes: Sequence[Quotation], parses: Sequence[Parse]
) -> tuple[Attribution, ...]:
    """Every quotation and every reported statement of a text, in order."""
    outermost = [one for one in quotes if one.depth == 0]
    told = [Told(parse, reports(parse), _within(parse.span, outermost)) for parse in parses]
    found = [*_direct(text, told)]
    for one in told:
        found.extend(_indirect(one))
    found.sort(key=lambda one: (one.content.start, -one.content.end, one.kind))
    return tuple(_second_hand(found))


def _within(span: Span, quotes: Sequence[Quotation]) -> tuple[Quotation, ...]:
    first = bisect_right(quotes, span.start - 1, key=lambda one: one.outer.start)
    stop = bisect_right(quotes, span.end - 1, key=lambda one: one.outer.start)
    return tuple(quotes[first:stop])


def _direct(text: str, told: Sequence[Told]) -> Iterator[Attribution]:
    before: Told | None = None
    last: Voice | None = None
    for here in told:
        for quote in here.quotes:
            voice = spoken(text, quote, here, before, last)
            if voice is not None:
                yield Attribution("direct", quote.inner, voice.speaker, voice.cue)
                last = voice if voice.speaker else last
        before = here


def _indirect(told: Told) -> Iterator[Attribution]:
    """What is reported in the writer's words, quoted words inside it left as they are."""
    for report in told.reports:
        if report.speaker_span is None:
            continue
        for content in report.contents:
            whole = _snapped(told, report, content)
            if whole is not None:
                yield Attribution("indirect", whole, report.speaker_span, report.cue_span)


def _snapped(told: Told, report: Report, content: Span) -> Span | None:
    """The content without a piece of a quotation at its ends; `None` if all of it is quoted."""
    start, end = content.start, content.end
    home = told.quote_at(report.cue_span.start)
    first, last = told.quote_at(start), told.quote_at(end - 1)
    if first is not None and first is not home:
        if end <= first.outer.end + 1:
            return None
        start = first.outer.start
    if last is not None and last is not home:
        end = last.outer.end
    whole = Span(start, end)
    for other in (report.cue_span, report.speaker_span):
        if other is not None and other.start < whole.end and whole.start < other.end:
            return content if whole != content else None
    return whole


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
