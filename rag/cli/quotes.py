"""`onrecord quotes`: every quotation and reported statement, with its speaker."""

import argparse
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.options import STATUS, Commands, add_json, command_parser, completes
from rag.cli.output import print_json, tell_failures
from rag.errors import DocumentUnreadable, InputInvalid

if TYPE_CHECKING:
    from rag.datatypes import Document
    from rag.quotes import Attribution

_OWNER = re.compile(r"\S+['’]s?\s")


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "quotes",
        run,
        does="every quotation and reported statement, with its speaker",
        ends=f"""\
Reads files or folders as indexing does ("-" is standard input), or without PATH the documents of
the index. English only. A piece of a split quotation is listed by itself.

examples:     onrecord quotes articles/
              onrecord quotes --speaker Putin --json
{STATUS.format(yes="found", no="none found")}
""",
    )
    add_paths(command)
    command.add_argument(
        "--speaker",
        metavar="NAME",
        help="only speakers with NAME in their name; Putin is not Putin's spokesman",
    )
    add_json(command, "one JSON object a line")


def add_paths(command: argparse.ArgumentParser) -> None:
    """The documents to read; without any, those of the index."""
    paths = command.add_argument(
        "path", metavar="PATH", nargs="*", type=Path, help="file or folder (default: the index)"
    )
    completes(paths)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import quote_object
    from rag.terminal import console, print_quotes, shown

    if options.speaker is not None and not options.speaker.strip():
        raise InputInvalid("--speaker is empty", "give a name, or leave it out")
    some = False
    for document, found in attributed(options):
        chosen = [one for one in found if _is_of(document, one, options.speaker)]
        some = some or bool(chosen)
        if options.json:
            for one in chosen:
                print_json(quote_object(document, one))
        elif chosen:
            print_quotes(console(), document, chosen)
    if not some and not options.json:
        who = f" by {shown(options.speaker)}" if options.speaker else ""
        print(f"Nothing is quoted or reported{who}.")
    return 0 if some else 1


def attributed(
    options: argparse.Namespace,
) -> Iterator[tuple["Document", tuple["Attribution", ...]]]:
    """The documents of the paths, or of the index, with who says what in each.

    Raises:
        DocumentUnreadable: Nothing could be read.
    """
    if options.path:
        from rag.quotes import attribute

        for document in _documents(options):
            yield document, attribute(document)
        return
    from rag.store import snapshot

    with snapshot(options.index) as record:
        for document in record.documents():
            yield document, record.attributions(document.id)


def _documents(options: argparse.Namespace) -> Iterator["Document"]:
    """Those of the paths; what cannot be read is told on standard error.

    Raises:
        DocumentUnreadable: Nothing could be read.
    """
    from rag.readers import STDIN, documents, sources

    failures, some = list[DocumentUnreadable](), False
    files = ([STDIN] if str(path) == "-" else sources(path) for path in options.path)
    for one in documents(chain.from_iterable(files)):
        if isinstance(one, DocumentUnreadable):
            failures.append(one)
        else:
            some = True
            yield one
    if failures and not some:
        tell_failures(failures[:-1])
        raise failures[-1]
    tell_failures(failures)


def _is_of(document: "Document", one: "Attribution", speaker: str | None) -> bool:
    """Whether a speaker is asked for and it is this one, by name or as the text has it."""
    if speaker is None:
        return True
    mention = one.speaker.of(document.text) if one.speaker else ""
    # Putin's spokesman is not Putin.
    called = mention if _OWNER.search(f"{speaker} ") else _OWNER.sub("", mention)
    return speaker.casefold() in f"{one.name or ''}\n{called}".casefold()
