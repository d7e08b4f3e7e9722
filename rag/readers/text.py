"""Plain text to a document."""

import re

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.encoding import decode
from rag.readers.fields import DATE, OUTLET, TITLE, URL, document, key_values

_TELLING = (*TITLE, *OUTLET, *DATE, *URL, "subject")
_FURTHER = (  # of articles and of letters
    *("by", "byline", "author", "authors", "section", "category", "tags", "keywords", "language"),
    *("dateline", "location", "copyright", "updated", "modified", "from", "bcc"),
    *("sent", "reply-to", "message-id", "mime-version", "content-type"),
)
# An indented line below any other, or one that ends like a sentence, is the first of the text.
_FOLD = r"(?![^\n]*[.!?…][\"'”’)]*[ \t]*\n)[ \t]+\S.*\n"
_FIELD = (
    rf"(?:(?:{'|'.join([*TITLE, 'subject', 'to', 'cc'])})[ \t]*:.*\n(?:{_FOLD})*"
    rf"|(?:{'|'.join([*OUTLET, *DATE, *URL, *_FURTHER])})[ \t]*:.*\n)"
)
_FRONT_MATTER = re.compile(rf"((?:{_FIELD}){{2,}})[ \t]*\n", re.I)
LEADING_DATE = re.compile(r"date[ \t]*:?[ \t]*(\d{4}-\d{2}-\d{2})(?!\S)", re.ASCII | re.I)


def read_text(name: str, content: bytes) -> Document:
    """The document of a plain text file.

    Two or more lines of fields at the very top, then an empty line, are no part of its text if
    one tells a title, an outlet, a date or an address; the subject of a letter is its title. A
    `date 2024-12-20` at the beginning is part of it, and gives the date.

    Raises:
        DocumentUnreadable: No text, or not text at all.
    """
    text = decode(name, content)
    fields: dict[str, str] = {}
    front = _FRONT_MATTER.match(text)
    if front and (found := key_values(front[1])).keys() & {*_TELLING}:
        fields, text = found, text[front.end() :]
    if not text.strip():
        raise DocumentUnreadable(name, "empty below its front matter")
    if prefix := LEADING_DATE.match(text.lstrip()):
        fields.setdefault("date", prefix[1])
    return document(name, text, {"headline": fields.get("subject"), **fields}, path=name)
