from collections import Counter
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import IndexDamaged
from rag.lexical import Counts, Lexical, Weights, folder_of, save
from rag.store import PAIR, PASSAGES_PER_DOCUMENT

TEXTS = st.lists(st.lists(st.integers(0, 8), max_size=12), min_size=1, max_size=6)


def counts(terms: list[int]) -> Counts:
    return np.array(sorted(Counter(terms).items()), np.uint64).reshape(-1, 2)


def saved(index: Path, texts: list[list[int]]) -> Lexical:
    """Texts as documents, and each word of a text as a passage of it."""
    rows = list(enumerate(texts, 1))
    passages = [
        (row * PASSAGES_PER_DOCUMENT + number, counts([term]))
        for row, text in rows
        for number, term in enumerate(text)
    ]
    save(index, "s", documents=((row, counts(text)) for row, text in rows), passages=passages)
    return Lexical(index, "s", expected=len(passages))


def reference(
    texts: list[list[int]], question: dict[int, float], k1: float, b: float
) -> list[float]:
    average = sum(map(len, texts)) / len(texts) or 1.0
    idf = {}
    for term in question:
        holding = sum(term in text for text in texts)
        idf[term] = log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
    most = sum(idf[term] * weight for term, weight in question.items()) or 1.0

    def one(text: list[int]) -> float:
        length = k1 * (1 - b + b * len(text) / average)
        often = {term: text.count(term) for term in question if term in text}
        parts = (idf[t] * question[t] * often[t] / (often[t] + length) for t in often)
        return sum(parts) / most

    return [one(text) for text in texts]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    TEXTS,
    st.dictionaries(st.integers(0, 9), st.sampled_from([0.5, 1.0]), max_size=5),
    st.floats(0.1, 3),
    st.floats(0, 1),
)
def test_bm25_is_that_of_the_literature(tmp_path_factory, texts, question, k1, b) -> None:
    lexical = saved(tmp_path_factory.mktemp("index"), texts)
    found = lexical.documents.bm25(Weights(question, {}), k1=k1, b=b)
    assert found == pytest.approx(reference(texts, question, k1, b), abs=1e-5)
    assert ((found >= 0) & (found <= 1)).all()


def test_a_pair_of_words_comes_on_top_of_its_words(tmp_path: Path) -> None:
    pair = 2 * PAIR + 3
    texts = [[2, 3], [3, 2], [4]]
    held = [np.array([[2, 1], [3, 1], [pair, 1]], np.uint64), counts([2, 3]), counts([4])]
    save(tmp_path, "s", documents=enumerate(held), passages=[])
    documents = Lexical(tmp_path, "s", expected=0).documents
    assert documents.lengths.tolist() == [2, 2, 1]
    found = documents.bm25(Weights({2: 1.0, 3: 1.0}, {pair: 0.5}), k1=1.2, b=0.0)
    alone = reference(texts, {2: 1.0, 3: 1.0}, 1.2, 0.0)
    most = 2 * log(1 + 1.5 / 2.5)
    on_top = 0.5 * log(1 + 2.5 / 1.5) / 2.2 / most
    assert found == pytest.approx([alone[0] + on_top, alone[1], 0], abs=1e-5)


def test_a_term_is_counted_in_the_texts_that_hold_it(tmp_path: Path) -> None:
    lexical = saved(tmp_path, [[3, 3, 5], [5], []])
    assert [lexical.documents.found_in(term) for term in (0, 3, 5, 6)] == [0, 1, 2, 0]
    assert [lexical.passages.found_in(term) for term in (3, 5)] == [2, 2]
    assert lexical.documents.lengths.tolist() == [3, 1, 0]


def test_the_passages_of_documents_are_told_by_their_ids(tmp_path: Path) -> None:
    lexical = saved(tmp_path, [[1, 2], [], [4]])
    ids = [PASSAGES_PER_DOCUMENT, PASSAGES_PER_DOCUMENT + 1, 3 * PASSAGES_PER_DOCUMENT]
    assert lexical.passages.ids.tolist() == ids
    assert lexical.owners.tolist() == [0, 0, 2]
    assert lexical.passages_of(np.array([0, 2])).tolist() == [0, 1, 2]
    assert lexical.passages_of(np.array([2])).tolist() == [2]
    assert lexical.passages_of(np.array([1])).tolist() == []
    assert lexical.passages_of(np.array([], np.int64)).tolist() == []


def test_without_texts_there_is_nothing_to_find(tmp_path: Path) -> None:
    save(tmp_path, "s", documents=[], passages=[])
    lexical = Lexical(tmp_path, "s", expected=0)
    assert lexical.documents.bm25(Weights({1: 1.0}, {}), k1=1.2, b=0.75).tolist() == []
    assert lexical.documents.found_in(1) == 0


def test_what_is_not_whole_or_of_another_record_is_damaged(tmp_path: Path) -> None:
    save(tmp_path, "twice", documents=[(1, counts([2])), (1, counts([3]))], passages=[])
    with pytest.raises(IndexDamaged, match="terms-twice is not whole"):
        Lexical(tmp_path, "twice", expected=0)
    saved(tmp_path, [[1, 2]])
    with pytest.raises(IndexDamaged, match="terms-s holds 2 of 3 passages"):
        Lexical(tmp_path, "s", expected=3)
    file = folder_of(tmp_path, "s") / "documents-rows.npy"
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(IndexDamaged, match="terms-s is not whole"):
        Lexical(tmp_path, "s", expected=2)
    file.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="terms-s is not whole"):
        Lexical(tmp_path, "s", expected=2)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        Lexical(tmp_path, "s", expected=2)
