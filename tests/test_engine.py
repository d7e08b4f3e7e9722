# ruff: noqa: RUF001  questions in other scripts are what some tests are about
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import Answer, Filters, OnRecord
from rag.compose import notes
from rag.contracts import answer_object
from rag.errors import ConfigInvalid, DocumentUnknown, InputInvalid, QuestionInvalid
from rag.evidence import ReadConfig

QUESTIONS = [
    json.loads(line)["question"]
    for line in (Path(__file__).parent / "gold" / "seeds" / "questions.jsonl")
    .read_text("utf-8")
    .splitlines()[::3]
]
SYRIA = "what did Putin say about Syria?"


@pytest.fixture(scope="module")
def engine(seeds_index: Path) -> OnRecord:
    return OnRecord.open(seeds_index)


@pytest.fixture(scope="module")
def answers(engine: OnRecord) -> list[Answer]:
    return [engine.ask(question) for question in QUESTIONS]


def bare(answer: Answer) -> str:
    return json.dumps(answer_object(answer, timings=False))


def test_every_sentence_is_a_slice_of_its_source_file(
    engine: OnRecord, answers: list[Answer], seeds: Path
) -> None:
    shown = [one for a in answers for s in a.statements for one in s.evidence]
    shown += [one for a in answers for one in a.nearest]
    assert len(shown) > len(QUESTIONS)
    for one in shown:
        sentence = one.sentence
        text = engine.document(sentence.document.id).text
        assert sentence.text == text[sentence.span.start : sentence.span.end]
        assert sentence.text in (seeds / sentence.document.id).read_text(encoding="utf-8")
        assert sentence.block == "body"
        assert sentence in engine.sentences(sentence.document.id)


def test_an_answer_has_sentences_or_a_reason(answers: list[Answer]) -> None:
    assert {answer.status for answer in answers} == {"answered", "abstained"}
    for answer in answers:
        assert bool(answer.statements) == (answer.status == "answered")
        assert (answer.reason is None) == (answer.status == "answered")
        assert bool(answer.nearest) <= (answer.status == "abstained")
        assert len(answer.nearest) <= 3
        assert 0 <= answer.confidence <= 1


def test_what_was_said_about_syria_is_answered(engine: OnRecord) -> None:
    answer = engine.ask(SYRIA)
    assert answer.status == "answered"
    text = " ".join(one.sentence.text for s in answer.statements for one in s.evidence)
    assert "weaken Russia" in text
    assert answer.question == SYRIA


def test_the_same_question_has_the_same_answer(engine: OnRecord, answers: list[Answer]) -> None:
    again = [engine.ask(question) for question in reversed(QUESTIONS)][::-1]
    assert again == answers
    assert [bare(one) for one in again] == [bare(one) for one in answers]
    assert OnRecord.open(engine.path).ask(SYRIA) == engine.ask(SYRIA)


def test_eight_threads_get_the_answers_that_one_gets(
    engine: OnRecord, answers: list[Answer]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(engine.ask, QUESTIONS))
    assert [bare(one) for one in found] == [bare(one) for one in answers]


def test_stages_are_timed(engine: OnRecord) -> None:
    timings = dict(engine.ask(SYRIA).timings)
    assert list(timings) == ["retrieve", "read", "total"]
    assert 0 < timings["retrieve"] + timings["read"] <= timings["total"] < 5000


# filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(document="001"), {"001_05527421de63da50.txt"}),
        (Filters(since="2024-12-20"), {"000_cbe88fa1faa59afa.txt"}),
        (Filters(until="2024-12-19"), {"004_4c6eadec6c5a0911.txt"}),
        (Filters(since="20241220"), {"000_cbe88fa1faa59afa.txt"}),
    ],
)
def test_only_documents_that_pass_answer(
    engine: OnRecord, filters: Filters, expected: set[str]
) -> None:
    hits = engine.search("Putin and the missile", filters=filters, depth=100)
    assert {hit.passage.document.id for hit in hits} == expected
    answer = engine.ask("What did Putin say?", filters=filters, min_confidence=0.0)
    shown = {one.sentence.document.id for s in answer.statements for one in s.evidence}
    assert shown == expected


def test_documents_that_a_filter_leaves_out_for_want_of_a_date_are_told(engine: OnRecord) -> None:
    answer = engine.ask(SYRIA, filters=Filters(since="2024-12-20"))
    assert answer.undated == 3
    assert "3 documents without a date are left out by the filter." in notes(answer)
    assert engine.ask(SYRIA, filters=Filters(document="001")).undated == 0
    assert engine.ask(SYRIA, filters=Filters(until="2024-12-20", document="001")).undated == 1


