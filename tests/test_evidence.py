import math
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rag.datatypes import Document, Evidence, Hit, Query
from rag.engine import OnRecord
from rag.errors import ConfigInvalid
from rag.evaluate.selection import Given
from rag.evidence import SHIPPED, JointReader, ReadConfig
from rag.evidence.calibration import INPUTS, Calibration
from rag.evidence.model import EvidenceModel, Reading, overflows, session
from rag.evidence.windows import WindowTokenizer
from rag.segment import PassageConfig, passages, segment
from training.export import shrink, write_probe

ARTICLES = {
    "bridge": "Workers closed the bridge on Monday. It will open again in March, the mayor said.",
    "glacier": "The glacier lost four metres of ice in 2019. A team from Bern measured it.",
    "market": "Prices of tomatoes rose. Farmers blamed the rain, which fell for six weeks.",
}
QUESTION = "When was the bridge closed?"


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel(SHIPPED)


def hits() -> list[Hit]:
    documents = (Document(name, text, name.title()) for name, text in ARTICLES.items())
    return [Hit(one, 1.0) for document in documents for one in passages(segment(document))]


def read(some: list[Hit], config: ReadConfig | None = None) -> tuple[Evidence, ...]:
    collection = Given([hit.passage for hit in hits()])
    return JointReader(config=config).read(Query(QUESTION), some, collection)


def test_the_sentence_that_answers_is_first_and_likely() -> None:
    first, *others = read(hits())
    assert first.sentence.text == "Workers closed the bridge on Monday."
    assert first.probability > 0.5 > max(one.probability for one in others)


def test_a_score_does_not_depend_on_what_else_is_read() -> None:
    everything = ReadConfig(promising=-math.inf)
    together = {one.sentence: one.score for one in read(hits(), everything)}
    backwards = {one.sentence: one.score for one in read(hits()[::-1], everything)}
    alone = {one.sentence: one.score for hit in hits() for one in read([hit], everything)}
    assert together == backwards == alone
    assert len(together) == 6


def test_every_sentence_of_a_long_passage_is_read_with_room() -> None:
    filler = " ".join(
        f"Gate {n} of the harbour was painted green in the year {n}." for n in range(60)
    )
    text = f"{filler} Workers closed the bridge on Monday. {filler}"
    document = Document("long", text, "Long")
    (passage,) = passages(segment(document), PassageConfig(length_words=2_000, overlap_words=0))
    assert len(passage.sentences) == 121
    found = read([Hit(passage, 1.0)])
    assert {one.sentence for one in found} == {*passage.sentences}
    assert found[0].sentence.text == "Workers closed the bridge on Monday."
    assert found[0].probability > 0.5
    for one in found:
        assert one.sentence in one.hit.passage.sentences
        assert len(one.hit.passage.sentences) < 60


def test_only_promising_passages_are_read_whole(model: EvidenceModel) -> None:
    tokens = WindowTokenizer(SHIPPED / "tokenizer.json")
    windows = [tokens.window(QUESTION, name, [text]) for name, text in ARTICLES.items()]
    first, whole = ([*model.read(windows, promising=to)] for to in (math.inf, -math.inf))
    assert [{one.stage for one in readings} for readings in (first, whole)] == [
        {"first"},
        {"whole"},
    ]
    likeliest = max(range(3), key=lambda at: first[at].answers)
    found = model.read(windows, promising=first[likeliest].answers)
    assert [one.answers for one in found] == [
        (whole if at == likeliest else first)[at].answers for at in range(3)
    ]


def test_exact_products_give_the_largest_sums_on_any_processor() -> None:
    made = session(SHIPPED / "probe.onnx", exact=True)
    (given,) = made.get_inputs()
    (sums,) = made.run(None, {given.name: np.full(given.shape, 255, np.uint8)})
    assert (sums == given.shape[1] * 255 * 127).all()


def test_the_probe_is_what_export_writes_and_wrong_sums_are_noticed(tmp_path: Path) -> None:
    write_probe(tmp_path / "probe.onnx")
    assert (tmp_path / "probe.onnx").read_bytes() == (SHIPPED / "probe.onnx").read_bytes()
    model = onnx.load(SHIPPED / "probe.onnx")
    values = numpy_helper.to_array(model.graph.initializer[0]).copy()
    values[0, -1] -= 1
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(values, "weights"))
    onnx.save(model, tmp_path / "probe.onnx")
    assert overflows(tmp_path / "probe.onnx")


