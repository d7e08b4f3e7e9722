"""The two files of a report.

Flow: result + losses -> Contents -> report.json and report.html, each whole or not at all.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rag.contracts import OBEYED
from rag.disk import replaced
from rag.engine import IndexInfo
from rag.errors import InputInvalid
from rag.evaluate.losses import Loss, Result
from rag.evaluate.report.contents import Contents, as_json, contents


def write_report(
    result: Result,
    folder: Path,
    *,
    losses: Sequence[Loss],
    index: IndexInfo | None = None,
    at: datetime | None = None,
) -> Path:
    """Write report.html and, beside it, report.json; the path of the former.

    Args:
        result: Of any form.
        folder: Made where there is none; a report that is in it is replaced.
        losses: Of the result, worst query first.
        index: What it was measured on, if on an index.
        at: The date of the report; default: now.

    Raises:
        InputInvalid: The folder cannot be written to.
    """
    report = contents(result, losses, index=index, at=at or datetime.now(UTC))
    text = _json(report), _html(report)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, whole in zip(("report.json", "report.html"), text, strict=True):
            with replaced(folder / name) as file:
                file.write(whole.encode())
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        seen = f"{folder}: the report cannot be written there ({why})"
        raise InputInvalid(seen, "name another folder with --report") from error
    return folder / "report.html"


def _json(report: Contents) -> str:
    """In ASCII, so that no character of a text does anything where the file is shown."""
    text = json.dumps(as_json(report), indent=1, allow_nan=False)
    return OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n"


def _html(report: Contents) -> str:
    from rag.evaluate.report.page import page  # both take a second that nothing else should pay
    from rag.evaluate.report.pictures import pictures

    return page(report, pictures(report))