def test_what_only_other_documents_hold_is_filtered_out(engine: OnRecord) -> None:
    dated = Filters(since="2024-12-20")
    answer = engine.ask("Why was the price of butter unpleasant?", filters=dated)
    assert answer.reason == "filtered_out"
    assert engine.ask("Which glacier thawed?", filters=dated).reason in ("no_match", "not_answered")


def test_where_no_document_passes_the_reason_is_the_filters(engine: OnRecord) -> None:
    for filters in (Filters(outlet="Le Monde"), Filters(since="2030-01-01")):
        answer = engine.ask(SYRIA, filters=filters)
        assert (answer.status, answer.reason) == ("abstained", "filtered_out")
        assert answer.nearest == ()
        assert engine.search(SYRIA, filters=filters) == ()


@pytest.mark.parametrize(
    "filters",
    [
        Filters(since="yesterday"),
        Filters(until="2024-13-01"),
        Filters(since="2024-12-1"),
        Filters(since="2025-01-01", until="2024-01-01"),
        Filters(outlet="\ud800"),
        Filters(document="a\udcff"),
        Filters(speaker=""),
        Filters(speaker=" "),
        Filters(speaker="—"),
        Filters(speaker="Putin " * 400),
        Filters(outlet="x" * 2_001),
        Filters(document="x" * 2_001),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(engine: OnRecord, filters: Filters) -> None:
    for work in (engine.ask, engine.search, engine.check):
        with pytest.raises(InputInvalid, match="Mend: "):
            work(SYRIA, filters=filters)


def test_a_filter_may_be_as_long_as_a_question(engine: OnRecord) -> None:
    assert engine.ask(SYRIA, filters=Filters(outlet="x" * 2_000)).reason == "filtered_out"


# reasons


def test_a_question_about_something_else_matches_nothing(engine: OnRecord) -> None:
    answer = engine.ask("quiche gratin dauphinois soufflé")
    assert (answer.status, answer.reason, answer.nearest) == ("abstained", "no_match", ())


def test_a_question_near_the_subject_is_not_answered(engine: OnRecord) -> None:
    answer = engine.ask(SYRIA, min_confidence=1.0)
    assert (answer.status, answer.reason) == ("abstained", "not_answered")
    assert len(answer.nearest) == 3
    assert len({(e.hit.passage.document.id, e.hit.passage.span) for e in answer.nearest}) == 3


def test_an_index_without_a_sentence_is_empty(tiny_encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_text("Leave a Reply\n", encoding="utf-8")
    OnRecord.build(tmp_path / "index", [tmp_path / "c"], encoder=str(tiny_encoder))
    engine = OnRecord.open(tmp_path / "index")
    assert engine.info().counts.passages == 0
    answer = engine.ask("who spoke?")
    assert (answer.status, answer.reason) == ("abstained", "empty_index")
    assert engine.ask("who spoke?", filters=Filters(document="b")).reason == "empty_index"
    assert engine.search("who spoke?") == ()


# questions


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", "empty"),
        (" \t\n\0 ", "empty"),
        ("?!… — “”", "no word"),
        ("\ud83d what", "not valid UTF-8"),
        ("why " * 1000, "4,000 characters"),
        ("x" * 100_000, "100,000 characters"),
    ],
)
def test_what_is_no_question_is_refused(engine: OnRecord, question: str, told: str) -> None:
    for work in (engine.ask, engine.search):
        with pytest.raises(QuestionInvalid, match=told):
            work(question)


@pytest.mark.parametrize(
    "question",
    [
        '"NEAR/2 (',
        'Syria" OR "1',
        "body: Syria AND NOT ^title*",
        "'; DROP TABLE documents; --",
        'NEAR("Putin" "Syria", 5)',
        "{title body} : Syria + Putin",
        "что Путин сказал о Сирии?",
        "普京关于叙利亚说了什么",
        "ماذا قال بوتين عن سوريا",
        "What did Pu\0tin say?",
        "🇸🇾 what",
        "a",
        "1,000,000.00",
        " ".join(f"w{n}" for n in range(380)),
        "x" * 2000,
    ],
)
def test_a_strange_question_is_a_question(engine: OnRecord, question: str) -> None:
    before = engine.info()
    answer = engine.ask(question)
    assert answer.question == question
    assert answer.status in ("answered", "abstained")
    assert engine.info() == before


def test_a_question_means_the_same_in_every_form_of_unicode(engine: OnRecord) -> None:
    assert engine.search("Who is Zelensky\u0301?") == engine.search("  Who\tis Zelensk\u00fd?")


@pytest.mark.parametrize("value", [-0.1, 1.1, 7, float("nan"), float("inf")])
def test_a_confidence_out_of_range_is_refused(engine: OnRecord, value: float) -> None:
    with pytest.raises(ConfigInvalid, match="0 to 1"):
        engine.ask(SYRIA, min_confidence=value)


@pytest.mark.parametrize(
    ("read", "passages"), [(ReadConfig(depth=2), 2), (ReadConfig(within=0.0), 1)]
)
def test_only_what_is_worth_it_is_read(seeds_index: Path, read: ReadConfig, passages: int) -> None:
    explained = OnRecord.open(seeds_index, read=read).explain(SYRIA)
    assert len(explained.hits) == passages
    assert {one.hit for one in explained.evidence} == {*explained.hits}


@pytest.mark.parametrize("depth", [0, -5])
def test_a_search_without_depth_is_refused(engine: OnRecord, depth: int) -> None:
    for work in (engine.search, engine.rank):
        with pytest.raises(InputInvalid, match="1 or more"):
            work(SYRIA, depth=depth)


def test_a_search_may_be_deeper_than_the_index(engine: OnRecord) -> None:
    hits = engine.search(SYRIA, depth=10**6)
    assert len(hits) == len(set(hits)) == engine.info().counts.passages


# the index below


def test_documents_and_what_is_known_of_them(engine: OnRecord, seeds: Path) -> None:
    documents = list(engine.documents())
    assert [one.id for one in documents] == sorted(path.name for path in seeds.iterdir())
    assert documents[0].date == "2024-12-20"
    assert engine.document(documents[1].id) == documents[1]
    with pytest.raises(DocumentUnknown, match=r"Mend: onrecord info --documents"):
        engine.document("nowhere.txt")
    with pytest.raises(DocumentUnknown):
        engine.sentences("nowhere.txt")


def test_an_open_engine_notices_a_build_of_another_process(
    tiny_encoder: Path, make_encoder, tmp_path: Path
) -> None:
    (tmp_path / "c").mkdir()
    article = tmp_path / "c" / "a.txt"
    article.write_text("The glacier melts, said Ann on Monday.\n", encoding="utf-8")
    OnRecord.build(tmp_path / "index", [tmp_path / "c"], encoder=str(tiny_encoder))
    engine = OnRecord.open(tmp_path / "index")
    assert "glacier" in engine.search("what melts?")[0].passage.text
    article.write_text("The orchestra played, said Bob on Tuesday.\n", encoding="utf-8")
    other = make_encoder(width=64)
    command = ["index", tmp_path / "c", "--index", tmp_path / "index", "--encoder", other]
    program = "from rag.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", program, *map(str, command)], check=True, capture_output=True
    )
    (hit,) = engine.search("what melts?")
    assert hit.passage.text == "The orchestra played, said Bob on Tuesday."
    assert engine.info().settings.width == 64
    assert engine.ask("who played?", min_confidence=0.0).status == "answered"


