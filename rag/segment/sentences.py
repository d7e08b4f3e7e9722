"""Cut a block into sentences.

Flow: text -> split() -> tuple[Span, ...]. At every stop (a full stop, a question mark, an ellipsis,
with what closes after it) the words on both sides decide whether a sentence ends there.
Law: spans are in order, stripped, never overlap, and leave out only white space; linear time.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from rag.datatypes import Span
from rag.readers.normal import POWERS, UNSEEN
from rag.segment.abbreviations import (
    AFTER_HOURS,
    HOURS,
    NUMBERED,
    OPENING,
    SHORTENED,
    STARTERS,
    STARTERS_IN_CAPITALS,
)

_WINDOW = 48  # characters on either side of a stop: no word that decides is longer
_LONGEST_MARKER = 8  # characters: "• (viii)"
# As escapes, since some look like ASCII: full-width . ! ?, ideographic and half-width full stops,
# danda and double danda. No space need follow these.
_UNSPACED = "\uff0e\uff01\uff1f\u3002\uff61\u0964\u0965"
ENDS = ".!?…‽\u061f\u06d4" + _UNSPACED  # with the Arabic question mark and full stop
# The mark of a note behind a stop, or what nobody sees there. Verbose.
NOTE = rf"""(?:
      [ ]?\[ (?: (?:note[ ])? \^?\d{{1,3}} (?:[–,-]\d{{1,3}})* | \^?[a-z]
        | (?:[a-z]+[ ]){{1,3}} needed ) \]
    | \(\d{{1,2}}\) | [{POWERS}] (?:,?[ ]?[{POWERS}])* | [†‡{UNSEEN}]
)"""
_STOP = re.compile(
    rf"""
    (?P<mark> [{ENDS}] (?: [{ENDS}] | [ ]\.(?!\w) )* )
    (?P<close>
        (?: ["'”’»\u203a)\]}}*_」』】\uff09] )*
        {NOTE}*
        (?: (?: (?<=[^\W\d_][a-z]\.) | (?<=\)\.) )  # the number of a footnote
            \d{{1,2}} (?:[ ]\d{{1,2}})* (?=[ ][A-Z]) )?
        (?: [ ][)\]] (?=\s|$) )?  # a bracket in tokenised text
        (?: \s [”»] (?=[\s.,;:]|$) )?  # ’ ”
        (?: \s?[:;=]-?[)(DPp] (?!\w) )?  # :-)
    )
    """,
    re.VERBOSE,
)
_NOTES = re.compile(NOTE, re.VERBOSE)
_NEXT = re.compile(
    r"""\s* (?P<open> ["'“‘„«\u2039(\[{<*_¿¡•–—$€£§@#-]* \s? ["'“‘(\[]* )
    (?P<word> [^\W_]+ (?:['’-]\w+)? )?""",
    re.VERBOSE,
)
_ATTRIBUTION = re.compile(
    r"""\s* (?: he | she | they | we | it | who | one
      | (?:[Tt]he\ |A\ )? [\w.'’-]+ (?:\ [\w.'’-]+){0,5}? (?:,\ [^,.;:“"]{1,40},)? ) \ +
    (?: (?: said | says | asked | asks | added | adds | wrote | writes | replied | replies | noted
        | continued | wondered | wonders | cried | yelled | shouted | exclaimed | insisted | tweeted
        | quipped | joked | thought | answered | demanded | responded | commented | declared
        | explained | remarked | recalled | warned | argued | posted | stated )
      (?P<alone> [.;] | ,(?!\ ["“‘']) | \s*$
        | \ (?:in|on|at|to|of|as|during|after|before|while|when|about|last|earlier|later|aloud
            |\w+day|\w+ly)\b (?![^.“"]*\bthat\b) )?
    | (?: told | tells | asked | asks ) \ (?:(?:the|a|his|her)\ )? [\w.’'-]+ (?:\ [\w’'-]+){0,2}?
      (?P<told> [.;] | ,(?!\ ["“‘']) | \s*$
        | \ (?:in|on|at|during|after|before|when|last|\w+day)\b (?![^.“"]*\bthat\b) ) )""",
    re.VERBOSE,
)
_LAST_RUN = re.compile(r"""[^\s"“”‘«»(\[{*_/:–—-]*$""")
_ZONE = re.compile(r"\s+(?:[A-Z]\w+ ){1,2}time\b")  # Moscow time
_ROMAN = re.compile("[IVXLC]+|[A-Z]")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,4}")  # U.S, p.m, Ph.D, J.-P
_STRAY = ".…“”’»\"' "  # no sentence by themselves
_MARKER = re.compile(r"[•\u2043·*-]?\s?[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)\]]{1,2}")
_RUN_ON = re.compile(r"[A-Z][a-z]+(?:['’]\w+)?[\s.,;:!?]|[AI] ")
_DOMAIN = re.compile(r"(?:com|org|net|gov|edu)\b", re.IGNORECASE)
_QUOTE_APART = re.compile(r' "(?!\S)')
_ITEM = re.compile(
    r"(?:(?<=\s)|^)(?P<bullet>[•\u2043])?\s?(?P<open>\(?)(?:(?P<digits>\d{1,2})|(?P<letter>[a-z]))"
    r"(?P<close>\.\)|[.)])(?=\s\S)"
)


@dataclass(frozen=True, slots=True)
class _Stop:
    """A stop that white space follows, and the words around it."""

    mark: str
    close: str
    before: str  # the word that it follows, or what is behind a hyphen or a dash of it
    earlier: str  # the word before that
    opens: str  # what opens between the stop and the next word
    word: str  # the next word
    attribution: re.Match[str] | None  # "he said", where it follows
    bracketed: bool  # "(ret.)"
    goes_on: bool  # a comma or the like follows, or what belongs to an hour: "Moscow time"
    capitals: bool  # the whole block is in capitals

    @property
    def lower(self) -> bool:
        """Whether the next word begins like the middle of a sentence; "iPhone" does not."""
        return self.word[:1].islower() and not self.word[1:2].isupper()

    @property
    def dashed(self) -> bool:
        return not self.opens.isspace() and self.opens.strip() in {"-", "--", "–", "—", "•", "<"}

    @property
    def starts(self) -> bool:
        """Whether the next word is one that begins sentences."""
        known = STARTERS_IN_CAPITALS if self.capitals else STARTERS
        return self.word.replace("’", "'") in known or self.opens.lstrip().startswith("“")

    @property
    def key(self) -> str:
        """The word before, as the lists of abbreviations write it."""
        word = self.before
        named = self.word.isupper() and len(self.word) > 2 and word.capitalize() in OPENING
        shortest = 2 if self.capitals or named else 3  # MR. PESKOV
        shout = word.isupper() and "." not in word and len(word) >= shortest
        return word.capitalize() if shout and (self.capitals or word != "SEC") else word


def split(text: str) -> tuple[Span, ...]:
    """The sentences of one block, as spans of `text`; all but white space is in one of them."""
    items = dict(_list_items(text))
    cuts = {*items, *_stop_cuts(text, frozenset(items.values())), len(text)}
    spans: list[Span] = []
    start = 0
    for cut in sorted(cuts):
        piece = text[start:cut]
        if stripped := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            if spans and not stripped.strip(_STRAY):
                first = spans.pop().start
            spans.append(Span(first, start + len(piece.rstrip())))
        start = cut
    return tuple(spans)


def _stop_cuts(text: str, markers: frozenset[int]) -> Iterator[int]:
    """Where sentences end with a stop, in order. `markers`: ends of the numbers of list items."""
    quotes = [quote.start() for quote in re.finditer('"', text)]
    capitals, start = text.isupper(), 0
    for stop in _STOP.finditer(text):
        end = stop.end()
        if _QUOTE_APART.match(text, end) and bisect(quotes, end) % 2:
            end += 2  # tokenised text: the quotation mark closes, since one is open
        if text[stop.start() - 1 : stop.start()] in ("(", "["):  # [...], (?)
            continue
        if stop.end() in markers or _is_marker(text, start, end):
            continue
        if end < len(text) and not text[end].isspace():
            cut = end if _ends_without_space(text, stop) else None
        else:
            cut = _cut(_around(text, stop, start, end, capitals), text, stop.start(), end)
        if cut is not None:
            yield cut
            start = cut


def _is_marker(text: str, start: int, end: int) -> bool:
    """Whether all that there is so far is the number of a list item."""
    return end - start <= _LONGEST_MARKER and bool(_MARKER.fullmatch(text[start:end].strip()))


def _around(text: str, stop: re.Match[str], start: int, end: int, capitals: bool) -> _Stop:
    words = text[max(start, stop.start() - _WINDOW) : stop.start()].split()
    earlier, before = ["", "", *words][-2:]
    following = _NEXT.match(text, end, end + _WINDOW)
    return _Stop(
        mark=stop["mark"],
        close=stop["close"],
        before=_last_run(before),
        earlier=earlier,
        opens=(following and following["open"]) or "",
        word=(following and following["word"]) or "",
        attribution=_ATTRIBUTION.match(text, end, end + 2 * _WINDOW),
        bracketed=stop["close"][:1] == ")" and before in ("(ret", "(est", "(approx"),
        goes_on=text[end : end + 2].lstrip()[:1] in (*",;:",)
        or bool(_ZONE.match(text, end, end + _WINDOW)),
        capitals=capitals,
    )


def _last_run(word: str) -> str:
    found = _LAST_RUN.search(word.rstrip("\"”’»'"))
    return found[0].lstrip("'*_") if found else ""


def _cut(stop: _Stop, text: str, at: int, end: int) -> int | None:
    """Where the sentence ends at a stop, or `None`."""
    if stop.mark == ". . . ." and stop.word and not text[at - 1].isspace():
        return at + 1  # a full stop, then an ellipsis that begins the next sentence
    return end if _ends(stop) else None


def _ends(stop: _Stop) -> bool:
    if not stop.word:
        return not stop.goes_on
    if stop.mark.strip(".… "):
        return _ends_at_cry(stop)
    if stop.mark != ".":
        return not stop.lower and stop.word.split("'")[0].split("’")[0] != "I"
    if stop.lower:
        return not stop.dashed and not _NOTES.sub("", stop.close) and _is_plain(stop)
    return _ends_before_capital(stop)


def _ends_at_cry(stop: _Stop) -> bool:
    """Whether a question or exclamation mark ends the sentence."""
    if stop.lower:
        named = stop.before[:1].isupper() and stop.earlier  # Yahoo! has
        within = "!" in stop.mark and (
            named or stop.earlier.endswith((",", ";", "!"))
        )  # but, alas!
        return not (stop.close or stop.dashed or within or stop.attribution)
    attributed = stop.attribution is not None and bool(
        stop.attribution["alone"] is not None or stop.attribution["told"] is not None
    )
    return not (attributed and stop.close)


def _ends_before_capital(stop: _Stop) -> bool:
    """Whether one full stop ends the sentence, where the next word is not in lower case."""
    key = stop.key
    if key in OPENING or stop.bracketed:
        return False
    if stop.dashed and key not in HOURS and (key in SHORTENED or _ACRONYM.fullmatch(key)):
        return False  # MANCHESTER, N.H. — The
    initial = len(key) == 1 and key.isupper()
    if stop.word[0].isdigit():
        letter = len(key) == 1 and key.isalpha()  # (d. 1950)
        return not (letter or key in NUMBERED or key in SHORTENED or _ACRONYM.fullmatch(key))
    if key in NUMBERED - {"No", "no"} and _ROMAN.fullmatch(stop.word):
        return False
    if key in HOURS:
        return stop.word.split("-")[0] not in AFTER_HOURS and not stop.goes_on
    if key == "I" and stop.earlier[:1].islower():
        return True  # you and I. Did
    if initial or _ACRONYM.fullmatch(key) or key in SHORTENED:
        return stop.starts
    return True


def _is_plain(stop: _Stop) -> bool:
    """Whether the word before is no abbreviation and no number, so that its full stop is one."""
    word = stop.before
    if len(word) < 2 or word.isdigit() or _ACRONYM.fullmatch(word):
        return False
    if stop.key in OPENING or stop.key in NUMBERED or stop.key in SHORTENED:
        return False
    return len(word) > 4 or not word.isalpha() or bool(re.search("[aeiouy]", word.casefold()))


def _ends_without_space(text: str, stop: re.Match[str]) -> bool:
    """Whether a sentence ends at a stop that runs into the next word."""
    mark, close, end = stop["mark"], stop["close"], stop.end()
    if mark[-1] in _UNSPACED:
        return True
    head = text[max(0, stop.start() - _WINDOW) : stop.start()]
    if len(mark) > 1 or close.strip("”»") or not head or head[-1].isspace():
        return False
    if text[end] in "“«":
        return True
    if close or not _RUN_ON.match(text, end) or _DOMAIN.match(text, end):
        return bool(close) and text[end].isupper()
    word = head.split()[-1]
    joined = word + text[end : end + _WINDOW].split()[0].rstrip(".,;:!?")
    if any(sign in joined for sign in "/@=<>\\_:."):  # an address or the name of a file
        return False
    if word in OPENING or word in SHORTENED or word in NUMBERED:
        return False
    return len(word) > 1 and (word[-1].isdigit() or word[-2:].islower())


def _list_items(text: str) -> Iterator[tuple[int, int]]:
    """Begin of each item, and end of its marker, of lists in running text: "1) wait 2) see"."""
    style, value, first, listing = ("", "", ""), -1, (-1, -1), False
    for item in _ITEM.finditer(text):
        now = int(item["digits"]) if item["digits"] else ord(item["letter"])
        here, kind = item.span(), (item["bullet"] or "", item["open"], item["close"])
        before = text[max(0, item.start() - _WINDOW) : item.start()].rstrip()[-1:]
        if kind == style and now == value + 1:
            listing = True
            yield first
            yield here
        elif not listing and before not in ("", *".!?"):
            continue
        style, value, first = kind, now, here
