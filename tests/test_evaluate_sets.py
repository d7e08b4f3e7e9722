import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from rag.datatypes import Document, Sentence, Span
from rag.errors import InputInvalid
from rag.evaluate.sets import ANY_DOCUMENT, AnswersSet, RetrievalSet, SelectionSet, read_set
from rag.readers.encoding import DOCUMENT_LIMIT

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "tests" / "gold" / "seeds"
SHARED = ROOT.parent / "shared" / "eval"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data sets are not beside the checkout"
)

CORPUS = [{"_id": "d1", "title": "One", "text": "First."}, {"_id": "d 2", "text": "Second."}]
QUERIES = [{"_id": "q1", "text": "what is first?"}, {"_id": "q2", "text": "what is second?"}]
HEAD = "query-id\tcorpus-id\tscore\n"
QRELS = "q1\td1\t2\nq1\td 2\t-1\nq2\td 2\t1\n"
Files = Mapping[str, str]


def jsonl(rows: list[object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


BEIR = {"corpus.jsonl": jsonl(CORPUS), "queries.jsonl": jsonl(QUERIES), "qrels.tsv": HEAD + QRELS}


def written(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """The folder with these files; gzip where the name says so, and none where there is `None`."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        if content is None:
            continue
        data = content.encode() if isinstance(content, str) else content
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


def refusal(path: Path, corpus: Path | None = None) -> str:
    with pytest.raises(InputInvalid) as caught:
        read_set(path, corpus)
    return str(caught.value)


# BEIR


@pytest.mark.parametrize(
    "files",
    [
        BEIR,
        {**BEIR, "qrels.tsv": QRELS},
        {**BEIR, "qrels.tsv": (HEAD + QRELS).replace("\n", "\r\n")},
        {**BEIR, "queries.jsonl": "\ufeff" + BEIR["queries.jsonl"] + "\n\n"},
        {**BEIR, "qrels.tsv": None, "qrels/test.tsv": HEAD + QRELS},
        {**BEIR, "qrels.tsv": None, "qrels/dev.tsv": HEAD + QRELS},
        {**BEIR, "qrels.tsv": None, "qrels/test.tsv": HEAD + QRELS, "qrels/dev.tsv": "nonsense"},
        {
            "corpus.jsonl.gz": BEIR["corpus.jsonl"],
            "queries.jsonl.gz": BEIR["queries.jsonl"],
            "qrels/test.tsv.gz": HEAD + QRELS,
        },
    ],
    ids=["plain", "no head", "CRLF", "BOM", "test", "only dev", "test of several", "gzip"],
)
def test_a_beir_folder_is_read_as_others_publish_it(tmp_path: Path, files: Files) -> None:
    given = read_set(written(tmp_path / "mine", files))
    assert isinstance(given, RetrievalSet)
    assert (given.name, given.form) == ("mine", "retrieval")
    assert [(query.id, query.text) for query in given.queries] == [
        ("q1", "what is first?"),
        ("q2", "what is second?"),
    ]
    assert given.qrels == {"q1": {"d1": 2, "d 2": 0}, "q2": {"d 2": 1}}
    assert [path.name.removesuffix(".gz") for path in given.corpus] == ["corpus.jsonl"]


def test_numbers_may_be_ids(tmp_path: Path) -> None:
    files = {
        "corpus.jsonl": jsonl([{"_id": 7, "text": "Seven."}]),
        "queries.jsonl": jsonl([{"_id": 1, "text": "what is seven?"}]),
        "qrels.tsv": "1\t7\t1\n",
    }
    assert read_set(written(tmp_path, files)).qrels == {"1": {"7": 1}}


def test_another_corpus_takes_the_place_of_that_in_the_folder(tmp_path: Path) -> None:
    other = written(tmp_path / "other", {"articles.jsonl": BEIR["corpus.jsonl"]}) / "articles.jsonl"
    folder = written(
        tmp_path / "mine", {**BEIR, "corpus.jsonl": jsonl([{"_id": "x", "text": "X"}])}
    )
    assert "no document 'd1'" in refusal(folder)
    assert read_set(folder, other).corpus == (other,)


def test_judgments_of_unknown_documents_can_be_let_through(tmp_path: Path) -> None:
    folder = written(tmp_path / "mine", {**BEIR, "qrels.tsv": "q1\td9\t1\n"})
    assert "--allow-unknown" in refusal(folder)
    assert read_set(folder, documents=ANY_DOCUMENT).qrels == {"q1": {"d9": 1}}
    assert read_set(folder, documents={"d9"}).qrels == {"q1": {"d9": 1}}


BAD_BEIR = {
    "unknown document": ("qrels.tsv", HEAD + "q1\td9\t1\n", "qrels.tsv:2: no document 'd9'"),
    "unknown query": ("qrels.tsv", HEAD + "q9\td1\t1\n", "qrels.tsv:2: no query 'q9'"),
    "judged twice": ("qrels.tsv", "q1\td1\t1\nq1\td1\t1\n", "qrels.tsv:2: document 'd1' is judged"),
    "a part of a grade": ("qrels.tsv", "q1\td1\t0.5\n", "qrels.tsv:1: relevance is '0.5'"),
    "a huge grade": ("qrels.tsv", f"q1\td1\t{10**30}\n", "qrels.tsv:1: relevance is 1000"),
    "spaces for tabs": ("qrels.tsv", "q1 d1 1\n", "qrels.tsv:1: 1 columns where 3 are due"),
    "TREC columns": ("qrels.tsv", "q1\t0\td1\t1\n", "qrels.tsv:1: 4 columns where 3 are due"),
    "nothing relevant": ("qrels.tsv", "q1\td1\t0\n", "no document is relevant"),
    "no judgments": ("qrels.tsv", HEAD, "no document is relevant"),
    "no qrels": ("qrels.tsv", None, "no qrels in it"),
    "no corpus": ("corpus.jsonl", None, "no corpus.jsonl in it"),
    "document twice": (
        "corpus.jsonl",
        jsonl([*CORPUS, CORPUS[0]]),
        "corpus.jsonl:3: id 'd1' again",
    ),
    "document without id": ("corpus.jsonl", '{"text": "x"}\n', "corpus.jsonl:1: the id is missing"),
    "control sign in an id": ("corpus.jsonl", '{"_id": "a\\u0000"}\n', "corpus.jsonl:1: its id"),
    "query twice": (
        "queries.jsonl",
        jsonl([*QUERIES, QUERIES[1]]),
        "queries.jsonl:3: id 'q2' again",
    ),
    "empty query": (
        "queries.jsonl",
        jsonl([{"_id": "q1", "text": " "}]),
        'queries.jsonl:1: "text" i',
    ),
    "no query text": (
        "queries.jsonl",
        jsonl([{"_id": "q1"}]),
        'queries.jsonl:1: "text" is missing',
    ),
    "empty id": ("queries.jsonl", jsonl([{"_id": " ", "text": "x"}]), "queries.jsonl:1: the id is"),
    "true for an id": ("queries.jsonl", jsonl([{"_id": True, "text": "x"}]), "the id is True"),
    "no queries": ("queries.jsonl", "\n", "no query 'q1' in the set"),
    "no JSON": ("queries.jsonl", BEIR["queries.jsonl"] + "{\n", "queries.jsonl:3: not JSON"),
    "deep JSON": ("queries.jsonl", "[" * 100_000 + "\n", "queries.jsonl:1: not JSON"),
    "a list": ("queries.jsonl", "[]\n", "queries.jsonl:1: a list, no JSON object"),
    "no UTF-8": ("queries.jsonl", b'{"_id": "\xff"}\n', "queries.jsonl:1: not UTF-8"),
}


@pytest.mark.parametrize(("name", "content", "seen"), BAD_BEIR.values(), ids=BAD_BEIR)
def test_a_bad_beir_folder_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str | bytes | None, seen: str
) -> None:
    message = refusal(written(tmp_path / "mine", {**BEIR, name: content}))
    assert seen in message
    assert "Mend: " in message
    assert "\n" not in message


def test_two_judgments_or_parts_of_one_kind_are_not_chosen_from(tmp_path: Path) -> None:
    both = written(tmp_path / "both", {**BEIR, "qrels/test.tsv": QRELS})
    assert "qrels.tsv, qrels/test.tsv in it" in refusal(both)
    parts = {"qrels.tsv": None, "qrels/dev.tsv": QRELS, "qrels/train.tsv": QRELS}
    assert "qrels/dev.tsv, qrels/train.tsv in it" in refusal(
        written(tmp_path / "parts", {**BEIR, **parts})
    )
    packed = written(tmp_path / "packed", {**BEIR, "corpus.jsonl.gz": BEIR["corpus.jsonl"]})
    assert "corpus.jsonl and corpus.jsonl.gz in it" in refusal(packed)


def test_damaged_gzip_and_endless_lines_are_refused_with_their_place(tmp_path: Path) -> None:
    queries = jsonl([{"_id": f"q{number}", "text": "what?"} for number in range(1000)])
    whole = gzip.compress(queries.encode())
    folder = written(tmp_path / "cut", {**BEIR, "queries.jsonl": None})
    for damaged in (whole[:-20], whole[:40] + b"\0" * 40 + whole[80:], b"plain text\n"):
        (folder / "queries.jsonl.gz").write_bytes(damaged)
        assert "damaged gzip" in refusal(folder)
    long = b'{"_id": "' + b"q" * DOCUMENT_LIMIT + b'"}\n'
    folder = written(tmp_path / "long", {**BEIR, "queries.jsonl": b"\n" + long})
    assert "queries.jsonl:2: a line of more than 32 MiB" in refusal(folder)


# TREC

ROBUST = """
<top>

<num> Number: 301
<title> International Organized
Crime &amp; Smuggling

<desc> Description:
Identify organizations that participate in it.

<narr> Narrative:
A relevant document must as a minimum identify the organization.

</top>
<top>
<num> Number: 302
<title> Topic: Poliomyelitis
<desc> Description:
Is it under control?
</top>
"""
CLEF = """<?xml version="1.0" encoding="UTF-8"?>
<top><num> C301 </num><EN-title> International Organized Crime &amp; Smuggling </EN-title>
<EN-desc> Which <i>ones</i>? </EN-desc></top>
<top><num> C302 </num><EN-title> Poliomyelitis </EN-title></top>
"""
LATER_CLEF = """<topics>
<topic lang="en"><identifier>10.2452/301-AH</identifier>
<title>International Organized Crime &amp; Smuggling</title><description>x</description></topic>
<topic lang="en"><identifier>10.2452/302-AH</identifier><title>Poliomyelitis</title></topic>
</topics>
"""
COVID = """<topics task="COVIDSearch2020" batch="1">
  <topic number="301">
    <query>International Organized Crime &amp; Smuggling</query>
    <question>which?</question>
  </topic>
  <topic number="302" type="faceted"><query>Poliomyelitis</query></topic>
</topics>
"""
MS_MARCO = "301\tInternational Organized Crime & Smuggling\n302\tPoliomyelitis\n"
TREC_QRELS = "{0} 0 d1 1\n{0} Q0 d2 -2\n{1}\t0\td2\t2\n"
TREC_CORPUS = jsonl([{"_id": "d1", "text": "Crime."}, {"_id": "d2", "text": "Polio."}])


@pytest.mark.parametrize(
    ("topics", "text", "qrels", "ids"),
    [
        ("topics.robust04.txt", ROBUST, "qrels.robust2004.txt", ("301", "302")),
        ("04.topics.gz", ROBUST, "qrels.gz", ("301", "302")),
        ("topics.xml", CLEF, "qrels.txt", ("C301", "C302")),
        ("topics.xml", LATER_CLEF, "qrels.txt", ("10.2452/301-AH", "10.2452/302-AH")),
        ("topics-rnd1.xml", COVID, "qrels-rnd1.txt", ("301", "302")),
        ("queries.dev.small.tsv", MS_MARCO, "qrels.dev.small.tsv", ("301", "302")),
        ("topics.dl19-passage.tsv", MS_MARCO, "2019qrels-pass.txt", ("301", "302")),
    ],
)
def test_trec_topics_and_judgments_are_read_as_others_publish_them(
    tmp_path: Path, topics: str, text: str, qrels: str, ids: tuple[str, str]
) -> None:
    judged = TREC_QRELS.format(*ids)
    files = {topics: text, qrels: judged, "corpus.jsonl": TREC_CORPUS}
    given = read_set(written(tmp_path / "robust", files))
    assert isinstance(given, RetrievalSet)
    assert given.name == "robust"
    assert [(query.id, query.text) for query in given.queries] == [
        (ids[0], "International Organized Crime & Smuggling"),
        (ids[1], "Poliomyelitis"),
    ]
    assert given.qrels == {ids[0]: {"d1": 1, "d2": 0}, ids[1]: {"d2": 2}}


def test_a_trec_corpus_may_be_anything_that_can_be_indexed(tmp_path: Path) -> None:
    files = {"topics": ROBUST, "qrels": "301 0 anything 1\n", "corpus/a.txt": "Crime."}
    given = read_set(written(tmp_path / "mine", files))
    assert given.corpus == (tmp_path / "mine" / "corpus",)
    with pytest.raises(InputInvalid, match="qrels:1: no document 'anything'"):
        read_set(tmp_path / "mine", documents={"a.txt"})


BAD_TREC = {
    "unknown document": ("qrels", "301 0 d9 1\n", "qrels:1: no document 'd9'"),
    "unknown query": ("qrels", "301 0 d1 1\n1 0 d1 1\n", "qrels:2: no query '1'"),
    "three columns": ("qrels", "301 d1 1\n", "qrels:1: 3 columns where 4 are due"),
    "no title": ("topics", ROBUST.replace("<title> Topic:", ""), 'topics:15: "text" is empty'),
    "no number": ("topics", ROBUST.replace("<num> Number: 302", ""), "topics:15: the id is ''"),
    "number twice": ("topics", ROBUST.replace("302", "301"), "topics:15: id '301' again"),
    "three columns of text": ("topics", "301\ta\tb\n", "topics:1: 3 columns where 2 are due"),
    "no text": ("topics", "301\t \n", 'topics:1: "text" is empty'),
    "no corpus": ("corpus.jsonl", None, "no corpus in it"),
    "no qrels": ("qrels", None, "no qrels in it"),
    "two qrels": ("more.qrels", "", "more.qrels, qrels in it"),
    "two topics": ("more.topics", "", "more.topics, topics in it"),
}


@pytest.mark.parametrize(("name", "content", "seen"), BAD_TREC.values(), ids=BAD_TREC)
def test_a_bad_trec_folder_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str | None, seen: str
) -> None:
    files = {"topics": ROBUST, "qrels": "301 0 d1 1\n", "corpus.jsonl": TREC_CORPUS}
    assert seen in refusal(written(tmp_path / "mine", {**files, name: content}))


# selection

ASKED = {"id": "a", "question": "who?", "title": "T", "sentences": ["He.", "She."], "answers": [1]}


@pytest.mark.parametrize("end", ["", ".gz"])
def test_a_selection_set_is_a_file_or_the_only_one_of_a_folder(tmp_path: Path, end: str) -> None:
    rows = [ASKED, {**ASKED, "id": "b", "title": None, "answers": [], "independent": True}]
    folder = written(tmp_path / "clapnq", {f"dev.selection.jsonl{end}": jsonl(rows)})
    given = read_set(folder)
    assert isinstance(given, SelectionSet)
    assert given == read_set(folder / f"dev.selection.jsonl{end}")
    assert (given.name, given.form) == ("clapnq/dev", "selection")
    first, second = given.questions
    assert (first.id, first.text, first.title) == ("a", "who?", "T")
    assert (first.sentences, first.answers, first.independent) == (("He.", "She."), {1}, False)
    assert (second.title, second.answers, second.independent) == (None, frozenset(), True)


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({"answers": [2]}, '2 in "answers", where 0 to 1 are'),
        ({"answers": [-1]}, '-1 in "answers"'),
        ({"answers": [True]}, 'True in "answers"'),
        ({"answers": ["0"]}, "'0' in \"answers\""),
        ({"answers": None}, '"answers" is missing'),
        ({"sentences": []}, '"sentences" is []'),
        ({"sentences": ["He.", 1]}, '"sentences" holds what is no text'),
        ({"question": ""}, '"question" is empty'),
        ({"id": "first"}, "id 'first' again"),
        ({"id": None}, "the id is missing"),
    ],
)
def test_a_bad_selection_is_refused_with_its_place(
    tmp_path: Path, changed: dict[str, object], seen: str
) -> None:
    rows = [{**ASKED, "id": "first"}, {**ASKED, **changed}]
    message = refusal(written(tmp_path, {"dev.selection.jsonl": jsonl(rows)}))
    assert f"dev.selection.jsonl:2: {seen}" in message


def test_an_empty_selection_is_refused_and_so_is_a_corpus_for_one(tmp_path: Path) -> None:
    folder = written(tmp_path, {"dev.selection.jsonl": "\n"})
    assert "no question in it" in refusal(folder)
    assert "leave out --corpus" in refusal(folder, tmp_path)


# answers


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("{", "not JSON"),
        ('{"id": "a", "question": "why?"}', '"nuggets" is missing'),
        ('{"id": "a", "question": " ", "nuggets": []}', '"question" is empty'),
        ('{"id": "a", "question": "why?", "nuggets": [[]]}', "a nugget is []"),
        ('{"id": "a", "question": "why?", "nuggets": [[["doc"]]]}', "a nugget is [['doc']]"),
        (
            '{"id": "a", "question": "why?", "nuggets": [[["doc", " "]]]}',
            "a nugget is [['doc', ' '",
        ),
        ('{"id": "a", "question": "why?", "nuggets": ["ab"]}', "a nugget is 'ab'"),
        ('{"id": "first", "question": "why?", "nuggets": []}', "id 'first' again"),
    ],
)
def test_a_bad_question_is_refused_with_its_place(tmp_path: Path, line: str, seen: str) -> None:
    good = json.dumps({"id": "first", "question": "who?", "nuggets": []})
    folder = written(tmp_path, {"questions.jsonl": f"{good}\n{line}\n"})
    assert f"questions.jsonl:2: {seen}" in refusal(folder)


def test_the_documents_of_an_answers_set_are_all_else_in_its_folder(tmp_path: Path) -> None:
    asked = jsonl([{"id": "a", "question": "who?", "nuggets": []}])
    bare = written(
        tmp_path / "bare", {"questions.jsonl": asked, "notes.png": "", ".hidden.txt": ""}
    )
    full = written(tmp_path / "full", {"questions.jsonl": asked, "deep/a.txt": "It is so."})
    assert read_set(bare).corpus == ()
    assert read_set(bare, full).corpus == (full,)
    assert read_set(full).corpus == (full,)
    assert "no question in it" in refusal(written(tmp_path / "bare", {"questions.jsonl": "\n"}))


def test_quotes_are_compared_as_documents_are_stored(tmp_path: Path) -> None:
    asked = {"id": "a", "question": "who?", "nuggets": [[["d.txt", "Rene\u0301"]]]}
    given = read_set(written(tmp_path, {"questions.jsonl": jsonl([asked])}))
    document = Document(id="d.txt", text="Ren\u00e9 did.")
    sentence = Sentence(document, Span(0, 9), "body")
    assert given.questions[0].nuggets[0].is_held_by(sentence)


def test_the_gold_set_has_sixty_questions_and_a_third_of_them_has_no_answer() -> None:
    given = read_set(GOLD)
    assert isinstance(given, AnswersSet)
    assert len(given.questions) >= 60
    assert sum(not one.nuggets for one in given.questions) * 3 >= len(given.questions)


def test_every_gold_quote_stands_in_exactly_one_named_document() -> None:
    articles = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "seeds").iterdir()}
    for question in read_set(GOLD).questions:
        for nugget in question.nuggets:
            for document, quote in nugget.alternatives:
                (name,) = [name for name in articles if name.startswith(document)]
                assert quote in articles[name], (question.id, quote)


# which form it is


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        ({}, "nothing, of no known form, in it"),
        ({"a.txt": "", "b.csv": ""}, "a.txt, b.csv, of no known form, in it"),
        (
            {"a.selection.jsonl": "", "b.selection.jsonl": ""},
            "a.selection.jsonl, b.selection.jsonl",
        ),
        ({**BEIR, "questions.jsonl": ""}, "queries.jsonl, questions.jsonl in it"),
        ({**BEIR, "topics.txt": ""}, "queries.jsonl, topics in it"),
    ],
)
def test_a_folder_of_no_form_or_of_two_is_refused_with_what_is_in_it(
    tmp_path: Path, files: Files, seen: str
) -> None:
    message = refusal(written(tmp_path / "mine", files))
    assert seen in message
    for form in ("BEIR", "TREC", "questions.jsonl", ".selection.jsonl"):
        assert form in message.split("Mend: ")[1]


def test_what_is_not_there_and_a_file_of_another_kind_are_refused(tmp_path: Path) -> None:
    written(tmp_path, BEIR)
    for path in (tmp_path / "none", tmp_path / "none.selection.jsonl", tmp_path / "queries.jsonl"):
        assert "no such folder or selection file" in refusal(path)


# real sets


@needs_shared
def test_trecqa_is_read_as_it_was_counted() -> None:
    given = read_set(SHARED / "trecqa" / "dev.selection.jsonl")
    assert isinstance(given, SelectionSet)
    assert (given.name, len(given.questions)) == ("trecqa/dev", 81)
    assert sum(len(one.sentences) for one in given.questions) == 1148
    assert sum(0 < len(one.answers) < len(one.sentences) for one in given.questions) == 65
    assert all(one.independent and one.title is None for one in given.questions)
    first, last = given.questions[0], given.questions[-1]
    assert (first.id, first.text) == (
        "trecqa-dev-1",
        "What ethnic group / race are Crip members ?",
    )
    assert last.id == "trecqa-dev-81"


@needs_shared
def test_realtimeqa_is_read_as_it_was_counted() -> None:
    given = read_set(SHARED / "realtimeqa_2022a")
    assert isinstance(given, RetrievalSet)
    assert (len(given.queries), len(given.qrels)) == (329, 101)
    assert sum(map(len, given.qrels.values())) == 107
    assert given.queries[0].id == "20220617_0"
    assert given.queries[-1].id == "20220826_9"
    assert given.queries[-1].text.endswith("viewers for its first episode this week?")
    assert given.qrels["20220617_0"] == {"cnn.com/2022/06/12/media/squid-game-season-2": 1}
    assert [path.name for path in given.corpus] == ["corpus.jsonl"]


@needs_shared
def test_the_time_collection_judges_two_documents_that_it_lacks() -> None:
    folder = SHARED / "time_collection"
    assert "qrels.tsv:69: no document '424' in the corpus" in refusal(folder)
    given = read_set(folder, documents=ANY_DOCUMENT)
    assert (len(given.queries), len(given.qrels)) == (83, 83)
    assert sum(map(len, given.qrels.values())) == 324
    assert given.qrels["83"] == {"343": 1, "363": 1}
    assert given.queries[0].text.startswith("KENNEDY ADMINISTRATION PRESSURE ON NGO DINH DIEM")
