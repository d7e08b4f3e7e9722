"""Which words are quoted or reported, and who said them."""

from rag.quotes.marks import Quotation, quotations

__all__ = ["Quotation", "quotations"]
