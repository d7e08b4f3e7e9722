"""Plain text to a document."""

import re

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.encoding import decode
from rag.readers.fields import document, key_values

_FRONT_MATTER = re.compile(
    r"((?:(?:title|date|outlet|source|publisher|url)[ \t]*:.*\n){2,})[ \t]*\n", re.I
)
LEADING_DATE = re.compile(r"date[ \t]*:?[ \t]*(\d{4}-\d{2}-\d{2})(?!\S)", re.ASCII | re.I)


def read_text(name: str, content: bytes) -> Document:
    """The document of a plain text file.

    Two or more lines of fields at the very top, then an empty line, are no part of its text. A
    `date 2024-12-20` at the beginning is, and gives the date.

    Raises:
        DocumentUnreadable: No text, or not text at all.
    """
    text = decode(name, content)
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        fields, text = key_values(front[1]), text[front.end() :]
    if not text.strip():
        raise DocumentUnreadable(name, "empty below its front matter")
    if prefix := LEADING_DATE.match(text.lstrip()):
        fields.setdefault("date", prefix[1])
    return document(name, text, fields, path=name)
