"""Cut a document into blocks, sentences and passages.

Flow: Document -> segment() -> tuple[Sentence, ...] -> passages() -> tuple[Passage, ...]; nothing
to the right cuts text again.
Law: offsets only; sentences are in order, never overlap, never cross the end of a block, and leave
out only white space.
"""

from dataclasses import replace

from rag.datatypes import Document, Sentence, Span
from rag.segment.blocks import blocks, headline
from rag.segment.passages import PassageConfig, count_words, passages
from rag.segment.sentences import split

__all__ = ["PassageConfig", "count_words", "headline", "passages", "segment", "titled"]

# Characters. A list, a table or code without a full stop: nobody could read it as an answer, and
# the evidence model would not see its end.
LONGEST_ANSWER = 2000


def segment(document: Document) -> tuple[Sentence, ...]:
    """Every sentence of every block of a document, in order."""
    return tuple(
        Sentence(
            document,
            Span(block.span.start + span.start, block.span.start + span.end),
            block.block if len(span) <= LONGEST_ANSWER else "boilerplate",
        )
        for block in blocks(document.text, document.title)
        for span in split(block.span.of(document.text))
    )


def titled(document: Document) -> Document:
    """The document, with the headline of its text for a title where its reader found none."""
    return document if document.title else replace(document, title=headline(document.text))
