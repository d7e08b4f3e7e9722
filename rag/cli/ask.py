"""`onrecord ask`: one question, or a batch of them."""

import argparse

from rag.cli.batch import lines, row
from rag.cli.options import (
    STATUS,
    Commands,
    add_filters,
    add_json,
    command_parser,
    completes,
    filters_of,
)
from rag.cli.output import print_json, tell
from rag.contracts import ERROR
from rag.datatypes import Answer
from rag.errors import InputInvalid


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "ask",
        run,
        does="answer with cited sentences, or say that there is none",
        ends=f"""\
A batch is a file (or "-") with one question a line: plain text, or JSON objects with "id",
"question" and any filter. One JSON object a line comes back, in the same order, without times
unless --timings is given, so that the same questions give the same bytes. A line that cannot be
used gives {{"schema": "onrecord.error/1", "line": …, "error": "…"}}. Where a word of a question was
taken for a slip of the hand, standard error tells what was read.

examples:     onrecord ask "what did Putin say about Syria?"
              onrecord ask --since 2024-12-01 --json "when was the Oreshnik first used?"
              onrecord ask --batch questions.txt > answers.jsonl
{STATUS.format(yes="answered", no="abstained")}; of a batch: 0 if any was answered,
2 if a line could not be used
""",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", help="a question in plain words, in quotes")
    batch = what.add_argument("--batch", metavar="FILE", help="one question a line")
    completes(batch)
    command.add_argument(
        "--min-confidence",
        metavar="P",
        type=float,
        help="abstain below this probability, 0 to 1 (default: the evidence model's own)",
    )
    command.add_argument("--timings", action="store_true", help="tell the times in a batch, too")
    add_json(command)
    add_filters(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import answer_object
    from rag.engine import OnRecord

    if options.batch is not None:
        return _ask_batch(options)
    answer = OnRecord.open(options.index).ask(
        options.question, filters=filters_of(vars(options)), min_confidence=options.min_confidence
    )
    if options.json:
        print_json(answer_object(answer))
        _tell_slips(answer)
    else:
        from rag.terminal import console, print_answer

        print_answer(console(), answer)
    return 0 if answer.status == "answered" else 1


def _ask_batch(options: argparse.Namespace) -> int:
    from rag.contracts import answer_object
    from rag.engine import OnRecord

    answered = failed = 0
    engine = OnRecord.open(options.index)
    for number, line in lines(options.batch):
        try:
            asked = row(line)
            answer = engine.ask(
                asked.question,
                filters=filters_of({**vars(options), **asked.filters}),
                min_confidence=options.min_confidence,
            )
        except InputInvalid as error:
            failed += 1
            tell(f"{options.batch}:{number}: {error}")
            print_json({"schema": ERROR, "line": number, "error": str(error)})
            continue
        answered += answer.status == "answered"
        print_json(answer_object(answer, number=asked.id, timings=options.timings))
        _tell_slips(answer, f"{options.batch}:{number}: ")
    if failed:
        return 2
    return 0 if answered else 1


def _tell_slips(answer: Answer, where: str = "") -> None:
    if answer.read_as is not None:  # the object has no key for it
        tell(f"{where}read as: {answer.read_as}")
