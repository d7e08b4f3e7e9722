"""The retrieval form as TREC, CLEF and MS MARCO lay it out.

Flow: folder -> `read_trec` -> RetrievalSet. Of the folder are read:

    topics   one file with "topics" in its name, or queries*.tsv:
             <top> <num> Number: 301 <title> International Organized Crime … </top>, closing tags or
             not, also <EN-title> as in CLEF;
             <topic number="1"> with <query> or <title>, as in TREC-COVID and the Web tracks;
             <topic><identifier>…</identifier><title>…</title> as in later CLEF; or
             id, tab, text on a line, as in MS MARCO
    qrels    one file with "qrels" in its name: query, anything, document and relevance on a line
    corpus   one file or folder whose name begins with corpus, in any form that can be indexed

All may be compressed with gzip. The query is the title; description and narrative are not asked.
"""

import re
from collections.abc import Container, Iterator
from html import unescape
from pathlib import Path

from rag.errors import InputInvalid
from rag.evaluate.sets.judgments import Judgment, document_ids, judgments
from rag.evaluate.sets.lines import identity, lines, text_of
from rag.evaluate.sets.values import GoldQuery, RetrievalSet

_TOPIC = re.compile(r"<top(?:ic)?((?:\s[^<>]*)?)>(.*?)(?=</?top(?:ic)?[\s>]|\Z)", re.S | re.I)
_ATTRIBUTE = re.compile(r"\b(?:number|id)\s*=\s*[\"']([^\"']*)[\"']", re.I)
_NUMBER = re.compile(r"<(?:num|number|identifier|id)>\s*(?:Number:)?([^<]*)", re.I)
_TITLE = re.compile(r"<(?:(?:[a-z]{2}-)?title|query)>\s*(?:Topic:)?([^<]*)", re.I)


def topics_in(folder: Path) -> tuple[Path, ...]:
    """The files of a folder that hold topics."""
    return tuple(
        path
        for path in sorted(folder.iterdir())
        if "topics" in path.name or re.fullmatch(r"queries.*\.tsv(\.gz)?", path.name)
    )


def read_trec(
    folder: Path, corpus: Path | None = None, *, documents: Container[str] | None = None
) -> RetrievalSet:
    """The topics and judgments of a folder; its documents are its corpus, or `corpus`.

    `documents` are the ids that may be judged. Without them they are read from a JSONL corpus, and
    taken as they are for another.

    Raises:
        InputInvalid: A file is missing, or a line is not of this form.
    """
    corpus = corpus or _only(folder, "corpus", tuple(sorted(folder.glob("corpus*"))))
    known = document_ids(corpus) if documents is None else documents
    queries = _queries(_only(folder, "topics", topics_in(folder)))
    qrels = _only(folder, "qrels", tuple(sorted(folder.glob("*qrels*"))))
    judged = judgments(_rows(qrels), queries=queries, documents=known)
    return RetrievalSet(folder.resolve().name, tuple(queries.values()), judged, (corpus,))


def _only(folder: Path, what: str, found: tuple[Path, ...]) -> Path:
    if len(found) != 1:
        seen = ", ".join(path.name for path in found) or f"no {what}"
        raise InputInvalid(f"{folder}: {seen} in it", f"put one file of {what} there")
    return found[0]


def _queries(path: Path) -> dict[str, GoldQuery]:
    queries: dict[str, GoldQuery] = {}
    for where, name, text in _topics(path):
        query = identity(name, where, seen=queries)
        queries[query] = GoldQuery(query, text_of({"text": text}, "text", where, "give it a title"))
    return queries


def _topics(path: Path) -> Iterator[tuple[str, str, str]]:
    """Place, id and text of each topic."""
    given = list(lines(path))
    if not given or not given[0][1].lstrip().startswith("<"):
        for where, line in given:
            columns = line.split("\t")
            if len(columns) != 2:
                mend = "write id and text, separated by a tab, or <top> with <num> and <title>"
                raise InputInvalid(f"{where}: {len(columns)} columns where 2 are due", mend)
            yield where, columns[0], columns[1]
        return
    text = "\n".join(line for _, line in given)
    number_of_line, at = 0, 0
    for found in _TOPIC.finditer(text):
        number_of_line += text.count("\n", at, found.start())
        at = found.start()
        where, _ = given[number_of_line]
        number = _ATTRIBUTE.search(found[1]) or _NUMBER.search(found[2])
        title = _TITLE.search(found[2])
        yield where, _one_line(number), _one_line(title)


def _one_line(found: re.Match[str] | None) -> str:
    return " ".join(unescape(found[1]).split()) if found else ""


def _rows(path: Path) -> Iterator[Judgment]:
    for where, line in lines(path):
        columns = line.split()
        if len(columns) != 4:
            mend = "write query, 0, document and relevance, separated by spaces"
            raise InputInvalid(f"{where}: {len(columns)} columns where 4 are due", mend)
        query, _, document, relevance = columns
        yield where, query, document, relevance
