"""Whose words a question asks for: "what did Putin say about Syria?", "in Zelensky's view".

Flow: question + record -> `asked` -> Query, whose speaker the evidence stage reads beside the text.
By form only: a word that asks for speech, and the name, or the names joined by "and" or "or", that
stand where its speaker would. What is not seen so is a question like any other.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from rag.datatypes import Query
from rag.quotes import (
    ACCORDING,
    ASKED_NOUNS,
    ASKED_VERBS,
    BEFORE_OFFICES,
    BELONGING,
    OFFICES,
    PARTICLES,
    RELATED,
    TITLES,
    Role,
    role_of,
)
from rag.store import Record
from rag.terms import (
    POSSESSIVE,
    capitals_tell,
    content_terms,
    is_function_word,
    term,
    terms,
)

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*['’]?|,(?!\s*[JS]r\b)")
_ELLIPSIS = re.compile(r"(?:and |but )?(?:what|how) about (?P<subject>[^?]+)\??", re.I)
_BE = frozenset("am is are was were be been being".split())  # noqa: SIM905
_AUXILIARIES = _BE | frozenset("do does did have has had by".split())  # noqa: SIM905
_ELSEWHERE = frozenset(  # who stands behind one of these does not speak: "officials in Moscow say"
    "of in at from near on with for against between inside outside around to".split()  # noqa: SIM905
)
_PAPERS = frozenset(  # what they say need not be whose they are: "the Treasury paper says"
    "paper report study survey poll document memo letter email article book note text post".split()  # noqa: SIM905
)
_WRITING = frozenset("write writes wrote written writing".split())  # noqa: SIM905
_NOT_SEVERAL = _AUXILIARIES | {"always", "perhaps", "sometimes"}  # behind a name, in spite of an s
_JOINED = tuple(each.split() for each in ("of", "of the", "for", "for the", "and", "and the"))
_LONGEST_NAME = 6  # words
_LONGEST_ROLE = 3  # words before an office
_SHORTEST_NAME = 4  # letters of a name in a question without capitals


def asked(question: str, record: Record) -> Query:
    """A question with whose words it asks for, as far as its form tells."""
    words = _WORD.findall(question if capitals_tell(question) else question.casefold())
    names = _with_bodies(_names(words), words, record)
    whom = cache(partial(_whom, question, record))
    for one in _speakers(words, names):
        if whom(one) is not None:
            some = [found for each in _together(one, words, names) if (found := whom(each))]
            people = {person for found in some for person in found.people}
            called = " or ".join(dict.fromkeys(str(found.speaker) for found in some))
            unnamed = any(found.unnamed for found in some)
            return Query(question, called, tuple(sorted(people)), unnamed)
    return Query(question)


def _whom(question: str, record: Record, one: "_Name") -> Query | None:
    """The question for somebody's words; `None` where the words are nobody's name."""
    if one.role is not None and (called := record.people_called(one.role)):
        return Query(question, " or ".join(called), called)
    if one.role is not None or one.belongs:
        return Query(question, one.name, unnamed=True) if one.belongs else None
    # The first word has a capital whatever it is.
    written = one.place > 0 and one.name != one.name.casefold()
    people = _people(one.name, record, given=written)
    return Query(question, one.name, people) if people or written else None


def asked_of(speaker: str, question: str, record: Record) -> Query:
    """A question whose answers one person is to have said, in full: "what about Syria?" is not."""
    if found := _ELLIPSIS.fullmatch(question):
        question = said_about(speaker, found["subject"])
    return Query(question, speaker, _people(speaker, record, given=True))


def _people(name: str, record: Record, *, given: bool) -> tuple[str, ...]:
    """Who speaks and may bear a name: of several those of its office, "Governor Stokes".

    A lone word that is nobody's surname is a given name, if it may be one.
    """
    people = record.people_named(name)
    words = name.split()
    for place, word in enumerate(words[:-1]):
        if word.casefold() in OFFICES:
            called = record.people_called(role_of(word.casefold(), words[:place]))
            people = tuple(one for one in people if one in called) or people
    return people or (record.people_given(name) if given and len(words) == 1 else ())


def said_about(speaker: str, subject: str) -> str:
    """The question for what somebody said on a subject."""
    return f"What did {speaker} say about {subject}?"


@dataclass(frozen=True, slots=True)
class _Name:
    """Words that may name somebody: the place of the first, and of the one after the last.

    `role` is what they call somebody without a name: "the Russian president". Whoever `belongs` is
    named by whose they are: "Putin's wife".
    """

    name: str
    place: int
    end: int
    role: Role | None = None
    belongs: bool = False


def _together(one: _Name, words: Sequence[str], names: Sequence[_Name]) -> Sequence[_Name]:
    """The names that speak with one: "Putin, Lavrov or Peskov"."""

    def between(a: _Name, b: _Name) -> set[str]:
        return {*words[a.end : b.place]}

    links = {"and", "or"}
    first = end = bisect_left(names, one.place, key=lambda each: each.place)
    while first > 0 and (gap := between(names[first - 1], names[first])) and gap <= links | {","}:
        if first == end and not gap & links:
            break  # "In Russia, Putin said", "the president, Dmitry Medvedev,"
        first -= 1
    while end + 1 < len(names) and (gap := between(names[end], names[end + 1])) and gap <= links:
        end += 1  # "According to Putin, Trump lies" is Putin's
    return names[first : end + 1]


def _with_bodies(names: Sequence[_Name], words: Sequence[str], record: Record) -> Sequence[_Name]:
    """The names, those as one that together name a body which speaks: "Bank of England"."""
    found = list[_Name]()
    at = 0
    while at < len(names):
        one, to = names[at], at
        while to + 1 < len(names) and _go_on(one, names[to], names[to + 1], words):
            to += 1
        while to > at and not _is_body(whole := _joined(one, names[to], words), record):
            to -= 1
        found.append(whole if to > at else one)
        at = to + 1
    return found


def _go_on(first: _Name, last: _Name, other: _Name, words: Sequence[str]) -> bool:
    near = other.end - first.place <= 2 * _LONGEST_NAME
    return near and words[last.end : other.place] in _JOINED


def _joined(first: _Name, last: _Name, words: Sequence[str]) -> _Name:
    name = POSSESSIVE.sub("", " ".join(words[first.place : last.end]))
    return _Name(name, first.place, last.end)


def _is_body(one: _Name, record: Record) -> bool:
    return any(map(record.is_body, record.people_named(one.name)))


def _speakers(words: Sequence[str], names: Sequence[_Name]) -> Iterator[_Name]:
    """Names that stand where a speaker would, likeliest first."""
    for place, word in enumerate(words):
        cue = term(word.casefold())
        if cue not in asking_terms() or _is_noun(words, place) or _is_work(words, place):
            continue
        noun = cue in _stems(ASKED_NOUNS)
        following = words[place + 1].casefold() if place + 1 < len(words) else ""
        behind = _nearest_behind(names, place)
        owner = [one for one in names if one.end == place and _owns(one, words)]
        if cue in _stems(ACCORDING):
            yield from behind
        elif noun and owner:  # "Putin's view of NATO"
            yield from owner
        else:
            if following == "by" or (noun and following == "of" and cue != term("criticism")):
                yield from behind
            if not _is_told(words, place):
                before = [one for one in names[::-1] if one.end <= place]
                for one in before:
                    first = _together(one, words, names)[0]
                    if _speaks(one, words, place) and not _is_elsewhere(first, words):
                        yield one


def _nearest_behind(names: Sequence[_Name], place: int) -> list[_Name]:
    """The name behind a word; of those side by side the last: "Russian | Minister Lavrov"."""
    found: list[_Name] = []
    for one in names:
        if one.place > place and (not found or one.place == found[0].end):
            found = [one]
    return found


def _is_noun(words: Sequence[str], place: int) -> bool:
    """Whether a word asks for nothing: "the United States", "the state of Ohio"."""
    in_name = place > 0 and words[place][0].isupper()
    article = place > 0 and words[place - 1].casefold() in ("a", "the", "which", "what", "this")
    return in_name or (article and words[place].casefold() == "state")


def _is_work(words: Sequence[str], place: int) -> bool:
    """Whether what is written need be no statement: "When did London write the book?"."""
    following = words[place + 1].casefold() if place + 1 < len(words) else ""
    return words[place].casefold() in _WRITING and following not in ("about", "of", "on", "that")


def _is_told(words: Sequence[str], cue: int) -> bool:
    """Whether it is the passive, in which whoever is named hears: "What is Trump accused of?"."""
    before = [word.casefold() for word in words[:cue]]
    auxiliary = next((at for at in reversed(range(cue)) if before[at] in _AUXILIARIES), None)
    participle = words[cue].casefold().endswith(("ed", "told", "said", "thought"))
    if auxiliary is None or before[auxiliary] not in _BE or not participle:
        return False
    between = before[auxiliary + 1 :]
    return "that" not in between and not any(term(word) in asking_terms() for word in between)


def _owns(one: _Name, words: Sequence[str]) -> bool:
    return bool(POSSESSIVE.search(words[one.end - 1]))


def _speaks(one: _Name, words: Sequence[str], cue: int) -> bool:
    """Not in "Putin's spokesman says", "the EU leaders say", "Berlin residents say".

    Nor in "the Treasury paper says".
    """
    behind = words[one.end].casefold()
    several = one.end + 1 == cue and behind.endswith("s") and behind not in _NOT_SEVERAL
    of_another = several or term(behind) in _stems(OFFICES | RELATED | _PAPERS)
    return not of_another and (not _owns(one, words) or one.end == cue)


def _is_elsewhere(one: _Name, words: Sequence[str]) -> bool:
    """Whether a name only tells where others are, or of what: "officials in Moscow"."""
    before = [word.casefold() for word in words[max(0, one.place - 2) : one.place]]
    placed = [word for word in before if word != "the"][-1:]
    return not _ELSEWHERE.isdisjoint(placed)


def subject_terms(query: Query) -> tuple[str, ...]:
    """Terms of what it asks about: not of whose words it asks for, nor those that ask for words."""
    found = content_terms(query.text)
    if query.speaker is None:
        return found
    others = {t for name in (query.speaker, *query.people) for t in terms(name)} | asking_terms()
    return tuple(one for one in found if one not in others)


@cache
def asking_terms() -> frozenset[str]:
    """Terms of the words that ask for somebody's words."""
    return _stems(ASKED_VERBS | ASKED_NOUNS | ACCORDING)


