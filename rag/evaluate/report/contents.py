"""All that a report says, as one value that both of its files are written from.

Flow: result + losses -> `contents` -> Contents -> `as_json`, and `page.page`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from math import isnan
from pathlib import Path

from rag.contracts import Json
from rag.engine import IndexInfo
from rag.evaluate.answers import AnswersResult
from rag.evaluate.losses import NOT_WANTED, Came, Loss, Piece, Result, Stage
from rag.evaluate.measures import Interval
from rag.evaluate.report.curves import (
    Operating,
    Reliability,
    precision_by_threshold,
    recall_by_depth,
    reliability_of_answers,
    reliability_of_sentences,
)
from rag.evaluate.report.words import GLOSSES
from rag.evaluate.retrieval import RetrievalResult
from rag.evaluate.selection import SelectionResult

REPORT = "onrecord.report/1"
_DIGITS = 6  # of a value of one query and of a point of a curve


@dataclass(frozen=True, slots=True)
class StageCount:
    """How often something ended at a stage, of how many that could have; `found`: at none."""

    stage: Stage | None
    count: int
    of: int

    @property
    def share(self) -> float | None:
        """0 to 1; `None` where nothing could have."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Case:
    """A query that something went wrong with, and all of its losses."""

    query: str
    text: str
    value: float
    losses: tuple[Loss, ...]

    @property
    def came(self) -> tuple[Came, ...]:
        """What came, best first."""
        return self.losses[0].came

    @property
    def found(self) -> tuple[tuple[Piece, ...], ...]:
        """What was wanted and is in its place, each as alternatives."""
        return self.losses[0].found

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Where it went wrong, each once, in the order of the stages."""
        return tuple(stage for stage in Stage if any(loss.stage == stage for loss in self.losses))


@dataclass(frozen=True, slots=True)
class Contents:
    """A report: what was measured on what, per query, where it was lost, and the curves.

    `queries` are their texts by id, in the order of the set. A curve that the form does not have
    is empty.
    """

    name: str
    form: str
    n: int
    at: datetime
    version: str
    index: Mapping[str, str | int] | None
    measures: Mapping[str, Interval]
    per_query: Mapping[str, Mapping[str, float]] = field(repr=False)
    queries: Mapping[str, str] = field(repr=False)
    stages: tuple[StageCount, ...]
    cases: tuple[Case, ...] = field(repr=False)
    recall: tuple[float, ...] = field(default=(), repr=False)
    operating: tuple[Operating, ...] = field(default=(), repr=False)
    reliability: Reliability | None = field(default=None, repr=False)

    @property
    def date(self) -> str:
        """Of the report, to the minute: the one thing that differs when it is made again."""
        return self.at.strftime("%Y-%m-%dT%H:%MZ")


def contents(
    result: Result, losses: Sequence[Loss], *, index: IndexInfo | None, at: datetime
) -> Contents:
    """What a report says of a result.

    Args:
        result: Of any form.
        losses: Of it, worst query first.
        index: What it was measured on, if on an index.
        at: Now, in UTC.
    """
    return Contents(
        name=result.name,
        form=result.form,
        n=result.n,
        at=at,
        version=version("onrecord"),
        index=None if index is None else _built_with(index),
        measures=result.measures(),
        per_query=result.per_query(),
        queries=dict(_queries(result)),
        stages=tuple(_stage_counts(result, losses)),
        cases=_cases(losses),
        recall=recall_by_depth(result) if isinstance(result, RetrievalResult) else (),
        operating=precision_by_threshold(result) if isinstance(result, AnswersResult) else (),
        reliability=_reliability(result),
    )


def _built_with(index: IndexInfo) -> dict[str, str | int]:
    """Settings and counts; of an encoder in a folder its name, since reports are passed on."""
    encoder = Path(index.settings.encoder)
    known = {"encoder": encoder.name} if encoder.is_absolute() else {}
    return {**asdict(index.settings), **known, **asdict(index.counts)}


def _queries(result: Result) -> Iterator[tuple[str, str]]:
    if isinstance(result, RetrievalResult):
        yield from ((query.id, query.text) for query in result.given.queries)
    else:
        yield from ((question.id, question.text) for question in result.given.questions)


def _cases(losses: Sequence[Loss]) -> tuple[Case, ...]:
    by_query: dict[str, list[Loss]] = {}
    for loss in losses:
        by_query.setdefault(loss.query, []).append(loss)
    return tuple(Case(q, of[0].text, of[0].value, tuple(of)) for q, of in by_query.items())


def _reliability(result: Result) -> Reliability | None:
    if isinstance(result, AnswersResult):
        return reliability_of_answers(result)
    return reliability_of_sentences(result) if isinstance(result, SelectionResult) else None


def _stage_counts(result: Result, losses: Sequence[Loss]) -> Iterator[StageCount]:
    counted = {stage: sum(loss.stage == stage for loss in losses) for stage in Stage}
    wanted = _wanted(result)
    lost = sum(count for stage, count in counted.items() if stage not in NOT_WANTED)
    yield StageCount(None, wanted - lost, wanted)
    possible = {
        Stage.PADDING: _shown(result),
        Stage.ANSWERED_WITHOUT_EVIDENCE: _unanswerable(result),
    }
    for stage in filter(None, GLOSSES[result.form]):
        yield StageCount(stage, counted[stage], possible.get(stage, wanted))


def _wanted(result: Result) -> int:
    """Relevant documents, answering sentences or nuggets, over all queries."""
    if isinstance(result, RetrievalResult):
        return sum(grade > 0 for of in result.given.qrels.values() for grade in of.values())
    if isinstance(result, SelectionResult):
        return sum(len(question.answers) for question in result.given.questions)
    return sum(len(question.nuggets) for question in result.given.questions)


def _shown(result: Result) -> int:
    """Sentences shown for answerable questions."""
    judged = result.judged if isinstance(result, AnswersResult) else ()
    return sum(len(one.held) for one in judged if one.question.nuggets)


def _unanswerable(result: Result) -> int:
    """Questions that are rightly answered by an abstention."""
    if isinstance(result, AnswersResult):
        return sum(not question.nuggets for question in result.given.questions)
    if isinstance(result, SelectionResult):
        return sum(not question.answers for question in result.given.questions)
    return 0


# ------------------------------------------------------------------------------ JSON


def as_json(report: Contents) -> dict[str, Json]:
    """A report as `onrecord.report/1`: `onrecord.eval/1`, and what it was made from."""
    return {
        "schema": REPORT,
        "set": report.name,
        "form": report.form,
        "n": report.n,
        "measures": {name: {**of.as_json()} for name, of in report.measures.items()},
        "date": report.date,
        "version": report.version,
        "index": None if report.index is None else {**report.index},
        "queries": {**report.queries},
        "per_query": {
            name: {query: number(value) for query, value in of.items()}
            for name, of in report.per_query.items()
        },
        "stages": [_stage(one) for one in report.stages],
        "losses": [_case(case) for case in report.cases],
        **_curves(report),
    }


def _stage(one: StageCount) -> dict[str, Json]:
    name = one.stage or "found"
    return {"stage": name, "count": one.count, "of": one.of, "share": number(one.share)}


def number(value: float | None) -> float | None:
    """As it stands in the JSON: six digits, null where there is none."""
    return None if value is None or isnan(value) else round(value, _DIGITS)


def _case(case: Case) -> dict[str, Json]:
    return {
        "query": case.query,
        "question": case.text,
        "value": number(case.value),
        "lost": [
            {"stage": loss.stage, "detail": loss.detail, "wanted": _pieces(loss.wanted)}
            for loss in case.losses
        ],
        "found": [_pieces(wanted) for wanted in case.found],
        "came": [_came(one) for one in case.came],
    }


def _came(one: Came) -> dict[str, Json]:
    piece: dict[str, Json] = {"document": one.piece.document, "text": one.piece.text}
    return piece | {"score": number(one.score), "right": one.right, "shown": one.shown}


def _pieces(pieces: Sequence[Piece]) -> list[Json]:
    return [{"document": one.document, "text": one.text} for one in pieces]


def _curves(report: Contents) -> dict[str, Json]:
    curves: dict[str, Json] = {}
    if report.recall:
        curves["recall_by_depth"] = [number(share) for share in report.recall]
    if report.operating:
        curves["precision_by_threshold"] = [_rounded(asdict(one)) for one in report.operating]
    if report.reliability:
        curves["reliability"] = {
            "expected_calibration_error": number(report.reliability.error),
            "n": report.reliability.n,
            "bins": [_rounded(asdict(one)) for one in report.reliability.bins],
        }
    return curves


def _rounded(values: Mapping[str, float | int]) -> Json:
    return {name: v if isinstance(v, int) else number(v) for name, v in values.items()}
