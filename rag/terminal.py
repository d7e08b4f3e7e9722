"""Answers as text for people: wrapped at the terminal's width, coloured on a terminal only.

Law: text of documents is shown, never obeyed: no markup, and no control character reaches the
terminal.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.contracts import OBEYED, Citations
from rag.datatypes import Answer, Document, Hit, Statement
from rag.evaluate.measures import Interval
from rag.indexing import Progress

_REASONS = {
    "no_match": "no document has anything to do with it.",
    "not_answered": "there are passages near the question, but none that answers it.",
    "filtered_out": "no document passes the filters.",
    "empty_index": "the index holds no documents.",
}
_CONTROL = re.compile(rf"[\x00-\x1f]|{OBEYED.pattern}")


def console() -> Console:
    """Standard output: as wide as the terminal, or 80 columns where there is none."""
    terminal = sys.stdout.isatty()
    return Console(width=None if terminal else 80, highlight=False, markup=False, emoji=False)


def shown(text: str) -> str:
    """Text of a document on one line, with nothing that a terminal would obey."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def _put(out: Console, text: Text, *, indent: int) -> None:
    """Print wrapped at the terminal's width, without white space at the ends of lines."""
    for line in text.wrap(out, max(out.width - indent, 20)):
        line.rstrip()
        out.print(Text(" " * indent).append_text(line), soft_wrap=True)


def print_answer(out: Console, answer: Answer) -> None:
    """The sentences with their citations and the sources; or why there is none."""
    cited = Citations.of(answer)
    if answer.status == "abstained":
        _print_abstention(out, answer, cited)
    else:
        for statement in answer.statements:
            for place, (text, numbers) in enumerate(_wordings(statement, cited)):
                line = Text("" if place == 0 else "also: ", style="dim")
                line.append(text, style="not dim" if place == 0 else "")
                line.append(f" {numbers}", style="cyan")
                _put(out, line, indent=0 if place == 0 else 4)
            out.print()
        out.print(Text(f"confidence {answer.confidence:.2f}", style="dim"))
    if cited.documents:
        out.print()
        out.print(Text("Sources", style="bold"))
        for document in cited.documents:
            _put(out, _source(cited[document], document), indent=2)


def _wordings(statement: Statement, cited: Citations) -> list[tuple[str, str]]:
    """Each wording with the numbers of the documents that have it to the letter."""
    found: dict[str, set[int]] = {}
    for one in statement.evidence:
        found.setdefault(shown(one.sentence.text), set()).add(cited[one.sentence.document])
    return [
        (text, "".join(f"[{number}]" for number in sorted(numbers)))
        for text, numbers in found.items()
    ]


def _print_abstention(out: Console, answer: Answer, cited: Citations) -> None:
    line = Text("The sources do not say: ", style="bold")
    line.append(_REASONS[answer.reason or "not_answered"], style="not bold")
    _put(out, line, indent=0)
    if answer.nearest:
        out.print()
        out.print(Text("Nearest, but no answer:", style="dim"))
        for one in answer.nearest:
            line = Text(shown(one.sentence.text), style="dim")
            line.append(f" [{cited[one.sentence.document]}]", style="cyan")
            _put(out, line, indent=2)


def print_hits(out: Console, hits: tuple[Hit, ...]) -> None:
    """Ranked passages with their citations, and the sources."""
    cited = Citations(hit.passage.document for hit in hits)
    for place, hit in enumerate(hits, 1):
        document = hit.passage.document
        span = f"{hit.passage.span.start}:{hit.passage.span.end}"
        head = Text(f"{place}. ", style="bold").append(f"[{cited[document]}]", style="cyan")
        out.print(head.append(f" {shown(document.id)} {span}  {hit.score:.4f}", style="dim"))
        _put(out, Text(shown(hit.passage.text)), indent=3)
        out.print()
    out.print(Text("Sources", style="bold"))
    for document in cited.documents:
        _put(out, _source(cited[document], document), indent=2)


def _source(number: int, document: Document) -> Text:
    line = Text(f"[{number}] ", style="cyan")
    line.append(shown(document.title or document.id))
    known = [part for part in (document.outlet, document.date) if part]
    if document.title:
        known.append(document.id)
    if known:
        line.append(f" · {' · '.join(shown(part) for part in known)}", style="dim")
    return line


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on standard error; nothing where that is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    silent = not sys.stderr.isatty()
    with Bar(*columns, console=Console(stderr=True), transient=True, disable=silent) as bar:
        task = bar.add_task("", total=None)

        def tell(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield tell


def print_measures(measures: Mapping[str, Interval]) -> None:
    """A table of measures with their 95 % intervals."""
    out = console()
    table = Table(box=None, pad_edge=False)
    table.add_column("measure")
    for heading in ("value", "95 %", "n"):
        table.add_column(heading, justify="right")
    for name, one in measures.items():
        table.add_row(name, f"{one.value:.3f}", f"{one.low:.3f} – {one.high:.3f}", str(one.n))
    out.print(table)
