"""The command line: `onrecord …`. Results on standard output, everything else on standard error.

Exit status: 0 answered, found or true; 1 abstained, not found or differs; 2 could not run.
A module for each command: `add` describes its options, `run` does it. It imports what it needs when
it runs, so that none waits for the others.
"""

import argparse
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version

from rag.cli import (
    ask,
    check,
    evaluate,
    gold,
    index,
    info,
    quotes,
    search,
    serve,
    speakers,
    timeline,
    verify,
)
from rag.cli.options import Parser
from rag.cli.output import (
    drop_what_cannot_be_written,
    open_what_is_closed,
    tell,
    tell_failures,
)
from rag.errors import NothingToIndex, OnRecordError

_COMMANDS = (
    index,
    ask,
    search,
    check,
    quotes,
    speakers,
    timeline,
    verify,
    evaluate,
    gold,
    serve,
    info,
)


def main() -> None:
    """Run the command of the process's arguments and leave with its exit status."""
    status = run(sys.argv[1:])
    drop_what_cannot_be_written()
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """The exit status of a command; 2 for every failure, expected or not."""
    open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a test's stream may not be a file
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        options = _options(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        status = command(options)
        sys.stdout.flush()
        return status
    except NothingToIndex as error:
        tell_failures(error.failures)
        tell(error)
    except OnRecordError as error:
        tell(error)
    except KeyboardInterrupt:
        tell("interrupted; nothing that was committed is lost")
    except BrokenPipeError:
        pass  # the reader of our output left: nothing to tell it, and no traceback
    except OSError as error:
        tell(f"{error.filename or 'the system'}: {(error.strerror or str(error)).lower()}")
    except MemoryError:
        tell("out of memory. Mend: index fewer or smaller documents at once")
    except Exception:  # noqa: BLE001  the one place for it: a bug must not look like an abstention
        with suppress(OSError):
            traceback.print_exc()
    return 2


def _options(arguments: list[str]) -> argparse.Namespace:
    try:
        return parser().parse_args(arguments)
    finally:
        sys.stdout.flush()  # --help ends here, and what it prints may not be writable


def parser() -> argparse.ArgumentParser:
    """All commands with their options, help and examples."""
    import shtab

    top = Parser(
        "onrecord",
        description="Ask a corpus; get back only what it says, word for word, with proof.",
        epilog="""\
examples:     onrecord index articles/
              onrecord ask "what did Putin say about Syria?"
exit status:  0 answered, found or true; 1 abstained, not found or differs; 2 could not run
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"onrecord {version('onrecord')}")
    shtab.add_argument_to(top, ["--print-completion"], help="print the completions of a shell")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return top
