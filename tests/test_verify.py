import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import OnRecord
from rag.contracts import answer_object
from rag.datatypes import Document
from rag.errors import IndexMissing, InputInvalid, NothingToIndex
from rag.verify import against_files, against_index, count_quotes, differences, read_answers

ROWS = [
    {
        "_id": "t1",
        "title": "A report",
        "text": "Zoë’s “café” 😀 opened.\r\nThe glacier melts, said Ann.",
    },
    {"_id": "t2", "text": "The orchestra of the glacier played. It was loud."},
]
Answer = dict[str, object]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    lines = "".join(f"{json.dumps(row)}\n" for row in ROWS)
    (folder / "table.jsonl").write_text(lines, encoding="utf-8")
    text = "Of the glacier\n\nThe glacier melts, said Ann. He was “not” there.\n"
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def index(corpus: Path, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("index")
    OnRecord.build(place, [corpus], encoder=str(tiny_encoder))
    return place


@pytest.fixture(scope="module")
def answered(index: Path) -> Answer:
    question = "Who said that the glacier melts?"
    return answer_object(OnRecord.open(index).ask(question, min_confidence=0.0))


@pytest.fixture(scope="module")
def abstained(index: Path) -> Answer:
    return answer_object(OnRecord.open(index).ask("Which glacier melts?", min_confidence=1.0))


@pytest.fixture(params=["index", "files"])
def check(request: pytest.FixtureRequest, index: Path, corpus: Path) -> Callable[..., list[str]]:
    if request.param == "index":
        return lambda *answers: against_index(index, answers)
    return lambda *answers: against_files(corpus, answers)


def test_what_was_answered_is_proven(check, answered: Answer, abstained: Answer) -> None:
    assert answered["sentences"]
    assert {row["document"] for row in answered["sources"]} >= {"a.txt", "t1"}
    assert not abstained["sentences"]
    assert abstained["nearest"]
    assert check(json.loads(json.dumps(answered)), abstained) == []
    assert count_quotes([answered, abstained]) == len(answered["sentences"]) + 2


def changed(answer: Answer, part: str, **values: object) -> Answer:
    other = copy.deepcopy(answer)
    other[part][0].update(values)
    return other


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"text": "The glacier grows."}, "where the answer has"),
        ({"text": ""}, "where the answer has"),
        ({"text": None}, "where the answer has"),
        ({"text": ["The"]}, "where the answer has"),
        ({"start": 0}, "reads"),
        ({"start": -1}, "no span"),
        ({"start": 4.0}, "no span"),
        ({"start": True}, "no span"),
        ({"end": None}, "no span"),
        ({"end": 10**30}, "no span"),
        ({"start": 9, "end": 9}, "no span"),
        ({"citation": 99}, "citation 99 is not"),
        ({"citation": []}, "citation [] is not"),
        ({"document": "t2"}, "is not t2"),
        ({"document": None}, "is not None"),
        ({"document": "\ud800"}, "is not"),
        ({"context": {"start": 0, "end": 5, "text": "He never"}}, "context: "),
        ({"context": "He never said so."}, "context"),
        ({"context": {}}, "context: "),
    ],
)
def test_a_changed_quote_is_told(check, answered: Answer, values: Answer, told: str) -> None:
    found = check(changed(answered, "sentences", **values))
    assert len(found) == 1
    assert found[0].startswith("sentences[1]: ")
    assert told in found[0]


def test_a_changed_nearest_passage_is_told(check, abstained: Answer) -> None:
    (line,) = check(changed(abstained, "nearest", text="Nothing of the kind."))
    assert line.startswith("nearest[1]: ")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"sha256": "0" * 64}, "sha256 differs"),
        ({"sha256": None}, "sha256 differs"),
        ({"document": "gone.txt"}, "gone.txt: not there"),
        ({"document": "../corpus/a.txt"}, "../corpus/a.txt: not there"),
        ({"document": "\ud800"}, "not there"),
        ({"citation": {}}, "citation 1 is not"),
    ],
)
def test_a_changed_source_is_told(check, answered: Answer, values: Answer, told: str) -> None:
    assert told in " ".join(check(changed(answered, "sources", **values)))


