# ruff: noqa: RUF001  a question in another script is one of the inputs
"""What can be wrong with input: one clear line, exit status 2, and the index as it was."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from rag import OnRecord
from rag.cli import run
from rag.store import FORMAT, RECORD, VECTORS

COMMAND = [sys.executable, "-c", "from rag.cli import main; main()"]
TEXT = "The {} was the subject of a report, which the office gave out on Monday.\n"
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def built(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("corpus")
    for subject in ("missile", "harvest", "glacier"):
        (corpus / f"{subject}.txt").write_text(TEXT.format(subject), encoding="utf-8")
    index = tmp_path_factory.mktemp("built") / "index"
    OnRecord.build(index, [corpus], encoder=str(tiny_encoder))
    return index


@pytest.fixture
def index(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of its own, and a working folder in which a wrong path is the only one."""
    shutil.copytree(built, tmp_path / "index")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("ONRECORD_INDEX", str(tmp_path / "index"))
    return tmp_path / "index"


def told(standard_error: str) -> str:
    """The one line of an error, after those of single files."""
    *before, last = standard_error.splitlines()
    assert all(line.startswith("onrecord: not read: ") for line in before), standard_error
    assert last.startswith("onrecord: ")
    assert not last.startswith("onrecord: not read: ")
    return last


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs a command that has to fail; its standard error."""

    def refused(*arguments: str | Path) -> str:
        capsys.readouterr()
        assert run([str(one) for one in arguments]) == 2
        out, error = capsys.readouterr()
        assert out == ""
        told(error)
        return error

    return refused


@contextmanager
def unchanged(index: Path) -> Iterator[None]:
    before = OnRecord.open(index).info().state, list(OnRecord.open(index).documents())
    yield
    engine = OnRecord.open(index)
    assert (engine.info().state, list(engine.documents())) == before
    assert "glacier" in engine.search("glacier")[0].passage.text


# sources


def a_loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "self.txt").symlink_to("self.txt")


BAD_SOURCES = {
    "an empty folder": (lambda f: None, "no document"),
    "an empty file": (lambda f: (f / "a.txt").touch(), "a.txt: empty"),
    "white space": (lambda f: (f / "a.txt").write_text(" \n\t\n"), "a.txt: "),
    "a binary": (lambda f: (f / "a.txt").write_bytes(bytes(range(256)) * 99), "a.txt: "),
    "no UTF-8": (lambda f: (f / "a.jsonl").write_bytes(b'{"text": "\xff\xfe"}\n'), "not UTF-8"),
    "a symlink loop": (a_loop, "symbolic link that leads back to itself"),
    "a dangling link": (lambda f: (f / "a.txt").symlink_to("gone.txt"), "a.txt: no such file"),
    "a pipe": (lambda f: os.mkfifo(f / "a.txt"), "a.txt: not a regular file"),
    "a PDF and a picture": (
        lambda f: [(f / n).write_bytes(b"%PDF-1.7\n\x00\x01") for n in ("a.pdf", "b.png")],
        "no document",
    ),
    "a table without text": (
        lambda f: (f / "a.csv").write_text("id,name\n1,Ann\n"),
        "no column text, body or content",
    ),
    "deep JSON": (lambda f: (f / "a.jsonl").write_text("[" * 100_000), "a.jsonl:1: "),
}


@pytest.mark.parametrize(("make", "why"), BAD_SOURCES.values(), ids=BAD_SOURCES)
def test_what_gives_no_document_is_told_by_name(
    index: Path, refused: Refused, tmp_path: Path, make: Callable[[Path], object], why: str
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    make(folder)
    with unchanged(index):
        error = refused("index", folder)
    assert why in error
    assert "the index was not changed" in told(error)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_line_of_200_mb_is_told_and_not_read(
    index: Path, refused: Refused, tmp_path: Path, name: str
) -> None:
    with (tmp_path / name).open("wb") as file:
        file.write(b'{"text": "')
        for _ in range(200):
            file.write(b"a " * 500_000)
        file.write(b'"}\n')
    start = monotonic()
    with unchanged(index):
        assert f"not read: {name}" in refused("index", tmp_path / name)
    assert monotonic() - start < 20
    (tmp_path / name).unlink()


@pytest.mark.parametrize("path", ["nowhere", "nowhere/at all.txt", "a\x00b", "\udcff"])
def test_a_path_that_is_not_there_is_named(index: Path, refused: Refused, path: str) -> None:
    with unchanged(index):
        assert "not read: " in refused("index", path)


def test_a_path_that_is_too_long_is_told(index: Path, refused: Refused) -> None:
    with unchanged(index):
        assert "name too long" in refused("index", "x" * 5000)


def test_names_of_files_cannot_write_lines_of_their_own(
    index: Path, refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "a\nonrecord: all is well\x1b[2J.txt").write_bytes(b"")
    error = refused("index", *tmp_path.glob("a*"))
    assert len(error.splitlines()) == 2
    assert "\x1b" not in error


def test_a_path_that_may_not_be_read_is_told(
    index: Path, tmp_path: Path, without_privilege
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.txt").write_text(TEXT)
    for mode, path in ((0, secret / "a.txt"), (0o755, secret / "a.txt"), (0, secret)):
        path.chmod(mode)
        if mode == 0:
            with unchanged(index):
                done = without_privilege("index", secret)
            assert done.returncode == 2
            assert "permission denied" in done.stderr
            assert "the index was not changed" in told(done.stderr)
    secret.chmod(0o755)


def test_a_bad_file_beside_good_ones_is_told_and_the_others_are_read(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "empty.txt").touch()
    (folder / "good.txt").write_text(TEXT.format("volcano"))
    assert run(["index", str(folder)]) == 0
    out, error = capsys.readouterr()
    assert "1 added, 0 updated, 0 removed, 0 unchanged, 1 not read" in out
    (line,) = error.splitlines()
    assert line.startswith("onrecord: not read: empty.txt: ")


# questions

STRANGE = [
    '"NEAR/2 (',
    "'; DROP TABLE documents; --",
    'Syria" OR "1"="1',
    "что Путин сказал о Сирии?",
    "叙利亚",
    "{title body}: ^a + b*",
    "<script>alert(1)</script>",
    "[bold red]who[/] \x1b[31mspoke",
]


@pytest.mark.parametrize("question", STRANGE)
def test_a_strange_question_is_only_a_question(
    index: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    with unchanged(index):
        assert run(["ask", "--json", question]) in (0, 1)
        out, error = capsys.readouterr()
        assert json.loads(out)["question"] == question
        assert error == ""
        assert run(["ask", question]) in (0, 1)
        assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("?!…", "no word"),
        ("what " * 20_000, "100,000 characters"),
        ("\udcff\udcfe", "not valid UTF-8"),
    ],
)
def test_what_is_no_question_is_told(
    index: Path, refused: Refused, question: str, why: str
) -> None:
    with unchanged(index):
        for command in ("ask", "search"):
            error = refused(command, question)
            assert why in error
            assert len(error) < 200


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["ask"], "required"),
        (["asks", "who?"], "invalid choice"),
        (
            ["ask", "who?", "where?"],
            "unrecognized arguments: where?. Mend: see onrecord ask --help",
        ),
        (["ask", "who?", "--batch", "x"], "not allowed"),
        (["ask", "--since", "yesterday", "who?"], "since is 'yesterday'"),
        (["ask", "--until", "2024-02-30", "who?"], "until is '2024-02-30'"),
        (["ask", "--since", "2025-01-01", "--until", "2024-01-01", "who?"], "lies after"),
        (["ask", "--outlet", "\udcff", "who?"], "outlet is"),
        (["ask", "--outlet", "", "who?"], "outlet is empty"),
        (["ask", "--since", "", "who?"], "since is empty"),
        (["search", "--document", "", "who?"], "document is empty"),
        (["check", "--until", " ", "a harvest"], "until is empty"),
        (["ask", "--speaker", "", "who?"], "speaker is empty"),
        (["ask", "--min-confidence", "7", "who?"], "min_confidence is 7"),
        (["ask", "--min-confidence", "nan", "who?"], "min_confidence is nan"),
        (["ask", "--min-confidence", "much", "who?"], "invalid float"),
        (["search", "--depth", "0", "who?"], "depth is 0"),
        (["timeline", "--speaker", "Putin", " "], "the subject is empty"),
        (["timeline", "--speaker", " ", "Syria"], "--speaker is missing"),
        (["timeline", "--speaker", "Putin", "Syria", "--svg", "."], ".: is a directory"),
        (["search", "--depth", "1e3", "who?"], "invalid int"),
        (["index", "--passage-words", "0", "."], "length_words is 0"),
        (["index", "--overlap-words", "500", "."], "overlap_words is 500"),
        (["index", "--encoder", "no/such-model", "."], "encoder 'no/such-model'"),
        (["index", "--encoder", ".", "."], "encoder '.'"),
        (["index", ""], "argument PATH: the path is empty"),
        (["index", "--forget", ""], "argument --forget: the path is empty"),
        (["quotes", ""], "the path is empty"),
        (["verify", "answer.json", "--files", ""], "argument --files: the path is empty"),
        (["info", "--index", ""], "argument --index: the path is empty"),
        (["gold", ""], "the path is empty"),
        (["serve", "--host", "", "--port", "0"], "the host is empty"),
        (["serve", "--host", "no host", "--port", "0"], "host 'no host' is not known"),
        (["serve", "--host", "a..b", "--port", "0"], "host 'a..b' is not known"),
        (["verify", "nowhere.json"], "nowhere.json: no such file"),
        (["verify", "."], "is a directory"),
        (["eval", "nowhere"], "nowhere"),
        (["ask", "--index", "nowhere", "who?"], "nowhere: there is no index here"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_a_wrong_option_is_told(
    index: Path, refused: Refused, arguments: list[str], why: str
) -> None:
    with unchanged(index):
        error = refused(*arguments)
    assert why in error
    assert "Mend: " in error or "no such file" in error


def test_a_batch_that_is_not_there_is_told(index: Path, refused: Refused) -> None:
    assert "nowhere.txt: no such file" in refused("ask", "--batch", "nowhere.txt")
    assert "directory" in refused("ask", "--batch", ".")


def test_a_bad_line_of_a_batch_is_told_and_the_others_are_answered(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        b"Which glacier?",
        b"\xff\xfe",
        b'{"question": 3}',
        b'{"id": 4, "question": "Which harvest?", "since": "nonsense"}',
        b'{"id": 5, "question": "Which missile?", "document": 7}',
        b'{"id": 6, "question": "Which missile?", "speakers": "Putin"}',
        b'{"id": true, "question": "Which missile?"}',
        b"{" * 100_000,
        b"x" * 2_000_000,
        b'{"id": [8], "question": "Which missile?"}',
        b'{"question": "\\ud800"}',
        b"?!",
        b'{"id": "last", "question": "Which missile?"}',
    ]
    (tmp_path / "batch").write_bytes(b"\n".join(lines))
    with unchanged(index):
        assert run(["ask", "--batch", str(tmp_path / "batch")]) == 2
    out, error = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == len(lines)
    assert [row.get("line") for row in rows] == [None, *range(2, 13), None]
    assert [row["question"] for row in (rows[0], rows[-1])] == ["Which glacier?", "Which missile?"]
    assert rows[-1]["id"] == "last"
    told_of = [line.split(":")[2].strip() for line in error.splitlines()]
    assert told_of == [str(number) for number in range(2, 13)]
    assert '"speakers" is no filter' in rows[5]["error"]
    assert "more than 2,000" in rows[8]["error"]


# the index


def damaged(path: Path, how: str) -> None:
    content = path.read_bytes()
    path.write_bytes({"half": content[: len(content) // 2], "garbage": b"garbage " * 999}[how])


@pytest.mark.parametrize("how", ["half", "garbage"])
def test_a_damaged_record_is_told_by_every_command(
    index: Path, refused: Refused, tmp_path: Path, how: str
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    damaged(index / RECORD, how)
    content = (index / RECORD).read_bytes()
    (tmp_path / "answer.json").write_text(
        '{"schema": "onrecord.answer/1", "status": "abstained", "sentences": [], "nearest": [], '
        '"sources": [{"citation": 1, "document": "a", "sha256": ""}]}'
    )
    for arguments in (
        *(["ask", "who?"], ["search", "who?"], ["info"], ["verify", str(tmp_path / "answer.json")]),
        *(["index", str(tmp_path / "a.txt")], ["index"]),
    ):
        error = refused(*arguments)
        assert f"{index}: record.db cannot be read" in error, arguments
    assert (index / RECORD).read_bytes() == content


@pytest.mark.parametrize("name", ["passages-*.faiss", "documents-*.faiss", "encoder-*/model.onnx"])
@pytest.mark.parametrize("how", ["half", "garbage"])
def test_what_is_damaged_but_derived_is_told_and_mended(
    index: Path, refused: Refused, name: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for log in index.glob(f"{VECTORS}-*"):
        log.unlink()
    (path,) = index.glob(name)
    damaged(path, how)
    error = refused("ask", "which glacier?")
    assert path.name in error or path.parent.name in error
    assert f"Mend: run onrecord index --index {index}" in error
    assert run(["index", "--index", str(index)]) == 0
    assert "3 documents" in capsys.readouterr().out
    assert run(["ask", "which glacier?", "--min-confidence", "0"]) == 0
    assert "The glacier was the subject" in capsys.readouterr().out


def test_kept_vectors_that_are_damaged_stop_no_question_and_are_made_anew(
    index: Path, refused: Refused, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for log in index.glob(f"{VECTORS}-*"):
        log.unlink()
    damaged(index / VECTORS, "garbage")
    assert run(["ask", "which glacier?", "--min-confidence", "0"]) == 0
    (tmp_path / "new.txt").write_text(TEXT)
    assert VECTORS in refused("index", str(tmp_path / "new.txt"))
    assert run(["index", "--index", str(index)]) == 0
    capsys.readouterr()
    assert run(["ask", "which glacier?", "--min-confidence", "0"]) == 0
    assert "The glacier was the subject" in capsys.readouterr().out


def test_an_index_of_another_format_is_told(index: Path, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    with closing(sqlite3.connect(index / RECORD)) as record:
        record.execute(f"PRAGMA user_version = {FORMAT + 7}")
    before = (index / RECORD).read_bytes()
    for arguments in (["ask", "who?"], ["info"], ["index"], ["index", str(tmp_path / "a.txt")]):
        assert f"format {FORMAT + 7}, this program reads {FORMAT}" in refused(*arguments)
    assert (index / RECORD).read_bytes() == before


def test_what_is_no_index_of_ours_is_left_alone(refused: Refused, tmp_path: Path) -> None:
    folder, file, other = tmp_path / "folder", tmp_path / "file", tmp_path / "other"
    folder.mkdir()
    (folder / "thesis.tex").write_text("mine")
    file.write_text("mine")
    other.mkdir()
    with closing(sqlite3.connect(other / RECORD)) as record, record:
        record.execute("CREATE TABLE holidays (day TEXT)")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "a.txt").write_text(TEXT)
    for place in (folder, file, other):
        for arguments in (["ask", "who?"], ["info"], ["index"], ["index", tmp_path / "a.txt"]):
            error = refused(*arguments, "--index", place)
            assert str(place) in error
            assert "name another folder with --index" in error
    (tmp_path / "a.txt").unlink()
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and p.name != "lock"} == (
        before
    )


def test_an_index_that_was_never_finished_is_missing(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / RECORD).touch()
    error = refused("ask", "who?", "--index", tmp_path / "index")
    assert "its first build never ended" in error


# the machine


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a disk that is full when a file has this size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_loses_nothing(
    index: Path,
    tmp_path: Path,
    make_encoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    for number in range(150):
        text = "".join(TEXT.format(f"subject{number}.{line}") for line in range(3))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    command = ["index", str(folder), "--encoder", str(make_encoder(width=64))]
    told_of = set()
    with unchanged(index):
        for size in (0, 1_000, 30_000, 60_000, 100_000, 150_000, 250_000):
            with files_of_at_most(size):
                status = run(command)
            out, error = capsys.readouterr()
            assert (status, out) == (2, ""), size
            assert "free space or permit writing" in told(error), (size, error)
            assert OnRecord.open(index).info().settings.width == 32
            told_of.add(error.split(": ")[2])
    assert run(command) == 0
    assert "150 added" in capsys.readouterr().out
    assert OnRecord.open(index).info().settings.width == 64
    assert not list(index.glob("*.draft"))


def test_a_full_disk_under_standard_output_is_told(index: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "info"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "no space left on device" in told(done.stderr)


def test_a_reader_that_is_gone_is_no_abstention(index: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        done = subprocess.run(
            [*COMMAND, "ask", "Which glacier was the subject of a report?"],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (done.returncode, done.stderr) == (2, "")


def test_a_reader_that_leaves_is_no_error_message(index: Path, tmp_path: Path) -> None:
    (tmp_path / "batch").write_text("which glacier?\n" * 2000)
    process = subprocess.Popen(
        [*COMMAND, "ask", "--batch", str(tmp_path / "batch")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert json.loads(process.stdout.readline())["question"] == "which glacier?"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(20) == 2
    process.stderr.close()


def _hear_interrupts() -> None:
    """What runs in the background of a script ignores them, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("when", ["while the model is loaded", "while texts are embedded"])
def test_ctrl_c_in_the_middle_loses_nothing(index: Path, tmp_path: Path, when: str) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    for number in range(200):
        text = "".join(TEXT.format(f"subject{number}.{line}") for line in range(20))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    vectors = index / f"{VECTORS}-wal"
    lock = index / "lock"
    lock.unlink(missing_ok=True)
    vectors.unlink(missing_ok=True)
    with unchanged(index):
        process = subprocess.Popen(
            [*COMMAND, "index", str(folder)],
            stderr=subprocess.PIPE,
            preexec_fn=_hear_interrupts,
        )
        awaited = lock if when == "while the model is loaded" else vectors
        while not awaited.exists() or (awaited == vectors and awaited.stat().st_size < 100_000):
            assert process.poll() is None
            sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        assert process.returncode == 2
        assert told(error.decode()) == "onrecord: interrupted; nothing that was committed is lost"
