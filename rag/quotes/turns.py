"""Tell who speaks by turns, as interviews and debates are written: "Ana Soto: We left", and so on.

Flow: text -> paragraphs (`segment.blocks`) that a label begins -> turns() -> tuple[Quotation, ...],
each with its speaker; with_turns() -> those and what stands in marks, as one.
Law: in order of their begin; each lies in its paragraph, behind its label. Where no two take turns,
nobody asks another, or nobody is known for a person, there are none: line-ups, tables, ratings of
players, "Claim: … Fact: …".
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.datatypes import Span
from rag.quotes.marks import Quotation
from rag.quotes.names import PARTICLES, Name, name_of
from rag.quotes.titles import TITLES
from rag.segment.blocks import blocks

_TURNS = 2  # that each of two takes at the least
_WORD = r"[A-Z][\w.'’-]*"
_NAME = rf"{_WORD}(?: (?:{_WORD}|{'|'.join(sorted(PARTICLES))})){{0,5}}"
_TIME = r"[\[(]?\d\d?[:.]\d\d(?:[:.]\d\d)?[\])]? "
_LABEL = re.compile(  # Ana Soto (Weston) (Lab):, BO LIND, CNN HOST:, The Secretary (Mr Lind):
    rf"(?:{_TIME})?"
    rf"(?:(?P<name>{_NAME})(?:,[^:.?!\n]{{1,60}})?(?: \([^():\n]{{1,60}}\)){{0,3}}"
    rf"|[A-Z][^():.?!\n]{{1,80}} \((?P<borne>{_NAME})\)):[^\S\n]+(?=[^\sa-z\"“„«'‘])"
)
_TALK = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Ww]e|[Uu]s|[Oo]ur|[Yy]ours?|[Yy]ou)\b")


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A paragraph that a label begins; `name` where its words may be a person's."""

    label: Span
    words: Span
    name: Name | None
    written: str
    asks: bool

    @property
    def key(self) -> str:
        return (self.name.surname if self.name else self.written).casefold()


def turns(text: str) -> tuple[Quotation, ...]:
    """What people say by turns under their names, in order."""
    found = tuple(_labelled(text))
    often = Counter(one.key for one in found)
    taking = {key for key, times in often.items() if times >= _TURNS}
    if len(taking) < 2 or not any(_is_talk(text, *pair) for pair in pairwise(found)):
        return ()
    given = _given_names(text, [one.name for one in found if one.name])
    people = {one.key for one in found if one.name and one.name.gender}
    if taking.isdisjoint(people | {key for key, names in given.items() if any(names.values())}):
        return ()
    return tuple(
        Quotation(one.words, one.words, speaker=one.label)
        for one in found
        if _is_person(one, taking, given) and not _is_about(one, text)
    )


def _is_talk(text: str, one: _Labelled, other: _Labelled) -> bool:
    """Whether one asks and another comes next, and there is an "I" or a "you".

    A critic asks, too: "Bo Lind: Slow. Was he tired?" and on to the next player.
    """
    said = Span(one.words.start, other.words.end).of(text)
    return one.asks and one.key != other.key and _TALK.search(said) is not None


def _is_person(one: _Labelled, taking: Set[str], given: Mapping[str, Mapping[str, bool]]) -> bool:
    """Whether a name is told from a heading: "Sir Bo Lind", "Wei Zhang" twice, "Soto" for Ana."""
    key = one.key
    if one.name is None:
        return False
    titled = one.written.split()[0].strip(".").casefold() in TITLES
    whole = one.name.given or titled
    return bool(one.name.gender) or (key in taking if whole else len(given.get(key, ())) == 1)


def _is_about(one: _Labelled, text: str) -> bool:
    """Whether words begin with whoever heads them: "Bo Lind: Mr Lind is the mayor of Weston."."""
    surname = one.name.surname.casefold() if one.name else ""
    return surname in one.words.of(text).casefold().split(maxsplit=3)[:3]


def _given_names(text: str, labels: Sequence[Name]) -> dict[str, dict[str, bool]]:
    """Given names by surname, of the labels and the text, and whether each tells a gender.

    In the text it is any word with a capital that has none elsewhere: "But Lind" names no other.
    """
    surnames = {one.surname.casefold() for one in labels}
    found: dict[str, dict[str, bool]] = {}
    small = {*re.findall(r"\b[a-z]+\b", text)}
    written = re.findall(r"(?=\b([A-Z][\w'’-]{1,40}) ([A-Z][\w'’-]{1,40}))", text)
    near = (
        name_of(" ".join(pair))
        for pair in written
        if pair[1].casefold() in surnames and pair[0].casefold() not in small
    )
    for name in (*labels, *near):
        if name is not None and name.given:
            own = found.setdefault(name.surname.casefold(), {})
            own[name.given.casefold()] = bool(name.gender)
    return found


def with_turns(quotes: Sequence[Quotation], turns: Sequence[Quotation]) -> tuple[Quotation, ...]:
    """Both in order; what stands in marks in a turn is one deeper, and a turn in marks is none."""
    outermost = [one for one in quotes if one.depth == 0]
    free = [one for one in turns if not _lies_in(one, outermost)]
    inside = (replace(one, depth=one.depth + _lies_in(one, free)) for one in quotes)
    return tuple(sorted((*free, *inside), key=lambda one: (one.outer.start, -one.outer.end)))


def _lies_in(one: Quotation, others: Sequence[Quotation]) -> bool:
    """Whether a quotation begins in one of others that are in order and apart."""
    place = bisect_right(others, one.outer.start, key=lambda each: each.outer.start) - 1
    return place >= 0 and one.outer.start < others[place].outer.end


def _labelled(text: str) -> Iterator[_Labelled]:
    for block in blocks(text):
        if block.block != "body":  # a headline is no speech: "Fallin: Trump is a healer"
            continue
        if found := _LABEL.match(text, block.span.start, block.span.end):
            part = "name" if found["name"] else "borne"
            asks = block.span.of(text).endswith("?")
            words = Span(found.end(), block.span.end)
            yield _Labelled(Span(*found.span(part)), words, name_of(found[part]), found[part], asks)
