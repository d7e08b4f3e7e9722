"""What a teacher says of each example: logits that the small model is to imitate.

    python -m training.label --examples FOLDER/examples.jsonl --run FOLDER/teacher
    python -m training.label --examples FOLDER/examples.jsonl --run FOLDER --small --most 7000
    python -m training.label --examples FILE FILE … --run FOLDER/teacher --with FOLDER/last=.4 …

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
    command.add_argument("--examples", type=Path, nargs="+", required=True)
    command.add_argument(
        "--with",
        metavar="FOLDER=SHARE",
        dest="beside",
        nargs="+",
        default=(),
        help="small models; the mean of all logits, but theirs alone for a single sentence",
    )
    command.add_argument("--run", type=Path, required=True, help="where the teacher is")
    command.add_argument(
        "--small", action="store_true", help="it is a small model, which is to train further"
    )
    command.add_argument("--most", type=int, help="examples; default: all")
    given = command.parse_args()
    models = [loaded(EvidenceModel() if given.small else Teacher(), given.run)]
    shares = list[float]()
    for folder, _, share in (one.rpartition("=") for one in given.beside):
        models.append(loaded(EvidenceModel(), Path(folder)))
        shares.append(float(share))
    tokens = WindowTokenizer(cross_encoder_folder() / "tokenizer.json")
    target = given.run / "labels.jsonl"
    target.touch()
    done = len(target.read_text(encoding="utf-8").splitlines())
    made = [one for file in given.examples for one in read_examples(file)]
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
            for place, row in zip(some, scored(models, windows, shares), strict=True):
                file.write(json.dumps({"example": place, **row}) + "\n")
            file.flush()
            done += len(some)
            print(f"{done} of {len(order)}, {time.monotonic() - began:.0f} s", flush=True)


Model = Teacher | EvidenceModel


def loaded(model: Model, run: Path) -> Model:
    """With the weights at the end of a run."""
    model.load_state_dict(torch.load(run / "model.pt", weights_only=True))
    return model.eval()


def scored(
    models: Sequence[Model], windows: Sequence[Window], shares: Sequence[float]
) -> list[dict]:
    """The logits of each window, in order: the mean over the models by shares of all but the first.

    Of a single sentence, which the large first one knows less of, it is the mean of the others.
    """
    apart = torch.tensor([1 - sum(shares), *shares])
    of_single = torch.tensor([0.0, *shares]) / sum(shares) if shares else apart
    found: dict[int, dict] = {}
    for places in of_like_length(range(len(windows)), windows.__getitem__, BATCH_TOKENS):
        batch = Batch.of([windows[place] for place in places])
        with torch.no_grad(), precision():
            by_model = [model(batch)[-1] for model in models]
        alone = torch.tensor([len(windows[place].sentences) == 1 for place in places])
        weights = torch.where(alone[:, None], of_single, apart)
        sentences, answers = (
            torch.einsum("nm,mn...->n...", weights, torch.stack(one).float())
            for one in zip(*by_model, strict=True)
        )
        for row, place in enumerate(places):
            each = sentences[row, : len(windows[place].sentences)].tolist()
            found[place] = {
                "sentences": [round(value, 3) for value in each],
                "answers": round(float(answers[row]), 3),
            }
    return [found[place] for place in range(len(windows))]


if __name__ == "__main__":
    main()
