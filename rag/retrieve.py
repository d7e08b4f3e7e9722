"""A question to ranked passages: dense and BM25, fused.

Flow: Query + Filters -> `search` -> hits, best first, ties by document and place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Filters, Hit, Query
from rag.errors import ConfigInvalid
from rag.store import Record
from rag.terms import content_terms
from rag.vectors import PassageVectors


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrieveConfig:
    """How deep to look. In passages."""

    candidates: int = 100  # of each ranking, before they are fused
    damping: int = 60  # Cormack, Clarke and Büttcher, SIGIR 2009

    def __post_init__(self) -> None:
        if self.candidates < 1 or self.damping < 0:
            raise ConfigInvalid(
                f"candidates {self.candidates}, damping {self.damping}", "use 1 and 0 or more"
            )


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The hits, and what an abstention needs to be explained.

    `similarity` is that of the nearest passage, -1 to 1; `matched` tells whether any passage holds
    a term of the question.
    """

    hits: tuple[Hit, ...]
    similarity: float
    matched: bool


def search(
    query: Query,
    record: Record,
    vectors: PassageVectors,
    *,
    filters: Filters,
    depth: int,
    config: RetrieveConfig,
) -> Retrieved:
    """The `depth` best passages for a question among the documents that pass the filters."""
    words = content_terms(query.text)
    dense = vectors.nearest(query.vector, depth=config.candidates, allowed=record.allowed(filters))
    lexical = record.bm25(words, filters=filters, depth=config.candidates)
    ids = list(dict.fromkeys(i for i, _ in (*dense, *lexical)))
    where = record.places(ids)
    ranks = np.stack([_ranks(ids, ranking, where) for ranking in (dense, lexical)])
    scores = dict(zip(ids, fuse(ranks, damping=config.damping).tolist(), strict=True))
    chosen = best(scores, where, depth=depth)
    passages = record.by_ids(chosen)
    return Retrieved(
        tuple(Hit(passages[i], scores[i]) for i in chosen),
        max((similarity for _, similarity in dense), default=-1.0),
        matched=bool(lexical),
    )


def fuse(ranks: NDArray[np.float64], *, damping: int) -> NDArray[np.float64]:
    """Reciprocal rank fusion of several rankings of the same passages.

    Args:
        ranks: Place of each passage in each ranking, from 1 (best); infinite where it is absent.
            Shape: (n_rankings, n_passages).
        damping: In ranks; larger trusts the first places less.

    Returns:
        Fused score, higher is better, 0 to n_rankings / (damping + 1). Shape: (n_passages,).

    Raises:
        ValueError: `ranks` is not two-dimensional, or a rank is below 1.

    Source: Cormack, Clarke and Büttcher, SIGIR 2009.
    """
    if ranks.ndim != 2 or (ranks < 1).any():
        raise ValueError(f"ranks: want 2 dimensions and ranks from 1, got {ranks.shape}")
    return np.asarray((1.0 / (damping + ranks)).sum(axis=0))


def best(
    scores: Mapping[int, float], where: Mapping[int, tuple[str, int]], *, depth: int
) -> list[int]:
    """The `depth` best ids, best first; ties go by document, then by place in it.

    Scores that agree to 6 digits are ties: vectors of one text may differ in the last bits.
    """
    return sorted(scores, key=lambda i: (-round(scores[i], 6), where[i]))[:depth]


def _ranks(
    ids: Sequence[int],
    ranking: Iterable[tuple[int, float]],
    where: Mapping[int, tuple[str, int]],
) -> NDArray[np.float64]:
    scores = dict(ranking)
    rank = {i: place for place, i in enumerate(best(scores, where, depth=len(scores)), 1)}
    return np.array([rank.get(i, np.inf) for i in ids], np.float64)
