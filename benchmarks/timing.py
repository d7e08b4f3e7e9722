"""Repeat, measure, and say it as one JSON line that can be compared."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles
from time import perf_counter_ns


def times_ms(work: Callable[[], object], *, warmups: int, repeats: int) -> list[float]:
    """Wall time of each call in milliseconds, after `warmups` calls that are not counted."""
    for _ in range(warmups):
        work()
    return [timed_ms(work) for _ in range(repeats)]


def timed_ms(work: Callable[[], object]) -> float:
    """Wall time of one call in milliseconds."""
    start = perf_counter_ns()
    work()
    return (perf_counter_ns() - start) / 1e6


def spread(times: Sequence[float]) -> dict[str, float | int]:
    """Median, 95th percentile, least and most of at least two times, in ms."""
    return {
        "median": round(median(times), 1),
        "p95": round(quantiles(times, n=20, method="inclusive")[18], 1),
        "min": round(min(times), 1),
        "max": round(max(times), 1),
        "repeats": len(times),
    }


def tell(benchmark: str, unit: str, **figures: object) -> None:
    """Print one line of figures, with the machine and the day."""
    machine = {
        "cpu_count": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    print(json.dumps({"benchmark": benchmark, "unit": unit, **figures, **machine}), flush=True)
