"""`onrecord eval` from end to end."""

import json
import shutil
from pathlib import Path

import pytest

from rag.cli import run
from rag.store import snapshot

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "tests" / "gold" / "seeds"
Capture = pytest.CaptureFixture[str]

TEXTS = {
    "glacier": "The glacier melted in the summer of that year.",
    "bridge": "A bridge over the river was closed to traffic on Sunday.",
    "treaty": "The treaty was signed by both governments on Monday.",
    "market": "Prices on the market rose again, said the minister.",
}
QUERIES = {"q1": "glacier melted", "q2": "who signed the treaty?", "q3": "prices of bread"}
QRELS = "q1\tglacier\t1\nq2\ttreaty\t2\nq2\tbridge\t1\n"
TOPICS = "".join(f"{name}\t{text}\n" for name, text in QUERIES.items())


def jsonl(rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    corpus = ({"_id": name, "text": text} for name, text in TEXTS.items())
    queries = ({"_id": name, "text": text} for name, text in QUERIES.items())
    (folder / "corpus.jsonl").write_text(jsonl(corpus))
    (folder / "queries.jsonl").write_text(jsonl(queries))
    (folder / "qrels.tsv").write_text(QRELS)
    return folder


@pytest.fixture
def trec(tmp_path: Path) -> Path:
    (tmp_path / "trec" / "corpus").mkdir(parents=True)
    for name, text in TEXTS.items():
        (tmp_path / "trec" / "corpus" / f"{name}.txt").write_text(text)
    (tmp_path / "trec" / "topics.tsv").write_text(TOPICS)
    (tmp_path / "trec" / "qrels").write_text("q1 0 glacier.txt 1\nq2 0 treaty.txt 1\n")
    return tmp_path / "trec"


@pytest.fixture
def onrecord(capsys: Capture, tiny_encoder: Path):
    """The output of `onrecord eval`, which has to end well and say nothing else."""

    def evaluate(*arguments: object) -> str:
        capsys.readouterr()
        status = run(["eval", *map(str, arguments)])
        out, error = capsys.readouterr()
        assert (status, error) == (0, "")
        return out

    return evaluate


@pytest.fixture
def refused(capsys: Capture):
    """The one line with which `onrecord eval` refuses."""

    def evaluate(*arguments: object) -> str:
        capsys.readouterr()
        status = run(["eval", *map(str, arguments)])
        out, error = capsys.readouterr()
        assert (status, out) == (2, "")
        assert error.startswith("onrecord: ")
        assert error.count("\n") == 1
        assert "Mend: " in error
        return error

    return evaluate


# the forms


def test_a_retrieval_set_gives_the_object_of_the_contract(beir, tiny_encoder, onrecord) -> None:
    printed = json.loads(onrecord(beir, "--encoder", tiny_encoder, "--json"))
    assert list(printed) == ["schema", "set", "form", "n", "measures"]
    assert [printed[key] for key in ("schema", "set", "form", "n")] == [
        *("onrecord.eval/1", "mine", "retrieval", 3)
    ]
    assert list(printed["measures"]) == ["nDCG@10", "AP", "RR", "P@1", "R@1", "R@10", "R@100"]
    for measure in printed["measures"].values():
        assert list(measure) == ["value", "low", "high", "n"]
        assert 0 <= measure["low"] <= measure["value"] <= measure["high"] <= 1
        assert measure["n"] == 2
    assert printed["measures"]["R@100"]["value"] == 1


def test_a_trec_set_is_measured_as_a_beir_set_is(beir, trec, tiny_encoder, onrecord) -> None:
    (beir / "qrels.tsv").write_text("q1\tglacier\t1\nq2\ttreaty\t1\n")
    one, other = (
        json.loads(onrecord(folder, "--encoder", tiny_encoder, "--json")) for folder in (beir, trec)
    )
    assert one["measures"] == other["measures"]
    assert (other["set"], other["form"], other["n"]) == ("trec", "retrieval", 3)


def test_judgments_are_checked_against_an_index_where_only_that_knows(
    trec, tiny_encoder, onrecord, refused
) -> None:
    (trec / "qrels").write_text("q1 0 glacier.txt 1\nq2 0 treaty 1\n")
    error = refused(trec, "--encoder", tiny_encoder)
    assert "qrels:2: no document 'treaty' in the corpus" in error
    assert "R@100" in onrecord(trec, "--encoder", tiny_encoder, "--allow-unknown")


def test_unknown_documents_count_as_not_found_where_they_are_allowed(
    beir, tiny_encoder, onrecord, refused
) -> None:
    (beir / "qrels.tsv").write_text("q1\tglacier\t1\nq1\tlost\t1\n")
    assert "qrels.tsv:2: no document 'lost'" in refused(beir, "--encoder", tiny_encoder)
    out = onrecord(beir, "--encoder", tiny_encoder, "--allow-unknown", "--json")
    assert json.loads(out)["measures"]["R@100"]["value"] == 0.5


def test_a_selection_set_needs_no_index(tmp_path, kept_indexes, onrecord) -> None:
    rows = [
        {"id": "a", "question": "what melted?", "sentences": [*TEXTS.values()], "answers": [0]},
        {"id": "b", "question": "what melted?", "sentences": ["It rained."], "answers": []},
    ]
    (tmp_path / "dev.selection.jsonl").write_text(jsonl(rows))
    printed = json.loads(onrecord(tmp_path / "dev.selection.jsonl", "--json"))
    assert (printed["set"], printed["form"], printed["n"]) == (
        *(f"{tmp_path.name}/dev", "selection", 2),
    )
    assert list(printed["measures"]) == [
        *("AP", "RR", "P@1", "abstain_AUC", "abstain_balanced_accuracy"),
    ]
    assert printed["measures"]["P@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert not kept_indexes.exists()


@pytest.fixture
def seeds_copy(seeds_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path / "index"))


def test_an_answers_set_gives_the_object_of_the_contract(
    seeds_copy, few_questions, onrecord
) -> None:
    asked = (few_questions / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    arguments = (few_questions, "--corpus", ROOT / "seeds", "--index", seeds_copy)
    printed = json.loads(onrecord(*arguments, "--json"))
    assert list(printed) == ["schema", "set", "form", "n", "measures"]
    assert (printed["set"], printed["form"], printed["n"]) == (few_questions.name, "answers", 12)
    names = ["hit@1", "nugget_recall", "precision", "answered", "abstained"]
    assert list(printed["measures"]) == names
    for measure in printed["measures"].values():
        assert 0 <= measure["low"] <= measure["value"] <= measure["high"] <= 1
    answerable = sum(bool(json.loads(line)["nuggets"]) for line in asked)
    assert 0 < printed["measures"]["hit@1"]["n"] == answerable < 12
    strict = json.loads(onrecord(*arguments, "--json", "--min-confidence", "1"))
    assert strict["measures"]["abstained"]["value"] == 1


def test_questions_alone_are_asked_of_an_index_as_it_is(
    seeds_index, tmp_path, onrecord, refused
) -> None:
    asked = [{"id": "a", "question": "What did Macron say?", "nuggets": []}]
    (tmp_path / "questions.jsonl").write_text(jsonl(asked))
    with snapshot(seeds_index) as record:
        state = record.state
    printed = json.loads(
        onrecord(tmp_path, "--index", seeds_index, "--json"), parse_constant=pytest.fail
    )
    assert printed["measures"]["hit@1"] == {"value": None, "low": None, "high": None, "n": 0}
    with snapshot(seeds_index) as record:
        assert record.state == state
    assert "only questions, no documents" in refused(tmp_path)
    assert "--encoder has no meaning" in refused(tmp_path, "--index", seeds_index, "--encoder", "x")


# the table and the failures


def test_the_table_has_a_line_for_each_measure(beir, tiny_encoder, onrecord) -> None:
    head, *lines = onrecord(beir, "--encoder", tiny_encoder).splitlines()
    assert head.split() == ["measure", "value", "95", "%", "n"]
    assert [line.split()[0] for line in lines] == [
        *("nDCG@10", "AP", "RR", "P@1", "R@1", "R@10", "R@100")
    ]
    assert lines[-1].split() == ["R@100", "1.000", "1.000", "–", "1.000", "2"]


def test_failures_of_each_form_are_listed(
    beir, tmp_path, tiny_encoder, seeds_index, onrecord, capsys
) -> None:
    (beir / "qrels.tsv").write_text(QRELS + "q3\tlost \x1b[31m\t1\n")
    out = onrecord(beir, "--encoder", tiny_encoder, "--allow-unknown", "--failures")
    assert "q3: should find lost �[31m: prices of bread" in out
    assert "\x1b" not in out
    assert "q1: should" not in out
    sentences = ["Prices of bread rose again.", "The glacier melted in 2019."]
    asked = {"question": "when did the glacier melt?", "sentences": sentences}
    rows = [{"id": "a", **asked, "answers": [0]}, {"id": "b", **asked, "answers": []}]
    (tmp_path / "dev.selection.jsonl").write_text(jsonl(rows))
    out = onrecord(tmp_path / "dev.selection.jsonl", "--failures")
    assert "a: should begin with another sentence: when did the glacier melt?" in out
    assert "b: should abstain: when did the glacier melt?" in out
    (tmp_path / "answers").mkdir()
    nugget = [["nowhere", "never"]]
    asked = [{"id": "c", "question": "what did Putin say about Syria?", "nuggets": [nugget]}]
    asked.append({"id": "d", "question": "what did Biden say about Syria?", "nuggets": [nugget]})
    (tmp_path / "answers" / "questions.jsonl").write_text(jsonl(asked))
    assert (
        run(["eval", *map(str, (tmp_path / "answers", "--index", seeds_index, "--failures"))]) == 0
    )
    out, error = capsys.readouterr()
    assert "c: should begin with another sentence: what did Putin say about Syria?" in out
    assert "d: should answer: what did Biden say about Syria?" in out
    assert error.startswith("onrecord: 2 of 2 nuggets stand in no sentence of the index")


# runs


def test_a_run_that_is_written_and_read_again_measures_the_same(
    beir, tmp_path, tiny_encoder, onrecord
) -> None:
    first = onrecord(beir, "--encoder", tiny_encoder, "--run", tmp_path / "a.run", "--json")
    assert len((tmp_path / "a.run").read_text().splitlines()) == 8  # two judged queries
    assert onrecord(beir, "--from", tmp_path / "a.run", "--json") == first


def test_two_runs_are_compared_whichever_way_the_set_is_named(beir, tmp_path, onrecord) -> None:
    (tmp_path / "a.run").write_text("q1 Q0 treaty 1 2 t\nq1 Q0 glacier 2 1 t\nq2 Q0 treaty 1 1 t\n")
    (tmp_path / "b.run").write_text("q1 Q0 glacier 1 2 t\nq1 Q0 x 2 1 t\nq2 Q0 market 1 1 t\n")
    runs = ("--compare", tmp_path / "a.run", tmp_path / "b.run")
    out = onrecord(*runs, "--set", beir)
    assert onrecord(beir, *runs) == out
    head, *lines = out.splitlines()
    assert head.split() == ["measure", "A", "B", "B", "-", "A", "p", "wins", "ties", "losses"]
    assert lines[2].split() == ["RR", "0.750", "0.500", "-0.250", "1.0000", "1", "0", "1"]
    assert "Moved most, by nDCG@10" in out
    assert [line.split()[3] for line in lines if " to " in line] == ["q2", "q1"]
    printed = json.loads(onrecord(beir, *runs, "--json"))
    assert printed["measures"]["P@1"]["wins"] == 1


def test_the_text_of_queries_does_nothing_to_the_terminal(beir, tmp_path, onrecord) -> None:
    hostile = {"_id": "q1", "text": "\x1b[31m[bold]red[/bold] :smile:"}
    (beir / "queries.jsonl").write_text(jsonl([hostile, {"_id": "q2", "text": "b"}]))
    (tmp_path / "a.run").write_text("q1 Q0 treaty 1 2 t\nq2 Q0 treaty 1 1 t\n")
    (tmp_path / "b.run").write_text("q1 Q0 glacier 1 2 t\nq2 Q0 treaty 1 1 t\n")
    out = onrecord(beir, "--compare", tmp_path / "a.run", tmp_path / "b.run")
    assert "�[31m[bold]red[/bold] :smile:" in out


# the index


def test_a_second_run_builds_nothing_and_prints_the_same_bytes(
    beir, tiny_encoder, kept_indexes, onrecord
) -> None:
    first = onrecord(beir, "--encoder", tiny_encoder, "--json")
    (index,) = kept_indexes.iterdir()
    assert index.name.startswith("mine-")
    with snapshot(index) as record:
        state = record.state
    assert onrecord(beir, "--encoder", tiny_encoder, "--json") == first
    assert list(kept_indexes.iterdir()) == [index]
    with snapshot(index) as record:
        assert record.state == state


def test_a_changed_corpus_is_read_again(beir, tiny_encoder, onrecord) -> None:
    onrecord(beir, "--encoder", tiny_encoder)
    with (beir / "corpus.jsonl").open("a") as corpus:
        corpus.write(json.dumps({"_id": "new", "text": "Prices of bread rose in winter."}) + "\n")
    (beir / "qrels.tsv").write_text("q3\tnew\t1\n")
    printed = json.loads(onrecord(beir, "--encoder", tiny_encoder, "--json"))
    assert printed["measures"]["R@10"]["value"] == 1


def test_an_index_of_other_documents_is_refused(beir, seeds_copy, refused) -> None:
    error = refused(beir, "--index", seeds_copy)
    assert "seeds, which are not of this set" in error
    assert "name an empty folder with --index" in error


def test_documents_that_cannot_be_read_are_told_in_few_lines(
    beir, tiny_encoder, capsys: Capture
) -> None:
    with (beir / "corpus.jsonl").open("a") as corpus:
        corpus.write(jsonl({"_id": f"empty{number}", "text": ""} for number in range(9)))
    assert run(["eval", str(beir), "--encoder", str(tiny_encoder)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    assert "corpus.jsonl:5: no text" in lines[0]
    assert lines[-1] == "onrecord: not read: 4 more"


def test_queries_that_count_otherwise_elsewhere_are_told(beir, tmp_path, capsys: Capture) -> None:
    (beir / "qrels.tsv").write_text(QRELS + "q3\tmarket\t0\n")
    (tmp_path / "a.run").write_text("q1 Q0 glacier 1 2 t\nq1 Q0 treaty 2 1 t\n")
    (tmp_path / "b.run").write_text("q1 Q0 glacier 1 2 t\n")
    assert run(["eval", str(beir), "--from", str(tmp_path / "a.run")]) == 0
    told = capsys.readouterr().err
    assert "1 of 3 judged queries have no relevant document and are left out" in told
    assert "the run lacks 2 of 3 judged queries; they count as 0" in told
    two = [str(tmp_path / name) for name in ("a.run", "b.run")]
    assert run(["eval", str(beir), "--compare", *two]) == 0
    told = capsys.readouterr().err
    assert f"{two[1]}: the run lacks 2 of 3" in told
    assert f"{two[0]} has at most 2 documents of a query, {two[1]} 1: AP" in told


def test_nuggets_that_no_sentence_holds_are_told(tmp_path, tiny_encoder, capsys: Capture) -> None:
    (tmp_path / "a.txt").write_text("The glacier melted in the summer of that year.\n")
    nuggets = [[["a", "glacier melted"]], [["b", "glacier"]], [["a", "glacier froze"]]]
    row = {"id": "1", "question": "What melted?", "nuggets": nuggets}
    (tmp_path / "questions.jsonl").write_text(jsonl([row]))
    assert run(["eval", str(tmp_path), "--encoder", str(tiny_encoder)]) == 0
    assert "2 of 3 nuggets stand in no sentence of the index" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["trec/corpus", "answers"])
def test_a_report_never_becomes_a_document_of_the_set(trec, tmp_path, refused, place) -> None:
    (tmp_path / "answers").mkdir()
    row = {"id": "1", "question": "What melted?", "nuggets": []}
    (tmp_path / "answers" / "questions.jsonl").write_text(jsonl([row]))
    error = refused(tmp_path / place.split("/")[0], "--report", tmp_path / place / "report")
    assert f"it would be one of the documents of {tmp_path / place}" in error


# refusals


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (("SET", "--run", "a", "--from", "b"), "--run has no meaning beside --from"),
        (("SET", "--index", "a", "--from", "b"), "--index has no meaning beside --from"),
        (("SET", "--compare", "a", "b", "--report", "c"), "--report has no meaning beside --comp"),
        (("SET", "--compare", "a", "b", "--from", "c"), "--from has no meaning beside --compare"),
        (("SET", "--json", "--failures"), "--failures has no meaning beside --json"),
        (
            ("SET", "--min-confidence", "0"),
            "--min-confidence has no meaning beside a set of the re",
        ),
        (("SET", "--set", "SET"), "not allowed with argument"),
        ((), "one of the arguments SET --set is required"),
        (("SET", "--compare", "a"), "expected 2 arguments"),
        ((str(GOLD), "--run", "a"), "--run has no meaning beside a set of the answers form"),
        ((str(GOLD), "--from", "a"), "--from has no meaning beside a set of the answers form"),
        ((str(GOLD), "--allow-unknown"), "--allow-unknown has no meaning beside a set of the answ"),
        ((str(GOLD / "questions.jsonl"),), "no such folder or selection file"),
    ],
)
def test_options_that_do_not_go_together_are_refused(beir, refused, arguments, seen: str) -> None:
    assert seen in refused(*(str(beir) if one == "SET" else one for one in arguments))


@pytest.mark.parametrize("option", ["--index", "--encoder", "--from", "--run", "--min-confidence"])
def test_a_selection_set_takes_no_option_of_an_index(tmp_path, refused, option: str) -> None:
    row = {"id": "a", "question": "who?", "sentences": ["He."], "answers": [0]}
    (tmp_path / "dev.selection.jsonl").write_text(jsonl([row]))
    error = refused(tmp_path, option, "0")
    assert f"{option} has no meaning beside " in error


def test_a_bad_set_is_refused_in_one_line_before_anything_is_built(
    beir, kept_indexes, refused
) -> None:
    (beir / "qrels.tsv").write_text("q1\tnone\t1\n")
    assert "qrels.tsv:1: no document 'none' in the corpus" in refused(beir)
    assert not kept_indexes.exists()


def test_a_query_that_cannot_be_asked_is_named(beir, tiny_encoder, refused) -> None:
    (beir / "queries.jsonl").write_text(
        jsonl([{"_id": "q1", "text": "?"}, {"_id": "q2", "text": "b"}])
    )
    assert "query 'q1': the question '?' holds no word" in refused(beir, "--encoder", tiny_encoder)


def test_a_report_is_written_beside_the_table_and_told(
    beir, tmp_path, tiny_encoder, capsys
) -> None:
    (tmp_path / "a.run").write_text("q1 Q0 treaty 1 2 t\nq2 Q0 treaty 1 1 t\n")
    for source in (("--encoder", tiny_encoder), ("--from", tmp_path / "a.run")):
        folder = tmp_path / source[0]
        capsys.readouterr()
        assert run(["eval", *map(str, (beir, *source, "--report", folder))]) == 0
        out, error = capsys.readouterr()
        assert "nDCG@10" in out
        assert error == f"onrecord: report: {folder / 'report.html'}\n"
        assert json.loads((folder / "report.json").read_text())


def test_measures_are_told_though_the_report_cannot_be_written(
    beir, tmp_path, tiny_encoder, capsys
) -> None:
    (tmp_path / "file").write_text("")
    capsys.readouterr()
    report = ("--report", tmp_path / "file" / "report")
    assert run(["eval", *map(str, (beir, "--encoder", tiny_encoder, *report))]) == 2
    out, error = capsys.readouterr()
    assert "nDCG@10" in out
    assert error.startswith("onrecord: ")


def test_whole_texts_as_queries_are_shortened_and_told(beir, tiny_encoder, capsys) -> None:
    rows = [{"_id": "q1", "text": "glacier " * 400}, {"_id": "q2", "text": "what melted?"}]
    (beir / "queries.jsonl").write_text(jsonl(rows))
    capsys.readouterr()
    assert run(["eval", str(beir), "--encoder", str(tiny_encoder), "--json"]) == 0
    out, error = capsys.readouterr()
    assert json.loads(out)["n"] == 2
    told = "1 of 2 queries are longer than 2,000 characters: as many of each are asked"
    assert error == f"onrecord: {told}\n"
    (beir / "a.run").write_text("q1 Q0 treaty 1 2 t\nq2 Q0 treaty 1 1 t\n")
    for words in (["--from", str(beir / "a.run")], ["--compare", *[str(beir / "a.run")] * 2]):
        assert run(["eval", str(beir), *words]) == 0
        assert capsys.readouterr().err == ""  # nothing is asked
