"""`onrecord eval`: measure answers on a data set."""

import argparse
from pathlib import Path

from rag.cli.options import Commands, add_json, command_parser, completes
from rag.cli.output import print_json, tell_failures


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "eval",
        run,
        does="measure answers on a data set",
        ends="""\
SET is a folder with questions.jsonl; its documents are all else in it, or --corpus. The index of
the corpus is made in --index, or in a folder that is thrown away.

example:      onrecord eval tests/gold/seeds --corpus seeds
exit status:  0 measured, 2 could not run
""",
        index=None,
        index_is="folder to make the index of the corpus in (default: one that is thrown away)",
    )
    where = command.add_argument("set", metavar="SET", type=Path, help="folder of the set")
    corpus = command.add_argument(
        "--corpus", metavar="PATH", type=Path, help="documents of the set"
    )
    completes(where, directory=True)
    completes(corpus)
    command.add_argument("--min-confidence", metavar="P", type=float, help="as in ask")
    command.add_argument("--failures", action="store_true", help="list the questions that failed")
    add_json(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from tempfile import TemporaryDirectory

    from rag.engine import OnRecord
    from rag.evaluate import evaluate_answers, read_answers_set
    from rag.terminal import print_measures, progress_bar, shown

    given = read_answers_set(options.set, options.corpus)
    with TemporaryDirectory(prefix="onrecord-eval-") as temporary, progress_bar() as progress:
        index = options.index or Path(temporary) / "index"
        report = OnRecord.build(index, given.corpus, progress=progress)
        tell_failures(report.failures)
        engine = OnRecord.open(index)
        result = evaluate_answers(given, engine, min_confidence=options.min_confidence)
    measures = result.measures()
    if options.json:
        table = {name: interval.as_json() for name, interval in measures.items()}
        print_json(
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
