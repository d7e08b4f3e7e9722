"""Given sentences against labels: the measures of the selection form.

Flow: SelectionSet -> documents and passages of the set's own -> the evidence reader -> `Given` as
its collection -> SelectionResult. Nothing is retrieved and no index is made.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import ClassVar, Literal

from rag.datatypes import Document, Evidence, Hit, Passage, Query, Sentence, Span
from rag.engine import shipped_reader
from rag.evaluate.measures import (
    Interval,
    PerQuery,
    auc,
    bootstrap,
    bootstrap_of_two,
    ranking_measures,
)
from rag.evaluate.sets import SelectionQuestion, SelectionSet
from rag.evidence import Collection, EvidenceReader, ReadConfig
from rag.indexing import Progress
from rag.segment import passages
from rag.terms import terms

MEASURES = ("AP", "RR", "P@1")

EVERYTHING = ReadConfig(promising=float("-inf"))


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """How probably each sentence answers, 0 to 1, question by question in the order of the set.

    `min_confidence` is the probability that the best sentence needs for an answer.
    """

    given: SelectionSet
    scores: tuple[tuple[float, ...], ...] = field(repr=False)
    min_confidence: float

    form: ClassVar[Literal["selection"]] = "selection"

    @property
    def name(self) -> str:
        """Of the set."""
        return self.given.name

    @property
    def n(self) -> int:
        """How many questions the set has."""
        return len(self.given.questions)

    def per_query(self) -> PerQuery:
        """Each measure of each question with both labels; ties go to the sentence before."""
        scored = zip(self.given.questions, self.scores, strict=True)
        both = {
            question.id: (question, scores)
            for question, scores in scored
            if 0 < len(question.answers) < len(scores)
        }
        qrels = {name: {str(place): 1 for place in one.answers} for name, (one, _) in both.items()}
        run = {name: _ranked(scores) for name, (_, scores) in both.items()}
        return ranking_measures(MEASURES, qrels, run)

    def measures(self) -> Mapping[str, Interval]:
        """The measures by the names of the contract; those of abstaining where it is ever due."""
        found = {name: bootstrap([*of.values()]) for name, of in self.per_query().items()}
        scored = zip(self.given.questions, map(max, self.scores), strict=True)
        best: dict[bool, list[float]] = {True: [], False: []}  # by whether there is an answer
        for question, confidence in scored:
            best[bool(question.answers)].append(confidence)
        if not best[False]:
            return found
        return found | {
            "abstain_AUC": bootstrap_of_two(auc, best[True], best[False]),
            "abstain_balanced_accuracy": bootstrap_of_two(
                lambda due, others: float((due.mean() + others.mean()) / 2),
                [float(confidence >= self.min_confidence) for confidence in best[True]],
                [float(confidence < self.min_confidence) for confidence in best[False]],
            ),
        }


def _ranked(scores: Sequence[float]) -> tuple[tuple[str, float], ...]:
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    return tuple((str(place), scores[place]) for place in order)


def evaluate_selection(
    given: SelectionSet, *, progress: Progress = lambda stage, done, total: None
) -> SelectionResult:
    """Score the sentences of every question by the evidence reader that answers pass through.

    Every given passage is read whole: there is no ranking that could tell which are worth it.
    """
    reader = shipped_reader(EVERYTHING)
    asked = [sentences_of(question) for question in given.questions]
    collection = Given([passage for sentences in asked for passage in passages_of(sentences)])
    scores = []
    for number, (question, sentences) in enumerate(zip(given.questions, asked, strict=True)):
        progress("reading", number, len(asked))
        evidence = evidence_of(question, sentences, reader, collection)
        scores.append(tuple(one.probability for one in evidence))
    return SelectionResult(given, tuple(scores), reader.min_confidence)


def evidence_of(
    question: SelectionQuestion,
    sentences: Sequence[Sentence],
    reader: EvidenceReader,
    collection: Collection,
) -> list[Evidence]:
    """What a reader makes of each of these sentences, in their order."""
    hits = [Hit(passage, 1.0) for passage in passages_of(sentences)]
    found = reader.read(Query(question.text), hits, collection)
    best = {(one.sentence.document.id, one.sentence.span): one for one in found}
    return [best[one.document.id, one.span] for one in sentences]


def sentences_of(question: SelectionQuestion) -> tuple[Sentence, ...]:
    """The given sentences, as those of one document, or, where independent, of one each."""
    texts = question.sentences
    if question.independent:
        documents = [
            Document(f"{question.id}/{place}", text, question.title)
            for place, text in enumerate(texts)
        ]
        return tuple(Sentence(one, Span(0, len(one.text))) for one in documents)
    document = Document(question.id, " ".join(texts), question.title)
    ends = accumulate((len(text) for text in texts), lambda end, length: end + 1 + length)
    return tuple(
        Sentence(document, Span(end - len(text), end))
        for text, end in zip(texts, ends, strict=True)
    )


def passages_of(sentences: Iterable[Sentence]) -> tuple[Passage, ...]:
    """The passages of the documents of these sentences, cut as those of an index."""
    documents: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        documents.setdefault(sentence.document.id, []).append(sentence)
    return tuple(passage for each in documents.values() for passage in passages(each))


class Given:
    """Given passages as what an `EvidenceReader` may know of a collection.

    Passages of the same words are one: questions share them.
    """

    def __init__(self, given: Sequence[Passage]) -> None:
        contexts = dict.fromkeys(passage.in_context for passage in given)
        self._passages = len(contexts)
        self._counts = Counter(term for context in contexts for term in set(terms(context)))

    def passage_counts(self, words: Sequence[str]) -> Mapping[str, int]:
        """In how many passages each term stands."""
        return {word: self._counts[word] for word in words}

    def passages(self) -> int:
        """How many passages there are."""
        return self._passages