@cache
def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(term, words))


def _names(words: Sequence[str]) -> list[_Name]:
    """Names and roles, in order."""
    written = [*_written(words)]
    found: list[_Name] = []
    every = (*_belonging(words, written), *_roles(words), *written)
    for one in sorted(every, key=lambda each: each.place - each.end):  # the longest first
        if not any(longer.place <= one.place < longer.end for longer in found):
            found.append(one)
    return sorted(found, key=lambda one: one.place)


def _belonging(words: Sequence[str], names: Sequence[_Name]) -> Iterator[_Name]:
    """Whoever is named by whose they are: "Putin's wife"."""
    for one in names:
        apposed = words[one.place - 1 : one.place] == [","]
        asks = one.place == 0 and is_function_word(one.name.casefold())  # What's
        if apposed or asks or not _owns(one, words):
            continue
        for end in range(one.end + 1, min(one.end + _LONGEST_ROLE, len(words)) + 1):
            office = words[end - 1].casefold()
            if office in BELONGING and OFFICES.isdisjoint(words[end : end + 2]):
                role = role_of(office, words[one.place : end - 1]) if office in OFFICES else None
                yield _Name(" ".join(words[one.place : end]), one.place, end, role, belongs=True)
                break


def _roles(words: Sequence[str]) -> Iterator[_Name]:
    """Offices with the words that tell which: "Russia's president", "the president of Russia"."""
    small = not any(word[0].isupper() for word in words[1:])
    for place, word in enumerate(words):
        office = POSSESSIVE.sub("", word).casefold()
        first, end = place, place + 1
        if office not in OFFICES or (end < len(words) and words[end][0].isupper()):
            continue
        while place - first < _LONGEST_ROLE and first > 0 and _tells_which(words[first - 1]):
            first -= 1
        if words[end : end + 1] == ["of"]:
            behind = end + 1 + (words[end + 1 : end + 2] == ["the"])
            while behind < len(words) and words[behind][0].isupper():
                behind = end = behind + 1
            if small and behind < len(words) and _tells_which(words[behind]):
                end = behind + 1
        if end - first > 1:
            beside = [one for at, one in enumerate(words[first:end], first) if at != place]
            told = [one for one in beside if one not in ("of", "the")]
            yield _Name(" ".join(words[first:end]), first, end, role_of(office, told))


