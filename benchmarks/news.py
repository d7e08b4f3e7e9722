"""A corpus of any size that ships with the repository: sentences like those of news, made up.

A sentence is the beginning of one sentence of `seeds/` and the end of another, with other numbers
and, for some of its words, invented ones. So lengths, punctuation and the share of names are those
of news, no two sentences are equal, and new words come up as in real text: a few often, most once.
What it says makes no sense, which measures of time and space do not mind. The same number gives the
same corpus everywhere.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from rag.datatypes import Document
from rag.segment import segment

SEEDS = Path(__file__).parents[1] / "seeds"
_SENTENCES_EACH = 20  # of a document; 30 to 60 in seeds/, 15 to 25 in agency news
_SYLLABLES = tuple(
    a + b
    for a in ["b", "br", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "z"]
    for b in "aeiou"
)


def articles(sentences: int) -> Iterator[dict[str, str]]:
    """Records of a table of articles with so many sentences in all."""
    made = _sentences(random.Random(1))
    for number in range(-(-sentences // _SENTENCES_EACH)):
        count = min(_SENTENCES_EACH, sentences - number * _SENTENCES_EACH)
        title = " ".join(next(made).split()[:9]).rstrip(".,;:")
        body = [next(made) for _ in range(count)]
        paragraphs = (" ".join(body[at : at + 3]) for at in range(0, count, 3))
        yield {"_id": f"made-{number:05}", "title": title, "text": "\n\n".join(paragraphs)}


def write(path: Path, sentences: int) -> None:
    """The same as a file that `onrecord index` reads."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in articles(sentences))


def _sentences(dice: random.Random) -> Iterator[str]:
    """Without end, no two alike."""
    parts = [one.split() for one in _seed_sentences()]
    seen: set[str] = set()
    while True:
        first, last = dice.choice(parts), dice.choice(parts)
        share = dice.uniform(0.3, 0.7)
        words = first[: round(share * len(first))] + last[round(share * len(last)) :]
        text = " ".join(_other(word, place, dice) for place, word in enumerate(words))
        if text not in seen:
            seen.add(text)
            yield text


def _other(word: str, place: int, dice: random.Random) -> str:
    """Another number for a number; for a longer word or a name, now and then, an invented one."""
    word = re.sub(r"\d", lambda _: str(dice.randint(1, 9)), word)
    if place and re.fullmatch(r"\w[a-z]{4,}\W*", word) and dice.random() < 0.15:
        other = _word(int(10 ** dice.uniform(0, 6)))  # as words of a language are spread
        return re.sub(r"\w+", other.title() if word[0].isupper() else other, word)
    return word


def _word(number: int) -> str:
    """The word of this number, from 1: the smaller the shorter."""
    spelled = ""
    while number:
        number, place = divmod(number, len(_SYLLABLES))
        spelled += _SYLLABLES[place]
    return spelled + _SYLLABLES[len(spelled)]


def _seed_sentences() -> list[str]:
    """Body sentences of seeds/ of 6 to 60 words that end as a sentence does, without quotes."""
    documents = (Document(id=p.name, text=p.read_text("utf-8")) for p in sorted(SEEDS.iterdir()))
    found = (one for document in documents for one in segment(document) if one.block == "body")
    texts = (re.sub(r"[“”\"\s]+", " ", one.text).strip() for one in found)
    return [text for text in texts if 6 <= len(text.split()) <= 60 and text.endswith((".", "?"))]
