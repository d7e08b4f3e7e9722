"""Tell the blocks of a document: title, headings, captions, body and boilerplate.

Flow: text -> lines -> paragraphs (hard-wrapped lines joined) -> blocks() -> tuple[BlockSpan, ...].
Readers of marked-up text give headings as "# …" lines and list items as "- …" lines; plain text
has no marks, so there the form of a line decides. A mark is a block of its own, boilerplate.
Law: blocks are in order, stripped, never overlap, and leave out only white space; linear time.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.datatypes import Block, Span
from rag.readers.fields import TITLE_LIMIT
from rag.readers.text import LEADING_DATE
from rag.segment.phrases import (
    BOILERPLATE,
    BYLINE,
    CAPTION_END,
    CAPTION_START,
    GALLERY,
    LABEL,
)
from rag.segment.sentences import ENDS, NOTE, split

LONGEST_HEADING = 16  # words; a headline of the seeds has 14
LONGEST_TITLE = 25  # words, for the lines before the body
LONGEST_QUESTION = 8  # words of a heading that ends in a question mark
SHORTEST_ITEM = 5  # words with its number: "1. Background" is a section
SHORTEST_TITLE = 4  # words: "World News" is a section
_LONGEST_PHRASE = 400  # characters of a block that may be boilerplate by its wording
_LONGEST_CAPTION = 1200  # characters
_LONGEST_LABEL = 40  # characters
_WRAPPED = range(40, 101)  # columns at which e-mail, Gutenberg and man pages wrap
_SCRIPT_SAMPLE = 400  # characters of a block that tell its script
_MINORITY = 0.2  # of a document's characters: a second script with less is no second language

_DOTS = "•·∙●○◦‣\u2043▪■\uf0b7"  # the last is that of word processors, in private use
_BULLETS = ("-", "*", *_DOTS)
_SQUARES = tuple("■▪●○")  # head a section, too
_MARK = re.compile(  # * * * is a line, and several • in one line are a list in running text
    rf"(?:#{{1,6}}|-)(?=[^\S\n])|[*{_DOTS}](?=[^\S\n]+[^\s*{_DOTS}])(?![^\n]*\s[{_DOTS}]\s)"
)
_ITEM = re.compile(r"(?:–|\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})[.)]) ")
_NOTES = re.compile(rf"(?<=[{ENDS}\"'”’])(?:{NOTE})++$", re.VERBOSE)
_WORD = re.compile(r"[^\W_]")
_UNFINISHED = re.compile(  # words that another must follow
    r"\b(?:a|an|the|and|or|of|by|with|from|his|her|its|their|that|which|who|President)$"
    r"|\b(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|St)\.$"
)
_GOES_ON = re.compile(r"[,:] [a-z].*\.$", re.DOTALL)
_CLOSING = "\"'”’»)]*_"
_NOT_HEADING = tuple(".!…‽:;,\u3002\uff01\u0964\u06d4\u061f-–—")


@dataclass(frozen=True, slots=True)
class BlockSpan:
    """A stretch of a document's text, and what it is."""

    span: Span
    block: Block


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """One block to be told: its mark ("#", "##", "-", "date …" or ""), and the place of both."""

    start: int
    mark: str
    span: Span  # without the mark
    text: str  # white space squeezed


def blocks(text: str, title: str | None = None) -> tuple[BlockSpan, ...]:
    """The blocks of `text`, in order. `title` is the document's, where it is known."""
    paragraphs = tuple(_paragraphs(text))
    told = _with_title(paragraphs, _tell(paragraphs), title)
    found = []
    for paragraph, block in zip(paragraphs, told, strict=True):
        if paragraph.mark:
            mark = Span(paragraph.start, paragraph.start + len(paragraph.mark))
            found.append(BlockSpan(mark, "boilerplate"))
        if paragraph.span:
            found.append(BlockSpan(paragraph.span, block))
    return tuple(found)


def headline(text: str) -> str | None:
    """The title that a text begins with, as `segment` marks it, or `None`."""
    for block in blocks(text):
        if block.block == "title":
            return _squeezed(block.span.of(text))[:TITLE_LIMIT].rstrip()
    return None


def _squeezed(text: str) -> str:
    return " ".join(text.split())


# Lines to paragraphs


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    chunks = _chunks(text)
    width = _wrap_width(text, chunks)
    date = LEADING_DATE.match(text, len(text) - len(text.lstrip()))
    for chunk in chunks:
        joined = chunk[0]
        for above, below in pairwise(chunk):
            if _runs_on(above.of(text), below.of(text), width):
                joined = Span(joined.start, below.end)
            else:
                yield _paragraph(text, joined, date)
                joined = below
        yield _paragraph(text, joined, date)


