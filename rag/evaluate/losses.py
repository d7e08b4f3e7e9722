"""Where what was wanted got lost: the first stage after which it is gone.

Flow: a result + the engine it was measured on -> `losses` -> one Loss for each thing that went
wrong, worst query first.
Law: whether a sentence would be shown is asked of `compose` itself and decided nowhere else.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from rag.compose import ComposeConfig, compose
from rag.datatypes import Answer, Evidence
from rag.engine import Explained, OnRecord, shipped_reader
from rag.errors import DocumentUnknown
from rag.evaluate.answers import AnswersResult, Judged
from rag.evaluate.retrieval import RetrievalResult
from rag.evaluate.selection import SelectionResult
from rag.evaluate.sets import GoldQuery, Nugget, SelectionQuestion

SHOWN = 10  # results of a query that are looked at: those that nDCG@10 counts
LOOKED = 100  # ranks that are searched for what was wanted
_BEGINNING = 120  # characters that tell a document without a title

Result = RetrievalResult | SelectionResult | AnswersResult


class Stage(StrEnum):
    """What went wrong, in the order of the stages. The first six tell where a wanted thing went.

    `padding` and `answered_without_evidence` are about what came and was not wanted.
    """

    NOT_IN_INDEX = "not_in_index"
    NOT_RETRIEVED = "not_retrieved"
    RANKED_LOW = "ranked_low"
    OUTRANKED = "outranked"
    SCORED_LOW = "scored_low"
    DROPPED = "dropped"
    PADDING = "padding"
    ANSWERED_WITHOUT_EVIDENCE = "answered_without_evidence"


NOT_WANTED = frozenset({Stage.PADDING, Stage.ANSWERED_WITHOUT_EVIDENCE})


@dataclass(frozen=True, slots=True)
class Piece:
    """Words and where they stand: a quote or sentence, or the title or beginning of a document.

    `document` is empty where the set names none, `text` where the document is not to be had.
    """

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Came:
    """A result of a query. `score` is comparable within one query only.

    `right` tells whether it was wanted, `shown` whether the user of the stage gets to see it.
    """

    piece: Piece
    score: float
    right: bool
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that went wrong with a query.

    Attributes:
        query: Id of the query.
        text: The query.
        value: Of the query by the first measure that counts it, 0 to 1, higher is better.
        stage: Where it went wrong.
        wanted: The lost thing, as alternatives; empty where something came that was not wanted.
        detail: One sentence with the figures behind `stage`.
        found: What else was wanted and was not lost, each as alternatives.
        came: What came, best first.
    """

    query: str
    text: str
    value: float
    stage: Stage
    wanted: tuple[Piece, ...]
    detail: str
    found: tuple[tuple[Piece, ...], ...] = ()
    came: tuple[Came, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of one thing that was wanted; `stage` is `None` where it is in its place."""

    wanted: tuple[Piece, ...]
    stage: Stage | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Traced:
    """One query with the fate of all that was wanted, and what came."""

    id: str
    text: str
    fates: tuple[_Fate, ...]
    came: tuple[Came, ...]

    def losses(self, value: float) -> tuple[Loss, ...]:
        found = tuple(fate.wanted for fate in self.fates if fate.stage is None)
        return tuple(
            Loss(self.id, self.text, value, fate.stage, fate.wanted, fate.detail, found, self.came)
            for fate in self.fates
            if fate.stage
        )


def losses(
    result: Result, engine: OnRecord | None = None, *, min_confidence: float | None = None
) -> tuple[Loss, ...]:
    """Every loss of a result, the worst query first, then the one with more losses.

    Args:
        result: Of any form.
        engine: What was measured. Without it (a run of somebody else) titles are unknown, and a
            document that the index does not hold counts as not retrieved.
        min_confidence: With which answers were asked for; default: the reader's own.

    Raises:
        ValueError: Answers without their engine.
        IndexUnusable: The index went away or was damaged meanwhile.
    """
    if isinstance(result, RetrievalResult):
        traced = tuple(_traced_ranking(result, engine))
    elif isinstance(result, SelectionResult):
        traced = tuple(_traced_selection(result))
    elif engine is None:
        raise ValueError("answers come from an engine: give it, too")
    else:
        least = shipped_reader().min_confidence if min_confidence is None else min_confidence
        traced = tuple(_traced_answers(result, engine, ComposeConfig(min_confidence=least)))
    values = result.per_query()
    found = [one.losses(value_of(one.id, values)) for one in traced]
    worst_first = sorted(filter(None, found), key=_rank_key)
    return tuple(loss for of_query in worst_first for loss in of_query)


def value_of(query: str, values: Mapping[str, Mapping[str, float]]) -> float:
    """Of a query by the first measure that counts it; NaN where none does."""
    return next((of[query] for of in values.values() if query in of), math.nan)


def _rank_key(of_query: Sequence[Loss]) -> tuple[float, int]:
    """Worst first. A wrong answer that no measure counts is as bad as 0; other such come last."""
    value = of_query[0].value
    if math.isnan(value):
        wrong = any(loss.stage == Stage.ANSWERED_WITHOUT_EVIDENCE for loss in of_query)
        value = 0.0 if wrong else math.inf
    return value, -len(of_query)


# ------------------------------------------------------------------------------ retrieval


def _traced_ranking(result: RetrievalResult, engine: OnRecord | None) -> Iterator[_Traced]:
    called = _names(engine)
    for query in result.given.queries:
        if query.id in result.given.qrels:
            yield _traced_query(result, query, called)


def _traced_query(
    result: RetrievalResult, query: GoldQuery, called: Callable[[str], str | None]
) -> _Traced:
    grades = result.given.qrels[query.id]
    relevant = {name for name, grade in grades.items() if grade > 0}
    ranked = result.run.get(query.id, ())
    ranks = {name: rank for rank, (name, _) in enumerate(ranked, 1)}
    in_order = sorted(relevant, key=lambda name: (ranks.get(name, math.inf), name))
    came = tuple(
        Came(Piece(name, called(name) or ""), score, name in relevant)
        for name, score in ranked[:SHOWN]
    )
    fates = tuple(_fate_of_document(name, called(name), ranks, grades) for name in in_order)
    return _Traced(query.id, query.text, fates, came)


def _fate_of_document(
    name: str, called: str | None, ranks: Mapping[str, int], grades: Mapping[str, int]
) -> _Fate:
    wanted, rank = (Piece(name, called or ""),), ranks.get(name)
    if called is None:
        return _Fate(wanted, Stage.NOT_IN_INDEX, "The index holds no document of this id.")
    if rank is None:
        detail = f"Not among the {_count(len(ranks), 'document')} that were ranked."
        return _Fate(wanted, Stage.NOT_RETRIEVED, detail)
    lesser = (at for other, at in ranks.items() if grades.get(other, 0) < grades[name])
    above = next(lesser, rank)  # they come by rank
    if above >= rank:
        return _Fate(wanted)
    if rank > SHOWN:
        return _Fate(wanted, Stage.RANKED_LOW, f"At rank {rank}, below the first {SHOWN}.")
    detail = f"At rank {rank}; a document that is less relevant stands at rank {above}."
    return _Fate(wanted, Stage.OUTRANKED, detail)


def _names(engine: OnRecord | None) -> Callable[[str], str | None]:
    """What a document is called by people; `None` for one that is not there, "" if unknown."""
    if engine is None:
        return lambda name: ""

    @cache
    def called(name: str) -> str | None:
        try:
            document = engine.document(name)
        except DocumentUnknown:
            return None
        return document.title or f"{' '.join(document.text[:_BEGINNING].split())} …"

    return called


# ------------------------------------------------------------------------------ selection


def _traced_selection(result: SelectionResult) -> Iterator[_Traced]:
    for question, scores in zip(result.given.questions, result.scores, strict=True):
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
        came = tuple(
            Came(
                Piece(question.title or "", question.sentences[place]),
                scores[place],
                place in question.answers,
                shown=scores[place] >= result.min_confidence,
            )
            for place in order[:SHOWN]
        )
        fates = _fates_of_sentences(question, scores, order, least=result.min_confidence)
        yield _Traced(question.id, question.text, tuple(fates), came)


def _fates_of_sentences(
    question: SelectionQuestion, scores: Sequence[float], order: Sequence[int], *, least: float
) -> Iterator[_Fate]:
    if not question.answers and order and scores[order[0]] >= least:
        best = f"the best has probability {scores[order[0]]:.2f}"
        detail = f"No sentence answers; {best}, {_least(least)}."
        yield _Fate((), Stage.ANSWERED_WITHOUT_EVIDENCE, detail)
    wrong_above = 0
    for rank, place in enumerate(order, 1):
        if place not in question.answers:
            wrong_above += 1
            continue
        wanted = (Piece(question.title or "", question.sentences[place]),)
        at = f"Probability {scores[place]:.2f}, {_ordinal(rank)} of {len(order)} sentences"
        if scores[place] < least:
            yield _Fate(wanted, Stage.SCORED_LOW, f"{at}; {_least(least)}.")
        elif wrong_above:
            detail = f"{at}; wrong ones above it: {wrong_above}."
            yield _Fate(wanted, Stage.OUTRANKED, detail)
        else:
            yield _Fate(wanted)


# ------------------------------------------------------------------------------ answers


def _traced_answers(
    result: AnswersResult, engine: OnRecord, config: ComposeConfig
) -> Iterator[_Traced]:
    corpus = _Corpus(engine)
    for one in result.judged:
        fates = (*_fates_of_nuggets(one, engine, corpus, config), *_fates_of_what_came(one, config))
        yield _Traced(one.question.id, one.question.text, fates, tuple(_what_came(one)))


def _fates_of_nuggets(
    one: Judged, engine: OnRecord, corpus: "_Corpus", config: ComposeConfig
) -> Iterator[_Fate]:
    shown = frozenset().union(*one.held)
    for number, nugget in enumerate(one.question.nuggets):
        wanted = tuple(Piece(document, quote) for document, quote in nugget.alternatives)
        if number in shown:
            yield _Fate(wanted)
        elif absent := corpus.why_absent(nugget):
            yield _Fate(wanted, Stage.NOT_IN_INDEX, absent)
        else:
            yield _Fate(wanted, *_lost_on_the_way(one, nugget, engine, config))


def _lost_on_the_way(
    one: Judged, nugget: Nugget, engine: OnRecord, config: ComposeConfig
) -> tuple[Stage, str]:
    """Where a nugget went that the index holds and the answer does not."""
    evidence = one.explained.evidence
    holding = [e for e in evidence if nugget.is_held_by(e.sentence)]
    if not holding:
        return Stage.NOT_RETRIEVED, _how_far_off(one, nugget, engine)
    best = holding[0]
    rank = _ordinal(evidence.index(best) + 1)
    at = f"Probability {best.probability:.2f}, {rank} of {len(evidence)} sentences read"
    if one.answer.reason == "no_match":
        return Stage.SCORED_LOW, f"{at}; no passage was near enough to the question to be used."
    if not passes(best, one.explained, config):
        return Stage.SCORED_LOW, f"{at}; {_least(config.min_confidence)}."
    return Stage.DROPPED, f"{at}; {_why_dropped(nugget, one.explained, config)}."


def passes(one: Evidence, explained: Explained, config: ComposeConfig) -> bool:
    """Whether a sentence, were it the only one, would be shown."""
    return composed((one,), explained, config).status == "answered"


def composed(evidence: Sequence[Evidence], explained: Explained, config: ComposeConfig) -> Answer:
    """The answer as it would be of this evidence with this configuration."""
    return compose(explained.query, evidence, unanswered="not_answered", config=config)


def _how_far_off(one: Judged, nugget: Nugget, engine: OnRecord) -> str:
    read = f"{_count(len(one.explained.hits), 'passage')} read"
    for rank, hit in enumerate(engine.search(one.question.text, depth=LOOKED), 1):
        if any(nugget.is_held_by(sentence) for sentence in hit.passage.sentences):
            return f"The first passage with it stands at rank {rank}; {read}."
    return f"No passage among the first {LOOKED} has it; {read}."


def _why_dropped(nugget: Nugget, explained: Explained, config: ComposeConfig) -> str:
    """Which rule of composition it was: the one without which the nugget would be shown."""
    evidence = explained.evidence
    enough = config.keep * explained.answer.confidence
    unlimited = replace(config, most=len(evidence))
    rules = (
        (f"only {config.most} statements are shown", unlimited),
        (
            f"less than {config.keep:g} of the best, which makes {enough:.2f}",
            replace(unlimited, keep=0.0),
        ),
    )
    for why, without in rules:
        statements = composed(evidence, explained, without).statements
        if any(nugget.is_held_by(e.sentence) for s in statements for e in s.evidence):
            return why
    return "taken for a repetition of what is shown"


def _fates_of_what_came(one: Judged, config: ComposeConfig) -> Iterator[_Fate]:
    """What was shown and should not have been."""
    shown = _shown(one.answer)
    if not one.question.nuggets and shown:
        detail = (
            f"Nothing answers; {_count(len(shown), 'sentence')} shown, the first with probability "
            f"{shown[0].probability:.2f}, {_least(config.min_confidence)}."
        )
        yield _Fate((), Stage.ANSWERED_WITHOUT_EVIDENCE, detail)
    if one.question.nuggets:
        for place, (evidence, held) in enumerate(zip(shown, one.held, strict=True), 1):
            if not held:
                at = f"{_ordinal(place)} of {len(shown)} shown".capitalize()
                detail = f"{at}, probability {evidence.probability:.2f}: it holds no nugget."
                yield _Fate((), Stage.PADDING, detail)


def _what_came(one: Judged) -> Iterator[Came]:
    """All that was shown; then the best of what was read, up to ten in all."""
    shown = _shown(one.answer)
    spans = {(e.sentence.document.id, e.sentence.span) for e in shown}
    unseen = [
        e for e in one.explained.evidence if (e.sentence.document.id, e.sentence.span) not in spans
    ]
    for place, evidence in enumerate((*shown, *unseen[: max(0, SHOWN - len(shown))])):
        sentence = evidence.sentence
        right = any(nugget.is_held_by(sentence) for nugget in one.question.nuggets)
        piece = Piece(sentence.document.id, sentence.text)
        yield Came(piece, evidence.probability, right, shown=place < len(shown))


def _shown(answer: Answer) -> tuple[Evidence, ...]:
    return tuple(one for statement in answer.statements for one in statement.evidence)


def absent(result: AnswersResult, engine: OnRecord) -> int:
    """How many nuggets stand in no sentence of the index that may be an answer."""
    corpus = _Corpus(engine)
    nuggets = (nugget for one in result.judged for nugget in one.question.nuggets)
    return sum(corpus.why_absent(nugget) is not None for nugget in nuggets)


class _Corpus:
    """What the index holds, to be asked for quotes."""

    def __init__(self, engine: OnRecord) -> None:
        self._sentences = cache(engine.sentences)

    def why_absent(self, nugget: Nugget) -> str | None:
        """Why no body sentence holds the nugget, by the alternative that came nearest.

        `None` where one does.
        """
        seen = [self._nearness(document, quote) for document, quote in nugget.alternatives]
        return None if None in seen else max(one for one in seen if one)[1]

    def _nearness(self, name: str, quote: str) -> tuple[int, str] | None:
        try:
            sentences = self._sentences(name)
        except DocumentUnknown:
            return 0, f"No document of the index is named {name}."
        holding = [sentence for sentence in sentences if quote in sentence.text]
        if any(sentence.block == "body" for sentence in holding):
            return None
        if holding:
            what = holding[0].block
            return (
                3,
                f"In {name} it stands in a block of the kind {what}, which is never an answer.",
            )
        if any(quote in sentence.document.text for sentence in sentences[:1]):
            return 2, f"In {name} it lies across the boundaries of sentences."
        return 1, f"{name} is in the index, but its text does not hold the quote."


def _least(min_confidence: float) -> str:
    return f"the threshold is {min_confidence:.2f}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}th" if number % 100 in (11, 12, 13) else f"{number}{ending}"
