"""How much is installed: the wheel, the packages that it needs, and their size.

python benchmarks/footprint.py
"""

import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from timing import tell

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Build the wheel, follow the requirements, print."""
    with TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, str(ROOT)]
        subprocess.run(build, check=True, capture_output=True)
        (wheel,) = Path(folder).glob("*.whl")
        tell("wheel", "kB", size=round(wheel.stat().st_size / 1e3, 1))
    needed = closure("onrecord")
    sizes = {name: size_of(one) for name, one in needed.items()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:5]
    tell(
        "environment",
        "MB",
        packages=len(needed),
        size=round(sum(sizes.values()) / 1e6),
        largest={name: round(sizes[name] / 1e6) for name in largest},
    )


def closure(name: str) -> dict[str, Distribution]:
    """A distribution with all that it requires here, directly or not."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(name, frozenset())]
    seen = set()
    while waiting:
        wanted = waiting.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        one, extras = wanted
        found[canonicalize_name(one)] = distribution(one)
        for line in found[canonicalize_name(one)].requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            chosen = [{"extra": extra} for extra in ("", *extras)]
            if marker is None or any(marker.evaluate(each) for each in chosen):
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def size_of(one: Distribution) -> int:
    """Bytes of its installed files."""
    paths = (Path(str(file.locate())) for file in one.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


if __name__ == "__main__":
    main()
