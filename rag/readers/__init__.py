"""Bytes of a file to documents; the only place where text is normalised.

Flow: sources() -> Source -> fetch() -> bytes -> read() -> Document | DocumentUnreadable.
Law: whatever the bytes are, the text of a document is NFC, its line ends are LF, and it holds
no NUL and no surrogate; what gives no document gives a `DocumentUnreadable` and no other error.
"""

from rag.readers.formats import STDIN, SUFFIXES, Source, read
from rag.readers.walk import documents, fetch, sources

__all__ = ["STDIN", "SUFFIXES", "Source", "documents", "fetch", "read", "sources"]
