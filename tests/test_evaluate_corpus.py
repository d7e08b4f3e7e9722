import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import InputInvalid
from rag.evaluate.corpus import bring, kept_index
from rag.store import snapshot


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.txt").write_text("The glacier melted in the summer of that year.\n")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "trecqa/dev",
        "..",
        ".",
        "",
        "/etc/passwd",
        "../../up",
        "a\nb\0c",
        "x" * 9000,
        "\udcff",
        "CON",
    ],
)
def test_whatever_a_set_is_called_its_index_is_kept_in_the_one_folder(
    kept_indexes: Path, corpus: Path, name: str
) -> None:
    place = kept_index(name, [corpus])
    assert place.parent == kept_indexes
    assert place.resolve().parent == kept_indexes.resolve()
    assert len(place.name) < 60
    assert place.name.isascii()
    assert place.name.isprintable()


def test_every_corpus_and_every_encoder_has_an_index_of_its_own(
    corpus: Path, tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = kept_index("mine", [corpus])
    assert one == kept_index("mine", [corpus / ".." / "mine"])
    assert one == kept_index("mine", [corpus], encoder="all-MiniLM-L6-v2")
    assert one != kept_index("mine", [tmp_path])
    monkeypatch.chdir(tiny_encoder.parent)
    relative = kept_index("mine", [corpus], encoder=tiny_encoder.name)
    assert one != relative == kept_index("mine", [corpus], encoder=str(tiny_encoder))


@pytest.mark.parametrize("given", [None, "", "relative/cache"])
def test_without_an_absolute_cache_folder_it_is_that_of_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME")
    if given is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert kept_index("mine", []).parent == tmp_path / ".cache" / "onrecord" / "eval"


def test_a_corpus_is_brought_into_its_index_once(corpus: Path, tiny_encoder: Path) -> None:
    index = kept_index("mine", [corpus])
    assert bring(index, [corpus], encoder=str(tiny_encoder)).added == 1
    with snapshot(index) as record:
        state = record.state
    program = (
        "import sys; from pathlib import Path; from rag.evaluate.corpus import bring\n"
        "report = bring(Path(sys.argv[1]), [Path(sys.argv[2])], encoder=sys.argv[3])\n"
        "print(report.unchanged, report.rebuilt, 'torch' in sys.modules)"
    )
    arguments = [sys.executable, "-c", program, index, corpus, tiny_encoder]
    again = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert again.stdout.split() == ["1", "False", "False"]
    with snapshot(index) as record:
        assert record.state == state


def test_an_index_of_something_else_is_not_touched(
    corpus: Path, tmp_path: Path, tiny_encoder: Path
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"_id": "x", "text": "Another document."}))
    bring(tmp_path / "index", [other], encoder=str(tiny_encoder))
    with snapshot(tmp_path / "index") as record:
        state = record.state
    with pytest.raises(InputInvalid, match=r"other\.jsonl, which are not of this set") as caught:
        bring(tmp_path / "index", [corpus], encoder=str(tiny_encoder))
    assert "name an empty folder with --index" in caught.value.mend
    with snapshot(tmp_path / "index") as record:
        assert (record.state, [one.id for one in record.documents()]) == (state, ["x"])