def test_a_model_in_8_bits_gives_nearly_what_it_gave(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    table, weights = (chance.normal(size=size).astype(np.float32) for size in ((80, 64), (64, 96)))
    nodes = [
        helper.make_node("Gather", ["embeddings", "ids"], ["states"]),
        helper.make_node("MatMul", ["states", "weights"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "both",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 96])],
        [numpy_helper.from_array(table, "embeddings"), numpy_helper.from_array(weights, "weights")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(made, tmp_path / "full.onnx")
    shrink(tmp_path / "full.onnx", tmp_path / "small.onnx")
    kept = {one.data_type for one in onnx.load(tmp_path / "small.onnx").graph.initializer}
    assert TensorProto.INT8 in kept
    assert (tmp_path / "small.onnx").stat().st_size < (tmp_path / "full.onnx").stat().st_size / 2
    ids = np.arange(80)
    (scores,) = session(tmp_path / "small.onnx", exact=True).run(None, {"ids": ids})
    apart = np.abs(scores - table @ weights)
    assert 0 < apart.max() < 0.05 * np.abs(scores).max()


def test_scores_do_not_depend_on_the_kind_of_products() -> None:
    if overflows(SHIPPED / "probe.onnx"):
        pytest.skip("the fast products of this processor are not used")
    window = WindowTokenizer(SHIPPED / "tokenizer.json").window(QUESTION, "", [*ARTICLES.values()])
    feed = {"ids": window.ids[None], "types": window.types[None], "pool": window.pool()[None]}
    fast, exact = (
        session(SHIPPED / "lower.onnx", exact=way).run(None, feed) for way in (False, True)
    )
    for one, other in zip(fast, exact, strict=True):
        assert one == pytest.approx(other, abs=1e-4)


def test_what_is_read_is_the_best_and_near_to_the_best() -> None:
    some = [replace(hit, score=score) for hit, score in zip(hits(), (1.0, 0.75, 0.7), strict=True)]
    assert JointReader(config=ReadConfig(within=0.25)).choose(some) == tuple(some[:2])
    assert JointReader(config=ReadConfig(depth=1)).choose(some) == tuple(some[:1])
    assert JointReader().choose([]) == ()


def test_no_hits_are_no_evidence() -> None:
    assert read([]) == ()


@pytest.mark.parametrize("values", [{"depth": 0}, {"within": -0.1}, {"promising": math.nan}])
def test_reading_by_nothing_is_refused(values: dict[str, float]) -> None:
    ((name, value),) = values.items()
    with pytest.raises(ConfigInvalid, match=rf"{name} is {value}\. Mend: use "):
        ReadConfig(**values)


def test_every_sentence_of_the_hits_is_scored_once_best_first(seeds_index: Path) -> None:
    engine = OnRecord.open(seeds_index)
    found = engine.explain("what did Putin say about Syria?")
    wanted = {(s.document.id, s.span) for hit in found.hits for s in hit.passage.sentences}
    assert {(one.sentence.document.id, one.sentence.span) for one in found.evidence} == wanted
    assert len(found.evidence) == len(wanted)
    scores = [one.score for one in found.evidence]
    assert scores == sorted(scores, reverse=True)


def test_probability_is_the_logistic_of_the_score() -> None:
    for one in read(hits()):
        assert one.probability == pytest.approx(1 / (1 + math.exp(-one.score)))


def test_calibration_is_a_weighted_sum_by_stage() -> None:
    weights = np.arange(1.0, 1 + len(INPUTS))
    layer = Calibration({"first": weights, "whole": 0 * weights}, {"first": 0.5, "whole": 2.0}, 0.5)
    seen = np.array([[0.25, 0.5, 1.0, 0.0, -1.0, 1.0, 0.5, 1.0, 1.0]])
    logits = np.array([1.0], np.float32)
    both = -math.log1p(math.exp(-1)) - math.log1p(math.exp(2))  # of logits 1 and -2
    expected = 0.5 + 1 - 2 * 2 + 3 * both + 4 * 0.25 + 5 * 0.5 + 6 - 8 + 9 + 10 * 0.5 + 11 + 12
    first = layer.logits(Reading(logits, -2.0, "first"), seen)
    assert first == pytest.approx([expected], abs=1e-4)
    assert layer.logits(Reading(logits, -2.0, "whole"), seen) == pytest.approx([2.0])


@pytest.mark.parametrize("name", ["lower.onnx", "upper.onnx", "probe.onnx"])
def test_a_damaged_file_of_the_model_is_told(tmp_path: Path, name: str) -> None:
    shutil.copytree(SHIPPED, tmp_path / "weights")
    (tmp_path / "weights" / name).write_bytes(b"no model")
    with pytest.raises(ValueError, match=name):
        EvidenceModel(tmp_path / "weights")
    (tmp_path / "weights" / name).unlink()
    with pytest.raises(OSError, match=name):
        EvidenceModel(tmp_path / "weights")


def test_the_model_card_names_the_files_that_are_shipped() -> None:
    card = (SHIPPED / "README.md").read_text(encoding="utf-8")
    for file in SHIPPED.iterdir():
        if file.name != "README.md":
            assert f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n" in card
            assert file.stat().st_size < 90_000_000
