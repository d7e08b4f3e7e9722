"""The retrieval form as BEIR lays it out.

Flow: folder -> `read_beir` -> RetrievalSet. Of the folder are read:

    corpus.jsonl[.gz]   {"_id": …, "title": …, "text": …}; the title may be missing
    queries.jsonl[.gz]  {"_id": …, "text": …}
    qrels.tsv[.gz]      query, document and relevance, separated by tabs, below an optional head;
                        or qrels/test.tsv[.gz], or the one file of qrels/ (dev.tsv, train.tsv)
"""

from collections.abc import Container, Iterator
from pathlib import Path

from rag.errors import InputInvalid
from rag.evaluate.sets.judgments import Judgment, document_ids, judgments
from rag.evaluate.sets.lines import identity, lines, rows, text_of
from rag.evaluate.sets.values import GoldQuery, RetrievalSet

_QUERY = 'write {"_id": …, "text": …} on one line'


def read_beir(
    folder: Path, corpus: Path | None = None, *, documents: Container[str] | None = None
) -> RetrievalSet:
    """The queries and judgments of a folder; its documents are its corpus, or `corpus`.

    `documents` are the ids that may be judged; without them they are read from the corpus.

    Raises:
        InputInvalid: A file is missing, or a line is not of this form.
    """
    corpus = corpus or _file(folder, "corpus.jsonl")
    known = document_ids(corpus) if documents is None else documents
    queries = _queries(_file(folder, "queries.jsonl"))
    qrels = judgments(_rows(_qrels(folder)), queries=queries, documents=known)
    return RetrievalSet(folder.resolve().name, tuple(queries.values()), qrels, (corpus,))


def _file(folder: Path, name: str) -> Path:
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if len(found) != 1:
        seen = f"{name} and {name}.gz" if found else f"no {name}"
        raise InputInvalid(f"{folder}: {seen} in it", f"put one {name} there")
    return found[0]


def _qrels(folder: Path) -> Path:
    """The judgments to use."""
    there = [path for path in (folder / "qrels.tsv", folder / "qrels.tsv.gz") if path.is_file()]
    parts = sorted(
        path for path in (folder / "qrels").glob("*") if path.name.endswith((".tsv", ".tsv.gz"))
    )
    test = [path for path in parts if path.name.startswith("test.")]
    found = [*there, *(test or parts)]
    if len(found) != 1:
        seen = ", ".join(str(path.relative_to(folder)) for path in found) or "no qrels"
        raise InputInvalid(f"{folder}: {seen} in it", "put one qrels.tsv or qrels/test.tsv there")
    return found[0]


def _queries(path: Path) -> dict[str, GoldQuery]:
    queries: dict[str, GoldQuery] = {}
    for where, row in rows(path, _QUERY):
        name = identity(row.get("_id"), where, seen=queries)
        queries[name] = GoldQuery(name, text_of(row, "text", where, _QUERY))
    return queries


def _rows(path: Path) -> Iterator[Judgment]:
    for number, (where, line) in enumerate(lines(path)):
        columns = [column.strip() for column in line.split("\t")]
        if number == 0 and columns[-1].casefold() == "score":
            continue
        if len(columns) != 3:
            mend = "write query, document and relevance, separated by tabs"
            raise InputInvalid(f"{where}: {len(columns)} columns where 3 are due", mend)
        query, document, relevance = columns
        yield where, query, document, relevance
