"""Measure answers on a data set: sets, measures, and the run that joins them."""

from rag.evaluate.answers import AnswersReport, evaluate_answers
from rag.evaluate.measures import Interval, bootstrap
from rag.evaluate.sets import AnswersSet, GoldQuestion, Nugget, read_answers_set

__all__ = [
    "AnswersReport",
    "AnswersSet",
    "GoldQuestion",
    "Interval",
    "Nugget",
    "bootstrap",
    "evaluate_answers",
    "read_answers_set",
]
