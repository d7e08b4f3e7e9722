"""Questions as a file: one a line, plain text or JSON."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.datatypes import FILTERS
from rag.errors import InputInvalid

_LONGEST_LINE = 1 << 20  # bytes of a line in a batch; the rest of a longer one is passed over


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a batch."""

    question: str
    id: str | int | None = None
    filters: Mapping[str, object] = field(default_factory=dict)


def lines(name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank, as they arrive; "-" is standard input."""
    stream = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115
    with stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), 1):
            rest = line
            while rest and not rest.endswith(b"\n"):  # a line that is too long to be a question
                rest = stream.readline(_LONGEST_LINE)
            text = line.decode("utf-8", errors="surrogateescape").strip("\ufeff\r\n")
            if text.strip():
                yield number, text


def row(line: str) -> Row:
    """A line of a batch: a plain question, or JSON with its id and filters.

    Raises:
        InputInvalid: The line is JSON, but no question, or has a key that would tell nothing.
    """
    if not line.lstrip().startswith("{"):
        return Row(line)
    mend = 'write {"id": …, "question": "…"} on one line'
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputInvalid(f"not JSON ({error})", mend) from error
    question, number = fields.pop("question", None), fields.pop("id", None)
    if not isinstance(question, str):
        raise InputInvalid('no "question" in it', mend)
    if not isinstance(number, str | int | None) or isinstance(number, bool):
        raise InputInvalid(f'"id" is {number!r}', "give it as text or a whole number")
    if unknown := fields.keys() - {*FILTERS}:
        seen = f'"{min(unknown)}" is no filter'
        raise InputInvalid(seen, f"use {', '.join(FILTERS)}, or leave it out")
    return Row(question, number, {key: value for key, value in fields.items() if value is not None})
