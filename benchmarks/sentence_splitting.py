"""How well sentences are split, beside nupunkt and pySBD as they come.

The sentences of a paragraph are joined with one space (the cases of pySBD come as one text), split
again, and compared by boundary: the end offset of every sentence but the paragraph's last. Counts
are summed over all paragraphs. `segment` reads each paragraph as a document; a mark ("- ") that it
gives as a block of its own is no sentence and counts with what follows.

Cases of pySBD whose sentences differ from their text by more than white space (it also cleans text)
are left out. Its tests keep a quotation of several sentences whole, where we cut it, and most of
their sentences are one children's book; so its 47 golden rules stand in a row of their own, and the
last row leaves out boundaries inside quotation marks, for all three splitters alike.

example:  python benchmarks/sentence_splitting.py --data ../shared/eval/sentseg
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nupunkt
import pysbd

from rag.datatypes import Document
from rag.segment import segment

DATA = Path(__file__).parents[2] / "shared" / "eval" / "sentseg"


@dataclass(frozen=True, slots=True)
class Case:
    """A text and where its sentences end, the last one's end left out.

    `judged`: offsets at which a boundary counts, or `None` for all.
    """

    text: str
    ends: frozenset[int]
    judged: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of boundaries, and of cases with every boundary right."""

    right: int
    wrong: int
    missed: int
    exact: int
    cases: int

    @property
    def precision(self) -> float:
        """Share of the boundaries found that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the boundaries wanted that are found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


Splitter = Callable[[str], Iterable[tuple[int, int]]]


def ours(text: str) -> Iterator[tuple[int, int]]:
    """`rag.segment`, over every block."""
    for sentence in segment(Document(id="case", text=text)):
        if sentence.block != "boilerplate" or any(map(str.isalnum, sentence.text)):
            yield sentence.span.start, sentence.span.end


def by_pysbd() -> Splitter:
    """PySBD with its English rules, text left as it is."""
    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
    return lambda text: ((span.start, span.end) for span in segmenter.segment(text))


SPLITTERS: dict[str, Splitter] = {
    "ours": ours,
    "nupunkt": nupunkt.sent_spans,
    "pySBD": by_pysbd(),
}


def boundaries(text: str, spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Ends of the spans without white space, but for the end of the text."""
    ends = {
        start + len(text[start:end].rstrip()) for start, end in spans if text[start:end].strip()
    }
    return frozenset(ends - {len(text.rstrip())})


def score(cases: Iterable[Case], split: Splitter) -> Score:
    """Counts over all cases."""
    right = wrong = missed = exact = number = 0
    for case in cases:
        found, wanted = boundaries(case.text, split(case.text)), case.ends
        if case.judged is not None:
            found, wanted = found & case.judged, wanted & case.judged
        right, wrong = right + len(found & wanted), wrong + len(found - wanted)
        missed, exact, number = missed + len(wanted - found), exact + (found == wanted), number + 1
    return Score(right, wrong, missed, exact, number)


def paragraphs(path: Path, genre: str | None = None) -> Iterator[Case]:
    """The paragraphs of a treebank, or of one genre of it."""
    for row in rows(path):
        for sentences in row["paras"] if genre in (None, row["genre"]) else ():
            if sentences:
                yield aligned(" ".join(sentences), sentences)


def pysbd_cases(path: Path, *, golden: bool = False) -> Iterator[Case]:
    """The tests of pySBD that only split, or its golden rules alone."""
    for row in rows(path):
        same = "".join(row["text"].split()) == "".join("".join(row["sentences"]).split())
        if same and (not golden or row["list"].startswith("GOLDEN")):
            yield aligned(row["text"], row["sentences"])


def outside_quotations(case: Case) -> Case:
    """The case without the boundaries that lie inside quotation marks."""
    judged, depth = set(), 0
    for at, sign in enumerate(case.text):
        if depth == 0 or at in case.ends:
            judged.add(at)
        if at in case.ends or sign == "\n":
            depth = 0
        if sign == '"':
            depth = 1 - depth
        elif opens(case.text, at):
            depth += 1
        elif sign == "”" or (sign in "'’" and depth and re.match(r"\W|$", case.text[at + 1 :])):
            depth = max(0, depth - 1)
    return Case(case.text, case.ends, frozenset(judged))


def opens(text: str, at: int) -> bool:
    """Whether an opening quotation mark stands at `at`."""
    return text[at] in "“‘" or (text[at] == "'" and not text[max(0, at - 1) : at].strip())


def aligned(text: str, sentences: Iterable[str]) -> Case:
    """Where the sentences end in `text`, from which they differ by white space only."""
    places = [at for at, sign in enumerate(text) if not sign.isspace()]
    ends, done = set(), 0
    for sentence in sentences:
        done += len("".join(sentence.split()))
        ends.add(places[done - 1] + 1)
    return Case(text, frozenset(ends - {places[-1] + 1}))


def rows(path: Path) -> Iterator[dict]:
    """The rows of a JSONL file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def sets(data: Path) -> dict[str, list[Case]]:
    """The cases of each row of the table."""
    tests = list(pysbd_cases(data / "pysbd_golden_rules_en.jsonl"))
    return {
        "GUM news": list(paragraphs(data / "gum.jsonl", "news")),
        "GUM all": list(paragraphs(data / "gum.jsonl")),
        "EWT": list(paragraphs(data / "ewt_dev_test.jsonl")),
        "golden rules": list(pysbd_cases(data / "pysbd_golden_rules_en.jsonl", golden=True)),
        "pySBD tests": tests,
        "… outside quotations": [outside_quotations(case) for case in tests],
    }


def table(scores: dict[str, dict[str, Score]]) -> Iterator[str]:
    """One line a set; precision, recall, F1 and exact cases of each splitter."""
    yield f"{'':21}{'cases':>6}" + "".join(f"{name:>33}" for name in SPLITTERS)
    yield " " * 27 + "     P      R     F1   exact".rjust(33) * len(SPLITTERS)
    for name, by_splitter in scores.items():
        cells = (
            f"{one.precision:7.4f}{one.recall:7.4f}{one.f1:7.4f}{one.exact / one.cases:7.1%}"
            for one in by_splitter.values()
        )
        number = next(iter(by_splitter.values())).cases
        yield f"{name:21}{number:6}" + "".join(f"{cell:>33}" for cell in cells)


def as_json(scores: dict[str, dict[str, Score]]) -> str:
    """The same figures as one line."""
    figures = {
        name: {
            splitter: {
                "precision": round(one.precision, 4),
                "recall": round(one.recall, 4),
                "f1": round(one.f1, 4),
                "exact": one.exact,
                "cases": one.cases,
            }
            for splitter, one in by_splitter.items()
        }
        for name, by_splitter in scores.items()
    }
    return json.dumps({"benchmark": "sentence_splitting", "unit": "boundaries", "sets": figures})


def main() -> None:
    """Print the table, or the line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the sentseg files")
    parser.add_argument("--json", action="store_true", help="print one line of JSON, no table")
    options = parser.parse_args()
    scores = {
        name: {splitter: score(cases, split) for splitter, split in SPLITTERS.items()}
        for name, cases in sets(options.data).items()
    }
    print(as_json(scores) if options.json else "\n".join(table(scores)))


if __name__ == "__main__":
    main()
