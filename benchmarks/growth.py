"""What an index costs as its corpus grows: time to build, memory, disk, and time to ask.

    python benchmarks/growth.py [--to 100000] [--docs DIR]

Builds an index of 1k, 3k, 10k, 30k and 100k made-up sentences (benchmarks/news.py), each in a
process of its own, then asks each the questions of tests/gold/seeds in another. Prints a table and
one JSON line, and writes growth.md and growth.svg to `--docs`.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import news
from rich.console import Console
from rich.table import Table
from timing import tell, timed_ms

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "tests" / "gold" / "seeds" / "questions.jsonl"
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of each index: its head, and how it is made from what was measured."""

    head: str
    of: Callable[[Figures], float]
    digits: int = 0


COLUMNS = (
    Column("sentences", lambda one: one["sentences"]),
    Column("passages", lambda one: one["passages"]),
    Column("build, s", lambda one: one["build_s"], 1),
    Column("… loading", lambda one: one["loading_s"], 1),
    Column("… cutting", lambda one: one["cutting_s"], 1),
    Column("… embedding", lambda one: one["embedding_s"], 1),
    Column("… finishing", lambda one: one["finishing_s"], 1),
    Column("sentences / s", lambda one: one["sentences"] / one["build_s"]),
    Column("peak MB", lambda one: one["build_peak_mb"]),
    Column("… of each helper", lambda one: one["helper_peak_mb"]),
    Column("index, MB", lambda one: one["index_bytes"] / 1e6, 1),
    Column("bytes / sentence", lambda one: one["index_bytes"] / one["sentences"]),
    Column("open, ms", lambda one: one["open_ms"]),
    Column("ask p50, ms", lambda one: one["ask_p50_ms"], 1),
    Column("ask p95, ms", lambda one: one["ask_p95_ms"], 1),
    Column("search p50, ms", lambda one: one["search_p50_ms"], 1),
    Column("peak MB, asking", lambda one: one["ask_peak_mb"]),
)


def main() -> None:
    """Build and ask in children, then print and draw."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--to", type=int, default=SIZES[-1], help="most sentences")
    command.add_argument("--docs", type=Path, default=ROOT / "docs", help="where to write")
    command.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = command.parse_args()
    if given.child:
        work, corpus, index = given.child
        print(json.dumps({"build": build, "ask": ask}[work](Path(corpus), Path(index))))
        return
    rows = [measured(size) for size in SIZES if size <= given.to]
    Console(width=200).print(table(rows))
    rounded = [{name: round(value, 3) for name, value in row.items()} for row in rows]
    tell("growth", "as named", rows=rounded, threads=threads())
    (given.docs / "growth.md").write_text(page(rows), encoding="utf-8")
    draw(rows, given.docs / "growth.svg")


def measured(size: int) -> Figures:
    """All figures of an index of so many sentences."""
    with TemporaryDirectory() as folder:
        corpus, index = Path(folder) / "news.jsonl", Path(folder) / "index"
        news.write(corpus, size)
        return {**in_child("build", corpus, index), **in_child("ask", corpus, index)}


def in_child(work: str, corpus: Path, index: Path) -> Figures:
    """What `work` finds in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--child", work, str(corpus), str(index)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def build(corpus: Path, index: Path) -> Figures:
    """Seconds by stage, peak memory, and what lies on the disk."""
    from rag import OnRecord

    stages = Stages()
    report = OnRecord.build(index, [corpus], progress=stages)
    stages.enter("ended")
    return {
        "documents": report.counts.documents,
        "sentences": report.counts.sentences,
        "passages": report.counts.passages,
        **{f"{name}_s": stages.seconds[name] for name in Stages.NAMES},
        "build_s": sum(stages.seconds.values()),
        "build_peak_mb": peak_mb(),
        "helper_peak_mb": peak_mb(resource.RUSAGE_CHILDREN),
        **bytes_of(index),
    }


