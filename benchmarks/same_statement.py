"""How well sentences that say the same are told from those that do not, on news paraphrases.

    python benchmarks/same_statement.py [--data ../shared/eval]

The Microsoft Research Paraphrase Corpus holds pairs with much the same words; a third of them say
different things. Grouping two that differ would hide a statement, so precision comes first.
"""

import argparse
from pathlib import Path

from timing import tell

from rag.compose import ComposeConfig, say_the_same


def main() -> None:
    """Read the pairs, print precision and recall for several thresholds."""
    command = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    path = command.parse_args().data / "sts_news" / "msrp-test.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]]
    pairs = [(row[-2], row[-1], row[0] == "1") for row in rows]
    shipped = ComposeConfig(min_confidence=0).same
    for least in sorted({0.5, 0.6, 0.7, 0.8, shipped}):
        found = [same for a, b, same in pairs if say_the_same(a, b, least=least)]
        tell(
            "same statement",
            "share",
            least=least,
            shipped=least == shipped,
            pairs=len(pairs),
            precision=round(sum(found) / len(found), 3),
            recall=round(sum(found) / sum(same for _, _, same in pairs), 3),
        )


if __name__ == "__main__":
    main()
