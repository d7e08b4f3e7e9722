"""Tell who speaks a quotation, from the words around it.

Flow: quotation + its paragraph + the one before -> spoken() -> Voice, or `None` for a title, a word
that is only named, or a distance of the writer's.
Looked for in this order: a word of speech right before the opening mark; a clause right behind the
closing one; a signature; a word that governs the quotation; the nearest one before it, then behind
it; who owns or does what the quotation describes; and where its sentence holds no other words, the
sentence before and the speaker before.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, takewhile

from rag.datatypes import Span
from rag.quotes.cues import FELT, MENTION, NAMED, PLAIN, SPEECH, TOLD, UTTERED
from rag.quotes.grammar import Report, beside, mention, subject, verb_report
from rag.quotes.marks import Quotation
from rag.quotes.parsing import Parse, Token

SHORTEST_SPEECH = 4  # words; fewer, without a reporting word, may be the writer's own distance
LONGEST_TITLE = 9  # words
_SMALL = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to"]
)
_SPACES = 64  # between a sign and the mark that it joins
_FARTHEST = 30  # words from a closing mark to its reporting word: a name with an apposition
_HIGHEST = 12  # steps up the tree
_SPEAKING = frozenset(["he", "she", "they", "i", "we", "his", "her", "their", "my", "our"])
_HEARING = ("speak", "talk", "interview")  # whoever does so hears another
_JOINING = (["that"], ["whether"], ["if"], ["how"])  # clauses begin so
_CLAUSES = ("ccomp", "relcl", "pcomp", "csubj", "acl", "advcl", "xcomp")
_ENDS_SPEECH = tuple(",?!.…—–-")
_SKIPPED = ("PUNCT", "SPACE", "ADV")  # between a closing mark and the clause behind it
_IN_NAME = ("PROPN", "NOUN", "ADJ", "VERB", "DET")  # "the former Zenda keeper Ana Soto"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and by which word; `close` if it stands right beside the quotation."""

    speaker: Span | None
    cue: Span | None
    close: bool = False


