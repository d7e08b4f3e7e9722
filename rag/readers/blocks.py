"""The form of text that Markdown and HTML share, so that later stages meet one.

Headings are `# Heading`, list items `- item`, a row of a table is a line with its cells joined by
` | `. Blocks are apart by an empty line, the items of a list by a line end.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.readers.normal import POWERS

MARKUP_LIMIT = 4 * 2**20  # code points; hostile markup can take time that grows with its square

_FIGURES = re.compile(r"[\s\d,+\u2212-]+", re.ASCII)
_RAISED = str.maketrans("0123456789+-\u2212", f"{POWERS}⁺⁻⁻")


class Block(NamedTuple):
    """A piece of text between line ends; `level` is 1 to 6 for a heading, 0 for all else."""

    text: str
    level: int = 0
    in_list: bool = False


def raised(text: str) -> str:
    """A superscript: its figures as ⁰¹²…, since 10⁶ is not 106; one with letters as it is: 1st."""
    return text.translate(_RAISED) if _FIGURES.fullmatch(text) else text


def heading(level: int, text: str) -> Block:
    """A heading of `level`, 1 to 6."""
    title = " ".join(text.split())
    return Block(f"{'#' * level} {title}", level) if title else Block("")


def item(blocks: Iterable[Block]) -> Iterator[Block]:
    """A list item; the items of a list in it have their own marks."""
    mark = "- "
    for block in blocks:
        if block.in_list or not block.text:
            yield block
        else:
            yield Block(mark + block.text, in_list=True)
            mark = ""


def table(rows: Iterable[Iterable[str]]) -> Block:
    """A table, row by row."""
    lines = (" | ".join(" ".join(cell.split()) for cell in row) for row in rows)
    return Block("\n".join(line for line in lines if line.strip(" |")))


def joined(blocks: Iterable[Block]) -> str:
    """The text of a document."""
    pieces: list[str] = []
    in_list = False
    for block in blocks:
        if block.text.strip():
            pieces += ["\n" if in_list and block.in_list else "\n\n", block.text]
            in_list = block.in_list
    return "".join(pieces[1:])
