"""Is this quote in the documents: word for word, altered, said by somebody else, or not at all.

Flow: quote -> `readings` -> `holders` and `places`: where it stands as it is; else `windows` ->
`ranked` and `with_rests` -> `steps` -> `changes` -> Checked.
Law: the text of a match is a slice of its document; a quote whose words stand in a document one
after the other is found, however common they are.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rag.check.candidates import Corpus, Window, by_chance, windows
from rag.check.changes import changes, covered, is_exact
from rag.check.exact import standing
from rag.check.nearest import nearest
from rag.check.parts import SHORTEST_PART, Part, rank, ranked, with_rests
from rag.check.quote import Quote, readings
from rag.check.steps import Step, differences, steps
from rag.check.values import Change, Checked, Difference, Match, Verdict
from rag.check.words import words
from rag.datatypes import Document, Span
from rag.errors import QuoteInvalid
from rag.quotes import same_person
from rag.store import Record

__all__ = [
    "LONGEST_QUOTE",
    "Change",
    "Checked",
    "Corpus",
    "Difference",
    "Match",
    "Speakers",
    "Verdict",
    "check",
    "nobody",
]

LONGEST_QUOTE = 10_000  # characters
MOST_MATCHES = 20
_MOST_COUNTED = 100  # documents that are looked at beyond those in `matches`, to count
_MOST_PARTS = 64  # of a quote, between ellipses and brackets
_MOST_TRIED = 1_000  # places at which a speaker is looked for
_COPIED = 0.6  # share of the words of a quote that a source must have; docs/check.md
_FEWEST = 3  # words that it must have, beside that
_BY_CHANCE = 1.0  # passages that would have these words by accident; with more, nothing is told

Speakers = Callable[[Document, Span], str | None]


def nobody(document: Document, span: Span) -> None:
    """Who says the words of a span, where that is not known."""


def check(
    text: str,
    corpus: Corpus,
    *,
    said_by: str | None = None,
    speaker_of: Speakers = nobody,
) -> Checked:
    """The verdict on a quote, with the places that bear it out.

    Args:
        text: The quote, with or without the marks around it.
        corpus: Where to look.
        said_by: Who is said to have said it.
        speaker_of: Tells who says the words of a span, or `None`.

    Raises:
        QuoteInvalid: Too long, or without a word.
    """
    meant = _meant(text)
    people = {*corpus.record.people_named(said_by)} if said_by else set[str]()

    def is_meant(who: str | None) -> bool:
        return who is not None and (who in people or _names(said_by or "", who, corpus.record))

    def is_theirs(match: Match) -> bool:
        return is_meant(speaker_of(match.document, match.span))

    sought = is_theirs if said_by else None
    found = next(filter(None, (_exactly(quote, corpus, sought) for quote in meant)), None)
    if found is None:
        found = _nearly(meant[-1], corpus, speaker_of)
    matches = tuple(
        replace(match, speaker=speaker_of(match.document, match.span)) for match in found.matches
    )
    checked = replace(found, quote=text, matches=matches, speaker=said_by)
    return _of_speaker(checked, is_meant) if said_by else checked


def _meant(text: str) -> tuple[Quote, ...]:
    if len(text) > LONGEST_QUOTE:
        seen = f"the quote has {len(text):,} characters, more than {LONGEST_QUOTE:,}"
        raise QuoteInvalid(seen, "check its parts one by one")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise QuoteInvalid("the quote is not valid UTF-8", "type it again")
    found = readings(unicodedata.normalize("NFC", text))
    if not found:
        raise QuoteInvalid(f"the quote {text[:40]!r} holds no word", "give the words to look for")
    if len(found[0].parts) > _MOST_PARTS:
        seen = f"the quote has {len(found[0].parts)} parts, more than {_MOST_PARTS}"
        raise QuoteInvalid(seen, "check its parts one by one")
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    """A place of a quote, and what was changed there."""

    match: Match
    changes: tuple[Change, ...]
    exact: bool

    @property
    def order(self) -> tuple[int, str, int]:
        """Less is better: the tightest first; ties by document and place."""
        return (len(self.match.span), self.match.document.id, self.match.span.start)


def _found(quote: Quote, parts: Sequence[Part], speaker_of: Speakers = nobody) -> _Found:
    """Parts of a quote that stand one after the other in a document."""
    document = parts[0].window.document
    there = [*_of_one(steps(quote, parts), document, speaker_of)]
    match = Match(document, covered(there), differences(quote, document, there))
    return _Found(match, changes(quote.text, document, there), is_exact(there))


def _of_one(found: Sequence[Step], document: Document, speaker_of: Speakers) -> Iterator[Step]:
    """Steps in which who says it is left out only between words of one person."""
    for place, step in enumerate(found):
        if step.shown == "attribution":
            around = (speaker_of(document, found[at].source) for at in (place - 1, place + 1))
            if len({*filter(None, around)}) > 1:
                step = replace(step, shown=None)
        yield step


def _exactly(
    quote: Quote, corpus: Corpus, sought: Callable[[Match], bool] | None
) -> Checked | None:
    """Where the quote stands as it is, or `None`; one place that is `sought` is kept."""
    kept: list[_Found] = []
    counted, looked, tried = 0, 0, 0
    for parts in standing(quote, corpus):
        for part in parts:
            tried += 1
            if len(kept) == MOST_MATCHES and (sought is None or tried > _MOST_TRIED):
                break
            found = _found(quote, [part])
            if sought is not None and sought(found.match):
                kept, sought = [found, *kept[: MOST_MATCHES - 1]], None
            elif len(kept) < MOST_MATCHES:
                kept.append(found)
        counted += len(parts)
        looked += counted >= MOST_MATCHES
        if looked > _MOST_COUNTED:
            break
    more = counted - len(kept)
    every = looked <= _MOST_COUNTED and (sought is None or tried <= _MOST_TRIED)
    return _told("exact", kept, more, counted=every) if kept else None


def _nearly(quote: Quote, corpus: Corpus, speaker_of: Speakers) -> Checked:
    """The verdict on a quote whose words stand nowhere as they are."""
    near = windows(quote, corpus)
    single = ranked(quote, near)
    if not single:
        return Checked("", "absent", None, ())
    alone = [_found(quote, [part], speaker_of) for part in single]
    whole = [one for one in alone if one.exact]
    if whole:
        return _told("exact", whole)
    parts = with_rests(single[0], quote, near, lambda piece: _elsewhere(piece, corpus))
    if not _is_copied(quote, parts, corpus):
        return Checked("", "absent", None, (nearest(quote, single[0], corpus.record),))
    groups = [_found(quote, group, speaker_of) for group in _grouped(parts)]
    if len(groups) > 1:
        return _merged(groups)
    copies = [groups[0], *(_found(quote, [one], speaker_of) for one in _copies(parts, single))]
    return _told("exact" if groups[0].exact else "altered", copies)


def _is_copied(quote: Quote, parts: Sequence[Part], corpus: Corpus) -> bool:
    """Whether so much of the quote stands in the source that it can be no accident."""
    same = [quote.words.folded[word] for part in parts for word, _, equal in part.pairs if equal]
    if len(same) < max(_FEWEST, _COPIED * len(quote.words)):
        return False
    return by_chance(same, corpus) <= _BY_CHANCE


def _told(verdict: Verdict, found: list[_Found], more: int = 0, *, counted: bool = True) -> Checked:
    found = sorted(found, key=lambda one: one.order)
    matches = tuple(one.match for one in found)
    return Checked("", verdict, None, matches, found[0].changes, more, counted)


def _merged(groups: Sequence[_Found]) -> Checked:
    """Parts that are not of one place; each lacks the words of the others, which tells nothing."""
    others = (
        change
        for group in groups
        for change in group.changes
        if len(change.quote.split()) < SHORTEST_PART or change.source
    )
    changed = (Change("merged"), *dict.fromkeys(others))
    return Checked("", "altered", None, tuple(group.match for group in groups), changed)


def _grouped(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts that stand in their order in one document together."""
    groups: list[list[Part]] = []
    for part in parts:
        if groups and _follows(groups[-1][-1], part):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _follows(before: Part, part: Part) -> bool:
    same = before.window.document.id == part.window.document.id
    return same and before.source.end <= part.source.start


