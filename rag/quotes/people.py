"""Tell who is one person across documents: spelling variants, nicknames, lone surnames.

Flow: documents with their attributions -> people() -> tuple[Person, ...], who spoke most first.
Law: every attribution with a name counts for one person; the order of documents changes nothing.
A lone surname belongs to whoever bears it in another document, unless another who bears it speaks
more than a third as often; then it stays a person of its own. A body, which is an organisation or a
country, is only what is written with the same words.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.quotes.attribution import Attribution
from rag.quotes.names import Name, alike, body_words, keys, name_of

_MOST_ALIKE = 200  # people with whom a spelling is compared, who speak most
_CLEARLY = 3  # times as often: whom a lone surname means where several bear it


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks in a corpus.

    Attributes:
        name: As it is written most often, in full where it is anywhere.
        variants: All the ways in which documents write it, most often first.
        direct: Quotations, in pieces as `Attribution` has them.
        indirect: Reported statements.
        documents: In how many documents.
    """

    name: str
    variants: tuple[str, ...]
    direct: int
    indirect: int
    documents: int


@dataclass(slots=True)
class _Counts:
    """What was said under one spelling."""

    direct: int = 0
    indirect: int = 0
    of_body: int = 0

    @property
    def total(self) -> int:
        return self.direct + self.indirect


def people(attributed: Iterable[tuple[str, Sequence[Attribution]]]) -> tuple[Person, ...]:
    """The people of a corpus, who spoke most first; ties go by name.

    Args:
        attributed: The id of each document, and its attributions with names.
    """
    counts: defaultdict[str, _Counts] = defaultdict(_Counts)
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for document, attributions in attributed:
        for one in attributions:
            if one.name is None:
                continue
            documents[one.name].add(document)
            counts[one.name].of_body += one.body
            if one.kind == "direct":
                counts[one.name].direct += 1
            else:
                counts[one.name].indirect += 1
    often = {name: one.total for name, one in counts.items()}
    of_body = {name: one.of_body for name, one in counts.items()}
    groups = _groups(often, bodies(often, of_body))
    found = [_person(group, counts, documents) for group in groups]
    return tuple(sorted(found, key=lambda one: (-one.direct - one.indirect, one.name)))


def bodies(often: Mapping[str, int], of_body: Mapping[str, int]) -> frozenset[str]:
    """The spellings that mostly name an organisation or a country.

    Args:
        often: How many attributions each spelling has.
        of_body: In how many of these it names one.
    """
    return frozenset(name for name, times in often.items() if 2 * of_body[name] > times)


def persons(often: Mapping[str, int], others: Collection[str] = ()) -> dict[str, str]:
    """The name of whoever each spelling means, as `people` tells it.

    Args:
        often: How many attributions each spelling has.
        others: Those of bodies.
    """
    return {written: group[0] for group in _groups(often, others) for written in group}


def _person(
    group: Sequence[str], counts: dict[str, _Counts], documents: dict[str, set[str]]
) -> Person:
    return Person(
        name=group[0],
        variants=tuple(sorted(group, key=lambda name: (-counts[name].total, name))),
        direct=sum(counts[name].direct for name in group),
        indirect=sum(counts[name].indirect for name in group),
        documents=len(set().union(*(documents[name] for name in group))),
    )


def _groups(counts: Mapping[str, int], others: Collection[str]) -> list[list[str]]:
    """The spellings of each body and each person, whose name is the first."""
    alike_ones: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for written in sorted(others, key=lambda name: (-counts[name], name)):
        alike_ones[body_words(written)].append(written)
    people = {name: often for name, often in counts.items() if name not in others}
    return [*alike_ones.values(), *_people(people)]


def _people(counts: Mapping[str, int]) -> list[list[str]]:
    """The spellings of each person: full names first, most often first, then lone ones join them.

    So the first of each names the person: in full where it is written so, as it is most often.
    """
    order = sorted(counts, key=lambda name: (" " not in name, -counts[name], name))
    groups: list[list[str]] = []
    heads: list[Name] = []
    known: defaultdict[str, list[int]] = defaultdict(list)  # groups by what their heads share
    for written in order:
        name = name_of(written) or Name("", written, written, "")
        near = sorted({place for key in keys(name) for place in known[key][:_MOST_ALIKE]})
        alike_ones = [place for place in near if alike(heads[place], name)]
        often = {place: sum(counts[each] for each in groups[place]) for place in alike_ones}
        place = _clearest(often, lone=not name.given)
        if place is not None:
            groups[place].append(written)
            continue
        for key in keys(name):
            known[key].append(len(groups))
        groups.append([written])
        heads.append(name)
    return groups


def _clearest(often: dict[int, int], *, lone: bool) -> int | None:
    """The group that speaks most; for a lone surname only if it clearly does."""
    ranked = sorted(often, key=lambda place: (-often[place], place))
    if not ranked:
        return None
    if lone and len(ranked) > 1 and often[ranked[0]] < _CLEARLY * often[ranked[1]]:
        return None
    return ranked[0]
