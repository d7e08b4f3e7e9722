"""How well copies of a report are told from reports of their own.

    python benchmarks/origins.py [--data ../shared/eval] [--articles 30] [--seed 1]

One set, as it would be indexed: news articles, eight variants of each as outlets make them of a
wire report, pairs of different articles that were given the same one to five quotations, the real
pairs of same-event articles in `origins_pairs.tsv`, labelled by hand, and the five seeds, of one
press conference. What is printed: for each kind how many pairs were taken as copies; then precision
and recall over all pairs of documents that have one origin, by the groups or by the truth, where a
wrong pair joins two groups whole. Times are of this process (CPU), without reading and cutting.
"""

import argparse
import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from time import process_time

from timing import tell

from rag.datatypes import Document
from rag.origins import SHARE, Pair, candidates, copied, origins, share, signature, wording
from rag.segment import segment, titled

HERE = Path(__file__).parent
Paragraphs = list[str]
FEWEST_PARAGRAPHS, FEWEST_WORDS = 8, 200  # of an article that variants are made of
SERIES = 30  # newsletters


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the corpus."""

    id: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs as a reader gives them."""
        return "\n\n".join(self.paragraphs)


@dataclass(slots=True)
class Cases:
    """Documents, and the pairs of them that are judged, by kind: ids and whether it is a copy."""

    documents: dict[str, Document] = field(default_factory=dict)
    pairs: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)
    truth: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str, title: str | None, origin: str) -> str:
        """Add a document with its true origin."""
        self.documents.setdefault(name, titled(Document(name, text, title=title)))
        self.truth.setdefault(name, origin)
        return name

    def judge(self, kind: str, one: str, other: str, *, copy: bool) -> None:
        """Note a pair that is judged."""
        self.pairs.setdefault(kind, []).append((one, other, copy))


def whole(paragraphs: Paragraphs, chance: random.Random, other: Article) -> Paragraphs:
    """Typographic marks and white space changed, as a feed does."""
    straight = str.maketrans({"“": '"', "”": '"', "’": "'", "—": "-", "–": "-"})
    return [p.translate(straight).replace(" - ", "  -- ") for p in paragraphs]


def cut(paragraphs: Paragraphs, chance: random.Random, other: Article) -> Paragraphs:
    """The first 30 to 70 % of the paragraphs."""
    return paragraphs[: max(3, round(len(paragraphs) * chance.uniform(0.3, 0.7)))]


def local(paragraphs: Paragraphs, chance: random.Random, other: Article) -> Paragraphs:
    """A first paragraph of another article."""
    first = next((p for p in other.paragraphs if len(p.split()) >= 15), other.paragraphs[0])
    return [first, *paragraphs]


def edited(paragraphs: Paragraphs, chance: random.Random, other: Article) -> Paragraphs:
    """One word in fifty changed to one of another article, and one sentence in twenty dropped."""
    strange = other.text.split()
    found = []
    for paragraph in paragraphs:
        sentences = [s for s in paragraph.split(". ") if chance.random() >= 0.05]
        words = ". ".join(sentences).split()
        found.append(
            " ".join(chance.choice(strange) if chance.random() < 0.02 else w for w in words)
        )
    return [p for p in found if p]


def without_agency(paragraphs: Paragraphs, chance: random.Random, other: Article) -> Paragraphs:
    """The agency's mark before the first words, and the line of who contributed, removed."""
    head, separated, tail = paragraphs[0].partition(") ")
    first = tail if separated and len(head) < 60 else paragraphs[0]
    marks = ("contributing", "read more", "the associated press", "ap", "cnn —", "reuters")
    return [
        first,
        *(p for p in paragraphs[1:] if not p.casefold().startswith(marks) or len(p) > 80),
    ]


def in_one(*changes: Callable[[Paragraphs, random.Random, Article], Paragraphs]):
    """Several changes, one after the other."""

    def all_changes(paragraphs: Paragraphs, chance: random.Random, other: Article) -> Paragraphs:
        for change in changes:
            paragraphs = change(paragraphs, chance, other)
        return paragraphs

    return all_changes


