"""What a source says of a document beside its text: title, outlet, date, address."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from email.utils import parsedate_to_datetime
from unicodedata import category

from rag.datatypes import Document
from rag.readers.normal import normalise

ID = ("_id", "id", "doc_id")
TEXT = ("text", "body", "content")
TITLE = ("title", "headline")
OUTLET = ("outlet", "source", "publisher")
DATE = ("date", "publish_date", "published")
URL = ("url", "link")

TITLE_LIMIT = 500  # characters of a title or an outlet: it is repeated with each passage
ID_LIMIT = 512  # code points; a longer one is a text in the wrong column
_NOT_IN_ID = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, surrogates, line separators

_NUMERIC_DATE = re.compile(
    r"(\d{4})(?:([-/])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))(?:(?:T| +)\d{2}:?\d{2}.*)?", re.ASCII
)
_RFC_822_DATE = re.compile(r"(?:[a-z]{3}, *)?\d{1,2} +[a-z]{3} +\d{4} +\d.*", re.ASCII | re.I)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.I)
_KEY_VALUE = re.compile(r"^([A-Za-z_-]+)[ \t]*:(.*(?:\n[ \t]+\S.*)*)", re.M)
_QUOTED = re.compile(r"\A([\"'])(.*)\1(?:\s*#.*)?\Z", re.DOTALL)
_NESTED = re.compile(r"[ \t]*(?:#.*)?\n[ \t]*(?:-[ \t]|[\w-]+[ \t]*:(?!\S))")
_LONE_ITEM = re.compile(r"\A[ \t]*\n[ \t]*-[ \t]+(?![\w-]+[ \t]*:(?!\S))(.*)\Z")
_COMMENT = re.compile(r"\s# (?!\d).*")  # in YAML a number, too, but people write "Room # 5"
_BLOCK_SCALAR = re.compile(r"\A[|>][-+1-9]*[ \t]*\n")  # how YAML announces a value on more lines


def document(name: str, text: str, fields: Mapping[str, object], *, path: str) -> Document:
    """The document `name`, with what `fields` (keys in small letters) say of it."""
    address = one_line(first(fields, URL))
    return Document(
        id=name,
        text=text,
        title=_short(one_line(first(fields, TITLE))),
        outlet=_short(one_line(first(fields, OUTLET))),
        date=day(first(fields, DATE)),
        url=address if address and _WEB_ADDRESS.fullmatch(address) else None,
        path=path,
    )


def _short(text: str | None) -> str | None:
    return text and text[:TITLE_LIMIT].rstrip()


def first(fields: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    """The value of the first of `names` that has one; numbers as text, NaN is none."""
    for value in map(fields.get, names):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            text = str(value)
            if text.strip().casefold() not in ("", "nan"):
                return text
    return None


def one_line(text: str | None) -> str | None:
    """`text` normalised, each run of white space one space; `None` where nothing is left."""
    return " ".join(normalise(text or "").split()) or None


def day(text: str | None) -> str | None:
    """The day in `text` as `YYYY-MM-DD`, as its writer's clock had it; `None` if there is none.

    Read are ISO 8601 dates and date-times, `2022/01/01`, `20220101` and RFC 822.
    """
    text = (text or "").strip()
    try:
        if numeric := _NUMERIC_DATE.fullmatch(text):
            year, _, month, of_month, month_2, of_month_2 = numeric.groups()
            return date(int(year), int(month or month_2), int(of_month or of_month_2)).isoformat()
        if _RFC_822_DATE.fullmatch(text):
            return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, OverflowError):  # no such day, or a time zone beyond all bounds
        return None
    return None


def key_values(lines: str) -> dict[str, str]:
    """The `Key: value` lines, with those that go on below; the first of a key counts.

    A value comes without quotation marks around it.
    """
    return {key: _QUOTED.sub(r"\2", value.strip()) for key, value in _pairs(lines)}


def yaml_values(lines: str) -> dict[str, str]:
    """The same of front matter in YAML: no ` # comment`, and no value of several in one."""
    return {key: _scalar(value) for key, value in _pairs(lines)}


def _pairs(lines: str) -> Iterator[tuple[str, str]]:
    return ((key.casefold(), value) for key, value in reversed(_KEY_VALUE.findall(lines)))


def _scalar(value: str) -> str:
    value = _LONE_ITEM.sub(r"\1", value)
    if _NESTED.match(value):
        return ""
    value = value.strip()
    if quoted := _QUOTED.match(value):
        return quoted[2]
    return _COMMENT.sub("", _BLOCK_SCALAR.sub("", value, count=1))


def id_fault(name: str) -> str | None:
    """Why `name` cannot be the id of a document, or `None` if it can."""
    if len(name) > ID_LIMIT:
        return f"its id has {len(name)} characters, where {ID_LIMIT} are the most"
    if any(category(character) in _NOT_IN_ID for character in name):
        return f"its id {name!a} holds a control character or is not valid Unicode"
    return None
