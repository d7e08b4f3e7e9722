"""`onrecord serve`: the page."""

import argparse

from rag.cli.options import Commands, command_parser


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "serve",
        run,
        does="the page, on this machine only",
        ends="""\
example:      onrecord serve --port 7860
exit status:  0 stopped by Ctrl-C, 2 could not run
""",
    )
    command.add_argument("--port", type=int, default=7860, help="TCP port (default 7860)")
    command.add_argument("--host", default="127.0.0.1", help="address to bind (default 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.web import serve

    serve(options.index, host=options.host, port=options.port)
    return 0
