"""A trained evidence model as two ONNX files: up to the early exit, and from there on.

    python -m training.export --run FOLDER --examples FOLDER/examples.jsonl

Weights are kept in int8, a scale for each column, and multiplied as integers: what a product reads
is rounded to 8 bits by its own range, which is evened out before (`smooth`). Since each window is
read by itself, no score depends on what else is read. The whole is compared with torch before it is
kept.
"""

import argparse
import copy
import math
import random
import shutil
from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from rag.evidence import SHIPPED
from rag.evidence.model import EvidenceModel as EvidenceSessions
from rag.evidence.windows import Window, WindowTokenizer
from training.bases import LAYERS, cross_encoder_folder
from training.examples import SEED
from training.model import EXIT, Batch, EvidenceModel
from training.train import labelled, read_examples

LOOKED_AT = 64  # windows by which ranges are evened out
MOVED = 0.8  # share of a range that goes from what is read to the weights


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


class Smoothed(torch.nn.Module):
    """A linear layer: columns of the input are divided by what those weights are multiplied by."""

    def __init__(self, linear: torch.nn.Linear, by: torch.Tensor) -> None:
        super().__init__()
        self.linear = linear
        with torch.no_grad():
            self.linear.weight.mul_(by)
        self.register_buffer("share", 1 / by)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """What the layer gives. Shape: (n, tokens, width)."""
        return self.linear(states * self.share)


def smooth(model: EvidenceModel, windows: Iterable[Window]) -> EvidenceModel:
    """The same model, with the columns that feed-forward layers read of like range in `windows`.

    A few columns are thirty times as large as the others, and one range of 8 bits holds them all.

    Source: Xiao et al., SmoothQuant, 2023, for both layers; elsewhere it gains little.
    """
    made = copy.deepcopy(model).eval()
    halves = [half for one in made.encoder.encoder.layer for half in (one.intermediate, one.output)]
    largest = [torch.full((half.dense.in_features,), 1e-5) for half in halves]
    looking = [
        half.dense.register_forward_pre_hook(partial(_widen, most))
        for half, most in zip(halves, largest, strict=True)
    ]
    with torch.no_grad():
        for window in windows:
            made(Batch.of([window]))
    for half, most, hook in zip(halves, largest, looking, strict=True):
        hook.remove()
        weights = half.dense.weight.detach().abs().amax(0).clamp(min=1e-5)
        by = most**MOVED / weights ** (1 - MOVED)
        half.dense = Smoothed(half.dense, by / by.log().mean().exp())
    return made


def _widen(largest: torch.Tensor, _: torch.nn.Module, given: tuple[torch.Tensor]) -> None:
    torch.maximum(largest, given[0].abs().amax((0, 1)), out=largest)


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
    """Products in integers, what they read rounded as it comes; tables kept in int8."""
    products = {"op_types_to_quantize": ["MatMul"], "weight_type": QuantType.QInt8}
    quantize_dynamic(file, target, per_channel=True, **products)
    model = onnx.load(target)
    graph = model.graph
    kept, nodes = [], []
    for one in graph.initializer:
        values = numpy_helper.to_array(one)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < 4096:
            kept.append(one)
            continue
        scale = np.abs(values).max(axis=1) / 127
        scale = np.maximum(scale, 1e-12).astype(np.float32)
        small = np.clip(np.round(values / scale[:, None]), -127, 127).astype(np.int8)
        held = [f"{one.name}_{part}" for part in ("int8", "scale", "zero")]
        arrays = small, scale, np.zeros(len(scale), np.int8)
        kept += map(numpy_helper.from_array, arrays, held)
        nodes.append(helper.make_node("DequantizeLinear", held, [one.name], axis=0))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in nodes:
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def write_probe(target: Path, length: int = 256, columns: int = 32) -> None:
    """One product of 8 bits with the largest weights, by which overflow is noticed."""
    given = helper.make_tensor_value_info("row", TensorProto.UINT8, [1, length])
    sums = helper.make_tensor_value_info("sums", TensorProto.INT32, [1, columns])
    weights = numpy_helper.from_array(np.full((length, columns), 127, np.int8), "weights")
    node = helper.make_node("MatMulInteger", ["row", "weights"], ["sums"])
    graph = helper.make_graph([node], "probe", [given], [sums], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
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
        readings = (shipped.read([window], promising=least) for least in (math.inf, -math.inf))
        for (logits, answers), (found,) in zip(expected, readings, strict=True):
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
    command.add_argument("--examples", type=Path, required=True, help="that ranges are read off")
    command.add_argument("--out", type=Path, default=SHIPPED)
    given = command.parse_args()
    model = EvidenceModel()
    file = given.run / "model.pt"
    if file.exists():
        model.load_state_dict(torch.load(file, weights_only=True))
    else:
        model.load_state_dict(torch.load(given.run / "checkpoint.pt", weights_only=True)["model"])
    made = random.Random(SEED).sample(read_examples(given.examples), LOOKED_AT)
    full = given.run / "onnx"
    export(smooth(model, [one.window for one in labelled(made)]), full)
    given.out.mkdir(parents=True, exist_ok=True)
    for name in ("lower", "upper"):
        shrink(full / f"{name}.onnx", given.out / f"{name}.onnx")
    write_probe(given.out / "probe.onnx")
    shutil.copyfile(cross_encoder_folder() / "tokenizer.json", given.out / "tokenizer.json")
    print(f"largest difference of a probability: {check(model, given.out):.4f}")
    for each in sorted(given.out.iterdir()):
        print(sha256(each.read_bytes()).hexdigest(), each.stat().st_size, each.name)


if __name__ == "__main__":
    main()
