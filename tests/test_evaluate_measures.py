import math
import random
from itertools import pairwise, product
from statistics import fmean

import ir_measures
import numpy as np
import pytest
from scipy.stats import permutation_test
from sklearn.metrics import roc_auc_score

from rag.evaluate.measures import (
    auc,
    bootstrap,
    bootstrap_of_ratio,
    bootstrap_of_two,
    paired_p,
    ranking_measures,
)

NAMES = ("nDCG@10", "AP", "RR", "P@1", "R@1", "R@10", "R@100")
QRELS = {
    "graded": {"a": 3, "b": 1, "c": 0, "e": 2},
    "second": {"a": 1},
    "absent": {"b": 1},
    "nothing relevant": {"a": 0},
}


def ranked(*documents: str) -> tuple[tuple[str, float], ...]:
    return tuple((document, -float(place)) for place, document in enumerate(documents))


RUN = {
    "graded": ranked("a", "c", "b", "x"),
    "second": ranked("x", "a"),
    "nothing relevant": ranked("a"),
    "not judged": ranked("a"),
}


def test_measures_of_a_hand_worked_run() -> None:
    found = ranking_measures(NAMES, QRELS, RUN)
    # nDCG by hand: 3 + 1 / log2(4) over 3 + 2 / log2(3) + 1 / log2(4); AP: (1 + 2/3) / 3
    ideal = 3 + 2 / math.log2(3) + 1 / 2
    expected = {
        "nDCG@10": {"graded": 3.5 / ideal, "second": 1 / math.log2(3), "absent": 0},
        "AP": {"graded": 5 / 9, "second": 0.5, "absent": 0},
        "RR": {"graded": 1, "second": 0.5, "absent": 0},
        "P@1": {"graded": 1, "second": 0, "absent": 0},
        "R@1": {"graded": 1 / 3, "second": 0, "absent": 0},
        "R@10": {"graded": 2 / 3, "second": 1, "absent": 0},
        "R@100": {"graded": 2 / 3, "second": 1, "absent": 0},
    }
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert dict(found[name]) == pytest.approx(values, abs=1e-6), name


def test_the_order_of_the_run_is_judged_and_not_its_scores() -> None:
    tied = {"second": (("a", 1.0), ("z", 1.0))}  # trec_eval would put z first
    wrong = {"second": (("a", 1.0), ("z", 2.0))}
    near = {"second": (("a", 1.0 + 1e-12), ("z", 1.0))}  # the same in 32 bits
    for run in (tied, wrong, near):
        assert ranking_measures(["RR"], QRELS, run)["RR"]["second"] == 1


def test_a_long_run_keeps_its_order() -> None:
    documents = [f"d{number}" for number in range(5000)]
    run = {"q": tuple((name, 0.5) for name in documents)}
    for place in (0, 9, 99, 4999):
        found = ranking_measures(["RR"], {"q": {documents[place]: 1}}, run)
        assert found["RR"]["q"] == pytest.approx(1 / (place + 1))


def test_measures_are_those_of_the_library_on_random_runs() -> None:
    chance = random.Random(7)
    documents = [f"d{number}" for number in range(150)]
    queries = [f"q{number}" for number in range(20)]
    qrels = {q: {d: chance.choice([0, 0, 1, 2]) for d in documents[:60]} for q in queries}
    run = {q: ranked(*chance.sample(documents, 120)) for q in queries[:18]}
    found = ranking_measures(NAMES, qrels, run)
    scores = {query: dict(ranking) for query, ranking in run.items()}
    parsed = [ir_measures.parse_measure(name) for name in NAMES]
    for one in ir_measures.iter_calc(parsed, qrels, scores):
        assert found[str(one.measure)][one.query_id] == pytest.approx(one.value)
    means = ir_measures.calc_aggregate(parsed, qrels, scores)
    for measure, mean in means.items():
        assert fmean(found[str(measure)].values()) == pytest.approx(mean)


# intervals


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    one = bootstrap([0.0, 1.0, 1.0, 1.0])
    assert one.value == 0.75
    assert 0 <= one.low < one.value < one.high <= 1
    assert one == bootstrap([0.0, 1.0, 1.0, 1.0])
    assert (bootstrap([0.5] * 10).low, bootstrap([0.5] * 10).high) == (0.5, 0.5)


