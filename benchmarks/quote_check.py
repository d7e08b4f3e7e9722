"""How well quotes are checked: copies, what was changed in them, and quotes from elsewhere.

    python benchmarks/quote_check.py [--data ../shared/eval] [--seed N] [--index DIR]

Quotes are made from the 2,000 articles of realtimeqa_2022a and from texts that are not of them, by
chance with a seed. Whether a made quote stands in an article by accident is told by a plain search
over all texts, which shares nothing with what is measured. Prints a table by kind, the failures on
standard error, and one JSON line.
"""

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from timing import spread, tell, timed_ms

from rag import OnRecord
from rag.check import Checked
from rag.datatypes import Document, Filters, Sentence
from rag.evaluate.corpus import bring, kept_index
from rag.terminal import progress_bar

SET = "realtimeqa_2022a"
SHOWN = 10  # failures of a kind
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
NOT = re.compile(r"\b(?:not|never)\s+|n['’]t\b")
TYPOGRAPHIC = str.maketrans({'"': "“", "'": "’", "“": '"', "”": '"', "’": "'", "–": "-", "—": "--"})


@dataclass(frozen=True, slots=True)
class Made:
    """A quote, the verdict that is right, and what should be told of it."""

    kind: str
    text: str
    verdict: str
    change: str | None = None
    document: str | None = None
    filters: Filters | None = None


class Texts:
    """The articles, a plain search over them, and sentences by chance."""

    def __init__(self, documents: Sequence[Document], sentences: Sequence[Sentence]) -> None:
        self.documents = documents
        self.sentences = sentences
        self.all = "\n".join(plain(document.text) for document in documents)
        self.words = [word for one in sentences for word in one.text.split() if word.isalpha()]

    def hold(self, quote: str) -> bool:
        """Whether the words of a quote stand in an article one after the other."""
        return f" {plain(quote).strip()} " in self.all


def plain(text: str) -> str:
    """Letters and digits in lower case, a space between words."""
    return " ".join(["", *re.findall(r"[^\W_]+", text.casefold()), ""])


Make = Callable[[random.Random, Texts, Sentence], Made | None]


def copy(chance: random.Random, texts: Texts, of: Sentence) -> Made:
    """A whole sentence."""
    return Made("copy", of.text, "exact", None, of.document.id)


def slice_of_words(chance: random.Random, texts: Texts, of: Sentence) -> Made:
    """Some words one after the other, from anywhere in an article, over any border."""
    words = [*re.finditer(r"\S+", of.document.text)]
    length = min(len(words), round(2 ** chance.uniform(0, 9)))
    first = chance.randrange(len(words) - length + 1)
    text = of.document.text[words[first].start() : words[first + length - 1].end()]
    return Made("copy of 1 to 512 words", text, "exact", None, of.document.id)


def other_signs(chance: random.Random, texts: Texts, of: Sentence) -> Made:
    """Other marks, another case at the start, white space of another kind."""
    text = of.text.translate(TYPOGRAPHIC)
    text = (text[0].swapcase() + text[1:]).replace(" ", chance.choice((" ", "\n", "\u00a0")))
    return Made("copy with other signs", f"“{text}”", "exact", None, of.document.id)


def in_brackets(chance: random.Random, texts: Texts, of: Sentence) -> Made:
    """A word inside replaced by others in brackets."""
    words = of.text.split()
    words[chance.randrange(1, len(words) - 1)] = f"[{chance.choice(texts.words)}]"
    return Made("words in [brackets]", " ".join(words), "exact", "bracket", of.document.id)


