"""Measure retrieval, evidence and answers on data sets.

Flow: path -> `read_set` -> a set -> `evaluate_…` or `judge_run` -> a result: its measures, per
query and as means with intervals.
"""

from rag.evaluate.answers import AnswersResult, Judged, evaluate_answers
from rag.evaluate.compare import Comparison, compare
from rag.evaluate.corpus import bring, kept_index
from rag.evaluate.losses import Result
from rag.evaluate.measures import Interval, Run
from rag.evaluate.retrieval import RetrievalResult, evaluate_retrieval, judge_run
from rag.evaluate.runs import read_run, write_run
from rag.evaluate.selection import SelectionResult, evaluate_selection
from rag.evaluate.sets import (
    ANY_DOCUMENT,
    AnswersSet,
    GoldQuery,
    GoldQuestion,
    Nugget,
    RetrievalSet,
    SelectionQuestion,
    SelectionSet,
    lists_its_ids,
    read_set,
)
from rag.evaluate.vary import Setting, Trial, best_first, grid, trial

__all__ = [
    "ANY_DOCUMENT",
    "AnswersResult",
    "AnswersSet",
    "Comparison",
    "GoldQuery",
    "GoldQuestion",
    "Interval",
    "Judged",
    "Nugget",
    "Result",
    "RetrievalResult",
    "RetrievalSet",
    "Run",
    "SelectionQuestion",
    "SelectionResult",
    "SelectionSet",
    "Setting",
    "Trial",
    "best_first",
    "bring",
    "compare",
    "evaluate_answers",
    "evaluate_retrieval",
    "evaluate_selection",
    "grid",
    "judge_run",
    "kept_index",
    "lists_its_ids",
    "read_run",
    "read_set",
    "trial",
    "write_run",
]
