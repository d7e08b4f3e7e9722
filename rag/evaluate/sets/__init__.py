"""Data sets as files: what was asked, and what would be right.

Flow: path -> `read_set` -> RetrievalSet, SelectionSet or AnswersSet. A module for each layout says
what is read of it. A bad set is refused with file and line.
"""

from collections.abc import Container
from pathlib import Path

from rag.errors import InputInvalid
from rag.evaluate.sets.answers import read_answers
from rag.evaluate.sets.beir import read_beir
from rag.evaluate.sets.judgments import ANY_DOCUMENT, lists_its_ids
from rag.evaluate.sets.selection import ENDS, read_selection
from rag.evaluate.sets.trec import read_trec, topics_in
from rag.evaluate.sets.values import (
    AnswersSet,
    GoldQuery,
    GoldQuestion,
    Nugget,
    RetrievalSet,
    SelectionQuestion,
    SelectionSet,
)

__all__ = [
    "ANY_DOCUMENT",
    "AnswersSet",
    "GoldQuery",
    "GoldQuestion",
    "Nugget",
    "RetrievalSet",
    "SelectionQuestion",
    "SelectionSet",
    "lists_its_ids",
    "read_set",
]

_WANTED = (
    "name a folder with one of: queries.jsonl, corpus.jsonl and qrels (BEIR); topics, qrels and a "
    "corpus (TREC); questions.jsonl; or a file that ends in .selection.jsonl"
)


def read_set(
    path: Path, corpus: Path | None = None, *, documents: Container[str] | None = None
) -> RetrievalSet | SelectionSet | AnswersSet:
    """The set at a path, whatever its form.

    Args:
        path: A folder, or a file of the selection form.
        corpus: What to take for its documents, in the place of those in the folder.
        documents: Ids that may be judged. Default: those of a JSONL corpus, and `ANY_DOCUMENT` of
            another, whose ids are known once it is indexed.

    Raises:
        InputInvalid: It fits no form or several, or a line of it is wrong.
    """
    if path.name.endswith(ENDS) and path.is_file():
        return _without_corpus(path, corpus)
    if not path.is_dir():
        raise InputInvalid(f"{path}: no such folder or selection file", _WANTED)
    names = {entry.name for entry in path.iterdir()}
    selections = sorted(name for name in names if name.endswith(ENDS))
    forms = {
        "queries.jsonl": not names.isdisjoint({"queries.jsonl", "queries.jsonl.gz"}),
        "topics": bool(topics_in(path)),
        "questions.jsonl": "questions.jsonl" in names,
    }
    seen = [form for form, there in forms.items() if there] + selections
    match seen:
        case ["queries.jsonl"]:
            return read_beir(path, corpus, documents=documents)
        case ["topics"]:
            return read_trec(path, corpus, documents=documents)
        case ["questions.jsonl"]:
            return read_answers(path, corpus)
        case [name]:
            return _without_corpus(path / name, corpus)
    what = ", ".join(seen) or f"{', '.join(sorted(names)[:8]) or 'nothing'}, of no known form,"
    raise InputInvalid(f"{path}: {what} in it", _WANTED)


def _without_corpus(path: Path, corpus: Path | None) -> SelectionSet:
    if corpus is not None:
        raise InputInvalid(f"{path} brings its own sentences", "leave out --corpus")
    return read_selection(path)
