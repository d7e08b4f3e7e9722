"""Examples for training further: windows as long as the longest passages.

Those of `training.examples` have a median of 70 words, since they are cut from one paragraph. Here
a paragraph is read with the ones beside it, where the set tells which these are.

Flow: public sets -> `sources` -> `beside` -> `longer` -> `Example`s, in a fixed order.

    python -m training.longer --data ../shared/eval --out FOLDER

writes them as JSON lines to `longer.jsonl`, counts each kind and prints a sample.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from training import altered, several
from training.altered import Word, exchanged, words_of
from training.examples import (
    SEED,
    Example,
    Maker,
    Paragraph,
    Saying,
    annotate,
    asked_otherwise,
    cut,
    holds,
    is_used,
    paragraphs,
    show,
    speaking,
    tell,
    title_of,
    write,
)

LEAST_WORDS, MOST_WORDS = 90, 230  # of a window
WINDOWS = {  # of each question; a share is that of the questions that get one
    "squadshifts/new_wiki": 1,
    "squadshifts/reddit": 0.5,
    "squadshifts/amazon_reviews": 0.2,
    "selqa": 1,
    "qed": 1,
    "squad_sentence_pairs": 0.35,
    "clapnq": 6,
    "fever": 1,
}
# Shares of questions that are asked where nothing answers, or otherwise, so that nothing does.
REMOVED, NEAR, ALTERED, EXCHANGED = 0.35, 0.3, 0.2, 0.8


def sources(data: Path) -> list[Paragraph]:
    """What is trained on in all, in a fixed order, those of an article side by side."""
    clapnq = [one for one in paragraphs(data) if one.source == "clapnq" and is_used(one)]
    return [*(one for one, _ in altered.sources(data)), *clapnq, *several.claims(data)]


def _shift(given: Sequence[Paragraph], place: int) -> int:
    """How many sentences stand before those of a paragraph."""
    before = place and _follows(given[place - 1], given[place])
    return len(given[place - 1].sentences) if before else 0


def beside(given: Sequence[Paragraph], place: int) -> Paragraph:
    """A paragraph with the sentences before and after it, of its article as far as is known."""
    one = given[place]
    shift = _shift(given, place)
    before = given[place - 1].sentences if shift else ()
    behind = place + 1 < len(given) and _follows(one, given[place + 1])
    after = given[place + 1].sentences if behind else ()
    answers = tuple(frozenset(at + shift for at in right) for right in one.answers)
    return replace(one, sentences=(*before, *one.sentences, *after), answers=answers)


def _follows(one: Paragraph, other: Paragraph) -> bool:
    if one.source == other.source == "squad_sentence_pairs":
        return one.article.split()[0] == other.article.split()[0]  # the part of the set
    wiki = one.source == other.source == "squadshifts/new_wiki"
    return wiki and one.article == other.article


def longer(given: Sequence[Paragraph]) -> list[Example]:
    """Every example, in a fixed order, each once."""
    words = words_of(list(dict.fromkeys(asked for one in given for asked in one.questions)))
    pool: dict[tuple[str, str], list[str]] = defaultdict(list)
    for many in words.values():
        for word in many:
            pool[word.slot].append(word.text)
    wide = [beside(given, place) for place in range(len(given))]
    maker, said = _named(given, wide)
    made = [replace(one, kind=f"{one.kind}, long")
            for one in speaking(wide, said, MOST_WORDS, LEAST_WORDS)]  # fmt: skip
    for place, one in enumerate(given):
        for number, question in enumerate(one.questions):
            chance = random.Random(f"{SEED} longer {one.source} {question} {place}")
            # One place or two away it is read beside its own sentences.
            far = (at for at in maker.near[place][number] if abs(at - place) > 2)
            others = [wide[at] for at in islice(far, 1)]
            windows = WINDOWS[one.source]
            for _ in range(int(windows) + (chance.random() < windows % 1)):
                made += _of(wide[place], number, others, words[question], pool, chance)
                made += _of_another(wide[place], number, maker, chance)
    return list(dict.fromkeys(made))


def _named(
    given: Sequence[Paragraph], wide: Sequence[Paragraph]
) -> tuple[Maker, dict[int, list[Saying]]]:
    """What exchanges names in questions on these windows, and who says what in them."""
    entities, said = annotate([one for one in given if one.source != "fever"])  # those are last
    for place, one in enumerate(wide):
        parts = (" ".join(given[at].sentences) for at in range(max(0, place - 1), place + 2)
                 if at < len(given))  # fmt: skip
        text = " ".join(one.sentences)
        entities[text] = [each for part in parts for each in entities.get(part, ())
                          if each[0] in text]  # fmt: skip
    shifted = {
        place: [replace(one, place=one.place + _shift(given, place)) for one in many]
        for place, many in said.items()
    }
    return Maker(given, entities), shifted


def _of_another(
    one: Paragraph, number: int, maker: Maker, chance: random.Random
) -> Iterator[Example]:
    """The question with a name, number or date of it exchanged."""
    right = one.answers[number]
    if right and chance.random() < EXCHANGED:
        changed = maker.exchanged(one.questions[number], one, chance)
        if changed:
            asked = asked_otherwise(changed, chance)
            yield replace(_cut(one, asked, right, "exchanged, long", chance), answers=())


def _of(
    one: Paragraph,
    number: int,
    others: Sequence[Paragraph],
    words: Sequence[Word],
    pool: Mapping[tuple[str, str], Sequence[str]],
    chance: random.Random,
) -> Iterator[Example]:
    question, right, answer = one.questions[number], one.answers[number], one.words[number]
    asked = asked_otherwise(question, chance)
    # The answer may stand in a paragraph beside its own, too, without being marked.
    marked = right | {at for at, sentence in enumerate(one.sentences) if holds(sentence, answer)}
    rest = tuple(sentence for at, sentence in enumerate(one.sentences) if at not in marked)
    if marked == right:
        yield _cut(one, asked, right, "answers, long" if right else "none, long", chance)
    if not right:
        return
    if rest and chance.random() < REMOVED:
        yield _cut(replace(one, sentences=rest), asked, frozenset(), "removed, long", chance)
    if others and chance.random() < NEAR and not holds(" ".join(others[0].sentences), answer):
        yield _cut(others[0], asked, frozenset(), "near, long", chance)
    if chance.random() < ALTERED:
        other = exchanged(question, one, right, words, pool, chance)
        if other:
            asked = asked_otherwise(other, chance)
            made = _cut(one, asked, right, "altered, long", chance)
            yield replace(made, answers=())


def _cut(
    one: Paragraph, question: str, right: frozenset[int], kind: str, chance: random.Random
) -> Example:
    part, answers = cut(one.sentences, right, chance, MOST_WORDS, LEAST_WORDS)
    return Example(kind, one.source, question, title_of(one, chance), part, answers)


def main() -> None:
    """Write, count, show."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--out", type=Path, default=Path(".cache/training"))
    given = command.parse_args()
    made = longer(sources(given.data))
    written = write(made, given.out / "longer.jsonl")
    tell(made, written)
    for one in random.Random(SEED).sample(made, 12):
        show(one, one.kind)


if __name__ == "__main__":
    main()
