import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from rag import OnRecord
from rag.cli import parser, run

COMMAND = [sys.executable, "-c", "from rag.cli import main; main()"]
COMMANDS = [
    "index",
    "ask",
    "search",
    "check",
    "quotes",
    "speakers",
    "timeline",
    "verify",
    "eval",
    "gold",
    "serve",
    "info",
]
SYRIA = "what did Putin say about Syria?"
UNANSWERED = "quiche gratin dauphinois soufflé"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the index of the seeds, to be read only, as the default."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONRECORD_INDEX", str(seeds_index))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def output(capsys: Capture, *arguments: object, status: int = 0) -> str:
    capsys.readouterr()
    assert run([str(one) for one in arguments]) == status
    out, error = capsys.readouterr()
    assert error == ""
    return out


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


# help


def help_of(command: str, capsys: Capture) -> str:
    with pytest.raises(SystemExit) as caught:
        run([*command.split(), "--help"])
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_every_command_is_tested() -> None:
    (commands,) = (one for one in parser()._actions if isinstance(one.choices, dict))
    assert list(commands.choices) == COMMANDS


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_ends_in_an_example_and_the_exit_statuses(command: str, capsys: Capture) -> None:
    text = help_of(command, capsys)
    end = text[text.rindex("example") :]
    assert f"onrecord {command}".strip() in end
    assert re.search(r"exit status:  0 .*2 could not run", end)
    assert max(map(len, text.splitlines())) <= 100


def examples(capsys: Capture) -> Iterator[list[str]]:
    for command in ["", *COMMANDS]:
        text = help_of(command, capsys)
        for line in text[text.rindex("example") :].splitlines():
            if found := re.match(r"(?:examples?:)?\s+(onrecord .*)", line):
                yield shlex.split(found[1])[1:]


def test_the_examples_of_the_help_run(
    folder: Path,
    seeds: Path,
    few_questions: Path,
    tiny_encoder: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran = []
    shutil.copytree(seeds, folder / "articles")
    (folder / "articles" / "2019").mkdir()
    (folder / "articles" / "2019" / "old.txt").write_text("The bridge was closed on Monday.\n")
    shutil.copytree(seeds, folder / "seeds")
    shutil.copytree(few_questions, folder / "tests" / "gold" / "seeds")
    shutil.copytree(tiny_encoder, folder / "my-sentence-transformer")
    (folder / "my-set").mkdir()
    (folder / "my-set" / "corpus.jsonl").write_text('{"_id": "d", "text": "It melted."}\n')
    (folder / "my-set" / "queries.jsonl").write_text('{"_id": "q", "text": "what melted?"}\n')
    (folder / "my-set" / "qrels.tsv").write_text("q\td\t1\n")
    (folder / "theirs.run").write_text("q Q0 d 1 0.5 theirs\n")
    (folder / "draft.md").write_text("He said: “at any time”, and “never again”.\n")
    (folder / "questions.txt").write_text(f"{SYRIA}\n{UNANSWERED}\n")
    (folder / "answer.json").write_text(output(capsys, "ask", "--json", SYRIA))
    monkeypatch.delenv("ONRECORD_INDEX")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"none\n")))  # what gold asks for
    for arguments in examples(capsys):
        if arguments[0] == "serve":
            continue  # does not end; the tests of the page start it
        if ">" in arguments:
            arguments = arguments[: arguments.index(">")]
        status = run(arguments)
        out, error = capsys.readouterr()
        assert status in (0, 1), arguments
        assert error == "", arguments
        assert out, arguments
        ran.append(arguments[0])
    assert set(ran) == set(COMMANDS) - {"serve"}
    assert len(ran) >= 11


def test_the_version_is_that_of_the_package(capsys: Capture) -> None:
    from importlib.metadata import version

    with pytest.raises(SystemExit) as caught:
        run(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"onrecord {version('onrecord')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completions_can_be_loaded_by_the_shell(shell: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        run(["--print-completion", shell])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=text, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")


# JSON

ANSWER_KEYS = "schema id question status reason confidence sentences statements sources nearest"
SENTENCE_KEYS = "text document start end citation statement score speaker kind context"
STATEMENT_KEYS = "number citations documents independent"
SOURCE_KEYS = "citation document title outlet date url sha256"


