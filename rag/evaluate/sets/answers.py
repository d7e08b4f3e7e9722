"""The answers form: a corpus, and questions.jsonl with one JSON object a line.

    {"id": …, "question": …, "nuggets": [[[document, quote], …], …]}

A nugget is one part of the answer, as alternatives: a piece of a sentence of a document, whose name
may be cut short. No nuggets: rightly answered by abstaining.
"""

from pathlib import Path

from rag.errors import InputInvalid
from rag.evaluate.sets.lines import Row, identity, rows, shortened, text_of
from rag.evaluate.sets.values import AnswersSet, GoldQuestion, Nugget
from rag.readers import sources
from rag.readers.normal import normalise

_MEND = 'write {"id": …, "question": …, "nuggets": [[[document, quote], …], …]} on one line'


def read_answers(folder: Path, corpus: Path | None = None) -> AnswersSet:
    """The questions of a folder; its other files are the corpus, or `corpus`.

    Raises:
        InputInvalid: A line is no question of this form, or there is none.
    """
    path = folder / "questions.jsonl"
    questions: dict[str, GoldQuestion] = {}
    for where, row in rows(path, _MEND):
        name = identity(row.get("id"), where, seen=questions)
        text = text_of(row, "question", where, _MEND)
        questions[name] = GoldQuestion(name, text, _nuggets(row, where))
    if not questions:
        raise InputInvalid(f"{path}: no question in it", _MEND)
    if corpus is None and any(True for _ in sources(folder)):
        corpus = folder
    return AnswersSet(folder.resolve().name, tuple(questions.values()), (corpus,) if corpus else ())


def _nuggets(row: Row, where: str) -> tuple[Nugget, ...]:
    given = row.get("nuggets")
    if not isinstance(given, list):
        raise InputInvalid(f'{where}: "nuggets" is {shortened(given)}', _MEND)
    return tuple(_nugget(one, where) for one in given)


def _nugget(given: object, where: str) -> Nugget:
    pairs = list(map(_alternative, given)) if isinstance(given, list) else []
    alternatives = tuple(pair for pair in pairs if pair)
    if not pairs or len(alternatives) != len(pairs):
        raise InputInvalid(f"{where}: a nugget is {shortened(given)}", _MEND)
    return Nugget(alternatives)


def _alternative(given: object) -> tuple[str, str] | None:
    match given:
        case [str(document), str(quote)] if document.strip() and quote.strip():
            return normalise(document), normalise(quote)
    return None
