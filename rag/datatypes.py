"""The frozen values that flow from left to right through the package.

Offsets count Unicode code points and are half-open. The text of a document exists once, in
`Document`; everything else holds a `Span` into it, so that a quote cannot differ from its source.
"""

from dataclasses import dataclass, field, fields
from functools import cached_property
from hashlib import sha256
from typing import Literal

Block = Literal["title", "heading", "caption", "boilerplate", "body"]
Kind = Literal["direct", "indirect", "text"]
Status = Literal["answered", "abstained"]
Reason = Literal["no_match", "not_answered", "filtered_out", "empty_index"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points.

    Raises:
        ValueError: `start` is negative or `end` lies before it.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"span {self.start}:{self.end}: want 0 <= start <= end")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters of `text` that this span covers."""
        return text[self.start : self.end]

    def shared(self, other: "Span") -> int:
        """How many characters both cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True)
class Document:
    """One article, as its reader gave it: NFC, each line end a line feed.

    `id` is the path below the indexed folder, or the record's own id in a table of articles.
    `date` is the day of publication, as `YYYY-MM-DD`, or `None` where the source does not say.
    `origin` is the same for all copies of one report; `None` outside of an index.
    """

    id: str
    text: str = field(repr=False)
    title: str | None = None
    outlet: str | None = None
    date: str | None = None
    url: str | None = None
    path: str | None = None
    origin: str | None = field(default=None, repr=False, compare=False)

    @cached_property
    def sha256(self) -> str:
        """Of the text in UTF-8, as 64 hexadecimal digits."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A slice of a document that can be cited, and what kind of block it stands in.

    `speaker` is who says it, by one name in all documents; `kind` whether the words are quoted
    ("direct"), reported ("indirect") or the writer's own ("text").
    """

    document: Document = field(repr=False)
    span: Span
    block: Block = "body"
    speaker: str | None = None
    kind: Kind = "text"

    @property
    def text(self) -> str:
        """Exactly `document.text[start:end]`."""
        return self.span.of(self.document.text)


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring body sentences of one document: what is embedded and retrieved."""

    document: Document = field(repr=False)
    span: Span
    sentences: tuple[Sentence, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """Exactly `document.text[start:end]`."""
        return self.span.of(self.document.text)

    @property
    def in_context(self) -> str:
        """What is embedded: the title says what "he" and "the plan" are about."""
        title = self.document.title
        return f"{title}\n{self.text}" if title else self.text


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may answer, and whose words; `None` lets all pass.

    Dates are inclusive, `YYYY-MM-DD`. `speaker` is a name as people write it.
    """

    document: str | None = None
    outlet: str | None = None
    since: str | None = None
    until: str | None = None
    speaker: str | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in FILTERS)


FILTERS = tuple(one.name for one in fields(Filters))  # as options, requests and batches name them


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched for: NFC, white space as single spaces.

    Attributes:
        text: The question.
        speaker: Whose words it asks for, as it names them; `None` where it asks for nobody's.
        people: Whom the index knows by that name, as `Sentence.speaker` has them.
        unnamed: Whether that is no name, but whose they are: "Putin's spokesman".
    """

    text: str
    speaker: str | None = None
    people: tuple[str, ...] = ()
    unnamed: bool = False

    @property
    def of_stranger(self) -> bool:
        """Whether it asks for the words of somebody who speaks in no document."""
        return self.speaker is not None and not self.people and not self.unnamed


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `score`: higher is better, comparable within one question only."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, scored in its passage.

    `score` orders sentences; `probability`, 0 to 1, is that the sentence answers the question.
    `context` is the sentence before, where this one cannot stand alone; it is no answer itself.
    """

    sentence: Sentence
    score: float
    probability: float
    hit: Hit = field(repr=False)
    context: Span | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Sentences of different documents that say the same, best wording first."""

    evidence: tuple[Evidence, ...]

    @property
    def documents(self) -> int:
        """How many different documents say it."""
        return len({one.sentence.document.id for one in self.evidence})

    @property
    def independent(self) -> int:
        """How many of them are no copies of another: reports of their own.

        Outside of an index, where no origin is known, documents of the same text count once.
        """
        documents = [one.sentence.document for one in self.evidence]
        return len({one.origin or one.sha256 for one in documents})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say, or that they do not.

    `confidence`, 0 to 1, is that the first sentence answers the question. An abstained answer has
    no statements, a reason, and up to three `nearest` sentences; `missing` are the words of the
    question that nothing near it holds, beside an answer only names and numbers. Where somebody's
    words were asked for, `unheard` is who that was, `stranger` tells that nobody of that name
    speaks in any document, and `heard` is who does speak on the subject near the question, each
    with the number of documents. `read_as` is the question without slips of the hand, where there
    were any; `undated` is how many documents a filter by date left out since they have none. Times
    are in milliseconds.
    """

    question: str
    statements: tuple[Statement, ...]
    confidence: float
    status: Status
    reason: Reason | None = None
    nearest: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    unheard: str | None = None
    stranger: bool = False
    heard: tuple[tuple[str, int], ...] = ()
    read_as: str | None = None
    undated: int = 0
    timings: tuple[tuple[str, float], ...] = field(default=(), compare=False)
