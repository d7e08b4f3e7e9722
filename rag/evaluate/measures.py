"""Means with their uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

_RESAMPLES = 2000
_SEED = 20241220  # any; fixed, so that the same figures give the same interval


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` questions, with its 95 % bootstrap interval; NaN where `n` is 0."""

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


def bootstrap(values: Sequence[float]) -> Interval:
    """Mean and 95 % percentile interval of one measure over its questions.

    Source: Efron and Tibshirani 1993, 2,000 resamples, fixed seed.
    """
    if not values:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    sample = np.asarray(values, np.float64)
    draws = np.random.default_rng(_SEED).integers(0, len(sample), (_RESAMPLES, len(sample)))
    low, high = np.percentile(sample[draws].mean(axis=1), (2.5, 97.5))
    return Interval(float(sample.mean()), float(low), float(high), len(sample))