@dataclass(frozen=True)
class Told:
    """A paragraph with its reports and its outermost quotations."""

    parse: Parse
    reports: tuple[Report, ...]
    quotes: tuple[Quotation, ...]

    def quote_at(self, place: int) -> Quotation | None:
        """The outermost quotation that a place of the text lies in."""
        number = bisect_right(self.quotes, place, key=lambda one: one.outer.start) - 1
        if number >= 0 and place < self.quotes[number].outer.end:
            return self.quotes[number]
        return None

    @cached_property
    def narrated(self) -> tuple[Report, ...]:
        """The reports whose cue stands in no quotation, in the order of their cues."""
        return tuple(one for one in self.reports if self.quote_at(one.cue_span.start) is None)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each token begins."""
        return tuple(token.span.start for token in self.parse.tokens)

    def reports_in(self, tokens: range) -> tuple[Report, ...]:
        """The narrated reports whose cue is among these tokens; but no claims of nobody named."""
        found = self.narrated_in(tokens)
        return tuple(one for one in found if not (one.unsaid and self._is_noun(one)))

    def _is_noun(self, report: Report) -> bool:
        return self.parse.tokens[report.cue].pos == "NOUN"

    def narrated_in(self, tokens: range) -> tuple[Report, ...]:
        """The same with those."""
        first = bisect_left(self.narrated, tokens.start, key=lambda one: one.cue)
        stop = bisect_left(self.narrated, tokens.stop, key=lambda one: one.cue)
        return self.narrated[first:stop]


def spoken(
    text: str, quote: Quotation, here: Told, before: Told | None, last: Voice | None
) -> Voice | None:
    """Who speaks a quotation; `None` where its words are nobody's speech.

    Args:
        text: Of the document.
        quote: An outermost one.
        here: Its paragraph.
        before: The paragraph before, if there is one.
        last: Who spoke the quotation before.
    """
    if quote.speaker is not None:
        return Voice(quote.speaker, None, close=True)
    frame = _Frame.of(text, here, quote)
    if quote.continues:
        return frame.behind() or last or Voice(None, None)
    if frame.is_title and frame.is_named and frame._sign_before() != ":":
        return None
    governing = frame.governing()
    close = (
        frame.led_to(governing)
        or frame.right_before()
        or frame.behind()
        or frame.behind_cry()
        or frame.signed()
        or frame.split_from(last)
        or frame.ahead_close()
    )
    if close is not None:
        return close
    if frame.is_named or (frame.is_title and not (governing and frame.is_short)):
        return None
    voice = governing or frame.ahead() or frame.beyond()
    if voice is None and frame.words:
        voice = frame.above()
    if voice is None and not (frame.words and frame.is_short):
        voice = _running(text, frame, before, last) or last
    if voice is None and frame.is_short:
        return None
    return voice or Voice(None, None)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around a quotation in its first and its last sentence."""

    text: str
    told: Told
    quote: Quotation
    first: int  # number of its first token, its mark among them
    stop: int  # of the first token behind it
    sentences: range  # the tokens of its sentences

    @classmethod
    def of(cls, text: str, told: Told, quote: Quotation) -> "_Frame":
        tokens, bounds = told.parse.tokens, told.parse.sentences
        first = max(0, bisect_right(told.starts, quote.outer.start) - 1)
        stop = max(first + 1, bisect_left(told.starts, quote.outer.end))
        begin = bounds[tokens[first].sentence].start
        end = bounds[tokens[stop - 1].sentence].stop
        return cls(text, told, quote, first, stop, range(begin, end))

    @property
    def words(self) -> bool:
        """Whether any word of its sentences stands in no quotation."""
        return any(
            token.pos not in ("PUNCT", "SPACE") and self.told.quote_at(token.span.start) is None
            for token in self._around()
        )

    def _around(self) -> Iterator[Token]:
        tokens = self.told.parse.tokens
        yield from tokens[self.sentences.start : self.first]
        yield from tokens[self.stop : self.sentences.stop]

    @property
    def is_short(self) -> bool:
        return len(self.quote.inner.of(self.text).split()) < SHORTEST_SPEECH

    @property
    def is_title(self) -> bool:
        """Whether it is written like the name of a work: every word but small ones in capitals."""
        words = self.quote.inner.of(self.text).strip(".,;:!?").split()
        if not words or len(words) > LONGEST_TITLE or not words[0][:1].isupper():
            return False
        return all(word[:1].isupper() or word in _SMALL or word[:1].isdigit() for word in words)

    @property
    def is_named(self) -> bool:
        """Whether a word right before says that it is a term or a name: "the term “surge”"."""
        ahead = [token for token in self._ahead_tokens() if token.pos != "PUNCT"][-1:]
        if not ahead or not (self.is_short or self.is_title):
            return False
        named = ahead[0].text.lower() in NAMED and ahead[0].dep in ("acl", "amod", "advcl")
        return named or (ahead[0].lemma in MENTION and ahead[0].text != "words")

    def _ahead_tokens(self) -> tuple[Token, ...]:
        return self.told.parse.tokens[self.sentences.start : self.first]

    def behind(self) -> Voice | None:
        """A clause right behind: "…," he said; "…," said the mayor; "…," Ana, who lost, said."""
        return self._behind(_says) or self._behind(_acts)

    def _behind(self, fits: Callable[[Token], bool]) -> Voice | None:
        parse, after = self.told.parse, self.text[self.quote.outer.end : self.quote.outer.end + 1]
        if not self.quote.inner.of(self.text).endswith(_ENDS_SPEECH) and after != ",":
            return None
        rest = range(
            self.stop, self._next_quotation(min(self.sentences.stop, self.stop + _FARTHEST))
        )
        skipped = takewhile(lambda number: parse.tokens[number].pos in _SKIPPED, rest)
        begin = self.stop + sum(1 for _ in skipped)
        verb = next((number for number in rest if fits(parse.tokens[number])), None)
        return self._clause(verb, range(begin, rest.stop)) if verb is not None else None

    def behind_cry(self) -> Voice | None:
        """A clause that was taken for a sentence of its own: "Out!" Ana shouted at them."""
        bounds, tokens = self.told.parse.sentences, self.told.parse.tokens
        ends = self.quote.inner.of(self.text).endswith(("?", "!"))
        if not ends or self.stop != self.sentences.stop or self.stop >= len(tokens):
            return None
        if self._sign_before() == ":":
            return None
        following = bounds[tokens[self.stop].sentence]
        both = replace(self, sentences=range(self.sentences.start, following.stop))
        behind = tokens[min(following.stop, len(tokens) - 1)].span.start
        goes_on = self._next_quotation(following.stop) < following.stop or self.told.quote_at(
            behind
        )
        voice = both._behind(_says) or (both._behind(_acts) if goes_on else None)
        reported = self.told.reports_in(following)
        owns = voice and any(one.cue_span == voice.cue and one.contents for one in reported)
        return None if owns else voice

    def _next_quotation(self, limit: int) -> int:
        """Number of the first token of the next quotation, or `limit`."""
        following = bisect_right(self.told.quotes, self.quote.outer.start, key=_begin)
        if following == len(self.told.quotes):
            return limit
        return min(limit, bisect_left(self.told.starts, _begin(self.told.quotes[following])))

    def _clause(self, verb: int, rest: range) -> Voice | None:
        """The clause that begins where `rest` does and has this verb."""
        parse = self.told.parse
        verb, other = _of_another(parse, verb, rest)
        one = verb_report(parse, verb)
        if other is not None:
            return Voice(mention(parse, other), one.cue_span, close=True)
        if (quoted := _quoted_as(parse, verb, rest)) is not None:  # Interfax quoted him as saying
            return Voice(mention(parse, quoted), one.cue_span, close=True)
        if verb == rest.start:  # said the mayor
            past = parse.tokens[verb].tag in ("VBD", "VBZ", "VBN")
            known = parse.tokens[verb].lemma in SPEECH and parse.tokens[verb].tag != "VBG"
            following = parse.tokens[verb + 1].entity if verb + 1 in rest else ""
            if not known and not (past and following == "PERSON"):
                return None
            who = one.speaker if one.speaker is not None and one.speaker > verb else None
            if who is None:
                who = beside(parse, verb + 1, range(verb + 1, rest.stop))
        elif one.speaker is not None and rest.start >= _lead(parse, one) >= self.stop:
            who = one.speaker
        else:
            who = _right_before(parse, range(rest.start, verb))
            if who is not None and _is_told(parse, who, verb):
                return Voice(one.speaker_span, one.cue_span, close=True)
        if who is None:
            return None
        return Voice(mention(parse, who), one.cue_span, close=True)

    def led_to(self, governing: Voice | None) -> Voice | None:
        """What governs it, if a word joins them: "claimed that “…”"."""
        if governing is None or governing.cue is None or governing.cue.end > self.quote.outer.start:
            return None
        between = self.text[governing.cue.end : self.quote.outer.start]
        return governing if between.split()[-1:] in _JOINING else None

    def signed(self) -> Voice | None:
        """A name behind a dash: "…" — Ana Soto."""
        tokens = self.told.parse.tokens
        if self.stop + 1 >= len(tokens) or tokens[self.stop].text not in ("—", "–", "―", "-", "--"):
            return None
        behind = tokens[self.stop + 1 : self.stop + _FARTHEST]
        name = list(takewhile(lambda token: token.text[:1].isupper() or token.text == ".", behind))
        end = self.stop + 1 + len(name)
        if not name or (end < self.sentences.stop and tokens[end].pos not in ("PUNCT", "SPACE")):
            return None
        return Voice(Span(name[0].span.start, name[-1].span.end), None, close=True)

    def split_from(self, last: Voice | None) -> Voice | None:
        """Who spoke the first half, where a sentence goes on: "…," he said, "…"."""
        if last is None or last.cue is None or not last.close:
            return None
        ahead = self.told.starts[self.sentences.start] <= last.cue.start < self.quote.outer.start
        between = self.told.reports_in(range(self.sentences.start, self.first))
        other = bool(between) and between[-1].cue_span.start > last.cue.end
        joined = self._sign_before() in (",", ":")
        return last if ahead and joined and not other else None

    def _sign_before(self) -> str:
        start = self.quote.outer.start
        return self.text[max(0, start - _SPACES) : start].rstrip()[-1:]

    def right_before(self) -> Voice | None:
        """A word of speech that its sign joins to it: "She asked: “Why?” Ana left"."""
        found = self.told.reports_in(range(self.sentences.start, self.first))
        if not found or (cue := self.told.parse.tokens[found[-1].cue]).lemma not in SPEECH:
            return None
        one, sign, start = found[-1], self._sign_before(), self.quote.outer.start
        beside = self.text[one.cue_span.end : start].strip() == sign
        opened = self.told.quote_at(self.told.starts[self.sentences.start])
        if sign != ":" and (sign != "," or not beside or opened not in (None, self.quote)):
            return None
        if sign == ":" and cue.lemma not in PLAIN and self._behind(_says):
            return None
        if any(one.cue_span.end <= each.start and each.end <= start for each in one.contents):
            return None  # "the effect it said she had: “…”" is led to by "effect"
        if one.speaker is None and not (beside and cue.tag == "VBN"):  # "Asked, “Why?”, Ana left"
            return None
        return Voice(one.speaker_span, one.cue_span, close=True)

    def ahead_close(self) -> Voice | None:
        """A reporting word before, joined by a colon or a comma: "He said: “…”", "Ana Soto: “…”."""
        joined = self._sign_before()
        if joined not in (":", ","):
            return None
        if found := self.told.reports_in(range(self.sentences.start, self.first)):
            one = found[-1]
            between = self.text[one.cue_span.end : self.quote.outer.start]
            near = joined == ":" or "," not in between.strip().removesuffix(",")
            if near and one.speaker_span is not None:
                return Voice(one.speaker_span, one.cue_span, close=True)
        if joined == ":":
            return self._before_colon()
        return None

    def _before_colon(self) -> Voice | None:
        """Who is named right before a colon, else whom its sentence is about."""
        parse, ahead = self.told.parse, range(self.sentences.start, self.first)
        words = [n for n in ahead if parse.tokens[n].pos not in ("PUNCT", "SPACE")]
        if not words:
            return None
        who = beside(parse, words[-1], range(ahead.start, words[-1] + 1))
        subjects = [n for n in words if parse.tokens[n].dep == "nsubj"]
        about = min(subjects, key=lambda n: _clauses_above(parse, n), default=None)
        if who is None:
            who = about
        elif self._is_addressed(who, about):
            who = about if about is not None else self._titled(who)
        return Voice(mention(parse, who), None, close=True) if who is not None else None

    def _is_addressed(self, who: int, about: int | None) -> bool:
        """Whether another speaks to or about somebody: "She had a word for Bo Lind: “…”"."""
        tokens = self.told.parse.tokens
        token, above = tokens[who], tokens[tokens[who].head]
        if token.dep not in ("pobj", "dobj", "dative") or above.text.lower() in ("from", "by"):
            return False
        if about is None:
            their_own = above.text == "of" and tokens[above.head].lemma in (*UTTERED, "word")
            return token.dep == "pobj" and not their_own
        if token.dep == "dobj" or above.text.lower() == "of":
            return False
        doer, verb = tokens[about], tokens[tokens[about].head]
        if doer.text.lower() in ("i", "we"):
            return False
        acts = doer.entity == "PERSON" or doer.text.lower() in _SPEAKING or token.pos == "PRON"
        return verb.lemma not in _HEARING and (acts or not _may_speak(token))

    def _titled(self, who: int) -> int:
        """Whom words without a verb are headed by: "Ana Soto on Bo Lind", "Ana Soto’s advice"."""
        parse = self.told.parse
        for _ in range(_HIGHEST):
            if parse.tokens[who].dep not in ("pobj", "prep", "appos"):
                break
            who = parse.tokens[who].head
        owners = (each for each in parse.children[who] if parse.tokens[each].dep == "poss")
        return next(owners, who)

    def governing(self) -> Voice | None:
        """The innermost report of speech whose content it begins in; else the outermost of thought.

        Who is said to believe something need not have used the words.
        """
        place, best, rank = self.quote.inner.start, None, (0, 0)
        for one in self.told.narrated_in(self.sentences):
            for content in one.contents:
                if content.start - 1 <= place < content.end:
                    speech = one.unsaid or self.told.parse.tokens[one.cue].lemma in SPEECH
                    mine = (0, len(content)) if speech else (1, -len(content))
                    if best is None or mine < rank:
                        best, rank = one, mine
        return Voice(best.speaker_span, best.cue_span) if best else None

    def ahead(self) -> Voice | None:
        """The nearest reporting word before it in its sentence."""
        found = self.told.reports_in(range(self.sentences.start, self.first))
        return Voice(found[-1].speaker_span, found[-1].cue_span) if found else None

    def beyond(self) -> Voice | None:
        """The nearest reporting word behind it in its sentence."""
        found = self.told.reports_in(range(self.stop, self.sentences.stop))
        return Voice(found[0].speaker_span, found[0].cue_span) if found else None

    def above(self) -> Voice | None:
        """Who does or owns what is described: "his “reckless” plan", "she attacked “a system”"."""
        parse, number = self.told.parse, self._root()
        second: Voice | None = None
        for _ in range(_HIGHEST):
            for who, cue in self._doers(number):
                spoken_of = cue is not None and self._undergoes(who, number)
                voice = Voice(None, None) if spoken_of else Voice(mention(parse, who), cue)
                if not spoken_of and _may_speak(parse.tokens[who]):
                    return voice
                second = second or voice
            if parse.tokens[number].head == number:
                break
            number = parse.tokens[number].head
        return second

    def _doers(self, number: int) -> Iterator[tuple[int, Span | None]]:
        parse = self.told.parse
        for child in parse.children[number]:
            if parse.tokens[child].dep == "poss" and not self._holds(child):
                yield child, None
        if parse.tokens[number].pos in ("VERB", "AUX") and not self._holds(number):
            who = subject(parse, number)
            if who is not None and self.told.quote_at(parse.tokens[who].span.start) is None:
                yield who, parse.tokens[number].span

    def _undergoes(self, who: int, verb: int) -> bool:
        """Whether words are about a subject, not its own: "was fined for “…”", "is “a fool”"."""
        tokens, root = self.told.parse.tokens, self.told.parse.tokens[self._root()]
        passive = tokens[who].dep == "nsubjpass" and tokens[verb].lemma not in FELT
        return passive or (root.dep == "attr" and root.head == verb)

    def _root(self) -> int:
        """The token of the quotation whose head stands outside of it."""
        tokens = self.told.parse.tokens
        for number in range(self.first, self.stop):
            if tokens[number].pos != "PUNCT" and not self._holds(tokens[number].head):
                return number
        return self.first

    def _holds(self, number: int) -> bool:
        return self.first <= number < self.stop


