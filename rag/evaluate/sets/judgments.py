"""Relevance judgments (qrels), and the documents that they may be about.

Flow: rows of query, document, relevance -> `judgments` -> qrels.
"""

from collections.abc import Container, Iterable
from pathlib import Path

from rag.errors import InputInvalid
from rag.evaluate.sets.lines import identity, rows, shortened
from rag.readers.fields import ID, first

Judgment = tuple[str, str, str, str]  # where, query, document, relevance

_MOST = 10_000  # trec_eval keeps a counter for each grade
_WHOLE = "give the relevance as a whole number"


class _AnyDocument:
    def __contains__(self, name: object) -> bool:
        return True


ANY_DOCUMENT: Container[str] = _AnyDocument()


def lists_its_ids(corpus: Path) -> bool:
    """Whether the ids of a corpus can be had without an index of it."""
    return corpus.name.endswith((".jsonl", ".jsonl.gz"))


def document_ids(corpus: Path) -> Container[str]:
    """The ids of a JSONL corpus, and any of another.

    Raises:
        InputInvalid: A line is no JSON object, or has no id, or that of another.
    """
    if not lists_its_ids(corpus):
        return ANY_DOCUMENT
    found: set[str] = set()
    for where, row in rows(corpus, 'write {"_id": …, "title": …, "text": …} on one line'):
        found.add(identity(first(row, ID), where, seen=found))
    return found


def judgments(
    given: Iterable[Judgment], *, queries: Container[str], documents: Container[str]
) -> dict[str, dict[str, int]]:
    """Relevance by query and document; negative grades count as 0, as for trec_eval.

    Raises:
        InputInvalid: An unknown query or document, a pair judged twice, a relevance that is no
            whole number, or nothing that is relevant.
    """
    qrels: dict[str, dict[str, int]] = {}
    where = "the judgments"
    for where, query, document, relevance in given:
        if query not in queries:
            raise InputInvalid(f"{where}: no query {query!r} in the set", "mend the qrels")
        if document not in documents:
            seen = f"{where}: no document {document!r} in the corpus"
            mend = "mend the line, or let such documents count as not found with --allow-unknown"
            raise InputInvalid(seen, mend)
        of_query = qrels.setdefault(query, {})
        if document in of_query:
            seen = f"{where}: document {document!r} is judged for query {query!r} already"
            raise InputInvalid(seen, "keep one of the two")
        of_query[document] = max(0, _grade(relevance, where))
    if not any(grade for of_query in qrels.values() for grade in of_query.values()):
        raise InputInvalid(f"{where}: no document is relevant to any query", "mend the qrels")
    return qrels


def _grade(relevance: str, where: str) -> int:
    try:
        grade = int(relevance)
    except ValueError as error:
        raise InputInvalid(f"{where}: relevance is {shortened(relevance)}", _WHOLE) from error
    if grade > _MOST:
        raise InputInvalid(f"{where}: relevance is {grade}", f"use {_MOST} at the most")
    return grade
