"""The words of a text as search terms: one analysis for BM25 and for lexical cover.

Flow: text -> terms() -> tuple of stems; `content_terms` leaves out words without a subject.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from threading import local

import Stemmer
from jellyfish import metaphone

from rag.readers.normal import POWERS, UNSEEN

# Function words and the words of asking: they stand in every passage and tell nothing of it.
_STOP = frozenset(
    """a about according after all also am an and any are as at be because been before being but by
    can could did do does doing done during each for from get got had has have having he her hers
    him his how i if in into is it its itself just like may me might more most much must my no nor
    not of off on once only or other our ours out over own say said saying says shall she should so
    some such tell than that the their theirs them then there these they this those through to too
    under until up upon us very was we were what when where which while who whom whose why will with
    would you your yours""".split()  # noqa: SIM905  a list of 170 strings reads worse
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
POSSESSIVE = re.compile(r"['’]s?$")
_SIGNS = re.compile(f"[™℠©®{UNSEEN}]")  # no letters of the word they stand at, as NFKD has it
# 10⁶ is not 106, nor 2019³ 20193, and a line may be broken at a space of no width.
_APART = re.compile(f"\u200b|(?<=[0-9])(?=[{POWERS}])")
# Another version may give other stems, by which nothing would be found or removed again.
STEMMER = f"Snowball {Stemmer.version()}"
SHORTEST_NAME = 4  # letters; below, too many words sound alike
_THREAD = local()  # a Snowball stemmer keeps state and must not be shared between threads


def _stem(word: str) -> str:
    if not hasattr(_THREAD, "stem"):
        _THREAD.stem = lru_cache(65_536)(Stemmer.Stemmer("english").stemWord)
    return str(_THREAD.stem(word))


def _folded(text: str) -> str:
    if text.isascii():  # nothing to decompose
        return text.casefold()
    # Folded before marks are dropped, too: the iota below a Greek vowel is a mark and a letter.
    folded = unicodedata.normalize("NFD", _SIGNS.sub("", _APART.sub(" ", text))).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """All words in order, as they are compared: case, accents and possessives folded."""
    return [POSSESSIVE.sub("", word.group()) for word in _WORD.finditer(_folded(text))]


def terms(text: str) -> tuple[str, ...]:
    """Stems of all words, in order: case, accents and possessives folded, 5,500 as 5500.

    Source: Snowball English (Porter2), M. Porter 2001.
    """
    return tuple(term(word) for word in words(text))


def content_terms(text: str) -> tuple[str, ...]:
    """The different terms that carry the subject, in order of appearance.

    Where a text has function words only ("Who is he?"), all its terms.
    """
    return tuple(dict.fromkeys(term(word) for word in content_words(text)))


def content_words(text: str) -> list[str]:
    """The words that carry the subject, or all where there are none."""
    found = words(text)
    return [word for word in found if word not in _STOP] or found


def capitals_tell(text: str) -> bool:
    """Whether capitals mark names: not in a Headline Like This, NOR WHERE ALL ARE CAPITALS."""
    _, *others = re.findall(r"[^\W\d_]+", text) or [""]
    if text.isupper():
        return not any(is_function_word(word.casefold()) for word in others)
    # "US", "WHO" and "IT" are names, and one "May" or "Will" makes no headline.
    small = [each for each in others if is_function_word(each.casefold()) and each[1:].islower()]
    high = [each[0].isupper() for each in small].count(True)
    return high < 2 or 2 * high <= len(small)


def is_function_word(word: str) -> bool:
    """Whether a folded word carries no subject by itself."""
    return word in _STOP


def content_pairs(found: Sequence[str]) -> list[tuple[str, str]]:
    """The words that stand side by side, where both carry the subject: "prime minister"."""
    return [pair for pair in pairwise(found) if _STOP.isdisjoint(pair)]


def term(word: str) -> str:
    """The stem of a folded word; 5,500 as 5500."""
    if word[0].isdigit():
        return re.sub(r",(?=\d{3})", "", word)
    return _stem(word.replace("’", "'"))


def sound(word: str) -> str:
    """By which spellings of a name are found; empty for what is no word of Latin letters.

    Source: Metaphone, L. Philips 1990.
    """
    return metaphone(word) if len(word) >= SHORTEST_NAME and word.isalpha() else ""
