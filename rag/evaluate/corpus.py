"""The index that a set is judged with: that of its corpus, made once and kept.

Flow: a set -> `kept_index` or a folder of the user's -> `bring` -> an index of the set's corpus and
of nothing else.
"""

import os
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from rag.encoders import DEFAULT_ENCODER
from rag.errors import IndexMissing, InputInvalid
from rag.indexing import IndexReport, Progress, build
from rag.segment import PassageConfig
from rag.store import FORMAT, snapshot


def kept_index(
    name: str,
    corpus: Sequence[Path],
    *,
    encoder: str | None = None,
    config: PassageConfig | None = None,
) -> Path:
    """Where the index of a set is kept: one for each corpus, encoder, cut and format of indexes.

    It lies below `$XDG_CACHE_HOME/onrecord/eval`, whatever the name of the set.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():  # as the XDG specification has it
        cache = Path.home() / ".cache"
    model = encoder or DEFAULT_ENCODER
    made_of = [*map(_resolved, corpus), _resolved(model) if Path(model).exists() else model]
    digest = sha256(
        os.fsencode("\0".join([*made_of, str(config or PassageConfig()), str(FORMAT)]))
    ).hexdigest()
    return cache / "onrecord" / "eval" / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)[:40]}-{digest[:16]}"


def _resolved(path: str | Path) -> str:
    return str(Path(path).resolve())


def bring(
    index: Path,
    corpus: Sequence[Path],
    *,
    encoder: str | None = None,
    config: PassageConfig | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> IndexReport:
    """Bring a corpus into an index that holds nothing else.

    Raises:
        InputInvalid: It holds something else.
        As `indexing.build`.
    """
    others = _roots(index) - set(map(_resolved, corpus))
    if others:
        seen = f"{index}: it holds documents of {min(others)}, which are not of this set"
        raise InputInvalid(seen, "name an empty folder with --index, or leave it out")
    return build(index, corpus, encoder=encoder, config=config, progress=progress)


def _roots(index: Path) -> frozenset[str]:
    try:
        with snapshot(index) as record:
            return frozenset(record.roots())
    except IndexMissing:
        return frozenset()
