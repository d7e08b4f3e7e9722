"""The command line: `onrecord …`. Results on standard output, everything else on standard error.

Exit status: 0 answered, found or true; 1 abstained, not found or differs; 2 could not run.
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from rag.contracts import OBEYED
from rag.errors import InputInvalid, NothingToIndex, OnRecordError

if TYPE_CHECKING:  # a command imports what it needs, so that none waits for the others
    from rag.datatypes import Filters
    from rag.segment import PassageConfig

DEFAULT_INDEX = ".onrecord"
_FILTERS = ("document", "outlet", "since", "until")
_LONGEST_LINE = 1 << 20  # bytes of a line in a batch; the rest of a longer one is passed over
_STATUS = "exit status:  0 {yes}, 1 {no}, 2 could not run"


def main() -> None:
    """Run the command of the process's arguments and leave with its exit status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit status of a command; 2 for every failure, expected or not."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a test's stream may not be a file
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        options = parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        status = command(options)
        sys.stdout.flush()
        return status
    except NothingToIndex as error:
        _tell_failures(error.failures)
        _tell(error)
    except OnRecordError as error:
        _tell(error)
    except KeyboardInterrupt:
        _tell("interrupted; nothing that was committed is lost")
    except BrokenPipeError:  # the reader of our output left: nothing to tell it, and no traceback
        _drop_what_cannot_be_written()
    except OSError as error:
        _tell(f"{error.filename or 'the system'}: {(error.strerror or str(error)).lower()}")
        _drop_what_cannot_be_written()
    except MemoryError:
        _tell("out of memory. Mend: index fewer or smaller documents at once")
    except Exception:  # noqa: BLE001  the one place for it: a bug must not look like an abstention
        traceback.print_exc()
    return 2


def _drop_what_cannot_be_written() -> None:
    """Python writes what is left of standard output at its end; a failure there ends in 120."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(what: object) -> None:
    """One line, whatever the names of files hold."""
    line = " ".join(str(what).split())
    print("onrecord:", "".join(c if c.isprintable() else "�" for c in line), file=sys.stderr)


def _tell_failures(failures: Iterable[OnRecordError]) -> None:
    for failure in failures:
        _tell(f"not read: {failure}")


class _Parser(argparse.ArgumentParser):
    """One that tells a wrong use as every other error is told: in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise what `run` tells."""
        raise InputInvalid(message, f"see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """All commands with their options, help and examples."""
    import shtab

    top = _Parser(
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
    for add in (_add_index, _add_ask, _add_search, _add_verify, _add_eval, _add_serve, _add_info):
        add(commands)
    return top


Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def _command(
    commands: Commands,
    name: str,
    run_it: Callable[[argparse.Namespace], int],
    *,
    does: str,
    ends: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=does,
        description=does[0].upper() + does[1:] + ".",
        epilog=ends,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = command.add_argument(
        "--index",
        metavar="DIR",
        type=Path,
        default=Path(os.environ.get("ONRECORD_INDEX") or DEFAULT_INDEX),
        help="folder of the index (default: $ONRECORD_INDEX, else ./.onrecord)",
    )
    _completes(place, directory=True)
    command.set_defaults(command=run_it)
    return command


def _completes(argument: argparse.Action, *, directory: bool = False) -> None:
    import shtab

    argument.complete = shtab.DIRECTORY if directory else shtab.FILE  # type: ignore[attr-defined]


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _add_filters(command: argparse.ArgumentParser) -> None:
    filters = command.add_argument_group("filters")
    filters.add_argument("--document", metavar="ID", help="only documents whose id begins with ID")
    filters.add_argument("--outlet", metavar="NAME", help="only outlets with NAME in their name")
    filters.add_argument("--since", metavar="DATE", help="only of DATE or later, e.g. 2024-12-01")
    filters.add_argument("--until", metavar="DATE", help="only of DATE or earlier")


def _add_index(commands: Commands) -> None:
    command = _command(
        commands,
        "index",
        _index,
        does="read files or folders into an index (adds, updates, removes)",
        ends=f"""\
Reads .txt .md .html .jsonl .csv .tsv; "-" is standard input. Only what changed is read again, and
what is gone from a folder is removed. Without PATH: check the index and rebuild what is derived.