def test_an_answer_has_the_keys_of_the_contract_in_order(capsys: Capture, seeds: Path) -> None:
    text = output(capsys, "ask", "--json", SYRIA)
    (answer,) = objects(text)
    assert text.count("\n") == 1
    assert list(answer) == [*ANSWER_KEYS.split(), "timings_ms"]
    assert answer["schema"] == "onrecord.answer/1"
    assert (answer["id"], answer["question"], answer["status"], answer["reason"]) == (
        *(None, SYRIA, "answered"),
        None,
    )
    assert 0.5 <= answer["confidence"] <= 1
    assert answer["nearest"] == []
    for row in answer["sentences"]:
        assert list(row) == SENTENCE_KEYS.split()
        text = (seeds / row["document"]).read_text(encoding="utf-8")
        assert row["text"] in text
        assert row["end"] - row["start"] == len(row["text"])
        assert row["kind"] in ("direct", "indirect", "text")
        (source,) = (s for s in answer["sources"] if s["citation"] == row["citation"])
        assert source["document"] == row["document"]
    for number, statement in enumerate(answer["statements"], 1):
        assert list(statement) == STATEMENT_KEYS.split()
        assert statement["number"] == number
        rows = [row for row in answer["sentences"] if row["statement"] == number]
        assert statement["citations"] == sorted({row["citation"] for row in rows})
        assert statement["documents"] == len(statement["citations"])
        assert 1 <= statement["independent"] <= statement["documents"]
    assert [row["statement"] for row in answer["sentences"]] == sorted(
        row["statement"] for row in answer["sentences"]
    )
    assert [list(source) for source in answer["sources"]] == (
        [SOURCE_KEYS.split()] * len(answer["sources"])
    )
    assert [source["citation"] for source in answer["sources"]] == list(
        range(1, len(answer["sources"]) + 1)
    )
    assert list(answer["timings_ms"]) == ["retrieve", "read", "total"]


def test_an_abstention_has_the_same_keys_and_a_reason(capsys: Capture) -> None:
    text = output(capsys, "ask", "--json", "--min-confidence", "1", SYRIA, status=1)
    (answer,) = objects(text)
    assert list(answer) == [*ANSWER_KEYS.split(), "timings_ms"]
    assert (answer["status"], answer["reason"]) == ("abstained", "not_answered")
    assert answer["sentences"] == answer["statements"] == []
    assert len(answer["nearest"]) == 3
    for row in answer["nearest"]:
        assert list(row) == SENTENCE_KEYS.split()
        assert row["statement"] is None
        assert (row["speaker"], row["kind"]) == (None, "text")  # several may speak in a passage


def test_what_a_slip_was_read_as_is_told_beside_json(capsys: Capture) -> None:
    asked = "what did Pution say about Siria?"
    Path("batch").write_text(f"{SYRIA}\n{asked}\n", encoding="utf-8")
    for words, where in ((["--json", asked], ""), (["--batch", "batch"], "batch:2: ")):
        assert run(["ask", *words]) == 0
        out, error = capsys.readouterr()
        assert objects(out)[-1]["question"] == asked
        assert error == f"onrecord: {where}read as: what did Putin say about Syria?\n"


def test_the_other_objects_say_what_they_are(capsys: Capture, folder: Path, seeds: Path) -> None:
    (found,) = objects(output(capsys, "search", "--json", "--depth", 3, SYRIA))
    assert list(found) == ["schema", "question", "hits", "sources"]
    assert found["schema"] == "onrecord.search/1"
    assert len(found["hits"]) == 3
    assert list(found["hits"][0]) == ["text", "document", "start", "end", "citation", "score"]
    (info,) = objects(output(capsys, "info", "--json", "--documents"))
    assert info["schema"] == "onrecord.info/1"
    assert (info["documents"], len(info["list"])) == (5, 5)
    (index,) = objects(output(capsys, "index", "--json", seeds))
    assert index["schema"] == "onrecord.index/1"
    assert [index[key] for key in ("added", "updated", "removed", "unchanged", "failures")] == [
        *(0, 0, 0, 5),
        [],
    ]
    Path("answer.json").write_text(output(capsys, "ask", "--json", SYRIA))
    (verdict,) = objects(output(capsys, "verify", "--json", "answer.json"))
    assert verdict["schema"] == "onrecord.verify/1"
    assert (verdict["verdict"], verdict["differences"]) == ("true", [])
    assert verdict["quotes"] > 0