def with_ellipsis(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """Words left out inside, with an ellipsis in their place."""
    before, after = _cut(chance, of)
    mark = chance.choice((" … ", " ... ", " [...] ", "… "))
    text = f"{before}{mark}{after}"
    return Made("cut with an ellipsis", text, "exact", "ellipsis", of.document.id)


def without_ellipsis(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """Words left out inside, and nothing shows it."""
    text = " ".join(_cut(chance, of))
    return Made("cut without an ellipsis", text, "altered", "cut", of.document.id)


def _cut(chance: random.Random, of: Sentence) -> tuple[str, str]:
    words = of.text.split()
    length = chance.randint(1, max(1, len(words) // 3))
    first = chance.randrange(2, len(words) - length - 1)
    return " ".join(words[:first]), " ".join(words[first + length :])


def swapped(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """One word replaced by another of the articles."""
    words = of.text.split()
    place = chance.choice([at for at, word in enumerate(words) if word.isalpha()] or [0])
    words[place] = chance.choice(texts.words)
    return Made("one word swapped", " ".join(words), "altered", None, of.document.id)


def short_swapped(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """One of a few words replaced by another."""
    words = of.text.split()
    length = min(len(words), chance.randint(4, 10))
    first = chance.randrange(len(words) - length + 1)
    words = words[first : first + length]
    words[chance.randrange(length)] = chance.choice(texts.words)
    text = " ".join(words)
    return Made("one of 4 to 10 words swapped", text, "altered", None, of.document.id)


def without_not(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """A negation dropped, not at the start."""
    found = [match for match in NOT.finditer(of.text) if match.start() > 0]
    if not found:
        return None
    match = chance.choice(found)
    text = of.text[: match.start()] + of.text[match.end() :]
    return Made("a “not” dropped", text, "altered", "negation_dropped", of.document.id)


def another_number(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """One number replaced by another."""
    found = [*NUMBER.finditer(of.text)]
    if not found:
        return None
    match = chance.choice(found)
    digits = [*match[0]]
    place = chance.choice([at for at, sign in enumerate(digits) if sign.isdigit()])
    digits[place] = chance.choice([digit for digit in "123456789" if digit != digits[place]])
    text = of.text[: match.start()] + "".join(digits) + of.text[match.end() :]
    return Made("a number changed", text, "altered", "number", of.document.id)


def merged(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """Two sentences as one, of the same article or of two, and not neighbours."""
    other = chance.choice(texts.sentences)
    if chance.random() < 0.5:
        same = [one for one in texts.sentences if one.document.id == of.document.id]
        other = chance.choice(same)
    text = f"{of.text} {other.text}"
    return Made("two sentences merged", text, "altered", "merged", of.document.id)


def until_then(chance: random.Random, texts: Texts, of: Sentence) -> Made | None:
    """A sentence of an article, where only older ones may have it."""
    if of.document.date is None or of.document.date < "2022-02":
        return None
    older = Filters(until=f"{of.document.date[:8]}01")
    return Made("of a later article", of.text, "absent", None, None, older)


MAKERS: tuple[Make, ...] = (
    *(copy, slice_of_words, other_signs, in_brackets, with_ellipsis),
    *(without_ellipsis, swapped, short_swapped, without_not, another_number, merged, until_then),
)
# Told beside, and in no share: older articles may have a sentence, or nearly; and of a few words
# nobody can tell whether they are a quote with another word or quite another one.
BESIDE = re.compile("of a later article|4 to 10 words")


def made(chance: random.Random, texts: Texts, data: Path, each: int) -> Iterator[Made]:
    """`each` quotes of every kind, those left out that stand in an article against their kind."""
    for make in MAKERS:
        count = 0
        while count < each:
            one = make(chance, texts, chance.choice(texts.sentences))
            if one is None or (one.verdict == "altered" and texts.hold(one.text)):
                continue
            count += 1
            yield one
    for kind, foreign in (("TIME", time_texts(data)), ("SQuAD", squad_texts(data))):
        for length in ("sentence", "4 to 10 words"):
            count = 0
            while count < each:
                text = _foreign(chance, foreign, length)
                if text and not texts.hold(text):
                    count += 1
                    yield Made(f"of {kind}, {length}", text, "absent")


def _foreign(chance: random.Random, foreign: Sequence[str], length: str) -> str | None:
    sentences = re.split(r"(?<=[.!?])\s+", chance.choice(foreign))
    words = chance.choice(sentences).split()
    if not usual(words):
        return None
    if length != "sentence":
        size = chance.randint(4, 10)
        first = chance.randrange(max(1, len(words) - size))
        words = words[first : first + size]
    return " ".join(words)


def usual(words: Sequence[str]) -> bool:
    """Whether a sentence is long enough to be changed and no list."""
    return 6 <= len(words) <= 60


def time_texts(data: Path) -> list[str]:
    """Articles of 1963."""
    lines = (data / "time_collection" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def squad_texts(data: Path) -> list[str]:
    """Paragraphs of Wikipedia, Reddit and Amazon."""
    return [
        paragraph["context"]
        for file in sorted((data / "squadshifts").glob("*_v1.0.json"))
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
    ]


def is_right(one: Made, checked: Checked) -> bool:
    """Whether the verdict is right, and an exact one found the article that it was made from."""
    if checked.verdict != one.verdict:
        return False
    found = {match.document.id for match in checked.matches}
    return one.verdict != "exact" or one.document in found or bool(checked.more)


def main() -> None:
    """Make quotes, check them, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--each", type=int, default=200, help="quotes of a kind (default 200)")
    parser.add_argument("--index", type=Path, help="an index of the articles; default: as kept")
    options = parser.parse_args()
    corpus = (options.data / SET / "corpus.jsonl",)
    index = options.index or kept_index(SET, corpus)
    if options.index is None:
        with progress_bar() as progress:
            bring(index, corpus, progress=progress)
    engine = OnRecord.open(index)
    documents = [*engine.documents()]
    chance = random.Random(options.seed)
    chosen = chance.sample(documents, 400)
    sentences = [
        one
        for document in chosen
        for one in engine.sentences(document.id)
        if one.block == "body" and usual(one.text.split())
    ]
    measure(engine, [*made(chance, Texts(documents, sentences), options.data, options.each)])


def measure(engine: OnRecord, quotes: Sequence[Made]) -> None:
    """Check every quote once, and tell how many verdicts are right."""
    for one in quotes[:: max(1, len(quotes) // 20)]:
        engine.check(one.text)
    verdicts: dict[str, Counter[str]] = {}
    named: dict[str, list[bool]] = {}
    times: dict[str, list[float]] = {}
    right: dict[str, list[bool]] = {}
    failures: dict[str, list[str]] = {}
    for one in quotes:
        result: list[Checked] = []
        work = timed_ms(lambda o=one, r=result: r.append(engine.check(o.text, filters=o.filters)))
        (checked,) = result
        times.setdefault(one.kind, []).append(work)
        verdicts.setdefault(one.kind, Counter())[checked.verdict] += 1
        right.setdefault(one.kind, []).append(is_right(one, checked))
        if one.change:
            told = one.change in {change.kind for change in checked.changes}
            named.setdefault(one.kind, []).append(told)
        if not right[one.kind][-1]:
            near = checked.matches[0].text if checked.matches else ""
            failures.setdefault(one.kind, []).append(f"{checked.verdict}: {one.text!r} | {near!r}")
    print("| quotes | n | right is | right | its change named | ms, median | ms, p95 |")
    print("|---|---|---|---|---|---|---|")
    for kind, counts in verdicts.items():
        wanted = next(one.verdict for one in quotes if one.kind == kind)
        name = f"{share(named[kind]):.3f}" if kind in named else "–"
        took = spread(times[kind])
        print(
            f"| {kind} | {counts.total()} | {wanted} | {share(right[kind]):.3f} | {name} "
            f"| {took['median']} | {took['p95']} |"
        )
    for kind, lines in failures.items():
        print(f"\n{kind}: {len(lines)} wrong", *lines[:SHOWN], sep="\n  ", file=sys.stderr)
    tell(
        "quote check",
        "share of right verdicts",
        **{
            verdict: round(
                share(
                    [
                        each
                        for kind, found in right.items()
                        if not BESIDE.search(kind)
                        and next(one.verdict for one in quotes if one.kind == kind) == verdict
                        for each in found
                    ]
                ),
                4,
            )
            for verdict in ("exact", "altered", "absent")
        },
        quotes=len(quotes),
        ms=spread([one for found in times.values() for one in found]),
    )


def share(found: Sequence[bool]) -> float:
    """0 to 1."""
    return sum(found) / len(found) if found else 0.0


if __name__ == "__main__":
    main()
