"""Tell of each sentence whether it is quoted or reported, and who says it.

Flow: sentences of a document + its attributions -> told() -> the same sentences with speaker and
kind.
Law: a sentence whose speaker no word names has none; offsets do not change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.datatypes import Kind, Sentence, Span
from rag.quotes.attribution import Attribution

_QUOTED = 0.5  # share of a sentence in quotation marks from which it is a quotation
_BEGINS = 0.1  # the same where it begins with them: “Never,” she said on her way to the car.
_REPORTED = 0.5  # share of a sentence that is content, where its reporting word is elsewhere


def told(
    sentences: Sequence[Sentence], attributions: Sequence[Attribution]
) -> tuple[Sentence, ...]:
    """The sentences of a document, each with its speaker by name, if any, and its kind.

    Args:
        sentences: In order.
        attributions: Of the same document, in order of their content.
    """
    return tuple(
        replace(one, speaker=speaker, kind=kind)
        for one, some in _beside(sentences, attributions)
        for speaker, kind in [_of(one.span, some)]
    )


def _beside(
    sentences: Sequence[Sentence], attributions: Sequence[Attribution]
) -> Iterator[tuple[Sentence, list[Attribution]]]:
    """Each sentence with the attributions whose content it shares a character with."""
    open_ones: list[Attribution] = []
    following = 0
    for sentence in sentences:
        while (
            following < len(attributions)
            and attributions[following].content.start < sentence.span.end
        ):
            open_ones.append(attributions[following])
            following += 1
        open_ones = [one for one in open_ones if one.content.end > sentence.span.start]
        yield sentence, [one for one in open_ones if one.content.start < sentence.span.end]


def _of(here: Span, some: Sequence[Attribution]) -> tuple[str | None, Kind]:
    direct = sum(here.shared(one.content) for one in some if one.kind == "direct")
    begins = any(one.kind == "direct" and one.content.start <= here.start + 1 for one in some)
    quoted = direct >= (_BEGINS if begins else _QUOTED) * len(here)
    told_here = [
        one
        for one in some
        if _inside(one.cue, here)
        or _inside(one.speaker, here)
        or here.shared(one.content) >= _REPORTED * len(here)
    ]
    known = [one for one in told_here if one.speaker is not None]
    # What one says of what another says is the first one's: the longer content is the outer.
    most = max(known, key=lambda one: (here.shared(one.content), -one.content.start), default=None)
    name = most.name if most is not None else None
    if quoted:
        return name, "direct"
    return name, "indirect" if most is not None else "text"


def _inside(part: Span | None, whole: Span) -> bool:
    return part is not None and whole.start <= part.start < whole.end