def test_a_checked_quote_has_the_keys_of_the_contract(capsys: Capture, seeds: Path) -> None:
    quote = "I haven't spoken to him for more than five years"
    (found,) = objects(output(capsys, "check", "--json", quote, status=1))
    assert list(found)[:5] == ["schema", "quote", "verdict", "speaker", "matches"]
    assert (found["schema"], found["quote"]) == ("onrecord.check/1", quote)
    assert (found["verdict"], found["speaker"]) == ("altered", None)
    (match,) = found["matches"]
    assert list(match)[:6] == ["document", "start", "end", "text", "speaker", "diff"]
    text = (seeds / match["document"]).read_text(encoding="utf-8")
    assert match["text"] == text[match["start"] : match["end"]]
    assert match["diff"] == [
        ["equal", *["I haven't spoken to him for more than"] * 2],
        ["replace", "five", "four"],
        ["equal", "years", "years"],
    ]
    assert [change["kind"] for change in found["changes"]] == ["number"]


def test_a_quote_is_checked_by_words(capsys: Capture) -> None:
    assert output(capsys, "check", "at ANY time").startswith("exact: ")
    out = output(capsys, "check", "Our special services did see these blows coming", status=1)
    assert "did {+not+} see these blows" in out
    assert "a negation of the source is missing" in out
    assert "Nearest:" in output(capsys, "check", "penguins swim better than fish", status=1)
    assert "altered" in output(capsys, "check", "Let them determine a goal, for example", status=1)
    out = output(capsys, "check", "at any time", "--since", "2030-01-01", status=1)
    assert out.startswith("absent: ")


