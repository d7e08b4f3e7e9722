"""A trained evidence model as two ONNX files: up to the early exit, and from there on.

    python -m training.export --run FOLDER --out rag/reader

Weights of products are kept in int8, a scale for each column, and turned back to single precision
when the model is loaded: a score then depends on its own window only, since nothing is rounded by
what else is read. The whole is checked against torch before it is kept.
"""

import argparse
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from rag.evidence import SHIPPED
from rag.evidence.model import EvidenceModel as EvidenceSessions
from rag.evidence.windows import WindowTokenizer
from training.bases import LAYERS, cross_encoder_folder
from training.model import EXIT, Batch, EvidenceModel


class Lower(torch.nn.Module):
    """From tokens to states after half of the layers, and the first scores."""

    def __init__(self, model: EvidenceModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, ids: torch.Tensor, types: torch.Tensor, pool: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """States, and logits of sentences and window."""
        states = self.model.layers(self.model.embedded(ids, types), 0, EXIT, None)
        return states, *self.model.heads[0](states, pool)


class Upper(torch.nn.Module):
    """From those states to the scores after all layers."""

    def __init__(self, model: EvidenceModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, states: torch.Tensor, pool: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Logits of sentences and window."""
        return self.model.heads[1](self.model.layers(states, EXIT, LAYERS, None), pool)


def export(model: EvidenceModel, folder: Path) -> None:
    """Write `lower.onnx` and `upper.onnx`."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(5, 1000, (1, 20))
    pool = torch.rand(1, 3, 20)
    states = torch.rand(1, 20, 384)
    tokens = {1: "tokens"}
    axes = {"ids": tokens, "types": tokens, "states": tokens, "pool": {1: "sentences", 2: "tokens"},
            "sentences": {1: "sentences"}}  # fmt: skip
    for name, part, given, inputs, outputs in (
        ("lower", Lower(model), (ids, ids * 0, pool), ["ids", "types", "pool"],
         ["states", "sentences", "answers"]),
        ("upper", Upper(model), (states, pool), ["states", "pool"], ["sentences", "answers"]),
    ):  # fmt: skip
        file = folder / f"{name}.onnx"
        torch.onnx.export(
            part.eval(), given, str(file), input_names=inputs, output_names=outputs,
            dynamic_axes={n: axes[n] for n in (*inputs, *outputs) if n in axes},
            opset_version=17, dynamo=False,
        )  # fmt: skip


def shrink(file: Path, target: Path) -> None:
    """Keep matrices in int8, with a scale for each column."""
    model = onnx.load(file)
    graph = model.graph
    kept, nodes = [], []
    for one in graph.initializer:
        values = numpy_helper.to_array(one)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < 4096:
            kept.append(one)
            continue
        axis = 0 if "embeddings" in one.name else 1
        scale = np.abs(values).max(axis=1 - axis) / 127
        scale = np.maximum(scale, 1e-12).astype(np.float32)
        by = scale[:, None] if axis == 0 else scale[None, :]
        small = np.clip(np.round(values / by), -127, 127).astype(np.int8)
        kept += [
            numpy_helper.from_array(small, f"{one.name}_int8"),
            numpy_helper.from_array(scale, f"{one.name}_scale"),
            numpy_helper.from_array(np.zeros(len(scale), np.int8), f"{one.name}_zero"),
        ]
        nodes.append(
            helper.make_node(
                "DequantizeLinear",
                [f"{one.name}_int8", f"{one.name}_scale", f"{one.name}_zero"],
                [one.name],
                axis=axis,
            )
        )
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def check(model: EvidenceModel, folder: Path) -> float:
    """The largest difference of a probability between torch in single precision and what ships."""
    shipped = EvidenceSessions(folder)
    tokens = WindowTokenizer(folder / "tokenizer.json")
    apart = 0.0
    for question, title, sentences in PROBES:
        window = tokens.window(question, title, sentences)
        with torch.no_grad():
            expected = model.eval()(Batch.of([window]))
        (half,) = shipped.first([window])
        (whole,) = shipped.whole([(window, half)])
        for (logits, answers), found in zip(expected, (half, whole), strict=True):
            said = logits[0, : len(sentences)].numpy()  # without what the batch is padded with
            for a, b in ((said, found.sentences), (answers.numpy(), found.answers)):
                apart = max(apart, float(np.abs(_logistic(a) - _logistic(b)).max()))
    return apart


def _logistic(values: np.ndarray | float) -> np.ndarray:
    return 1 / (1 + np.exp(-np.asarray(values, np.float64)))


PROBES = (
    ("When did the bridge close?", "The bridge", ("Rain fell.", "It closed on Monday, they said.")),
    ("who measured the ice", "", ("The glacier lost ice.", "A team from Bern measured it in May.")),
    ("What did Ann Lee say about prices?", "Prices", ("“They will fall,” said Mr. Smith.",)),
)


def main() -> None:
    """Export, shrink, check."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--run", type=Path, required=True)
    command.add_argument("--out", type=Path, default=SHIPPED)
    given = command.parse_args()
    model = EvidenceModel()
    file = given.run / "model.pt"
    if file.exists():
        model.load_state_dict(torch.load(file, weights_only=True))
    else:
        model.load_state_dict(torch.load(given.run / "checkpoint.pt", weights_only=True)["model"])
    full = given.run / "onnx"
    export(model.eval(), full)
    given.out.mkdir(parents=True, exist_ok=True)
    for name in ("lower", "upper"):
        shrink(full / f"{name}.onnx", given.out / f"{name}.onnx")
    shutil.copyfile(cross_encoder_folder() / "tokenizer.json", given.out / "tokenizer.json")
    print(f"largest difference of a probability: {check(model, given.out):.4f}")
    for each in sorted(given.out.iterdir()):
        print(sha256(each.read_bytes()).hexdigest(), each.stat().st_size, each.name)


if __name__ == "__main__":
    main()