examples:     onrecord index articles/
              onrecord index articles/ --index news.index --encoder ./my-sentence-transformer
{_STATUS.format(yes="indexed", no="(never)")}
""",
    )
    paths = command.add_argument(
        "path", metavar="PATH", nargs="*", type=Path, help="file or folder"
    )
    _completes(paths)
    encoder = command.add_argument(
        "--encoder",
        metavar="MODEL",
        help="a sentence-transformers model: folder, or name in the local cache "
        "(default: as before, else all-MiniLM-L6-v2)",
    )
    _completes(encoder, directory=True)
    command.add_argument("--passage-words", metavar="N", type=int, help="words in a passage")
    command.add_argument(
        "--overlap-words", metavar="N", type=int, help="words shared by neighbours"
    )
    _add_json(command)


def _index(options: argparse.Namespace) -> int:
    from rag.indexing import build
    from rag.terminal import progress_bar

    with progress_bar() as progress:
        report = build(
            options.index,
            options.path,
            encoder=options.encoder,
            config=_passage_config(options),
            progress=progress,
        )
    _tell_failures(report.failures)
    counts = report.counts
    if options.json:
        failures = [{"where": one.where, "why": one.why} for one in report.failures]
        _print_json(
            {"schema": "onrecord.index/1", "index": str(options.index)}
            | {"added": report.added, "updated": report.updated, "removed": report.removed}
            | {"unchanged": report.unchanged, "rebuilt": report.rebuilt, "failures": failures}
            | asdict(counts)
        )
        return 0
    rebuilt = ", rebuilt" if report.rebuilt else ""
    print(
        f"{options.index}: {report.added} added, {report.updated} updated, "
        f"{report.removed} removed, {report.unchanged} unchanged, "
        f"{len(report.failures)} not read{rebuilt}; "
        f"now {counts.documents} documents, {counts.sentences} sentences"
    )
    return 0


def _passage_config(options: argparse.Namespace) -> "PassageConfig | None":
    from rag.segment import PassageConfig

    given = {"length_words": options.passage_words, "overlap_words": options.overlap_words}
    given = {name: value for name, value in given.items() if value is not None}
    return PassageConfig(**given) if given else None


def _add_ask(commands: Commands) -> None:
    command = _command(
        commands,
        "ask",
        _ask,
        does="answer with cited sentences, or say that there is none",
        ends=f"""\
A batch is a file (or "-") with one question a line: plain text, or JSON objects with "id",
"question" and any filter. One JSON object a line comes back, in the same order, without times
unless --timings is given, so that the same questions give the same bytes.