def test_a_draft_is_exact_where_all_its_quotations_are(capsys: Capture, folder: Path) -> None:
    draft = "One.\n\nHe said “at any time”, and “did not see these blows … a better job”.\n"
    Path("draft.md").write_text(draft, encoding="utf-8")
    out = output(capsys, "check", "--file", "draft.md")
    assert "draft.md:3  exact: " in out
    assert out.endswith("draft.md: 2 quotations: 2 exact\n")
    Path("draft.md").write_text(f"{draft}\n\n“penguins never swim”", encoding="utf-8")
    found = objects(output(capsys, "check", "--json", "--file", "draft.md", status=1))
    assert [one["verdict"] for one in found] == ["exact", "exact", "absent"]
    for one in found:
        place = one["draft"]
        text = Path("draft.md").read_text(encoding="utf-8")
        assert text[place["start"] : place["end"]] == one["quote"]
        assert text.count("\n", 0, place["start"]) + 1 == place["line"]
    Path("draft.md").write_text("No marks.", encoding="utf-8")
    assert output(capsys, "check", "--file", "draft.md") == "draft.md: 0 quotations\n"


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (["?!"], "the quote '?!' holds no word"),
        (["a" * 10_001], "the quote has 10,001 characters, more than 10,000"),
        (["--file", "missing.md"], "missing.md: no such file or directory"),
        (["--file", "long.md"], "long.md:2: the quote has 11,999 characters"),
        (["--file", "picture.md"], "picture.md: "),
        (["--file", "page.HTML"], "page.HTML: HTML is not read as a draft"),
        ([], "one of the arguments quote --file is required"),
        (["a", "--since", "yesterday"], "since is 'yesterday'"),
    ],
)
def test_what_cannot_be_checked_is_told_in_one_line(
    arguments: list[str], seen: str, capsys: Capture
) -> None:
    Path("long.md").write_text(f"a\n“{'b c ' * 3000}”", encoding="utf-8")
    Path("page.HTML").write_text('<p class="a">&ldquo;Penguins swim&rdquo;</p>', encoding="utf-8")
    Path("picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert run(["check", *arguments]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert seen in error
    assert error.count("\n") == 1
    assert "Mend: " in error


# statuses


def test_one_is_no_answer_and_zero_is_one(capsys: Capture) -> None:
    assert "[1]" in output(capsys, "ask", SYRIA)
    assert "The sources do not say" in output(capsys, "ask", UNANSWERED, status=1)
    assert "[1]" in output(capsys, "search", SYRIA)
    assert "Nothing was found" in output(capsys, "search", SYRIA, "--since", "2030-01-01", status=1)
    assert "5 documents" in output(capsys, "info")


def test_files_that_are_not_there_prove_nothing(capsys: Capture) -> None:
    parts = {part: [] for part in ("sentences", "statements", "sources", "nearest")}
    saved = {"schema": "onrecord.answer/1", "status": "abstained", **parts}
    Path("answer.json").write_text(json.dumps(saved))
    assert run(["verify", "answer.json", "--files", "nowhere"]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error == (
        "onrecord: nowhere: no such file or folder. "
        "Mend: give the files or the folder that was indexed\n"
    )


def test_a_changed_answer_is_not_proven(
    capsys: Capture, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = output(capsys, "ask", "--json", SYRIA)
    Path("answer.json").write_text(text)
    for where in ([], ["--files", seeds]):
        out = output(capsys, "verify", "answer.json", *where)
        assert re.fullmatch(r"proven: \d+ quotes stand word for word in the sources\n", out)
    one = output(capsys, "ask", "--json", "How far does the Oreshnik fly?")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(one.encode())))
    out = output(capsys, "verify", "-")
    assert out == "proven: 1 quote stands word for word in the sources\n"
    Path("answer.json").write_text(text.replace("Syria", "Serbia", 5))
    for where in ([], ["--files", seeds]):
        out = output(capsys, "verify", "answer.json", *where, status=1)
        assert "sentences[1]: " in out
        assert "“" in out
        assert "Serbia" in out


# batches

ROWS = [
    {"id": "a", "question": SYRIA},
    {"id": 7, "question": SYRIA, "document": "002"},
    {"question": "How far does the Oreshnik fly?", "since": "2024-12-20", "outlet": None},
    {"id": None, "question": SYRIA, "until": "2000-01-01"},
]


def batch(capsys: Capture, lines: list[str], *options: str) -> list[str]:
    Path("batch").write_text("\n".join(lines), encoding="utf-8")
    return output(capsys, "ask", "--batch", "batch", *options).splitlines()


def test_a_batch_is_answered_in_order_with_ids_and_filters(capsys: Capture) -> None:
    found = [json.loads(line) for line in batch(capsys, [json.dumps(row) for row in ROWS])]
    assert [one["id"] for one in found] == ["a", 7, None, None]
    assert [one["question"] for one in found] == [row["question"] for row in ROWS]
    assert {source["document"][:3] for source in found[1]["sources"]} == {"002"}
    assert {source["document"][:3] for source in found[2]["sources"]} == {"000"}
    assert found[3]["reason"] == "filtered_out"
    (alone,) = objects(output(capsys, "ask", "--json", SYRIA))
    assert found[0] == alone | {"id": "a", "timings_ms": {}}


def test_a_batch_of_plain_lines_skips_blank_ones(capsys: Capture) -> None:
    lines = ["\ufeff" + SYRIA, "", "  ", "Who is Zelensky?\r", "“Why?”"]
    found = [json.loads(line) for line in batch(capsys, lines)]
    assert [one["question"] for one in found] == [SYRIA, "Who is Zelensky?", "“Why?”"]


def test_options_of_the_command_hold_for_lines_without_their_own(capsys: Capture) -> None:
    lines = [json.dumps(row) for row in ROWS[:2]]
    found = [json.loads(line) for line in batch(capsys, lines, "--document", "001")]
    shown = [{source["document"][:3] for source in one["sources"]} for one in found]
    assert shown == [{"001"}, {"002"}]


def test_a_batch_gives_the_same_bytes_again_and_in_reverse(capsys: Capture) -> None:
    gold = Path(__file__).parent / "gold" / "seeds" / "questions.jsonl"
    lines = gold.read_text("utf-8").splitlines()[:12]
    questions = [json.loads(line)["question"] for line in lines]
    first = batch(capsys, questions)
    assert batch(capsys, questions) == first
    assert batch(capsys, questions[::-1]) == first[::-1]
    assert all('"timings_ms": {}' in line for line in first)


def test_times_of_a_batch_are_told_on_request(capsys: Capture) -> None:
    (line,) = batch(capsys, [SYRIA], "--timings")
    assert json.loads(line)["timings_ms"]["total"] > 0


def test_a_batch_without_any_answer_ends_in_one(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(f"{UNANSWERED}\n".encode())))
    (line,) = objects(output(capsys, "ask", "--batch", "-", status=1))
    assert line["reason"] == "no_match"


