"""Scored sentences to an answer: choose, group what says the same, or abstain.

Flow: Query + Evidence -> `compose` -> Answer. A sentence is shown as it stands in its document;
nothing is joined, cut or reworded.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

from rag.asked import asking_terms, subject_terms
from rag.check.changes import is_figure, is_negation
from rag.check.words import words as compared
from rag.datatypes import Answer, Evidence, Passage, Query, Reason, Statement
from rag.errors import ConfigInvalid
from rag.evidence.dates import day_in_words
from rag.evidence.facts import WRITTEN, names_found, sought
from rag.opposed import oppose
from rag.quotes import BELONGING, RELATED, Name, name_of, same_person
from rag.terms import (
    content_terms,
    content_words,
    is_function_word,
    sound,
    term,
    terms,
    words,
)

_HEARD = 3  # other speakers that are named
_ASKING = frozenset(  # terms that tell what kind of answer is wanted
    map(
        term,
        """happen happening many often latest recent recently new news kind long anyone anybody
        anything someone somebody something people reason list want ago every""".split(),  # noqa: SIM905
    )
)
_INQUIRING = frozenset(map(term, ("ask", "question", "wonder")))
_TWO_CAPITALS = re.compile(  # but for "in April Soto", "since June Soto"
    r"(?<!\b[Ii]n )(?<!\b[Ss]ince )(?=\b([A-Z][\w’'-]+) ([A-Z][\w-]+))"
)
_NOT_OF_NAMESAKES = BELONGING | RELATED | {"he", "she", "his", "her", "him", "who", "whom", "whose"}
_PLACING = frozenset(
    "in on at of for from to with near after before since until under over".split()  # noqa: SIM905
)
_UNITS = frozenset("percent % ‰ $ € £ ¥ ¢".split())  # noqa: SIM905


@dataclass(frozen=True, kw_only=True, slots=True)
class ComposeConfig:
    """How an answer is put together.

    `min_confidence`: probability below which the answer is to abstain. `keep`: share of the best
    sentence's probability that a further one needs. `most`: statements at the most. `same`: overlap
    (Jaccard) of content terms from which two sentences say the same.
    """

    min_confidence: float
    keep: float = 0.7
    most: int = 8
    same: float = 0.7

    def __post_init__(self) -> None:
        for name in ("min_confidence", "keep", "same"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ConfigInvalid(f"{name} is {value}", "use a number from 0 to 1")


def compose(
    query: Query, evidence: Sequence[Evidence], *, unanswered: Reason, config: ComposeConfig
) -> Answer:
    """The sentences that answer, grouped; or an abstention with `unanswered` as its reason.

    Args:
        query: The question.
        evidence: Each sentence once, best first.
        unanswered: The reason to give where no sentence is good enough.
        config: Thresholds.
    """
    sought_names = _full_names(query.text)
    evidence = [
        one
        for one in evidence
        if not (_tells_nothing(query, one) or _is_of_namesake(query, sought_names, one))
    ]
    confidence = evidence[0].probability if evidence else 0.0
    if confidence < config.min_confidence or not evidence:
        return Answer(
            query.text,
            (),
            confidence,
            "abstained",
            unanswered,
            nearest=_nearest(evidence),
            missing=_missing(query, evidence),
            unheard=query.speaker,
            stranger=query.of_stranger and not _is_heard(query, evidence),
            heard=_heard(query, evidence),
        )
    enough = max(config.min_confidence, config.keep * confidence)
    chosen = [one for one in evidence if one.probability >= enough]
    statements = group(chosen, same=config.same)[: config.most]
    missing = _lacking(query, evidence)
    return Answer(query.text, statements, confidence, "answered", missing=missing)


def _tells_nothing(query: Query, one: Evidence) -> bool:
    """Whether words lead to others and hold nothing of the question ("Notes to editors:"), or ask.

    What somebody asks answers where somebody's words are asked for.
    """
    text = one.sentence.text
    if text.endswith("?"):
        wants_words = asking_terms() | _INQUIRING
        return query.speaker is None and wants_words.isdisjoint(terms(query.text))
    return text.endswith(":") and {*content_terms(query.text)}.isdisjoint(terms(text))


def _full_names(text: str) -> tuple[Name, ...]:
    """Names of two words, the first of which is known for a given name."""
    found = _TWO_CAPITALS.findall(text)
    pairs = (" ".join(pair) for pair in found if not is_function_word(pair[0].casefold()))
    return tuple(one for one in map(name_of, pairs) if one is not None and one.given and one.gender)


def _is_of_namesake(query: Query, asked: Sequence[Name], one: Evidence) -> bool:
    """Whether it tells of another who has the surname: of Bo Soto, where Ana Soto is asked for.

    Not where a word may join them ("her son, Bo Soto") or it asks who; nor what she says of him,
    nor where her given name stands: "Ana and Bo Soto", "Ana Maria Soto".
    """
    if not asked or one.sentence.speaker in query.people:
        return False
    text = one.sentence.text
    here, asking = {*words(text)}, {*words(query.text)}
    if not _NOT_OF_NAMESAKES.isdisjoint(here | asking):
        return False
    told = _full_names(text)
    for name in asked:
        namesakes = [each for each in told if each.surname == name.surname]
        others = [each for each in namesakes if not same_person(each.full, name.full)]
        named = len(re.findall(rf"\b{re.escape(name.surname)}\b", text))
        only = 0 < named == len(others) and name.given.lower() not in here
        if only and asking.isdisjoint(each.given.lower() for each in others):
            return True
    return False


def _is_heard(query: Query, evidence: Sequence[Evidence]) -> bool:
    """Whether somebody speaks in what was read whose name holds the one that was asked for."""
    asked = {*terms(query.speaker or "")}
    return any(asked <= {*terms(one.sentence.speaker or "")} for one in evidence)


def _nearest(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The best sentence of each of the three nearest passages."""
    best: dict[Passage, Evidence] = {}
    for one in evidence:
        best.setdefault(one.hit.passage, one)
    return tuple(best.values())[:3]


