"""A question to ranked passages: how near they and their document are, and how well both match.

Flow: Query + Filters -> `ranked` -> `Ranked` -> `search` -> hits, or `best_documents`.
The scores are added, not the ranks: a rank forgets by how much one is better. What a document says
on the whole counts for each of its passages: by single passages alone, documents that treat a
subject over many of them are lost (docs/retrieval.md has the measurements).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Filters, Hit
from rag.errors import ConfigInvalid
from rag.lexical import Lexical, Weights
from rag.recency import asks_for_the_latest, freshness
from rag.spelling import Respelled
from rag.store import PAIR, PASSAGES_PER_DOCUMENT, Record
from rag.terms import content_pairs, content_terms, term, words
from rag.vectors import PassageVectors


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrieveConfig:
    """How passages are looked for and weighed.

    Attributes:
        candidates: How many passages by cosine, and how many documents by BM25, have all passages
            of their documents weighed; 1 or more.
        passage_cosine: Weight of the cosine of question and passage; 0 or more, as all weights.
        document_cosine: Weight of the cosine of question and mean of a document's passages.
        passage_bm25: Weight of the BM25 of the passage.
        document_bm25: Weight of the BM25 of the whole document.
        pairs: Weight of two neighbouring words of the question in a document, beside 1 of a word.
        spellings: Weight of another spelling of a name, beside 1 of the one in the question.
        recency: Weight of a document's freshness, 0 to 1, where the question asks for the latest.
        half_life: In how many days half of the freshness is lost; above 0.
        k1: Of BM25, 0 or more; how long a repeated term goes on to count.
        b: Of BM25, 0 to 1; how much longer texts are held back.

    Raises:
        ConfigInvalid: A value is out of its range.
    """

    candidates: int = 50
    passage_cosine: float = 1.0
    document_cosine: float = 0.5
    passage_bm25: float = 0.25
    document_bm25: float = 1.0
    pairs: float = 0.25
    spellings: float = 0.5
    recency: float = 0.4
    half_life: float = 365.0
    k1: float = 1.2
    b: float = 0.75

    def __post_init__(self) -> None:
        if self.candidates < 1:
            raise ConfigInvalid(f"candidates is {self.candidates}", "use 1 or more")
        for name in fields(self)[1:]:
            most = 1.0 if name.name == "b" else 1e6
            if not 0 <= getattr(self, name.name) <= most:
                seen = f"{name.name} is {getattr(self, name.name)}"
                raise ConfigInvalid(seen, f"use 0 to {most:g}")
        if not self.half_life:
            raise ConfigInvalid("half_life is 0", "use more than 0 days")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages by their rows, best first, and what an abstention needs to be explained.

    `similarity` is that of the nearest passage, -1 to 1; `matched` tells whether any document that
    passes the filters holds a term of the question, `left_out` whether only others do. Shapes of
    `ids` and `scores`: (n,).
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    similarity: float
    matched: bool
    left_out: bool = False


def ranked(
    meant: Respelled,
    vector: Callable[[], NDArray[np.float32]],
    record: Record,
    vectors: PassageVectors,
    lexical: Lexical,
    *,
    filters: Filters,
    config: RetrieveConfig,
) -> Ranked:
    """All candidates among the documents that pass the filters, best first; ties by id.

    Scores that agree to 6 digits are ties: vectors of one text may differ in the last bits.

    Args:
        meant: The question.
        vector: Gives that of the text of `meant`; called once the terms are weighed, so that it can
            be made meanwhile. Shape: (width,).
        record: Of one state, as `vectors` and `lexical`.
        vectors: Of passages.
        lexical: Terms of documents and passages.
        filters: Which documents may answer.
        config: Weights.
    """
    weights = _weights(meant, record, config)
    by_document = lexical.documents.bm25(weights, k1=config.k1, b=config.b)
    allowed, anywhere = record.allowed(filters), bool(by_document.any())
    if allowed is not None:
        by_document[~np.isin(lexical.documents.ids, allowed // PASSAGES_PER_DOCUMENT)] = 0
    by_passage = lexical.passages.bm25(weights, k1=config.k1, b=config.b)
    of_question = vector()
    nearest = vectors.nearest(of_question, depth=config.candidates, allowed=allowed)
    near = np.array([each for each, _ in nearest], np.int64) // PASSAGES_PER_DOCUMENT
    matching = _best(by_document, config.candidates)
    documents = np.union1d(matching, np.searchsorted(lexical.documents.ids, near))
    rows = lexical.passages_of(documents)
    if allowed is not None:  # of a speaker, only the passages in which they speak
        rows = rows[np.isin(lexical.passages.ids[rows], allowed)]
    owners = lexical.owners[rows]
    of, places = np.unique(owners, return_inverse=True)
    passage = vectors.similarities(of_question, lexical.passages.ids[rows])
    document = vectors.similarities(of_question, lexical.documents.ids[of], "documents")[places]
    scores = (
        config.passage_cosine * passage
        + config.document_cosine * document
        + config.passage_bm25 * by_passage[rows]
        + config.document_bm25 * by_document[owners]
    )
    if config.recency and asks_for_the_latest(meant.text):
        candidates = lexical.documents.ids[of].tolist()
        dates = record.dates(candidates)
        newest = record.newest(filters)
        fresh = freshness([dates[one] for one in candidates], newest, config.half_life)
        scores += config.recency * fresh[places]
    scores = scores.round(6)
    order = np.argsort(-scores, kind="stable")
    best = max((similarity for _, similarity in nearest), default=-1.0)
    matched = bool(matching.size)
    left_out = anywhere and not matched
    return Ranked(lexical.passages.ids[rows][order], scores[order], best, matched, left_out)


def _weights(meant: Respelled, record: Record, config: RetrieveConfig) -> Weights:
    """Terms of the question, and what counts on top: pairs of its words, and other spellings."""
    ids = record.term_ids(content_terms(meant.text))
    pairs = [tuple(map(term, pair)) for pair in content_pairs(words(meant.text))]
    held = [ids[a] * PAIR + ids[b] for a, b in pairs if a in ids and b in ids]
    others = {each: config.spellings for each in meant.also if each not in ids.values()}
    return Weights(dict.fromkeys(ids.values(), 1.0), dict.fromkeys(held, config.pairs) | others)


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
