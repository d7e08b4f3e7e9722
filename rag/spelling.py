"""Other spellings of a question's words: of a name from another alphabet, and what was mistyped.

Flow: question -> `respelled` -> the question as it may have been meant, and terms to look for, too.
They widen what is looked for and prove nothing. The evidence stage reads the question as asked but
for plain slips of the hand; whoever asks is told of those (`Answer.read_as`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jellyfish import damerau_levenshtein_distance

from rag.lexical import Lexical
from rag.store import Record
from rag.terms import SHORTEST_NAME, content_words, is_function_word, sound, term, words

_MOST_MENDED = 12  # words of a question that are compared with all words of the documents
_LONG = 8  # letters; a mistyped word of so many may differ in two, a shorter one in one
_WHOLE = 5  # letters; a shorter word that no document holds has too many neighbours
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NO_VOWEL = re.compile("[^aeiou]")


@dataclass(frozen=True, slots=True)
class Respelled:
    """A question with its unknown words mended, and ids of terms that are spelled otherwise.

    In `text`, which is looked for, every unknown word is the nearest known one; in `read` only one
    that is told from it by a slip: a letter too few or too many, two exchanged, or the same sound
    with the same vowels; and not if it is a word of the language all the same.
    """

    text: str
    read: str
    also: tuple[int, ...]


def respelled(
    question: str, record: Record, lexical: Lexical, *, is_word: Callable[[str], bool]
) -> Respelled:
    """The question as the documents may spell it; `is_word` knows words that they may lack.

    A word that no document holds is replaced by the known word nearest to it, if one is near; for a
    word with a capital, words that sound alike (Zelensky, Zelenskyy) are looked for, too. In a
    question without capitals, every word may be a name.
    """
    also: dict[int, None] = {}
    subject = {word: term(word) for word in content_words(question)}
    ids = record.term_ids([*subject.values()])
    held = {stem: lexical.documents.found_in(number) for stem, number in ids.items()}
    capitals = question[1:] != question[1:].lower()
    nearest_to = cache(lambda word: _nearest(word, record, lexical))

    def is_common(word: str) -> bool:
        """Whether it is a word of the language, and nobody's name who speaks."""
        return is_word(word) and not record.people_named(word)

    def mend(found: re.Match[str]) -> tuple[str, bool]:
        """A word as it may have been meant, and whether it differs by a slip."""
        (word, *_) = words(found.group()) or [""]
        if len(word) < SHORTEST_NAME or word not in subject:
            return found.group(), False
        known = held.get(subject[word], 0)
        if known and (found.group()[0].isupper() or not capitals):
            also.update(dict.fromkeys(_terms(_sounding(word, record), record, lexical)))
        if known:
            return found.group(), False
        few = nearest_to.cache_info().misses < _MOST_MENDED
        nearest = nearest_to(word) if few and len(word) >= _WHOLE else None
        also.update(dict.fromkeys(_terms([nearest], record, lexical) if nearest else ()))
        slip = (
            nearest is not None
            and not is_word(word)
            and _is_slip(found.group(), nearest, is_common=is_common)
        )
        return nearest or found.group(), slip

    mended = {found.span(): mend(found) for found in _LETTERS.finditer(question)}

    def text(*, slips: bool) -> str:
        def put(found: re.Match[str]) -> str:
            meant, slip = mended[found.span()]
            if not slips:
                return meant
            if not slip:
                return found.group()
            return meant.capitalize() if found.group()[0].isupper() else meant

        return _LETTERS.sub(put, question)

    return Respelled(text(slips=False), text(slips=True), tuple(also))


def _is_slip(written: str, meant: str, *, is_common: Callable[[str], bool]) -> bool:
    """Not where a letter stands for another: Bolton is no Boston, Macron no Micron.

    Nor where what is known is a beginning of it or a word for any sentence, or, with a capital, a
    common word that is shorter: Comey is not "come", nor Theis "this", nor Rhule "rule". But
    letters that are exchanged or doubled are slips.
    """
    (word, *_) = words(written)
    doubled = [
        f"{word[:at]}{word[at + 1 :]}"
        for at in range(1, len(word) - written[0].isupper())
        if word[at] == word[at - 1]
    ]
    if sorted(word) == sorted(meant) or meant in doubled:
        return True
    if word.startswith(meant) or is_function_word(meant):
        return False
    if written[0].isupper() and len(word) > len(meant) and is_common(meant):
        return False
    one_more = len(word) != len(meant) and damerau_levenshtein_distance(word, meant) == 1
    return one_more or (sound(word) == sound(meant) and _vowels(word) == _vowels(meant))


def _vowels(word: str) -> str:
    """In order; y is an i: Kadyrov is Kadirov."""
    return _NO_VOWEL.sub("", word.replace("y", "i"))


def _sounding(word: str, record: Record) -> list[str]:
    """Other words that sound alike and are nearly written alike."""
    alike = record.words_that_sound(sound(word)) if sound(word) else []
    apart = {one: damerau_levenshtein_distance(one, word) for one in alike}
    return [one for one, distance in apart.items() if 0 < distance <= _most(word)]


def _nearest(word: str, record: Record, lexical: Lexical) -> str | None:
    """The word that was meant by one that no document holds, if it is near.

    Source: the distance of Damerau 1964, by which most typing errors are 1.
    """
    most = _most(word)
    alike = record.words_like(word[0], len(word) - most, len(word) + most)
    apart = {one: damerau_levenshtein_distance(one, word) for one in alike}
    near = {one: distance for one, distance in apart.items() if distance <= most}
    near |= dict.fromkeys(_sounding(word, record), most)
    held = {one: _held(term(one), record, lexical) for one in near}
    return min(
        (one for one in near if held[one]),
        key=lambda one: (near[one], -held[one], one),
        default=None,
    )


def _most(word: str) -> int:
    """In how many letters another spelling may differ."""
    return 2 if len(word) >= _LONG else 1


def _held(stem: str, record: Record, lexical: Lexical) -> int:
    """In how many documents a term stands."""
    return sum(map(lexical.documents.found_in, record.term_ids([stem]).values()))


def _terms(found: Sequence[str], record: Record, lexical: Lexical) -> Iterator[int]:
    for number in record.term_ids([term(one) for one in found]).values():
        if lexical.documents.found_in(number):
            yield number