def _of_another(parse: Parse, verb: int, rest: range) -> tuple[int, int | None]:
    """The verb in a clause, and who speaks by it: "Ana says Bo told her", "Ana heard Bo say"."""
    tokens = parse.tokens
    for inner in (verb, *parse.children[verb]):
        outer, own = tokens[inner].head, _nominal_subject(parse, inner)
        first = _nominal_subject(parse, outer)
        begins = first is not None and tokens[first].edges[0] == rest.start
        under = tokens[inner].dep == "ccomp" and tokens[inner].lemma in SPEECH and begins
        if not under or inner not in rest or own is None or not outer < own < inner:
            continue
        apart = tokens[tokens[own].edges[0] - 1].text == ","
        deps = {tokens[each].dep for each in parse.children[inner] if each in rest}
        if not apart and deps.isdisjoint(("ccomp", "xcomp")):
            return inner, own
    return verb, None


def _right_before(parse: Parse, bounds: range) -> int | None:
    """Who is named before a verb: of words without a sign or a preposition the last is the head.

    The parser may take an office for a verb: "Zenda keeper Ana Soto said".
    """
    tokens = parse.tokens[bounds.start : bounds.stop]
    governed = any(b.tag == "VBG" and a.pos in ("NOUN", "PROPN") for a, b in pairwise(tokens))
    named = bool(tokens) and tokens[-1].pos == "PROPN"
    if named and not governed and all(one.pos in _IN_NAME for one in tokens):
        return bounds.stop - 1
    return beside(parse, bounds.start, bounds)


