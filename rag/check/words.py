"""The words of a text as quotes are compared by them.

Flow: text -> words() -> `Words`: each folded, and where it stands.
Law: signs between words are not compared, so a copy with other marks has the same words; a figure,
its sign, its unit and its currency are words, and so is all that makes another number of it.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from unicodedata import category, normalize

from rag.datatypes import Span
from rag.readers.normal import POWERS, UNSEEN

BORDER = "\0"  # stands in no word
JOINER = "\u2060"  # stands in a word without being of it
_APOSTROPHES = "'’‘`\u00b4′\uff07"
_CURRENCIES = "$€£¥¢₹₽₺₩₪₴₱₦฿₫₸₿"
_THAN = "[<>≤≥≠]"
_MINUS = "-\u2010\u2011\u2013\u2212"  # newspapers set it as a dash
# They choose the look of a letter.
_UNSEEN_MARKS = "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_ONE_FORM = str.maketrans(
    {sign: "'" for sign in f"{_APOSTROPHES}\u02bc"}
    | dict.fromkeys(f"{UNSEEN}{_UNSEEN_MARKS}", "")
    | dict.fromkeys(_MINUS, "-")
    | {sign: f"^{power}" for power, sign in enumerate(POWERS)}  # 10² is not 102
)
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")


@dataclass(frozen=True)
class Words:
    """The words of a part of a text, in order; its borders stand between words.

    Where each stands is told only when it is asked for: most texts are looked at in vain.
    """

    text: str = field(repr=False)
    begin: int
    stop: int

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Each word as it is compared."""
        return tuple(map(folded, _word().findall(self.text, self.begin, self.stop)))

    @cached_property
    def joined(self) -> str:
        """The folded words with a border before, between and after them."""
        return BORDER.join(["", *self.folded, ""])

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Begin and end of each word, in code points of the text."""
        found = _word().finditer(self.text, self.begin, self.stop)
        return tuple([match.span() for match in found])

    def __len__(self) -> int:
        return len(self.folded)

    def span(self, first: int, end: int) -> Span:
        """From the begin of word `first` to the end of the word before `end`; one at least."""
        return Span(self.spans[first][0], self.spans[end - 1][1])


def words(text: str, begin: int = 0, end: int | None = None) -> Words:
    """The words of a text, or of a part of it whose borders stand between words."""
    return Words(text, begin, len(text) if end is None else end)


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """A word, with its vowel signs and accents that are characters of their own."""
    marks = "".join(chr(code) for code in range(0x300, 0x1F000) if category(chr(code))[0] == "M")
    rest = rf"""(?:
        [{_APOSTROPHES}{UNSEEN}]+ [^\W_]+
        | (?=[^\0-\u02ff\u2000-\u206f])       # cheaper than the marks, and rules out most signs
          [{marks}{_UNSEEN_MARKS}]+ [^\W_]*
    )*"""
    figure = rf"\d+ (?: [.,] \d+ )* [^\W_]* {rest}"
    amount = rf"(?: \.? {figure} | [{_CURRENCIES}] )"
    minus = rf"""[{_MINUS}] (?:
        (?<![^\s(\[“„«‘<>≤≥≠{_CURRENCIES}].) | (?<=[\s(]["'].) | (?<=\A["'].)
    )"""
    # The > of a margin, of an arrow or of a tag says nothing of the figure behind it.
    tags = "".join(rf"(?<![</]\w{{{length}}}.)" for length in range(1, 7))
    than = rf"""(?: [<≤≥≠] | > (?<![\n>=–—-].) (?<![\n>][ ].) (?<!\w["'].) {tags} ) [ ]?"""
    return re.compile(
        rf"""
        [^\W\d_] [^\W_]+ {rest}                                       # word, don’t
        | (?<![^\W_]) [^\W\d_] (?: \. [^\W\d_] (?![^\W_]) )+          # U.S., p.m.
        | {figure}                                                    # 1,000.50, 19th, 5m
        | [^\W_]+ {rest}                                              # I’d, ½
        | [%‰±{_CURRENCIES}]
        | \. (?<![\w.].) {figure}                                     # .5
        | {minus} {amount}                                            # -5, -$ 5
        | {than} (?: {minus} )? {amount}                              # <5
        """,
        re.VERBOSE,
    )


@lru_cache(1 << 16)
def folded(word: str) -> str:
    """A word as it is compared: one case, one apostrophe; 5,500 as 5500, U.S. as us."""
    if not word.isascii():
        word = normalize("NFKC", word.translate(_ONE_FORM))
    word = word.translate(_ONE_FORM).casefold()
    if re.match(_THAN, word):
        return word[0] + folded(word[1:].lstrip())
    if word[:1].isdigit() or word[:1] == "-":
        return _THOUSANDS.sub("", word.replace("-.", "-0."))
    if word[:1] == ".":
        return _THOUSANDS.sub("", f"0{word}")
    return word.replace(".", "")
