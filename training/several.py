"""Examples for training further: windows in which several sentences answer, or none of them.

Nearly every example of `training.examples` that answers has one sentence that does, while what a
reader asks is often answered by several. FEVER's claims are read, too.

Flow: public sets -> `sources` -> `Paragraph`s -> `several` -> `Example`s, in a fixed order.

    python -m training.several --data ../shared/eval --out FOLDER [--turn 2]

writes them as JSON lines to `several.jsonl` and counts each kind. Another turn cuts other windows
around the same answers.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from training.examples import (
    SEED,
    Example,
    Paragraph,
    asked_otherwise,
    cut,
    is_used,
    json_lines,
    paragraphs,
    plain,
    title_of,
    write,
)

MOST_WORDS = 220  # of a window: as many as the longest readings hold
WINDOWS = {"clapnq": 10, "selqa": 4, "fever": 1, "squadshifts/new_wiki": 1}  # of each question
WITHOUT = 0.7  # share of windows that are cut once more, without what answers


def claims(data: Path) -> Iterator[Paragraph]:
    """FEVER's claims as questions, the sentences that support or refute them as answers."""
    for row in json_lines(data / "fever_eraser" / "claims.jsonl"):
        title = plain(row["docid"].replace("_", " "))
        right = frozenset(
            at
            for one in row["evidence"]
            if one["docid"] == row["docid"]
            for at in range(one["start"], one["end"])
        )
        sentences = tuple(map(plain, row["sentences"]))
        if right and max(right) < len(sentences):
            question = (plain(row["claim"]),)
            yield Paragraph("fever", title, title, sentences, question, (right,), ("",))


def together(one: Paragraph) -> Iterator[tuple[str, frozenset[int]]]:
    """Two questions of a paragraph as one, where different sentences answer them."""
    for a, b in combinations(range(len(one.questions)), 2):
        if not one.answers[a] & one.answers[b]:
            first, second = one.questions[a].rstrip("? "), one.questions[b]
            asked = f"{first}, and {second[0].lower()}{second[1:]}"
            yield asked, one.answers[a] | one.answers[b]


def sources(data: Path) -> list[Paragraph]:
    """What is trained on in all, in a fixed order."""
    used = (one for one in paragraphs(data) if one.sentences and is_used(one))
    return [*used, *claims(data)]


def several(given: Sequence[Paragraph], turn: int = 1) -> list[Example]:
    """Every example, in a fixed order, each once; with each turn, from 1, other windows."""
    task = f"{SEED} several" if turn == 1 else f"{SEED} several {turn}"
    made: list[Example] = []
    for place, one in enumerate(given):
        chance = random.Random(f"{task} {one.source} {place} {one.sentences[0]}")
        for question, right in _asked(one, chance):
            for _ in range(WINDOWS[one.source]):
                made += _cuts(one, question, right, chance)
    return list(dict.fromkeys(made))


def _asked(one: Paragraph, chance: random.Random) -> Sequence[tuple[str, frozenset[int]]]:
    if one.source == "squadshifts/new_wiki":
        pairs = list(together(one))
        return [chance.choice(pairs)] if pairs else []
    if one.source == "selqa":
        pairs = list(zip(one.questions, one.answers, strict=True))
        return [(question, right) for question, right in pairs if len(right) > 1]
    if one.source in WINDOWS:
        return list(zip(one.questions, one.answers, strict=True))
    return []


def _cuts(
    one: Paragraph, question: str, right: frozenset[int], chance: random.Random
) -> Iterator[Example]:
    """A window around an answering sentence, and perhaps one of what is left without them."""
    yield _cut(one, question, right, f"{one.source}, {'answers' if right else 'none'}", chance)
    left = tuple(s for at, s in enumerate(one.sentences) if at not in right)
    if right and left and chance.random() < WITHOUT:
        rest = replace(one, sentences=left)
        yield _cut(rest, question, frozenset(), f"{one.source}, answers removed", chance)


def _cut(
    one: Paragraph, question: str, right: frozenset[int], kind: str, chance: random.Random
) -> Example:
    part, answers = cut(one.sentences, right, chance, MOST_WORDS)
    title = title_of(one, chance)
    asked = asked_otherwise(question, chance)
    return Example(kind, one.source, asked, title, part, answers)


def main() -> None:
    """Write and count."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--out", type=Path, default=Path(".cache/training"))
    command.add_argument("--turn", type=int, default=1, help="default: %(default)s")
    given = command.parse_args()
    made = several(sources(given.data), given.turn)
    written = write(made, given.out / "several.jsonl")
    print(f"{len(made):,} examples, sha256 {written[:16]}")
    for kind, count in sorted(Counter(one.kind for one in made).items()):
        answers = [len(one.answers) for one in made if one.kind == kind]
        print(f"{kind}: {count:,}, {sum(answers) / count:.1f} answering sentences each")


if __name__ == "__main__":
    main()
