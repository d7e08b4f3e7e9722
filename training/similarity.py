"""Fit the logistic regression of `rag.evidence.SimilarityAndCover`; write its coefficients.

    python -m training.similarity --data ../shared/eval

Each question is asked of its own passage and of the four nearest passages of other questions, as
it would be of an index. Questions with a name or number are asked once more with that of another
question in its place: then nothing answers. Fitted on the even questions of four sets whose
licences allow a shipped model to be trained on them (clapnq, selqa, qed, squadshifts), measured on
their odd ones and on two more sets.
`min_confidence` is the probability that the best sentence reaches for nine in ten of the answerable
questions fitted on.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from rag.datatypes import Document
from rag.encoders import SentenceTransformerEncoder
from rag.evaluate.sets import SelectionQuestion
from rag.evaluate.sets.selection import read_selection
from rag.evidence import FEATURES, features, names, term_weights
from rag.segment import segment
from rag.terms import content_terms, terms

FITTED = {
    "clapnq": ("clapnq/dev.selection.jsonl", 600),
    "selqa": ("selqa/dev.selection.jsonl", 150),  # its sections are long: minutes for more
    "qed": ("qed/dev.selection.jsonl", 600),
    "squadshifts": ("squadshifts/new_wiki_v1.0.json", 600),
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


def read_rows(path: Path, most: int) -> Sequence[SelectionQuestion]:
    """The first questions of a selection set, or of a set in the form of SQuAD 1.1."""
    if path.suffix == ".json":
        return squad_rows(json.loads(path.read_text(encoding="utf-8"))["data"], most)
    return read_selection(path).questions[:most]


def squad_rows(articles: Sequence[dict], most: int) -> list[SelectionQuestion]:
    """One question of a paragraph, and which of its sentences holds an answer's first letter."""
    rows = []
    for paragraph in (part for article in articles for part in article["paragraphs"]):
        document = Document("squad", paragraph["context"])
        sentences = [one for one in segment(document) if one.block == "body"]
        question = paragraph["qas"][0]
        starts = {answer["answer_start"] for answer in question["answers"]}
        right = {
            at
            for at, one in enumerate(sentences)
            if any(one.span.start <= start < one.span.end for start in starts)
        }
        if right:
            texts = tuple(one.text for one in sentences)
            asked = question["question"]
            rows.append(SelectionQuestion(asked, asked, None, texts, frozenset(right), False))
    return rows[:: max(1, len(rows) // most)][:most]


def exchanged(rows: Sequence[SelectionQuestion]) -> list[SelectionQuestion]:
    """Questions with the last name or number of another one in place of theirs: unanswerable.

    A number takes the place of a number, a name that of a name; the new one does not stand in the
    passage.
    """
    out = []
    for at, row in enumerate(rows):
        of_row = names(row.text)
        if not of_row:
            continue
        old = of_row[-1]
        passage = passage_of(row).casefold()
        for other in (*rows[at + 1 :], *rows[:at]):
            new = next(iter(names(other.text)[::-1]), "")
            if new and new[0].isdigit() == old[0].isdigit() and new.casefold() not in passage:
                out.append(replace(row, text=row.text.replace(old, new), answers=frozenset()))
                break
    return out


class Remembering:
    """An encoder that embeds each text once; the same passages are asked again and again."""

    def __init__(self) -> None:
        self._encoder = SentenceTransformerEncoder()
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1. Shape: (len(texts), width)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encoder.encode(new), strict=True)) if new else {}
        return np.stack([self._known[text] for text in texts])


def ask(
    pool: Sequence[SelectionQuestion], encoder: Remembering, rows: Sequence[SelectionQuestion]
) -> list[Asked]:
    """Every question over its own passage and the nearest others of the pool."""
    passages = [passage_of(row) for row in pool]
    of_passages = encoder.encode(passages)
    held = [set(terms(passage)) for passage in passages]
    out = []
    for row in rows:
        vector = encoder.encode([row.text])[0]
        words = content_terms(row.text)
        counts = {word: sum(word in each for each in held) for word in words}
        weights = term_weights(counts, len(pool))
        order = np.argsort(-(of_passages @ vector))
        near = [pool[i] for i in order[:20] if pool[i].sentences != row.sentences]
        tables = [
            table_of(row.text, vector, weights, each, encoder)
            for each in (row, *near[:OTHER_PASSAGES])
        ]
        labels = [np.zeros(len(table), bool) for table in tables]
        labels[0][list(row.answers)] = True
        out.append(Asked(tuple(tables), tuple(labels)))
    return out


def passage_of(row: SelectionQuestion) -> str:
    """What is embedded for a passage."""
    return f"{row.title or ''}\n{' '.join(row.sentences)}".strip()


def table_of(
    question: str,
    vector: NDArray[np.float32],
    weights: Mapping[str, float],
    row: SelectionQuestion,
    encoder: Remembering,
) -> NDArray[np.float64]:
    """Features of the sentences of one passage for a question."""
    return features(
        question,
        weights,
        row.sentences,
        title=row.title or "",
        similarity=encoder.encode(row.sentences) @ vector,
        passage_similarity=float(encoder.encode([passage_of(row)])[0] @ vector),
    )


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
    encoder = Remembering()
    fitted = {name: read_rows(data / file, most) for name, (file, most) in FITTED.items()}
    even = [ask(rows, encoder, rows[::2]) for rows in fitted.values()]
    even += [ask(rows, encoder, exchanged(rows[::2])) for rows in fitted.values()]
    flat = [one for asked in even for one in asked]
    table = np.concatenate([part for one in flat for part in one.tables])
    right = np.concatenate([part for one in flat for part in one.labels])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(table), right)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())

    best = [max((t @ weights + bias).max() for t in one.tables) for one in flat if one.answerable]
    least = float(np.quantile(best, 1 - ANSWERED))
    for name, rows in fitted.items():
        odd = rows[1::2]
        report(f"{name}, odd", ask(rows, encoder, odd), weights, bias)
        both = ask(rows, encoder, [*odd, *exchanged(odd)])
        report(f"{name}, odd, and exchanged", both, weights, bias)
    for name, (file, most) in MEASURED.items():
        rows = read_rows(data / file, most)
        report(name, ask(rows, encoder, rows), weights, bias)
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
