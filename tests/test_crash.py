"""Kill a build at many points: what is there is the old state or the new one, and can be proven."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from time import monotonic, sleep

import pytest

from rag import OnRecord
from rag.cli import run
from rag.contracts import Json, answer_object
from rag.indexing import build
from rag.store import RECORD, VECTORS
from rag.verify import against_index

KILLS = 10  # of each of two kinds of change
QUESTIONS = ("What was the subject of the report?", "Who gave out the report of the harvest?")
REPORT = "The {} was the subject of report {}, which the office gave out on Monday.\n"


@pytest.fixture(scope="module")
def children() -> ForkServerContext:
    """Where builds run: each a process of its own, forked from one that has imported torch."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rag.indexing", "sentence_transformers", "rag.engine"])
    return context


def write(folder: Path, subjects: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for number, subject in enumerate(subjects):
        text = f"Report {number}\n\n{REPORT.format(subject, number)}"
        (folder / f"{subject}.txt").write_text(text, encoding="utf-8")


OLD = ["missile", "harvest", "football", "election", "glacier"]
NEW = ["election", "missile", "orchestra", "volcano", "harvest", "peace"]


def answers(index: Path) -> list[dict[str, Json]]:
    engine = OnRecord.open(index)
    return [answer_object(engine.ask(question), timings=False) for question in QUESTIONS]


def said(of: list[dict[str, Json]]) -> list[object]:
    """What answers say, without scores: vectors of one text may differ in their last bits."""
    rows = [[*one["sentences"], *one["nearest"]] for one in of]
    return [[(r["document"], r["start"], r["end"], r["text"]) for r in row] for row in rows]


@dataclass(frozen=True)
class Change:
    """An index of the old state over a corpus of the new one, and what both answer."""

    corpus: Path
    index: Path
    encoder: Path
    old: list[object]
    new: list[object]

    def build(self, children: ForkServerContext, index: Path):
        child = children.Process(
            target=build, args=(index, [self.corpus]), kwargs={"encoder": str(self.encoder)}
        )
        child.start()
        return child


@pytest.fixture(scope="module", params=["same encoder", "another encoder"])
def change(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tiny_encoder: Path,
    make_encoder,
) -> Change:
    place = tmp_path_factory.mktemp("change")
    corpus, old, new = place / "corpus", place / "old", place / "new"
    encoder = tiny_encoder if request.param == "same encoder" else make_encoder(width=64, seed=3)
    write(corpus, OLD)
    OnRecord.build(old, [corpus], encoder=str(tiny_encoder))
    write(corpus, NEW)
    OnRecord.build(new, [corpus], encoder=str(encoder))
    states = said(answers(old)), said(answers(new))
    assert states[0] != states[1]
    return Change(corpus, old, encoder, *states)


def test_a_build_killed_at_any_instant_leaves_the_old_state_or_the_new(
    change: Change, children: ForkServerContext, tmp_path: Path
) -> None:
    duration = _duration(change, children, tmp_path)
    dice = random.Random(4)
    # Every second kill in the last third, where files are written and the state is swapped.
    shares = [
        (n + dice.random()) / KILLS * (1 if n % 2 else 1 / 3) + (0 if n % 2 else 2 / 3)
        for n in range(KILLS)
    ]
    ended = []
    for number, share in enumerate(shares):
        index = tmp_path / f"{number}"
        shutil.copytree(change.index, index)
        child = change.build(children, index)
        sleep(share * duration)
        child.kill()  # nothing where it has ended
        child.join()
        found = answers(index)
        assert said(found) in (change.old, change.new), f"killed after {share:.0%}"
        assert against_index(index, found) == []
        ended.append((child.exitcode, said(found) == change.new))
        if number % 4 == 0:
            _finishes(change, children, index)
        shutil.rmtree(index)
    assert (-signal.SIGKILL, False) in ended, "no build was killed before it committed"


def _duration(change: Change, children: ForkServerContext, place: Path) -> float:
    """Seconds that an undisturbed build takes, the second time."""
    for attempt in ("warm", "measured"):
        index = place / attempt
        shutil.copytree(change.index, index)
        start = monotonic()
        child = change.build(children, index)
        child.join()
        assert child.exitcode == 0
        assert said(answers(index)) == change.new
    return monotonic() - start


def _finishes(change: Change, children: ForkServerContext, index: Path) -> None:
    """The next build ends in the new state, and leaves nothing of the killed one."""
    child = change.build(children, index)
    child.join()
    assert child.exitcode == 0
    assert said(answers(index)) == change.new
    info = OnRecord.open(index).info()
    names = {entry.name for entry in index.iterdir()}
    assert names - {f"{name}-{end}" for name in (RECORD, VECTORS) for end in ("wal", "shm")} == {
        *(RECORD, VECTORS, "lock"),
        f"passages-{info.state}.faiss",
        f"documents-{info.state}.faiss",
        f"terms-{info.state}",
        f"encoder-{info.settings.fingerprint[:16]}",
    }


def test_a_first_build_that_is_killed_leaves_no_index_or_a_whole_one(
    change: Change, children: ForkServerContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = monotonic()
    change.build(children, tmp_path / "first").join()
    duration = monotonic() - start
    for number in range(6):
        index = tmp_path / f"{number}"
        child = change.build(children, index)
        sleep((number + 0.5) / 6 * duration)
        child.kill()  # nothing where it has ended
        child.join()
        status = run(["ask", QUESTIONS[0], "--index", str(index)])
        message = capsys.readouterr().err
        if status == 2:
            assert "onrecord index PATH --index" in message
            assert len(message.splitlines()) == 1
        else:
            assert said(answers(index)) == change.new
    _finishes(change, children, index)


ASKER = """
import json, sys
from pathlib import Path
from rag import OnRecord
from rag.contracts import answer_object
engine = OnRecord.open(sys.argv[1])
while not Path(sys.argv[2]).exists():
    for one in (engine, OnRecord.open(sys.argv[1])):
        for question in sys.argv[3:]:
            print(json.dumps(answer_object(one.ask(question), timings=False)), flush=True)
"""


@pytest.fixture
def askers(change: Change, tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    shutil.copytree(change.index, tmp_path / "index")
    command = [sys.executable, "-c", ASKER, str(tmp_path / "index"), str(tmp_path / "stop")]
    running = []
    for number in range(2):
        with (tmp_path / f"out{number}").open("w") as out:
            running.append(
                subprocess.Popen([*command, *QUESTIONS], stdout=out, stderr=subprocess.PIPE)
            )
    yield running
    for asker in running:
        asker.kill()
        asker.wait()
        asker.stderr.close()


def test_two_processes_ask_while_a_third_indexes(
    change: Change, children: ForkServerContext, tmp_path: Path, askers
) -> None:
    import json

    while not all((tmp_path / f"out{n}").stat().st_size for n in (0, 1)):
        sleep(0.05)
    for subjects in (NEW, OLD, NEW):
        write(change.corpus, subjects)
        child = change.build(children, tmp_path / "index")
        child.join()
        assert child.exitcode == 0
    outs = [tmp_path / f"out{number}" for number in (0, 1)]
    asked = [len(out.read_text().splitlines()) for out in outs]
    # On a busy machine no question may have fallen into the last state yet.
    for out, before in zip(outs, asked, strict=True):
        while len(out.read_text().splitlines()) < before + 2 * len(QUESTIONS):
            assert all(asker.poll() is None for asker in askers)
            sleep(0.05)
    (tmp_path / "stop").touch()
    for number, asker in enumerate(askers):
        assert asker.wait(60) == 0, asker.stderr.read().decode()
        lines = (tmp_path / f"out{number}").read_text().splitlines()
        got = [said([json.loads(a)])[0] for a in lines]
        for question in range(len(QUESTIONS)):
            allowed = change.old[question], change.new[question], *self_made(change, question)
            assert all(one in allowed for one in got[question :: len(QUESTIONS)])
        assert change.new[0] in got
        assert change.old[0] in got


def self_made(change: Change, question: int) -> list[object]:
    """What the old corpus answers by the other encoder."""
    write(change.corpus, OLD)
    index = change.index.with_name("old-by-other-encoder")
    if not index.exists():
        OnRecord.build(index, [change.corpus], encoder=str(change.encoder))
    write(change.corpus, NEW)
    return [said(answers(index))[question]]


def test_a_second_indexer_is_refused_and_the_first_goes_on(
    change: Change,
    children: ForkServerContext,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = tmp_path / "index"
    child = change.build(children, index)
    while not (index / VECTORS).exists():
        sleep(0.002)
    os.kill(child.pid, signal.SIGSTOP)
    try:
        status = run(["index", str(change.corpus), "--index", str(index)])
    finally:
        os.kill(child.pid, signal.SIGCONT)
    assert status == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"onrecord: {index}: another process is writing it. "
        "Mend: wait for it to end, then try again"
    )
    child.join()
    assert child.exitcode == 0
    assert said(answers(index)) == change.new
