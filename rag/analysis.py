"""What is made of the words of each document: sentences, who says them, and what copies share.

Flow: documents -> Analysis, here or on all cores -> `Analysed`, in the order of the documents.
Law: the analysis of a document depends on the document alone, not on where it is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from rag import origins
from rag.datatypes import Document, Sentence
from rag.quotes import Attribution, attribute, told
from rag.segment import segment

if TYPE_CHECKING:  # a question does not start processes
    from loky import ProcessPoolExecutor

# Raise it when `segment`, `quotes`, `terms` or `origins` give other results: indexes are cut again.
ANALYSIS = 5
_SEVERAL = 200_000  # characters, from which it is worth to start processes: about 8 s on one core
_MOST_PROCESSES = 8  # each holds spaCy's model: about 0.2 GB
_AT_ONCE = 4  # documents that a process is given


@dataclass(frozen=True, slots=True)
class Analysed:
    """What a document comes to.

    Attributes:
        sentences: All of them, in order, with their speakers.
        attributions: In order of their content.
        signature: By which copies of it are found.
    """

    sentences: tuple[Sentence, ...]
    attributions: tuple[Attribution, ...]
    signature: origins.Signature = field(repr=False)


def analyse(document: Document) -> Analysed:
    """The analysis of a document."""
    (attributions,) = attribute([document])
    sentences = told(segment(document), attributions)
    return Analysed(sentences, attributions, origins.signature(origins.wording(sentences)))


class Analysis:
    """Analyses documents: many on all cores, by processes that it ends when it is closed."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Analysis":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(kill_workers=error is not None)

    def of(self, documents: Sequence[Document]) -> Iterator[Analysed]:
        """The analysis of each document, in their order.

        Raises:
            concurrent.futures.BrokenExecutor: A process was killed, as for want of memory.
        """
        from loky import ProcessPoolExecutor, cpu_count

        processes = min(cpu_count(), _MOST_PROCESSES)
        if processes == 1 or sum(len(one.text) for one in documents) < _SEVERAL:
            return map(analyse, documents)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(processes)
        found: Iterator[Analysed] = self._pool.map(analyse, documents, chunksize=_AT_ONCE)
        return found
