"""How long a question takes, cold as a process and warm in one, over seeds/.

    python benchmarks/asking.py

Beside the cold question stands what importing sentence-transformers alone takes: a question must
take less than a third of it.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from timing import spread, tell, times_ms

from rag import OnRecord

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "tests" / "gold" / "seeds" / "questions.jsonl"
QUESTION = "what did Putin say about Syria?"


def main() -> None:
    """Build, ask, print."""
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        OnRecord.build(index, [ROOT / "seeds"])
        cold(index)
        warm(index)


def cold(index: Path) -> None:
    """A question as a process, and the import that it avoids."""
    ask = [str(Path(sys.executable).with_name("onrecord")), "ask", "--index", str(index), QUESTION]
    heavy = [sys.executable, "-c", "import sentence_transformers"]
    asking = spread(times_ms(lambda: run(ask), warmups=1, repeats=10))
    importing = spread(times_ms(lambda: run(heavy), warmups=1, repeats=3))
    share = round(float(asking["median"]) / float(importing["median"]), 3)
    tell("cold ask", "ms", **asking, importing_sentence_transformers=importing, share=share)


def run(command: list[str]) -> str:
    """What a command printed; it must end with status 0."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def warm(index: Path) -> None:
    """Every second gold question in one warm process, and where the time goes."""
    engine = OnRecord.open(index)
    lines = GOLD.read_text(encoding="utf-8").splitlines()[::2]
    questions = [json.loads(line)["question"] for line in lines]
    stages = defaultdict(list)

    def ask(question: str) -> None:
        for stage, ms in engine.ask(question).timings:
            stages[stage].append(ms)

    for question in questions[:10]:
        ask(question)
    stages.clear()
    for question in questions:
        ask(question)
    for stage, times in stages.items():
        tell(f"warm ask, {stage}", "ms", **spread(times))


if __name__ == "__main__":
    main()
