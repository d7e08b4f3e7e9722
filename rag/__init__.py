"""On Record: ask a corpus, get back only what it says, word for word, with proof.

>>> from rag import OnRecord                                   # doctest: +SKIP
>>> OnRecord.build("my.index", ["articles"])                   # doctest: +SKIP
>>> OnRecord.open("my.index").ask("what did she say?")         # doctest: +SKIP
"""

from rag.datatypes import (
    Answer,
    Document,
    Evidence,
    Filters,
    Hit,
    Passage,
    Sentence,
    Span,
    Statement,
)
from rag.engine import IndexInfo, OnRecord
from rag.errors import OnRecordError
from rag.indexing import IndexReport
from rag.segment import PassageConfig

__all__ = [
    "Answer",
    "Document",
    "Evidence",
    "Filters",
    "Hit",
    "IndexInfo",
    "IndexReport",
    "OnRecord",
    "OnRecordError",
    "Passage",
    "PassageConfig",
    "Sentence",
    "Span",
    "Statement",
]
