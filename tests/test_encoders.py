# ruff: noqa: RUF001  signs of other scripts are what some tests are about
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from rag.encoders import (
    DEFAULT_ENCODER,
    EQUAL,
    EXPORT_TOLERANCE,
    OnnxEncoder,
    SentenceTransformerEncoder,
)
from rag.errors import EncoderUnavailable

TEXTS = [
    "what did Putin say about Syria?",
    "a",
    "?",
    "…",
    "a word " * 4000,
    "x" * 20_000,
    "что сказал Путин",
    "普京说了什么？",
    "naïve café, 5.500 km – “quoted” ‘too’",
    "🏳️‍🌈 emoji \u200d and \u0301 marks",
    "tab\tline\nand\u2028separator",
    "The Russian president proposed a “duel” between the new weapons and the missile defense.",
]


def least_cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).sum(1).min())


MIXED = ["?", "a word " * 60, "what did Putin say about Syria?", "普京说了什么？", "a"]  # in length


@pytest.fixture(scope="module", params=["tiny", "default"])
def both(
    request: pytest.FixtureRequest, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SentenceTransformerEncoder, OnnxEncoder]:
    building = SentenceTransformerEncoder(
        str(tiny_encoder) if request.param == "tiny" else DEFAULT_ENCODER
    )
    folder = tmp_path_factory.mktemp("export") / "encoder"
    building.export(folder)
    return building, OnnxEncoder(folder)


def test_both_paths_give_a_text_the_same_vector(both) -> None:
    building, asking = both
    expected, found = building.encode(TEXTS), asking.encode(TEXTS)
    assert expected.shape == found.shape == (len(TEXTS), asking.width)
    assert least_cosine(expected, found) >= EQUAL
    assert len({row.round(3).tobytes() for row in found[[0, 1, 4, 5, 8, 11]]}) == 6


def test_vectors_have_length_one(both) -> None:
    for encoder in both:
        assert np.linalg.norm(encoder.encode(MIXED), axis=1) == pytest.approx(1, abs=1e-5)


def test_a_vector_does_not_depend_on_its_batch(both) -> None:
    building, asking = both
    alone = np.concatenate([asking.encode([text]) for text in MIXED])
    assert (alone == asking.encode(MIXED)).all()
    assert (alone == asking.encode(MIXED[::-1])[::-1]).all()
    alone = np.concatenate([building.encode([text]) for text in MIXED])
    assert least_cosine(alone, building.encode(MIXED)) >= EQUAL


def test_no_texts_give_no_rows(both) -> None:
    assert both[1].encode([]).shape == (0, both[1].width)


def test_the_export_knows_what_it_was_made_from(both) -> None:
    building, asking = both
    assert asking.fingerprint == building.fingerprint
    assert asking.width == building.width


def test_other_weights_have_another_fingerprint(make_encoder, tiny_encoder: Path) -> None:
    first = SentenceTransformerEncoder(str(tiny_encoder)).fingerprint
    assert SentenceTransformerEncoder(str(make_encoder())).fingerprint == first
    assert SentenceTransformerEncoder(str(make_encoder(seed=1))).fingerprint != first


def test_the_prompt_for_queries_is_in_the_export_and_not_in_passages(
    make_encoder, tiny_encoder: Path, tmp_path: Path
) -> None:
    prompted = SentenceTransformerEncoder(
        str(make_encoder(prompts={"query": "query: ", "document": ""}))
    )
    prompted.export(tmp_path / "prompted")
    plain = SentenceTransformerEncoder(str(tiny_encoder))  # the same weights
    (asked,) = OnnxEncoder(tmp_path / "prompted").encode(["who spoke"])
    assert np.abs(asked - plain.encode(["query: who spoke"])[0]).max() <= EXPORT_TOLERANCE
    assert np.abs(asked - plain.encode(["who spoke"])[0]).max() > 100 * EXPORT_TOLERANCE
    assert np.abs(prompted.encode(["a"]) - plain.encode(["a"])).max() <= EXPORT_TOLERANCE
    assert prompted.fingerprint != plain.fingerprint


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "./nowhere", "\x00"])
def test_an_unknown_model_is_refused_at_once_in_one_line(name: str) -> None:
    start = perf_counter()
    with pytest.raises(EncoderUnavailable) as caught:
        SentenceTransformerEncoder(name)
    assert perf_counter() - start < 5
    assert len(str(caught.value).splitlines()) == 1
    assert repr(name) in str(caught.value)
    assert "Mend: give --encoder" in str(caught.value)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(EncoderUnavailable) as caught:
        SentenceTransformerEncoder(str(tmp_path))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "encoder.json"])
def test_a_damaged_export_is_an_error_of_one_kind(
    tiny_encoder: Path, tmp_path: Path, name: str
) -> None:
    SentenceTransformerEncoder(str(tiny_encoder)).export(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError):
        OnnxEncoder(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError):
        OnnxEncoder(tmp_path)


def test_asking_loads_no_torch_and_leaves_nothing_at_home(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    SentenceTransformerEncoder(str(tiny_encoder)).export(tmp_path / "encoder")
    program = (
        "import sys; from pathlib import Path; from rag.encoders import OnnxEncoder\n"
        "print(OnnxEncoder(Path(sys.argv[1])).encode(['a question']).shape[1])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    (tmp_path / "home").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment.pop("ORT_DISABLE_TELEMETRY", None)  # set by encoders of this process
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "encoder"],
        capture_output=True,
        text=True,
        env=environment | {"HOME": str(tmp_path / "home")},
    )
    assert done.stdout.splitlines() == ["32", "[]"], done.stderr
    # ONNX Runtime 1.29 and later keep a device id and a queue of events there, unless forbidden.
    assert not list((tmp_path / "home").iterdir())
