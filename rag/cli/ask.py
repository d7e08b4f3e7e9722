"""`onrecord ask`: one question, or a batch of them."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

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
from rag.errors import InputInvalid

_LONGEST_LINE = 1 << 20  # bytes of a line in a batch; the rest of a longer one is passed over


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
unless --timings is given, so that the same questions give the same bytes.

examples:     onrecord ask "what did Putin say about Syria?"
              onrecord ask --since 2024-12-01 --json "when was the Oreshnik first used?"
              onrecord ask --batch questions.txt > answers.jsonl
{STATUS.format(yes="answered", no="abstained")}; of a batch: 0 if any was answered
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
    else:
        from rag.terminal import console, print_answer

        print_answer(console(), answer)
    return 0 if answer.status == "answered" else 1


def _ask_batch(options: argparse.Namespace) -> int:
    from rag.contracts import answer_object
    from rag.engine import OnRecord

    answered = failed = 0
    engine = OnRecord.open(options.index)
    for number, line in _lines(options.batch):
        try:
            row = _row(line)
            answer = engine.ask(
                row.question,
                filters=filters_of({**vars(options), **row.filters}),
                min_confidence=options.min_confidence,
            )
        except InputInvalid as error:
            failed += 1
            tell(f"{options.batch}:{number}: {error}")
            print_json({"schema": ERROR, "line": number, "error": str(error)})
            continue
        answered += answer.status == "answered"
        print_json(answer_object(answer, number=row.id, timings=options.timings))
    if failed:
        return 2
    return 0 if answered else 1


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank, as they arrive."""
    stream = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115
    with stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), 1):
            rest = line
            while rest and not rest.endswith(b"\n"):  # a line that is too long to be a question
                rest = stream.readline(_LONGEST_LINE)
            text = line.decode("utf-8", errors="surrogateescape").strip("\ufeff\r\n")
            if text.strip():
                yield number, text


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a batch."""

    question: str
    id: str | int | None = None
    filters: Mapping[str, object] = field(default_factory=dict)


def _row(line: str) -> _Row:
    """A line of a batch: a plain question, or JSON with its id and filters."""
    if not line.lstrip().startswith("{"):
        return _Row(line)
    mend = 'write {"id": …, "question": "…"} on one line'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputInvalid(f"not JSON ({error})", mend) from error
    question, number = row.pop("question", None), row.pop("id", None)
    if not isinstance(question, str):
        raise InputInvalid('no "question" in it', mend)
    if not isinstance(number, str | int | None):
        raise InputInvalid(f'"id" is {number!r}', "give it as text or a whole number")
    if row.get("speaker"):
        raise InputInvalid('"speaker" is no filter of this version', "leave it out")
    return _Row(question, number, {key: value for key, value in row.items() if value is not None})
