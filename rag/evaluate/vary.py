"""A grid of settings, each measured on one set, with what its quality costs.

Flow: ("retrieve.k1=0.9,1.2", …) -> `grid` -> settings -> `trial` of each -> `best_first`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import Field, dataclass, fields, replace
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rag.engine import OnRecord
from rag.errors import ConfigInvalid, InputInvalid
from rag.evaluate.answers import evaluate_answers
from rag.evaluate.corpus import bring, kept_index
from rag.evaluate.measures import Interval
from rag.evaluate.retrieval import evaluate_retrieval
from rag.evaluate.sets import AnswersSet, RetrievalSet
from rag.evidence import ReadConfig
from rag.indexing import IndexReport, Progress
from rag.retrieve import RetrieveConfig
from rag.segment import PassageConfig

_CUT = dict(
    zip(("retrieve.passage_words", "retrieve.overlap_words"), fields(PassageConfig), strict=True)
)
_RETRIEVE = {f"retrieve.{one.name}": one for one in fields(RetrieveConfig)}
_READ = {f"read.{one.name}": one for one in fields(ReadConfig)}
NAMES = ("encoder", *_CUT, *_RETRIEVE, *_READ)
_TIMED = 50  # questions; each is asked again, warm
_MOST = 200  # settings; a larger grid is a mistake of typing


@dataclass(frozen=True, slots=True)
class Setting:
    """One point of the grid: what was varied, as it was written, and what it makes of the rest."""

    varied: Mapping[str, str]
    encoder: str | None
    passages: PassageConfig
    retrieve: RetrieveConfig
    read: ReadConfig


@dataclass(frozen=True, slots=True)
class Trial:
    """A setting with its measures and costs.

    `query_ms` is the median of warm questions; `index_seconds` is `None` where the index was built
    by something else than a trial; `passage_bytes` is the size of the index without its encoder, by
    passages.
    """

    setting: Setting
    measures: Mapping[str, Interval]
    query_ms: float
    index_seconds: float | None
    passage_bytes: float

    @property
    def ordered_by(self) -> str:
        """The first measure that has a mean."""
        names = [*self.measures]
        return next((name for name in names if self.measures[name].n), names[0])


def grid(varied: Sequence[str]) -> tuple[Setting, ...]:
    """Every combination of the values, in the order in which they are written.

    Args:
        varied: Each `NAME=VALUE,VALUE…`; the names are `NAMES`.

    Raises:
        InputInvalid: A name is unknown or repeated, or a value is no number.
        ConfigInvalid: A value is out of its range.
    """
    values: dict[str, list[str]] = {}
    for one in varied:
        name, equals, given = one.partition("=")
        if name not in NAMES or not equals or not all(given.split(",")):
            mend = f"write NAME=VALUE,VALUE with one of {', '.join(NAMES)}"
            raise InputInvalid(f"--vary {one}", mend)
        if name in values:
            raise InputInvalid(f"--vary {name} again", "write all its values in one, with commas")
        values[name] = given.split(",")
    points = [dict(zip(values, point, strict=True)) for point in product(*values.values())]
    if len(points) > _MOST:
        raise InputInvalid(f"--vary makes {len(points)} settings", f"use {_MOST} at most")
    return tuple(map(_setting, points))


def _setting(point: Mapping[str, str]) -> Setting:
    try:
        passages = replace(PassageConfig(), **_values(point, _CUT))
        retrieve = replace(RetrieveConfig(), **_values(point, _RETRIEVE))
        read = replace(ReadConfig(), **_values(point, _READ))
    except ConfigInvalid as error:
        where = " ".join(f"{name}={text}" for name, text in point.items())
        raise ConfigInvalid(f"--vary {where}: {error.seen}", error.mend) from error
    return Setting(point, point.get("encoder"), passages, retrieve, read)


def _values(point: Mapping[str, str], known: Mapping[str, Field[Any]]) -> dict[str, Any]:
    """Those of a point that are known, as the type of their defaults."""
    return {
        known[name].name: _number(
            name, text, int if isinstance(known[name].default, int) else float
        )
        for name, text in point.items()
        if name in known
    }


def _number(name: str, text: str, kind: Callable[[str], int | float]) -> int | float:
    try:
        return kind(text)
    except ValueError as error:
        raise InputInvalid(f"--vary {name}={text}", "use numbers") from error


def trial(
    given: RetrievalSet | AnswersSet,
    setting: Setting,
    *,
    progress: Progress = lambda stage, done, total: None,
    brought: Callable[[Path, IndexReport], None] | None = None,
) -> Trial:
    """Measure a set with one setting, on an index that is kept for it.

    Args:
        given: The set.
        setting: What it is measured with.
        progress: See `indexing.build`.
        brought: Gets the index and what was done to bring the corpus into it, before measuring.

    Raises:
        As `indexing.build`, `evaluate_retrieval` and `evaluate_answers`.
    """
    index = kept_index(given.name, given.corpus, encoder=setting.encoder, config=setting.passages)
    seconds, report = _brought(index, given.corpus, setting, progress)
    if brought:
        brought(index, report)
    engine = OnRecord.open(index, retrieve=setting.retrieve, read=setting.read)
    if isinstance(given, RetrievalSet):
        measures = evaluate_retrieval(given, engine, progress=progress).measures()
        judged = [one.text for one in given.queries if one.id in given.qrels]
        cost = _query_ms(judged, engine.rank)
    else:
        measures = evaluate_answers(given, engine, progress=progress).measures()
        cost = _query_ms([one.text for one in given.questions], engine.ask)
    passages = max(1, engine.info().counts.passages)
    return Trial(setting, measures, cost, seconds, _size(index) / passages)


def _brought(
    index: Path, corpus: Sequence[Path], setting: Setting, progress: Progress
) -> tuple[float | None, IndexReport]:
    """Build the index, or take it as it was built; how many seconds that took, and the report."""
    kept = index.with_suffix(".seconds")
    start = perf_counter()
    made = bring(index, corpus, encoder=setting.encoder, config=setting.passages, progress=progress)
    if made.added and not made.unchanged:
        kept.write_text(f"{perf_counter() - start:.1f}", encoding="utf-8")
    with suppress(OSError, ValueError):
        return float(kept.read_text(encoding="utf-8")), made
    return None, made


def _size(index: Path) -> int:
    """Bytes of an index without its encoder, which does not grow with it."""
    files = [one for one in index.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files if not one.parent.name.startswith("encoder-"))


def _query_ms(questions: Sequence[str], ask: Callable[[str], object]) -> float:
    times = []
    for text in questions[:_TIMED]:
        start = perf_counter()
        ask(text)
        times.append((perf_counter() - start) * 1000)
    return median(times)


def best_first(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """By the first measure that has a mean; ties stay in the order of the grid."""
    return tuple(sorted(trials, key=lambda one: -one.measures[one.ordered_by].value))
