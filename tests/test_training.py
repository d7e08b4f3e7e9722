"""Data preparation and a training that is small enough to run here."""

import json
import math
import random
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rag.datatypes import Document
from rag.evidence.calibration import INPUTS
from rag.evidence.windows import LONGEST, WindowTokenizer
from rag.segment import segment
from training import altered, longer
from training.bases import cross_encoder_folder
from training.calibrate import FOLDS, Asked, OutOfSample, draw, of_astray, report
from training.examples import (
    Example,
    Paragraph,
    held_out,
    keywords,
    plain,
    title_of,
    typing_error,
    window,
    with_pronoun,
)
from training.export import smooth
from training.label import scored
from training.mean import mean
from training.model import Batch, EvidenceModel, imitation, loss
from training.several import several, sources, together
from training.train import EXIT_SHARE, Aim, labelled, left_out, losses

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY.parent / "shared" / "eval"
ALSO = "answers, further"
public = pytest.mark.skipif(not DATA.is_dir(), reason="the public sets are not beside the checkout")


def run(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def hundred() -> list[Example]:
    """Runs of three sentences of the seeds, asked for the words of one, or of one further down."""
    made = []
    for path in sorted((REPOSITORY / "seeds").iterdir()):
        parts = segment(Document(path.name, path.read_text(encoding="utf-8")))
        texts = [one.text for one in parts if one.block == "body"]
        for at in range(len(texts) - 3):
            some = tuple(texts[at : at + 3])
            elsewhere = texts[(at + 12) % len(texts)]
            made.append(Example("own", "seeds", keywords(texts[at + 1]), "", some, (1,)))
            made.append(Example("own", "seeds", keywords(elsewhere), "", some, ()))
    return made[:100]


def test_a_hundred_examples_are_learned_by_heart(tmp_path: Path) -> None:
    examples = tmp_path / "examples.jsonl"
    made = hundred()
    assert len(made) == 100
    examples.write_text("".join(json.dumps(asdict(one)) + "\n" for one in made), encoding="utf-8")
    quick = run("training.train", "--quick", "--examples", str(examples), "--run", str(tmp_path))
    before, after = map(float, re.findall(r"loss ([\d.]+) before, ([\d.]+) after", quick)[0])
    assert after < before / 4


@public
def test_examples_are_made_twice_the_same(tmp_path: Path) -> None:
    made = ("training.examples", "--data", str(DATA), "--paragraphs", "60", "--out")
    told = run(*made, str(tmp_path / "a"))
    assert run(*made, str(tmp_path / "b")) == told
    first, second = ((tmp_path / name / "examples.jsonl").read_bytes() for name in "ab")
    assert first == second
    kinds = {json.loads(line)["kind"] for line in first.splitlines()}
    assert kinds >= {"answers", "near window", "answer removed", "exchanged", "single"}
    assert "## near window" in told


def test_nothing_is_nearer_to_a_teacher_than_what_it_says() -> None:
    said = (torch.tensor([[2.0, -1.0, 0.0]]), torch.tensor([1.5]))
    present = torch.tensor([[True, True, False]])
    best = float(imitation(said, said, present))
    for other in ([[1.0, -1.0, 0.0]], [[2.0, 0.5, 0.0]]):
        assert float(imitation((torch.tensor(other), said[1]), said, present)) > best
    assert float(imitation((said[0], torch.tensor([0.0])), said, present)) > best
    unseen = (torch.tensor([[2.0, -1.0, 9.0]]), said[1])
    assert float(imitation(unseen, said, present)) == pytest.approx(best)


def test_only_what_a_teacher_scored_imitates_it() -> None:
    model = EvidenceModel().eval()
    alone, other = labelled(hundred()[:2])
    scored = replace(other, taught=([3.0, -2.0, 1.0], 2.0))
    with torch.no_grad():
        batch = Batch.of([alone.window])
        marks = torch.zeros(batch.present.shape)
        marks[0, list(alone.answers)] = 1.0
        early, last = (float(loss(*scores, marks, batch.present)) for scores in model(batch))
        found = [float(losses(model, lot, Aim())) for lot in ([alone], [scored], [alone, scored])]
        marked = float(losses(model, [other], Aim()))
    assert found[0] == pytest.approx(last + EXIT_SHARE * early, rel=0.02)
    assert found[2] == pytest.approx((found[0] + found[1]) / 2, rel=0.02)
    assert found[1] != pytest.approx(marked, rel=0.1)


def key(text: str) -> str:
    return " ".join(re.findall(r"\w+", plain(text).lower()))


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def trained() -> list[Paragraph]:
    return sources(DATA)


@public
def test_no_text_that_is_measured_on_is_trained_on(trained: list[Paragraph]) -> None:
    every = [*trained, *(one for one, _ in altered.sources(DATA))]
    questions = {key(question) for one in every for question in one.questions}
    sentences = {key(sentence) for one in every for sentence in one.sentences}
    sentences = {one for one in sentences if len(one.split()) >= 8}
    kept = held_out(DATA)
    assert len(kept) > 250
    measured = {
        "clapnq": [r for r in rows(DATA / "clapnq/dev.selection.jsonl") if r["id"] in kept],
        "trecqa": rows(DATA / "trecqa/dev.selection.jsonl"),
        "multirc": rows(DATA / "multirc_eraser/val.selection.jsonl"),
    }
    for name, asked in measured.items():
        assert not {key(one["question"]) for one in asked} & questions, name
        assert not {key(s) for one in asked for s in one["sentences"]} & sentences, name
    asked = [key(one["text"]) for one in rows(DATA / "realtimeqa_2022a/queries.jsonl")]
    asked += [key(r["question"]) for r in rows(REPOSITORY / "tests/gold/seeds/questions.jsonl")]
    assert not questions.intersection(asked)
    seeds = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "seeds").iterdir()]
    articles = " ".join(map(key, seeds))
    assert not [one for one in sentences if one in articles]


