from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rag.evidence import SHIPPED
from rag.evidence.windows import LONGEST, WindowTokenizer

TOKENS = WindowTokenizer(SHIPPED / "tokenizer.json")
REFERENCE = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
REFERENCE.no_truncation()
REFERENCE.no_padding()


def test_a_window_is_what_the_tokenizer_makes_of_question_and_text_as_a_pair() -> None:
    sentences = ["It closed on Monday.", "“No,” he said."]
    window = TOKENS.window("Who closed it?", "The bridge", sentences)
    pair = REFERENCE.encode("Who closed it?", "The bridge " + " ".join(sentences))
    assert window.ids.tolist() == pair.ids
    assert window.types.tolist() == pair.type_ids


def test_the_tokens_of_each_sentence_are_its_own() -> None:
    sentences = ["It closed on Monday.", "", "“No,” he said."]
    window = TOKENS.window("Who?", "", sentences)
    found = [REFERENCE.decode(window.ids[there].tolist()) for there in window.sentences]
    assert found == [REFERENCE.decode(REFERENCE.encode(s).ids) for s in sentences]


def test_a_sentence_is_the_mean_of_its_tokens_and_one_without_tokens_is_nothing() -> None:
    window = TOKENS.window("Who?", "", ["It closed.", ""])
    pool = window.pool()
    assert pool.shape == (2, len(window.ids))
    assert pool.sum(axis=1) == pytest.approx([1, 0])
    states = np.arange(len(window.ids), dtype=np.float32)
    assert pool[0] @ states == pytest.approx(states[window.sentences[0]].mean())


def test_a_sentence_is_whole_where_room_is_left_behind_it() -> None:
    for last, whole in ((14, 4), (15, 3), (16, 3)):  # of 15 tokens before the last
        sentences = [*["word " * 100] * 3, "word " * last]
        window = TOKENS.window("Who?", "", sentences)
        assert (window.whole, len(window.ids)) == (whole, min(LONGEST, 305 + last))


@given(
    st.text(max_size=400),
    st.text(max_size=200),
    st.lists(st.text(max_size=2000) | st.just("word " * 300), max_size=12),
)
def test_no_text_makes_a_window_too_long_or_loses_a_sentence(
    question: str, title: str, sentences: list[str]
) -> None:
    window = TOKENS.window(question, title, sentences)
    assert len(window.ids) == len(window.types) <= LONGEST
    assert len(window.sentences) == len(sentences)
    assert all(there.start <= there.stop < len(window.ids) for there in window.sentences)


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        WindowTokenizer(tmp_path / "tokenizer.json")
