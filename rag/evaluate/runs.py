"""Runs as files, in the form of TREC: six columns, `query Q0 document rank score tag`.

Flow: Run -> `write_run` -> file -> `read_run` -> the same documents in the same order.
Law: trec_eval, which keeps scores in 32 bits and sorts by them alone, reads a run of ours in the
order in which it was written, and a run of anyone is read here in the order that trec_eval gives.
"""

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import numpy as np

from rag.errors import InputInvalid
from rag.evaluate.measures import Run
from rag.evaluate.sets.lines import identity, lines, shortened

_TAG = "onrecord"
_COLUMNS = "query, Q0, document, rank, score and tag"


def write_run(path: Path, run: Run) -> None:
    """Write a run. A score that does not lie below the one before is lowered by the least step.

    Raises:
        InputInvalid: An id holds white space, which the form has no way to write.
    """
    path.write_text("".join(_lines(run)), encoding="utf-8")


def _lines(run: Run) -> Iterator[str]:
    for query, ranked in run.items():
        _check(query, "query")
        before = np.float32(np.inf)
        for rank, (document, score) in enumerate(ranked, 1):
            _check(document, "document")
            before = min(np.float32(score), np.nextafter(before, np.float32(-np.inf)))
            yield f"{query} Q0 {document} {rank} {before} {_TAG}\n"


def _check(name: str, what: str) -> None:
    if len(name.split()) != 1:
        seen = f"the {what} id {name!r} holds white space, which a TREC run cannot"
        raise InputInvalid(seen, "give it another id, or leave out --run")


def read_run(path: Path) -> Run:
    """The documents of each query: by score, and where these are the same in 32 bits, by id.

    The rank column is not looked at, and the later id comes first, as trec_eval has it.

    Raises:
        InputInvalid: A line has not six columns, no score, or a document again; or there is none.
    """
    run: dict[str, dict[str, float]] = {}
    for where, line in lines(path):
        columns = line.split()
        if len(columns) != 6:
            seen = f"{where}: {len(columns)} columns where 6 are due"
            raise InputInvalid(seen, f"write {_COLUMNS}")
        query, document = identity(columns[0], where), identity(columns[2], where)
        ranked = run.setdefault(query, {})
        if document in ranked:
            seen = f"{where}: document {document!r} again for query {query!r}"
            raise InputInvalid(seen, "keep one of the two")
        ranked[document] = _score(columns[4], where)
    if not run:
        raise InputInvalid(f"{path}: no line in it", f"write {_COLUMNS}")
    return {
        query: tuple(sorted(ranked.items(), key=lambda one: (one[1], one[0]), reverse=True))
        for query, ranked in run.items()
    }


def _score(text: str, where: str) -> float:
    try:
        score = float(np.float32(text))
    except ValueError:
        score = float("nan")
    if not isfinite(score):
        raise InputInvalid(f"{where}: the score is {shortened(text)}", "write a number")
    return score
