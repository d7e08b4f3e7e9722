"""Fit the logistic regression of `rag.evidence.SimilarityAndCover`; write its coefficients.

    python -m training.similarity --data ../shared/eval

Each question is asked of its own passage and of the four nearest passages of other questions, as
it would be of an index. Fitted on the even questions of three sets whose licences allow a shipped
model to be trained on them (clapnq, selqa, qed), measured on their odd ones and on two more sets.
`min_confidence` is the probability that the best sentence reaches for nine in ten of the answerable
questions fitted on.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from rag.encoders import SentenceTransformerEncoder
from rag.evidence import FEATURES, features, term_weights
from rag.terms import content_terms, terms

FITTED = {
    "clapnq": ("clapnq/dev.selection.jsonl", 600),
    "selqa": ("selqa/dev.selection.jsonl", 150),  # its sections are long: minutes for more
    "qed": ("qed/dev.selection.jsonl", 600),
}
MEASURED = {
    "trecqa": ("trecqa/dev.selection.jsonl", 200),
    "multirc": ("multirc_eraser/val.selection.jsonl", 200),
}
OTHER_PASSAGES = 4
ANSWERED = 0.9  # share of answerable questions that are to be answered
TARGET = Path(__file__).parent.parent / "rag" / "similarity.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the features and labels of the sentences of several passages."""

    tables: tuple[NDArray[np.float64], ...]
    labels: tuple[NDArray[np.bool_], ...]

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers."""
        return any(labels.any() for labels in self.labels)


def ask(rows: Sequence[dict[str, object]], encoder: SentenceTransformerEncoder) -> list[Asked]:
    """Every question over its own passage and the nearest others."""
    passages = [f"{row['title']}\n{' '.join(row['sentences'])}".strip() for row in rows]
    of_passages = encoder.encode(passages)
    of_questions = encoder.encode([row["question"] for row in rows])
    flat = [sentence for row in rows for sentence in row["sentences"]]
    cuts = np.cumsum([len(row["sentences"]) for row in rows])[:-1]
    of_sentences = np.split(encoder.encode(flat), cuts)
    held = [set(terms(passage)) for passage in passages]
    out = []
    for at, row in enumerate(rows):
        words = content_terms(row["question"])
        counts = {word: sum(word in each for each in held) for word in words}
        weights = term_weights(counts, len(rows))
        close = of_passages @ of_questions[at]
        others = [i for i in np.argsort(-close) if rows[i]["sentences"] != row["sentences"]]
        tables, labels = [], []
        for i in (at, *others[:OTHER_PASSAGES]):
            sentences = rows[i]["sentences"]
            table = features(
                row["question"],
                weights,
                sentences,
                title=str(rows[i]["title"] or ""),
                similarity=of_sentences[i] @ of_questions[at],
                passage_similarity=float(close[i]),
            )
            right = row["answers"] if i == at else ()
            tables.append(table)
            labels.append(np.isin(np.arange(len(sentences)), list(right)))
        out.append(Asked(tuple(tables), tuple(labels)))
    return out


def report(name: str, asked: Sequence[Asked], weights: NDArray[np.float64], bias: float) -> None:
    """Print AP and P@1 within the passage, P@1 and the abstaining AUC over all passages."""
    scores = [[table @ weights + bias for table in one.tables] for one in asked]
    own = [(s[0], one.labels[0]) for s, one in zip(scores, asked, strict=True)]
    mixed = [(s, right) for s, right in own if right.any() and not right.all()]
    best = np.array([max(float(part.max()) for part in s) for s in scores])
    answerable = np.array([one.answerable for one in asked])
    pooled = [
        np.concatenate(one.labels)[np.concatenate(s).argmax()]
        for s, one in zip(scores, asked, strict=True)
        if one.answerable
    ]
    figures = {
        "set": name,
        "n": len(asked),
        "AP": np.mean([average_precision_score(right, s) for s, right in mixed]),
        "P@1": np.mean([right[s.argmax()] for s, right in mixed]),
        "pool P@1": np.mean(pooled),
        "abstain_AUC": roc_auc_score(answerable, best) if len(set(answerable)) == 2 else None,
    }
    rounded = {
        k: round(float(v), 3) if isinstance(v, np.floating) else v for k, v in figures.items()
    }
    print(json.dumps(rounded))


def main() -> None:
    """Fit, measure, write."""
    command = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    data = command.parse_args().data
    encoder = SentenceTransformerEncoder()

    def read(place: tuple[str, int]) -> list[Asked]:
        lines = (data / place[0]).read_text(encoding="utf-8").splitlines()
        return ask([json.loads(line) for line in lines[: place[1]]], encoder)

    fitted = {name: read(place) for name, place in FITTED.items()}
    even = [one for asked in fitted.values() for one in asked[::2]]
    table = np.concatenate([part for one in even for part in one.tables])
    right = np.concatenate([part for one in even for part in one.labels])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(table), right)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())

    best = [max((t @ weights + bias).max() for t in one.tables) for one in even if one.answerable]
    least = float(np.quantile(best, 1 - ANSWERED))
    for name, asked in fitted.items():
        report(f"{name}, odd questions", asked[1::2], weights, bias)
    for name, place in MEASURED.items():
        report(name, read(place), weights, bias)
    written = {
        "source": "python -m training.similarity",
        "weights": dict(zip(FEATURES, np.round(weights, 4).tolist(), strict=True)),
        "bias": round(bias, 4),
        "min_confidence": round(1 / (1 + np.exp(-least)), 3),
    }
    TARGET.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(written))


if __name__ == "__main__":
    main()
