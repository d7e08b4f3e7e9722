"""The parts of a person's name, and whether two names may be those of one person.

Flow: words as written -> name_of() -> Name; Name, Name -> alike().
Law: `alike` does not depend on the order of its arguments, and every name is like itself.
A body, which is an organisation or a country, has no such parts: see `same_body`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import jellyfish

from rag.quotes.titles import FEMALE, GIVEN_FEMALE, GIVEN_MALE, MALE, NICKNAMES, TITLES

Gender = Literal["m", "f", ""]

_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])
# Letters behind a name
_HONOURS = frozenset("MP MSP MEP QC KC OBE MBE CBE PhD MD".split())  # noqa: SIM905
PARTICLES = frozenset(
    ["de", "da", "di", "del", "van", "von", "der", "den", "al", "el", "bin", "la"]
)
_GIVEN = frozenset(["Al", "Van", "Del"])  # with a capital, no particles before a lone surname
_POSSESSIVE = re.compile(r"['’]s?$")
_LONG_ENOUGH = 6  # letters from which two names may differ in one of them
# Ways to write one sound of another script, in the order in which they are made equal.
_SOUNDS = (
    *(("shch", "sh"), ("tsch", "ch"), ("tch", "ch"), ("sch", "sh")),
    *(("ou", "u"), ("oo", "u"), ("ph", "f")),
    *(("kh", "h"), ("dj", "j"), ("zh", "j"), ("ck", "k"), ("ks", "x"), ("q", "k"), ("w", "v")),
    *(("iy", "y"), ("yi", "y"), ("yj", "y"), ("ij", "y"), ("ii", "y"), ("i", "y"), ("tz", "ts")),
    *(("yu", "u"), ("ya", "a"), ("ye", "e"), ("yo", "o"), ("eff", "ev"), ("off", "ov")),
)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name.

    Attributes:
        given: The first given name, or "" where only the surname is written.
        surname: With its particles: "van der Bellen".
        full: As written, without title, possessive and letters behind it: "MP".
        gender: As a title or the given name tells it; "" where neither does.
        middle: Initials of what stands between given name and surname: "hw".
        suffix: "jr" or the like; "" where there is none.
    """

    given: str
    surname: str
    full: str
    gender: Gender
    middle: str = ""
    suffix: str = ""


@lru_cache(maxsize=4096)
def name_of(written: str, title: str = "") -> Name | None:
    """The name in some words; `None` where they hold none.

    Args:
        written: The words of the name, a title among them or not.
        title: Words right before it, which may tell the gender.
    """
    words = [_bare(word) for word in written.split()]
    titles = [word.strip(".,").casefold() for word in title.split()]
    while len(words) > 1 and words[0].casefold() in TITLES:
        titles.append(words.pop(0).casefold())
    words = [word for word in words if word]
    while len(words) > 1 and words[-1] in _HONOURS:
        words.pop()
    suffix = words.pop() if len(words) > 1 and words[-1].casefold() in _SUFFIXES else ""
    if not words or not words[-1][0].isalpha():
        return None
    if len(words) == 1 and words[0].casefold() in TITLES:
        return None
    first = len(words) - 1
    while first > 1 and words[first - 1].casefold() in PARTICLES:
        first -= 1
    if first == 1 and words[0].casefold() in PARTICLES and words[0] not in _GIVEN:
        first = 0
    given = words[0] if first > 0 else ""
    return Name(
        given,
        " ".join(words[first:]),
        " ".join([*words, suffix]).rstrip(),
        _gender(titles, given),
        _initials(words[1:first]),
        suffix.casefold(),
    )


def _initials(words: Sequence[str]) -> str:
    return "".join(part[0] for word in words for part in word.casefold().split(".") if part)


def _bare(word: str) -> str:
    """A word without possessive and signs; an initial keeps its full stop."""
    word = _POSSESSIVE.sub("", word).strip(',;:"“”()[]')
    return word if len(word) == 2 else word.strip(".")


