"""The dialog of `onrecord gold`: shows candidates, takes marks, saves each finished question."""

import sys
from collections.abc import Sequence
from itertools import chain
from typing import Literal, TypeAlias

from rich.text import Text

from rag.engine import OnRecord
from rag.errors import InputInvalid, QuestionInvalid
from rag.evaluate.gold import (
    Candidate,
    Candidates,
    GoldFile,
    Marks,
    Plan,
    free_ids,
    marks_of,
    nuggets_of,
    piece_of,
    same,
)
from rag.evaluate.sets import GoldQuery, GoldQuestion, Nugget
from rag.terminal import console, put, shown

_AROUND = 5  # sentences on each side that view shows
_CONTEXT = 200  # characters that are shown of a neighbour; its nearest part is what explains
_HELP = """\
1,4 7         sentences 1 and 4 give one part of the answer, 7 gives another
none          nothing answers: rightly answered by abstaining
more          the next candidates
find WORDS    other sentences, by words in them
view 4        sentence 4 with more of its document
skip          leave the question; it comes again in the next run
back          do the question before this one again
quit          end; what was saved is kept"""
_HELP_QUOTES = """\
(Enter)       save, with the sentences quoted whole, or as narrowed
4 WORDS       quote only these words of sentence 4; "..." stands for all between two of them
back          mark the sentences again
quit          end without this question; what was saved is kept"""
_HELP_QUESTIONS = """\
(Enter)       end
back          do the last question again
any other     is the question"""

Outcome: TypeAlias = tuple[Nugget, ...] | Literal["skip", "back"]


class Ended(Exception):
    """The user wants to stop: quit, or the end of the input."""


