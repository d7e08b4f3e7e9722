"""Vectors of questions, from the encoder that an index carries.

Law: neither torch nor sentence-transformers is imported; no question waits for them.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class OnnxEncoder:
    """The query encoder that an index carries. Safe to share between threads.

    Raises:
        OSError: A file of the export is missing.
        ValueError: A file of the export is damaged.
    """

    def __init__(self, folder: Path) -> None:
        # It sends what it runs to its maker, and from its import on, if it is not told before.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # here, so that building and `verify` do not load it
        from tokenizers import Tokenizer

        settings = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self.width: int = settings["width"]
        self.fingerprint: str = settings["fingerprint"]
        self._inputs: list[str] = settings["inputs"]
        self._prompt: str = settings["query_prompt"]
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = folder / "model.onnx"
        model.stat()  # where it is missing, onnxruntime raises no OSError
        try:
            self._tokenizer = Tokenizer.from_str(
                (folder / "tokenizer.json").read_text(encoding="utf-8")
            )
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        except OSError:
            raise
        except Exception as error:  # both libraries raise classes of their own
            raise ValueError(f"{folder.name}: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(settings["max_tokens"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, one at a time so that none depends on another.

        Shape: (len(texts), width).
        """
        vectors = [self._one(self._prompt + text) for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, self.width), np.float32)

    def _one(self, text: str) -> NDArray[np.float32]:
        encoding = self._tokenizer.encode(text)
        columns = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([columns[name]], np.int64) for name in self._inputs}
        (vectors,) = self._session.run(None, feed)
        return np.asarray(vectors[0], np.float32)