examples:     onrecord ask "what did Putin say about Syria?"
              onrecord ask --since 2024-12-01 --json "who is Igor Kirillov?"
              onrecord ask --batch questions.txt > answers.jsonl
{_STATUS.format(yes="answered", no="abstained")}; of a batch: 0 if any was answered
""",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", help="a question in plain words, in quotes")
    batch = what.add_argument("--batch", metavar="FILE", help="one question a line")
    _completes(batch)
    command.add_argument(
        "--min-confidence",
        metavar="P",
        type=float,
        help="abstain below this probability, 0 to 1 (default: the evidence model's own)",
    )
    command.add_argument("--timings", action="store_true", help="tell the times in a batch, too")
    _add_json(command)
    _add_filters(command)


def _ask(options: argparse.Namespace) -> int:
    from rag.contracts import answer_object
    from rag.engine import OnRecord

    if options.batch is not None:
        return _ask_batch(options)
    answer = OnRecord.open(options.index).ask(
        options.question, filters=_filters(vars(options)), min_confidence=options.min_confidence
    )
    if options.json:
        _print_json(answer_object(answer))
    else:
        from rag.terminal import console, print_answer

        print_answer(console(), answer)
    return 0 if answer.status == "answered" else 1


def _ask_batch(options: argparse.Namespace) -> int:
    from rag.contracts import answer_object
    from rag.engine import OnRecord

    answered = failed = 0
    engine = OnRecord.open(options.index)
    for number, line in _lines(options.batch):
        try:
            row = _row(line)
            answer = engine.ask(
                row.question,
                filters=_filters({**vars(options), **row.filters}),
                min_confidence=options.min_confidence,
            )
        except InputInvalid as error:
            failed += 1
            _tell(f"{options.batch}:{number}: {error}")
            _print_json({"schema": "onrecord.error/1", "line": number, "error": str(error)})
            continue
        answered += answer.status == "answered"
        _print_json(answer_object(answer, number=row.id, timings=options.timings))
    if failed:
        return 2
    return 0 if answered else 1


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank, as they arrive."""
    stream = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115
    with stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), 1):
            rest = line
            while rest and not rest.endswith(b"\n"):  # a line that is too long to be a question
                rest = stream.readline(_LONGEST_LINE)
            text = line.decode("utf-8", errors="surrogateescape").strip("\ufeff\r\n")
            if text.strip():
                yield number, text


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a batch."""

    question: str
    id: str | int | None = None
    filters: Mapping[str, object] = field(default_factory=dict)


def _row(line: str) -> _Row:
    """A line of a batch: a plain question, or JSON with its id and filters."""
    if not line.lstrip().startswith("{"):
        return _Row(line)
    mend = 'write {"id": …, "question": "…"} on one line'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputInvalid(f"not JSON ({error})", mend) from error
    question, number = row.pop("question", None), row.pop("id", None)
    if not isinstance(question, str):
        raise InputInvalid('no "question" in it', mend)
    if not isinstance(number, str | int | None):
        raise InputInvalid(f'"id" is {number!r}', "give it as text or a whole number")
    if row.get("speaker"):
        raise InputInvalid('"speaker" is no filter of this version', "leave it out")
    return _Row(question, number, {key: value for key, value in row.items() if value is not None})


def _filters(given: Mapping[str, object]) -> "Filters":
    from rag.datatypes import Filters

    return Filters(**{name: _text(name, given.get(name)) for name in _FILTERS})


def _text(name: str, value: object) -> str | None:
    if not isinstance(value, str | None):
        raise InputInvalid(f'"{name}" is {value!r}', "give it as text")
    return value


def _print_json(value: object) -> None:
    line = json.dumps(value, ensure_ascii=False)
    # JSON leaves some signs as they are that a terminal would obey.
    print(OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", line), flush=True)


def _add_search(commands: Commands) -> None:
    command = _command(
        commands,
        "search",
        _search,
        does="ranked cited passages, no answer",
        ends=f"""\
example:      onrecord search "fall of Assad" --depth 5
{_STATUS.format(yes="found", no="not found")}
""",
    )
    command.add_argument("question", help="a question or keywords, in quotes")
    command.add_argument("--depth", metavar="N", type=int, default=10, help="passages (default 10)")
    _add_json(command)
    _add_filters(command)


def _search(options: argparse.Namespace) -> int:
    from rag.contracts import search_object
    from rag.engine import OnRecord

    hits = OnRecord.open(options.index).search(
        options.question, filters=_filters(vars(options)), depth=options.depth
    )
    if options.json:
        _print_json(search_object(options.question, hits))
    elif hits:
        from rag.terminal import console, print_hits

        print_hits(console(), hits)
    else:
        print("Nothing was found.")
    return 0 if hits else 1


def _add_verify(commands: Commands) -> None:
    command = _command(
        commands,
        "verify",
        _verify,
        does="prove a saved answer against the index or the files",
        ends=f"""\
ANSWER.json is what ask --json or ask --batch printed. With --files the index is not needed: the
quotes are looked up in the files themselves, read as indexing reads them.

examples:     onrecord verify answer.json
              onrecord verify answer.json --files articles/
{_STATUS.format(yes="every quote stands in its source", no="something differs")}
""",
    )
    saved = command.add_argument("answer", metavar="ANSWER.json", type=Path, help="saved answer")
    _completes(saved)
    files = command.add_argument(
        "--files", metavar="DIR", type=Path, help="check against these files"
    )
    _completes(files, directory=True)
    _add_json(command)


def _verify(options: argparse.Namespace) -> int:
    from rag.verify import against_files, against_index, count_quotes, read_answers

    answers = read_answers(options.answer)
    if options.files:
        found = against_files(options.files, answers)
    else:
        found = against_index(options.index, answers)
    quotes = count_quotes(answers)
    if options.json:
        verdict = "differs" if found else "true"
        checked = {"answers": len(answers), "quotes": quotes}
        _print_json(
            {"schema": "onrecord.verify/1", "verdict": verdict, **checked, "differences": found}
        )
    else:
        from rag.terminal import shown

        for one in found:
            print(shown(one))
        if not found:
            print(f"proven: {quotes} quotes stand word for word in their sources")
    return 1 if found else 0


def _add_info(commands: Commands) -> None:
    command = _command(
        commands,
        "info",
        _info,
        does="what is in the index",
        ends=f"""\
