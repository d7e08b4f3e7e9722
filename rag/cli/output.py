"""What goes to standard output and to standard error, and how."""

import json
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rag.contracts import OBEYED
from rag.errors import OnRecordError

_ESCAPED = re.compile(rf"{OBEYED.pattern}|[\ud800-\udfff]")


def open_what_is_closed() -> None:
    """Python has `None` for a closed stream, and the next file opened would get what is for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  until the end


def drop_what_cannot_be_written() -> None:
    """Python writes what is left of both streams at its end; a failure there ends in 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell(what: object) -> None:
    """One line, whatever the names of files hold; if nobody reads it, the status still tells."""
    line = " ".join(str(what).split())
    with suppress(OSError):
        print("onrecord:", "".join(c if c.isprintable() else "�" for c in line),
              file=sys.stderr, flush=True)  # fmt: skip


def tell_failures(failures: Iterable[OnRecordError]) -> None:
    """Name what could not be read, a line each."""
    for failure in failures:
        tell(f"not read: {failure}")


def print_json(value: object) -> None:
    """One object on one line, with nothing in it that a terminal would obey or that UTF-8 lacks."""
    line = json.dumps(value, ensure_ascii=False)
    print(_ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", line), flush=True)
