"""The record: documents, sentences, passages and their terms in SQLite, vectors beside it.

Flow: `Writer` fills one transaction, `Writer.commit` makes it the state that everyone sees;
`snapshot` gives a `Record`, which reads one state from its first question to its last.
Law: `record.db` alone says what the index is. `vectors.db` holds embeddings by the hash of what
was embedded, so that nothing in it can disagree with the record and no embedding is lost to a
crash; the FAISS files and the postings are derived from them.
"""

from rag.store.opening import DERIVED, RECORD, VECTORS, check_place
from rag.store.reading import Record, Snapshots, snapshot
from rag.store.schema import (
    ANALYSIS,
    FORMAT,
    PAIR,
    PASSAGES_PER_DOCUMENT,
    Counts,
    IndexedFile,
    Settings,
    embedding_key,
    new_state,
)
from rag.store.writing import Writer

__all__ = [
    "ANALYSIS",
    "DERIVED",
    "FORMAT",
    "PAIR",
    "PASSAGES_PER_DOCUMENT",
    "RECORD",
    "VECTORS",
    "Counts",
    "IndexedFile",
    "Record",
    "Settings",
    "Snapshots",
    "Writer",
    "check_place",
    "embedding_key",
    "new_state",
    "snapshot",
]