def _tells_which(word: str) -> bool:
    function = is_function_word(word.casefold()) or word == ","
    return not function and term(word.casefold()) not in asking_terms()


def _written(words: Sequence[str]) -> list[_Name]:
    """Runs of words with a capital; without any but the first word's, the longer words."""
    found: list[_Name] = []
    for place, word in enumerate(words):
        bare = POSSESSIVE.sub("", word)
        if not _in_name(words, place):
            continue
        last = found[-1] if found else None
        open_run = last is not None and last.end == place and last.place > 0
        # A name begins behind whose it is, and at its title: "Ukraine's", "Russian | President".
        ended = last is not None and bool(POSSESSIVE.search(words[place - 1]))
        begins = bare.casefold() in OFFICES | BEFORE_OFFICES
        ended |= begins and words[place - 1].casefold() not in TITLES
        if last is not None and open_run and not ended and place - last.place < _LONGEST_NAME:
            found[-1] = _Name(f"{last.name} {bare}", last.place, place + 1)
        else:
            found.append(_Name(bare, place, place + 1))
    if any(one.place > 0 for one in found):
        return found
    small = [(place, POSSESSIVE.sub("", word)) for place, word in enumerate(words)]
    return [_Name(word, place, place + 1) for place, word in small if len(word) >= _SHORTEST_NAME]


def _in_name(words: Sequence[str], place: int) -> bool:
    """Whether a word has a capital, or is a particle before one: "Mohammed bin Salman"."""
    while place < len(words) and words[place] in PARTICLES:
        place += 1
    return place < len(words) and words[place][0].isupper()
