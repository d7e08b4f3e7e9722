"""What is computed from judged rankings: measures per query, means with intervals, a test.

Flow: qrels + run -> `ranking_measures` -> a value per query -> `bootstrap`, or two -> `paired_p`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isnan

import numpy as np
from numpy.typing import NDArray

Run = Mapping[str, tuple[tuple[str, float], ...]]  # documents of each query, best first
Qrels = Mapping[str, Mapping[str, int]]
PerQuery = Mapping[str, Mapping[str, float]]  # measure -> query id -> value

_AT_ONCE = 20
_RESAMPLES = 2000
_SEED = 20241220  # any; fixed, so that the same figures give the same interval
_PERMUTATIONS = 10_000
ALIKE = 1e-9  # values that lie nearer are equal: their last bits depend on the order of a sum


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` questions or sentences, with its 95 % interval; NaN where `n` is 0."""

    value: float
    low: float
    high: float
    n: int

    def as_json(self) -> dict[str, float | int | None]:
        """As in the contract: four digits, null where there is no mean."""
        return {
            "value": _rounded(self.value),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "n": self.n,
        }


def _rounded(value: float) -> float | None:
    return None if isnan(value) else round(value, 4)


def ranking_measures(names: Sequence[str], qrels: Qrels, run: Run) -> PerQuery:
    """Each measure of each query that has a relevant document; 0 where the run lacks the query.

    The order of the run is what is judged, whatever its scores: trec_eval would sort ties anew.

    Source: trec_eval, by ir-measures.
    """
    import ir_measures  # here, so that nothing else waits for it

    measures = {ir_measures.parse_measure(name): name for name in names}
    judged = {query: dict(of) for query, of in qrels.items() if any(r > 0 for r in of.values())}
    ranked = {
        query: {document: float(-place) for place, (document, _) in enumerate(run[query])}
        for query in judged
        if run.get(query)
    }
    found: dict[str, dict[str, float]] = {name: dict.fromkeys(judged, 0.0) for name in names}
    for one in ir_measures.iter_calc(measures, judged, ranked):
        found[measures[one.measure]][one.query_id] = one.value
    return found


def bootstrap(values: Sequence[float]) -> Interval:
    """Mean and 95 % percentile interval of one measure over its questions.

    Source: Efron and Tibshirani 1993, 2,000 resamples, fixed seed.
    """
    return bootstrap_of_ratio(values, [1.0] * len(values))


def bootstrap_of_ratio(parts: Sequence[float], wholes: Sequence[float]) -> Interval:
    """A sum of parts by the sum of their wholes, over questions, which are resampled as they are.

    Sentences of one question stand or fall together: each by itself would give too narrow an
    interval. `n` is the sum of the wholes.

    Source: As `bootstrap`.
    """
    if not sum(wholes):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    part, whole = np.asarray(parts, np.float64), np.asarray(wholes, np.float64)
    random = np.random.default_rng(_SEED)
    lots = (  # all draws at once would take 16 kB a question
        random.integers(0, len(part), (_AT_ONCE, len(part))) for _ in range(_RESAMPLES // _AT_ONCE)
    )
    ratios = np.concatenate([part[lot].sum(axis=1) / whole[lot].sum(axis=1) for lot in lots])
    low, high = np.percentile(ratios, (2.5, 97.5))
    return Interval(float(part.sum() / whole.sum()), float(low), float(high), round(whole.sum()))


def bootstrap_of_two(
    statistic: Callable[[NDArray[np.float64], NDArray[np.float64]], float],
    a: Sequence[float],
    b: Sequence[float],
) -> Interval:
    """A statistic of two samples and its 95 % percentile interval; each is resampled by itself.

    Source: As `bootstrap`.
    """
    if not a or not b:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    one, other = np.asarray(a, np.float64), np.asarray(b, np.float64)
    random = np.random.default_rng(_SEED)
    drawn = [
        statistic(random.choice(one, len(one)), random.choice(other, len(other)))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(statistic(one, other), float(low), float(high), len(a) + len(b))


def auc(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> float:
    """Share of pairs in which the first is higher; ties count half. The area under the ROC curve.

    Source: Mann and Whitney 1947; Hanley and McNeil 1982.
    """
    ordered = np.sort(lower)
    below = np.searchsorted(ordered, higher, "left") + np.searchsorted(ordered, higher, "right")
    return float(below.mean() / 2 / len(lower))


def paired_p(a: Sequence[float], b: Sequence[float]) -> float:
    """Probability of a mean difference at least as large if the two systems were exchangeable.

    The paired randomisation test, two-sided: the sign of each query's difference is flipped in all
    ways where these are 10,000 or fewer, else in 10,000 at random with a fixed seed, to which the
    one that was seen is added.

    Source: Fisher 1935; Smucker, Allan and Carterette, CIKM 2007; Phipson and Smyth 2010.
    """
    differences = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    differences = differences[np.abs(differences) > ALIKE]
    seen = abs(differences.sum()) - ALIKE
    if 2 ** len(differences) <= _PERMUTATIONS:
        signs = np.array([*product((-1.0, 1.0), repeat=len(differences))])
        return float((np.abs(signs @ differences) >= seen).mean())
    random = np.random.default_rng(_SEED)
    extreme = 1
    for _ in range(100):  # in parts, since thousands of queries would fill the memory
        signs = random.choice((-1.0, 1.0), (_PERMUTATIONS // 100, len(differences)))
        extreme += int((np.abs(signs @ differences) >= seen).sum())
    return extreme / (_PERMUTATIONS + 1)
