"""The built wheel, installed alone into an environment of its own, used outside the repository."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]

REPOSITORY = Path(__file__).resolve().parent.parent
QUESTION = "what did Putin say about Syria?"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of commands of an environment that holds the wheel and what it needs."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    constraints = REPOSITORY / "constraints.txt"
    pip = [environment / "bin" / "python", "-m", "pip", "install", "-q", "-c", constraints]
    # Most of it is never imported, and is not compiled for nothing.
    command = [*pip, "--no-compile", wheel]
    done = subprocess.run(command, capture_output=True, text=True, cwd=environment)
    assert done.returncode == 0, done.stderr
    yield environment / "bin"
    shutil.rmtree(environment)  # 2 GB, which pytest would keep


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        names = set(content.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "rag"],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    ).stdout.split()
    assert {name for name in names if not name.startswith("onrecord-")} == set(tracked)
    assert {"rag/py.typed", "rag/web/page.css", "rag/web/page.js"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.stat().st_size < 60_000_000  # of which 35 million are the evidence model


def test_the_installed_wheel_answers_in_an_empty_folder(
    installed: Path, seeds: Path, tmp_path: Path
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "home").mkdir()
    for name in ("001_05527421de63da50.txt", "002_8ea2c70a8fe6e08d.txt"):
        (tmp_path / "articles" / name).write_bytes((seeds / name).read_bytes())
    environment = {"PATH": os.defpath, "HOME": str(tmp_path / "home"), "LANG": "C"}

    def onrecord(*arguments: str) -> str:
        done = subprocess.run(
            [installed / "onrecord", *arguments],
            capture_output=True,
            cwd=tmp_path,
            env=environment,
        )
        assert (done.returncode, done.stderr.decode()) == (0, ""), arguments
        return done.stdout.decode()

    assert "exit status:" in onrecord("--help")
    program = "import rag; print(rag.__file__, rag.OnRecord.__name__)"
    command = [installed / "python", "-I", "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    place, name = done.stdout.split()
    assert Path(place).is_relative_to(installed.parent)
    assert name == "OnRecord"
    assert "2 added" in onrecord("index", "articles")
    assert "does not mean a defeat for Russia" in " ".join(onrecord("ask", QUESTION).split())
    saved = onrecord("ask", "--json", QUESTION)
    assert json.loads(saved)["status"] == "answered"
    (tmp_path / "answer.json").write_text(saved, encoding="utf-8")
    assert "proven" in onrecord("verify", "answer.json")
    assert "proven" in onrecord("verify", "answer.json", "--files", "articles")
    assert "0 added, 0 updated, 0 removed, 2 unchanged" in onrecord("index", "articles")
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not left, "a command wrote into the home folder"
