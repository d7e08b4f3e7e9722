"""What a teacher says of each example: logits that the small model is to imitate.

    python -m training.label --examples FOLDER/examples.jsonl --run FOLDER/teacher
    python -m training.label --examples FOLDER/examples.jsonl --run FOLDER --small --most 7000

Writes `labels.jsonl` beside the teacher, a line for each example, in an order by chance, so that
those labelled when it is stopped are a fair sample. The next run goes on.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from rag.evidence.windows import Window, WindowTokenizer
from training.bases import cross_encoder_folder
from training.examples import SEED
from training.model import Batch, EvidenceModel, Teacher, of_like_length
from training.train import BATCH_TOKENS, precision, read_examples

AT_ONCE = 1_000  # examples, sorted by length


def main() -> None:
    """Label what is not labelled yet."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--examples", type=Path, required=True)
    command.add_argument("--run", type=Path, required=True, help="where the teacher is")
    command.add_argument(
        "--small", action="store_true", help="it is a small model, which is to train further"
    )
    command.add_argument("--most", type=int, help="examples; default: all")
    given = command.parse_args()
    model = (EvidenceModel() if given.small else Teacher()).eval()
    model.load_state_dict(torch.load(given.run / "model.pt", weights_only=True))
    tokens = WindowTokenizer(cross_encoder_folder() / "tokenizer.json")
    target = given.run / "labels.jsonl"
    target.touch()
    done = len(target.read_text(encoding="utf-8").splitlines())
    made = read_examples(given.examples)
    order = [*range(len(made))]
    random.Random(SEED).shuffle(order)
    order = order[: given.most]
    began = time.monotonic()
    with target.open("a", encoding="utf-8") as file:
        for some in (order[at : at + AT_ONCE] for at in range(done, len(order), AT_ONCE)):
            windows = [
                tokens.window(one.question, one.title, one.sentences)
                for one in (made[place] for place in some)
            ]
            for place, row in zip(some, scored(model, windows), strict=True):
                file.write(json.dumps({"example": place, **row}) + "\n")
            file.flush()
            done += len(some)
            print(f"{done} of {len(order)}, {time.monotonic() - began:.0f} s", flush=True)


def scored(model: Teacher | EvidenceModel, windows: Sequence[Window]) -> list[dict]:
    """The logits of each window, in order."""
    found: dict[int, dict] = {}
    for places in of_like_length(range(len(windows)), windows.__getitem__, BATCH_TOKENS):
        batch = Batch.of([windows[place] for place in places])
        with torch.no_grad(), precision():
            sentences, answers = model(batch)[-1]
        for row, place in enumerate(places):
            each = sentences[row, : len(windows[place].sentences)].float().tolist()
            found[place] = {
                "sentences": [round(value, 3) for value in each],
                "answers": round(float(answers[row]), 3),
            }
    return [found[place] for place in range(len(windows))]


if __name__ == "__main__":
    main()