def _nominal_subject(parse: Parse, verb: int) -> int | None:
    return next((one for one in parse.children[verb] if parse.tokens[one].dep == "nsubj"), None)


def _is_told(parse: Parse, who: int, verb: int) -> bool:
    """Whether somebody hears it: "Ana was told by Bo"; but "was quoted" is who speaks."""
    token = parse.tokens[who]
    return token.dep == "nsubjpass" and token.head == verb and parse.tokens[verb].lemma in TOLD


def _quoted_as(parse: Parse, verb: int, rest: range) -> int | None:
    """Whom somebody else quotes."""
    if parse.tokens[verb].lemma not in ("quote", "cite") or verb == rest.start:
        return None
    behind = range(verb + 1, rest.stop)
    if not any(parse.tokens[place].text == "as" for place in behind):
        return None
    objects = (child for child in parse.children[verb] if child in behind)
    return next((one for one in objects if parse.tokens[one].dep in ("dobj", "nsubj")), None)


def _covers(told: Told, tokens: range, span: Span) -> bool:
    return told.starts[tokens.start] <= span.start <= told.starts[tokens.stop - 1]


def _says(token: Token) -> bool:
    return token.lemma in SPEECH


def _acts(token: Token) -> bool:
    return token.pos == "VERB"


def _may_speak(token: Token) -> bool:
    return token.entity in ("PERSON", "ORG", "NORP") or token.text.lower() in _SPEAKING


