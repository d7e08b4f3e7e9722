"""Every command and every example of the README runs as it is written."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHARED = ROOT.parent / "shared" / "eval"
BIN = Path(sys.executable).parent

CONSOLE = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
MEASURING = sorted(set(re.findall(r"^\|.*\| `([^`]+)` \|$", README, re.MULTILINE)))
# What runs here already (this very suite), or until it is stopped.
NOT_AGAIN = {"make test", "make serve"}


MY_SET = {
    "corpus.jsonl": '{"_id": "a", "text": "It melts."}\n{"_id": "b", "text": "He lost."}\n',
    "queries.jsonl": '{"_id": "1", "text": "which glacier melts?"}\n',
    "qrels.tsv": "query-id\tcorpus-id\tscore\n1\ta\t1\n",
}


# What a processor makes of the same reading may differ by so much (docs/evidence.md).
BY_PROCESSOR = 0.02


class Said(NamedTuple):
    """What is printed, the confidences by themselves."""

    words: str
    confidences: list[float]


def apart(printed: str) -> Said:
    """Confidences apart from the rest."""
    confidence = re.compile(r"(?<=^confidence )0\.\d\d$", re.MULTILINE)
    words = confidence.sub("…", printed.strip())
    return Said(words, [float(one) for one in confidence.findall(printed.strip())])


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a user would, with the commands of this environment first in the path."""
    return subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=cwd,
        env={"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, so that what the commands write meets nobody else's."""
    made = tmp_path_factory.mktemp("beside") / "checkout"
    left = shutil.ignore_patterns(".git", ".venv", ".onrecord", ".*cache", "__pycache__")
    shutil.copytree(ROOT, made, ignore=left)
    (made / ".venv").symlink_to(BIN.parent)
    (made.parent / "shared").symlink_to(ROOT.parent / "shared")
    return made


def test_the_readme_has_commands() -> None:
    assert len(CONSOLE) >= 8
    assert len(MEASURING) >= 4


@pytest.mark.parametrize("command", [line for line in CONSOLE if line.startswith("make")])
def test_a_make_command_runs(command: str, checkout: Path) -> None:
    if command in NOT_AGAIN:
        assert shell(f"{command} --dry-run", checkout).returncode == 0
        return
    ran = shell(command, checkout)
    assert ran.returncode == 0, ran.stderr
    shown = README.split(f"$ {command}\n")[1].split("\n$ ")[0].split("```")[0]
    said, shown = apart(ran.stdout), apart(shown)
    # The first run tells of installing and indexing before it answers.
    assert said.words.endswith(shown.words)
    assert len(shown.words) > 100
    assert said.confidences == pytest.approx(shown.confidences, abs=BY_PROCESSOR)


def test_the_commands_on_ones_own_documents_run_one_after_the_other(
    tmp_path: Path, few_questions: Path
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "articles")
    shutil.copytree(few_questions, tmp_path / "my-questions")
    (tmp_path / "questions.txt").write_text("Who was killed in Moscow?\n", encoding="utf-8")
    draft = "Putin spoke of a “modern weapon” that can be used “at any time”.\n"
    (tmp_path / "draft.md").write_text(draft, encoding="utf-8")
    (tmp_path / "theirs.run").write_text("1 Q0 b 1 0.5 theirs\n", encoding="utf-8")
    (tmp_path / "my-set").mkdir()
    for name, content in MY_SET.items():
        (tmp_path / "my-set" / name).write_text(content, encoding="utf-8")
    commands = [line for line in CONSOLE if line.startswith("onrecord")]
    assert len(commands) >= 8
    for command in commands:
        ran = shell(command, tmp_path)
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        if command == "onrecord speakers articles/":
            shown = README.split(f"$ {command}\n")[1].split("```")[0]
            assert [line.rstrip() for line in ran.stdout.splitlines()] == shown.splitlines()


def test_a_checked_quote_is_told_as_it_is_shown(tmp_path: Path) -> None:
    (block,) = re.findall(r"```text\n\$ (onrecord check .*?)```", README, re.DOTALL)
    command, shown = block.split("\n", 1)
    assert shell(f"onrecord index {ROOT / 'seeds'}", tmp_path).returncode == 0
    ran = shell(command, tmp_path)
    assert (ran.returncode, ran.stdout) == (1, shown)


def test_the_python_example_runs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "articles")
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    ran = shell("python example.py", tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "000_cbe88fa1faa59afa.txt" in ran.stdout
    assert "launched for the first time on November 21" in ran.stdout


@pytest.mark.parametrize("command", MEASURING)
def test_a_measuring_command_runs(command: str, checkout: Path) -> None:
    if command in NOT_AGAIN:
        assert shell(f"{command} --dry-run", checkout).returncode == 0
        return
    if re.search("sentence_splitting|origins", command) and not SHARED.is_dir():
        pytest.skip("the public data is not beside the checkout")
    ran = shell(command, checkout)
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"\d", ran.stdout)


def test_inline_commands_have_help() -> None:
    inline = re.findall(r"`(onrecord [a-z]+)\b[^`]*`", README)
    assert inline
    for command in set(inline):
        ran = subprocess.run(
            [str(BIN / "onrecord"), *shlex.split(command)[1:], "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, command
        assert "exit status" in ran.stdout


def test_the_map_names_every_module() -> None:
    modules = {
        path.relative_to(ROOT / "rag").parts[0]
        for path in (ROOT / "rag").rglob("*.py")
        if path.name != "__init__.py" or path.parent != ROOT / "rag"
    }
    missing = {name for name in modules if f"rag/{name.removesuffix('.py')}" not in README}
    assert missing == set()
