"""`onrecord info`: what is in the index."""

import argparse
from dataclasses import asdict

from rag.cli.options import STATUS, Commands, add_json, command_parser
from rag.cli.output import print_json

_MOST_ROOTS = 10


def add(commands: Commands) -> None:
    """Describe the command."""
    command = command_parser(
        commands,
        "info",
        run,
        does="what is in the index",
        ends=f"""\
Tells, too, from which files and folders the documents came, as index --forget takes them.

examples:     onrecord info
              onrecord info --documents --json
{STATUS.format(yes="there is an index", no="(never)")}
""",
    )
    command.add_argument("--documents", action="store_true", help="list the documents")
    add_json(command)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit status."""
    from rag.contracts import document_object
    from rag.engine import OnRecord

    engine = OnRecord.open(options.index)
    info = engine.info()
    documents = list(engine.documents()) if options.documents else []
    if options.json:
        listed = [document_object(one) for one in documents]
        print_json(
            {"schema": "onrecord.info/1", "index": str(info.path), "state": info.state}
            | asdict(info.counts)
            | {"size_bytes": info.size_bytes, "settings": asdict(info.settings)}
            | {"roots": {**info.roots}}
            | ({"list": listed} if options.documents else {})
        )
        return 0
    from rag.terminal import counted, shown

    counts, settings = info.counts, info.settings
    print(f"{info.path}: {counted(counts.documents, 'document')}, ", end="")
    print(f"{counted(counts.sentences, 'sentence')}, ", end="")
    print(f"{counted(counts.passages, 'passage')}, {info.size_bytes / 1e6:.1f} MB")
    print(f"{counted(counts.origins, 'origin')}, where copies of one report count once")
    print(f"encoder {settings.encoder}, {settings.width} wide, {settings.fingerprint[:16]}")
    print(f"passages of {settings.length_words} words, {settings.overlap_words} shared")
    for root, number in [*info.roots.items()][:_MOST_ROOTS]:
        print(shown(f"from {root}: {counted(number, 'document')}"))
    if len(info.roots) > _MOST_ROOTS:
        print(f"and from {len(info.roots) - _MOST_ROOTS} further paths; --json lists all")
    for one in documents:
        print(shown(" · ".join(part for part in (one.id, one.title, one.outlet, one.date) if part)))
    return 0
