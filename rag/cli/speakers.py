"""`onrecord speakers`: the people who speak, with their spellings and counts."""

import argparse

from rag.cli.options import STATUS, Commands, add_json, command_parser
from rag.cli.output import print_json
from rag.cli.quotes import add_paths, attributed


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "speakers",
        run,
        does="the people who speak, their spellings and counts",
        ends=f"""\
Counts pieces of quotations and reported statements. Spellings of one name are one person across
documents; what a lone surname cannot tell stays apart.

examples:     onrecord speakers articles/
              onrecord speakers --json
{STATUS.format(yes="found", no="none found")}
""",
    )
    add_paths(command)
    add_json(command, "one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import speaker_object
    from rag.quotes import people

    found = people((document.id, attributions) for document, attributions in attributed(options))
    if options.json:
        for one in found:
            print_json(speaker_object(one))
    elif found:
        from rag.terminal import print_speakers

        print_speakers(found)
    else:
        print("Nobody speaks by name.")
    return 0 if found else 1