def test_the_end_of_a_document_cannot_be_stretched(check, index: Path) -> None:
    engine = OnRecord.open(index)
    document = engine.document("t2")
    answer = answer_object(engine.ask("Which orchestra played?", min_confidence=0.0))
    row = next(row for row in answer["sentences"] if row["document"] == "t2")
    start = len(document.text) - 5
    row.update(text=document.text[start:], start=start, end=len(document.text))
    assert check(answer) == []
    row.update(end=len(document.text) + 1)
    assert "no span" in check(answer)[0]


def test_a_status_that_the_sentences_do_not_bear_out_is_told(
    check, answered: Answer, abstained: Answer
) -> None:
    assert len(check(answered | {"status": "abstained"})) == 1
    assert len(check(abstained | {"status": "answered"})) == 1


def test_of_many_answers_the_one_that_differs_is_named(check, answered: Answer) -> None:
    wrong = changed(answered, "sentences", start=-1)
    (line,) = check(answered, wrong, answered)
    assert line.startswith("answer 2: sentences[1]: ")


def test_a_file_that_was_changed_is_told(answered: Answer, corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    text = (corpus / "a.txt").read_text("utf-8")
    (other / "a.txt").write_text(text.replace("melts", "grows"), encoding="utf-8")
    (other / "t.jsonl").write_bytes((corpus / "table.jsonl").read_bytes())
    found = against_files(other, [answered])
    assert "source a.txt: its text is not the one that was cited (sha256 differs)" in found
    assert any("grows" in line and "melts" in line for line in found)
    assert not any("t1" in line for line in found)
    (other / "a.txt").rename(other / "b.txt")
    (other / "t.jsonl").unlink()
    assert "source a.txt: not there" in against_files(other, [answered])


def test_without_documents_or_index_it_cannot_be_checked(answered: Answer, tmp_path: Path) -> None:
    with pytest.raises(NothingToIndex, match=r"no document could be read$"):
        against_files(tmp_path, [answered])
    with pytest.raises(IndexMissing):
        against_index(tmp_path / "none", [answered])


@pytest.mark.parametrize("part", ["sentences", "nearest", "sources"])
@pytest.mark.parametrize("value", [None, {}, "text", [1], [[]]])
def test_what_has_not_the_shape_of_an_answer_cannot_be_checked(
    check, answered: Answer, part: str, value: object
) -> None:
    with pytest.raises(InputInvalid, match=part):
        check(answered | {part: value})


def test_answers_are_read_as_one_object_or_one_a_line(answered: Answer, tmp_path: Path) -> None:
    for text in (json.dumps(answered), json.dumps(answered, indent=2)):
        (tmp_path / "a.json").write_text(text)
        assert read_answers(tmp_path / "a.json") == [answered]
    (tmp_path / "b.jsonl").write_text(f"{json.dumps(answered)}\n\n{json.dumps(answered)}\n")
    assert read_answers(tmp_path / "b.jsonl") == [answered, answered]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not JSON"),
        (b"no json", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b'{"schema": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b"null", "schema None"),
        (b"[]", "schema None"),
        (b'{"schema": "onrecord.answer/1", "confidence": NaN}', "NaN is no number"),
        (b'{"a": 1,\n"a": 2}', "a key stands twice"),
        (b'{"schema": "onrecord.answer/2"}', "schema 'onrecord.answer/2'"),
        (b'{"schema": "onrecord.search/1"}\n{"schema": "onrecord.answer/1"}', "onrecord.search/1"),
        (b'{"schema": "onrecord.answer/1"}\n{"schema"', "not JSON"),
        (b'null\n{"schema": "onrecord.answer/1"}', "schema None"),
        pytest.param(b" " * (64 * 2**20 + 1), "over 64 MiB", id="long"),
    ],
)
def test_what_is_no_saved_answer_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InputInvalid, match="Mend: give a file") as caught:
        read_answers(tmp_path / "a.json")
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(InputInvalid, match="directory"):
            read_answers(path)


