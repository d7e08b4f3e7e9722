"""Which words are quoted or reported, and who said them.

Flow: Document -> quotations (`marks`) and parses (`parsing`) -> reports (`grammar`, `cues`) ->
speakers (`voices`) -> attribute() -> tuple[Attribution, ...], with names (`people`).
Law: offsets only; the same document gives the same attributions, whatever is beside it.
"""

from collections.abc import Iterable, Iterator

from rag.datatypes import Document
from rag.quotes.attribution import Attribution, attributed
from rag.quotes.marks import Quotation, quotations
from rag.quotes.parsing import parsed

__all__ = ["Attribution", "Quotation", "attribute", "quotations"]


def attribute(documents: Iterable[Document]) -> Iterator[tuple[Attribution, ...]]:
    """Every quotation and reported statement of each document, in order of its content."""
    for document in documents:
        (parses,) = parsed([document.text])
        yield attributed(document.text, quotations(document.text), parses)
