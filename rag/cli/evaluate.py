"""`onrecord eval`: measure retrieval, evidence or answers on a data set."""

import argparse
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.options import Commands, add_json, command_parser, completes
from rag.cli.output import print_json, tell, tell_failures
from rag.errors import InputInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.engine import OnRecord
    from rag.evaluate import AnswersSet, Result, RetrievalSet, SelectionSet, Setting
    from rag.indexing import IndexReport, Progress

_TOLD = 5  # documents that could not be read; some published sets have thousands without text
_OF_AN_INDEX = ("index", "encoder")
_OF_RUNS = ("run", "from", "compare", "allow_unknown")
_OF_ONE = ("run", "from", "compare", "report", "failures", "min_confidence")
_NOT_BESIDE = {  # options that another option, or a form of sets, has no use for
    "--compare": (*_OF_AN_INDEX, "run", "from", "report", "failures"),
    "--from": (*_OF_AN_INDEX, "run"),
    "--json": ("failures",),
    "--vary": (*_OF_AN_INDEX, *_OF_ONE),
    "a set of the retrieval form": ("min_confidence",),
    "a set of the selection form": (*_OF_AN_INDEX, *_OF_RUNS, "min_confidence", "vary"),
    "a set of the answers form": _OF_RUNS,
    "a set without documents": ("encoder", "vary"),
}


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "eval",
        run,
        does="measure retrieval and answers on a data set",
        ends="""\
SET is a folder or file of one of these forms; --corpus names other documents than its own.
  retrieval  queries.jsonl, corpus.jsonl and qrels.tsv or qrels/test.tsv (BEIR); or topics, qrels
             and a corpus (TREC). Measures: nDCG@10 AP RR P@1 R@1 R@10 R@100
  selection  a file that ends in .selection.jsonl. Measures: AP RR P@1, and of abstaining
  answers    questions.jsonl beside its documents. Measures: hit@1 nugget_recall precision
             answered abstained
Means come with their 95 % bootstrap intervals. The index of the documents is kept below
$XDG_CACHE_HOME/onrecord/eval (default ~/.cache), so that a second run builds nothing; or in
--index, which must hold nothing else. A set of questions alone is asked of --index as it is.

examples:     onrecord eval tests/gold/seeds --corpus seeds
              onrecord eval my-set --run ours.run --json
              onrecord eval my-set --from theirs.run
              onrecord eval my-set --compare theirs.run ours.run
              onrecord eval my-set --vary retrieve.passage_words=80,110 --vary retrieve.k1=0.9,1.2
exit status:  0 measured, 2 could not run
""",
        index=None,
        index_is="folder to keep the index of the documents in (default: see below)",
    )
    which = command.add_mutually_exclusive_group(required=True)
    completes(which.add_argument("set", metavar="SET", nargs="?", type=Path, help="the set"))
    completes(which.add_argument("--set", metavar="SET", type=Path, dest="same", help="the same"))
    _add_options(command)