class Stages:
    """Told by a build what it does; how long each stage took, in seconds."""

    NAMES = ("loading", "cutting", "embedding", "finishing")

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stage, self._since = "cutting", perf_counter()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Progress of a build. A round of embedding ends with its last text."""
        if stage == "reading" and done == 0:
            self.enter("loading")
            import sentence_transformers  # noqa: F401  it takes longest, and would count as cutting
        self.enter(
            stage if stage == "finishing" or (stage == "embedding" and done < total) else "cutting"
        )

    def enter(self, stage: str) -> None:
        """End the stage before."""
        now = perf_counter()
        self.seconds[self._stage] += now - self._since
        self._stage, self._since = stage, now


def ask(corpus: Path, index: Path) -> Figures:
    """How long opening, asking and searching take, and peak memory. `corpus` is not needed."""
    from rag import OnRecord

    lines = GOLD.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    start = perf_counter()
    engine = OnRecord.open(index)
    opened = perf_counter() - start
    asked = [times_of(questions, engine.ask), times_of(questions, engine.ask)][1]
    searched = [times_of(questions, engine.search), times_of(questions, engine.search)][1]
    return {
        "open_ms": opened * 1000,
        "ask_p50_ms": percentile(asked, 50),
        "ask_p95_ms": percentile(asked, 95),
        "search_p50_ms": percentile(searched, 50),
        "ask_peak_mb": peak_mb(),
    }


def times_of(questions: Sequence[str], work: Callable[[str], object]) -> list[float]:
    """Milliseconds of each question."""
    return [timed_ms(lambda question=question: work(question)) for question in questions]


def percentile(times: Sequence[float], share: int) -> float:
    """Of at least two times."""
    return quantiles(times, n=100, method="inclusive")[share - 1]


def peak_mb(whose: int = resource.RUSAGE_SELF) -> float:
    """Most memory that this process, or any one that it started and that ended, held at once."""
    scale = 1 if sys.platform == "darwin" else 1024  # of bytes there, of kilobytes elsewhere
    return resource.getrusage(whose).ru_maxrss * scale / 1e6


def bytes_of(index: Path) -> Figures:
    """Sizes of the parts of an index."""
    sizes: dict[str, float] = defaultdict(float)
    names = {"record": "record", "vectors": "vectors", "passages": "faiss", "terms": "terms"}
    for file in index.rglob("*"):
        top = file.relative_to(index).parts[0]
        kind = names.get(top.split(".")[0].split("-")[0], "encoder")
        sizes[f"{kind}_bytes"] += file.stat().st_size if file.is_file() else 0
    # The encoder is the same for all sizes, 91 MB for the default; the corpus is what grows.
    return {"index_bytes": sum(sizes.values()) - sizes["encoder_bytes"], **sizes}


def table(rows: Sequence[Figures]) -> Table:
    """One line a figure, one column an index."""
    made = Table(title="An index as its corpus grows")
    made.add_column("")
    for row in rows:
        made.add_column(f"{row['sentences']:,.0f}", justify="right")
    for column in COLUMNS[1:]:
        made.add_row(column.head, *(cell(column, row) for row in rows))
    return made


def cell(column: Column, row: Figures) -> str:
    """A figure as it is read."""
    return f"{column.of(row):,.{column.digits}f}"


def page(rows: Sequence[Figures]) -> str:
    """The table and the plot, with the machine and the day."""
    heads = [f"{row['sentences']:,.0f}" for row in rows]
    lines = [
        f"| sentences | {' | '.join(heads)} |",
        f"|---|{'---:|' * len(rows)}",
        *(f"| {one.head} | {' | '.join(cell(one, row) for row in rows)} |" for one in COLUMNS[1:]),
    ]
    return PAGE.format(table="\n".join(lines), machine=machine(), threads=threads())


PAGE = """# What an index costs as its corpus grows

Made by `python benchmarks/growth.py`, which `make bench` runs; {machine}, {threads} threads.
The corpus is made up from the sentences of `seeds/` (benchmarks/news.py). Each index is built and
asked in a process of its own, with the default encoder.

{table}

![Time, memory and disk by sentences, both axes logarithmic](growth.svg)

The index is counted without the query encoder beside it, which is the same for all sizes (91 MB).
Peak memory is the most that the process held at once, its libraries included: torch and
sentence-transformers for building, ONNX Runtime and FAISS for asking. Helpers are processes that
tell who says what, one on each core, once there are enough documents. Asked are the questions of
`tests/gold/seeds`, each once before it counts.
"""


def machine() -> str:
    """Processor, system and day."""
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(
            (one.split(":")[1].strip() for one in lines if one.startswith("model name")), name
        )
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, {datetime.now(UTC).date()}"


def threads() -> int:
    """How many compute at once."""
    import torch

    return int(torch.get_num_threads())


PANELS: Mapping[str, Mapping[str, Callable[[Figures], float]]] = {
    "seconds to build": {
        "all": lambda one: one["build_s"],
        "embedding": lambda one: one["embedding_s"],
        "cutting": lambda one: one["cutting_s"],
        "finishing": lambda one: one["finishing_s"],
    },
    "peak memory, MB": {
        "building": lambda one: one["build_peak_mb"],
        "asking": lambda one: one["ask_peak_mb"],
    },
    "on the disk, MB": {
        "all but the encoder": lambda one: one["index_bytes"] / 1e6,
        "vectors.db": lambda one: one["vectors_bytes"] / 1e6,
        "record.db": lambda one: one["record_bytes"] / 1e6,
        "FAISS": lambda one: one["faiss_bytes"] / 1e6,
        "postings": lambda one: one["terms_bytes"] / 1e6,
    },
    "milliseconds": {
        "open": lambda one: one["open_ms"],
        "ask, p95": lambda one: one["ask_p95_ms"],
        "ask, p50": lambda one: one["ask_p50_ms"],
        "search, p50": lambda one: one["search_p50_ms"],
    },
}


def draw(rows: Sequence[Figures], target: Path) -> None:
    """Four panels over the number of sentences, all axes logarithmic."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"  # the same figures give the same file
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 2, figsize=(9, 7), layout="constrained")
    for axes, (title, lines) in zip(panels.flat, PANELS.items(), strict=True):
        for label, of in lines.items():
            axes.loglog([r["sentences"] for r in rows], [of(r) for r in rows], "o-", label=label)
        axes.set(title=title, xlabel="sentences")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:,g}")
            axis.set_minor_formatter("")
        axes.grid(visible=True, which="both", alpha=0.3)
        axes.legend(fontsize="small")
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
