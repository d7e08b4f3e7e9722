"""What comes of checking a quote: the verdict, where the words stand, and what was changed."""

from dataclasses import dataclass, field
from typing import Literal

from rag.datatypes import Document, Span

Verdict = Literal["exact", "altered", "other_speaker", "absent"]
Tag = Literal["equal", "insert", "delete", "replace"]
Kind = Literal[
    "negation_dropped",  # the source negates, the quote does not
    "negation_added",
    "negation_before",  # the word before the quoted ones negates them
    "condition_dropped",  # what was cut held an "if", an "unless" or the like
    "number",  # another figure, unit or currency
    "word",  # other words in the place of the source's
    "added",  # words that the source has not
    "cut",  # words left out, and nothing shows it
    "ellipsis",  # words left out, and an ellipsis shows it
    "bracket",  # words in [brackets] in the place of the source's
    "attribution",  # a "he said" between two quotations of one sentence left out
    "merged",  # words from several places as if they were one quotation
]


@dataclass(frozen=True, slots=True)
class Difference:
    """One step from the words of the quote to those of the source.

    `insert`: only the source has them; `delete`: only the quote has them.
    """

    tag: Tag
    quote: str
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to the words of the source, with the words of both sides."""

    kind: Kind
    quote: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Where the words of a quote, or what is nearest to them, stand."""

    document: Document = field(repr=False)
    span: Span
    differences: tuple[Difference, ...] = ()
    speaker: str | None = None

    @property
    def text(self) -> str:
        """Exactly `document.text[start:end]`."""
        return self.span.of(self.document.text)


@dataclass(frozen=True, slots=True)
class Checked:
    """A quote and what the documents have of it.

    Attributes:
        quote: As it was given.
        verdict: `exact`: its words stand in a document, one after the other; what an ellipsis or
            [brackets] stand for is allowed for. `altered`: most of them do. `other_speaker`: they
            do, but somebody else says them. `absent`: they do not.
        speaker: Who is said to have said it; `None` where that was not asked.
        matches: Best first. Of an `altered` quote that is `merged`, the places of its parts; of an
            `absent` one, the nearest sentence.
        changes: What was changed, by the first match; an `exact` quote, too, may have been cut.
        more: Exact places beyond those in `matches`.
        counted: Whether `more` are all there are; else there are at least so many.
    """

    quote: str
    verdict: Verdict
    speaker: str | None
    matches: tuple[Match, ...]
    changes: tuple[Change, ...] = ()
    more: int = 0
    counted: bool = True