VARIANTS = {
    "whole": whole,
    "cut": cut,
    "local paragraph": local,
    "edited": edited,
    "agency line removed": without_agency,
    "cut, local": in_one(cut, local),
    "cut, edited": in_one(cut, edited, whole),
    "cut, edited, local": in_one(cut, edited, local),
}


def articles(corpus: Path) -> Iterator[Article]:
    """The articles of a BEIR corpus."""
    with corpus.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            found = tuple(p.strip() for p in row["text"].split("\n\n") if p.strip())
            yield Article(row["_id"], row["title"], found)


def cases(known: Sequence[Article], labelled: Sequence[tuple[str, str, bool]], options) -> Cases:
    """Everything that is judged, deterministic by seed."""
    chance = random.Random(options.seed)
    made, by_id = Cases(), {one.id: one for one in known}
    in_pairs = {name for one, other, _ in labelled for name in (one, other)}
    real = origins(in_pairs, [(min(a, b), max(a, b)) for a, b, copy in labelled if copy])
    for one, other, copy in labelled:
        for each in (by_id[one], by_id[other]):
            made.add(each.id, each.text, each.title, real[each.id])
        same = one.split("/")[0] == other.split("/")[0]
        made.judge(f"real pairs, {'one outlet' if same else 'two outlets'}", one, other, copy=copy)
    long = [
        one
        for one in known
        if len(one.paragraphs) >= FEWEST_PARAGRAPHS
        and len(one.text.split()) >= FEWEST_WORDS
        and one.id not in in_pairs
    ]
    chosen = chance.sample(long, 3 * options.articles)
    originals, others, reporters = (chosen[n::3] for n in range(3))
    for one, other in zip(originals, others, strict=True):
        made.add(one.id, one.text, one.title, one.id)
        for kind, change in VARIANTS.items():
            text = "\n\n".join(change(list(one.paragraphs), chance, other))
            headline = chance.choice([one.title, other.title])
            name = made.add(f"{one.id} ({kind})", text, headline, one.id)
            made.judge(kind, one.id, name, copy=True)
    add_quoting(made, reporters, chance)
    add_series(made, known)
    add_seeds(made)
    return made


def add_quoting(made: Cases, reporters: Sequence[Article], chance: random.Random) -> None:
    """Pairs of different articles, both with the same one to five quotations put in."""
    quotations = [p for one in reporters for p in one.paragraphs if is_quotation(p)]
    for one, other in zip(reporters[::2], reporters[1::2], strict=False):
        quoted = chance.sample(quotations, chance.randint(1, 5))
        names = []
        for each in (one, other):
            paragraphs = list(each.paragraphs)
            for quotation in quoted:
                paragraphs.insert(chance.randint(1, len(paragraphs)), quotation)
            names.append(
                made.add(f"{each.id} (quoting)", "\n\n".join(paragraphs), each.title, each.id)
            )
        made.judge("same 1 to 5 quotations", *names, copy=False)


def add_series(made: Cases, known: Sequence[Article]) -> None:
    """Newsletters of one series: other news each day, between the same lines."""
    letters = [one for one in known if "five-things" in one.id][:SERIES]
    names = [made.add(one.id, one.text, one.title, one.id) for one in letters]
    for one, other in pairwise(names):
        made.judge("newsletters of one series", one, other, copy=False)


def is_quotation(paragraph: str) -> bool:
    """Whether a paragraph is quoted from its beginning on, and long enough to tempt."""
    return paragraph[0] in '“"' and 12 <= len(paragraph.split()) <= 80


def add_seeds(made: Cases) -> None:
    """The five articles of the repository: one press conference, five outlets."""
    names = []
    for path in sorted((HERE.parent / "seeds").iterdir()):
        names.append(made.add(path.name, path.read_text(encoding="utf-8"), None, path.name))
    for one, other in combinations(names, 2):
        made.judge("the five seeds", one, other, copy=False)


