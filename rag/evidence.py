"""Retrieved passages to scored sentences: which of them answer, and how probably.

Flow: Query + hits -> `EvidenceReader.read` -> every body sentence once, best first.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answer_type import expected_type, match
from rag.datatypes import Evidence, Hit, Passage, Query
from rag.terms import content_terms, terms

FEATURES = (
    "similarity",
    "cover",
    "cover_in_context",
    "passage_similarity",
    "names_in_context",
    "names_in_passage",
    "answer_type",
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ALIKE = 4  # letters; spellings of one name (Zelensky, Zelenskyy, Kirilov, Kirillov) share them


class Collection(Protocol):
    """What a reader may know of the passages beside their text; a `Record` is one."""

    def vectors(self, passage: Passage) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Vectors of a passage and of its sentences. Shapes: (width,), (n_sentences, width)."""

    def passage_counts(self, words: Sequence[str]) -> Mapping[str, int]:
        """In how many passages each term stands."""

    def passages(self) -> int:
        """How many passages there are."""


class EvidenceReader(Protocol):
    """Reads passages as a whole and scores their sentences.

    `min_confidence` is the probability below which its best sentence is no answer.
    """

    min_confidence: float

    def read(
        self, query: Query, hits: Sequence[Hit], collection: Collection
    ) -> tuple[Evidence, ...]:
        """Every sentence of the hits once, best first; ties by document and place."""


class SimilarityAndCover:
    """A first reader: how similar a sentence is, and how much of the question it covers.

    It tells what is about the question, not what answers it, and knows no speaker. A logistic
    regression over `FEATURES` gives the probability; `python -m training.similarity` fits it and
    writes the coefficients that are read here.
    """

    def __init__(self) -> None:
        fitted = json.loads(files("rag").joinpath("similarity.json").read_text(encoding="utf-8"))
        self.min_confidence: float = fitted["min_confidence"]
        self._weights = np.array([fitted["weights"][name] for name in FEATURES])
        self._bias: float = fitted["bias"]

    def read(
        self, query: Query, hits: Sequence[Hit], collection: Collection
    ) -> tuple[Evidence, ...]:
        """See `EvidenceReader.read`."""
        words = content_terms(query.text)
        weights = term_weights(collection.passage_counts(words), collection.passages())
        found = [one for hit in hits for one in self._read_one(query, hit, collection, weights)]
        return _ranked(found)

    def _read_one(
        self, query: Query, hit: Hit, collection: Collection, weights: Mapping[str, float]
    ) -> list[Evidence]:
        passage, vectors = collection.vectors(hit.passage)
        table = features(
            query.text,
            weights,
            [sentence.text for sentence in hit.passage.sentences],
            title=hit.passage.document.title or "",
            similarity=vectors @ query.vector,
            passage_similarity=float(passage @ query.vector),
        )
        # Rounded, so that no last bit of a vector decides an order.
        logits = np.round(table @ self._weights + self._bias, 4)
        return [
            Evidence(sentence, float(logit), 1 / (1 + math.exp(-logit)), hit)
            for sentence, logit in zip(hit.passage.sentences, logits, strict=True)
        ]


def term_weights(counts: Mapping[str, int], passages: int) -> dict[str, float]:
    """Inverse document frequency of the question's terms, as shares that sum to 1.

    Source: the probabilistic form of Robertson and Sparck Jones 1976, kept above 0.
    """
    raw = {term: math.log(1 + passages / (0.5 + count)) for term, count in counts.items()}
    total = sum(raw.values()) or 1.0
    return {term: weight / total for term, weight in raw.items()}


def features(
    question: str,
    weights: Mapping[str, float],
    sentences: Sequence[str],
    *,
    title: str,
    similarity: NDArray[np.float32],
    passage_similarity: float,
) -> NDArray[np.float64]:
    """What is known of each sentence of a passage, in the order of `FEATURES`.

    Args:
        question: As it was asked; its form tells what kind of answer is expected.
        weights: Share of each of its terms; sums to 1.
        sentences: Of one passage, in order.
        title: Of their document; with the sentence before, it is the context of a sentence.
        similarity: Cosine of question and sentence. Shape: (n_sentences,).
        passage_similarity: Cosine of question and passage.

    Returns:
        Shape: (n_sentences, n_features).
    """
    expected = expected_type(question)
    named = names(question)
    of_title = set(terms(title))
    held = [set(terms(sentence)) for sentence in sentences]
    of_passage = _names_found(named, of_title.union(*held))
    rows = []
    for place, here in enumerate(held):
        context = here | of_title | (held[place - 1] if place else set())
        rows.append(
            (
                float(similarity[place]),
                sum(weight for term, weight in weights.items() if term in here),
                sum(weight for term, weight in weights.items() if term in context),
                passage_similarity,
                _names_found(named, context),
                of_passage,
                match(expected, sentences[place], asked=weights.keys()),
            )
        )
    return np.array(rows, np.float64).reshape(len(rows), len(FEATURES))


def names(question: str) -> tuple[str, ...]:
    """Words of a question that name: with a capital, but for the first word, or with a digit."""
    words = enumerate(_WORD.findall(question))
    return tuple(w for place, w in words if w[0].isdigit() or (place and w[0].isupper()))


def _names_found(named: Sequence[str], there: Set[str]) -> float:
    """Share of the names whose terms, or terms spelled alike, are there; 1 without names."""
    if not named:
        return 1.0
    alike = {term[:_ALIKE] for term in there if len(term) > _ALIKE and term.isalpha()}

    def found(name: str) -> bool:
        return all(
            term in there or (len(term) > _ALIKE and term[:_ALIKE] in alike) for term in terms(name)
        )

    return sum(map(found, named)) / len(named)


def _ranked(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each sentence once, with its best score, best first; ties by document and place."""
    best: dict[tuple[str, int], Evidence] = {}
    for one in sorted(evidence, key=_rank_key):
        best.setdefault((one.sentence.document.id, one.sentence.span.start), one)
    return tuple(best.values())


def _rank_key(one: Evidence) -> tuple[float, str, int]:
    return (-one.score, one.sentence.document.id, one.sentence.span.start)