class Marking:
    """Asks for the marks of questions, one after the other.

    Args:
        engine: The index.
        gold: Where they are kept.
        depth: Candidates at a time.

    Every method raises `Ended` when the user wants to stop.
    """

    def __init__(self, engine: OnRecord, gold: GoldFile, *, depth: int) -> None:
        self._engine, self._gold, self._depth = engine, gold, depth
        self._out = console()

    def of_all(self, todo: Plan) -> None:
        """Mark the questions that are left of a file."""
        total = todo.done + len(todo.left)
        self._say(f"{todo.done} of {total} done")
        for place, question in enumerate(todo.left, todo.done + 1):
            self._mark(question, f"Question {place} of {total}", before=len(self._gold.done))

    def of_typed(self) -> None:
        """Mark questions as they are typed, until an empty line."""
        while line := self._read("question> "):
            done = self._gold.done
            match line.casefold():
                case "quit":
                    return
                case "help":
                    self._help(_HELP_QUESTIONS)
                case "back":
                    self._mark_again(len(done))
                case _ if same(line) in {same(one.text) for one in done}:
                    self._say("This question is done; back does the last one again.")
                case _:
                    name = next(free_ids({one.id for one in done}))
                    self._mark(GoldQuery(name, line), f"Question {name}", before=len(done))

    def _mark(self, question: GoldQuery, head: str, *, before: int) -> None:
        """Ask until it is marked or skipped; of the done ones `before` may be gone back to."""
        while (outcome := self._outcome(question, head)) == "back":
            self._mark_again(before)
        if isinstance(outcome, str):
            return
        self._gold.put(GoldQuestion(question.id, question.text, outcome))
        parts = {0: "nothing answers", 1: "1 part"}.get(len(outcome), f"{len(outcome)} parts")
        self._say(f"saved {question.id}: {parts}")

    def _mark_again(self, before: int) -> None:
        if not before:
            self._say("There is no question before this one.")
            return
        last = self._gold.done[before - 1]
        head = f"Question {last.id} again; skip keeps its marks"
        self._mark(GoldQuery(last.id, last.text), head, before=before - 1)

    def _outcome(self, question: GoldQuery, head: str) -> Outcome:
        self._out.print()
        self._say(head, style="dim")
        self._say(question.text, style="bold")
        try:
            candidates = Candidates(self._engine, question.text, depth=self._depth)
        except QuestionInvalid as error:
            self._say(f"{error}; skipped")
            return "skip"
        self._show(candidates, candidates.more())
        while True:
            try:
                outcome = self._obeyed(self._read("marks> "), candidates)
            except InputInvalid as error:
                self._say(str(error))
                continue
            if outcome is not None:
                return outcome

    def _obeyed(self, line: str, candidates: Candidates) -> Outcome | None:
        """What a line settles; `None` where the question stays open."""
        first, _, rest = line.partition(" ")
        match first.casefold(), rest.strip():
            case "quit", "":
                raise Ended
            case ("skip" | "back") as outcome, "":
                return outcome
            case "none", "":
                return ()
            case "help", "":
                self._help(_HELP)
            case "more", "":
                self._show(candidates, candidates.more())
            case "find", words if words:
                self._show(candidates, candidates.find(words))
            case "view", numbers if numbers:
                for number in chain(*marks_of(numbers, shown=len(candidates.shown))):
                    self._put_candidate(candidates, number, reach=_AROUND)
            case _:
                marks = marks_of(line, shown=len(candidates.shown))
                return self._nuggets(marks, candidates)
        return None

    def _nuggets(self, marks: Marks, candidates: Candidates) -> tuple[Nugget, ...] | None:
        """The marks with what is to be quoted; `None` to mark again."""
        groups = (" or ".join(map(str, group)) for group in marks)
        self._say("; ".join(f"part {place}: {group}" for place, group in enumerate(groups, 1)))
        number = marks[0][0]
        self._say(f"Enter saves; {number} WORDS quotes less of {number}; back, quit, help", "dim")
        pieces: dict[int, str] = {}
        while line := self._read("quotes> "):
            match line.casefold():
                case "quit":
                    raise Ended
                case "back":
                    return None
                case "help":
                    self._help(_HELP_QUOTES)
                case _:
                    try:
                        pieces |= self._piece(line, marks, candidates)
                    except InputInvalid as error:
                        self._say(str(error))
        return nuggets_of(marks, candidates.shown, pieces=pieces)

    def _piece(self, line: str, marks: Marks, candidates: Candidates) -> dict[int, str]:
        """The number of a marked sentence, and the part of it that was typed.

        Raises:
            InputInvalid: It was not marked, or does not hold that.
        """
        first, _, typed = line.partition(" ")
        marked = {str(number): number for number in chain(*marks)}
        if first not in marked:
            raise InputInvalid(f"“{first[:40]}” is no sentence that was marked", "type help")
        number = marked[first]
        sentence = candidates.shown[number - 1][0]
        quote = piece_of(sentence.text, typed)
        if quote is None:
            raise InputInvalid(f"sentence {number} does not hold these words", "copy them from it")
        others = candidates.elsewhere(sentence, quote)
        also = f"; so do {others} more sentences of its document" if others else ""
        self._say(f"sentence {number} counts as it holds “{quote}”{also}")
        return {number: quote}

    # screen and keyboard

    def _show(self, candidates: Candidates, page: Sequence[Candidate]) -> None:
        last = len(candidates.shown)
        for number in range(last - len(page) + 1, last + 1):
            self._put_candidate(candidates, number, reach=1)
        if not page:
            self._say("No more were found.")
        self._say("Which answer? 1,4 7 or none; more, find, view, skip, back, quit, help", "dim")

    def _put_candidate(self, candidates: Candidates, number: int, *, reach: int) -> None:
        """A sentence between its neighbours, below the name of its document."""
        sentence, *copies = candidates.shown[number - 1]
        document = sentence.document
        head = Text(f"{number:>3}  ", style="bold")
        known = f"{document.id} · {document.date}" if document.date else document.id
        put(self._out, head.append(shown(known), style="not bold cyan"), indent=0)
        for line in (document.title, *(f"also in {copy.document.id}" for copy in copies)):
            if line:
                put(self._out, Text(shown(line), style="cyan"), indent=5)
        before, after = candidates.around(sentence, reach=reach)
        most = reach * _CONTEXT
        if before:
            cut = before if len(before) <= most else f"…{before[-most:]}"
            put(self._out, Text(shown(cut), style="dim"), indent=7)
        put(self._out, Text(f"> {shown(sentence.text)}"), indent=5)
        if after:
            cut = after if len(after) <= most else f"{after[:most]}…"
            put(self._out, Text(shown(cut), style="dim"), indent=7)
        self._out.print()

    def _say(self, text: str, style: str = "") -> None:
        put(self._out, Text(shown(text), style=style), indent=0)

    def _help(self, text: str) -> None:
        self._out.print(Text(text), soft_wrap=True)

    def _read(self, prompt: str) -> str:
        try:
            line = input(prompt).strip()
        except EOFError:
            raise Ended from None
        if not sys.stdin.isatty():
            self._say(line)  # so that what was piped reads as the dialog that it is
        return line
