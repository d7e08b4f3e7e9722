"""FAISS over passages and whole documents: a cache of the record, two files for each state of it.

Flow: `save` writes the vectors of a state before that state is committed; `PassageVectors` reads
them. A document's vector is the direction of the sum of its passages'.
Law: a file's name says which state it belongs to, so an old one is never taken for the new.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.disk import replaced
from rag.errors import IndexDamaged
from rag.store import PASSAGES_PER_DOCUMENT

Level = Literal["passages", "documents"]
LEVELS: tuple[Level, ...] = ("passages", "documents")

# Half the memory and half the time of single precision; a cosine moves by some 0.0001.
_HALF = (faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def path_of(index: Path, state: str, level: Level = "passages") -> Path:
    """Where the vectors of this state lie."""
    return index / f"{level}-{state}.faiss"


def save(index: Path, state: str, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
    """Write the vectors of passages and those of their documents, each file whole or not at all.

    Args:
        index: Folder of the index.
        state: They belong to.
        ids: Of passages, ascending. Shape: (n,).
        vectors: Of passages. Shape: (n, width).
    """
    documents, starts = np.unique(ids // PASSAGES_PER_DOCUMENT, return_index=True)
    sums = np.add.reduceat(vectors, starts, axis=0) if len(ids) else vectors
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    _write(path_of(index, state), ids, vectors)
    _write(path_of(index, state, "documents"), documents, sums / np.maximum(lengths, 1e-9))


def _write(target: Path, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
    flat = faiss.IndexIDMap2(faiss.IndexScalarQuantizer(vectors.shape[1], *_HALF))
    flat.add_with_ids(vectors, ids)
    with replaced(target) as file:
        # Through Python, since FAISS does not tell a full disk; never as bytes as a whole.
        faiss.write_index(flat, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]


class PassageVectors:
    """Nearest passages by inner product, each compared. Safe to share between threads.

    Raises:
        FileNotFoundError: A file of this state is missing.
        IndexDamaged: A file is not whole, or does not fit the record.
    """

    def __init__(self, index: Path, state: str, *, expected: int) -> None:
        path = path_of(index, state)
        self._flat = _read(index, path)
        if self._flat.ntotal != expected:
            seen = f"{path.name} holds {self._flat.ntotal} of {expected} passages"
            raise IndexDamaged(index, seen)
        self._documents = _read(index, path_of(index, state, "documents"))

    def nearest(
        self, vector: NDArray[np.float32], *, depth: int, allowed: NDArray[np.int64] | None = None
    ) -> Sequence[tuple[int, float]]:
        """Ids and similarities (-1 to 1, higher is better) of at most `depth` passages.

        Args:
            vector: Of length 1. Shape: (width,).
            depth: How many at most.
            allowed: Ids to choose from; `None` for all. Shape: (n,).
        """
        faiss.omp_set_num_threads(1)  # of the calling thread; two wait longer than they compute
        depth = min(depth, self._flat.ntotal)
        if depth == 0 or (allowed is not None and not allowed.size):
            return ()
        options = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(allowed)
            options = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # fields of C++
        scores, ids = self._flat.search(vector[None, :], depth, params=options)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def similarities(
        self, vector: NDArray[np.float32], ids: NDArray[np.int64], level: Level = "passages"
    ) -> NDArray[np.float32]:
        """Of a question with these passages or documents, -1 to 1, higher is better.

        Args:
            vector: Of length 1. Shape: (width,).
            ids: Each must be there. Shape: (n,).
            level: Of which they are.

        Returns:
            Shape: (n,).
        """
        faiss.omp_set_num_threads(1)
        kept = (self._flat if level == "passages" else self._documents).reconstruct_batch(ids)
        # Not by @: threads of BLAS wait longer for each other than so few rows take.
        return np.asarray(np.einsum("ij,j", kept, vector))


def _read(index: Path, path: Path) -> faiss.Index:
    with path.open("rb") as file:
        try:
            reader = faiss.PyCallbackIOReader(file.read)  # type: ignore[attr-defined]
            return faiss.read_index(reader)
        except RuntimeError as error:
            raise IndexDamaged(index, f"{path.name} is not whole") from error
