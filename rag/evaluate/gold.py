"""An answers set of one's own: candidates to mark, marks to nuggets, and the file that keeps them.

Flow: question -> `Candidates` -> marks and pieces -> `nuggets_of` -> `GoldFile.put`.
Law: a quote is a slice of its sentence, and a finished question is on the disk before the next.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, zip_longest
from pathlib import Path
from random import Random

from rag.contracts import OBEYED
from rag.datatypes import Sentence
from rag.disk import replaced
from rag.engine import OnRecord
from rag.errors import ConfigInvalid, InputInvalid
from rag.evaluate.sets.answers import read_answers
from rag.evaluate.sets.lines import identity
from rag.evaluate.sets.values import GoldQuery, GoldQuestion, Nugget
from rag.terms import content_terms, terms

_DEEP = 100  # passages of a search: as deep as the deepest measure of retrieval, R@100
_MARKS = re.compile(r"[0-9]{1,6}(?:,[0-9]{1,6})*(?: [0-9]{1,6}(?:,[0-9]{1,6})*)*")
# What a keyboard has for the signs of print, and a screen for those that `terminal.shown` hides.
_TYPED = {"'": "['‘’]", '"': '["“”„«»]', "-": "[-\u2010-\u2015]", "\ufffd": "."}
_ESCAPED = re.compile(rf"{OBEYED.pattern}|[\u2028\u2029\ud800-\udfff]")

Candidate = tuple[Sentence, ...]  # a sentence and its copies: same words, same neighbours
Marks = tuple[tuple[int, ...], ...]  # numbers of candidates, one group for each part of the answer


class Candidates:
    """Sentences that may answer a question, a page at a time, numbered from 1 as they are shown.

    Args:
        engine: The index.
        question: See `OnRecord.ask`.
        depth: How many make a page.

    Raises:
        QuestionInvalid: As `OnRecord.ask`.
        ConfigInvalid: `depth` is below 1.
    """

    def __init__(self, engine: OnRecord, question: str, *, depth: int) -> None:
        if depth < 1:
            raise ConfigInvalid(f"depth is {depth}", "use 1 or more")
        self._engine, self._question, self._depth = engine, question, depth
        self._documents: dict[str, tuple[Sentence, ...]] = {}
        self.shown: list[Candidate] = []
        self._waiting = self._merged(pooled(engine, question))

    def more(self) -> tuple[Candidate, ...]:
        """The next page of the pool, shuffled; empty where nothing is left.

        The same question gives the same order, and the order tells nothing of the ranks: who knows
        them marks by them. Source: Voorhees and Harman, TREC, MIT Press 2005.
        """
        left = self._not_shown(self._waiting)
        page, self._waiting = left[: self._depth], left[self._depth :]
        Random(f"{len(self.shown)} {self._question}").shuffle(page)
        self.shown += page
        return tuple(page)

    def find(self, words: str) -> tuple[Candidate, ...]:
        """Of the sentences not shown yet those that hold the most of these words, at most a page.

        Raises:
            QuestionInvalid: As `OnRecord.ask`.
        """
        hits = self._engine.search(words, depth=_DEEP)
        sentences = _once(sentence for hit in hits for sentence in hit.passage.sentences)
        left = self._not_shown(self._merged(sentences))
        wanted = set(content_terms(words))
        held = [len(wanted.intersection(terms(one[0].text))) for one in left]
        most = max(held, default=0)
        page = [one for one, n in zip(left, held, strict=True) if n == most > 0][: self._depth]
        self.shown += page
        return tuple(page)

    def around(self, sentence: Sentence, *, reach: int) -> tuple[str, str]:
        """The text of up to `reach` sentences before one, and after it."""
        others = self._beside(sentence)
        before = [one.text for one in others if one.span.end <= sentence.span.start]
        after = [one.text for one in others if one.span.start >= sentence.span.end]
        return " ".join(before[-reach:]), " ".join(after[:reach])

    def elsewhere(self, sentence: Sentence, quote: str) -> int:
        """How many other sentences of its document hold the quote, and so would count as well."""
        return sum(quote in one.text for one in self._beside(sentence) if one.span != sentence.span)

    def _beside(self, sentence: Sentence) -> tuple[Sentence, ...]:
        name = sentence.document.id
        if name not in self._documents:
            self._documents[name] = self._engine.sentences(name)
        return self._documents[name]

    def _merged(self, sentences: Sequence[Sentence]) -> list[Candidate]:
        often = Counter(one.text for one in sentences)
        copies: dict[tuple[str, ...], list[Sentence]] = {}
        for one in sentences:
            # "He declined." elsewhere is another he; only copies have the same neighbours, too.
            neighbours = self.around(one, reach=1) if often[one.text] > 1 else ()
            copies.setdefault((one.text, *neighbours), []).append(one)
        return [tuple(each) for each in copies.values()]

    def _not_shown(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        shown = {_place(sentence) for one in self.shown for sentence in one}
        return [one for one in candidates if shown.isdisjoint(map(_place, one))]


def pooled(engine: OnRecord, question: str) -> tuple[Sentence, ...]:
    """Sentences that may answer: those of the answer, then the best of each ranking in rounds.

    A round takes three of the evidence reader's, one of the fused passages (of each the sentence
    with most words of the question) and one by these words alone, from further down than is read.

    Raises:
        QuestionInvalid: As `OnRecord.ask`.

    Source: Spärck Jones and van Rijsbergen 1975 (pooling). 20 pooled so hold every nugget of
    tests/gold/seeds and 79 % of its alternatives, 20 of the reader's alone 76 %.
    """
    explained = engine.explain(question)
    answer = [one.sentence for said in explained.answer.statements for one in said.evidence]
    read = [one.sentence for one in explained.evidence]
    wanted = set(content_terms(question))

    def cover(sentence: Sentence) -> int:
        return len(wanted.intersection(terms(sentence.text)))

    passages = [hit.passage.sentences for hit in engine.search(question, depth=_DEEP)]
    fused = [max(sentences, key=cover) for sentences in passages]
    by_words = sorted(chain.from_iterable(passages), key=cover, reverse=True)
    rounds = zip_longest(read[::3], read[1::3], read[2::3], fused, by_words)
    return _once(one for one in (*answer, *chain.from_iterable(rounds)) if one)


def _once(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Each sentence where it comes first; passages overlap."""
    first: dict[tuple[str, int], Sentence] = {}
    for one in sentences:
        first.setdefault(_place(one), one)
    return tuple(first.values())


