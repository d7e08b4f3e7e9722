"""Is a saved answer still true: every quote against the text that it cites.

Flow: answer objects + index or files -> `against_index`, `against_files` -> differences, one line
each; none means proven. An index tells also who says a quote and which documents are copies; files
alone do not. The question, the scores and what was left out cannot be proven.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path

from rag.contracts import ANSWER, ERROR
from rag.datatypes import Document, Sentence, Span
from rag.errors import DocumentUnknown, DocumentUnreadable, InputInvalid, NothingToIndex
from rag.quotes import same_person, told
from rag.readers import documents, sources
from rag.segment import titled
from rag.store import snapshot

_LONGEST = 64 * 2**20  # bytes of a saved answer file; a thousand answers take about 10 MB
Lookup = Callable[[str], Document | None]
Tell = Callable[[Document, Span], tuple[str | None, str]]  # who says the words of a span, and how
Row = Mapping[str, object]


def read_answers(path: Path) -> list[dict[str, object]]:
    """The saved answers of a file, or of standard input ("-"): one JSON object, or one a line.

    Raises:
        InputInvalid: The file cannot be read, or holds no answer of a known schema.
    """
    mend = "give a file that was written by onrecord ask --json or --batch"
    try:
        content = _content(path)
        if len(content) > _LONGEST:
            raise InputInvalid(f"{path}: over {_LONGEST >> 20} MiB", mend)
        found = _parsed(content.decode("utf-8-sig"))
    except OSError as error:
        raise InputInvalid(f"{path}: {(error.strerror or 'unreadable').lower()}", mend) from error
    except (ValueError, RecursionError) as error:
        raise InputInvalid(f"{path}: not JSON ({error})", mend) from error
    for one in found:
        if not isinstance(one, dict) or one.get("schema") != ANSWER:
            schema = one.get("schema") if isinstance(one, dict) else None
            raise InputInvalid(f"{path}: schema {schema!r}, not {ANSWER!r}", mend)
    if not found:
        raise InputInvalid(f"{path}: empty", mend)
    return found


def _content(path: Path) -> bytes:
    """What the file holds, and no more of it than tells that it is too long."""
    if str(path) == "-":
        return sys.stdin.buffer.read(_LONGEST + 1)
    with path.open("rb") as file:
        return file.read(_LONGEST + 1)


def _parsed(text: str) -> list[dict[str, object]]:
    try:
        return [_loaded(text)]
    except json.JSONDecodeError:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise
        found = [_loaded(line) for line in lines]
        # What a batch could not ask stands in its place, and claims nothing.
        return [one for one in found if not isinstance(one, dict) or one.get("schema") != ERROR]


def _loaded(text: str) -> dict[str, object]:
    """The value of a JSON text that means the same to whoever reads it."""

    def refuse(number: str) -> None:
        raise ValueError(f"{number} is no number")

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a key stands twice in one object")
        return found

    value: dict[str, object] = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    return value


def against_index(index: Path, answers: Sequence[Row]) -> list[str]:
    """What does not hold of saved answers by an index.

    Raises:
        InputInvalid: One of them has not the shape of its schema.
        IndexUnusable: There is nothing to check against.
    """
    with snapshot(index) as record:

        @lru_cache(maxsize=16)
        def lookup(name: str) -> Document | None:
            try:
                return record.document(name)
            except (DocumentUnknown, UnicodeEncodeError):  # half a surrogate pair names nothing
                return None

        def tell(document: Document, span: Span) -> tuple[str | None, str]:
            here = Sentence(document, span, "body")
            (one,) = told([here], record.attributions(document.id))
            return one.speaker and record.person(one.speaker), one.kind

        return _all_differences(answers, lookup, tell)


def against_files(folder: Path, answers: Sequence[Row]) -> list[str]:
    """What does not hold of saved answers by the files, read as indexing reads them.

    Raises:
        InputInvalid: One of them has not the shape of its schema.
        NothingToIndex: No file of the folder can be read.
    """
    cited = {name for answer in answers for name in _cited(answer)}
    return _all_differences(answers, _documents_below(folder, cited).get)


def count_quotes(answers: Sequence[Row]) -> int:
    """How many quotes the answers hold, those of the nearest passages included."""
    return sum(len(_rows(answer, part)) for answer in answers for part in ("sentences", "nearest"))


def _all_differences(answers: Sequence[Row], lookup: Lookup, tell: Tell | None = None) -> list[str]:
    lines = [(at, differences(answer, lookup, tell)) for at, answer in enumerate(answers, 1)]
    if len(answers) == 1:
        return lines[0][1]
    return [f"answer {number}: {line}" for number, found in lines for line in found]


def _documents_below(folder: Path, wanted: Set[str]) -> dict[str, Document]:
    """The documents of these ids; ids are compared, and never joined to a path."""
    found: dict[str, Document] = {}
    failures: list[DocumentUnreadable] = []
    readable = False
    for document in documents(sources(folder)):
        if isinstance(document, DocumentUnreadable):
            failures.append(document)
            continue
        readable = True
        if document.id in wanted:
            found.setdefault(document.id, titled(document))
    if not readable:
        raise NothingToIndex(str(folder), "no document could be read", tuple(failures))
    return found


def _cited(answer: Row) -> set[str]:
    return {
        str(one.get("document"))
        for part in ("sentences", "nearest", "sources")
        for one in _rows(answer, part)
    }


def differences(answer: Row, lookup: Lookup, tell: Tell | None = None) -> list[str]:
    """What does not hold of a saved answer, one line each.

    Args:
        answer: The object.
        lookup: Gives the document of an id.
        tell: Gives who says the words of a span, and their kind, where that is known.

    Raises:
        InputInvalid: The object has not the shape of its schema.
    """
    found = []
    known: dict[str, str] = {}
    for row in _rows(answer, "sources"):
        citation = repr(row.get("citation"))
        if citation in known:
            found.append(f"citation {citation} is of two sources")
        known[citation] = str(row.get("document"))
        found += _source_differs(row, lookup)
    for part in ("sentences", "nearest"):
        for number, row in enumerate(_rows(answer, part), 1):
            differs = _quote_differs(row, known, lookup) or _told_otherwise(
                row, lookup, tell if part == "sentences" else lambda document, span: (None, "text")
            )
            found += [f"{part}[{number}]: {what}" for what in differs]
    if answer.get("status") != ("answered" if _rows(answer, "sentences") else "abstained"):
        found.append(f"status is {answer.get('status')!r}, which its sentences do not bear out")
    return found or [*_uncited(answer, known), *_statements_differ(answer, lookup)]


def _rows(answer: Row, part: str) -> list[dict[str, object]]:
    rows = answer.get(part)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputInvalid(f"the answer's {part!r} is no list of objects", "save the answer again")
    return rows


def _source_differs(row: Row, lookup: Lookup) -> list[str]:
    name = str(row.get("document"))
    document = lookup(name)
    if document is None:
        return [f"source {name}: not there"]
    if row.get("sha256") != document.sha256:
        return [f"source {name}: its text is not the one that was cited (sha256 differs)"]
    return [
        f"source {name}: its {field} is {getattr(document, field)!r}, not {row.get(field)!r}"
        for field in ("title", "outlet", "date", "url")
        if row.get(field) != getattr(document, field)
    ]


def _quote_differs(row: Row, known: Mapping[str, str], lookup: Lookup) -> list[str]:
    name, context = str(row.get("document")), row.get("context")
    document = lookup(name)
    if known.get(repr(row.get("citation"))) != name:
        return [f"citation {row.get('citation')!r} is not {name}"]
    if document is None:
        return []  # said of the source
    if context is None:
        return _slice_differs(row, document)
    if not isinstance(context, dict):
        return ["its context is no object"]
    in_context = [f"context: {what}" for what in _slice_differs(context, document)]
    differs = _slice_differs(row, document) + in_context
    if not differs and context["end"] > row["start"]:
        return ["context: it does not stand before"]
    return differs


def _told_otherwise(row: Row, lookup: Lookup, tell: Tell | None) -> list[str]:
    """Whether somebody else says a quote whose words are right."""
    document = lookup(str(row.get("document")))
    start, end = row.get("start"), row.get("end")
    if tell is None or document is None or not (isinstance(start, int) and isinstance(end, int)):
        return []
    speaker, kind = tell(document, Span(start, end))
    saved = row.get("speaker")
    is_same = isinstance(saved, str) and speaker is not None and same_person(saved, speaker)
    told = (
        ("speaker", speaker, saved if not is_same else speaker),
        ("kind", kind, row.get("kind")),
    )
    return [f"its {name} is {now!r}, not {then!r}" for name, now, then in told if now != then]


def _uncited(answer: Row, known: Mapping[str, str]) -> list[str]:
    rows = (*_rows(answer, "sentences"), *_rows(answer, "nearest"))
    cited = {repr(row.get("citation")) for row in rows}
    return [f"source {name}: no quote cites it" for at, name in known.items() if at not in cited]


def _statements_differ(answer: Row, lookup: Lookup) -> list[str]:
    """Whether what is told of the statements is not what their sentences say."""
    quotes: dict[str, list[Row]] = {}
    for row in _rows(answer, "sentences"):
        quotes.setdefault(repr(row.get("statement")), []).append(row)
    rows = _rows(answer, "statements")
    if [repr(row.get("number")) for row in rows] != [*quotes]:
        return ["its statements are not those of its sentences"]
    return [
        f"statement {number}: its {name} is {then!r}, which its sentences do not bear out"
        for row, (number, its) in zip(rows, quotes.items(), strict=True)
        for name, then, holds in _counts(row, its, lookup)
        if not holds
    ]


def _counts(row: Row, quotes: Sequence[Row], lookup: Lookup) -> Iterator[tuple[str, object, bool]]:
    """What a statement tells of its quotes, and whether it holds."""
    cited = row.get("citations")
    wanted = sorted({repr(one.get("citation")) for one in quotes})
    yield "citations", cited, isinstance(cited, list) and sorted(map(repr, cited)) == wanted
    there = [found for one in quotes if (found := lookup(str(one.get("document")))) is not None]
    count, apart = row.get("documents"), row.get("independent")
    yield "documents", count, type(count) is int and count == len({one.id for one in there})
    most = len({one.origin or one.sha256 for one in there})
    least = most if all(one.origin for one in there) else 1
    yield "independent", apart, type(apart) is int and least <= apart <= most


def _slice_differs(row: Row, document: Document) -> list[str]:
    text, start, end = row.get("text"), row.get("start"), row.get("end")
    if type(start) is not int or type(end) is not int:
        return [f"{start!r}:{end!r} is no span"]
    if not 0 <= start < end <= len(document.text):
        return [f"{start}:{end} is no span of {document.id}"]
    there = document.text[start:end]
    if text != there:
        at = _first_difference(str(text), there)
        return [
            f"{document.id} {start}:{end} reads {_around(there, at)} where the answer has "
            f"{_around(str(text), at)}"
        ]
    return []


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _around(text: str, at: int) -> str:
    """A quote shortened to what stands around its first difference."""
    start = max(0, at - 20)
    piece = text[start : at + 40].replace("\n", "\\n")
    return f"{'…' * (start > 0)}{piece}{'…' * (at + 40 < len(text))}".join("“”")
