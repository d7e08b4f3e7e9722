"""`onrecord verify`: is a saved answer still true."""

import argparse
from pathlib import Path

from rag.cli.options import STATUS, Commands, add_json, command_parser, completes
from rag.cli.output import print_json
from rag.errors import InputInvalid, NothingToIndex


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "verify",
        run,
        does="prove a saved answer against the index or the files",
        ends=f"""\
ANSWER.json is what ask --json or ask --batch printed. With --files the index is not needed: the
quotes are looked up in the files themselves, read as indexing reads them; who says them and which
documents are copies is compared with an index only. The question and the scores are not proven.

examples:     onrecord verify answer.json
              onrecord verify answer.json --files articles/
{STATUS.format(yes="every quote stands in its source", no="something differs")}
""",
    )
    saved = command.add_argument(
        "answer", metavar="ANSWER.json", type=Path, help='saved answer ("-": standard input)'
    )
    completes(saved)
    files = command.add_argument(
        "--files", metavar="DIR", type=Path, help="check against these files"
    )
    completes(files, directory=True)
    add_json(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.verify import against_files, against_index, count_quotes, read_answers

    answers = read_answers(options.answer)
    if options.files:
        try:
            found = against_files(options.files, answers)
        except NothingToIndex as error:
            seen = error.failures[-1] if error.failures else f"{error.where}: {error.why}"
            raise InputInvalid(
                str(seen), "give the files or the folder that was indexed"
            ) from error
    else:
        found = against_index(options.index, answers)
    quotes = count_quotes(answers)
    if options.json:
        verdict = "differs" if found else "true"
        checked = {"answers": len(answers), "quotes": quotes}
        print_json(
            {"schema": "onrecord.verify/1", "verdict": verdict, **checked, "differences": found}
        )
    else:
        from rag.terminal import counted, shown

        for one in found:
            print(shown(one))
        if not found:
            all_stand = "stands" if quotes == 1 else "stand"
            print(f"proven: {counted(quotes, 'quote')} {all_stand} word for word in the sources")
    return 1 if found else 0