def test_threads_ask_while_the_index_is_built_anew_by_another_encoder(
    tiny_encoder: Path, make_encoder, tmp_path: Path
) -> None:
    (tmp_path / "c").mkdir()
    text = "The glacier melts, said Ann on Monday.\n"
    (tmp_path / "c" / "a.txt").write_text(text, encoding="utf-8")
    encoders = [str(make_encoder(width=64)), str(tiny_encoder)]
    OnRecord.build(tmp_path / "index", [tmp_path / "c"], encoder=encoders[1])
    engine = OnRecord.open(tmp_path / "index")
    done: list[bool] = []

    def ask(_: int) -> set[str]:
        found = set()
        while not done:
            found |= {hit.passage.text for hit in engine.search("what melts?")}
        return found

    with ThreadPoolExecutor(4) as pool:
        asked = pool.map(ask, range(4))
        try:
            for turn in range(4):
                OnRecord.build(tmp_path / "index", encoder=encoders[turn % 2])
        finally:
            done.append(True)
        assert list(asked) == [{text.strip()}] * 4


def test_an_index_can_be_moved(seeds_index: Path, engine: OnRecord, tmp_path: Path) -> None:
    shutil.copytree(seeds_index, tmp_path / "moved ü?#%20")
    moved = OnRecord.open(tmp_path / "moved ü?#%20")
    assert bare(moved.ask(SYRIA)) == bare(engine.ask(SYRIA))


def test_the_size_of_the_index_is_that_of_its_files(engine: OnRecord, seeds_index: Path) -> None:
    expected = sum(path.stat().st_size for path in seeds_index.rglob("*") if path.is_file())
    assert engine.info().size_bytes == expected > 10**7


def test_a_folder_that_a_writer_removes_meanwhile_is_not_counted(
    engine: OnRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, listed = engine.info().size_bytes, os.scandir

    def without_terms(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name.startswith("terms-"):
            raise FileNotFoundError(2, "No such file or directory", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", without_terms)
    assert 10**7 < engine.info().size_bytes < whole
