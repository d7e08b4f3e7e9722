"""Retrieved passages to scored sentences: which of them answer, and how probably.

Flow: Query + hits -> `JointReader.read` -> every body sentence that was read, once, best first.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.asked import subject_terms
from rag.datatypes import Evidence, Hit, Query, Span
from rag.errors import ConfigInvalid
from rag.evidence.calibration import Calibration
from rag.evidence.dates import Times, title
from rag.evidence.facts import facts, term_weights
from rag.evidence.model import EvidenceModel, Reading
from rag.evidence.windows import Window, WindowTokenizer
from rag.terms import content_terms

__all__ = ["Collection", "EvidenceReader", "JointReader", "ReadConfig"]
SHIPPED = Path(str(files("rag"))) / "evidence" / "weights"

# Readers of the same folder share what is loaded.
_model = lru_cache(maxsize=1)(EvidenceModel)


@lru_cache(maxsize=1)
def _tokens(folder: Path) -> WindowTokenizer:
    return WindowTokenizer(folder / "tokenizer.json")


class Collection(Protocol):
    """What a reader may know of the passages beside their text."""

    def passage_counts(self, words: Sequence[str]) -> Mapping[str, int]:
        """In how many passages each term stands."""

    def passages(self) -> int:
        """How many passages there are."""


class EvidenceReader(Protocol):
    """Reads passages as a whole and scores their sentences.

    `min_confidence` is the probability below which its best sentence is no answer, and `depth` how
    many passages it reads at the most.
    """

    min_confidence: float
    depth: int

    def is_word(self, word: str) -> bool:
        """Whether it knows a lower-cased word as such."""

    def choose(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Those that are worth reading, of hits best first."""

    def read(
        self, query: Query, hits: Sequence[Hit], collection: Collection
    ) -> tuple[Evidence, ...]:
        """Every sentence of the hits once, best first; ties by document and place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadConfig:
    """How much is read.

    `depth`: passages that get a first reading at the most; `within`: how much less than the best of
    them one may score in retrieval; `promising`: logit of "something here answers" from which all
    layers read it.

    Raises:
        ConfigInvalid: `depth` is below 1, `within` below 0, or one is no number.
    """

    depth: int = 12
    within: float = 0.3
    promising: float = -2.0

    def __post_init__(self) -> None:
        if self.depth < 1:
            raise ConfigInvalid(f"depth is {self.depth}", "use 1 or more")
        if not self.within >= 0:
            raise ConfigInvalid(f"within is {self.within}", "use 0 or more")
        if math.isnan(self.promising):
            raise ConfigInvalid("promising is nan", "use a number")


class JointReader:
    """Our own small model: it reads question, title and passage at once.

    Each sentence gets a logit from its own tokens, and the passage one for "something here
    answers"; `Calibration` turns both, and a few facts, into a probability. A sentence in several
    passages has the best of its scores. The model is loaded by the first question.
    """

    def __init__(self, folder: Path = SHIPPED, config: ReadConfig | None = None) -> None:
        self._folder = folder
        self._config = config or ReadConfig()
        self._calibration = Calibration.read(folder / "calibration.json")
        self.min_confidence = self._calibration.min_confidence
        self.depth = self._config.depth

    def is_word(self, word: str) -> bool:
        """See `EvidenceReader.is_word`."""
        return _tokens(self._folder).is_word(word)

    def choose(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The best `depth`, but those that score less than the best by more than `within`."""
        some = hits[: self.depth]
        return tuple(one for one in some if one.score >= some[0].score - self._config.within)

    def read(
        self, query: Query, hits: Sequence[Hit], collection: Collection
    ) -> tuple[Evidence, ...]:
        """See `EvidenceReader.read`."""
        return _ranked(
            [
                Evidence(sentence, float(logit), 1 / (1 + math.exp(-logit)), hit)
                for hit, reading, seen in self.seen(query, hits, collection)
                for sentence, logit in zip(
                    hit.passage.sentences, self._calibration.logits(reading, seen), strict=True
                )
            ]
        )

    def seen(
        self, query: Query, hits: Sequence[Hit], collection: Collection
    ) -> list[tuple[Hit, Reading, NDArray[np.float64]]]:
        """What calibration reads of each hit: the last reading, and the facts of its sentences.

        A passage of more tokens than a window holds comes as several hits. Shape of the facts:
        (n_sentences, n_facts).
        """
        words = subject_terms(query) or content_terms(query.text)
        weights = term_weights(collection.passage_counts(words), collection.passages())
        parts = list[Hit]()

        def windows() -> Iterator[Window]:
            for hit in hits:
                for part, window in self._windows(query, hit):
                    parts.append(part)
                    yield window

        readings = _model(self._folder).read(windows(), promising=self._config.promising)
        tables = [self._facts(query, hit, weights) for hit in parts]  # while the model reads
        return list(zip(parts, readings, tables, strict=True))

    def _windows(self, query: Query, hit: Hit) -> Iterator[tuple[Hit, Window]]:
        """The window of a passage; where its last sentences have no room there, further ones."""
        window = self._window(query, hit)
        sentences = hit.passage.sentences
        if window.whole >= len(sentences):
            yield hit, window
        else:
            for some in (sentences[: window.whole], sentences[window.whole :]):
                span = Span(some[0].span.start, some[-1].span.end)
                passage = replace(hit.passage, span=span, sentences=some)
                yield from self._windows(query, replace(hit, passage=passage))

    def _window(self, query: Query, hit: Hit) -> Window:
        texts = [sentence.text for sentence in hit.passage.sentences]
        return _tokens(self._folder).window(query.text, _title(query, hit), texts)

    def _facts(self, query: Query, hit: Hit, weights: Mapping[str, float]) -> NDArray[np.float64]:
        return facts(query, weights, hit.passage.sentences, title=_title(query, hit))


def _title(query: Query, hit: Hit) -> str:
    return title(hit.passage.document, _times(query.text))


_times = lru_cache(Times.of)


def _ranked(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each sentence once, with its best score, best first; ties by document and place."""
    best: dict[tuple[str, int], Evidence] = {}
    for one in sorted(evidence, key=_rank_key):
        best.setdefault((one.sentence.document.id, one.sentence.span.start), one)
    return tuple(best.values())


def _rank_key(one: Evidence) -> tuple[float, str, int]:
    return (-one.score, one.sentence.document.id, one.sentence.span.start)
