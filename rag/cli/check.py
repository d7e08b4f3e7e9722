"""`onrecord check`: is a quote in the documents, word for word."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.options import (
    STATUS,
    Commands,
    add_filters,
    add_json,
    command_parser,
    completes,
    filters_of,
)
from rag.cli.output import print_json
from rag.errors import InputInvalid

if TYPE_CHECKING:
    from rag.check.draft import Quoted


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "check",
        run,
        does="is this quote in the corpus: exact, altered, another's or absent",
        ends=f"""\
Quotation marks, other signs, capitals, ellipses and [brackets] alter nothing; what an ellipsis
leaves out is told. Differences are shown as [-words of the quote-]{{+words of the source+}}.
With --file every quotation of a draft (text or Markdown) is checked; --json then prints one
object a line.

examples:     onrecord check "Our special services did not see these blows coming"
              onrecord check --speaker Trump "We went to Syria ten years ago"
              onrecord check --json "At any time" --document 001
              onrecord check --file draft.md
{STATUS.format(yes="exact (a draft: every quotation)", no="altered, another's or absent")}
""",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("quote", nargs="?", help="the words, in quotes")
    draft = what.add_argument(
        "--file", metavar="DRAFT.md", help='check the quotations of a draft ("-": standard input)'
    )
    completes(draft)
    add_json(command)
    add_filters(command, speaker="who is said to have said it")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import check_object
    from rag.engine import OnRecord

    if options.file is not None:
        return _run_draft(options)
    checked = OnRecord.open(options.index).check(options.quote, filters=filters_of(vars(options)))
    if options.json:
        print_json(check_object(checked))
    else:
        from rag.terminal import console, print_checked

        print_checked(console(), checked)
    return 0 if checked.verdict == "exact" else 1


def _run_draft(options: argparse.Namespace) -> int:
    from rag.contracts import check_object
    from rag.engine import OnRecord
    from rag.terminal import console, print_checked, print_count

    found = [*_quotations(options.file)]
    engine, out = OnRecord.open(options.index), console()
    verdicts = []
    for one in found:
        try:
            checked = engine.check(one.text, filters=filters_of(vars(options)))
        except InputInvalid as error:
            raise InputInvalid(f"{options.file}:{one.line}: {error.seen}", error.mend) from error
        verdicts.append(checked.verdict)
        if options.json:
            place = {"line": one.line, "start": one.span.start, "end": one.span.end}
            print_json(check_object(checked, draft={"file": options.file, **place}))
        else:
            print_checked(out, checked, place=f"{options.file}:{one.line}")
            out.print()
    if not options.json:
        print_count(out, options.file, verdicts)
    return 0 if all(verdict == "exact" for verdict in verdicts) else 1


def _quotations(name: str) -> Iterator["Quoted"]:
    """The quotations of a draft, read as a document is read.

    Raises:
        InputInvalid: The file cannot be read, or is no text.
    """
    from rag.check.draft import quoted
    from rag.errors import DocumentUnreadable
    from rag.readers.encoding import DOCUMENT_LIMIT, decode
    from rag.readers.formats import format_of

    mend = "give a draft as text or Markdown"
    if (format := format_of(name).name) not in ("plain text", "Markdown"):
        raise InputInvalid(f"{name}: {format} is not read as a draft", mend)
    try:
        if name == "-":
            content = sys.stdin.buffer.read(DOCUMENT_LIMIT + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(DOCUMENT_LIMIT + 1)
        text = decode(name, content)
    except OSError as error:
        raise InputInvalid(f"{name}: {(error.strerror or 'unreadable').lower()}", mend) from error
    except DocumentUnreadable as error:
        raise InputInvalid(str(error), mend) from error
    return quoted(text)