def read_labels(path: Path) -> list[tuple[str, str, bool]]:
    """The pairs that were labelled by hand."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    return [(one, other, label == "copy") for one, other, label in rows]


def found_by(made: Cases) -> tuple[dict[str, str], dict[str, object]]:
    """The origin that each document is given, and what it took."""
    wordings = {name: wording(segment(one)) for name, one in made.documents.items()}
    start = process_time()
    signatures = {name: signature(one) for name, one in wordings.items()}
    signed = process_time()
    pairs = candidates(signatures)
    looked = process_time()
    copies = [pair for pair in pairs if copied(*(wordings[name] for name in pair))]
    compared = process_time()
    cost = {
        "candidates": len(pairs),
        "copies": len(copies),
        "bytes_per_document": round(sum(s.nbytes for s in signatures.values()) / len(signatures)),
        "sign_ms_per_document": round(1000 * (signed - start) / len(signatures), 2),
        "candidates_s": round(looked - signed, 2),
        "compare_s": round(compared - looked, 2),
        "shares": shares(made, wordings),
    }
    return origins(signatures, copies), cost


def shares(made: Cases, wordings: dict) -> dict[str, list[float]]:
    """Least and most share of each kind of pair, by what it is: where the threshold lies."""
    found: dict[str, list[float]] = {}
    for pairs in made.pairs.values():
        for one, other, copy in pairs:
            found.setdefault("copies" if copy else "own", []).append(
                share(wordings[one], wordings[other])
            )
    return {
        "copies_p01_p05": [
            round(sorted(found["copies"])[len(found["copies"]) * n // 100], 3) for n in (1, 5)
        ],
        "own_p95_p99": [
            round(sorted(found["own"])[len(found["own"]) * n // 100], 3) for n in (95, 99)
        ],
    }


def pairs_of_one(origin: dict[str, str]) -> set[Pair]:
    """All pairs of documents that have one origin."""
    groups: dict[str, list[str]] = {}
    for name in sorted(origin):
        groups.setdefault(origin[name], []).append(name)
    return {pair for names in groups.values() for pair in combinations(names, 2)}


def ratio(part: int, of: int) -> float:
    """A share; 1 of nothing."""
    return round(part / of, 4) if of else 1.0


def main() -> None:
    """Print the table, and the line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--articles", type=int, default=30, help="that variants are made of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="list the pairs that came out wrong")
    options = parser.parse_args()
    known = list(articles(options.data / "realtimeqa_2022a" / "corpus.jsonl"))
    made = cases(known, read_labels(HERE / "origins_pairs.tsv"), options)
    given, cost = found_by(made)
    right, found = pairs_of_one(made.truth), pairs_of_one(given)
    print(f"{'kind':28}{'pairs':>7}{'copies':>8}{'found':>7}{'wrong':>7}")
    judged: Counter[str] = Counter()
    for kind, pairs in made.pairs.items():
        taken = [(copy, given[one] == given[other]) for one, other, copy in pairs]
        hits = sum(copy and same for copy, same in taken)
        wrong = sum(same and not copy for copy, same in taken)
        copies = sum(copy for copy, _ in taken)
        judged += Counter(hits=hits, wrong=wrong, copies=copies)
        print(f"{kind:28}{len(pairs):7}{copies:8}{hits:7}{wrong:7}")
        for one, other, copy in pairs if options.wrong else ():
            if copy != (given[one] == given[other]):
                print(f"    {one} | {other}: {'missed' if copy else 'no copy'}")
    tell(
        "origins",
        "share of pairs",
        seed=options.seed,
        documents=len(made.documents),
        threshold=SHARE,
        judged_precision=ratio(judged["hits"], judged["hits"] + judged["wrong"]),
        judged_recall=ratio(judged["hits"], judged["copies"]),
        precision=ratio(len(right & found), len(found)),
        recall=ratio(len(right & found), len(right)),
        pairs=len(right),
        **cost,
    )


if __name__ == "__main__":
    main()
