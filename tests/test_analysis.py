"""Documents analysed on all cores: the same results in the same order, and processes that die."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from rag import Document, OnRecord, analysis
from rag.analysis import Analysis, analyse
from rag.errors import IndexInterrupted

INTERRUPTED = "onrecord: interrupted; nothing that was committed is lost\n"


@pytest.fixture
def by_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few documents are enough to start processes."""
    monkeypatch.setattr(analysis, "_SEVERAL", 1_000)
    monkeypatch.setattr("loky.cpu_count", lambda: 2)


@pytest.fixture
def articles(tmp_path: Path, seeds: Path) -> Path:
    """Ten articles, each different."""
    (tmp_path / "articles").mkdir()
    for number in range(2):
        for path in seeds.iterdir():
            text = path.read_text(encoding="utf-8")
            (tmp_path / "articles" / f"{number}-{path.name}").write_text(f"No. {number}.\n\n{text}")
    return tmp_path / "articles"


def children(of: int | None = None) -> list[int]:
    """The processes of the pool, without what keeps count of its files."""
    found = subprocess.run(
        ["pgrep", "-P", str(of or os.getpid()), "-f", "popen_loky_posix"],
        capture_output=True,
        text=True,
    )
    return [int(line) for line in found.stdout.split()]


def hears_no_interrupt(process: int) -> bool:
    ignored = subprocess.check_output(["ps", "-o", "ignored=", "-p", str(process)], text=True)
    return bool(int(ignored, 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.usefixtures("by_processes")
def test_it_is_the_same_wherever_it_is_made(articles: Path) -> None:
    documents = [Document(path.name, path.read_text()) for path in sorted(articles.iterdir())[:9]]
    with Analysis() as made:
        there = list(made.of(documents))
        assert len(children()) == 2
    assert children() == []
    for document, one in zip(documents, there, strict=True):
        here = analyse(document)
        assert one.sentences == here.sentences
        assert one.attributions == here.attributions
        assert (one.signature == here.signature).all()
        assert any(sentence.speaker for sentence in one.sentences)


def test_a_few_documents_start_no_process(seeds: Path) -> None:
    with Analysis() as made:
        found = list(made.of([Document("a", "The mayor said that it rains.")]))
        assert children() == []
    assert [len(one.sentences) for one in found] == [1]


@pytest.mark.usefixtures("by_processes")
def test_a_killed_process_ends_the_build_and_leaves_what_was_there(
    tmp_path: Path, articles: Path, tiny_encoder: Path
) -> None:
    index = tmp_path / "index"
    (tmp_path / "a.txt").write_text("The mayor said that it rains.")
    OnRecord.build(index, [tmp_path / "a.txt"], encoder=str(tiny_encoder))
    before = OnRecord.open(index).info()

    def kill(stage: str, done: int, total: int) -> None:
        if stage == "cutting" and done == 0:
            for child in children():
                os.kill(child, signal.SIGKILL)

    with pytest.raises(IndexInterrupted, match=r"was killed\. Mend: "):
        OnRecord.build(index, [articles], progress=kill)
    assert OnRecord.open(index).info() == before
    assert OnRecord.build(index, [articles]).added == 10


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        (lambda group: os.kill(group, signal.SIGINT), 2, re.escape(INTERRUPTED)),
        (lambda group: os.killpg(group, signal.SIGINT), 2, re.escape(INTERRUPTED)),
        (lambda group: os.kill(group, signal.SIGKILL), -signal.SIGKILL, "(?s).*leaked.*|"),
    ],
    ids=["Ctrl-C", "Ctrl-C to all", "killed"],
)
def test_its_processes_end_with_it(
    tmp_path: Path,
    articles: Path,
    tiny_encoder: Path,
    end: Callable[[int], None],
    status: int,
    told: str,
) -> None:
    for path in articles.iterdir():  # a minute's work, which is not to be waited for
        path.write_text(20 * path.read_text(encoding="utf-8"), encoding="utf-8")
    code = (
        "import signal, loky; from rag import cli, indexing\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "indexing._CUT_AT_ONCE = 10**8; loky.cpu_count = lambda: 2\n"
        "cli.main()"
    )
    command = [sys.executable, "-c", code, "index", str(articles), "--encoder", str(tiny_encoder)]
    with subprocess.Popen(
        [*command, "--index", str(tmp_path / "index")],
        env=os.environ | {"PATH": ""},  # a small system has no `pgrep`
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            while len(children(process.pid)) < 2:
                assert process.poll() is None
                sleep(0.05)
            assert all(map(hears_no_interrupt, children(process.pid)))
            end(process.pid)
            _, error = process.communicate(timeout=30)
            due = monotonic() + 30
            while subprocess.run(["pgrep", "-s", str(process.pid)], capture_output=True).stdout:
                assert monotonic() < due, "its processes are left"
                sleep(0.1)
        finally:
            subprocess.run(["pkill", "-9", "-s", str(process.pid)])
    assert process.returncode == status
    assert re.fullmatch(told, error.decode())
