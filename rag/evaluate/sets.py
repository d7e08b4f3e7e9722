"""Data sets as files: what was asked and what would be right.

Flow: folder -> `read_answers_set` -> AnswersSet. A bad line is refused with file and line.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class Nugget:
    """One part of an answer, as alternatives (document id or the beginning of it, quote)."""

    alternatives: tuple[tuple[str, str], ...]

    def is_held_by(self, document: str, sentence: str) -> bool:
        """Whether the sentence of that document gives this part of the answer."""
        return any(document.startswith(d) and quote in sentence for d, quote in self.alternatives)


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what an answer must hold; without nuggets, abstaining is right."""

    id: str
    text: str
    nuggets: tuple[Nugget, ...]


@dataclass(frozen=True, slots=True)
class AnswersSet:
    """Questions of the answers form, and where their documents are."""

    name: str
    questions: tuple[GoldQuestion, ...]
    corpus: tuple[Path, ...]


def read_answers_set(folder: Path, corpus: Path | None = None) -> AnswersSet:
    """The questions of `folder/questions.jsonl`; its other files are the corpus, or `corpus`.

    Raises:
        InputInvalid: A file is missing, or a line is no question of this form.
    """
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise InputInvalid(
            f"{folder}: no questions.jsonl in it", "name the folder of an answers set"
        )
    questions: dict[str, GoldQuestion] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            question = _question(line, f"{path}:{number}")
            if question.id in questions:
                raise InputInvalid(
                    f"{path}:{number}: id {question.id!r} again", "give each its own"
                )
            questions[question.id] = question
    if not questions:
        raise InputInvalid(f"{path}: no question in it", "write one JSON object a line")
    return AnswersSet(folder.name, tuple(questions.values()), (corpus or folder,))


def _question(line: str, where: str) -> GoldQuestion:
    mend = 'write {"id": …, "question": …, "nuggets": [[[document, quote], …], …]}'
    try:
        row = json.loads(line)
        nuggets = tuple(
            Nugget(tuple((str(document), str(quote)) for document, quote in nugget))
            for nugget in row["nuggets"]
        )
        question = GoldQuestion(str(row["id"]), str(row["question"]), nuggets)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputInvalid(f"{where}: {type(error).__name__} {error}", mend) from error
    if not question.text.strip() or any(not nugget.alternatives for nugget in nuggets):
        raise InputInvalid(f"{where}: an empty question or nugget", mend)
    return question
