"""How far to trust, of a sentence of news, that somebody says it or does not, on PolNeAR.

For each person whom a document's gold names as a source and who speaks in it by our reading, every
sentence is one of three, as the evidence stage sees it (`rag.evidence.facts.said`): said by them;
plainly not; or neither, for it only tells of them. Told is in how many of each the person does
speak by the gold: the sentence shares a word with the content of an attribution whose source is
their name. Sentences whose gold source is a pronoun, or more than a name, are left out.

The last column is the weight that `training/calibrate.py` gives the fact: the logarithm of how much
likelier than any other such a sentence has their words, where .4 of the sentences have them. That
is a guess of how many of those that are read for a question of somebody's words do.

A stranger is who says nothing in any document by our reading. What is told is how many of those
whom the gold names, in full, as the source of a statement (by a cue, of six words or more) are.

PolNeAR has no licence: it is measured on, and nothing is trained on it.

example:  python benchmarks/who_speaks.py --data ../shared/eval
"""

import argparse
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from attribution import DATA, Article, articles
from rich.console import Console
from rich.table import Table
from timing import tell

from rag.analysis import Analysed, Analysis
from rag.datatypes import Query
from rag.evidence.facts import said

_WORD = r"[A-Z][\w’'-]+"
_NAME = re.compile(rf"(?:(?:Mr|Mrs|Ms|Dr|Sen|Gov|Rep)\.|President)? ?{_WORD}(?: {_WORD}| [A-Z]\.)*")
_PRONOUNS = frozenset(["He", "She", "They", "We", "It", "You"])
PRIOR = 0.4
STATEMENT = 6  # words; less is mostly somebody's attitude
GROUPS = {(1.0, 0.0): "said", (0.0, 1.0): "unsaid", (0.0, 0.0): "neither"}


def main() -> None:
    """Count, print."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=DATA)
    given = list(articles(command.parse_args().data / "polnear" / "dev.jsonl"))
    counts: Counter[tuple[str, bool]] = Counter()
    heard = []
    with Analysis() as analysis:
        for one, found in zip(given, analysis.of([each.document for each in given]), strict=True):
            counts.update(judged(one, found))
            heard.append(strangers(one, found))
    spoken, others = (sum(counts[one, does] for one in GROUPS.values()) for does in (True, False))
    table = Table(title="Does the person speak?")
    for head in ("by our reading", "sentences", "share", "weight"):
        table.add_column(head)
    figures = {}
    for name in GROUPS.values():
        does, not_ = counts[name, True], counts[name, False]
        odds = PRIOR / (1 - PRIOR) * (does / spoken) / (not_ / others)
        weight = math.log(odds / (1 + odds) / PRIOR)
        figures[name] = {"n": does + not_, "share": round(does / (does + not_), 4),
                         "weight": round(weight, 2)}  # fmt: skip
        table.add_row(name, *(str(value) for value in figures[name].values()))
    unheard, named = map(sum, zip(*heard, strict=True))
    # Half of those who are asked for speak: a guess. Then so much likelier is it of anybody.
    weight = math.log(unheard / (unheard + named) / 0.5)
    figures["stranger"] = {"n": named, "share": round(unheard / named, 3),
                           "weight": round(weight, 2)}  # fmt: skip
    table.add_row("stranger", *(str(value) for value in figures["stranger"].values()))
    Console(width=100).print(table)
    tell("who speaks", "share and weight", **figures)


def judged(one: Article, found: Analysed) -> Iterator[tuple[str, bool]]:
    """Of each named source and each sentence: what it is by our reading, and by the gold."""
    text = one.document.text
    sources = [(gold.words, " ".join(span.of(text) for span in gold.source)) for gold in one.gold]
    surnames = {who.split()[-1] for _, who in sources if _is_name(who)}
    for name in sorted(surnames):
        speakers = {sentence.speaker for sentence in found.sentences if sentence.speaker}
        people = tuple(sorted(one for one in speakers if one.split()[-1] == name))
        query = Query("", name, people)
        for sentence in found.sentences if people else ():
            there = {*one.words_in(sentence.span)}
            who = [source for words, source in sources if words & there]
            if sentence.block == "body" and all(map(_is_name, who)):
                yield GROUPS[said(query, sentence)], any(name in each.split() for each in who)


def strangers(one: Article, found: Analysed) -> tuple[int, int]:
    """How many speakers whom the gold names in full speak nowhere by our reading."""
    text = one.document.text
    told = [gold for gold in one.gold if gold.cue and len(gold.words) >= STATEMENT]
    sources = {" ".join(span.of(text) for span in gold.source) for gold in told}
    named = [who for who in sources if _is_name(who) and " " in who]
    speakers = {word for said in found.attributions for word in (said.name or "").split()}
    return sum(who.split()[-1] not in speakers for who in named), len(named)


def _is_name(source: str) -> bool:
    return bool(_NAME.fullmatch(source)) and source not in _PRONOUNS


if __name__ == "__main__":
    main()
