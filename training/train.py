"""Train the evidence model; stop at any time, and go on from the last checkpoint.

    python -m training.train --examples FOLDER/examples.jsonl --run FOLDER/teacher --teacher
    python -m training.label --examples FOLDER/examples.jsonl --run FOLDER/teacher
    python -m training.train --examples FOLDER/examples.jsonl --run FOLDER --labels FILE [--quick]
    python -m training.train … --run FOLDER/a --start FOLDER/model.pt --further FOLDER/several.jsonl
    python -m training.train … --run FOLDER/b --start FOLDER/model.pt --further FILE FILE … --rest

A checkpoint is written every few minutes, whole or not at all. With `--labels` the scores of the
teacher are imitated beside what is marked. `--quick` overfits a hundred examples and fails where it
cannot. `--further` mixes in examples that no teacher scored, `--rest` those that it left out.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import torch

from rag.encoders.embedding import multiplies_bfloat16
from rag.evidence.windows import Window, WindowTokenizer
from training.bases import cross_encoder_folder
from training.examples import SEED, Example
from training.model import Batch, EvidenceModel, Scores, Teacher, imitation, loss, of_like_length

BATCH_TOKENS = 2_400  # padding included
BODY, HEADS = 5e-5, 5e-4  # learning rates at their highest
LARGE_BODY, LARGE_HEADS = 3e-5, 3e-4  # of the teacher
TOKENS, LARGE_TOKENS = 3_600_000, 2_900_000  # that the small and the large model read
WARM_UP = 0.05  # share of the steps in which the rates rise
EXIT_SHARE = 0.5  # weight of the head after half of the layers
CHECKPOINT_MINUTES = 5
LEARNED = 4  # times less of the loss is left of what was learned by heart
HELD_OUT = 600  # examples that are looked at now and then and never trained on

Model = EvidenceModel | Teacher


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be learned where a teacher scored.

    `imitated`, 0 to 1, is the weight of its scores, the rest that of what is marked; `distances`
    that of how far apart the logits of a window lie, beside 1.
    """

    imitated: float = 0.7
    distances: float = 0.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """A window, the places of the sentences that answer, and the logits that a teacher gives."""

    window: Window
    answers: tuple[int, ...]
    taught: tuple[Sequence[float], float] | None = None


def main() -> None:
    """Train, or go on training."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--examples", type=Path, nargs="+", required=True)
    command.add_argument("--run", type=Path, required=True, help="where checkpoints are kept")
    command.add_argument("--tokens", type=float, help="to be read in all")
    command.add_argument("--teacher", action="store_true", help="train the large model")
    command.add_argument("--labels", type=Path, help="what training.label wrote")
    command.add_argument("--start", type=Path, metavar="MODEL", help="weights to go on from")
    command.add_argument(
        "--further", type=Path, nargs="+", default=(), metavar="FILE", help="more examples"
    )
    command.add_argument("--rest", action="store_true", help="and the examples without labels")
    command.add_argument(
        "--seed", type=int, default=SEED, help="of the order; default: %(default)s"
    )
    command.add_argument(
        "--imitated", type=float, default=Aim.imitated, help="weight of the teacher's scores"
    )
    command.add_argument(
        "--distances", type=float, default=Aim.distances, help="weight of distances of logits"
    )
    command.add_argument("--quick", action="store_true", help="overfit a hundred examples")
    given = command.parse_args()
    torch.manual_seed(given.seed)
    made = [one for file in given.examples for one in read_examples(file)]
    if given.quick:
        overfit(made[:: max(1, len(made) // 100)][:100])
        return
    given.run.mkdir(parents=True, exist_ok=True)
    model = Teacher() if given.teacher else EvidenceModel()
    if given.start:
        model.load_state_dict(torch.load(given.start, weights_only=True))
    every = taught(made, given.labels) if given.labels else labelled(made)
    further = [one for file in given.further for one in read_examples(file)]
    if given.rest and given.labels:
        further = [*left_out(made, given.labels), *further]
    every += labelled(list(dict.fromkeys(further)))
    tokens = given.tokens or (LARGE_TOKENS if given.teacher else TOKENS)
    aim = Aim(given.imitated, given.distances)
    train(model, every, given.run, int(tokens), given.seed, aim)


def read_examples(path: Path) -> list[Example]:
    """As `training.examples` wrote them."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Example(**{**row, "sentences": tuple(row["sentences"]),
                       "answers": tuple(row["answers"])}) for row in rows]  # fmt: skip


def labelled(made: Sequence[Example]) -> list[Labelled]:
    """The windows of examples, where room was left for every answering sentence."""
    out = []
    for one in made:
        window = _tokens().window(one.question, one.title, one.sentences)
        room = [there.stop > there.start for there in window.sentences]
        if all(room[at] for at in one.answers):
            out.append(Labelled(window, one.answers))
    return out


def taught(made: Sequence[Example], labels: Path) -> list[Labelled]:
    """Those that a teacher scored, as `training.label` wrote it."""
    out = []
    for row in map(json.loads, labels.read_text(encoding="utf-8").splitlines()):
        scores = row["sentences"], row["answers"]
        out += [replace(one, taught=scores) for one in labelled([made[row["example"]]])]
    return out


def left_out(made: Sequence[Example], labels: Path) -> list[Example]:
    """Those that it did not score."""
    rows = labels.read_text(encoding="utf-8").splitlines()
    scored = {json.loads(row)["example"] for row in rows}
    return [one for at, one in enumerate(made) if at not in scored]


@lru_cache(maxsize=1)
def _tokens() -> WindowTokenizer:
    return WindowTokenizer(cross_encoder_folder() / "tokenizer.json")


