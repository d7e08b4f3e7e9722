"""Fit the layer that turns the model's logits and a few facts into a probability.

    python -m training.calibrate --data ../shared/eval --weights rag/evidence/weights

Questions are those of paragraphs that the model was not trained on. Each is asked of its own
window and of the nearest windows of other paragraphs, as it would be of an index; of every other
question the own window is left out, so that nothing answers. Half of the questions are fitted on,
the other half tells whether the probabilities hold: expected calibration error, in ten bins of
equal size. `min_confidence` is documented in docs/evidence.md.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from rag.evidence import SHIPPED
from rag.evidence.calibration import INPUTS, inputs
from rag.evidence.facts import facts, term_weights
from rag.evidence.model import EvidenceModel, Stage
from rag.evidence.windows import WindowTokenizer
from rag.terms import content_terms, terms
from training.examples import SEED, Maker, Paragraph, asked_otherwise, is_used, paragraphs, window

QUESTIONS = 1_200
OTHERS = 3  # windows of other paragraphs for each question
MIN_CONFIDENCE = 0.5  # more likely right than wrong


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's windows: inputs of the regression by stage, and labels, of all sentences."""

    tables: dict[Stage, NDArray[np.float64]]
    labels: NDArray[np.bool_]


def ask(given: Sequence[Paragraph], folder: Path, most: int) -> list[Asked]:
    """The model's readings of the questions of some paragraphs."""
    tokens, model = WindowTokenizer(folder / "tokenizer.json"), EvidenceModel(folder)
    near = Maker(given, {}).near
    counts = Counter(t for one in given for t in set(terms(" ".join(one.sentences))))
    places = [(at, number) for at, one in enumerate(given) for number in range(len(one.questions))]
    out = []
    for turn, (at, number) in enumerate(random.Random(SEED).sample(places, most)):
        chance = random.Random(f"{SEED} calibrate {at} {number}")
        question = asked_otherwise(given[at].questions[number], chance)
        own = [(given[at], given[at].answers[number])] if turn % 2 == 0 else []
        others = [(given[other], frozenset()) for other in near[at][number]]
        asked = [*own, *others[: OTHERS + (not own)]]
        weights = term_weights({term: counts[term] for term in content_terms(question)}, len(given))
        tables: dict[Stage, list] = {"first": [], "whole": []}
        labels = []
        for paragraph, right in asked:
            first, last = window(paragraph.sentences, frozenset(right), chance)
            texts = paragraph.sentences[first : last + 1]
            read = tokens.window(question, paragraph.title, texts)
            seen = facts(question, weights, texts, title=paragraph.title)
            (half,) = model.first([read])
            (whole,) = model.whole([(read, half)])
            tables["first"].append(inputs(half, seen))
            tables["whole"].append(inputs(whole, seen))
            labels += [place in right for place in range(first, last + 1)]
        if asked:
            rows = {stage: np.concatenate(many) for stage, many in tables.items()}
            out.append(Asked(rows, np.array(labels)))
    return out


def fit(asked: Sequence[Asked], stage: Stage) -> tuple[NDArray[np.float64], float]:
    """Weights and bias."""
    table = np.concatenate([one.tables[stage] for one in asked])
    labels = np.concatenate([one.labels for one in asked])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(max_iter=2000, C=0.3).fit(scaler.transform(table), labels)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - (weights * scaler.mean_).sum())


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


def report(asked: Sequence[Asked], stage: Stage, weights: NDArray[np.float64], bias: float) -> dict:
    """How well the probabilities hold, of all sentences and of the best of each question."""
    found = [1 / (1 + np.exp(-(one.tables[stage] @ weights + bias))) for one in asked]
    best = np.array([p.max() for p in found])
    right = np.array([one.labels[p.argmax()] for p, one in zip(found, asked, strict=True)])
    due = np.array([one.labels.any() for one in asked])
    ranked = [
        average_precision_score(one.labels, p)
        for p, one in zip(found, asked, strict=True)
        if one.labels.any()
    ]
    figures = {
        "n": len(asked),
        "AP": np.mean(ranked),
        "P@1": right[due].mean(),
        "abstain_AUC": roc_auc_score(due, best),
        "ECE of sentences": calibration_error(np.concatenate(found),
                                              np.concatenate([one.labels for one in asked])),
        "ECE of the best": calibration_error(best, right),
        "answered at .5": (best[due] >= 0.5).mean(),
        "abstained at .5": (best[~due] < 0.5).mean(),
    }  # fmt: skip
    return {name: round(float(value), 3) for name, value in figures.items()}


def main() -> None:
    """Fit, measure, write."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--weights", type=Path, default=SHIPPED)
    command.add_argument("--questions", type=int, default=QUESTIONS)
    given = command.parse_args()
    unused = [one for one in paragraphs(given.data) if one.sentences and not is_used(one)]
    chosen = random.Random(SEED).sample(unused, min(len(unused), 1_500))
    asked = ask(chosen, given.weights, given.questions)
    half = len(asked) // 2
    written: dict = {"source": "python -m training.calibrate", "min_confidence": MIN_CONFIDENCE}
    for stage in ("first", "whole"):
        weights, bias = fit(asked[:half], stage)
        print(stage, json.dumps(report(asked[half:], stage, weights, bias)))
        weights, bias = fit(asked, stage)
        named = dict(zip(INPUTS, np.round(weights, 4).tolist(), strict=True))
        written[stage] = {"weights": named, "bias": round(bias, 4)}
    target = given.weights / "calibration.json"
    target.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(written))


if __name__ == "__main__":
    main()
