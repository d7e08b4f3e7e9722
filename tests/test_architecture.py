import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag

RAG = Path(rag.__file__).parent
LINE = """
    errors datatypes disk readers segment quotes terms opposed origins analysis encoders store
    vectors lexical spelling asked recency retrieve check indexing evidence compose context timeline
    contracts picture verify engine evaluate terminal web cli __init__
    """.split()  # noqa: SIM905  a line is what it is
HEAVY = """
    torch transformers sentence_transformers gradio trafilatura nupunkt pandas scipy sklearn
    spacy thinc datasketch loky
    """.split()  # noqa: SIM905


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):  # walk, so that an import inside a function counts, too
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write absolute imports: the line is read from them"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sorted(RAG.rglob("*.py")), ids=lambda p: str(p.relative_to(RAG)))
def test_imports_only_leftwards(path: Path) -> None:
    here = path.relative_to(RAG).parts[0].removesuffix(".py")
    seen = {
        name.split(".")[1]
        for name in imported(ast.parse(path.read_text("utf-8")))
        if name.startswith("rag.")
    }
    assert seen <= {here, *LINE[: LINE.index(here)]}


def test_every_module_stands_in_the_line() -> None:
    there = {
        entry.stem
        for entry in RAG.iterdir()
        if entry.suffix == ".py" or (entry / "__init__.py").is_file()
    }
    assert there == set(LINE)


@pytest.mark.parametrize("name", ["", ".readers", ".segment", ".quotes", ".evaluate"])
def test_what_is_exported_is_there(name: str) -> None:
    module = importlib.import_module(f"rag{name}")
    assert len(module.__all__) == len(set(module.__all__))
    assert all(hasattr(module, each) for each in module.__all__)


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    program = (
        "import sys; from rag.cli import run; status = run(sys.argv[1:])\n"
        "print(status, *sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60
    )
    status, *modules = done.stderr.splitlines()
    assert status in ("0", "1"), done.stderr
    return set(modules)


@pytest.mark.parametrize("command", [["ask"], ["ask", "--json"], ["search"], ["check"]])
def test_a_question_loads_nothing_heavy(command: list[str], seeds_index: Path) -> None:
    modules = loaded_by(*command, "--index", str(seeds_index), "what did Putin say about Syria?")
    assert {"rag.engine", "onnxruntime"} <= modules
    assert not modules & set(HEAVY)


def test_indexing_what_is_unchanged_loads_nothing_heavy(seeds: Path, seeds_index: Path) -> None:
    modules = loaded_by("index", str(seeds), "--index", str(seeds_index))
    assert "rag.indexing" in modules
    assert not modules & set(HEAVY)
