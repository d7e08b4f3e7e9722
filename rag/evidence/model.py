"""The evidence model as ONNX: a first reading by half of its layers, a whole one by all.

Flow: `Window` -> half of the layers -> where that is promising, the others -> `Reading`.
Law: one window at a time on one thread, so that no score depends on what else is read.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from rag.evidence.windows import Window

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Stage = Literal["first", "whole"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model makes of a window.

    Attributes:
        sentences: A logit for each sentence: that it answers. Shape: (n_sentences,).
        answers: A logit: that anything in the window answers.
        stage: After which layers.
    """

    sentences: NDArray[np.float32]
    answers: float
    stage: Stage


class EvidenceModel:
    """Two ONNX sessions. Safe to share between threads.

    Raises:
        OSError: A file is missing.
        ValueError: A file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        exact = overflows(folder / "probe.onnx")
        self._lower = session(folder / "lower.onnx", exact=exact)
        self._upper = session(folder / "upper.onnx", exact=exact)
        self._workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="read")

    def read(self, windows: Iterable[Window], *, promising: float) -> Iterator[Reading]:
        """The last reading of each window, in their order; all are begun at once.

        It is by all layers where the first one gives "something here answers" a logit of at least
        `promising`.
        """
        return self._workers.map(partial(self._read, promising=promising), windows)

    def _read(self, window: Window, *, promising: float) -> Reading:
        pool = window.pool()[None]
        feed = {"ids": window.ids[None], "types": window.types[None], "pool": pool}
        states, sentences, answers = self._lower.run(None, feed)
        if answers[0] < promising:
            return Reading(_finite(sentences[0]), float(answers[0]), "first")
        sentences, answers = self._upper.run(None, {"states": states, "pool": pool})
        return Reading(_finite(sentences[0]), float(answers[0]), "whole")


def _finite(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.nan_to_num(np.asarray(logits, np.float32), nan=-30.0, posinf=30.0, neginf=-30.0)


def overflows(probe: Path) -> bool:
    """Whether this processor's fast products of 8 bits overflow, as they do without VNNI.

    The probe multiplies a row by columns that all hold the largest value.
    """
    made = session(probe, exact=False)
    (given,) = made.get_inputs()
    row = np.full(given.shape, 255, np.uint8)
    (sums,) = made.run(None, {given.name: row})
    return bool((sums != row.shape[1] * 255 * 127).any())


def session(file: Path, *, exact: bool) -> "InferenceSession":
    """A model on one thread; `exact` is slower, and gives everywhere what others give with VNNI.

    Raises:
        OSError: The file is missing.
        ValueError: It is damaged.
    """
    # It sends what it runs to its maker, and from its import on, if it is not told before.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    file.stat()  # where it is missing, onnxruntime raises no OSError
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Tables in int8 are turned back once, while loading, and not by each run.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    if exact:
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return onnxruntime.InferenceSession(
            str(file),
            options,
            providers=["CPUExecutionProvider"],
            # Sum and norm as one take five times as long as apart: a tenth of a reading.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
    except Exception as error:  # onnxruntime raises classes of its own
        raise ValueError(f"{file.name}: {error}") from error