def test_a_batch_gives_back_an_id_that_is_no_valid_unicode(folder: Path) -> None:
    (folder / "batch").write_text('{"id": "\\ud800\\u202e", "question": "who said so?"}')
    done = subprocess.run([*COMMAND, "ask", "--batch", "batch"], stdout=subprocess.PIPE)
    assert json.loads(done.stdout)["id"] == "\ud800\u202e"


def test_a_batch_answers_before_the_next_question_is_known() -> None:
    with subprocess.Popen(
        [*COMMAND, "ask", "--batch", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "question": SYRIA}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_failure_that_nobody_can_be_told_of_is_a_failure(tmp_path: Path) -> None:
    given = [*COMMAND, "ask", "x", "--index", str(tmp_path / "none")]
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "wb") as gone:  # noqa: PTH123  a descriptor has no path
        broken = subprocess.run(given, stdout=subprocess.PIPE, stderr=gone, check=False)
    assert (broken.returncode, broken.stdout) == (2, b"")
    shut = shlex.join(given) + " 2>&-"
    closed = subprocess.run(["sh", "-c", shut], stdout=subprocess.PIPE, check=False)
    assert (closed.returncode, closed.stdout) == (2, b"")


@pytest.mark.parametrize(
    "given",
    [
        "--help >/dev/full",
        "ask --help >/dev/full",
        "--version >/dev/full",
        "info --index none 2>/dev/full",
        "ask --speaker Poutin --json Syria >/dev/full 2>&1",
    ],
)
def test_what_cannot_be_written_is_a_failure(given: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}  # set, it would hide what is kept back
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join(COMMAND)} {given}"], env=environment, stderr=subprocess.PIPE
    )
    assert done.returncode == 2
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize("given", [["info"], ["ask", SYRIA], ["ask", "--json", SYRIA]])
def test_a_closed_standard_output_is_no_failure(given: list[str]) -> None:
    shut = shlex.join([*COMMAND, *given]) + " >&-"
    closed = subprocess.run(["sh", "-c", shut], stderr=subprocess.PIPE, check=False)
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_a_closed_standard_input_is_an_empty_one() -> None:
    shut = shlex.join([*COMMAND, "ask", "--batch", "-"]) + " <&-"
    closed = subprocess.run(["sh", "-c", shut], capture_output=True, check=False)
    assert (closed.returncode, closed.stdout, closed.stderr) == (1, b"", b"")


# terminals


