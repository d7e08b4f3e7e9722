"""The sentence that comes nearest to a quote that is nowhere."""

from rag.check.candidates import Window
from rag.check.parts import Part, in_window
from rag.check.quote import Quote
from rag.check.steps import differences, steps
from rag.check.values import Match
from rag.check.words import words
from rag.datatypes import Document, Span
from rag.store import Record


def nearest(quote: Quote, part: Part, record: Record) -> Match:
    """The sentence in which most of a part stands, and the way to it from the quote."""
    document = part.window.document
    span = _sentence(document, part.source, record)
    found = in_window(quote, Window(document, words(document.text, span.start, span.end)))
    if found is None:
        return Match(document, span)
    return Match(document, span, differences(quote, document, steps(quote, [found])))


def _sentence(document: Document, at: Span, record: Record) -> Span:
    """The sentence that shares most with a stretch of a document, or that stretch itself."""
    spans = (one.span for one in record.sentences(document))
    best = max(spans, key=at.shared, default=at)
    return best if at.shared(best) else at
