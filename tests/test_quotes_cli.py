"""`onrecord quotes` and `onrecord speakers`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.cli import run

Capture = pytest.CaptureFixture[str]
KEYS = "schema document kind content speaker cue name reported_by reporter".split()  # noqa: SIM905
TEXT = (
    "Dmitry Peskov said that Vladimir Putin believes in talks.\n\n"
    "“We will talk,” he said, “if they want to talk.”\n"
)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def lines(capsys: Capture) -> list[dict[str, object]]:
    out, error = capsys.readouterr()
    assert error == ""
    return [json.loads(line) for line in out.splitlines()]


def test_each_line_of_json_is_a_slice_with_its_speaker(article: Path, capsys: Capture) -> None:
    assert run(["quotes", str(article), "--json"]) == 0
    found = lines(capsys)
    assert len(found) >= 3
    for one in found:
        assert list(one) == KEYS
        assert (one["schema"], one["document"]) == ("onrecord.quote/1", "article.txt")
        for key in ("content", "speaker", "cue", "reported_by"):
            if (place := one[key]) is not None:
                assert isinstance(place, dict)
                assert TEXT[place["start"] : place["end"]] == place["text"]
    direct = [one for one in found if one["kind"] == "direct"]
    assert [one["content"]["text"] for one in direct] == [  # type: ignore[index]
        "We will talk,",
        "if they want to talk.",
    ]


def test_the_table_is_readable(article: Path, capsys: Capture) -> None:
    assert run(["quotes", str(article)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "article.txt"
    assert "“We will talk,”" in out
    assert "Dmitry Peskov · said" in out


def test_a_speaker_can_be_asked_for(article: Path, capsys: Capture) -> None:
    assert run(["quotes", str(article), "--speaker", "PESKOV", "--json"]) == 0
    assert {one["name"] for one in lines(capsys)} == {"Dmitry Peskov"}
    assert run(["quotes", str(article), "--speaker", "Macron"]) == 1
    assert capsys.readouterr().out == "Nothing is quoted or reported by Macron.\n"


def test_a_speakers_spokesman_is_not_the_speaker(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.txt").write_text("Putin’s spokesman said that it was late.", encoding="utf-8")
    assert run(["quotes", str(tmp_path), "--speaker", "Putin"]) == 1
    for speaker in ("spokesman", "Putin’s spokesman"):
        assert run(["quotes", str(tmp_path), "--speaker", speaker, "--json"]) == 0


def test_without_a_path_the_index_is_read(seeds_index: Path, capsys: Capture) -> None:
    assert run(["speakers", "--index", str(seeds_index), "--json"]) == 0
    (first, *_) = lines(capsys)
    assert (first["schema"], first["name"]) == ("onrecord.speaker/1", "Vladimir Putin")
    assert first["documents"] == 5


def test_speakers_have_counts_and_spellings(tmp_path: Path, capsys: Capture) -> None:
    for name, who in (("a", "Volodymyr Zelensky"), ("b", "Volodymyr Zelenskyy")):
        text = f"“We will talk again,” {who} told reporters."
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    assert run(["speakers", str(tmp_path), "--json"]) == 0
    (only,) = lines(capsys)
    assert (only["direct"], only["documents"]) == (2, 2)
    assert only["variants"] == ["Volodymyr Zelensky", "Volodymyr Zelenskyy"]


@pytest.mark.parametrize("command", ["quotes", "speakers"])
def test_what_cannot_be_read_ends_in_one_line_and_status_2(
    command: str, tmp_path: Path, capsys: Capture
) -> None:
    for arguments in (["nosuch"], ["--index", str(tmp_path / "none")]):
        assert run([command, *arguments]) == 2
        out, error = capsys.readouterr()
        assert out == ""
        assert error.startswith("onrecord: ")
        assert error.count("\n") == 1


@pytest.mark.parametrize("command", ["quotes", "speakers"])
def test_nothing_found_ends_in_status_1(command: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "plain.txt").write_text("It rained all day in the town.", encoding="utf-8")
    assert run([command, str(tmp_path)]) == 1
    assert run([command, str(tmp_path), "--json"]) == 1
    assert "{" not in capsys.readouterr().out


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path, capsys: Capture) -> None:
    text = "“We will \x1b[31mtalk\x1b[0m again,” Ana Soto told reporters."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    run(["quotes", str(tmp_path)])
    run(["quotes", str(tmp_path), "--json"])
    assert "\x1b" not in capsys.readouterr().out


def test_spacy_is_loaded_by_nothing_but_these_commands() -> None:
    program = (
        "import sys; from rag.cli import run\n"
        "try: run(['quotes', '--help'])\n"
        "except SystemExit: pass\n"
        "import rag.engine, rag.quotes, rag.terminal\n"
        "print('spacy' in sys.modules, 'torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.split() == ["False", "False"]
