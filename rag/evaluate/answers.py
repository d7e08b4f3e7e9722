"""Whole answers against nuggets: the five measures of the answers form.

Flow: AnswersSet + OnRecord -> `evaluate_answers` -> AnswersResult.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile
from typing import ClassVar, Literal

from rag.datatypes import Answer, Sentence
from rag.engine import Explained, OnRecord
from rag.evaluate.asking import replies
from rag.evaluate.measures import Interval, PerQuery, bootstrap, bootstrap_of_ratio
from rag.evaluate.sets import AnswersSet, GoldQuestion, Nugget
from rag.indexing import Progress


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, how it was answered, and which nuggets each shown sentence holds."""

    question: GoldQuestion
    explained: Explained = field(repr=False)
    held: tuple[frozenset[int], ...]

    @property
    def answer(self) -> Answer:
        """What was shown."""
        return self.explained.answer

    @property
    def answered(self) -> bool:
        """Whether anything was shown."""
        return self.answer.status == "answered"

    @property
    def hit(self) -> float:
        """1 where the first sentence holds a nugget."""
        return float(bool(self.held and self.held[0]))

    @property
    def recall(self) -> float:
        """Share of the nuggets that some sentence holds."""
        return len(frozenset().union(*self.held)) / len(self.question.nuggets)

    @property
    def right(self) -> bool:
        """Whether the best of it is right: a nugget first, or an abstention where that is due."""
        return bool(self.hit) if self.question.nuggets else not self.answered


@dataclass(frozen=True, slots=True)
class AnswersResult:
    """Every question as judged, and the measures over them."""

    given: AnswersSet
    judged: tuple[Judged, ...] = field(repr=False)

    form: ClassVar[Literal["answers"]] = "answers"

    @property
    def name(self) -> str:
        """Of the set."""
        return self.given.name

    @property
    def n(self) -> int:
        """How many questions the set has."""
        return len(self.given.questions)

    def per_query(self) -> PerQuery:
        """Each measure of each question that it is over.

        `hit@1`, `nugget_recall` and `answered` are over answerable questions (an abstention counts
        0), `abstained` over the others, `precision` over all that were answered.
        """
        due = {one.question.id: one for one in self.judged if one.question.nuggets}
        others = {one.question.id: one for one in self.judged if not one.question.nuggets}
        return {
            "hit@1": {name: one.hit for name, one in due.items()},
            "nugget_recall": {name: one.recall for name, one in due.items()},
            "precision": {
                one.question.id: sum(map(bool, one.held)) / len(one.held)
                for one in self.judged
                if one.held
            },
            "answered": {name: float(one.answered) for name, one in due.items()},
            "abstained": {name: float(not one.answered) for name, one in others.items()},
        }

    def measures(self) -> Mapping[str, Interval]:
        """The five measures; `precision` is over shown sentences, the others over questions."""
        means = {name: bootstrap([*of.values()]) for name, of in self.per_query().items()}
        shown = [one.held for one in self.judged if one.held]
        right = [float(sum(map(bool, held))) for held in shown]
        return means | {"precision": bootstrap_of_ratio(right, [float(len(one)) for one in shown])}


def evaluate_answers(
    given: AnswersSet,
    engine: OnRecord,
    *,
    min_confidence: float | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> AnswersResult:
    """Ask every question of the set and judge what comes back.

    Raises:
        InputInvalid: A question that cannot be asked.
    """
    given = named(given, engine.document_ids())
    found = replies(
        given.questions,
        lambda text: engine.explain(text, min_confidence=min_confidence),
        progress=progress,
    )
    return AnswersResult(given, tuple(map(judge, given.questions, found)))


def named(given: AnswersSet, documents: Iterable[str]) -> AnswersSet:
    """The set with whole ids in its nuggets; what begins none of the documents' stays as it is."""
    ids = sorted(documents)

    def whole(one: Nugget) -> Nugget:
        pairs = ((name, quote) for d, quote in one.alternatives for name in _begun_by(d, ids))
        return Nugget(tuple(pairs))

    return replace(
        given,
        questions=tuple(
            replace(question, nuggets=tuple(map(whole, question.nuggets)))
            for question in given.questions
        ),
    )


def _begun_by(beginning: str, ids: Sequence[str]) -> Sequence[str]:
    """That id itself, if it is there; else all that begin so."""
    first = bisect_left(ids, beginning)
    found = [*takewhile(lambda one: one.startswith(beginning), islice(ids, first, None))]
    return [beginning] if beginning in found or not found else found


def judge(question: GoldQuestion, explained: Explained) -> Judged:
    """Which nuggets each shown sentence holds, in the order in which they are shown."""
    shown = [one for statement in explained.answer.statements for one in statement.evidence]
    return Judged(question, explained, tuple(_held(question, one.sentence) for one in shown))


def _held(question: GoldQuestion, sentence: Sentence) -> frozenset[int]:
    numbered = enumerate(question.nuggets)
    return frozenset(number for number, nugget in numbered if nugget.is_held_by(sentence))