def on_terminal(*arguments: str, columns: int = 80, **environment: str) -> str:
    """What the command writes to a terminal of this width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = os.environ | {"TERM": "xterm-256color"} | environment
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=theirs, stderr=theirs, stdin=theirs, env=env
    ) as process:
        os.close(theirs)
        chunks = []
        with suppress(OSError):  # how Linux tells the end of a terminal
            while chunk := os.read(ours, 65536):
                chunks.append(chunk)
        process.wait(20)
    os.close(ours)
    return b"".join(chunks).decode().replace("\r\n", "\n")


ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def test_colour_is_for_terminals_only(capsys: Capture) -> None:
    on, off = on_terminal("ask", SYRIA), output(capsys, "ask", SYRIA)
    assert ESCAPE.search(on)
    assert "\x1b" not in off
    squeeze = re.compile(r"\s+")
    assert squeeze.sub(" ", ESCAPE.sub("", on)) == squeeze.sub(" ", off)
    assert not re.search(r"\x1b\[3\d", on_terminal("ask", SYRIA, NO_COLOR="1"))


@pytest.mark.parametrize("columns", [40, 120])
def test_lines_wrap_at_the_width_of_the_terminal(columns: int) -> None:
    lines = ESCAPE.sub("", on_terminal("ask", SYRIA, columns=columns)).splitlines()
    widest = max(len(line.rstrip()) for line in lines)
    assert columns - 15 < widest <= columns


def test_the_bar_of_progress_is_for_terminals_only(
    tiny_encoder: Path, folder: Path, capsys: Capture
) -> None:
    Path("a.txt").write_text("The bridge was closed on Monday.\n")
    arguments = ["index", "a.txt", "--encoder", str(tiny_encoder), "--index"]
    assert "\x1b[?25l" in on_terminal(*arguments, "new")
    assert output(capsys, *arguments, "other").startswith("other: 1 added")


HOSTILE = (
    "The \x1b[31mred\x1b[0m \x9b2Jglacier\x07 melted,\x08 \x1b]0;owned\x07 said "
    "\u202egnihton\u202c Ann [bold]on[/bold] :smile: Monday of the report.\n"
)
HOSTILE_NAME = "Ann L\u202eee said the bridge is closed.\n"


def test_signs_that_a_terminal_obeys_do_not_reach_it(
    tiny_encoder: Path, folder: Path, capsys: Capture
) -> None:
    record = {"_id": "i\x1bd\u202e", "title": "T\x1b[2J\u061c", "outlet": "O\x9b", "text": HOSTILE}
    Path("a.jsonl").write_text(json.dumps(record | {"_id": "hostile"}) + "\n")
    Path("b.jsonl").write_text(json.dumps(record) + "\n")
    Path("c.txt").write_text(HOSTILE_NAME, encoding="utf-8")
    run(["index", "a.jsonl", "b.jsonl", "c.txt", "--index", "new", "--encoder", str(tiny_encoder)])
    printed = "".join(capsys.readouterr())
    for options in ([], ["--json"]):
        for command in (
            ["ask", "which glacier melted?", "--min-confidence", "0"],
            ["ask", "which glacier melted?", "--min-confidence", "1"],
            ["search", "glacier"],
            ["info", "--documents"],
            ["quotes"],
            ["speakers"],
            ["timeline", "--speaker", "Ann", "xylophone"],
        ):
            run([*command, "--index", "new", *options])
            printed += "".join(capsys.readouterr())
    assert "[bold]on[/bold] :smile:" in printed
    assert "gnihton" in printed
    assert "Nothing that Ann L\N{REPLACEMENT CHARACTER}ee says on it was found." in printed
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069]", printed)


def test_json_gives_hostile_text_back_to_the_letter(
    tiny_encoder: Path, folder: Path, capsys: Capture
) -> None:
    Path("a.jsonl").write_text(json.dumps({"_id": "hostile", "text": HOSTILE}) + "\n")
    run(["index", "a.jsonl", "--index", "new", "--encoder", str(tiny_encoder)])
    capsys.readouterr()
    run(["search", "glacier", "--index", "new", "--json"])
    (hit,) = json.loads(capsys.readouterr().out)["hits"]
    text = OnRecord.open("new").document("hostile").text
    assert hit["text"] == text[hit["start"] : hit["end"]]
    assert "\x9b2Jglacier" in hit["text"]


# the index to use


def test_the_index_is_that_of_the_option_then_the_environment_then_the_folder(
    folder: Path, seeds_index: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(seeds_index) in output(capsys, "info")
    shutil.copytree(seeds_index, folder / ".onrecord")
    assert ".onrecord" in output(capsys, "info", "--index", ".onrecord")
    monkeypatch.delenv("ONRECORD_INDEX")
    assert output(capsys, "info").startswith(".onrecord: 5 documents")


def test_standard_input_is_indexed(
    tiny_encoder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"The glacier was the subject of a report on Monday.\n"
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text)))
    told = output(capsys, "index", "-", "--index", "new", "--encoder", tiny_encoder)
    assert told.startswith("new: 1 added, 0 updated")
    assert "glacier" in output(capsys, "search", "glacier", "--index", "new")
