"""What the parsers of all commands share."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

from rag.datatypes import FILTERS, Filters
from rag.errors import InputInvalid

DEFAULT_INDEX = Path(".onrecord")
STATUS = "exit status:  0 {yes}, 1 {no}, 2 could not run"


class Parser(argparse.ArgumentParser):
    """One that tells a wrong use as every other error is told: in one line."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse what it does not know by itself: only the whole parser does, for all commands."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Raise what `run` tells."""
        raise InputInvalid(message, f"see {self.prog} --help")


def _path(given: str) -> Path:
    if not given:  # as of a variable that is not set; for `Path` it is the working folder
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(given)


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def command_parser(
    commands: Commands,
    name: str,
    run_it: Callable[[argparse.Namespace], int],
    *,
    does: str,
    ends: str,
    index: Path | None = DEFAULT_INDEX,
    index_is: str = "folder of the index (default: $ONRECORD_INDEX, else ./.onrecord)",
) -> argparse.ArgumentParser:
    """The parser of one command, with what all have; `ends` holds its examples and statuses."""
    command = commands.add_parser(
        name,
        help=does,
        description=does[0].upper() + does[1:] + ".",
        epilog=ends,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.register("type", Path, _path)  # of every argument with `type=Path`
    place = command.add_argument(
        "--index",
        metavar="DIR",
        type=Path,
        default=index and Path(os.environ.get("ONRECORD_INDEX") or index),
        help=index_is,
    )
    completes(place, directory=True)
    command.set_defaults(command=run_it)
    return command


def completes(argument: argparse.Action, *, directory: bool = False) -> None:
    """Let shells complete an argument with files, or with folders."""
    import shtab

    argument.complete = shtab.DIRECTORY if directory else shtab.FILE  # type: ignore[attr-defined]


def add_json(command: argparse.ArgumentParser, what: str = "one JSON object") -> None:
    """The option `--json`."""
    command.add_argument("--json", action="store_true", help=f"print {what}")


def add_filters(
    command: argparse.ArgumentParser, *, speaker: str = "only what NAME says, quoted or reported"
) -> None:
    """The options that say which documents may answer, and whose words."""
    filters = command.add_argument_group("filters")
    filters.add_argument("--document", metavar="ID", help="only documents whose id begins with ID")
    filters.add_argument("--outlet", metavar="NAME", help="only outlets with NAME in their name")
    filters.add_argument(
        "--since",
        metavar="DATE",
        help="only of DATE or later, e.g. 2024-12-01; none without a date",
    )
    filters.add_argument(
        "--until", metavar="DATE", help="only of DATE or earlier; none without a date"
    )
    filters.add_argument("--speaker", metavar="NAME", help=speaker)


def filters_of(given: Mapping[str, object]) -> Filters:
    """The filters among options, or among the keys of a line of a batch.

    Raises:
        InputInvalid: One is no text.
    """
    return Filters(**{name: _text(name, given.get(name)) for name in FILTERS})


def _text(name: str, value: object) -> str | None:
    if not isinstance(value, str | None):
        raise InputInvalid(f'"{name}" is {value!r}', "give it as text")
    return value
