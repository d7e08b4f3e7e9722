"""Where a quote may stand, by the postings of its terms.

Flow: Quote -> `holders`: every document that holds all of its words; -> `windows`: the stretches of
text around the passages that hold most of what is rare in it.
Law: `holders` leaves out no document in which the words of the quote stand as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.check.quote import Quote
from rag.check.words import Words, words
from rag.datatypes import Document, Filters, Passage
from rag.lexical import Lexical, Postings, Weights
from rag.store import PASSAGES_PER_DOCUMENT, Record
from rag.terms import terms
from rag.terms import words as indexed_words

Number = TypeVar("Number", np.int64, np.uint32)

_PASSAGES = 8  # around which windows are laid
_LEAST = 0.4  # of the weight that the best passage holds; with less, none holds a part of worth
_DOCUMENTS = 2  # that are looked at as a whole: headings stand in no passage
_LEAST_OF_DOCUMENT = 0.6  # of the whole weight
_COMMON = 0.1  # share of the passages; a term in more of them tells little
_FEWEST = 3  # terms that are looked for, however common
_AROUND = 1500  # characters on each side of a passage, beside twice the length of the quote
_LONGEST_WINDOW = 60_000  # characters of one that is laid around several passages
_LONGEST_WHOLE = 100_000  # characters of a document that is looked at as a whole


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a document, as its words."""

    document: Document = field(repr=False)
    words: Words = field(repr=False)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where quotes are looked for: one state of an index, and which documents pass."""

    record: Record
    lexical: Lexical
    filters: Filters

    def allowed(self) -> NDArray[np.int64] | None:
        """Ids of the documents that pass, ascending; `None` where all do."""
        return self.record.allowed_documents(self.filters)


def holders(quote: Quote, corpus: Corpus) -> list[int]:
    """Ids of the documents that hold every word of the quote, ascending."""
    postings = corpus.lexical.documents
    numbers = _numbers(_sure_terms(quote), corpus.record)
    if numbers is None:
        return []
    found = [np.asarray(postings.rows[postings.of(number)]) for number in numbers]
    found.sort(key=len)
    ids = postings.ids[reduce(_both, found)] if found else postings.ids
    allowed = corpus.allowed()
    return [int(each) for each in (ids if allowed is None else _both(ids, allowed))]


def _both(some: NDArray[Number], others: NDArray[Number]) -> NDArray[Number]:
    """What is in both; `some` is small, `others` ascending."""
    places = np.searchsorted(others, some)
    places[places == len(others)] = 0
    return some[others[places] == some] if len(others) else some[:0]


def _numbers(wanted: Sequence[str], record: Record) -> list[int] | None:
    """The numbers of terms; `None` where no document ever held one of them."""
    known = record.term_ids(wanted)
    return [known[term] for term in wanted] if len(known) == len(wanted) else None


def _sure_terms(quote: Quote) -> list[str]:
    """The terms of those words that every analysis cuts alike, whatever marks stand in them."""
    text, of = quote.text, quote.words
    found: dict[str, None] = {}
    for a, b in quote.parts:
        span = of.span(a, b)
        together = {*indexed_words(span.of(text))}
        for each in range(a, b):
            raw = of.span(each, each + 1).of(text)
            alone = indexed_words(raw)
            if len(alone) == 1 and alone[0] in together and raw.isalnum():
                found.update(dict.fromkeys(terms(raw)))
    return [*found]


def read(ids: Sequence[int], record: Record, *, at_once: int = 64) -> Iterator[Document]:
    """The documents of these ids, in their order, few in memory at a time."""
    for start in range(0, len(ids), at_once):
        yield from record.by_rows(ids[start : start + at_once])


def windows(quote: Quote, corpus: Corpus) -> list[Window]:
    """The stretches of text that share most with the quote, best first."""
    postings = corpus.lexical.passages
    numbers = [*corpus.record.term_ids([*dict.fromkeys(_all_terms(quote))]).values()]
    weights = Weights(dict.fromkeys(_telling(numbers, postings), 1.0), {})
    allowed = corpus.allowed()
    passages = _best(postings, weights, allowed, _PASSAGES, PASSAGES_PER_DOCUMENT)
    documents = _best(corpus.lexical.documents, weights, allowed, _DOCUMENTS, 1)
    near = [each for each, score in passages if score >= _LEAST * passages[0][1]]
    whole = [each for each, score in documents if score >= _LEAST_OF_DOCUMENT]
    found = corpus.record.by_ids(near)
    laid = [*_laid(quote, [found[each] for each in near])]
    seen = {window.document.id for window in laid}
    for document in corpus.record.by_rows(whole):
        if document.id not in seen and len(document.text) <= _LONGEST_WHOLE:
            laid.append(Window(document, words(document.text)))
    return laid


def by_chance(found: Sequence[str], corpus: Corpus) -> float:
    """In how many passages these words would be together if none had to do with another.

    0 or more; words that no document holds are passed over.
    """
    postings = corpus.lexical.passages
    count = len(postings.ids)
    numbers = corpus.record.term_ids([*{each for word in found for each in terms(word)}])
    held = (postings.found_in(number) for number in numbers.values())
    return count * prod(each / count for each in held if each)


def _all_terms(quote: Quote) -> Iterator[str]:
    for a, b in quote.parts:
        yield from terms(quote.words.span(a, b).of(quote.text))


def _telling(numbers: Sequence[int], postings: Postings) -> list[int]:
    """The rare ones of these terms, or the rarest where all are common."""
    rarest = sorted(numbers, key=lambda number: (postings.found_in(number), number))
    most = _COMMON * len(postings.ids)
    return [
        number
        for place, number in enumerate(rarest)
        if place < _FEWEST or postings.found_in(number) <= most
    ]


def _best(
    postings: Postings,
    weights: Weights,
    allowed: NDArray[np.int64] | None,
    depth: int,
    per_document: int,
) -> list[tuple[int, float]]:
    """Ids of the texts that hold most of the weight, and their shares; best first, ties by id."""
    scores = postings.bm25(weights, k1=0, b=0)
    if allowed is not None:
        scores[~np.isin(postings.ids // per_document, allowed)] = 0
    rows = np.flatnonzero(scores)
    if len(rows) > depth:
        least = np.partition(scores[rows], -depth)[-depth]
        rows = rows[scores[rows] >= least]
    best = rows[np.argsort(-scores[rows], kind="stable")][:depth]
    return [(int(postings.ids[row]), float(scores[row])) for row in best]


def _laid(quote: Quote, passages: Sequence[Passage]) -> Iterator[Window]:
    """A window around each passage; where two of a document touch, one around both."""
    around = _AROUND + 2 * len(quote.text)
    spans: dict[str, list[tuple[int, int]]] = {}
    documents: dict[str, Document] = {}
    for passage in passages:
        documents.setdefault(passage.document.id, passage.document)
        text = passage.document.text
        begin = _between_words(text, max(0, passage.span.start - around))
        end = _between_words(text, min(len(text), passage.span.end + around))
        spans.setdefault(passage.document.id, []).append((begin, end))
    for name, document in documents.items():
        for begin, end in _joined(spans[name]):
            yield Window(document, words(document.text, begin, end))


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1] and end - found[-1][0] <= _LONGEST_WINDOW:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _between_words(text: str, at: int) -> int:
    """The next white space from `at` on, or the end."""
    while 0 < at < len(text) and not text[at].isspace():
        at += 1
    return at
