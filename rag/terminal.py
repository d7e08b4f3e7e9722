"""Answers as text for people: wrapped at the terminal's width, coloured on a terminal only.

Law: text of documents is shown, never obeyed: no markup, and no control character reaches the
terminal.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.check import Change, Checked, Difference
from rag.compose import notes
from rag.contracts import OBEYED, Citations
from rag.datatypes import Answer, Document, Evidence, Hit, Sentence, Span, Statement
from rag.indexing import Progress
from rag.quotes import Attribution, Person
from rag.timeline import Timeline, differences

if TYPE_CHECKING:  # an answer does not wait for what measures answers
    from rag.evaluate import (
        AnswersResult,
        Comparison,
        Interval,
        Result,
        RetrievalResult,
        SelectionResult,
        Trial,
    )

_VERDICTS = {
    "exact": "word for word in the documents.",
    "altered": "the documents have it otherwise.",
    "other_speaker": "word for word in the documents, but somebody else says it.",
    "absent": "the documents do not have it.",
}
_CHANGES = {
    "negation_dropped": "a negation of the source is missing",
    "negation_added": "a negation that the source has not",
    "negation_before": "a negation stands right before these words",
    "condition_dropped": "a condition of the source is missing",
    "number": "another number",
    "word": "other words",
    "added": "words that the source has not",
    "cut": "words left out without an ellipsis",
    "ellipsis": "words left out, as the ellipsis shows",
    "bracket": "words in brackets",
    "attribution": "who says it, left out between two quotations",
    "merged": "words of several places as one quotation",
}
_LONGEST_SHOWN = 24  # words of a difference; more are shown by their first and last
_REASONS = {
    "no_match": "no document has anything to do with it.",
    "not_answered": "there are passages near the question, but none that answers it.",
    "filtered_out": "no document about this passes the filters.",
    "empty_index": "the index holds no documents.",
}
_Failure = tuple[str, str, str, Sequence[str]]  # id, text, what would be right, what came
_CONTROL = re.compile(rf"[\x00-\x1f]|{OBEYED.pattern}")


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """Not as rich does, whose status 1 would say that the answer was an abstention."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output: as wide as the terminal, or 80 columns where there is none."""
    terminal = sys.stdout.isatty()
    return _Output(width=None if terminal else 80, highlight=False, markup=False, emoji=False)


