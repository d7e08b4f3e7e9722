"""The weighted mean of models: it forgets less of what the first knew than further training does.

    python -m training.mean --of FIRST=.4 SECOND=.3 THIRD=.3 --out MODEL

Source: Wortsman et al., Robust fine-tuning of zero-shot models, 2022, and Model soups, 2022.
"""

import argparse
import math
from collections.abc import Mapping
from pathlib import Path

import torch


def mean(states: Mapping[Path, float]) -> dict[str, torch.Tensor]:
    """Weights of like models, each by its share.

    Raises:
        SystemExit: The shares do not add up to 1.
    """
    if not math.isclose(sum(states.values()), 1):
        raise SystemExit(f"shares add up to {sum(states.values()):g}, not to 1")
    read = {path: torch.load(path, weights_only=True) for path in states}
    names = next(iter(read.values()))
    return {name: sum(share * read[path][name] for path, share in states.items()) for name in names}


def main() -> None:
    """Read, mix, write."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--of", nargs="+", required=True, type=_part, metavar="MODEL=SHARE")
    command.add_argument("--out", type=Path, required=True)
    given = command.parse_args()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mean(dict(given.of)), given.out)


def _part(given: str) -> tuple[Path, float]:
    path, _, share = given.rpartition("=")
    return Path(path), float(share)


if __name__ == "__main__":
    main()