@public
def test_further_examples_have_what_answers_or_nothing_of_it(trained: list[Paragraph]) -> None:
    made = several(trained)
    assert made == several(trained)
    assert not set(made) >= set(several(trained, turn=2))
    assert len(made) > 5_000
    for one in made:
        assert bool(one.answers) == one.kind.endswith(", answers")
        assert all(0 <= at < len(one.sentences) for at in one.answers)
    answering = [len(one.answers) for one in made if one.answers]
    assert sum(count > 1 for count in answering) > len(answering) / 3


def test_two_questions_of_a_paragraph_become_one_where_different_sentences_answer() -> None:
    answers = frozenset({0}), frozenset({2}), frozenset({0})
    asked = "Who came?", "Where was it?", "Who left?"
    one = Paragraph("own", "a", "", ("A.", "B.", "C."), asked, answers, ("", "", ""))
    assert list(together(one)) == [
        ("Who came, and where was it?", frozenset({0, 2})),
        ("Where was it, and who left?", frozenset({0, 2})),
    ]


@public
def test_altered_questions_have_no_answer_and_what_was_left_out_has_its_own() -> None:
    given = altered.sources(DATA)[-40:]
    made = altered.altered(given)
    assert made == altered.altered(given)
    kinds = {kind: [one for one in made if one.kind == kind] for kind in ("altered", ALSO)}
    assert len(kinds["altered"]) > 20
    assert len(kinds[ALSO]) == sum(len(one.questions) for one, more in given if more) > 0
    assert not any(one.answers for one in kinds["altered"])
    assert all(one.answers for one in kinds[ALSO])


def test_what_is_asked_for_or_the_answer_has_is_exchanged_for_what_the_paragraph_lacks() -> None:
    question = "How tall is the new ferry?"
    sentences = "The ferry is tall and makes 40 knots.", "It rained."
    one = Paragraph("own", "a", "", sentences, (question,), (frozenset({0}),), ("",))
    words = altered.words_of([question])[question]
    assert [(word.text, word.slot[0]) for word in words] == [
        ("tall", "how"), ("new", ""), ("ferry", "")]  # fmt: skip
    pool = {word.slot: [word.text, "knots", "steep"] for word in words}
    found = {
        altered.exchanged(question, one, frozenset({0}), words, pool, random.Random(seed))
        for seed in range(30)
    }
    assert found == {"How steep is the new ferry?", "How tall is the new steep?"}
    other = altered.exchanged(question, one, frozenset({1}), words[1:], pool, random.Random(0))
    assert other is None


