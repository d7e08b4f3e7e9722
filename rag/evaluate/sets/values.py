"""The frozen values of data sets: what was asked, and what would be right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from rag.datatypes import Passage, Sentence


@dataclass(frozen=True, slots=True)
class Nugget:
    """One part of an answer, as alternatives (document id, quote).

    As it is read, an id may be the beginning of one; `evaluate.answers.named` completes it.
    """

    alternatives: tuple[tuple[str, str], ...]

    def is_held_by(self, part: Sentence | Passage) -> bool:
        """Whether a part of a document gives this part of the answer."""
        document, text = part.document.id, part.text
        return any(document == d and quote in text for d, quote in self.alternatives)


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what an answer must hold; without nuggets, abstaining is right."""

    id: str
    text: str
    nuggets: tuple[Nugget, ...]


@dataclass(frozen=True, slots=True)
class AnswersSet:
    """Questions of the answers form. Without a corpus they are asked of an index as it is."""

    name: str
    questions: tuple[GoldQuestion, ...] = field(repr=False)
    corpus: tuple[Path, ...]

    form: ClassVar[Literal["answers"]] = "answers"


@dataclass(frozen=True, slots=True)
class GoldQuery:
    """A query of the retrieval form."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Queries, and which documents of a corpus are relevant to them.

    `qrels` holds, by query id, the relevance of each judged document: 0 or more, higher is better.
    A query that is not in it was not judged.
    """

    name: str
    queries: tuple[GoldQuery, ...] = field(repr=False)
    qrels: Mapping[str, Mapping[str, int]] = field(repr=False)
    corpus: tuple[Path, ...]

    form: ClassVar[Literal["retrieval"]] = "retrieval"


@dataclass(frozen=True, slots=True)
class SelectionQuestion:
    """A question and given sentences, of which `answers`, as places from 0, answer it.

    `independent` sentences come from different documents; others are one running text.
    """

    id: str
    text: str
    title: str | None
    sentences: tuple[str, ...] = field(repr=False)
    answers: frozenset[int]
    independent: bool


@dataclass(frozen=True, slots=True)
class SelectionSet:
    """Questions of the selection form."""

    name: str
    questions: tuple[SelectionQuestion, ...] = field(repr=False)

    form: ClassVar[Literal["selection"]] = "selection"
