"""Two runs over one set: what differs, whether it may be chance, and on which queries.

Flow: two runs + RetrievalSet -> `compare` -> Comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.evaluate.measures import ALIKE, PerQuery, Run, paired_p
from rag.evaluate.retrieval import MEASURES, judge_run
from rag.evaluate.sets import GoldQuery, RetrievalSet

COMPARE = "onrecord.compare/1"
_MOVED = 10  # queries


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two runs over the same `wins + ties + losses` queries.

    `a` and `b` are means, `p` the probability of so large a difference by chance, `wins` the
    queries of which b has the higher value.
    """

    a: float
    b: float
    p: float
    wins: int
    ties: int
    losses: int

    @property
    def difference(self) -> float:
        """How much better b is; below 0, how much worse."""
        return self.b - self.a

    def as_json(self) -> dict[str, float]:
        """All of it; figures have four digits."""
        means = {"a": self.a, "b": self.b, "difference": self.difference, "p": self.p}
        counts = {"wins": self.wins, "ties": self.ties, "losses": self.losses}
        return {name: round(value, 4) for name, value in means.items()} | counts


@dataclass(frozen=True, slots=True)
class Moved:
    """A query with its value in both runs."""

    query: GoldQuery
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference in each measure, and the queries that moved most by the first measure."""

    given: RetrievalSet
    measures: Mapping[str, Difference]
    moved: tuple[Moved, ...] = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """As `onrecord.compare/1`; figures have four digits."""
        rows = [
            {"id": one.query.id, "text": one.query.text, "a": round(one.a, 4), "b": round(one.b, 4)}
            for one in self.moved
        ]
        table = {name: one.as_json() for name, one in self.measures.items()}
        return {"schema": COMPARE, "set": self.given.name, "measures": table, "moved": rows}


def compare(a: Run, b: Run, given: RetrievalSet) -> Comparison:
    """What changes from run `a` to run `b`; a query that a run lacks counts 0 for it.

    Raises:
        InputInvalid: No judged query of the set is in a run.
    """
    of_a, of_b = judge_run(given, a).per_query(), judge_run(given, b).per_query()
    measures = {
        name: _difference([*of_a[name].values()], [*of_b[name].values()]) for name in MEASURES
    }
    return Comparison(given, measures, _moved(of_a, of_b, given))


def _difference(a: Sequence[float], b: Sequence[float]) -> Difference:
    changes = [after - before for before, after in zip(a, b, strict=True)]
    wins, losses = sum(c > ALIKE for c in changes), sum(c < -ALIKE for c in changes)
    means = sum(a) / len(a), sum(b) / len(b)
    return Difference(*means, paired_p(a, b), wins, len(changes) - wins - losses, losses)


def _moved(a: PerQuery, b: PerQuery, given: RetrievalSet) -> tuple[Moved, ...]:
    first, *_ = MEASURES
    both = [
        Moved(query, a[first][query.id], b[first][query.id])
        for query in given.queries
        if query.id in a[first]
    ]
    changed = [one for one in both if abs(one.b - one.a) > ALIKE]
    return tuple(sorted(changed, key=lambda one: -abs(one.b - one.a))[:_MOVED])
