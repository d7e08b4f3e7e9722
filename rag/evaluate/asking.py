"""Put the questions of a set, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rag.errors import InputInvalid, QuestionInvalid
from rag.evaluate.sets import GoldQuery, GoldQuestion
from rag.indexing import Progress

T = TypeVar("T")


def replies(
    questions: Sequence[GoldQuery | GoldQuestion],
    ask: Callable[[str], T],
    *,
    progress: Progress,
) -> Iterator[T]:
    """What `ask` says to the text of each question, in order.

    Raises:
        InputInvalid: A question that cannot be asked, by its id.
    """
    for number, question in enumerate(questions):
        progress("asking", number, len(questions))
        try:
            reply = ask(question.text)
        except QuestionInvalid as error:
            raise InputInvalid(f"query {question.id!r}: {error.seen}", error.mend) from error
        yield reply
