"""Where a quote stands as it is, document by document.

Flow: Quote + Corpus -> `holders` -> standing() -> a `Part` for each place, whole.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from rag.check.candidates import Corpus, Window, holders, read
from rag.check.find import Run, places
from rag.check.parts import Part
from rag.check.quote import Quote
from rag.check.words import words
from rag.datatypes import Span

_LONGEST_KEY = 6  # words; more make no text rarer


def standing(quote: Quote, corpus: Corpus) -> Iterator[tuple[Part, ...]]:
    """All places of the quote, for each document that has any, by the number of the document."""
    key = _key(quote)
    for document in read(holders(quote, corpus), corpus.record):
        if key.search(document.text.casefold()):
            window = Window(document, words(document.text))
            if found := places(quote, window.words):
                yield tuple(_whole(quote, window, runs) for runs in found)


def _whole(quote: Quote, window: Window, runs: tuple[Run, ...]) -> Part:
    pairs = (
        (word, first + word - a, True)
        for (a, b), (first, _) in zip(quote.parts, runs, strict=True)
        for word in range(a, b)
    )
    return Part(window, 0, len(quote.words), tuple(pairs))


def _key(quote: Quote) -> re.Pattern[str]:
    """Some words of the quote that stand side by side, to be searched for in a folded text.

    A text is cut into words only where they are found, which takes five times as long.
    """
    of = quote.words
    plain = [
        word.isascii() and word.isalpha() and Span(*span).of(of.text).casefold() == word
        for word, span in zip(of.folded, of.spans, strict=True)
    ]
    runs = [
        [of.folded[each] for each in run]
        for a, b in quote.parts
        for is_plain, run in groupby(range(a, b), key=plain.__getitem__)
        if is_plain
    ]
    longest = max(runs, key=len, default=[])
    return re.compile(r"[\W_]+".join(longest[:_LONGEST_KEY]))
