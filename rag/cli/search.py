"""`onrecord search`: ranked passages."""

import argparse

from rag.cli.options import STATUS, Commands, add_filters, add_json, command_parser, filters_of
from rag.cli.output import print_json


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "search",
        run,
        does="ranked cited passages, no answer",
        ends=f"""\
example:      onrecord search "fall of Assad" --depth 5
{STATUS.format(yes="found", no="not found")}
""",
    )
    command.add_argument("question", help="a question or keywords, in quotes")
    command.add_argument("--depth", metavar="N", type=int, default=10, help="passages (default 10)")
    add_json(command)
    add_filters(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import search_object
    from rag.engine import OnRecord

    hits = OnRecord.open(options.index).search(
        options.question, filters=filters_of(vars(options)), depth=options.depth
    )
    if options.json:
        print_json(search_object(options.question, hits))
    elif hits:
        from rag.terminal import console, print_hits

        print_hits(console(), hits)
    else:
        print("Nothing was found.")
    return 0 if hits else 1