def _lead(parse: Parse, report: Report) -> int:
    """Where the clause "the mayor, who lost, said" or "said the mayor" begins."""
    if report.speaker is None:
        return report.cue
    return min(parse.tokens[report.speaker].edges[0], report.cue)


def _running(text: str, frame: _Frame, before: Told | None, last: Voice | None) -> Voice | None:
    """Who spoke or was spoken of just before a quotation that fills its sentences."""
    begin, told = frame.sentences.start, frame.told
    if frame.words and (voice := _of_sentence(told, told.parse.tokens[begin].sentence)):
        return voice
    if begin:
        if last is not None and told.quote_at(told.starts[begin - 1]):
            return last
        return _of_sentence(told, told.parse.tokens[begin - 1].sentence, last)
    if before is None:
        return last
    colon = before.parse.span.of(text).rstrip().endswith(":")
    if colon or last is None or not before.quotes:
        return _of_sentence(before, len(before.parse.sentences) - 1, last)
    return last


def _begin(quote: Quotation) -> int:
    return quote.outer.start


def _of_sentence(told: Told, sentence: int, last: Voice | None = None) -> Voice | None:
    """Who speaks in a sentence: of its quotation, or the last; else the person that it is about.

    Of reports within reports it is the outermost: "Peskov denied that Putin had ordered it."
    """
    tokens = told.parse.sentences[sentence]
    if last and last.cue and _covers(told, tokens, last.cue):
        return last
    found = [one for one in told.reports_in(tokens) if one.speaker_span is not None]
    depths = [_clauses_above(told.parse, one.cue) for one in found]
    if not found or min(depths):  # no report of the main clause
        people = (number for number in tokens if _is_subject_by_name(told, number))
        who = next((n for n in people if not found or not _clauses_above(told.parse, n)), None)
        if who is not None:
            return Voice(mention(told.parse, who), None)
    outermost = [one for one, depth in zip(found, depths, strict=True) if depth == min(depths)]
    return Voice(outermost[-1].speaker_span, outermost[-1].cue_span) if outermost else None


def _is_subject_by_name(told: Told, number: int) -> bool:
    token = told.parse.tokens[number]
    named = token.entity == "PERSON" or token.text.lower() in ("he", "she")
    outside = told.quote_at(token.span.start) is None
    return named and outside and token.dep in ("nsubj", "nsubjpass")


def _clauses_above(parse: Parse, number: int) -> int:
    """In how many clauses of another a word stands."""
    above = 0
    while parse.tokens[number].head != number:
        above += parse.tokens[number].dep in _CLAUSES
        number = parse.tokens[number].head
    return above
