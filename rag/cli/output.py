"""What goes to standard output and to standard error, and how."""

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from rag.contracts import OBEYED
from rag.errors import OnRecordError


def drop_what_cannot_be_written() -> None:
    """Python writes what is left of standard output at its end; a failure there ends in 120."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(what: object) -> None:
    """One line, whatever the names of files hold; if nobody reads it, the status still tells."""
    line = " ".join(str(what).split())
    if sys.stderr is not None:  # it was closed: print would write among the results
        with suppress(OSError):
            print("onrecord:", "".join(c if c.isprintable() else "�" for c in line),
                  file=sys.stderr, flush=True)  # fmt: skip


def tell_failures(failures: Iterable[OnRecordError]) -> None:
    """Name what could not be read, a line each."""
    for failure in failures:
        tell(f"not read: {failure}")


def print_json(value: object) -> None:
    """One object on one line, with nothing in it that a terminal would obey."""
    line = json.dumps(value, ensure_ascii=False)
    print(OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", line), flush=True)