def test_no_questions_have_no_mean() -> None:
    assert math.isnan(bootstrap([]).value)
    assert bootstrap([]).as_json() == {"value": None, "low": None, "high": None, "n": 0}


def test_the_interval_is_that_of_all_resamples() -> None:
    values = [0.0, 0.1, 0.35, 0.6, 0.62, 1.0]
    every = [fmean(drawn) for drawn in product(values, repeat=len(values))]
    found = bootstrap(values)
    assert (found.low, found.high) == pytest.approx(np.percentile(every, (2.5, 97.5)), abs=0.02)


def test_two_samples_are_resampled_each_by_itself() -> None:
    a, b = [0.9, 0.2, 0.6, 0.4], [0.1, 0.5, 0.3]
    every = [
        auc(np.array(one), np.array(other))
        for one in product(a, repeat=4)
        for other in product(b, repeat=3)
    ]
    found = bootstrap_of_two(auc, a, b)
    assert found.value == pytest.approx(9 / 12)  # of the 12 pairs 3 are the other way round
    assert (found.low, found.high) == pytest.approx(np.percentile(every, (2.5, 97.5)), abs=0.05)
    assert found.n == 7
    assert found == bootstrap_of_two(auc, a, b)


def test_without_one_of_two_samples_there_is_no_statistic() -> None:
    assert math.isnan(bootstrap_of_two(auc, [], [0.5]).value)
    assert bootstrap_of_two(auc, [0.5], []).n == 0


def test_the_area_under_the_curve_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        a, b = random.integers(0, 6, 30) / 5, random.integers(0, 5, 20) / 5  # many ties
        expected = roc_auc_score([1] * 30 + [0] * 20, [*a, *b])
        assert auc(a, b) == pytest.approx(expected)


# the paired test


def test_p_of_few_queries_is_exact() -> None:
    assert paired_p([0, 0, 0, 0], [1, 2, 3, 4]) == 2 / 16  # only both extremes of 16
    assert paired_p([0.0, 0.5], [0.5, 0.0]) == 1
    assert paired_p([1, 1, 1], [1, 1, 1]) == 1
    assert paired_p([0, 0, 3], [1, 2, 0]) == 1
    assert paired_p([0, 2, 0], [3, 0, 3]) == 4 / 8  # 3 - 2 + 3 is 4; all sums: 8, 4, 2, 2, twice


def test_queries_without_a_difference_change_nothing() -> None:
    a, b = [0.1, 0.4, 0.2, 0.9], [0.3, 0.5, 0.8, 0.7]
    assert paired_p([*a, 0.7, 0.1], [*b, 0.7, 0.1]) == paired_p(a, b)


@pytest.mark.parametrize("seed", range(6))
def test_p_of_many_queries_is_near_the_exact_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    a = random.random(15).round(2)
    b = (a + random.normal(0.1, 0.25, 15)).round(2)
    exact = permutation_test(  # all 32,768 ways
        (a, b),
        lambda one, other: (one - other).mean(),
        permutation_type="samples",
        n_resamples=np.inf,
    )
    assert paired_p(a, b) == pytest.approx(exact.pvalue, abs=0.015)
    assert paired_p(a, b) == pytest.approx(paired_p(b, a), abs=1e-9)
    assert paired_p(a, b) == paired_p(a, b)


def test_p_falls_with_the_difference_and_never_to_nothing() -> None:
    a = [0.5] * 60
    found = [
        paired_p(a, [0.5 + gain + (-1) ** i * 0.1 for i in range(60)]) for gain in (0, 0.03, 1)
    ]
    assert all(one > other for one, other in pairwise(found))
    assert found[-1] == pytest.approx(1 / 10_001)


def test_a_ratio_is_resampled_by_questions() -> None:
    right, shown = [8.0, 0.0] * 50, [8.0] * 100
    found = bootstrap_of_ratio(right, shown)
    by_question = bootstrap([1.0, 0.0] * 50)
    assert (found.value, found.n) == (0.5, 800)
    assert (found.low, found.high) == (by_question.low, by_question.high)
    uneven = bootstrap_of_ratio([1.0, 0.0], [1.0, 3.0])
    assert (uneven.value, uneven.low, uneven.high, uneven.n) == (0.25, 0.0, 1.0, 4)
    assert math.isnan(bootstrap_of_ratio([], []).value)
