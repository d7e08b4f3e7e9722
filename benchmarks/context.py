"""Which sentences cannot stand alone: ours against marks made by hand.

    python benchmarks/context.py --data ../shared/eval

benchmarks/context_needs.tsv names 200 sentences drawn by chance, 120 that answer a question of
MultiRC and 80 of seeds/, each with whether one reader needed the sentence before to know who or
what it speaks of. The rules were made by looking at the part `tune`; `test` was marked before they
were changed. Its totals were seen between changes, its cases not.
"""

import argparse
import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

from timing import tell

from rag.context import needs
from rag.datatypes import Document, Sentence, Span
from rag.quotes import Attribution, attribute
from rag.readers import documents, sources
from rag.segment import segment, titled

ROOT = Path(__file__).parent.parent
MARKS = Path(__file__).with_name("context_needs.tsv")
Case = tuple[Sentence, Sentence, tuple[Attribution, ...]]  # a sentence, the one before, who speaks


def main() -> None:
    """Compare and tell."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument(
        "--show", metavar="PART", help="print where we differ, of `tune` or `test`"
    )
    given = command.parse_args()
    cases = {**multirc(given.data / "multirc_eraser" / "val.selection.jsonl"), **own()}
    counts: Counter[tuple[str, bool, bool]] = Counter()
    with MARKS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            sentence, before, said = cases[row["where"], int(row["place"])]
            wanted, found = row["needs"] == "1", needs(sentence, before, said)
            counts[row["part"], wanted, found] += 1
            if given.show == row["part"] and wanted != found:
                print("missed" if wanted else "needless", "|", before.text, "|", sentence.text)
    for part in ("tune", "test"):
        right, needless, missed = (counts[part, *one] for one in ((1, 1), (0, 1), (1, 0)))
        precision, recall = right / (right + needless), right / (right + missed)
        tell(
            f"sentences that cannot stand alone, {part}",
            "share",
            n=sum(count for key, count in counts.items() if key[0] == part),
            needed=right + missed,
            precision=round(precision, 3),
            recall=round(recall, 3),
            f1=round(2 * precision * recall / (precision + recall), 3),
        )


def multirc(file: Path) -> dict[tuple[str, int], Case]:
    """By the id of a question and the number of a sentence."""
    found: dict[tuple[str, int], Case] = {}
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        for place in row["answers"]:
            if place:
                before, sentence = (_alone(row["sentences"][at]) for at in (place - 1, place))
                found[row["id"], place] = (sentence, before, ())
    return found


def _alone(text: str) -> Sentence:
    return Sentence(Document("multirc", text), Span(0, len(text)))


def own() -> dict[tuple[str, int], Case]:
    """Of seeds/, by the document and the start of a sentence."""
    found: dict[tuple[str, int], Case] = {}
    for document in documents(sources(ROOT / "seeds")):
        assert isinstance(document, Document)
        whole = titled(document)
        said = attribute(whole)
        body = [one for one in segment(whole) if one.block == "body"]
        for before, sentence in pairwise(body):
            found[whole.id, sentence.span.start] = (sentence, before, said)
    return found


if __name__ == "__main__":
    main()
