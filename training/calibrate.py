"""Fit the layer that turns the model's logits and a few facts into a probability.

    python -m training.calibrate --data ../shared/eval --weights rag/evidence/weights --docs docs

Paragraphs that the model was not trained on are indexed, two of three, and the questions on all of
them are asked as a user asks: what is retrieved is read, and of the third nothing answers. They are
asked again with a name, number or date exchanged for another, and then nothing answers either. A
fifth of the questions after the other tells whether the probabilities hold that the others were
fitted on: expected calibration error, in ten bins of equal size, and a diagram of it. What is
written is fitted on all. `min_confidence` and the diagram are in docs/evidence.md.
"""

import argparse
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib
import numpy as np
from matplotlib import pyplot
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from rag import OnRecord
from rag.asked import asked
from rag.datatypes import Query, Sentence
from rag.evaluate.report.curves import reliability
from rag.evidence import SHIPPED, JointReader, ReadConfig
from rag.evidence.calibration import INPUTS, inputs
from rag.evidence.facts import astray
from rag.evidence.model import Stage
from rag.store import snapshot
from rag.terminal import progress_bar
from rag.terms import content_terms, terms
from training.examples import (
    SEED,
    Maker,
    Paragraph,
    annotate,
    asked_otherwise,
    is_used,
    paragraphs,
)