def _copies(parts: Sequence[Part], single: Sequence[Part]) -> list[Part]:
    """The same part in other documents."""
    if len(parts) > 1:
        return []
    best = parts[0]
    seen = {best.window.document.id}
    copies = []
    for part in single:
        if rank(part) == rank(best) and part.window.document.id not in seen:
            seen.add(part.window.document.id)
            copies.append(part)
    return copies


def _elsewhere(piece: Quote, corpus: Corpus) -> list[Window]:
    """A document in which a piece of a quote stands as it is."""
    return [part.window for parts in islice(standing(piece, corpus), 1) for part in parts[:1]]


def _of_speaker(checked: Checked, is_meant: Callable[[str | None], bool]) -> Checked:
    """An exact quote is another's where each place of it whose speaker is known is another's."""
    if checked.verdict != "exact" or not any(one.speaker for one in checked.matches):
        return checked
    said = [one for one in checked.matches if is_meant(one.speaker)]
    if said:
        others = [one for one in checked.matches if one not in said]
        return replace(checked, matches=(*said, *others))
    # Where not every place was looked at, one of the others may be theirs.
    return replace(checked, verdict="other_speaker") if checked.counted else checked


def _names(asked: str, found: str, record: Record) -> bool:
    """Whether words are a part of a person's name, or all of one in another spelling."""
    part = {*words(asked).folded} <= {*words(found).folded}
    return not record.is_body(found) and (part or same_person(asked, found))