def _missing(query: Query, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Words of the question that no passage that was read holds, nor its title; as asked."""
    held = {*chain.from_iterable(_held(evidence))}
    if not held:
        return ()
    called = terms(query.speaker or "") if query.people else ()  # spelled otherwise, perhaps
    known = held.union(called, asking_terms(), _ASKING)
    subject = {*content_words(query.text)}
    lacking = {
        term(word): written
        for written in WRITTEN.findall(query.text)
        for word in words(written)
        if word in subject and term(word) not in known
    }
    each = dict.fromkeys(lacking.values())
    return tuple(word for word in each if not _is_spelled_out(word, evidence))


def _is_spelled_out(word: str, evidence: Sequence[Evidence]) -> bool:
    """Whether words in a row that were read begin with the letters of one in capitals: AI, EU."""
    if not (word.isalpha() and word.isupper() and len(word) > 1):
        return False
    begun = r"\w+ (?:(?:of|the|and|for) )*".join(word)
    spelled = re.compile(rf"\b{begun}\w+")
    texts = (f"{one.document.title or ''}\n{one.text}" for one in _passages(evidence))
    return any(map(spelled.search, texts))


def _passages(evidence: Sequence[Evidence]) -> Iterable[Passage]:
    """Those that were read, the nearest first."""
    return dict.fromkeys(each.hit.passage for each in evidence)


def _held(evidence: Sequence[Evidence]) -> Iterator[tuple[str, ...]]:
    """Terms of each passage that was read, of its title and its date, the nearest first."""
    for one in _passages(evidence):
        day = day_in_words(one.document.date) if one.document.date else ""
        yield terms(f"{one.document.title or ''} {one.text} {day}")


def _lacking(query: Query, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Names and numbers of the question that no passage that was read holds, but for who speaks.

    Not those in capitals alone, which may be written out: EU, U.S.
    """
    lacking = [*sought(query.text)]
    held = set[str]()
    for some in chain(map(terms, query.people), _held(evidence)):
        if not lacking:  # mostly after the first passage
            break
        held.update(some)
        lacking = [one for one in lacking if not names_found([one], held)]
    return tuple(lacking)


def notes(answer: Answer) -> tuple[str, ...]:
    """What is told beside an answer or the reason of none, in sentences.

    They may hold text of documents and of the question.
    """
    found = []
    if answer.read_as is not None:
        found.append(f"Read as: {answer.read_as}")
    if answer.stranger:
        found.append(f"Nobody called {answer.unheard} speaks in these documents.")
    elif answer.unheard is not None:
        found.append(f"No words of {answer.unheard} that answer it were found.")
    if answer.heard:
        others = [f"{who}, in {count} article{'s' * (count > 1)}" for who, count in answer.heard]
        found.append(f"On the subject speaks {'; '.join(others)}.")
    if answer.missing:
        words = ", ".join(f"“{word}”" for word in answer.missing)
        found.append(f"Nothing near the question mentions {words}.")
    if answer.undated:
        left = (
            "document without a date is" if answer.undated == 1 else "documents without a date are"
        )
        found.append(f"{answer.undated:,} {left} left out by the filter.")
    return tuple(found)


def _heard(query: Query, evidence: Sequence[Evidence]) -> tuple[tuple[str, int], ...]:
    """Who else speaks on the subject where somebody's words were asked for, most documents first.

    On the subject is what holds half of the question's terms, without the name and the words that
    ask for speech.
    """
    if query.speaker is None:
        return ()
    subject = {*subject_terms(query)}
    documents: dict[str, set[str]] = {}
    for one in evidence:
        who = one.sentence.speaker
        if who is None or who in query.people or not subject:
            continue
        held = {*terms(f"{one.hit.passage.document.title or ''} {one.sentence.text}")}
        if 2 * len(subject & held) >= len(subject):
            documents.setdefault(who, set()).add(one.sentence.document.id)
    counts = {who: len(some) for who, some in documents.items()}
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))[:_HEARD]