def _place(sentence: Sentence) -> tuple[str, int]:
    return sentence.document.id, sentence.span.start


def marks_of(line: str, *, shown: int) -> Marks:
    """What was typed as numbers of candidates: "1,4 7" is 1 or 4, and 7.

    Args:
        line: As it was typed.
        shown: How many candidates there are to choose from.

    Raises:
        InputInvalid: It is something else, or a number that was not shown.
    """
    line = re.sub(r" ?, ?", ",", " ".join(line.split()))
    if not _MARKS.fullmatch(line):
        raise InputInvalid(f"“{line[:40]}” is no mark and no command", "type help to see them")
    groups = [dict.fromkeys(map(int, group.split(","))) for group in line.split(" ")]
    for number in chain.from_iterable(groups):
        if not 1 <= number <= shown:
            raise InputInvalid(f"there is no sentence {number}", f"use 1 to {shown}")
    return tuple(dict.fromkeys(tuple(group) for group in groups))


def piece_of(text: str, typed: str) -> str | None:
    """The part of a text that was typed, as it stands there; `None` where it does not.

    White space may differ, and quotation marks and dashes as keyboards have them; "..." between two
    words stands for all that is between them.
    """
    chunks = re.split(r"\s(?:\.{3}|…)\s", " ".join(unicodedata.normalize("NFC", typed).split()))
    patterns = [re.compile(r"\s+".join(map(_as_typed, chunk.split()))) for chunk in chunks]
    first = found = patterns[0].search(text)
    for pattern in patterns[1:]:
        found = found and pattern.search(text, found.end())
    return (text[first.start() : found.end()].strip() or None) if first and found else None


