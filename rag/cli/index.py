"""`onrecord index`: files into an index."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.options import STATUS, Commands, add_json, command_parser, completes
from rag.cli.output import print_json, tell_failures
from rag.errors import IndexMissing

if TYPE_CHECKING:
    from rag.segment import PassageConfig


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "index",
        run,
        does="read files or folders into an index (adds, updates, removes)",
        ends=f"""\
Reads .txt .md .html .jsonl .csv .tsv; "-" is standard input, as text, HTML or JSONL. Only what
changed is read again, and what is gone from a folder is removed. With neither PATH nor --forget:
check the index and rebuild what is derived.

examples:     onrecord index articles/
              onrecord index --forget articles/2019
              onrecord index articles/ --index news.index --encoder ./my-sentence-transformer
{STATUS.format(yes="indexed", no="(never)")}
""",
    )
    paths = command.add_argument(
        "path", metavar="PATH", nargs="*", type=Path, help="file or folder"
    )
    completes(paths)
    encoder = command.add_argument(
        "--encoder",
        metavar="MODEL",
        help="a sentence-transformers model: folder, or name in the local cache "
        "(default: as before, else all-MiniLM-L6-v2)",
    )
    completes(encoder, directory=True)
    command.add_argument("--passage-words", metavar="N", type=int, help="words in a passage")
    command.add_argument(
        "--overlap-words", metavar="N", type=int, help="words shared by neighbours"
    )
    forget = command.add_argument(
        "--forget",
        metavar="PATH",
        action="append",
        type=Path,
        default=[],
        help="remove what came from a file or folder, be it there or not; may be repeated",
    )
    completes(forget)
    add_json(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.indexing import build
    from rag.terminal import counted, progress_bar

    with progress_bar() as progress:
        report = build(
            options.index,
            options.path,
            encoder=options.encoder,
            config=_passage_config(options),
            forget=options.forget,
            progress=progress,
        )
    tell_failures(report.failures)
    counts = report.counts
    if options.json:
        failures = [{"where": one.where, "why": one.why} for one in report.failures]
        print_json(
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
        f"now {counted(counts.documents, 'document')}, {counted(counts.sentences, 'sentence')}"
    )
    return 0


def _passage_config(options: argparse.Namespace) -> "PassageConfig | None":
    """What is asked for, the rest as the index has it; `None` where nothing is."""
    from rag.segment import PassageConfig
    from rag.store import snapshot

    given = {"length_words": options.passage_words, "overlap_words": options.overlap_words}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        return None
    try:
        with snapshot(options.index) as record:
            before = record.settings
    except IndexMissing:
        return PassageConfig(**given)
    had = {"length_words": before.length_words, "overlap_words": before.overlap_words}
    return PassageConfig(**had | given)