def group(evidence: Sequence[Evidence], *, same: float) -> tuple[Statement, ...]:
    """Sentences that say the same as one statement; order of the best of each is kept.

    What two people say is two statements, be it in the same words; so is what somebody says and
    what a document says by itself.
    """
    groups: list[list[Evidence]] = []
    for one in evidence:
        for members in groups:
            speakers = {_voice(each) for each in (*members, one)} - {None}
            texts = members[0].sentence.text, one.sentence.text
            if len(speakers) < 2 and say_the_same(*texts, least=same):
                members.append(one)
                break
        else:
            groups.append([one])
    return tuple(Statement(tuple(members)) for members in groups)


def _voice(one: Evidence) -> str | None:
    """Who says a sentence, "" where that is its writer; `None` where it is not told."""
    return one.sentence.speaker or ("" if one.sentence.kind == "text" else None)


def say_the_same(a: str, b: str, *, least: float) -> bool:
    """Whether two sentences share most terms, and no number, negation, opposite or name differs.

    Names in another order tell something else, too: who attacked whom.

    Source: `python benchmarks/same_statement.py` measures it on news paraphrases.
    """
    one, other = set(content_terms(a)), set(content_terms(b))
    return (
        len(one & other) >= least * len(one | other)
        and _same_figures(a, b)
        and not oppose(set(terms(a)), set(terms(b)))
        and _same_names(a, b)
    )


def _same_figures(a: str, b: str) -> bool:
    """Whether both have the same figures, of the same things, and both negate or neither does."""
    (one, negated), (other, denied) = _figures(a), _figures(b)
    if negated != denied or one.keys() != other.keys():
        return False
    numbers, others = ([n for n in some if n not in _UNITS] for some in (one, other))
    return numbers == others or all(
        any(x == y for x, y in zip(one[n], other[n], strict=True)) for n in numbers
    )


def _figures(text: str) -> tuple[dict[str, tuple[str, str]], bool]:
    """The figures of a sentence, each with the words beside it; and whether it negates."""
    found = compared(text).folded
    beside: dict[str, tuple[str, str]] = {}
    for place, word in enumerate(found):
        if is_figure(word) and word != "one":
            behind = next((each for each in found[place + 1 :] if not is_figure(each)), "")
            beside.setdefault(word, (found[place - 1] if place else "", behind))
    return beside, any(map(is_negation, found))


def _same_names(a: str, b: str) -> bool:
    """Whether no name stands in the place of another, and those that act are in one order."""
    one, other = _subject_words(a), _subject_words(b)
    steps = SequenceMatcher(
        None, [each.sound for each in one], [each.sound for each in other], autojunk=False
    ).get_opcodes()
    for tag, start, stop, at, to in steps:
        if tag == "replace" and all(each.name for each in (*one[start:stop], *other[at:to])):
            return False
    acting, others = ([each.sound for each in some if each.acts] for some in (one, other))
    return [it for it in acting if it in others] == [it for it in others if it in acting]


@dataclass(frozen=True, slots=True)
class _SubjectWord:
    """A word that carries a subject; `name`: has a capital; `acts`: a name behind no "in", "of"."""

    sound: str
    name: bool
    acts: bool


def _subject_words(text: str) -> list[_SubjectWord]:
    found = list[_SubjectWord]()
    placed, last = False, 0
    for match in WRITTEN.finditer(text):
        written, between = match.group(), text[last : match.start()].strip()
        name, last = written[0].isupper(), match.end()
        if written.casefold() in _PLACING:
            placed = True
        elif between or not (name or written in ("a", "an", "the")):
            placed = False
        found += [
            _SubjectWord(sound(word) or term(word), name, name and not placed)
            for word in words(written)
            if not is_function_word(word)
        ]
    return found
