"""The evidence model as ONNX: a first reading by half of its layers, a whole one by all.

Flow: `Window` -> `EvidenceModel.first` -> `Reading` -> `EvidenceModel.whole` -> `Reading`.
Law: one window at a time on one thread, so that no score depends on what else is read.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.evidence.windows import Window

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

T = TypeVar("T")
R = TypeVar("R")
Stage = Literal["first", "whole"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model makes of a window.

    Attributes:
        sentences: A logit for each sentence: that it answers. Shape: (n_sentences,).
        answers: A logit: that anything in the window answers.
        stage: After which layers.
        states: Of the tokens, for the layers to come. Shape: (1, n_tokens, width).
    """

    sentences: NDArray[np.float32]
    answers: float
    stage: Stage
    states: NDArray[np.float32] | None = field(default=None, repr=False)


class EvidenceModel:
    """Two ONNX sessions. Safe to share between threads.

    Raises:
        OSError: A file is missing.
        ValueError: A file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._lower = _session(folder / "lower.onnx")
        self._upper = _session(folder / "upper.onnx")
        self._workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="read")

    def first(self, windows: Iterable[Window]) -> list[Reading]:
        """By half of the layers."""
        return self._each(self._first, windows)

    def whole(self, begun: Iterable[tuple[Window, Reading]]) -> list[Reading]:
        """By all layers, from the states of first readings."""
        return self._each(self._whole, begun)

    def _each(self, work: Callable[[T], R], given: Iterable[T]) -> list[R]:
        return list(self._workers.map(work, given))

    def _first(self, window: Window) -> Reading:
        feed = {"ids": window.ids[None], "types": window.types[None], "pool": window.pool()[None]}
        states, sentences, answers = self._lower.run(None, feed)
        return Reading(_finite(sentences[0]), float(answers[0]), "first", states)

    def _whole(self, begun: tuple[Window, Reading]) -> Reading:
        window, reading = begun
        feed = {"states": reading.states, "pool": window.pool()[None]}
        sentences, answers = self._upper.run(None, feed)
        return Reading(_finite(sentences[0]), float(answers[0]), "whole")


def _finite(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.nan_to_num(np.asarray(logits, np.float32), nan=-30.0, posinf=30.0, neginf=-30.0)


def _session(file: Path) -> "InferenceSession":
    # It sends what it runs to its maker, and from its import on, if it is not told before.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    file.stat()  # where it is missing, onnxruntime raises no OSError
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Weights are kept in int8 and multiplied in single precision: they are turned back once, while
    # loading, and not by each run.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own
        raise ValueError(f"{file.name}: {error}") from error
