"""`onrecord timeline`: what somebody said on a subject, by date."""

import argparse
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
from rag.cli.output import print_json


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "timeline",
        run,
        does="what somebody said on a subject, by date",
        ends=f"""\
Dates are those of the documents. Where outlets give the same utterance in other words, these are
shown as [-words of the first-]{{+words of the other+}}.

examples:     onrecord timeline --speaker Putin Syria
              onrecord timeline --speaker Putin "meeting Trump" --since 2024-12-01 --svg putin.svg
              onrecord timeline --speaker Putin inflation --json
{STATUS.format(yes="found", no="nothing found")}
""",
    )
    command.add_argument("subject", help="a few words, in quotes")
    picture = command.add_argument("--svg", metavar="FILE", type=Path, help="write a picture, too")
    completes(picture)
    add_json(command)
    add_filters(command, speaker="who is to have said it (required)")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import timeline_object
    from rag.engine import OnRecord
    from rag.errors import InputInvalid
    from rag.picture import timeline_svg

    if not (options.speaker or "").strip():
        raise InputInvalid("--speaker is missing", 'give a name, as in --speaker "Ann Lee"')
    found = OnRecord.open(options.index).timeline(
        options.speaker, options.subject, filters=filters_of(vars(options))
    )
    if options.svg is not None:
        try:
            options.svg.write_text(timeline_svg(found), encoding="utf-8")
        except OSError as error:
            seen = f"{options.svg}: {(error.strerror or str(error)).lower()}"
            raise InputInvalid(seen, "give a file that can be written") from error
    if options.json:
        print_json(timeline_object(found))
    elif found.utterances:
        from rag.terminal import console, print_timeline

        print_timeline(console(), found)
    elif found.people:
        from rag.terminal import shown

        print(shown(f"Nothing that {', '.join(found.people)} says on it was found."))
    else:
        print("Nobody of this name speaks in these documents.")
    return 0 if found.utterances else 1