def _as_typed(word: str) -> str:
    return "".join(_TYPED.get(sign, re.escape(sign)) for sign in word)


def nuggets_of(
    marks: Marks, shown: Sequence[Candidate], *, pieces: Mapping[int, str]
) -> tuple[Nugget, ...]:
    """A nugget for each group of marks; a copy of a sentence is an alternative, too.

    Args:
        marks: Numbers from 1.
        shown: The candidates in the order of their numbers.
        pieces: By number, what to quote instead of the whole sentence.
    """
    return tuple(
        Nugget(
            tuple(
                dict.fromkeys(
                    (sentence.document.id, pieces.get(number, sentence.text))
                    for number in group
                    for sentence in shown[number - 1]
                )
            )
        )
        for group in marks
    )


# questions and the file


class GoldFile:
    """The `questions.jsonl` of a folder, which is made where it is not there.

    Raises:
        InputInvalid: A line is no question of the answers form.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "questions.jsonl"
        self._content = self._read()
        self.done = list(read_answers(folder).questions) if self._content.strip() else []

    def put(self, question: GoldQuestion) -> None:
        """Add a question, or replace the one of its id. It is on the disk when this returns.

        Raises:
            InputInvalid: Another program changed the file meanwhile.
        """
        if self._read() != self._content:
            raise InputInvalid(f"{self.path}: changed by another program", "run the command again")
        lines = [line for line in self._content.split(b"\n") if _is_written(line)]
        ids = [one.id for one in self.done]
        place = ids.index(question.id) if question.id in ids else len(ids)
        lines[place : place + 1] = [_line(question)]
        content = b"\n".join(lines) + b"\n"
        with replaced(self.path) as file:
            file.write(content)
        self._content = content
        self.done[place : place + 1] = [question]

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""


def _is_written(line: bytes) -> bool:
    return bool(line.decode().strip("\ufeff\r\n").strip())


def _line(question: GoldQuestion) -> bytes:
    nuggets = [nugget.alternatives for nugget in question.nuggets]
    row = {"id": question.id, "question": question.text, "nuggets": nuggets}
    line = json.dumps(row, ensure_ascii=False)
    return _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", line).encode()


@dataclass(frozen=True, slots=True)
class Given:
    """A question as it stands in a file, and where that is."""

    where: str
    id: str | int | None
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The questions that are left to do, how many are done, and where one stands again."""

    left: tuple[GoldQuery, ...]
    done: int
    twice: tuple[str, ...]


def plan(given: Iterable[Given], done: Sequence[GoldQuestion]) -> Plan:
    """Which of the given questions are not done yet.

    Without an id a question gets the first of q1, q2, … that is free; a second run gives the same.

    Raises:
        InputInvalid: An id that cannot be one, or that stands for two questions.
    """
    owner = {one.id: same(one.text) for one in done}
    known = set(owner.values())
    seen: set[str] = set()
    left, twice = [], []
    for one in given:
        words = same(one.text)
        if words in seen:
            twice.append(one.where)
            continue
        seen.add(words)
        name = identity(one.id, one.where) if one.id not in (None, "") else None
        if name and owner.setdefault(name, words) != words:
            raise InputInvalid(f"{one.where}: id {name!r} of another question", "give each its own")
        if words not in known:
            left.append((name, one.text.strip()))
    free = free_ids(owner)
    queries = tuple(GoldQuery(name or next(free), text) for name, text in left)
    return Plan(queries, len(seen) - len(left), tuple(twice))


def free_ids(taken: Container[str]) -> Iterator[str]:
    """Those of q1, q2, … that are not taken."""
    return (name for number in count(1) if (name := f"q{number}") not in taken)


def same(question: str) -> str:
    """Equal for questions that differ in white space or capitals only."""
    return " ".join(unicodedata.normalize("NFC", question).split()).casefold()
