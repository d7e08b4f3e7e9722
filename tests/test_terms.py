# ruff: noqa: RUF001  signs of other scripts are what some tests are about
import sqlite3
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.terms import capitals_tell, content_terms, terms

TEXTS = st.lists(
    st.sampled_from(
        [
            "Putin’s ",
            "5,500 km ",
            "3.14 ",
            "Kyiv, ",
            "don't ",
            "naïve ",
            "ＦＵＬＬ ",
            "ﬁ ",
            "ß ",
            "II ",
        ]
    )
    | st.text()
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The missiles were flying", ("the", "missil", "were", "fli")),
        ("Putin’s and Putin's", ("putin", "and", "putin")),
        ("5,500 kilometres", ("5500", "kilometr")),
        ("1,234,567.5 and 12,5", ("1234567.5", "and", "12,5")),
        ("Café CAFÉ cafe\u0301", ("cafe", "cafe", "cafe")),
        ("don’t don't", ("don't", "don't")),
        ("T-34 U.S.", ("t", "34", "u", "s")),
        ("Путин сказал", ("путин", "сказал")),
        ("gov\xadern\xadment\u200breport re\u200cport", ("govern", "report", "report")),
        ("2019³ and 10⁶", ("2019", "3", "and", "10", "6")),
        ("… — “” !", ()),
        ("", ()),
    ],
)
def test_words_are_folded_and_stemmed(text: str, expected: tuple[str, ...]) -> None:
    assert terms(text) == expected


def test_the_subject_of_a_question_is_left() -> None:
    assert content_terms("What did Putin say about Putin's war in Syria?") == (
        "putin",
        "war",
        "syria",
    )


def test_a_question_of_function_words_keeps_them() -> None:
    assert content_terms("Who is he?") == ("who", "is", "he")


@example("\N{COMBINING GREEK YPOGEGRAMMENI}")
@example("\N{GREEK SMALL LETTER ALPHA WITH YPOGEGRAMMENI}")
@given(TEXTS)
def test_terms_do_not_depend_on_the_form_of_unicode_or_on_case(text: str) -> None:
    assert terms(unicodedata.normalize("NFC", text)) == terms(unicodedata.normalize("NFD", text))
    assert terms(text.casefold()) == terms(text)


@given(TEXTS)
def test_content_terms_are_different_terms_of_the_text(text: str) -> None:
    kept = content_terms(text)
    assert len(set(kept)) == len(kept)
    assert set(kept) <= set(terms(text))
    assert bool(kept) == bool(terms(text))
    assert all(terms(text))


@given(TEXTS, TEXTS)
def test_terms_of_joined_texts_are_joined(a: str, b: str) -> None:
    assert terms(f"{a}\n{b}") == terms(a) + terms(b)


@given(st.text(st.characters(codec="utf-8", max_codepoint=0x24FF)) | TEXTS)
def test_sqlite_finds_a_text_by_each_of_its_terms(text: str) -> None:
    table = sqlite3.connect(":memory:")
    table.execute(
        "CREATE VIRTUAL TABLE t USING fts5(body, tokenize='unicode61 remove_diacritics 0')"
    )
    table.execute("INSERT INTO t VALUES (?)", (" ".join(terms(text)),))
    for term in content_terms(text):
        found = table.execute("SELECT count(*) FROM t WHERE t MATCH ?", (f'"{term}"',))
        assert found.fetchone() == (1,)
    table.close()


def test_threads_do_not_disturb_each_other() -> None:
    words = [f"running{n} nationalities{n % 7}ism" for n in range(200)]
    alone = [terms(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(terms, words * 5)) == alone * 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Putin met Xi In Rome and Will return with a plan", True),  # two of four
        ("Putin met Xi In Rome And Will return with a plan", False),
        ("What May it be", True),
    ],
)
def test_capitals_tell_names_unless_most_small_words_have_them(text: str, told: bool) -> None:
    assert capitals_tell(text) == told


def test_the_sign_of_a_trade_mark_is_no_part_of_a_word() -> None:
    assert terms("The Brand™ phone") == terms("The Brand phone")