def test_a_file_that_an_editor_gave_a_byte_order_mark_is_read(
    answered: Answer, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(answered), encoding="utf-8-sig")
    assert read_answers(tmp_path / "a.json") == [answered]


@pytest.fixture(scope="module")
def spoken(
    tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Answer]:
    """Files, their index, and an answer whose first sentence Ann Lee says."""
    folder, place = tmp_path_factory.mktemp("spoken"), tmp_path_factory.mktemp("spoken-index")
    text = "Of the glacier\n\n“The glacier melts and will not be saved,” said Ann Lee.\n"
    (folder / "a.txt").write_text(text, encoding="utf-8")
    OnRecord.build(place, [folder], encoder=str(tiny_encoder))
    answer = answer_object(OnRecord.open(place).ask("Which glacier melts?", min_confidence=0.0))
    assert [row["speaker"] for row in answer["sentences"]] == ["Ann Lee"]
    return folder, place, answer


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"speaker": "Bob Hart"}, "its speaker is 'Ann Lee', not 'Bob Hart'"),
        ({"speaker": None}, "its speaker is 'Ann Lee', not None"),
        ({"speaker": 7}, "its speaker is 'Ann Lee', not 7"),
        ({"kind": "text"}, "its kind is 'direct', not 'text'"),
    ],
)
def test_an_index_tells_who_says_a_quote(
    spoken: tuple[Path, Path, Answer], values: Answer, told: str
) -> None:
    folder, index, answer = spoken
    assert against_index(index, [answer]) == against_files(folder, [answer]) == []
    tampered = changed(answer, "sentences", **values)
    assert against_index(index, [tampered]) == [f"sentences[1]: {told}"]
    assert against_files(folder, [tampered]) == []


def test_a_speaker_whom_other_documents_call_by_a_longer_name_is_the_same(
    spoken: tuple[Path, Path, Answer],
) -> None:
    _, index, answer = spoken
    assert against_index(index, [changed(answer, "sentences", speaker="Lee")]) == []


@pytest.mark.parametrize(
    "values", [{"speaker": "Ann"}, {"kind": "direct"}], ids=["speaker", "kind"]
)
def test_a_nearest_passage_is_nobodys(check, abstained: Answer, values: Answer) -> None:
    (line,) = check(changed(abstained, "nearest", **values))
    assert line.startswith("nearest[1]: its ")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"number": 2}, "its statements are not those of its sentences"),
        ({"citations": [2]}, "its citations is [2]"),
        ({"citations": None}, "its citations is None"),
        ({"documents": 3}, "its documents is 3"),
        ({"documents": True}, "its documents is True"),
        ({"independent": 3}, "its independent is 3"),
        ({"independent": 0}, "its independent is 0"),
        ({"independent": "1"}, "its independent is '1'"),
    ],
)
def test_a_changed_statement_is_told(check, answered: Answer, values: Answer, told: str) -> None:
    (line,) = check(changed(answered, "statements", **values))
    assert told in line


def test_a_quote_may_not_be_taken_out_of_its_statement(check, answered: Answer) -> None:
    other = copy.deepcopy(answered)
    other["sentences"].pop()
    assert check(other) != []
    assert check(answered | {"statements": []}) != []


def test_a_citation_is_of_one_source_and_each_source_is_cited(check, answered: Answer) -> None:
    first, second = answered["sources"][:2]
    twice = answered | {
        "sources": [{**second, "citation": first["citation"]}, *answered["sources"]]
    }
    assert check(twice) == [f"citation {first['citation']} is of two sources"]
    unused = answered | {"sources": [*answered["sources"], {**first, "citation": 99}]}
    assert check(unused) == [f"source {first['document']}: no quote cites it"]