def _chunks(text: str) -> list[list[Span]]:
    """Neighbouring lines that are not blank, as stripped spans."""
    chunks: list[list[Span]] = [[]]
    start = 0
    for line in text.split("\n"):
        if stripped := line.strip():
            first = start + len(line) - len(line.lstrip())
            chunks[-1].append(Span(first, first + len(stripped)))
        elif chunks[-1]:
            chunks.append([])
        start += len(line) + 1
    return [chunk for chunk in chunks if chunk]


def _wrap_width(text: str, chunks: Sequence[Sequence[Span]]) -> int:
    """The column at which the lines are wrapped by hand, or 0.

    Lines are wrapped if at most line ends the next word would not have fitted. Short ones and
    addresses without a space tell nothing, but beside them two others are too few.
    """
    every = [pair for chunk in chunks for pair in pairwise(chunk)]
    pairs = [
        (above, below)
        for above, below in every
        if len(above) >= _WRAPPED.start and not _is_address(above.of(text))
    ]
    if len(pairs) < min(3, max(2, len(every))):
        return 0
    lengths = sorted(len(above) for above, _ in pairs)
    width = lengths[int(0.95 * len(lengths))]  # a few lines may be longer: addresses of pages
    full = sum(not _would_fit(above.of(text), below.of(text), width) for above, below in pairs)
    others = len(pairs) - 1  # the line that gives the width is full by itself
    return width if width in _WRAPPED and full - 1 >= others / 2 else 0


def _is_address(line: str) -> bool:
    return " " not in line and line.isascii()


def _would_fit(above: str, below: str, width: int) -> bool:
    return len(above) + 1 + len(below.split(maxsplit=1)[0]) <= width


def _runs_on(above: str, below: str, width: int) -> bool:
    """Whether a line goes on in the next one."""
    if above.startswith("#") or _MARK.match(below):
        return False
    if below[0] in ".,;)”":
        return True
    if max(len(above), len(below)) <= 2:  # a word set from top to bottom, letter by letter
        return (above + below).isalpha() and (above + below).isupper()
    if above.count(" ") >= 3:
        unfinished = below[0].islower() and above[-1] not in ".!?:"
        # Roe / v. Wade, p. 5 and c. 1900 begin no list, but may go on with one
        item = _ITEM.match(below) and (below[0] not in "cpv" or _ITEM.match(above))
        if (unfinished and not item) or _UNFINISHED.search(above):
            return True
    return width > 0 and not _would_fit(above, below, width)


def _paragraph(text: str, span: Span, date: re.Match[str] | None) -> _Paragraph:
    begins = date is not None and date.start() == span.start
    mark = date if begins else _MARK.match(text, span.start, span.end)
    start = mark.end() if mark else span.start
    while start < span.end and text[start].isspace():
        start += 1
    rest = Span(start, span.end)
    return _Paragraph(span.start, mark.group() if mark else "", rest, _squeezed(rest.of(text)))


# Paragraphs to blocks


def _tell(paragraphs: Sequence[_Paragraph]) -> list[Block]:
    """What each paragraph is, but for the title."""
    script, minority = _scripts(paragraphs)
    told: list[Block] = []
    longest = LONGEST_TITLE
    for paragraph in paragraphs:
        foreign = minority and _script(paragraph.text) not in ("", script)
        told.append("boilerplate" if foreign else _kind(paragraph, longest))
        if told[-1] == "body":
            longest = LONGEST_HEADING
    _tell_questions(paragraphs, told)
    for at, paragraph in enumerate(paragraphs):
        if (
            told[at] == "heading"
            and not paragraph.mark.startswith("#")
            and _is_item(paragraphs, at)
        ):
            told[at] = "body"
    if "body" not in told:  # a note of one line is no title and no caption of nothing
        told = [
            "body"
            if block in ("heading", "caption") and not paragraph.mark.startswith("#")
            else block
            for paragraph, block in zip(paragraphs, told, strict=True)
        ]
    return told


def _tell_questions(paragraphs: Sequence[_Paragraph], told: list[Block]) -> None:
    """Short questions stay headings only over text, and not where who asks speaks to another."""
    asking = [
        at
        for at, one in enumerate(paragraphs)
        if told[at] == "heading" and one.text.endswith("?") and not one.mark.startswith("#")
    ]
    if not asking:
        return
    labels = [_label(one.text) for one in paragraphs]
    often = Counter(labels)
    for at in asking:
        followed = at + 1 < len(told) and told[at + 1] in ("body", "caption")
        if not followed or (labels[at] and often[labels[at]] > 1 and labels[at + 1]):
            told[at] = "body"


