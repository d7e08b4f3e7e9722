"""`onrecord gold`: make an answers set for one's own corpus, by marking sentences."""

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.batch import lines, row
from rag.cli.options import Commands, command_parser, completes
from rag.cli.output import tell
from rag.errors import ConfigInvalid, InputInvalid

if TYPE_CHECKING:
    from rag.evaluate.gold import Given


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "gold",
        run,
        does="make an answers set of your own, by marking the sentences that answer",
        ends="""\
Shows for each question what may answer it, from all stages and in no order. "1,4 7" marks sentence
1 or 4 as one part of the answer and 7 as another; "none" says that nothing answers; "help" lists
the rest. Each finished question is saved at once in DIR/questions.jsonl, and the same command goes
on after the last one. FILE is as in ask --batch; without it, or with "-", questions are typed.

examples:     onrecord gold news.index --questions questions.txt
              onrecord eval gold --index news.index
exit status:  0 ended, and what was marked is kept; 2 could not run
""",
    )
    place = command.add_argument(
        "place", metavar="INDEX", nargs="?", type=Path, help="folder of the index (as --index)"
    )
    completes(place, directory=True)
    questions = command.add_argument("--questions", metavar="FILE", help="one question a line")
    completes(questions)
    out = command.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("gold"),
        help="folder of the set (default ./gold)",
    )
    completes(out, directory=True)
    command.add_argument(
        "--depth", metavar="N", type=int, default=20, help="candidates at a time (default 20)"
    )


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.cli.marking import Ended, Marking
    from rag.engine import OnRecord
    from rag.evaluate.gold import GoldFile, plan

    if options.depth < 1:
        raise ConfigInvalid(f"depth is {options.depth}", "use 1 or more")
    index = options.place or options.index
    engine = OnRecord.open(index)
    given = () if options.questions in (None, "-") else tuple(_given(options.questions))
    gold = GoldFile(options.out)
    todo = plan(given, gold.done)
    for where in todo.twice:
        tell(f"{where}: the same question as one before; left out")
    _prepare_input()
    marking = Marking(engine, gold, depth=options.depth)
    try:
        if options.questions in (None, "-"):
            marking.of_typed()
        else:
            marking.of_all(todo)
    except (Ended, KeyboardInterrupt):
        print()
    if given:
        todo = plan(given, gold.done)
        print(f"{todo.done} of {todo.done + len(todo.left)} done")
    if gold.done:
        print(f"Measure what is done: onrecord eval {_typed(options.out)} --index {_typed(index)}")
    return 0


def _given(name: str) -> "Iterator[Given]":
    """The questions of a file; their filters are left out, since eval asks without."""
    from rag.evaluate.gold import Given

    for number, line in lines(name):
        where = f"{name}:{number}"
        try:
            asked = row(line)
        except InputInvalid as error:
            raise InputInvalid(f"{where}: {error.seen}", error.mend) from error
        yield Given(where, asked.id, asked.question)


def _prepare_input() -> None:
    with suppress(AttributeError):  # a test's stream may not be a file
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    if sys.stdin.isatty():
        with suppress(ImportError):  # some systems have none
            import readline  # noqa: F401  gives `input` its keys and its history


def _typed(path: Path) -> str:
    """As it is typed in a shell."""
    from rag.terminal import shown

    return shown(shlex.quote(str(path)))
