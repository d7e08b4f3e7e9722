import math
from pathlib import Path

import numpy as np
import pytest

from rag.datatypes import Evidence
from rag.engine import OnRecord
from rag.evidence import FEATURES, features, names, term_weights


def column(table: np.ndarray, name: str) -> list[float]:
    return [round(float(value), 6) for value in table[:, FEATURES.index(name)]]


def read_features(question: str, sentences: list[str], title: str = "") -> np.ndarray:
    similarity = np.linspace(0.1, 0.9, len(sentences), dtype=np.float32)
    weights = {"bridg": 0.75, "close": 0.25}
    return features(
        question, weights, sentences, title=title, similarity=similarity, passage_similarity=0.5
    )


def test_cover_is_the_share_of_the_questions_weight_that_a_sentence_holds() -> None:
    table = read_features("bridge closed", ["The bridge.", "It closed.", "Rain fell."])
    assert column(table, "cover") == [0.75, 0.25, 0.0]


def test_context_is_the_title_and_the_sentence_before() -> None:
    table = read_features("bridge closed", ["The bridge.", "It closed.", "Rain fell."])
    assert column(table, "cover_in_context") == [0.75, 1.0, 0.25]
    titled = read_features("bridge closed", ["Rain fell."], title="The bridges")
    assert column(titled, "cover_in_context") == [0.75]


def test_similarities_are_handed_on_as_they_are() -> None:
    table = read_features("bridge closed", ["The bridge.", "It closed."])
    assert column(table, "similarity") == [0.1, 0.9]
    assert column(table, "passage_similarity") == [0.5, 0.5]


def test_an_expected_number_is_looked_for() -> None:
    table = read_features("How many bridges closed?", ["Three bridges.", "The bridge."])
    assert column(table, "answer_type") == [1.0, -1.0]


def test_a_passage_without_sentences_has_no_rows() -> None:
    assert read_features("bridge", []).shape == (0, len(FEATURES))


def test_rare_terms_weigh_more_and_all_weights_sum_to_one() -> None:
    weights = term_weights({"rare": 1, "common": 90, "absent": 0}, 100)
    assert weights["absent"] > weights["rare"] > weights["common"] > 0
    assert sum(weights.values()) == pytest.approx(1)
    # By hand: ln(1 + 100 / 1.5), ln(1 + 100 / 90.5), ln(1 + 100 / 0.5)
    raw = {"rare": 4.214594, "common": 0.744282, "absent": 5.303305}
    assert weights == pytest.approx({k: v / sum(raw.values()) for k, v in raw.items()}, abs=1e-5)


def test_no_terms_have_no_weights() -> None:
    assert term_weights({}, 100) == {}


def read(index: Path, question: str) -> tuple[Evidence, ...]:
    return OnRecord.open(index).explain(question).evidence


def test_every_sentence_of_the_hits_is_scored_once_best_first(seeds_index: Path) -> None:
    found = read(seeds_index, "what did Putin say about Syria?")
    hits = OnRecord.open(seeds_index).search("what did Putin say about Syria?", depth=20)
    wanted = {(s.document.id, s.span) for hit in hits for s in hit.passage.sentences}
    assert {(one.sentence.document.id, one.sentence.span) for one in found} == wanted
    assert len(found) == len(wanted)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_probability_is_the_logistic_of_the_score(seeds_index: Path) -> None:
    for one in read(seeds_index, "When was the Oreshnik first used?")[:20]:
        assert one.probability == pytest.approx(1 / (1 + math.exp(-one.score)))


def test_the_sentence_that_answers_comes_before_one_that_does_not(seeds_index: Path) -> None:
    found = [
        one.sentence.text for one in read(seeds_index, "Which naval base did Russia have in Syria?")
    ]
    base = next(at for at, text in enumerate(found) if "Tartus" in text)
    assert base < 3


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did Ann Lee say in 2019?", ("Ann", "Lee", "2019")),
        ("Bridges closed", ()),
        ("what did lee say", ()),
        ("What is NATO's plan?", ("NATO's",)),
    ],
)
def test_names_are_capitals_after_the_first_word_and_numbers(
    question: str, found: tuple[str, ...]
) -> None:
    assert names(question) == found


def test_names_are_looked_for_in_context_and_in_the_whole_passage() -> None:
    table = read_features("What did Lee say in 2019?", ["Lee left.", "Rain fell.", "In 2019."])
    assert column(table, "names_in_context") == [0.5, 0.5, 0.5]
    assert column(table, "names_in_passage") == [1.0, 1.0, 1.0]
    assert column(read_features("Who left?", ["Rain fell."]), "names_in_context") == [1.0]


def test_spellings_of_a_name_count_as_the_name_and_other_numbers_do_not() -> None:
    assert column(read_features("Is Zelenskyy in?", ["Zelensky is in."]), "names_in_context") == [1]
    assert column(read_features("Is Moreno in?", ["Zelensky is in."]), "names_in_context") == [0]
    assert column(read_features("Was it 20191?", ["It was 20192."]), "names_in_context") == [0]