@public
def test_longer_windows_have_what_answers_or_nothing_of_it() -> None:
    every = longer.sources(DATA)  # of SQuADShifts first, of SQuAD, ClapNQ and FEVER last
    given = [*every[:100], *every[-2_150:-1_900]]
    made = longer.longer(given)
    assert made == longer.longer(given)
    right = {"answers", "says"}
    wrong = {"none", "removed", "near", "altered", "exchanged", "says, another"}
    kinds = {one.kind.removesuffix(", long") for one in made}
    assert kinds == right | wrong
    assert all(bool(one.answers) == (one.kind.removesuffix(", long") in right) for one in made)
    lengths = [sum(len(s.split()) for s in one.sentences) for one in made]
    assert sorted(lengths)[len(made) // 2] > longer.LEAST_WORDS
    some = labelled(made)  # where what answers has no room, the window is left out
    assert max(len(one.window.ids) for one in some) <= LONGEST
    assert len(some) > 0.95 * len(made)


def test_a_paragraph_is_read_with_those_beside_it_of_its_article() -> None:
    def of(article: str, *sentences: str) -> Paragraph:
        answers = (frozenset({0}),)
        return Paragraph("squadshifts/new_wiki", article, "", sentences, ("Who?",), answers, ("",))

    given = [of("a", "A.", "B."), of("a", "C."), of("b", "D.")]
    read = [longer.beside(given, place) for place in range(3)]
    assert [one.sentences for one in read] == [("A.", "B.", "C."), ("A.", "B.", "C."), ("D.",)]
    assert [one.answers for one in read] == [
        (frozenset({0}),),
        (frozenset({2}),),
        (frozenset({0}),),
    ]


def test_the_mean_of_teachers_leaves_single_sentences_to_the_small_ones() -> None:
    windows = [one.window for one in labelled(hundred()[:20])]
    alone = WindowTokenizer(cross_encoder_folder() / "tokenizer.json").window("Who?", "", ["Ann."])
    models = [EvidenceModel().eval() for _ in range(3)]
    for number, model in enumerate(models):
        model.load_state_dict(models[0].state_dict())
        with torch.no_grad():
            model.heads[1].answers.bias += 4.0 * number
            model.heads[1].sentence.bias += 2.0 * number
    plain = scored(models[:1], [*windows, alone], [])
    mean = scored(models, [*windows, alone], [0.3, 0.1])
    for before, after in zip(plain, mean, strict=True):
        single = len(before["sentences"]) == 1
        assert after["answers"] - before["answers"] == pytest.approx(
            5.0 if single else 2.0, abs=0.1
        )
        for of_one, of_mean in zip(before["sentences"], after["sentences"], strict=True):
            assert of_mean - of_one == pytest.approx(2.5 if single else 1.0, abs=0.1)


def test_distances_between_logits_are_learned_beside_the_logits() -> None:
    present = torch.tensor([[True, True, False]])
    taught = torch.tensor([[2.0, -2.0, 9.0]]), torch.tensor([1.0])
    moved = taught[0] + 3.0, taught[1]
    near = torch.tensor([[1.0, -1.0, 9.0]]), taught[1]

    def more(scores: tuple[torch.Tensor, torch.Tensor]) -> float:
        plain = imitation(scores, taught, present)
        return float(imitation(scores, taught, present, distances=1.0) - plain)

    assert more(moved) == pytest.approx(0.0, abs=1e-6)
    # By hand: each logit is 1 too near to the mean; smooth L1 of 1 is .5, by the root of two.
    assert more(near) == pytest.approx(1.0 / 2**0.5, abs=1e-6)


def test_most_windows_have_their_title_and_some_have_none() -> None:
    one = Paragraph("own", "a", "The ferry", ("A.",), ("Who?",), (frozenset({0}),), ("",))
    titles = [title_of(one, random.Random(seed)) for seed in range(1_000)]
    assert {*titles} == {"The ferry", ""}
    assert 0.8 < titles.count("The ferry") / 1_000 < 0.9


def test_what_no_teacher_scored_is_left_out(tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"example": 1}\n{"example": 2}\n', encoding="utf-8")
    made = hundred()[:4]
    assert left_out(made, labels) == [made[0], made[3]]


def test_a_mean_of_models_has_each_by_its_share(tmp_path: Path) -> None:
    files = [tmp_path / "a.pt", tmp_path / "b.pt"]
    for file, value in zip(files, (1.0, 3.0), strict=True):
        torch.save({"weight": torch.full((2,), value)}, file)
    assert mean(dict(zip(files, (0.75, 0.25), strict=True)))["weight"].tolist() == [1.5, 1.5]
    with pytest.raises(SystemExit, match=r"add up to 0\.9"):
        mean(dict.fromkeys(files, 0.45))


def test_ranges_are_evened_out_and_scores_stay() -> None:
    torch.manual_seed(0)
    model = EvidenceModel().eval()
    windows = [one.window for one in labelled(hundred())]
    made = smooth(model, windows[:40])
    ranges: dict[str, list[float]] = {"before": [], "after": []}

    def look(name: str, layer: torch.nn.Linear) -> None:
        def at(_: torch.nn.Module, given: tuple[torch.Tensor]) -> None:
            ranges[name].append(float(given[0].abs().max() / given[0].abs().mean()))

        layer.register_forward_pre_hook(at)

    for one, other in zip(model.encoder.encoder.layer, made.encoder.encoder.layer, strict=True):
        for half, smoothed in ((one.intermediate, other.intermediate), (one.output, other.output)):
            look("before", half.dense)
            look("after", smoothed.dense.linear)
    batch = Batch.of(windows[40:60])
    with torch.no_grad():
        for scores, same in zip(model(batch), made(batch), strict=True):
            assert torch.allclose(scores[0], same[0], atol=1e-3)
            assert torch.allclose(scores[1], same[1], atol=1e-3)
    assert sum(ranges["after"]) < sum(ranges["before"]) / 2


def questions_of_known_odds(number: int) -> list[Asked]:
    """Of five sentences each, which answer as often as their first input says."""
    chance = np.random.default_rng(3)
    made = []
    for _ in range(number):
        table = np.zeros((5, len(INPUTS)))
        table[:, 0] = chance.normal(-1, 2, 5)
        labels = chance.random(5) < 1 / (1 + np.exp(-table[:, 0]))
        made.append(Asked(table, table, np.ones(5, bool), labels, np.zeros((1, 2), bool)))
    return made


def test_a_probability_is_of_a_layer_that_did_not_see_its_question() -> None:
    made = questions_of_known_odds(300)
    before = OutOfSample.of(made)
    assert report(before)["ECE of sentences"] < 0.05
    turned = [*made]
    turned[FOLDS] = replace(made[FOLDS], labels=~made[FOLDS].labels)
    after = OutOfSample.of(turned)
    same = [np.array_equal(a, b) for a, b in zip(before.found, after.found, strict=True)]
    assert same == [at % FOLDS == 0 for at in range(300)]


def test_what_is_astray_is_weighed_by_how_seldom_it_answers() -> None:
    passages = [(True, False)] * 9 + [(True, True)] + [(False, True)] * 5 + [(False, False)] * 5
    made = [replace(one, passages=np.array(passages)) for one in questions_of_known_odds(2)]
    assert of_astray(made) == pytest.approx(math.log(0.1 / 0.5))


def test_the_diagram_of_the_same_probabilities_is_the_same(tmp_path: Path) -> None:
    unseen = OutOfSample.of(questions_of_known_odds(100))
    for name in ("a.svg", "b.svg"):
        draw(unseen, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert len(unseen.sentences()[0]) == 500
    written = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert all(title in written for title in ("best sentence of a question", "all sentences"))


def test_text_that_was_cut_into_tokens_is_written_as_usual() -> None:
    assert plain("He did n't go -lrb- to NATO -rrb- , `` yes '' .") == (
        'He didn\'t go (to NATO), " yes ".'
    )


def test_a_window_holds_what_answers_and_is_no_longer_than_it_may_be() -> None:
    sentences = tuple(f"This is sentence number {n} of a text." for n in range(60))
    for seed in range(50):
        first, last = window(sentences, frozenset({7}), random.Random(seed)) or (99, 0)
        assert first <= 7 <= last
        assert sum(len(s.split()) for s in sentences[first : last + 1]) <= 125


def test_a_pronoun_stands_for_a_name_that_the_sentence_before_has() -> None:
    chance = random.Random(0)
    text = ["Anna Meier came.", "Meier said that it was cold."]
    assert with_pronoun(text, 1, chance)
    assert re.fullmatch(r"(He|She|It) said that it was cold\.", text[1])
    assert not with_pronoun(["Rain fell.", "Meier said so."], 1, chance)
    assert not with_pronoun(["Meier said so."], 0, chance)


def test_a_typing_error_changes_one_word_a_little() -> None:
    question = "When was the bridge closed?"
    for seed in range(40):
        changed = typing_error(question, random.Random(seed))
        assert abs(len(changed) - len(question)) <= 1
        pairs = zip(changed.split(), question.split(), strict=True)
        assert sum(one != other for one, other in pairs) <= 1