def shown(text: str) -> str:
    """Text of a document on one line, with nothing that a terminal would obey."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def counted(number: int, one: str) -> str:
    """A number of things, named by one of them."""
    return f"{number} {one}{'s' * (number != 1)}"


def put(out: Console, text: Text, *, indent: int) -> None:
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
        _print_notes(out, answer)
        for statement in answer.statements:
            for place, (one, numbers) in enumerate(_wordings(statement, cited)):
                indent = 4 * (place > 0)
                line = Text("also: " if place else "", style="dim")
                line.append(shown(one.sentence.text), style="" if place else "not dim")
                put(out, line.append(f" {numbers}", style="cyan"), indent=indent)
                if said := _said(one.sentence):
                    put(out, Text(said, style="dim"), indent=indent + 4)
                if one.context is not None:
                    before = shown(one.context.of(one.sentence.document.text))
                    put(out, Text(f"before it: {before}", style="dim"), indent=indent + 4)
            if statement.documents > 1:
                put(out, Text(_agreement(statement), style="dim"), indent=4)
            out.print()
        out.print(Text(f"confidence {answer.confidence:.2f}", style="dim"))
    if cited.documents:
        out.print()
        _print_sources(out, cited)


_SAID = {"direct": "quoted", "indirect": "reported"}


def _said(sentence: Sentence) -> str:
    """Who says a sentence, and whether these are the words."""
    how = _SAID.get(sentence.kind, "")
    return f"{shown(sentence.speaker)}, {how}" if sentence.speaker and how else how


def _wordings(statement: Statement, cited: Citations) -> list[tuple[Evidence, str]]:
    """The first of each wording, with the numbers of the documents that have it to the letter."""
    found: dict[str, tuple[Evidence, set[int]]] = {}
    for one in statement.evidence:
        _, numbers = found.setdefault(shown(one.sentence.text), (one, set()))
        numbers.add(cited[one.sentence.document])
    return [
        (one, "".join(f"[{number}]" for number in sorted(numbers)))
        for one, numbers in found.values()
    ]


def _agreement(statement: Statement) -> str:
    """How many reports bear a statement out: a copy of one is no second."""
    if statement.independent == statement.documents:
        return f"{statement.documents} independent reports"
    return f"{statement.documents} articles, {statement.independent} independent"


def _print_abstention(out: Console, answer: Answer, cited: Citations) -> None:
    line = Text("The sources do not say: ", style="bold")
    line.append(_REASONS[answer.reason or "not_answered"], style="not bold")
    put(out, line, indent=0)
    _print_notes(out, answer)
    if answer.nearest:
        out.print()
        out.print(Text("Nearest, but no answer:", style="dim"))
        for one in answer.nearest:
            put(out, _cited(one, cited, "dim"), indent=2)


def _print_notes(out: Console, answer: Answer) -> None:
    for note in notes(answer):
        put(out, Text(shown(note)), indent=0)


def print_hits(out: Console, hits: tuple[Hit, ...]) -> None:
    """Ranked passages with their citations, and the sources."""
    cited = Citations(hit.passage.document for hit in hits)
    for place, hit in enumerate(hits, 1):
        document = hit.passage.document
        span = f"{hit.passage.span.start}:{hit.passage.span.end}"
        head = Text(f"{place}. ", style="bold").append(f"[{cited[document]}]", style="cyan")
        out.print(head.append(f" {shown(document.id)} {span}  {hit.score:.4f}", style="dim"))
        put(out, Text(shown(hit.passage.text)), indent=3)
        out.print()
    _print_sources(out, cited)


def print_timeline(out: Console, found: Timeline) -> None:
    """What was said, by date; further wordings with their words that differ, and the sources."""
    cited = Citations(one.sentence.document for each in found.utterances for one in each.evidence)
    for said in found.utterances:
        first, *others = said.evidence
        head = Text(said.date or "no date", style="bold")
        head.append(f" · {_said(first.sentence)}", style="not bold dim")
        out.print(head)
        put(out, _cited(first, cited), indent=2)
        for one in others:
            steps = differences(first.sentence.text, one.sentence.text)
            words = [_difference(Difference(*step)) for step in steps]  # type: ignore[arg-type]
            line = Text("also: ", style="dim").append(" ".join(words), style="not dim")
            put(out, line.append(f" [{cited[one.sentence.document]}]", style="cyan"), indent=4)
        out.print()
    _print_sources(out, cited)


def _cited(one: Evidence, cited: Citations, style: str = "") -> Text:
    line = Text(shown(one.sentence.text), style=style)
    return line.append(f" [{cited[one.sentence.document]}]", style="cyan")


def print_quotes(out: Console, document: Document, found: Sequence[Attribution]) -> None:
    """What is quoted or reported in a document: who, by which word, what; quoted words in marks."""
    out.print(Text(shown(document.id), style="cyan"))
    for one in found:
        place = f"{one.content.start}:{one.content.end}"
        who = _who(document, one.name, one.speaker) or "nobody is named"
        head = Text(who, style="bold")
        if one.cue is not None:
            head.append(f" · {shown(one.cue.of(document.text))}", style="not bold")
        if one.reported_by is not None:
            by = _who(document, one.reporter, one.reported_by)
            head.append(f" · as told by {by}", style="not bold")
        put(out, head.append(f" · {place}", style="not bold dim"), indent=2)
        words = shown(one.content.of(document.text))
        put(out, Text(f"“{words}”" if one.kind == "direct" else words), indent=6)
    out.print()


def _who(document: Document, name: str | None, mention: Span | None) -> str:
    """The name, and the words of the text where they differ from it."""
    words = shown(mention.of(document.text)) if mention is not None else ""
    return f"{shown(name)} ({words})" if name and words and words != name else shown(name or words)


def print_speakers(found: Sequence[Person]) -> None:
    """A table of the people who speak, most first."""
    table = _table("name", "quoted", "reported", "documents")
    table.add_column("also written", overflow="fold")
    for one in found:
        others = ", ".join(shown(each) for each in one.variants if each != one.name)
        counts = (str(one.direct), str(one.indirect), str(one.documents))
        table.add_row(Text(shown(one.name)), *counts, Text(others))
    console().print(table)


def print_checked(out: Console, checked: Checked, *, place: str = "") -> None:
    """The verdict on a quote, what was changed, and the places with their differences."""
    head = Text(f"{shown(place)}  " if place else "", style="dim")
    head.append(checked.verdict.replace("_", " "), style="bold not dim")
    head.append(f": {_VERDICTS[checked.verdict]}", style="not dim")
    put(out, head, indent=0)
    if place:
        put(out, Text(f"“{_shortened(checked.quote)}”"), indent=2)
    for change in checked.changes:
        put(out, _change(change), indent=2)
    if not checked.matches:
        return
    out.print()
    if checked.verdict == "absent":
        out.print(Text("Nearest:", style="dim"))
    cited = Citations(match.document for match in checked.matches)
    for match in checked.matches:
        steps = " ".join(_difference(one) for one in match.differences)
        line = Text(shown(match.text) if checked.verdict == "absent" else steps)
        line.append(f" [{cited[match.document]}]", style="cyan")
        line.append(f" {match.span.start}:{match.span.end}", style="dim")
        if match.speaker:
            line.append(f" {shown(match.speaker)}", style="dim")
        put(out, line, indent=2)
    if checked.more:
        least = "" if checked.counted else "at least "
        put(out, Text(f"and in {least}{checked.more:,} more places", style="dim"), indent=2)
    out.print()
    _print_sources(out, cited)


def print_count(out: Console, name: str, verdicts: Sequence[str]) -> None:
    """How many quotations of a draft got which verdict."""
    counts = [f"{verdicts.count(one)} {one}" for one in _VERDICTS if one in verdicts]
    told = f"{counted(len(verdicts), 'quotation')}{': ' if counts else ''}{', '.join(counts)}"
    put(out, Text(shown(f"{name}: {told}"), style="bold"), indent=0)


def _change(change: Change) -> Text:
    line = Text(_CHANGES[change.kind])
    ours, theirs = (_shortened(part) for part in (change.quote, change.source))
    if ours or theirs:
        line.append(f": {_marked(ours, theirs)}", style="dim")
    return line


def _difference(one: Difference) -> str:
    if one.tag == "equal":
        return shown(one.source)
    return _marked(_shortened(one.quote), _shortened(one.source))


def _marked(ours: str, theirs: str) -> str:
    return (f"[-{ours}-]" if ours else "") + (f"{{+{theirs}+}}" if theirs else "")


def _shortened(text: str) -> str:
    words = shown(text).split()
    if len(words) <= _LONGEST_SHOWN:
        return " ".join(words)
    half = _LONGEST_SHOWN // 2
    left = len(words) - 2 * half
    return " ".join([*words[:half], f"<{left} words>", *words[-half:]])


def _print_sources(out: Console, cited: Citations) -> None:
    out.print(Text("Sources", style="bold"))
    for document in cited.documents:
        put(out, _source(cited[document], document), indent=2)


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


def print_measures(measures: Mapping[str, "Interval"]) -> None:
    """A table of measures with their 95 % intervals."""
    table = _table("measure", "value", "95 %", "n")
    for name, one in measures.items():
        table.add_row(name, *_figures(one), str(one.n))
    console().print(table)


def _figures(one: "Interval") -> tuple[str, str]:
    return (f"{one.value:.3f}", f"{one.low:.3f} – {one.high:.3f}") if one.n else ("–", "–")


def print_trials(trials: Sequence["Trial"]) -> None:
    """A table of settings by the measure that orders them, a question's median and the index."""
    first = trials[0].ordered_by
    table = _table("setting", first, "95 %", "ms", "index s", "B a passage")
    for one in trials:
        what = "\n".join(f"{name}={value}" for name, value in one.setting.varied.items())
        table.add_row(
            what,
            *_figures(one.measures[first]),
            f"{one.query_ms:.1f}",
            "–" if one.index_seconds is None else f"{one.index_seconds:.0f}",
            f"{one.passage_bytes:,.0f}",
        )
    console().print(table)


