"""BM25 over documents and over their passages: a cache of the record, one folder for each state.

Flow: `save` inverts the term counts of a state before that state is committed; `Lexical` scores
texts by the terms of a question from arrays that are mapped, not read.
Law: the folder's name says which state it belongs to, so an old one is never taken for the new.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rag.disk import sync_folder, sync_tree
from rag.errors import IndexDamaged
from rag.store import PAIR, PASSAGES_PER_DOCUMENT

Counts = NDArray[np.uint64]  # terms of a text and how often each stands there. Shape: (n, 2)
_ARRAYS = ("ids", "lengths", "terms", "starts", "rows", "counts")


def folder_of(index: Path, state: str) -> Path:
    """Where the postings of this state lie."""
    return index / f"terms-{state}"


def save(
    index: Path,
    state: str,
    *,
    documents: Iterable[tuple[int, Counts]],
    passages: Iterable[tuple[int, Counts]],
) -> None:
    """Write the postings of both levels, all or none.

    Args:
        index: Folder of the index.
        state: They belong to.
        documents: Id and term counts of each, ids ascending.
        passages: The same.
    """
    target = folder_of(index, state)
    draft = target.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for level, texts in (("documents", documents), ("passages", passages)):
        for name, array in _inverted(texts).items():
            with (draft / f"{level}-{name}.npy").open("wb") as file:
                np.lib.format.write_array(_Sink(file), array)
    sync_tree(draft)
    draft.rename(target)
    sync_folder(index)


class _Sink:
    """A file of Python's: what numpy writes by itself may be cut short on a full disk, untold."""

    def __init__(self, file: BinaryIO) -> None:
        self.write = file.write


def _inverted(texts: Iterable[tuple[int, Counts]]) -> dict[str, NDArray[np.generic]]:
    """From the terms of each text to the texts of each term."""
    ids: list[int] = []
    parts: list[Counts] = [np.empty((0, 2), np.uint64)]
    for each, counts in texts:
        ids.append(each)
        parts.append(counts)
    sizes = [len(part) for part in parts[1:]]
    lengths = [int(part[part[:, 0] < PAIR, 1].sum()) for part in parts[1:]]
    terms, counts = np.concatenate(parts).T
    by_term = np.argsort(terms, kind="stable")
    different, starts = np.unique(terms[by_term], return_index=True)
    return {
        "ids": np.array(ids, np.int64),
        "lengths": np.array(lengths, np.uint32),
        "terms": different,
        "starts": np.append(starts, len(terms)),
        "rows": np.repeat(np.arange(len(ids), dtype=np.uint32), sizes)[by_term],
        "counts": counts[by_term].astype(np.uint32),
    }


@dataclass(frozen=True, slots=True)
class Weights:
    """What a question looks for: its terms, and terms on top of which none need be there."""

    terms: Mapping[int, float]
    on_top: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Postings:
    """Which texts hold which terms, and how often; texts are rows, in ascending order of ids.

    Shapes: `ids` and `lengths` (in words) (n_texts,); `terms`, ascending, (n_terms,); `starts`
    (n_terms + 1,); `rows` and `counts` (n_postings,), those of terms[i] at starts[i]:starts[i + 1].
    """

    ids: NDArray[np.int64]
    lengths: NDArray[np.uint32]
    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    mean_length: float

    def of(self, term: int) -> slice:
        """Where the postings of a term are."""
        place = int(np.searchsorted(self.terms, np.uint64(term)))
        if place == len(self.terms) or self.terms[place] != term:
            return slice(0, 0)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))

    def found_in(self, term: int) -> int:
        """In how many texts a term stands."""
        there = self.of(term)
        return int(there.stop - there.start)

    def bm25(self, weights: Weights, *, k1: float, b: float) -> NDArray[np.float32]:
        """Scores of all texts, as shares of what a text full of every term would get.

        Args:
            weights: Of the terms of the question; a text that holds terms on top may pass 1.
            k1: 0 or more; how long a repeated term goes on to count.
            b: 0 to 1; how much longer texts are held back.

        Returns:
            0 or more, higher is better. Shape: (n_texts,).

        Source: Robertson and Zaragoza 2009, with the idf of Lucene, which stays above 0.
        """
        scores = np.zeros(len(self.ids), np.float32)
        damping = (k1 * (1 - b + b * self.lengths / self.mean_length)).astype(np.float32)
        most = 0.0
        for term, weight in (*weights.terms.items(), *weights.on_top.items()):
            there = self.of(term)
            found = there.stop - there.start
            share = np.float32(weight) * np.float32(
                np.log1p((len(self.ids) - found + 0.5) / (found + 0.5))
            )
            most += float(share) if term in weights.terms else 0.0
            rows, counts = self.rows[there], self.counts[there].astype(np.float32)
            scores[rows] += share * counts / (counts + damping[rows])
        return scores / np.float32(most or 1)


class Lexical:
    """The postings of one state. Safe to share between threads.

    Attributes:
        documents: Postings of whole documents, titles included.
        passages: Postings of passages.
        owners: Row of the document of each passage, ascending. Shape: (n_passages,).

    Raises:
        FileNotFoundError: There are none of this state.
        IndexDamaged: A file is not whole, or does not fit the record.
    """

    def __init__(self, index: Path, state: str, *, expected: int) -> None:
        folder = folder_of(index, state)
        try:
            self.documents = _mapped(folder, "documents")
            self.passages = _mapped(folder, "passages")
        except (ValueError, EOFError) as error:
            raise IndexDamaged(index, f"{folder.name} is not whole") from error
        if len(self.passages.ids) != expected:
            seen = f"{folder.name} holds {len(self.passages.ids)} of {expected} passages"
            raise IndexDamaged(index, seen)
        owners = self.passages.ids // PASSAGES_PER_DOCUMENT
        self.owners = np.searchsorted(self.documents.ids, owners)

    def passages_of(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of all passages of the documents in these rows, both ascending."""
        starts = np.searchsorted(self.owners, documents)
        ends = np.searchsorted(self.owners, documents, side="right")
        runs = [np.arange(start, end) for start, end in zip(starts, ends, strict=True)]
        return np.concatenate(runs) if runs else np.empty(0, np.int64)


def _mapped(folder: Path, level: str) -> Postings:
    files = (folder / f"{level}-{name}.npy" for name in _ARRAYS)
    arrays = [np.asarray(np.load(file, mmap_mode="r")) for file in files]
    mean = float(arrays[1].mean()) if arrays[1].size else 1.0
    ids, lengths, terms, starts, rows, counts = arrays
    agree = len(ids) == len(lengths) and len(starts) == len(terms) + 1
    agree = agree and starts[0] == 0 and starts[-1] == len(rows) == len(counts)
    if not agree or (np.diff(ids) <= 0).any():
        raise ValueError("postings contradict each other")
    return Postings(ids, lengths, terms, starts, rows, counts, mean or 1.0)
