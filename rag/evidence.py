"""Retrieved passages to scored sentences: which of them answer, and how probably.

Flow: Query + hits -> `EvidenceReader.read` -> every body sentence once, best first.
"""

from collections.abc import Sequence
from typing import Protocol

from rag.datatypes import Evidence, Hit, Query
from rag.store import Record


class EvidenceReader(Protocol):
    """Reads passages as a whole and scores their sentences."""

    def read(self, query: Query, hits: Sequence[Hit], record: Record) -> tuple[Evidence, ...]:
        """Every sentence of the hits once, best first; ties by document and place."""


def ranked(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each sentence once, with its best score, best first; ties by document and place."""
    best: dict[tuple[str, int], Evidence] = {}
    for one in sorted(evidence, key=_rank_key):
        best.setdefault((one.sentence.document.id, one.sentence.span.start), one)
    return tuple(best.values())


def _rank_key(one: Evidence) -> tuple[float, str, int]:
    return (-one.score, one.sentence.document.id, one.sentence.span.start)


class SimilarityAndCover:
    """A first reader: how similar a sentence is, and how much of the question it covers.

    It tells what is about the question, not what answers it, and knows no speaker. A logistic
    regression joins the two; `python -m training.similarity` fits it.
    """

    min_confidence = 0.5

    def read(self, query: Query, hits: Sequence[Hit], record: Record) -> tuple[Evidence, ...]:
        """See `EvidenceReader.read`."""
        out = []
        for hit in hits:
            sims = record.sentence_vectors(hit.passage) @ query.vector
            out += [
                Evidence(s, float(x), float(x), hit) for s, x in zip(hit.passage.sentences, sims)
            ]
        return ranked(out)