def print_comparison(comparison: "Comparison") -> None:
    """A table of what changes from run A to run B, and the queries that changed most."""
    out = console()
    table = _table("measure", "A", "B", "B - A", "p", "wins", "ties", "losses")
    for name, one in comparison.measures.items():
        figures = (f"{one.a:.3f}", f"{one.b:.3f}", f"{one.difference:+.3f}", f"{one.p:.4f}")
        table.add_row(name, *figures, str(one.wins), str(one.ties), str(one.losses))
    out.print(table)
    if comparison.moved:
        out.print(Text(f"\nMoved most, by {next(iter(comparison.measures))}", style="bold"))
    for moved in comparison.moved:
        line = Text(f"{moved.a:.3f} to {moved.b:.3f}  ", style="dim")
        line.append(f"{shown(moved.query.id)}  {shown(moved.query.text)}", style="not dim")
        put(out, line, indent=2)


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def print_failures(result: "Result") -> None:
    """The questions that failed, what would have been right, and what came in its place."""
    out = console()
    for name, text, should, came in _failures(result):
        put(out, Text(shown(f"{name}: should {should}: {text}")), indent=0)
        for line in came:
            put(out, Text(shown(line), style="dim"), indent=6)


def _failures(result: "Result") -> Iterator[_Failure]:
    match result.form:
        case "answers":
            return _wrong_answers(result)
        case "retrieval":
            return _not_found(result)
        case "selection":
            return _wrong_sentences(result)


def _wrong_answers(result: "AnswersResult") -> Iterator[_Failure]:
    for one in result.judged:
        if not one.right:
            first = [statement.evidence[0] for statement in one.answer.statements]
            came = [f"{each.probability:.2f} {each.sentence.text}" for each in first]
            should = "begin with another sentence" if first else "answer"
            if not one.question.nuggets:
                should = "abstain"
            yield one.question.id, one.question.text, should, came


def _not_found(result: "RetrievalResult") -> Iterator[_Failure]:
    values = result.per_query()["R@10"]
    for query in result.given.queries:
        if values.get(query.id) == 0:
            wanted = [name for name, grade in result.given.qrels[query.id].items() if grade > 0]
            came = [name for name, _ in result.run.get(query.id, ())[:3]]
            yield query.id, query.text, f"find {', '.join(wanted[:3])}", came


def _wrong_sentences(result: "SelectionResult") -> Iterator[_Failure]:
    first_is_right = result.per_query()["P@1"]
    for question, scores in zip(result.given.questions, result.scores, strict=True):
        confidence = max(scores)
        came = [f"{confidence:.2f} {question.sentences[scores.index(confidence)]}"]
        if first_is_right.get(question.id) == 0:
            yield question.id, question.text, "begin with another sentence", came
        elif bool(question.answers) != (confidence >= result.min_confidence):
            should = "answer" if question.answers else "abstain"
            yield question.id, question.text, should, came
