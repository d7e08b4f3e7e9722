"""Ranked documents against judgments: the measures of the retrieval form.

Flow: RetrievalSet + OnRecord -> `evaluate_retrieval` -> RetrievalResult; or + Run -> `judge_run`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from rag.engine import OnRecord
from rag.errors import InputInvalid
from rag.evaluate.asking import replies
from rag.evaluate.measures import Interval, PerQuery, Run, bootstrap, ranking_measures
from rag.evaluate.sets import RetrievalSet
from rag.indexing import Progress

MEASURES = ("nDCG@10", "AP", "RR", "P@1", "R@1", "R@10", "R@100")
DEPTH = 100  # documents of a query that are ranked


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """A run over the judged queries of a set, and its measures."""

    given: RetrievalSet
    run: Run = field(repr=False)

    form: ClassVar[Literal["retrieval"]] = "retrieval"

    @property
    def name(self) -> str:
        """Of the set."""
        return self.given.name

    @property
    def n(self) -> int:
        """How many queries the set has, judged or not."""
        return len(self.given.queries)

    def per_query(self) -> PerQuery:
        """Each measure of each query that has a relevant document."""
        return ranking_measures(MEASURES, self.given.qrels, self.run)

    def measures(self) -> Mapping[str, Interval]:
        """The mean of each measure over the queries that have a relevant document."""
        return {name: bootstrap([*of.values()]) for name, of in self.per_query().items()}


def evaluate_retrieval(
    given: RetrievalSet,
    engine: OnRecord,
    *,
    depth: int = DEPTH,
    progress: Progress = lambda stage, done, total: None,
) -> RetrievalResult:
    """Rank documents for every judged query of the set, `depth` of them.

    Raises:
        InputInvalid: A query that cannot be asked.
    """
    judged = [query for query in given.queries if query.id in given.qrels]
    found = replies(judged, lambda text: engine.rank(text, depth=depth), progress=progress)
    run = {query.id: ranked for query, ranked in zip(judged, found, strict=True)}
    return RetrievalResult(given, run)


def judge_run(given: RetrievalSet, run: Run) -> RetrievalResult:
    """Anyone's run over the judged queries of the set; other queries in it are left out.

    Raises:
        InputInvalid: No judged query of the set is in it.
    """
    judged = {query: ranked for query, ranked in run.items() if query in given.qrels}
    if not judged:
        seen = f"none of the {len(run)} queries of the run is judged in {given.name}"
        raise InputInvalid(seen, "name a run over the queries of this set")
    return RetrievalResult(given, judged)
