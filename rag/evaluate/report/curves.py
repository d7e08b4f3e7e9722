"""What the pictures of a report are drawn from.

Flow: a result -> recall by depth, precision by threshold, reliability of probabilities.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isnan, nan, sqrt

from rag.compose import ComposeConfig
from rag.datatypes import Answer
from rag.evaluate.answers import AnswersResult, Judged
from rag.evaluate.losses import composed
from rag.evaluate.retrieval import DEPTH, RetrievalResult
from rag.evaluate.selection import SelectionResult

BINS = 10  # of equal width
_STEPS = 50  # of the threshold, from 0 to 1
_Z = 1.959964  # 97.5 % quantile of the normal distribution: a two-sided interval of 95 %


@dataclass(frozen=True, slots=True)
class Operating:
    """What answers are like at one threshold.

    `answered` is the share of answerable questions that get an answer, `precision` the share of
    shown sentences that hold a nugget (NaN where none is shown), `wrongly` the share of the other
    questions that get an answer (NaN where the set has none). All 0 to 1.
    """

    threshold: float
    answered: float
    precision: float
    wrongly: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions with a probability above `above` and up to `to` (0 belongs to the first).

    `confidence` is their mean probability and `right` the share that was right, with its 95 %
    interval from `low` to `high`. All 0 to 1; NaN where `n` is 0.
    """

    above: float
    to: float
    n: int
    confidence: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether probabilities are what they say.

    `error` is the expected calibration error: the mean over all predictions of the distance
    between `confidence` and `right` of their bin; 0 to 1, lower is better, NaN without any.

    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 2, equation 3;
    the interval of a bin is that of Wilson 1927.
    """

    bins: tuple[Bin, ...]
    error: float
    n: int


def recall_by_depth(result: RetrievalResult) -> tuple[float, ...]:
    """Mean share of a query's relevant documents among the first 1, 2, … 100.

    Over the queries with a relevant document, so that it goes through R@1, R@10 and R@100.
    Shape: (100,); empty without such a query.
    """
    shares = [_shares(one) for one in _gains(result)]
    return tuple(sum(at) / len(shares) for at in zip(*shares, strict=True)) if shares else ()


def _gains(result: RetrievalResult) -> Iterator[tuple[set[str], Sequence[str]]]:
    for query, grades in result.given.qrels.items():
        relevant = {name for name, grade in grades.items() if grade > 0}
        if relevant:
            yield relevant, [name for name, _ in result.run.get(query, ())[:DEPTH]]


def _shares(given: tuple[set[str], Sequence[str]]) -> list[float]:
    relevant, ranked = given
    found, shares = 0, []
    for depth in range(DEPTH):
        found += depth < len(ranked) and ranked[depth] in relevant
        shares.append(found / len(relevant))
    return shares


def precision_by_threshold(result: AnswersResult) -> tuple[Operating, ...]:
    """How precision and the share of answered questions change with the threshold.

    Every answer is composed again at 0, 0.02, … 1 of what was read for it. It ends where nothing
    is shown any more.
    """
    points = (_operating(result.judged, step / _STEPS) for step in range(_STEPS + 1))
    return tuple(one for one in points if not isnan(one.precision))


def _operating(judged: Sequence[Judged], threshold: float) -> Operating:
    config = ComposeConfig(min_confidence=threshold)
    answered: dict[bool, list[bool]] = {True: [], False: []}  # by whether there is an answer
    right: list[bool] = []
    for one in judged:
        answer = _answer_at(one, config)
        answered[bool(one.question.nuggets)].append(answer.status == "answered")
        right += [
            any(nugget.is_held_by(e.sentence) for nugget in one.question.nuggets)
            for statement in answer.statements
            for e in statement.evidence
        ]
    return Operating(threshold, _mean(answered[True]), _mean(right), _mean(answered[False]))


def _answer_at(one: Judged, config: ComposeConfig) -> Answer:
    unmatched = one.answer.reason == "no_match"  # what was read is not used then, at any threshold
    return composed(() if unmatched else one.explained.evidence, one.explained, config)


def reliability_of_answers(result: AnswersResult) -> Reliability:
    """Whether `confidence` is the share of questions whose best sentence holds a nugget.

    The best sentence is the first that is shown, and after an abstention the one that would have
    been; so all questions count. Where none was read or used, confidence is 0, and rightly so.
    """
    return reliability([(one.answer.confidence, _best_is_right(one)) for one in result.judged])


def _best_is_right(one: Judged) -> bool:
    if one.answer.reason == "no_match" or not one.explained.evidence:
        return False
    best = one.explained.evidence[0].sentence
    return any(nugget.is_held_by(best) for nugget in one.question.nuggets)


def reliability_of_sentences(result: SelectionResult) -> Reliability:
    """Whether the probability of a sentence is the share of such sentences that answer."""
    return reliability(
        [
            (score, place in question.answers)
            for question, scores in zip(result.given.questions, result.scores, strict=True)
            for place, score in enumerate(scores)
        ]
    )


def reliability(predictions: Sequence[tuple[float, bool]]) -> Reliability:
    """Predictions (probability, whether it came true) in ten bins of equal width."""
    members: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, right in predictions:
        members[max(0, ceil(round(probability * BINS, 9)) - 1)].append((probability, right))
    bins = tuple(_bin(number, of) for number, of in enumerate(members))
    gaps = [one.n * abs(one.right - one.confidence) for one in bins if one.n]
    total = len(predictions)
    return Reliability(bins, sum(gaps) / total if total else nan, total)


def _bin(number: int, members: Sequence[tuple[float, bool]]) -> Bin:
    right = [right for _, right in members]
    confidence = _mean([probability for probability, _ in members])
    low, high = _wilson(sum(right), len(right))
    return Bin(
        number / BINS, (number + 1) / BINS, len(members), confidence, _mean(right), low, high
    )


def _wilson(right: int, n: int) -> tuple[float, float]:
    """95 % interval of a share. Source: Wilson, JASA 22, 1927."""
    if not n:
        return nan, nan
    share, slack = right / n, _Z * _Z / n
    middle = (share + slack / 2) / (1 + slack)
    half = _Z * sqrt(share * (1 - share) / n + slack / n / 4) / (1 + slack)
    return max(0.0, middle - half), min(1.0, middle + half)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