def _label(text: str) -> str:
    """What stands before a colon near the begin: "Ana Soto: Who left?"; "" where none does."""
    label, colon, _ = text[:_LONGEST_LABEL].partition(": ")
    return label.lstrip("0123456789:.[]() ") if colon else ""  # without the time


def _is_item(paragraphs: Sequence[_Paragraph], at: int) -> bool:
    """Whether a line is one of a list: not "– Ann Lee", nor what heads the text below it."""
    beside = paragraphs[max(0, at - 1) : at + 2]
    if (mark := paragraphs[at].mark) in _SQUARES:
        return [paragraph.mark for paragraph in beside].count(mark) > 1
    items = sum(bool(_ITEM.match(paragraph.text)) for paragraph in beside)
    text = paragraphs[at].text
    return items > 1 and bool(_ITEM.match(text)) and len(text.split()) >= SHORTEST_ITEM


def _kind(paragraph: _Paragraph, longest: int) -> Block:
    text = paragraph.text
    if not _WORD.search(text):
        return "boilerplate"
    if len(text) <= _LONGEST_PHRASE and (BOILERPLATE.fullmatch(text) or BYLINE.fullmatch(text)):
        return "boilerplate"
    if LABEL.fullmatch(text) and not _GOES_ON.search(text):
        return "boilerplate"
    if GALLERY.match(text):
        return "caption"
    if paragraph.mark.startswith("#"):
        return "heading"
    if len(text) <= _LONGEST_CAPTION and (CAPTION_START.match(text) or CAPTION_END.search(text)):
        return "caption"
    item = paragraph.mark in _BULLETS and paragraph.mark not in _SQUARES
    if item or not _has_form_of_heading(text, longest):
        return "body"
    return "heading"


def _has_form_of_heading(text: str, longest: int) -> bool:
    """Whether a line is short, begins like a title and does not end like a sentence."""
    text = _NOTES.sub("", text)
    words = text.split()
    bare = text.rstrip(_CLOSING)
    if not bare or len(words) > longest or text[0].islower() or bare.endswith(_NOT_HEADING):
        return False
    if any(said in text for said in (',"', ",”", ",'", ",’", '",', "”,", "’,")):  # “…,” he added
        return False
    if bare.endswith(("?", "\uff1f")) and (bare != text or len(words) > LONGEST_QUESTION):
        return False
    return len(split(text)) == 1


def _with_title(
    paragraphs: Sequence[_Paragraph], told: Sequence[Block], title: str | None
) -> list[Block]:
    """`told` with the title, where the text begins with one."""
    leading = _leading(told)
    known = _squeezed(title or "").casefold()
    texts = [paragraphs[at].text[:TITLE_LIMIT].rstrip().casefold() for at in leading]
    same = [at for at in leading if known and known == texts[at]]  # a lone date has no text
    headings = [at for at in leading if told[at] == "heading"]
    named = [at for at in headings if len(paragraphs[at].text.split()) >= SHORTEST_TITLE]
    top = [at for at in headings if paragraphs[at].mark == "#"]
    chosen = (same or named or top)[:1]
    return ["title" if at in chosen else block for at, block in enumerate(told)]


def _leading(told: Sequence[Block]) -> range:
    """Up to the first paragraph of the body, this one included: a title may look like one."""
    return range(told.index("body") + 1 if "body" in told else len(told))


# Scripts


def _scripts(paragraphs: Sequence[_Paragraph]) -> tuple[str, bool]:
    """The script of most of the text, and whether any other is rare enough to be a stray line."""
    letters: Counter[str] = Counter()
    for paragraph in paragraphs:
        if script := _script(paragraph.text):
            letters[script] += len(paragraph.text)
    if len(letters) < 2:
        return next(iter(letters), ""), False
    script, most = letters.most_common(1)[0]
    return script, letters.total() - most <= _MINORITY * letters.total()


def _script(text: str) -> str:
    """The script of most letters of a sample, or "" where there is no letter."""
    sample = text[:_SCRIPT_SAMPLE]
    if sample.isascii():
        return "LATIN" if any(map(str.isalpha, sample)) else ""
    counts = Counter(_script_of(letter) for letter in sample if letter.isalpha())
    return max(counts, key=lambda script: (counts[script], script), default="")


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str:
    name = unicodedata.name(letter, "OTHER").split()[0]
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "FULLWIDTH", "HALFWIDTH") else name