def batches(
    some: Sequence[Labelled], chance: random.Random, tokens: int = BATCH_TOKENS
) -> Iterator[list[Labelled]]:
    """All, shuffled, with windows of like length side by side, `tokens` in each lot at the most."""
    order = list(some)
    chance.shuffle(order)
    for start in range(0, len(order), 1_500):
        lots = [*of_like_length(order[start : start + 1_500], lambda one: one.window, tokens)]
        chance.shuffle(lots)
        yield from lots


def precision() -> AbstractContextManager:
    """Products in bfloat16 where the processor has instructions for it: a fifth of the time."""
    return torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16())


def losses(model: Model, lot: Sequence[Labelled], aim: Aim) -> torch.Tensor:
    """Of the last head, and of the others a share."""
    batch = Batch.of([one.window for one in lot])
    marks, said = torch.zeros(batch.present.shape), torch.zeros(batch.present.shape)
    said_of_all = torch.zeros(len(lot))
    imitated = torch.tensor([aim.imitated if one.taught else 0.0 for one in lot])
    for row, one in enumerate(lot):
        marks[row, list(one.answers)] = 1.0
        if one.taught:
            said[row, : len(one.taught[0])] = torch.tensor(one.taught[0])
            said_of_all[row] = one.taught[1]
    with precision():
        found = [(sentences.float(), answers.float()) for sentences, answers in model(batch)]

    def of(scores: Scores) -> torch.Tensor:
        marked = loss(*scores, marks, batch.present)
        alike = imitation(scores, (said, said_of_all), batch.present, distances=aim.distances)
        return ((1 - imitated) * marked + imitated * alike).mean()

    *early, last = map(of, found)
    return last + EXIT_SHARE * sum(early)


def optimizer_of(model: Model) -> torch.optim.Optimizer:
    """AdamW with a higher rate for the heads, which begin at random."""
    large = isinstance(model, Teacher)
    body = [one for one in model.encoder.parameters() if one.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": body, "top": LARGE_BODY if large else BODY},
            {"params": model.heads.parameters(), "top": LARGE_HEADS if large else HEADS},
        ],
        weight_decay=0.01,
    )


def step(
    model: Model, optimizer: torch.optim.Optimizer, lot: list, share: float, aim: Aim
) -> float:
    """One step at `share`, 0 to 1, of the whole training."""
    rate = min(share / WARM_UP, (1 - share) / (1 - WARM_UP), 1.0)
    for group in optimizer.param_groups:
        group["lr"] = group["top"] * max(rate, 0.0)
    found = losses(model, lot, aim)
    optimizer.zero_grad(set_to_none=True)
    found.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return found.item()


def train(model: Model, every: list[Labelled], run: Path, tokens: int, seed: int, aim: Aim) -> None:
    """Read `tokens` tokens of examples, epoch after epoch, in an order that the seed gives."""
    random.Random(seed).shuffle(every)
    held, trained = every[:HELD_OUT], every[HELD_OUT:]
    model.train()
    optimizer = optimizer_of(model)
    done = seen = epoch = place = 0
    kept = run / "checkpoint.pt"
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done, seen, epoch, place = (state[name] for name in ("done", "seen", "epoch", "place"))
    saved = began = time.monotonic()
    start = done
    mean = 0.0
    while done < tokens:
        lots = list(batches(trained, random.Random(f"{seed} {epoch}")))
        for lot in lots[place:]:
            mean = 0.98 * mean + 0.02 * step(model, optimizer, lot, done / tokens, aim)
            place += 1
            seen += len(lot)
            done += sum(len(one.window.ids) for one in lot)
            if place % 25 == 0:
                speed = (done - start) / (time.monotonic() - began)
                print(f"{seen} windows, {done / tokens:.3f}, loss {mean:.3f}, {speed:.0f} tokens/s",
                      flush=True)  # fmt: skip
            if time.monotonic() - saved > CHECKPOINT_MINUTES * 60 or done >= tokens:
                state = {"done": done, "seen": seen, "epoch": epoch, "place": place}
                _save(
                    kept,
                    {"model": model.state_dict(), "optimizer": optimizer.state_dict(), **state},
                )
                print(f"checkpoint; held out: {held_out_loss(model, held, aim):.4f}", flush=True)
                saved = time.monotonic()
            if done >= tokens:
                break
        else:
            epoch, place = epoch + 1, 0
    _save(run / "model.pt", model.state_dict())


def held_out_loss(model: Model, held: Sequence[Labelled], aim: Aim) -> float:
    """Mean over windows that are not trained on."""
    model.eval()
    with torch.no_grad():
        lots = list(batches(held, random.Random(0)))
        total = sum(float(losses(model, lot, aim)) * len(lot) for lot in lots)
    model.train()
    return total / len(held)


def _save(target: Path, state: dict) -> None:
    draft = target.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(target)


def overfit(made: Sequence[Example], epochs: int = 6) -> None:
    """Learn a hundred examples by heart, in so many epochs at the most, or fail."""
    some = labelled(made)
    model = EvidenceModel().train()
    optimizer, aim = optimizer_of(model), Aim()
    after = before = held_out_loss(model, some, aim)
    number = 0
    while number < epochs and not after < before / LEARNED:
        for lot in batches(some, random.Random(number), tokens=500):
            step(model, optimizer, lot, WARM_UP + number / epochs / 2, aim)
        after = held_out_loss(model, some, aim)
        number += 1
    print(f"loss {before:.3f} before, {after:.3f} after {number} epochs")
    if not after < before / LEARNED:
        raise SystemExit("a hundred examples were not learned by heart")


if __name__ == "__main__":
    main()
