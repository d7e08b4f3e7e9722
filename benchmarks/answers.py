"""Whole answers on public questions: silence where it is due, documents re-ranked, and time.

    python benchmarks/answers.py --data ../shared/eval [--questions 300]

`newsquizqa`: questions on the news of other years, asked of seeds/, which does not answer them.
`realtimeqa_2022a`: nDCG@10 of the first stage, and of its documents ordered by their best sentence;
and how long a warm search and a warm question take there, by stages. Its index is the one that
`onrecord eval` keeps.
"""

import argparse
import csv
import random
from collections import defaultdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from timing import spread, tell, timed_ms

from rag import OnRecord
from rag.evaluate import ANY_DOCUMENT, read_set
from rag.evaluate.corpus import bring, kept_index
from rag.evaluate.measures import bootstrap, ranking_measures
from rag.evaluate.sets import RetrievalSet
from rag.terminal import progress_bar

ROOT = Path(__file__).parent.parent
WARM = 10


def main() -> None:
    """Ask and tell."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--questions", type=int, default=300, help="of newsquizqa")
    given = command.parse_args()
    silence(given.data, given.questions)
    realtime = read_set(given.data / "realtimeqa_2022a", None, documents=ANY_DOCUMENT)
    assert isinstance(realtime, RetrievalSet)
    index = kept_index(realtime.name, realtime.corpus)
    with progress_bar() as progress:
        bring(index, realtime.corpus, progress=progress)
    engine = OnRecord.open(index)
    times(engine, realtime)
    ranking(engine, realtime)


def silence(data: Path, count: int) -> None:
    """The share of questions without an answer in seeds/ that are not answered."""
    with (data / "newsquizqa" / "dev.csv").open(encoding="utf-8", newline="") as file:
        asked = [row["question"] for row in csv.DictReader(file)]
    with TemporaryDirectory() as folder:
        OnRecord.build(Path(folder) / "index", [ROOT / "seeds"])
        engine = OnRecord.open(Path(folder) / "index")
        answers = [
            engine.ask(text) for text in random.Random(0).sample(asked, min(count, len(asked)))
        ]
    found = bootstrap([float(one.status == "abstained") for one in answers])
    tell(
        "newsquizqa on seeds/",
        "share abstained",
        n=len(answers),
        value=round(found.value, 4),
        low=round(found.low, 4),
        high=round(found.high, 4),
    )
    for one in answers:
        if one.status == "answered":
            print(f"  answered: {one.question} -> {one.statements[0].evidence[0].sentence.text}")


def times(engine: OnRecord, given: RetrievalSet) -> None:
    """Milliseconds of a warm search, and of a warm question by stages."""
    asked = [one.text for one in given.queries]
    for text in asked[:WARM]:
        engine.search(text)
    searched = [timed_ms(partial(engine.search, text)) for text in asked]
    tell(f"warm search on {given.name}", "ms", **spread(searched))
    stages = defaultdict(list)
    for number, one in enumerate(given.queries[: WARM + 150]):
        for stage, ms in engine.ask(one.text).timings:
            if number >= WARM:
                stages[stage].append(ms)
    for stage, found in stages.items():
        tell(f"warm ask on {given.name}, {stage}", "ms", **spread(found))


def ranking(engine: OnRecord, given: RetrievalSet) -> None:
    """Documents by the first stage, and by their best sentence."""
    first, again = {}, {}
    for one in given.queries:
        if one.id not in given.qrels:
            continue
        first[one.id] = engine.rank(one.text)
        best: dict[str, float] = {}
        for each in engine.explain(one.text).evidence:
            best.setdefault(each.sentence.document.id, each.probability)
        scores = {name: score + best.get(name, 0.0) for name, score in first[one.id]}
        again[one.id] = tuple(sorted(scores.items(), key=lambda each: (-each[1], each[0])))
    for name, run in (("first stage", first), ("re-ranked", again)):
        of = ranking_measures(("nDCG@10", "R@1"), given.qrels, run)
        measured = {measure: bootstrap([*values.values()]) for measure, values in of.items()}
        told = {k: [round(v, 4) for v in (m.value, m.low, m.high)] for k, m in measured.items()}
        tell(f"{given.name}, {name}", "nDCG@10", **told)


if __name__ == "__main__":
    main()
