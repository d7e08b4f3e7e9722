"""An answers set made at the prompt: what is typed, what is kept, and what eval makes of it."""

import json
import os
import pty
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import OnRecord
from rag.cli import run
from rag.errors import ConfigInvalid, InputInvalid, QuestionInvalid
from rag.evaluate import AnswersSet, GoldQuestion, Nugget, read_set
from rag.evaluate.answers import named
from rag.evaluate.gold import (
    Candidates,
    Given,
    GoldFile,
    free_ids,
    marks_of,
    piece_of,
    plan,
    pooled,
)
from rag.readers.normal import normalise

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from rag.cli import main; main()"]
MELTED = "Which glacier melted?"
DATED = "When was the report of the harvest given out?"
FRANCE = "Who is the king of France?"
HOSTILE = (
    "The \x1b[31mred\x1b[0m \x9b2Jglacier\x07 melted\u202e in [bold]May[/bold], "
    "“he” said \u2028– twice."
)
COPIED = "The Aletsch glacier melted in May. He declined to comment.\n\nThe harvest was good."
WRAPPED = (
    "He left the hall with the people of the town at noon, when it began to rain\n"
    "on the roofs of the houses and on the boats that lay in the harbour of the\n"
    "island, and nobody knew where he went."
)
DOCUMENTS = {
    "1": COPIED,
    "10": COPIED,
    "11": f"The mayor opened the bridge on Monday. He declined to comment.\n\n{WRAPPED}",
    "2": "The report of the harvest was given out on Friday. It names the glacier and the bridge.",
    "hostile": HOSTILE,
}
Dialog = Callable[..., str]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """An index with ids of which one begins another, copies, and text for a terminal to obey."""
    folder = tmp_path_factory.mktemp("gold")
    rows = [
        {"_id": name, "title": f"On {name}\x1b[2J", "date": "2024-12-01", "text": text}
        for name, text in DOCUMENTS.items()
    ]
    (folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    OnRecord.build(folder / "index", [folder / "articles.jsonl"], encoder=str(tiny_encoder))
    return folder / "index"


@pytest.fixture(scope="module")
def engine(index: Path) -> OnRecord:
    return OnRecord.open(index)


@pytest.fixture(autouse=True)
def folder(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a file of questions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONRECORD_INDEX", str(index))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "questions.txt").write_text(f"{MELTED}\n{DATED}\n{FRANCE}\n")
    return tmp_path


@pytest.fixture
def dialog(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dialog:
    """Runs the command in this process with lines as if piped; what it writes."""

    def of(*lines: str, options: tuple[str, ...] = (), status: int = 0) -> str:
        typed = "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(typed)))
        capsys.readouterr()
        assert run(["gold", *options]) == status
        return "".join(capsys.readouterr())

    return of


FILE = ("--questions", "questions.txt")


def piped(*lines: str, options: tuple[str, ...] = FILE) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [*COMMAND, "gold", *options],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
    )


def written(place: str = "gold") -> list[dict[str, object]]:
    text = Path(place, "questions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def number_of(engine: OnRecord, question: str, text: str) -> int:
    """By which number a sentence of the first page is marked."""
    page = Candidates(engine, question, depth=20).more()
    (number,) = (n for n, one in enumerate(page, 1) if one[0].text == text)
    return number


# candidates


def places(candidates: object) -> list[tuple[str, int]]:
    return [(one.document.id, one.span.start) for each in candidates for one in each]


def test_the_pool_begins_with_the_answer_and_holds_each_sentence_once(engine: OnRecord) -> None:
    explained = engine.explain(DATED)
    answer = [one.sentence for said in explained.answer.statements for one in said.evidence]
    pool = pooled(engine, DATED)
    assert len(answer) > 0
    assert list(pool[: len(answer)]) == answer
    assert len(places([pool])) == len(set(places([pool])))
    assert {one.sentence for one in explained.evidence} <= set(pool)


def test_pages_hold_all_of_the_pool_once_and_the_best_first(engine: OnRecord) -> None:
    whole = places([pooled(engine, MELTED)])
    candidates = Candidates(engine, MELTED, depth=2)
    pages = []
    while page := candidates.more():
        assert len(page) <= 2
        pages += places(page)
    assert sorted(pages) == sorted(whole)
    assert whole[0] in pages[:4]  # two candidates, of which one has a copy
    assert places(candidates.shown) == pages


def test_the_order_is_the_same_each_time_and_tells_nothing_of_the_rank(
    seeds_index: Path,
) -> None:
    seeds = OnRecord.open(seeds_index)
    ranks = []
    for number in range(15):
        question = f"what did Putin say about Syria{' ' * (number % 2)} in {number}?"
        order = places(Candidates(seeds, question, depth=20).more())
        assert places(Candidates(seeds, question, depth=20).more()) == order
        ranks.append(order.index(places([pooled(seeds, question)])[0]))
    assert len(set(ranks)) > 7  # of 20 places
    assert 5 < sum(ranks) / len(ranks) < 14  # the mean of a fair shuffle is 9.5, its error 1.5


def test_copies_are_one_candidate_but_not_the_same_words_elsewhere(engine: OnRecord) -> None:
    page = Candidates(engine, "Who declined to comment?", depth=20).more()
    declined = [
        {one.document.id for one in each}
        for each in page
        if each[0].text == "He declined to comment."
    ]
    assert sorted(declined, key=len) == [{"11"}, {"1", "10"}]


def test_words_find_sentences_that_are_not_shown_yet(engine: OnRecord) -> None:
    assert len(Candidates(engine, MELTED, depth=20).find("the bridges")) == 2
    assert len(Candidates(engine, MELTED, depth=20).find("the opened bridges")) == 1
    candidates = Candidates(engine, MELTED, depth=1)
    candidates.more()
    (found,) = candidates.find("the opened bridges")
    assert found[0].text == "The mayor opened the bridge on Monday."
    assert candidates.shown[1] == found
    (other,) = candidates.find("bridge opened")
    assert other[0].text == "It names the glacier and the bridge."  # what is left of them
    assert candidates.find("zebra") == ()
    while page := candidates.more():
        assert found not in page
    assert candidates.find("bridge") == ()
    with pytest.raises(QuestionInvalid):
        candidates.find("?!")


def test_neighbours_are_those_of_the_document(engine: OnRecord) -> None:
    candidates = Candidates(engine, MELTED, depth=20)
    (sentence,) = (
        one[0] for one in candidates.more() if one[0].text == "It names the glacier and the bridge."
    )
    before, after = candidates.around(sentence, reach=1)
    assert before == "The report of the harvest was given out on Friday."
    assert after == ""
    assert candidates.elsewhere(sentence, "the") == 1
    assert candidates.elsewhere(sentence, "bridge") == 0


def test_a_page_holds_one_at_least(engine: OnRecord) -> None:
    with pytest.raises(ConfigInvalid):
        Candidates(engine, MELTED, depth=0)


def test_twenty_candidates_hold_what_the_gold_of_the_seeds_asks_for(seeds_index: Path) -> None:
    seeds = OnRecord.open(seeds_index)
    held = []
    given = read_set(ROOT / "tests" / "gold" / "seeds", ROOT / "seeds")
    assert isinstance(given, AnswersSet)
    for question in named(given, seeds.document_ids()).questions:
        page = Candidates(seeds, question.text, depth=20).more()
        sentences = [one for each in page for one in each]
        held += [any(nugget.is_held_by(one) for one in sentences) for nugget in question.nuggets]
    assert len(held) > 50
    assert sum(held) / len(held) >= 0.95


# what is typed


@pytest.mark.parametrize(
    ("line", "marks"),
    [
        ("1", ((1,),)),
        ("1,4 7", ((1, 4), (7,))),
        ("  1 , 4   7 ", ((1, 4), (7,))),
        ("1, 4, 7", ((1, 4, 7),)),
        ("4,1 1", ((4, 1), (1,))),  # the first sentence gives both parts
        ("1,1 1", ((1,),)),
        ("08", ((8,),)),
    ],
)
def test_marks_are_groups_of_numbers(line: str, marks: object) -> None:
    assert marks_of(line, shown=8) == marks


@pytest.mark.parametrize(
    "line", ["", "0", "9", "1,9", "-1", "1.5", "1,", ",1", "one", "1;2", "9" * 5000]
)
def test_other_marks_are_refused(line: str) -> None:
    with pytest.raises(InputInvalid):
        marks_of(line, shown=8)


SAID = "He said: “It’s the\n old – “best” – one.”"


@pytest.mark.parametrize(
    ("typed", "piece"),
    [
        ("the old", "the\n old"),
        ("It's", "It’s"),
        ('old - "best"', "old – “best”"),
        ("He ... old", "He said: “It’s the\n old"),
        ("said: … one.", "said: “It’s the\n old – “best” – one."),
        ("he", "he"),  # of “the”: to the letter
        ("OLD", None),
        ("", None),
        ("...", None),
        (".*", None),
        ("old best", None),
    ],
)
def test_a_piece_is_quoted_as_it_stands(typed: str, piece: str | None) -> None:
    assert piece_of(SAID, typed) == piece
    assert piece is None or piece in SAID


@given(st.text(), st.text() | st.sampled_from(["...", "a ... b"]))
def test_a_piece_is_always_a_part_that_is_not_blank(text: str, typed: str) -> None:
    piece = piece_of(text, typed)
    assert piece is None or (piece in text and piece.strip())


@given(st.text().map(normalise), st.data())
def test_every_word_of_a_document_is_a_piece_of_it(text: str, data: st.DataObject) -> None:
    words = text.split()
    if words:
        assert piece_of(text, data.draw(st.sampled_from(words))) is not None


# questions


def done(**texts: str) -> list[GoldQuestion]:
    return [GoldQuestion(name, text, ()) for name, text in texts.items()]


def asked(*rows: str | tuple[str | int, str]) -> list[Given]:
    pairs = [(None, row) if isinstance(row, str) else row for row in rows]
    return [Given(f"file:{n}", name, text) for n, (name, text) in enumerate(pairs, 1)]


def test_questions_without_an_id_get_the_first_that_is_free() -> None:
    todo = plan(asked("a", ("q1", "b"), "c", (7, "d"), ("", "e")), done(q3="z"))
    assert [(one.id, one.text) for one in todo.left] == [
        *(("q2", "a"), ("q1", "b"), ("q4", "c")),
        *(("7", "d"), ("q5", "e")),
    ]
    assert todo.done == 0


def test_a_second_run_gives_the_same_ids() -> None:
    given = asked("a", ("q1", "b"), "c", "d")
    first = plan(given, [])
    for left_out in first.left:
        finished = {one.id: one.text for one in first.left if one != left_out}
        again = plan(given, done(**finished))
        assert again.left == (left_out,)
        assert again.done == 3


def test_a_question_is_known_by_its_words_and_asked_once() -> None:
    todo = plan(asked("Who  left?", "who left?", ("x", "WHO LEFT? "), "b"), done(q7="B"))
    assert [one.text for one in todo.left] == ["Who  left?"]
    assert todo.twice == ("file:2", "file:3")
    assert todo.done == 1


@pytest.mark.parametrize(
    "rows",
    [
        [("x", "a"), ("x", "b")],
        [("q3", "a")],  # which is done, with other words
        [("a\x1bb", "a")],
        [("  ", "a")],
    ],
)
def test_an_id_that_cannot_be_is_refused_with_its_line(rows: list[tuple[str, str]]) -> None:
    with pytest.raises(InputInvalid, match=f"file:{len(rows)}: "):
        plan(asked(*rows), done(q3="z"))


def test_free_ids_are_not_taken() -> None:
    free = free_ids({"q1", "q3"})
    assert [next(free) for _ in range(3)] == ["q2", "q4", "q5"]


# the file

QUESTION = GoldQuestion("q1", "Wer? \u202e\u2028\x9b", (Nugget((("1", "a\nb\u2028“c”\x9b"),)),))


def test_what_is_put_is_read_back(folder: Path) -> None:
    gold = GoldFile(folder / "a" / "b")
    other = GoldQuestion("q2", "Who?", ())
    gold.put(QUESTION)
    gold.put(other)
    assert read_set(folder / "a" / "b").questions == (QUESTION, other)
    assert GoldFile(folder / "a" / "b").done == gold.done == [QUESTION, other]
    text = gold.path.read_bytes().decode()
    assert not re.search(r"[\x00-\x09\x7f-\x9f\u2028\u202a-\u202e]", text)
    assert [entry.name for entry in (folder / "a" / "b").iterdir()] == ["questions.jsonl"]


A, B = ('{"id": "a", "question": "A?", "nuggets": []}', '{"id": 5, "question": "B?", "nuggets":[]}')


def test_only_the_line_of_the_question_is_written_anew(folder: Path) -> None:
    path = folder / "questions.jsonl"
    noted = A.replace("}", ', "note": 1}')
    path.write_text(f"\ufeff{noted}\r\n\n \n{B}")
    gold = GoldFile(folder)
    gold.put(GoldQuestion("5", "B?", (Nugget((("1", "x"),)),)))
    assert [one.id for one in read_set(folder).questions] == ["a", "5"]
    gold.put(QUESTION)
    lines = path.read_text().replace("\r", "").split("\n")
    assert lines[0].strip("\ufeff") == noted
    assert [one.id for one in read_set(folder).questions] == ["a", "5", "q1"]
    assert json.loads(lines[1])["nuggets"] == [[["1", "x"]]]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("not JSON\n", 1),
        (f"{A}\n{B[:20]}", 2),
        (f'{A}\n{{"_id": "b", "text": "B?"}}\n', 2),
        (f"{A}\n{A}\n", 2),
        (A.replace("[]", "[[]]"), 1),
        ("\xff\n", 1),
    ],
)
def test_a_file_of_another_form_is_refused_and_left_alone(
    content: str, line: int, dialog: Dialog
) -> None:
    Path("gold").mkdir()
    path = Path("gold", "questions.jsonl")
    path.write_bytes(content.encode("latin-1"))
    told = dialog("none", options=FILE, status=2)
    assert f"gold/questions.jsonl:{line}: " in told
    assert len(told.splitlines()) == 1
    assert path.read_bytes() == content.encode("latin-1")


def test_what_another_program_wrote_meanwhile_is_not_overwritten(folder: Path) -> None:
    first, second = GoldFile(folder), GoldFile(folder)
    first.put(QUESTION)
    with pytest.raises(InputInvalid, match="another program"):
        second.put(GoldQuestion("q1", "Who?", ()))
    assert read_set(folder).questions == (QUESTION,)


FULL_DISK = """
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit
from rag.evaluate import GoldQuestion
from rag.evaluate.gold import GoldFile
gold = GoldFile(Path("gold"))
size = gold.path.stat().st_size
setrlimit(RLIMIT_FSIZE, (size + 10, size + 10))
try:
    gold.put(GoldQuestion("q2", "Who?", ()))
except OSError as error:
    print(error.strerror)
"""


def test_a_full_disk_leaves_the_file_as_it_was(folder: Path) -> None:
    gold = GoldFile(folder / "gold")
    gold.put(QUESTION)
    before = gold.path.read_bytes()
    command = [sys.executable, "-c", FULL_DISK]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("File too large\n", "")
    assert gold.path.read_bytes() == before
    assert [entry.name for entry in gold.path.parent.iterdir()] == ["questions.jsonl"]


# the dialog


def test_marks_become_a_set_that_eval_reads(engine: OnRecord) -> None:
    melted = number_of(engine, MELTED, "The Aletsch glacier melted in May.")
    names = number_of(engine, MELTED, "It names the glacier and the bridge.")
    red = number_of(engine, MELTED, HOSTILE)
    friday = number_of(engine, DATED, "The report of the harvest was given out on Friday.")
    ended = piped(
        f"{melted},{red} {names}",
        f"{red} melted ... May",
        "",
        str(friday),
        f"{friday} on Friday",
        "",
        "none",
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    alternatives = [
        ["1", "The Aletsch glacier melted in May."],
        ["10", "The Aletsch glacier melted in May."],
        ["hostile", "melted\u202e in [bold]May"],
    ]
    assert sorted(written()[0]["nuggets"][0]) == alternatives
    assert written() == [
        {
            "id": "q1",
            "question": MELTED,
            "nuggets": [
                written()[0]["nuggets"][0],
                [["2", "It names the glacier and the bridge."]],
            ],
        },
        {"id": "q2", "question": DATED, "nuggets": [[["2", "on Friday"]]]},
        {"id": "q3", "question": FRANCE, "nuggets": []},
    ]
    assert ended.stdout.splitlines()[0] == "0 of 3 done"
    assert ended.stdout.splitlines()[-2] == "3 of 3 done"
    assert "Question 2 of 3" in ended.stdout
    *shown, command = ended.stdout.splitlines()
    assert max(map(len, shown)) <= 80
    assert command.startswith("Measure what is done: onrecord eval gold --index ")


def test_a_candidate_stands_between_its_neighbours_below_its_document(
    engine: OnRecord, dialog: Dialog
) -> None:
    friday = number_of(engine, DATED, "The report of the harvest was given out on Friday.")
    hall = number_of(engine, DATED, WRAPPED)
    told = dialog("skip", f"view {hall}", options=FILE)
    on_page = f"""
  {friday}  2 · 2024-12-01
     On 2�[2J
     > The report of the harvest was given out on Friday.
       It names the glacier and the bridge.
"""
    with_one_before = f"""
  {hall}  11 · 2024-12-01
     On 11�[2J
       He declined to comment.
     > He left the hall"""
    viewed = f"""
marks> view {hall}
  {hall}  11 · 2024-12-01
     On 11�[2J
       The mayor opened the bridge on Monday. He declined to comment.
     > He left the hall with the people of the town at noon, when it began to
     rain on the roofs of the houses and on the boats that lay in the harbour of
     the island, and nobody knew where he went.
"""
    assert on_page in told
    assert with_one_before in told
    assert viewed in told
    assert re.search(r"\n     On 10?�\[2J\n     also in 10?\n", told)


def test_nothing_that_a_terminal_obeys_is_shown(dialog: Dialog) -> None:
    told = dialog("view 1,2,3,4", "find red [bold]", "more", options=FILE)
    assert "[bold]May[/bold]" in told
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]", told)


def test_questions_are_typed_where_there_is_no_file(dialog: Dialog) -> None:
    told = dialog(MELTED, "none", MELTED.upper(), "help", FRANCE, "skip", "back", "1", "", "")
    assert "This question is done" in told
    assert "Question q1 again" in told
    assert [(row["id"], row["question"]) for row in written()] == [("q1", MELTED)]
    assert len(written()[0]["nuggets"]) == 1
    dialog("“?!”", FRANCE, "none", "quit", options=("--questions", "-"))
    assert [row["id"] for row in written()] == ["q1", "q2"]


def test_bad_input_is_told_in_a_line_and_asked_again(dialog: Dialog) -> None:
    bad = [
        "",
        "nine",
        "99",
        "none of these",
        "view",
        "view x",
        "find",
        "find ?!",
        "quotes",
        "\udcff",
    ]
    told = dialog(*bad, "1", "99 x", "1 zebra", "1", "none", "", "quit", options=FILE)
    assert "Traceback" not in told
    assert told.count("marks> ") == len(bad) + 2
    assert told.count("Mend: ") == len(bad) + 4
    assert len(written()) == 1


def test_skipped_questions_come_again(dialog: Dialog) -> None:
    assert "1 of 3 done" in dialog("skip", "none", "SKIP", options=FILE)
    assert [row["id"] for row in written()] == ["q2"]
    told = dialog("none", "none", options=FILE)
    assert told.startswith("1 of 3 done")
    assert [row["id"] for row in written()] == ["q2", "q1", "q3"]
    assert "marks>" not in dialog(options=FILE)


def test_back_goes_back_as_far_as_one_likes(dialog: Dialog) -> None:
    told = dialog("none", "none", "back", "back", "back", "1", "", "skip", "none", options=FILE)
    assert "There is no question before this one." in told
    assert [(row["id"], len(row["nuggets"])) for row in written()] == [
        *(("q1", 1), ("q2", 0)),
        ("q3", 0),
    ]


def test_going_back_keeps_the_marks_until_there_are_others(dialog: Dialog) -> None:
    dialog("none", options=FILE)
    before = Path("gold/questions.jsonl").read_bytes()
    for lines in (["back"], ["back", "1"], ["back", "skip"], ["back", "1", "quit"], ["1", "QUIT"]):
        dialog(*lines, options=FILE)
        assert Path("gold/questions.jsonl").read_bytes() == before


def test_marks_can_be_taken_back_before_they_are_saved(dialog: Dialog) -> None:
    dialog("1", "back", "none", options=FILE)
    assert written()[0]["nuggets"] == []


def test_one_is_told_that_a_piece_counts_elsewhere_too(engine: OnRecord, dialog: Dialog) -> None:
    melted = number_of(engine, MELTED, "The Aletsch glacier melted in May.")
    told = dialog(str(melted), f"{melted} m", f"{melted} May", options=FILE)
    assert "“m”; so do 1 more sentences" in told
    assert "“May”\n" in told


def test_questions_that_cannot_be_asked_are_left_out(dialog: Dialog) -> None:
    rows = [
        b"?!",
        b"caf\xe9 \xff?",
        b"x" * 3000,
        json.dumps({"id": 9, "question": MELTED}).encode(),
    ]
    Path("questions.txt").write_bytes(b"\n".join([*rows, rows[-1]]))
    told = dialog("none", options=FILE)
    assert told.count("; skipped") == 3
    assert "onrecord: questions.txt:5: the same question as one before; left out" in told
    assert [(row["id"], row["question"]) for row in written()] == [("9", MELTED)]


@pytest.mark.parametrize(
    "second",
    ['{"id": 1}', '{"id": []', '{"id": [], "question": "x"}', '{"id": "a", "question": "x"}'],
)
def test_a_bad_file_of_questions_is_refused_before_anything_is_asked(
    second: str, dialog: Dialog
) -> None:
    Path("questions.txt").write_text(f'{{"id": "a", "question": "{MELTED}"}}\n{second}\n')
    (told,) = dialog("none", options=FILE, status=2).splitlines()
    assert told.startswith("onrecord: questions.txt:2: ")
    assert not Path("gold", "questions.jsonl").exists()


def test_the_index_is_named_in_any_way(
    index: Path, dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ONRECORD_INDEX")
    for options in ((str(index),), ("--index", str(index))):
        out = f"out{len(options)}"
        told = dialog("none", options=(*options, *FILE, "--out", out))
        assert told.splitlines()[-1] == (
            f"Measure what is done: onrecord eval {out} --index {index}"
        )
        assert len(written(out)) == 1
    assert "Mend: " in dialog(options=FILE, status=2)
    assert "depth is 0" in dialog(options=(str(index), "--depth", "0"), status=2)


TYPED = st.sampled_from(
    """none more skip back help quit find~glacier find~the~harvest view~1~2 1 2 1,2~3 3,1~1~4 5 6,7
    1~glacier 2~the~...~of 3~May 4~in 1~Aletsch""".split()  # noqa: SIM905  what a user types
).map(lambda line: line.replace("~", " "))


@settings(deadline=None, max_examples=50)
@given(lines=st.lists(TYPED | st.just("") | st.text(max_size=20), max_size=30), file=st.booleans())
def test_whatever_is_typed_the_set_can_be_read_and_quotes_its_documents(
    lines: list[str], file: bool, engine: OnRecord
) -> None:
    with TemporaryDirectory() as out, pytest.MonkeyPatch.context() as patch:
        typed = "\n".join(lines).encode(errors="surrogatepass")
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(typed)))
        assert run(["gold", "--out", out, *(FILE if file else ())]) == 0
        if not any(Path(out).iterdir()):
            return
        questions = read_set(Path(out)).questions
        assert [entry.name for entry in Path(out).iterdir()] == ["questions.jsonl"]
        rows = written(out)
    assert len({one.id for one in questions}) == len({one.text for one in questions}) == len(rows)
    if file:
        assert {(one.id, one.text) for one in questions} <= {
            *(("q1", MELTED), ("q2", DATED)),
            ("q3", FRANCE),
        }
    for row in rows:
        for nugget in row["nuggets"]:
            assert nugget
            for document, quote in nugget:
                assert quote.strip()
                assert any(quote in one.text for one in engine.sentences(document))


