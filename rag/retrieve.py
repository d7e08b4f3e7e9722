"""A question to ranked passages: how near a passage is, and how well its document matches.

Flow: Query + Filters -> `ranked` -> passage rows, best first -> `search` -> hits.
A passage is ranked by the sum of its cosine, the BM25 of its document and, with less weight, its
own BM25. Ranking by single passages loses documents that treat a subject over many of them, and
fusing ranks instead of scores forgets by how much one is better (docs/retrieval.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Filters, Hit, Query
from rag.errors import ConfigInvalid
from rag.lexical import Lexical
from rag.store import PASSAGES_PER_DOCUMENT, Record
from rag.terms import content_terms
from rag.vectors import PassageVectors


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrieveConfig:
    """How passages are looked for and weighed.

    Attributes:
        candidates: How many passages by cosine, and how many documents by BM25, are weighed; 1 or
            more.
        dense: Weight of the cosine of question and passage; 0 or more, as the other weights.
        document: Weight of the BM25 of the whole document.
        passage: Weight of the BM25 of the passage.
        k1: Of BM25; 0 or more.
        b: Of BM25; 0 to 1.

    Raises:
        ConfigInvalid: A value is out of its range.
    """

    candidates: int = 100
    dense: float = 1.0
    document: float = 1.0
    passage: float = 0.25
    k1: float = 1.2
    b: float = 0.75

    def __post_init__(self) -> None:
        if self.candidates < 1:
            raise ConfigInvalid(f"candidates is {self.candidates}", "use 1 or more")
        for name in ("dense", "document", "passage", "k1"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ConfigInvalid(f"{name} is {getattr(self, name)}", "use 0 or more")
        if not 0 <= self.b <= 1:
            raise ConfigInvalid(f"b is {self.b}", "use 0 to 1")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages by their rows, best first, and what an abstention needs to be explained.

    `similarity` is that of the nearest passage, -1 to 1; `matched` tells whether any document
    holds a term of the question. Shapes of `ids` and `scores`: (n,).
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    similarity: float
    matched: bool


def ranked(
    query: Query,
    record: Record,
    vectors: PassageVectors,
    lexical: Lexical,
    *,
    filters: Filters,
    config: RetrieveConfig,
) -> Ranked:
    """All candidates among the documents that pass the filters, best first; ties by id.

    Scores that agree to 6 digits are ties: vectors of one text may differ in the last bits.
    """
    weights = dict.fromkeys(record.term_ids(content_terms(query.text)).values(), 1.0)
    documents = lexical.documents.bm25(weights, k1=config.k1, b=config.b)
    allowed = record.allowed(filters)
    nearest = vectors.nearest(query.vector, depth=config.candidates, allowed=allowed)
    ids = lexical.passages_of(_best(documents, config.candidates))
    if allowed is not None:
        ids = np.intersect1d(ids, allowed, assume_unique=True)
    matched = bool(ids.size)
    ids = np.union1d(ids, np.array([each for each, _ in nearest], np.int64))
    rows = np.searchsorted(lexical.passages.ids, ids)
    passages = lexical.passages.bm25(weights, k1=config.k1, b=config.b)
    scores = (
        config.dense * vectors.similarities(ids, query.vector)
        + config.document * documents[lexical.owners[rows]]
        + config.passage * passages[rows]
    ).round(6)
    order = np.argsort(-scores, kind="stable")
    best = max((similarity for _, similarity in nearest), default=-1.0)
    return Ranked(ids[order], scores[order], best, matched)


def _best(scores: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    """Rows of the `depth` best scores above 0, in no order."""
    if depth < len(scores):
        rows = np.argpartition(-scores, depth)[:depth]
        return rows[scores[rows] > 0]
    return np.flatnonzero(scores > 0)


def search(found: Ranked, record: Record, *, depth: int) -> tuple[Hit, ...]:
    """The `depth` best passages; ties by document and place."""
    if not len(found.ids):
        return ()
    enough = found.scores >= found.scores[min(depth, len(found.scores)) - 1]
    scores = dict(zip(found.ids[enough].tolist(), found.scores[enough].tolist(), strict=True))
    where = record.places(list(scores))
    chosen = sorted(scores, key=lambda i: (-scores[i], where[i]))[:depth]
    passages = record.by_ids(chosen)
    return tuple(Hit(passages[i], scores[i]) for i in chosen)


def best_documents(found: Ranked, record: Record, *, depth: int) -> tuple[tuple[str, float], ...]:
    """Ids and scores of the `depth` best documents, each by its best passage; ties by id."""
    owners, first = np.unique(found.ids // PASSAGES_PER_DOCUMENT, return_index=True)
    names = record.names(owners.tolist())
    scores = {names[row]: float(found.scores[at]) for row, at in zip(owners, first, strict=True)}
    return tuple(sorted(scores.items(), key=lambda each: (-each[1], each[0])))[:depth]
