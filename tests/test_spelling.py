from pathlib import Path

import pytest

from rag import OnRecord
from rag.compose import notes
from rag.lexical import Lexical
from rag.spelling import respelled
from rag.store import Record, snapshot
from rag.terms import sound, terms

TEXT = """The summit in Geneva

Volodymyr Zelenskyy met reporters. Zelensky spoke of Syria, of inflation and of the missiles; the
governor, Zelenskiy’s friend Kirillov, did not. Tchaikovsky was played. Nobody negotiated in
Vienna, he said. Putin left on Monday for the capital. This went on for days.
"""


@pytest.fixture(scope="module")
def index(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "a.txt").write_text(TEXT, encoding="utf-8")
    (corpus / "b.txt").write_text("The syrah of the vineyard. Political tin was found.\n")
    index = tmp_path_factory.mktemp("index")
    OnRecord.build(index, [corpus], encoder=str(tiny_encoder))
    return index


def read(index: Path, question: str) -> str:
    with snapshot(index) as record:
        words = {"fiend", "went"}.__contains__
        return respelled(question, record, lexical(index, record), is_word=words).read


def meant(index: Path, question: str) -> tuple[str, set[str]]:
    with snapshot(index) as record:
        found = respelled(question, record, lexical(index, record), is_word=lambda word: False)
        names = {number: name for name, number in record.term_ids(terms(TEXT)).items()}
        return found.text, {names[number] for number in found.also}


def lexical(index: Path, record: Record) -> Lexical:
    return Lexical(index, record.state, expected=record.passages())


@pytest.mark.parametrize(
    ("asked", "text", "also"),
    [
        ("What did Pution say of Siria?", "What did putin say of syria?", {"putin", "syria"}),
        ("inflatoin", "inflation", {"inflat"}),
        ("the misiles", "the missiles", {"missil"}),
        ("Kirilov’s friend", "kirillov friend", {"kirillov"}),
    ],
)
def test_a_word_that_no_document_holds_is_replaced_by_the_nearest(
    index: Path, asked: str, text: str, also: set[str]
) -> None:
    assert meant(index, asked) == (text, also)


@pytest.mark.parametrize(
    "asked",
    [
        "What did Macron say of Belarus?",  # near to nothing
        "In Vietnam?",  # two letters from Vienna, which is too far for a word of its length
        "How many tins?",  # short words have too many neighbours
        "Syria, inflation, Putin",  # known
        "北京 3.14159 x",
    ],
)
def test_other_questions_stay_as_they_are(index: Path, asked: str) -> None:
    assert meant(index, asked) == (asked, set())


@pytest.mark.parametrize(
    ("asked", "as_read"),
    [
        ("What did Pution say of Siria?", "What did Putin say of Syria?"),
        ("what did puitn say of inflatoin", "what did putin say of inflation"),
        ("What did Kyrillov say?", "What did Kirillov say?"),
        ("What did Karillov say?", "What did Karillov say?"),
        ("What did Rutin say of Tchaikovsky?", "What did Rutin say of Tchaikovsky?"),
        ("Which politician found tin?", "Which politician found tin?"),
        ("Was a freind there, or a fiend?", "Was a friend there, or a fiend?"),
        ("What did Putin say of Syria?", "What did Putin say of Syria?"),
    ],
)
def test_a_slip_is_read_as_what_was_meant_and_another_name_is_not(
    index: Path, asked: str, as_read: str
) -> None:
    assert read(index, asked) == as_read


@pytest.mark.parametrize(
    "asked",
    [
        "What did Putina say?",  # what is known is its beginning
        "What did Theis say?",  # "this" is a word for any sentence
        "Where is Wernt?",  # a capital, and "went" is a word
    ],
)
def test_a_name_is_not_read_as_a_common_word(index: Path, asked: str) -> None:
    assert read(index, asked) == asked


def test_a_doubled_letter_is_a_slip_whatever_the_word(index: Path) -> None:
    assert read(index, "Where is Wennt?") == "Where is Went?"
    assert read(index, "Where is Wentt?") == "Where is Wentt?"  # a name may end so: Starr, Grimm


def test_a_name_is_looked_for_in_its_other_spellings(index: Path) -> None:
    others = set(terms("Zelenskyy Zelenskiy"))
    assert meant(index, "Did Zelensky fly?") == ("Did Zelensky fly?", others)
    assert meant(index, "did zelensky fly?")[1] == others
    assert meant(index, "did Tchaikovsky meet zelensky?")[1] == set()


def test_spellings_of_one_name_sound_alike() -> None:
    assert len({sound(name) for name in ("gaddafi", "qaddafi", "kadafi")}) == 1
    assert [sound(word) for word in ("tin", "3.14", "北京市北京", "")] == [""] * 4


def test_a_mistyped_question_finds_what_was_meant_and_is_shown_as_asked(index: Path) -> None:
    engine = OnRecord.open(index)
    explained = engine.explain("What of Kirilov and Siria?")
    assert explained.hits[0].passage.document.id == "a.txt"
    assert explained.answer.question == "What of Kirilov and Siria?"
    assert explained.query.text == explained.answer.read_as == "What of Kirillov and Syria?"
    assert notes(explained.answer)[0] == "Read as: What of Kirillov and Syria?"
    assert engine.ask("What of Syria?").read_as is None
    assert engine.ask("What of fried tin, Putin?").read_as is None  # the reader knows the word


def test_twelve_words_are_mended_and_no_more(index: Path) -> None:
    unknown = [f"qqqqq{letter}" for letter in "abcdefghijkl"]
    assert meant(index, " ".join([*unknown[:11], "inflatoin"]))[1] == {"inflat"}
    assert meant(index, " ".join([*unknown, "inflatoin"]))[1] == set()