def test_eval_measures_the_set_on_the_index_as_it_is(seeds_index: Path, dialog: Dialog) -> None:
    engine = OnRecord.open(seeds_index)
    state = engine.info().state
    found = ["what did Putin say about Syria?", "What is the maximum range of the Oreshnik?"]
    missed, silent = "Who is ready to meet Trump?", "quiche gratin dauphinois soufflé"
    marks = []
    for question in (*found, missed):
        explained = engine.explain(question)
        assert explained.answer.status == "answered"
        wanted = explained.evidence[-1 if question == missed else 0].sentence.text
        page = Candidates(engine, question, depth=500).more()
        marks += [str([one[0].text for one in page].index(wanted) + 1), ""]
    assert engine.ask(silent).status == "abstained"
    Path("questions.txt").write_text("\n".join([*found, missed, silent]))
    dialog(*marks, "none", options=(str(seeds_index), "--depth", "500", *FILE))
    command = ["eval", "gold", "--index", str(seeds_index), "--json"]
    ended = subprocess.run([*COMMAND, *command], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    result = json.loads(ended.stdout)
    assert (result["form"], result["n"]) == ("answers", 4)
    values = {name: one["value"] for name, one in result["measures"].items()}
    assert 0 < values.pop("precision") < 1
    assert values == {"hit@1": 0.6667, "nugget_recall": 0.6667, "answered": 1, "abstained": 1}
    assert engine.info().state == state


# interruptions


def started(*options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, "gold", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def say(process: "subprocess.Popen[str]", line: str, *, until: str) -> None:
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    while until not in (seen := process.stdout.readline()):
        assert seen, "it ended"


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_work_that_was_interrupted_goes_on_after_the_last_question(end: signal.Signals) -> None:
    with started(*FILE) as process:
        say(process, "none", until="saved q1")
        say(process, "1", until="part 1")
        say(process, "", until="saved q2")
        say(process, "1", until="part 1")  # being marked
        process.send_signal(end)
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == (0 if end == signal.SIGINT else -end)
    assert ("2 of 3 done" in rest) == (end == signal.SIGINT)
    before = written()
    assert [row["id"] for row in before] == ["q1", "q2"]
    again = piped("none")
    assert again.returncode == 0
    assert again.stdout.startswith("2 of 3 done\n")
    assert "Question 3 of 3" in again.stdout
    assert written()[:2] == before
    assert [row["id"] for row in written()] == ["q1", "q2", "q3"]


SAVER = """
from pathlib import Path
from rag.evaluate import GoldQuestion
from rag.evaluate.gold import GoldFile
gold = GoldFile(Path("gold"))
print(flush=True)
while True:
    gold.put(GoldQuestion(f"q{len(gold.done)}", "Why? " * 10_000, ()))
"""


def test_a_kill_while_saving_leaves_whole_questions() -> None:
    dice, saved = random.Random(2), 0
    for _ in range(8):
        command = [sys.executable, "-c", SAVER]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            sleep(dice.random() / 4)
            process.kill()
        rows = written() if Path("gold/questions.jsonl").exists() else []
        assert [row["id"] for row in rows] == [f"q{n}" for n in range(len(rows))]
        assert len(rows) >= saved
        saved = len(rows)
    assert saved > 20
    assert read_set(Path("gold")).corpus == ()  # nothing beside it would be taken for a document


# terminals


def on_terminal(*keys: str, **environment: str) -> tuple[str, int]:
    """What is shown to somebody who types these keys, each when there is a prompt."""
    child, ours = pty.fork()
    if child == 0:
        signal.signal(
            signal.SIGINT, signal.SIG_DFL
        )  # ignored in what a shell runs in the background
        os.environ.update({"TERM": "xterm-256color", **environment})
        os.execv(sys.executable, [*COMMAND, "gold", *FILE])
    shown, waiting, end = b"", list(keys), monotonic() + 240  # a busy machine
    with suppress(OSError):  # how Linux tells the end of a terminal
        while monotonic() < end:
            if not select([ours], [], [], 2)[0]:
                if not waiting:  # Python misses a Ctrl-C just before it waits: press it again
                    os.write(ours, keys[-1].encode())
                continue
            shown += os.read(ours, 65536)
            if waiting and re.search(rb"(marks|quotes)> (\x1b\[\?2004h)?$", shown):
                os.write(ours, waiting.pop(0).encode())
    os.close(ours)  # hangs up where it has not ended
    _, status = os.waitpid(child, 0)
    return shown.decode().replace("\r", ""), os.waitstatus_to_exitcode(status)


def test_a_terminal_has_colour_and_ctrl_c_keeps_the_work() -> None:
    shown, status = on_terminal("nono\b\bne\n", "1\n", "\n", "\x03")
    assert status == 0
    assert [len(row["nuggets"]) for row in written()] == [0, 1]
    assert "2 of 3 done" in shown
    assert re.search(r"\x1b\[[0-9;]*36m", shown)
    assert "\x9b" not in shown
    assert "\x1b[2J" not in shown
    plain, status = on_terminal("\x04", NO_COLOR="1")
    assert status == 0
    assert "2 of 3 done" in plain
    assert not re.search(r"\x1b\[[0-9;]*3\d", plain)
