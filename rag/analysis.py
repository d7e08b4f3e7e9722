"""What is made of the words of each document: sentences, who says them, and what copies share.

Flow: documents -> Analysis, here or on all cores -> `Analysed`, in the order of the documents.
Law: the analysis of a document depends on the document alone, not on where it is made.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread, current_thread, main_thread
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING

from rag import origins
from rag.datatypes import Document, Sentence
from rag.quotes import Attribution, attribute, told
from rag.segment import segment

if TYPE_CHECKING:  # a question does not start processes
    from loky import ProcessPoolExecutor

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
    attributions = attribute(document)
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
            self._pool = ProcessPoolExecutor(
                processes, initializer=_end_with, initargs=(os.getpid(),)
            )
        parts = [documents[at : at + _AT_ONCE] for at in range(0, len(documents), _AT_ONCE)]
        # Not by `map`, which when it is left cancels what it waits for: loky then kills no process.
        with _unheard():
            waiting = [self._pool.submit(_analyse_all, part) for part in parts]
        return (one for part in waiting for one in part.result())


@contextmanager
def _unheard() -> Iterator[None]:
    """What is started meanwhile never hears Ctrl-C, and leaves it to us to end it."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: killed, it cannot tell."""

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _analyse_all(documents: Sequence[Document]) -> list[Analysed]:
    return [*map(analyse, documents)]
