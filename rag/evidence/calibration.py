"""Logits and facts to a probability that can be read: of sentences at .9, nine in ten answer.

Flow: `Reading` + facts -> `Calibration.logits` -> probability.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.evidence.facts import FACTS
from rag.evidence.model import Reading, Stage

SCORES = ("sentence", "answers", "both")
INPUTS = (*SCORES, *FACTS)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression for each stage of reading; `python -m training.calibrate` fits them.

    `min_confidence` is the probability below which the best sentence is no answer.
    """

    weights: Mapping[Stage, NDArray[np.float64]]
    bias: Mapping[Stage, float]
    min_confidence: float

    @classmethod
    def read(cls, file: Path) -> "Calibration":
        """As `training.calibrate` wrote it.

        Raises:
            OSError: The file is missing.
            ValueError, KeyError: It is damaged.
        """
        kept = json.loads(file.read_text(encoding="utf-8"))
        weights = {s: np.array([kept[s]["weights"][n] for n in INPUTS]) for s in _STAGES}
        return cls(weights, {s: kept[s]["bias"] for s in _STAGES}, kept["min_confidence"])

    def logits(self, reading: Reading, seen: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each sentence of a window. Shapes: (n_sentences, n_facts) -> (n_sentences,)."""
        table = inputs(reading, seen)
        # Rounded, so that no last bit of a product decides an order.
        return np.round(table @ self.weights[reading.stage] + self.bias[reading.stage], 4)


_STAGES: tuple[Stage, ...] = ("first", "whole")


def inputs(reading: Reading, seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the regression reads of each sentence, in the order of `INPUTS`.

    `both` is the logarithm of the probability that the window answers and this sentence does.
    """
    sentence = reading.sentences.astype(np.float64)
    answers = np.full_like(sentence, reading.answers)
    both = -np.logaddexp(0, -sentence) - np.logaddexp(0, -answers)
    return np.column_stack([sentence, answers, both, seen])
