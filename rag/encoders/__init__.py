"""Texts to vectors: sentence-transformers while building, ONNX while asking.

Flow: `SentenceTransformerEncoder` embeds passages and is exported beside the index;
`OnnxEncoder` reads that export and imports neither torch nor sentence-transformers.
Law: both give the same vector for the same text. The export is held to it at every build, within
`EXPORT_TOLERANCE`; passages may be embedded in bfloat16, and then keep a cosine of `EQUAL` or more.
"""

from rag.encoders.asking import OnnxEncoder
from rag.encoders.building import (
    DEFAULT_ENCODER,
    EXPORT_TOLERANCE,
    SentenceTransformerEncoder,
)
from rag.encoders.embedding import EQUAL, Rows

__all__ = [
    "DEFAULT_ENCODER",
    "EQUAL",
    "EXPORT_TOLERANCE",
    "OnnxEncoder",
    "Rows",
    "SentenceTransformerEncoder",
]