def test_a_sentence_behind_is_no_context(check, answered: Answer, index: Path) -> None:
    other = copy.deepcopy(answered)
    row = next(row for row in other["sentences"] if row["document"] == "a.txt")
    text = OnRecord.open(index).document("a.txt").text
    start = text.index("He was")
    row["context"] = {"start": start, "end": start + 6, "text": "He was"}
    (line,) = check(other)
    assert line.endswith("context: it does not stand before")
    row["context"] = {name: row[name] for name in ("start", "end", "text")}
    (line,) = check(other)
    assert line.endswith("context: it does not stand before")


def test_a_context_may_stand_right_before_and_proves_no_other_quote(
    check, answered: Answer, index: Path
) -> None:
    other = copy.deepcopy(answered)
    row = next(row for row in other["sentences"] if row["document"] == "a.txt")
    text, end = OnRecord.open(index).document("a.txt").text, row["start"]
    row["context"] = {"start": end - 2, "end": end, "text": text[end - 2 : end]}
    assert check(other) == []
    row["text"] = "The glacier grows."
    (line,) = check(other)
    assert "where the answer has" in line


def test_documents_that_are_gone_are_told_each_once(check, answered: Answer) -> None:
    gone = json.loads(json.dumps(answered).replace('"a.txt"', '"gone.txt"'))
    assert check(gone) == ["source gone.txt: not there"]


@pytest.mark.parametrize(
    ("origins", "holding"),
    [
        (("a", "a"), [1]),  # of one report
        (("a", "b"), [2]),
        ((None, None), [1, 2]),  # as files, which do not tell copies
    ],
)
def test_independent_reports_are_counted_by_their_origins(
    origins: tuple[str | None, str | None], holding: list[int]
) -> None:
    texts = {"a": "Rain fell. Rain fell.", "b": "On Monday rain fell."}
    documents = {
        name: Document(name, text, origin=origin)
        for (name, text), origin in zip(texts.items(), origins, strict=True)
    }
    quotes = [(1, "a", 0, 10), (1, "a", 11, 21), (2, "b", 0, 20)]
    answer: Answer = {
        "status": "answered",
        "sources": [
            {"citation": at, "document": name, "sha256": documents[name].sha256}
            for at, name in enumerate(texts, 1)
        ],
        "sentences": [
            {
                **{"citation": citation, "document": name, "statement": 1},
                **{"start": start, "end": end, "text": texts[name][start:end]},
            }
            for citation, name, start, end in quotes
        ],
        "nearest": [],
    }
    proven = []
    for count in range(4):
        told = {"number": 1, "citations": [1, 2], "documents": 2, "independent": count}
        if not differences(answer | {"statements": [told]}, documents.get):
            proven.append(count)
    assert proven == holding


def test_each_wrong_quote_has_its_line(answered: Answer) -> None:
    found = differences(answered, lambda name: None)
    assert sorted(found) == sorted(
        f"source {s['document']}: not there" for s in answered["sources"]
    )


@pytest.mark.parametrize("field", ["title", "outlet", "date", "url"])
def test_a_changed_field_of_a_source_is_told(check, answered: Answer, field: str) -> None:
    (found,) = check(changed(answered, "sources", **{field: "forged"}))
    assert f"its {field} is" in found
    assert "'forged'" in found


def test_lines_of_a_batch_that_could_not_be_asked_claim_nothing(
    answered: Answer, tmp_path: Path
) -> None:
    error = {"schema": "onrecord.error/1", "line": 2, "error": "the question is empty"}
    saved = tmp_path / "batch.jsonl"
    saved.write_text("".join(f"{json.dumps(one)}\n" for one in (answered, error)), "utf-8")
    assert read_answers(saved) == [json.loads(json.dumps(answered))]
