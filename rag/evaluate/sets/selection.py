"""The selection form: which sentences of a given passage answer? One JSON object a line.

    {"id": …, "question": …, "title": …, "sentences": […], "answers": [0, …], "independent": false}

`title` and `independent` may be missing; no `answers` means that nothing given answers.
"""

from pathlib import Path

from rag.errors import InputInvalid
from rag.evaluate.sets.lines import Row, identity, rows, shortened, text_of
from rag.evaluate.sets.values import SelectionQuestion, SelectionSet
from rag.readers.normal import normalise

ENDS = (".selection.jsonl", ".selection.jsonl.gz")

_MEND = 'write {"id": …, "question": …, "sentences": ["…", …], "answers": [0, …]} on one line'


def read_selection(path: Path) -> SelectionSet:
    """The questions of a file; the set is named for its folder and file.

    Raises:
        InputInvalid: A line is no question of this form, or there is none.
    """
    questions: dict[str, SelectionQuestion] = {}
    for where, row in rows(path, _MEND):
        name = identity(row.get("id"), where, seen=questions)
        questions[name] = _question(name, row, where)
    if not questions:
        raise InputInvalid(f"{path}: no question in it", _MEND)
    part = path.name.removesuffix(".gz").removesuffix(ENDS[0])
    return SelectionSet(f"{path.resolve().parent.name}/{part}", tuple(questions.values()))


def _question(name: str, row: Row, where: str) -> SelectionQuestion:
    sentences, answers = row.get("sentences"), row.get("answers")
    if not isinstance(sentences, list) or not sentences:
        raise InputInvalid(f'{where}: "sentences" is {shortened(sentences)}', _MEND)
    if not all(isinstance(sentence, str) for sentence in sentences):
        raise InputInvalid(f'{where}: "sentences" holds what is no text', _MEND)
    if not isinstance(answers, list):
        raise InputInvalid(f'{where}: "answers" is {shortened(answers)}', _MEND)
    for place in answers:
        if type(place) is not int or not 0 <= place < len(sentences):
            seen = f'{where}: {shortened(place)} in "answers", where 0 to {len(sentences) - 1} are'
            raise InputInvalid(seen, "give places in the list of sentences, from 0")
    title = row.get("title")
    return SelectionQuestion(
        name,
        text_of(row, "question", where, _MEND),
        normalise(title) if isinstance(title, str) and title.strip() else None,
        tuple(map(normalise, sentences)),
        frozenset(answers),
        row.get("independent") is True,
    )