def _add_options(command: argparse.ArgumentParser) -> None:
    for name, metavar, does in (
        ("--corpus", "PATH", "documents of the set"),
        ("--run", "FILE", "write the ranked documents as a TREC run"),
        ("--from", "RUN", "measure this TREC run"),
        ("--report", "DIR", "write a report with every failure, as HTML and JSON"),
    ):
        completes(command.add_argument(name, metavar=metavar, type=Path, help=does))
    completes(
        command.add_argument(
            "--compare", metavar=("A", "B"), nargs=2, type=Path, help="what changes from run A to B"
        )
    )
    command.add_argument(
        "--vary",
        metavar="NAME=V,…",
        action="append",
        help="measure every combination of these settings: encoder, retrieve.passage_words, "
        "retrieve.overlap_words, the weights of retrieve, read.depth, read.within, read.promising",
    )
    command.add_argument("--encoder", metavar="MODEL", help="as in index")
    command.add_argument("--min-confidence", metavar="P", type=float, help="as in ask")
    command.add_argument(
        "--allow-unknown",
        action="store_true",
        help="let judgments name documents that the corpus lacks; these count as not found",
    )
    command.add_argument("--failures", action="store_true", help="list the questions that failed")
    add_json(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.evaluate import ANY_DOCUMENT, RetrievalSet, SelectionSet, read_set

    options.set = options.set or options.same
    for option in ("compare", "from", "json", "vary"):
        if getattr(options, option):
            _refuse_beside(options, f"--{option}")
    documents = ANY_DOCUMENT if options.allow_unknown else None
    given = read_set(options.set, options.corpus, documents=documents)
    _refuse_beside(options, f"a set of the {given.form} form")
    if options.report:
        _refuse_among_documents(options, given)
    if isinstance(given, RetrievalSet) and not (options.compare or getattr(options, "from")):
        given = _shortened(given)
    if isinstance(given, RetrievalSet) and options.compare:
        _compare(options, given)
    elif options.vary and not isinstance(given, SelectionSet):
        _vary(options, given)
    else:
        _measure(options, given)
    return 0


def _shortened(given: "RetrievalSet") -> "RetrievalSet":
    """A published set may have whole texts for queries; what is asked of them is told."""
    from rag.engine import LONGEST_QUESTION

    queries = [replace(one, text=one.text[:LONGEST_QUESTION]) for one in given.queries]
    if cut := sum(a != b for a, b in zip(queries, given.queries, strict=True)):
        seen = f"{cut} of {len(queries)} queries are longer than {LONGEST_QUESTION:,} characters"
        tell(f"{seen}: as many of each are asked")
    return replace(given, queries=tuple(queries))


def _refuse_among_documents(
    options: argparse.Namespace, given: "RetrievalSet | SelectionSet | AnswersSet"
) -> None:
    """A report quotes all questions: it would answer them the next time."""
    from rag.evaluate import AnswersSet, SelectionSet

    folders = () if isinstance(given, SelectionSet) else given.corpus
    if isinstance(given, AnswersSet) and not options.corpus:
        folders = (*folders, options.set)
    for folder in folders:
        if folder.is_dir() and options.report.resolve().is_relative_to(folder.resolve()):
            seen = f"--report {options.report}: it would be one of the documents of {folder}"
            raise InputInvalid(seen, "name a folder elsewhere")


def _refuse_beside(options: argparse.Namespace, what: str) -> None:
    for option in _NOT_BESIDE[what]:
        given = getattr(options, option)
        if given is not None and given is not False:
            flag = f"--{option.replace('_', '-')}"
            raise InputInvalid(f"{flag} has no meaning beside {what}", f"leave out {flag}")


def _compare(options: argparse.Namespace, given: "RetrievalSet") -> None:
    from rag.evaluate import compare, judge_run, read_run
    from rag.terminal import print_comparison

    a, b = options.compare
    runs = [judge_run(given, read_run(file)) for file in (a, b)]
    for file, result in zip((a, b), runs, strict=True):
        for seen in _uncounted(result, None):
            tell(f"{file}: {seen}")
    deep = [max(map(len, one.run.values())) for one in runs]
    if deep[0] != deep[1]:
        tell(
            f"{a} has at most {deep[0]:,} documents of a query, {b} {deep[1]:,}: AP, RR and the "
            "deeper recalls compare that, too"
        )
    comparison = compare(runs[0].run, runs[1].run, given)
    if options.json:
        print_json(comparison.as_json())
    else:
        print_comparison(comparison)


def _vary(options: argparse.Namespace, given: "RetrievalSet | AnswersSet") -> None:
    from rag.evaluate import RetrievalSet, best_first, grid, trial
    from rag.terminal import print_trials, progress_bar

    if not given.corpus:
        _refuse_beside(options, "a set without documents")
    settings = grid(options.vary)
    if isinstance(given, RetrievalSet):
        _refuse_without_effect(settings)
    first = partial(_check, options, given)
    with progress_bar() as progress:
        found = [
            trial(
                given,
                setting,
                progress=_numbered(progress, number, len(settings)),
                brought=first if number == 1 else None,
            )
            for number, setting in enumerate(settings, 1)
        ]
    trials = best_first(found)
    if not options.json:
        print_trials(trials)
        return
    rows = [
        {
            "setting": dict(one.setting.varied),
            "measures": {name: interval.as_json() for name, interval in one.measures.items()},
            "costs": {
                "query_ms": round(one.query_ms, 1),
                "index_seconds": one.index_seconds,
                "passage_bytes": round(one.passage_bytes),
            },
        }
        for one in trials
    ]
    print_json(
        {"schema": "onrecord.vary/1", "set": given.name, "form": given.form} | {"trials": rows}
    )


def _refuse_without_effect(settings: "Sequence[Setting]") -> None:
    """Settings that make no difference to a ranking as deep as it is measured."""
    from rag.evaluate.retrieval import DEPTH

    for name, value in chain.from_iterable(one.varied.items() for one in settings):
        if name.startswith("read."):
            seen, mend = f"--vary {name}: documents are ranked without reading", "leave it out"
            raise InputInvalid(seen, mend)
        if name == "retrieve.candidates" and int(value) < DEPTH:
            seen = f"--vary {name}={value}: {DEPTH} documents of each query are measured"
            raise InputInvalid(seen, f"use {DEPTH} or more")


def _numbered(progress: "Progress", number: int, of: int) -> "Progress":
    return lambda stage, done, total: progress(f"{number} of {of}: {stage}", done, total)


def _measure(
    options: argparse.Namespace, given: "RetrievalSet | SelectionSet | AnswersSet"
) -> None:
    from rag.evaluate import RetrievalResult, write_run
    from rag.terminal import print_failures, print_measures, progress_bar

    with progress_bar() as progress:
        result, engine = _result(options, given, progress)
    measures = result.measures()
    for seen in _uncounted(result, engine):
        tell(seen)
    if options.json:
        table = {name: interval.as_json() for name, interval in measures.items()}
        print_json(
            {"schema": "onrecord.eval/1", "set": result.name, "form": result.form}
            | {"n": result.n, "measures": table}
        )
    else:
        print_measures(measures)
    if options.failures:
        print_failures(result)
    # At the end, since measuring takes long and a file may not be writable.
    if options.report:
        _report(options, result, engine)
    if options.run and isinstance(result, RetrievalResult):
        write_run(options.run, result.run)


def _result(
    options: argparse.Namespace,
    given: "RetrievalSet | SelectionSet | AnswersSet",
    progress: "Progress",
) -> tuple["Result", "OnRecord | None"]:
    """The result, and the index that it was measured on, if any."""
    from rag.evaluate import (
        RetrievalSet,
        SelectionSet,
        evaluate_answers,
        evaluate_retrieval,
        evaluate_selection,
        judge_run,
        read_run,
    )

    if isinstance(given, SelectionSet):
        return evaluate_selection(given, progress=progress), None
    if isinstance(given, RetrievalSet):
        if run := getattr(options, "from"):
            return judge_run(given, read_run(run)), None
        engine = _engine(options, given, progress)
        return evaluate_retrieval(given, engine, progress=progress), engine
    engine, least = _engine(options, given, progress), options.min_confidence
    return evaluate_answers(given, engine, min_confidence=least, progress=progress), engine


def _uncounted(result: "Result", engine: "OnRecord | None") -> "Iterator[str]":
    """What is wanted and cannot be found, or is not counted as others would count it."""
    from rag.evaluate import AnswersResult, RetrievalResult
    from rag.evaluate.losses import absent

    if isinstance(result, AnswersResult) and engine:
        if lost := absent(result, engine):
            wanted = sum(len(one.question.nuggets) for one in result.judged)
            yield (
                f"{lost} of {wanted} nuggets stand in no sentence of the index and count as not "
                "found; --report tells why"
            )
    elif isinstance(result, RetrievalResult):
        judged = result.given.qrels
        empty = sum(not any(grade > 0 for grade in of.values()) for of in judged.values())
        if empty:
            yield (
                f"{empty} of {len(judged)} judged queries have no relevant document and are left "
                "out (trec_eval counts them as 0)"
            )
        if lacking := len(judged.keys() - result.run.keys()):
            yield f"the run lacks {lacking} of {len(judged)} judged queries; they count as 0"


def _report(options: argparse.Namespace, result: "Result", engine: "OnRecord | None") -> None:
    from rag.evaluate.losses import losses
    from rag.evaluate.report import write_report

    lost = losses(result, engine, min_confidence=options.min_confidence)
    index = engine.info() if engine else None
    tell(f"report: {write_report(result, options.report, losses=lost, index=index)}")


def _engine(
    options: argparse.Namespace, given: "RetrievalSet | AnswersSet", progress: "Progress"
) -> "OnRecord":
    """The index of the set's corpus, brought up to date, or that of `--index` as it is."""
    from rag.engine import OnRecord
    from rag.evaluate import bring, kept_index

    if not given.corpus:
        _refuse_beside(options, "a set without documents")
        if options.index is None:
            mend = "name its documents with --corpus, or an index that holds them with --index"
            raise InputInvalid(f"{options.set}: only questions, no documents", mend)
        return OnRecord.open(options.index)
    index = options.index or kept_index(given.name, given.corpus, encoder=options.encoder)
    report = bring(index, given.corpus, encoder=options.encoder, progress=progress)
    _check(options, given, index, report)
    return OnRecord.open(index)


def _check(
    options: argparse.Namespace,
    given: "RetrievalSet | AnswersSet",
    index: Path,
    report: "IndexReport",
) -> None:
    """Tell what could not be read; and of a corpus that lists no ids, check the judgments now."""
    from rag.engine import OnRecord
    from rag.evaluate import RetrievalSet, lists_its_ids, read_set

    tell_failures(report.failures[:_TOLD])
    if (more := len(report.failures) - _TOLD) > 0:
        tell(f"not read: {more} more")
    if isinstance(given, RetrievalSet) and not (
        options.allow_unknown or all(map(lists_its_ids, given.corpus))
    ):
        ids = {*OnRecord.open(index).document_ids()}
        read_set(options.set, options.corpus, documents=ids)