PARAGRAPHS = 200  # of each set at the most, with one question each
FOLDS = 5
LEFT_OUT = "squad_sentence_pairs"  # in lower case and cut into tokens, as nobody's documents are
# Weights of who speaks and of what, where somebody's words are asked for. The questions of the sets
# hardly do, so they are not fitted. The first three are reckoned from how far attribution is right
# (benchmarks/who_speaks.py), the last by `of_astray`.
SPEAKER = {"said": 0.89, "unsaid": -2.78, "stranger": -0.9, "astray": -2.11}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of one question, all sentences that were read: inputs of the regression, stages, labels.

    `table` is of the last readings, `first` of the first ones, which all have; `passages` tells
    whether each answers and whether it is astray. Shapes: (n, n_inputs) twice, (n,) twice,
    (n_passages, 2).
    """

    table: NDArray[np.float64]
    first: NDArray[np.float64]
    whole: NDArray[np.bool_]
    labels: NDArray[np.bool_]
    passages: NDArray[np.bool_]


class Counted:
    """How many paragraphs hold a term."""

    def __init__(self, given: Sequence[Paragraph]) -> None:
        self.counts = Counter(t for one in given for t in set(terms(" ".join(one.sentences))))
        self.total = len(given)

    def passage_counts(self, words: Sequence[str]) -> Mapping[str, int]:
        """See `rag.evidence.Collection`."""
        return {word: self.counts[word] for word in words}

    def passages(self) -> int:
        """See `rag.evidence.Collection`."""
        return self.total


def chosen(data: Path) -> list[Paragraph]:
    """Some of each set that were not trained on, in an order by chance."""
    unused = [
        one
        for one in paragraphs(data)
        if one.sentences and not is_used(one) and one.source != LEFT_OUT
    ]
    random.Random(SEED).shuffle(unused)
    counts: Counter[str] = Counter()
    out = []
    for one in unused:
        counts[one.source] += 1
        if counts[one.source] <= PARAGRAPHS:
            out.append(one)
    return out


def ask(given: Sequence[Paragraph], folder: Path) -> list[Asked]:
    """What is read for questions on each paragraph, by the reader of a folder."""
    held = [place for place in range(len(given)) if place % 3]
    readers = JointReader(folder), JointReader(folder, ReadConfig(promising=math.inf))
    counted = Counted([given[place] for place in held])
    out = []
    questions = [*_questions(given)]
    with ExitStack() as stack:
        work = stack.enter_context(TemporaryDirectory())
        progress = stack.enter_context(progress_bar())
        engine = _indexed(given, held, Path(work))
        record = stack.enter_context(snapshot(engine.path))
        for turn, (question, at, right) in enumerate(questions):
            progress("asking", turn, len(questions))
            hits = readers[0].choose(engine.search(question, depth=readers[0].depth))
            query = asked(question, record)
            rows, passages = [], []
            for (hit, reading, seen), (_, first, _) in zip(
                *(reader.seen(query, hits, counted) for reader in readers), strict=True
            ):
                sentences = hit.passage.sentences
                labels = [_answers(sentence, _name(at), right) for sentence in sentences]
                near = {*terms(hit.passage.in_context)}
                away = astray(Query(question), {*content_terms(question)}, near)
                passages.append((any(labels), away))
                whole = [reading.stage == "whole"] * len(labels)
                rows += zip(inputs(reading, seen), inputs(first, seen), whole, labels, strict=True)
            if rows:
                out.append(Asked(*map(np.array, zip(*rows, strict=True)), np.array(passages)))
    return out


def _questions(given: Sequence[Paragraph]) -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """A question on each paragraph, its place, and where the answer is; then one exchanged."""
    maker = Maker(given, annotate(given)[0])
    for at, one in enumerate(given):
        chance = random.Random(f"{SEED} calibrate {at}")
        number = chance.randrange(len(one.questions))
        yield asked_otherwise(one.questions[number], chance), at, _spans(one, one.answers[number])
        changed = maker.exchanged(one.questions[number], one, chance)
        if changed:
            yield asked_otherwise(changed, chance), at, []


def _name(place: int) -> str:
    return f"{place:06}"


def _indexed(given: Sequence[Paragraph], held: Sequence[int], folder: Path) -> OnRecord:
    with (folder / "paragraphs.jsonl").open("w", encoding="utf-8") as file:
        for place in held:
            text = " ".join(given[place].sentences)
            row = {"id": _name(place), "title": given[place].title, "text": text}
            file.write(json.dumps(row) + "\n")
    with progress_bar() as progress:
        OnRecord.build(folder / "index", [folder / "paragraphs.jsonl"], progress=progress)
    return OnRecord.open(folder / "index")


def _spans(one: Paragraph, right: frozenset[int]) -> list[tuple[int, int]]:
    """Where the answering sentences are in the joined text."""
    ends = np.cumsum([len(sentence) + 1 for sentence in one.sentences])
    return [(int(ends[at]) - len(one.sentences[at]) - 1, int(ends[at]) - 1)
            for at in sorted(right)]  # fmt: skip


def _answers(sentence: Sentence, name: str, right: Sequence[tuple[int, int]]) -> bool:
    """Whether more than half of a sentence lies in one that answers."""
    here = sentence.span
    shared = [min(here.end, end) - max(here.start, start) for start, end in right]
    return sentence.document.id == name and 2 * max(shared, default=0) > here.end - here.start


Layer = dict[Stage, tuple[NDArray[np.float64], float]]


def fit(asked: Sequence[Asked]) -> Layer:
    """Weights and bias of each stage.

    The first is fitted on all sentences, since those that stay with it hardly ever answer, the
    other on those that were read whole; who speaks (`SPEAKER`) is left out. Both are then shifted
    and scaled so that the probability of the best sentence of a question holds: that is what
    decides, and the best of many looks better than it is.
    """
    read: dict[Stage, list[tuple[NDArray, NDArray]]] = {
        "first": [(one.first, one.labels) for one in asked],
        "whole": [(one.table[one.whole], one.labels[one.whole]) for one in asked],
    }
    layer: Layer = {}
    for stage, parts in read.items():
        table, labels = map(np.concatenate, zip(*parts, strict=True))
        table[:, [INPUTS.index(name) for name in SPEAKER]] = 0.0
        scaler = StandardScaler().fit(table)
        model = LogisticRegression(max_iter=2000, C=0.3).fit(scaler.transform(table), labels)
        weights = model.coef_[0] / scaler.scale_
        layer[stage] = weights, float(model.intercept_[0] - (weights * scaler.mean_).sum())
    found = [logits(one, layer) for one in asked]
    best = np.array([each.max() for each in found])
    right = [one.labels[each.argmax()] for one, each in zip(asked, found, strict=True)]
    of_best = LogisticRegression(C=100).fit(best[:, None], right)
    scale, shift = float(of_best.coef_[0][0]), float(of_best.intercept_[0])
    layer = {stage: (scale * weights, scale * bias + shift)
             for stage, (weights, bias) in layer.items()}  # fmt: skip
    for weights, _ in layer.values():
        weights[[INPUTS.index(name) for name in SPEAKER]] = [*SPEAKER.values()]
    return layer


def of_astray(asked: Sequence[Asked]) -> float:
    """How much less likely a passage answers that is astray, as a logarithm, of all questions."""
    answers, away = np.concatenate([one.passages for one in asked]).T
    return math.log(away[answers].mean() / away[~answers].mean())


def logits(one: Asked, layer: Layer) -> NDArray[np.float64]:
    """Of all sentences of a question. Shape: (n,)."""
    by_stage = {stage: one.table @ weights + bias for stage, (weights, bias) in layer.items()}
    return np.where(one.whole, by_stage["whole"], by_stage["first"])


def calibration_error(
    found: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> float:
    """Mean distance of probability and share, over bins of equal size.

    Source: Naeini, Cooper and Hauskrecht, AAAI 2015, with bins of equal mass.
    """
    order = np.argsort(found, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    apart = [len(part) * abs(found[part].mean() - right[part].mean()) for part in parts]
    return float(sum(apart) / len(found))


def least(asked: Sequence[Asked], layer: Layer) -> float:
    """The probability of the best sentence from which to answer, in steps of .01.

    With it, the mean of two shares is highest: of questions whose answer was read, those that are
    answered, and of the others, those that are not.
    """
    best = np.array([1 / (1 + np.exp(-logits(one, layer).max())) for one in asked])
    due = np.array([one.labels.any() for one in asked])
    steps = np.arange(0.05, 0.95, 0.01)
    balance = [(best[due] >= one).mean() + (best[~due] < one).mean() for one in steps]
    return round(float(steps[int(np.argmax(balance))]), 2)


@dataclass(frozen=True, slots=True)
class OutOfSample:
    """Probabilities of the sentences of each question, by layers that others were fitted on.

    `least` is the probability from which each question would be answered, fitted in the same way.
    Shapes: `found` has (n_sentences,) for each question; `least` (n_questions,).
    """

    asked: Sequence[Asked]
    found: Sequence[NDArray[np.float64]]
    least: NDArray[np.float64]

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> "OutOfSample":
        """By cross-validation."""
        found: list[NDArray[np.float64]] = [np.empty(0)] * len(asked)
        least_of = np.empty(len(asked))
        for fold in range(FOLDS):
            others = [one for at, one in enumerate(asked) if at % FOLDS != fold]
            layer = fit(others)
            least_of[fold::FOLDS] = least(others, layer)
            found[fold::FOLDS] = [
                1 / (1 + np.exp(-logits(one, layer))) for one in asked[fold::FOLDS]
            ]
        return cls(asked, found, least_of)

    def best(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Probability of each question's best sentence, and whether it answers."""
        both = zip(self.found, self.asked, strict=True)
        right = [one.labels[p.argmax()] for p, one in both]
        return np.array([p.max() for p in self.found]), np.array(right)

    def sentences(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Probability of every sentence, and whether it answers."""
        return np.concatenate(self.found), np.concatenate([one.labels for one in self.asked])


def report(given: OutOfSample) -> dict[str, float]:
    """How well the probabilities hold, and what the threshold does."""
    best, right = given.best()
    due = np.array([one.labels.any() for one in given.asked])
    ranked = [
        average_precision_score(one.labels, p)
        for p, one in zip(given.found, given.asked, strict=True)
        if one.labels.any()
    ]
    figures = {
        "n": len(given.asked),
        "AP": np.mean(ranked),
        "answer read": due.mean(),
        "P@1": right[due].mean(),
        "abstain_AUC": roc_auc_score(due, best),
        "ECE of sentences": calibration_error(*given.sentences()),
        "ECE of the best": calibration_error(best, right),
        "answered": (best >= given.least)[due].mean(),
        "abstained": (best < given.least)[~due].mean(),
    }
    return {name: round(float(value), 3) for name, value in figures.items()}


def draw(given: OutOfSample, target: Path) -> None:
    """Probabilities against what came true: of best sentences and of all, with 95 % intervals."""
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "reliability"  # the same figures give the same file
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 4.5), layout="constrained")
    told = {"best sentence of a question": given.best(), "all sentences": given.sentences()}
    for axes, (title, (found, right)) in zip(panels, told.items(), strict=True):
        bins = [one for one in reliability([*zip(found, right, strict=True)]).bins if one.n]
        at, share = [one.confidence for one in bins], [one.right for one in bins]
        off = [[one.right - one.low for one in bins], [one.high - one.right for one in bins]]
        axes.plot([0, 1], [0, 1], "--", color="gray")
        axes.errorbar(at, share, off, fmt="o", capsize=3)
        for one in bins:
            axes.annotate(f"{one.n:,}", (one.confidence, one.high), (0, 4),
                          textcoords="offset points", ha="center", fontsize="small")  # fmt: skip
        axes.set(title=title, xlabel="probability", ylabel="share that answers",
                 xlim=(0, 1), ylim=(0, 1.08))  # fmt: skip
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(target, metadata={"Date": None})


def main() -> None:
    """Fit, measure, write."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--weights", type=Path, default=SHIPPED)
    command.add_argument("--docs", type=Path, default=Path("docs"), help="where the diagram goes")
    given = command.parse_args()
    some = chosen(given.data)
    print(Counter(one.source for one in some))
    asked = ask(some, given.weights)
    random.Random(SEED).shuffle(asked)
    unseen = OutOfSample.of(asked)
    print(json.dumps(report(unseen) | {"weight of astray": round(of_astray(asked), 2)}))
    draw(unseen, given.docs / "reliability.svg")
    layer = fit(asked)
    written: dict = {
        "source": "python -m training.calibrate",
        "min_confidence": least(asked, layer),
    }
    for stage, (weights, bias) in layer.items():
        named = dict(zip(INPUTS, np.round(weights, 4).tolist(), strict=True))
        written[stage] = {"weights": named, "bias": round(bias, 4)}
    target = given.weights / "calibration.json"
    target.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(written))


if __name__ == "__main__":
    main()