def _gender(titles: list[str], given: str) -> Gender:
    if not MALE.isdisjoint(titles) or given.casefold() in GIVEN_MALE:
        return "m"
    if not FEMALE.isdisjoint(titles) or given.casefold() in GIVEN_FEMALE:
        return "f"
    return ""


def alike(one: Name, other: Name) -> bool:
    """Whether both may be one person: spellings, nicknames, initials and lone surnames allowed."""
    if one.gender and other.gender and one.gender != other.gender:
        return False
    if _told_apart(one, other):
        return False
    both_ways = ((one, other), (other, one))
    if any(a.given in _GIVEN and _sound(a.full) == _sound(b.surname) for a, b in both_ways):
        return True  # Van Dijk and Virgil van Dijk
    given = _same_given(one.given, other.given)
    if _sound(one.surname) == _sound(other.surname):
        return given or not (one.given and other.given)
    both = bool(one.given and other.given) and given
    return both and _one_letter_apart(_sound(one.surname), _sound(other.surname))


def _told_apart(one: Name, other: Name) -> bool:
    """George W. Bush is not George H. W. Bush; only of a lone surname nobody knows if it is Jr."""
    if one.suffix != other.suffix and all(each.given or each.suffix for each in (one, other)):
        return True
    short, long = sorted((one.middle, other.middle), key=len)
    return not long.startswith(short)


def keys(name: Name) -> tuple[str, ...]:
    """What names that are alike share one of, so that not all need be compared.

    A nickname that begins with another letter is missed where the surname is misspelt, too.
    """
    sound = _sound(name.surname)
    if name.given in _GIVEN:
        return sound, _sound(name.full)
    if not name.given or len(sound) < _LONG_ENOUGH - 1:
        return (sound,)
    return sound, f"{_sound(name.given)[:1]} {sound[:1]}"


def name_sounds(written: str) -> tuple[str, ...]:
    """Sounds of the surname in some words, and of each of the words as a surname."""
    name = name_of(written)
    if name is None:
        return ()
    return tuple(
        dict.fromkeys(_sound(one) for one in (name.surname, *written.split()) if _sound(one))
    )


def same_person(one: str, other: str) -> bool:
    """Whether two written names may be of one person; see `alike`."""
    first, second = name_of(one), name_of(other)
    return first is not None and second is not None and alike(first, second)


def same_body(written: str, asked: str) -> bool:
    """Whether some words may name a body: by its whole name, or by two words or more at its end.

    "Foreign Ministry" may be the Russian Foreign Ministry; "Russia" is not the Bank of Russia.
    """
    whole, part = body_words(written), body_words(asked)
    return part == whole or (len(part) > 1 and whole[-len(part) :] == part)


def body_words(written: str) -> tuple[str, ...]:
    """The words of a body's name as they are compared."""
    found = tuple(filter(None, (_bare(word).casefold() for word in written.split())))
    return found[1:] if found[:1] == ("the",) else found


def _same_given(one: str, other: str) -> bool:
    first, second = _sound(one), _sound(other)
    if not first or not second:
        return first == second
    if min(len(first), len(second)) == 1:
        return first[0] == second[0]
    short = {_nickname(one), _nickname(other)}
    return first == second or len(short) == 1 or _one_letter_apart(first, second)


def _nickname(given: str) -> str:
    return NICKNAMES.get(given.casefold(), given.casefold())


def _one_letter_apart(one: str, other: str) -> bool:
    long = min(len(one), len(other)) >= _LONG_ENOUGH
    return long and one[0] == other[0] and jellyfish.damerau_levenshtein_distance(one, other) <= 1


@lru_cache(maxsize=16384)
def _sound(word: str) -> str:
    """A name in one spelling, whichever way it was brought into Latin letters."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    text = "".join(letter for letter in letters if letter.isalpha())
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    text = re.sub(r"(.)\1+", r"\1", text)
    return text[:-1] if len(text) > 4 and text.endswith("e") else text
