"""Whole answers against nuggets: the five measures of the answers form.

Flow: AnswersSet + OnRecord -> `evaluate_answers` -> AnswersReport.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rag.datatypes import Answer, Evidence
from rag.engine import OnRecord
from rag.evaluate.measures import Interval, bootstrap
from rag.evaluate.sets import AnswersSet, GoldQuestion


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, its answer, and which nuggets each shown sentence holds."""

    question: GoldQuestion
    answer: Answer
    held: tuple[frozenset[int], ...]

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
class AnswersReport:
    """Every question as judged, and the measures over them."""

    name: str
    judged: tuple[Judged, ...]

    def measures(self) -> Mapping[str, Interval]:
        """The five measures, by the names of the contract.

        `hit@1` and `nugget_recall` are over answerable questions (an abstention counts 0),
        `precision` over shown sentences, `answered` over answerable questions, `abstained` over
        the others.
        """
        due = [one for one in self.judged if one.question.nuggets]
        others = [one for one in self.judged if not one.question.nuggets]
        return {
            "hit@1": bootstrap([one.hit for one in due]),
            "nugget_recall": bootstrap([one.recall for one in due]),
            "precision": bootstrap([float(bool(held)) for one in self.judged for held in one.held]),
            "answered": bootstrap([float(one.answered) for one in due]),
            "abstained": bootstrap([float(not one.answered) for one in others]),
        }


def evaluate_answers(
    given: AnswersSet, engine: OnRecord, *, min_confidence: float | None = None
) -> AnswersReport:
    """Ask every question of the set and judge what comes back."""
    judged = tuple(
        judge(question, engine.ask(question.text, min_confidence=min_confidence))
        for question in given.questions
    )
    return AnswersReport(given.name, judged)


def judge(question: GoldQuestion, answer: Answer) -> Judged:
    """Which nuggets each shown sentence holds, in the order in which they are shown."""
    shown = [one for statement in answer.statements for one in statement.evidence]
    return Judged(question, answer, tuple(_held(question, one) for one in shown))


def _held(question: GoldQuestion, one: Evidence) -> frozenset[int]:
    sentence = one.sentence
    return frozenset(
        number
        for number, nugget in enumerate(question.nuggets)
        if nugget.is_held_by(sentence.document.id, sentence.text)
    )
