"""What is plainly to be seen of a sentence beside what the model says of it.

Flow: question + sentences of a passage -> `facts` -> a table of numbers that calibration reads.
"""

import math
import re
from calendar import day_name
from collections.abc import Mapping, Sequence, Set
from functools import cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Query, Sentence
from rag.evidence.answer_type import expected_type, match
from rag.evidence.dates import day_in_words
from rag.quotes import BELONGING, TITLES
from rag.terms import POSSESSIVE, capitals_tell, is_function_word, terms, words

FACTS = (
    "cover",
    "cover_in_context",
    "names_in_context",
    "names_in_passage",
    "answer_type",
    "said",
    "unsaid",
    "stranger",
    "astray",
)
WRITTEN = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BELONGING = re.compile(rf"[^\W_]+['’]s? (?:\w+ )?(?:{'|'.join(sorted(BELONGING))})\b")
_PERSONAL = frozenset(["he", "she", "they", "his", "her", "their", "i", "we", "my", "our"])
_ALIKE = 4  # letters; spellings of one name (Zelensky, Zelenskyy, Kirilov, Kirillov) share them


def term_weights(counts: Mapping[str, int], passages: int) -> dict[str, float]:
    """Inverse document frequency of the question's terms, as shares that sum to 1.

    Source: the probabilistic form of Robertson and Sparck Jones 1976, kept above 0.
    """
    raw = {term: math.log(1 + passages / (0.5 + count)) for term, count in counts.items()}
    total = sum(raw.values()) or 1.0
    return {term: weight / total for term, weight in raw.items()}


def facts(
    query: Query, weights: Mapping[str, float], sentences: Sequence[Sentence], *, title: str
) -> NDArray[np.float64]:
    """What is seen of each sentence of a passage, in the order of `FACTS`.

    Args:
        query: As it was asked; its form tells what kind of answer is expected, and whose words.
        weights: Share of each term of its subject (`subject_terms`); sums to 1.
        sentences: Of one passage, in order.
        title: Of their document; with the sentence before, it is the context of a sentence.

    Returns:
        Each 0 to 1, but -1 to 1 for type of answer. Shape: (n_sentences, n_facts).
    """
    expected = expected_type(query.text)
    named = names(query.text)
    of_title = set(terms(title))
    held = [set(terms(sentence.text)) for sentence in sentences]
    passage = of_title.union(*held)
    of_passage = names_found(named, passage)
    stranger = float(query.of_stranger)
    dated = set[str]()
    if query.speaker is not None and sentences and (day := sentences[0].document.date):
        dated.update(terms(day_in_words(day)))
    theirs = [not _is_anothers(query, sentence) for sentence in sentences]
    near = of_title.union(dated, *compress(held, theirs))
    rows = []
    for place, here in enumerate(held):
        context = here | of_title | (held[place - 1] if place else set())
        near |= here
        away = query.speaker is not None and astray(query, weights.keys(), near)
        rows.append(
            (
                sum(weight for term, weight in weights.items() if term in here),
                sum(weight for term, weight in weights.items() if term in context),
                names_found(named, context),
                of_passage,
                match(expected, sentences[place].text, asked=weights.keys()),
                *said(query, sentences[place]),
                stranger,
                float(away),
            )
        )
    return np.array(rows, np.float64).reshape(len(rows), len(FACTS))


def said(query: Query, sentence: Sentence) -> tuple[float, float]:
    """Whether whoever was asked for says it, and whether they plainly do not; 0 or 1 each.

    They do not where somebody else says it, nor where nobody does and neither their surname nor a
    pronoun tells of them: "Putin's spokesman" does not.
    """
    if query.speaker is None:
        return 0.0, 0.0
    if query.unnamed and {*terms(query.speaker)} <= {*terms(sentence.text)}:
        return 0.0, 0.0  # "Putin's spokesman said": nobody knows by name
    if sentence.speaker is not None:
        mine = sentence.speaker in query.people
        return float(mine), float(not mine)
    here = {*terms(_BELONGING.sub("", sentence.text))}
    surnames = {name.split()[-1] for name in (query.speaker, *query.people)}
    told = any(names_found([name], here) for name in surnames)
    return 0.0, float(not told and _PERSONAL.isdisjoint(words(sentence.text)))


def _is_anothers(query: Query, sentence: Sentence) -> bool:
    """Whether one says it who is not among the people that were asked for."""
    speaker = sentence.speaker
    return bool(query.people) and speaker is not None and speaker not in query.people


def astray(query: Query, subject: Set[str], near: Set[str]) -> bool:
    """Whether a passage is on something else: it lacks the subject's terms, or one of its names.

    Not the names of who speaks, nor those by which an office calls them. `near` are the terms of
    the passage, its title and its date; but for what others say behind the sentence in question:
    an answer goes to what was said before.
    """
    if subject.isdisjoint(near):
        return True
    whose = {term for name in (query.speaker or "", *query.people) for term in terms(name)}
    if whose and whose.isdisjoint(terms(query.text)):
        return False
    return names_found(sought(query.text), near | whose | _anywhere()) < 1


@cache
def _anywhere() -> frozenset[str]:
    """Terms of titles, which a text may leave out, and of the days of a week."""
    return frozenset(term for word in (*TITLES, *day_name) for term in terms(word))


def sought(question: str) -> tuple[str, ...]:
    """Names and numbers of a question as written.

    Not those in capitals alone, which may be written out: EU, U.S.
    """
    told = capitals_tell(question)

    def is_sought(place: int, word: str) -> bool:
        in_capitals = POSSESSIVE.sub("", word).isupper()
        name = told and place > 0 and word[0].isupper() and not in_capitals
        return word[0].isdigit() or (name and not is_function_word(word.casefold()))

    written = enumerate(WRITTEN.findall(question))
    return tuple(dict.fromkeys(word for place, word in written if is_sought(place, word)))


def names(question: str) -> tuple[str, ...]:
    """Words of a question that name: with a capital, but for the first word, or with a digit."""
    words, told = enumerate(_WORD.findall(question)), capitals_tell(question)
    return tuple(w for place, w in words if w[0].isdigit() or (told and place and w[0].isupper()))


def names_found(named: Sequence[str], there: Set[str]) -> float:
    """Share of the names whose terms, or terms spelled alike, are there; 1 without names."""
    if not named:
        return 1.0
    alike = {term[:_ALIKE] for term in there if len(term) > _ALIKE and term.isalpha()}

    def found(name: str) -> bool:
        return all(
            term in there or (len(term) > _ALIKE and term[:_ALIKE] in alike) for term in terms(name)
        )

    return sum(map(found, named)) / len(named)