examples:     onrecord info
              onrecord info --documents --json
{_STATUS.format(yes="there is an index", no="(never)")}
""",
    )
    command.add_argument("--documents", action="store_true", help="list the documents")
    _add_json(command)


def _info(options: argparse.Namespace) -> int:
    from rag.engine import OnRecord

    engine = OnRecord.open(options.index)
    info = engine.info()
    documents = list(engine.documents()) if options.documents else []
    if options.json:
        listed = [
            {"document": one.id, "title": one.title, "outlet": one.outlet, "date": one.date}
            | {"url": one.url, "sha256": one.sha256}
            for one in documents
        ]
        _print_json(
            {"schema": "onrecord.info/1", "index": str(info.path), "state": info.state}
            | asdict(info.counts)
            | {"size_bytes": info.size_bytes, "settings": asdict(info.settings)}
            | ({"list": listed} if options.documents else {})
        )
        return 0
    from rag.terminal import shown

    counts, settings = info.counts, info.settings
    print(f"{info.path}: {counts.documents} documents, {counts.sentences} sentences, ", end="")
    print(f"{counts.passages} passages, {info.size_bytes / 1e6:.1f} MB")
    print(f"encoder {settings.encoder}, {settings.width} wide, {settings.fingerprint[:16]}")
    print(f"passages of {settings.length_words} words, {settings.overlap_words} shared")
    for one in documents:
        print(shown(" · ".join(part for part in (one.id, one.title, one.outlet, one.date) if part)))
    return 0


def _add_serve(commands: Commands) -> None:
    command = _command(
        commands,
        "serve",
        _serve,
        does="the page, on this machine only",
        ends="""\
example:      onrecord serve --port 7860
exit status:  0 stopped by Ctrl-C, 2 could not run
""",
    )
    command.add_argument("--port", type=int, default=7860, help="TCP port (default 7860)")
    command.add_argument("--host", default="127.0.0.1", help="address to bind (default 127.0.0.1)")


def _serve(options: argparse.Namespace) -> int:
    from rag.web import serve

    serve(options.index, host=options.host, port=options.port)
    return 0


def _add_eval(commands: Commands) -> None:
    command = _command(
        commands,
        "eval",
        _eval,
        does="measure answers on a data set",
        ends="""\
SET is a folder with questions.jsonl; its documents are all else in it, or --corpus. The index of
the corpus is made in --index, or in a folder that is thrown away.

example:      onrecord eval tests/gold/seeds --corpus seeds
exit status:  0 measured, 2 could not run
""",
    )
    where = command.add_argument("set", metavar="SET", type=Path, help="folder of the set")
    corpus = command.add_argument(
        "--corpus", metavar="PATH", type=Path, help="documents of the set"
    )
    _completes(where, directory=True)
    _completes(corpus)
    command.add_argument("--min-confidence", metavar="P", type=float, help="as in ask")
    command.add_argument("--failures", action="store_true", help="list the questions that failed")
    _add_json(command)
    command.set_defaults(index=None)


def _eval(options: argparse.Namespace) -> int:
    from tempfile import TemporaryDirectory

    from rag.engine import OnRecord
    from rag.evaluate import evaluate_answers, read_answers_set
    from rag.terminal import print_measures, progress_bar, shown

    given = read_answers_set(options.set, options.corpus)
    with TemporaryDirectory(prefix="onrecord-eval-") as temporary, progress_bar() as progress:
        index = options.index or Path(temporary) / "index"
        report = OnRecord.build(index, given.corpus, progress=progress)
        _tell_failures(report.failures)
        engine = OnRecord.open(index)
        result = evaluate_answers(given, engine, min_confidence=options.min_confidence)
    measures = result.measures()
    if options.json:
        table = {name: interval.as_json() for name, interval in measures.items()}
        _print_json(
            {"schema": "onrecord.eval/1", "set": given.name, "form": "answers"}
            | {"n": len(given.questions), "measures": table}
        )
    else:
        print_measures(measures)
    if options.failures:
        for one in result.judged:
            if not one.right:
                what = "abstain" if not one.question.nuggets else "answer"
                print(f"{one.question.id}  should {what}: {shown(one.question.text)}")
                for statement in one.answer.statements:
                    first = statement.evidence[0]
                    print(f"      {first.probability:.2f} {shown(first.sentence.text)}")
    return 0
