"""Which sentence cannot stand alone, and the one before that it needs.

Flow: Answer + what the record has of its documents -> `with_context` -> the same Answer, whose
evidence carries the sentence before where it is needed.
Law: a context is a sentence or a heading of the same document, as it stands there; it is never an
answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from rag.datatypes import Answer, Document, Evidence, Sentence, Statement
from rag.quotes import Attribution
from rag.terms import is_function_word

# What a sentence begins with that takes up the one before, past any quotation mark: a pronoun, a
# word that points back, or one that joins, opposes, or concludes.
_BEGINS = re.compile(
    r"""^["'“”‘’«„`\s(\[—–-]*(?:
    (?:he|she|it|they|him|her|his|its|their|theirs|them|this|that|these|those|such|both|neither
      |either|another|others|yes|no)\b
    |(?:but|and|or|nor|so|yet|however|still|then|thus|therefore|hence|instead|otherwise|also
      |moreover|furthermore|besides|nevertheless|nonetheless|rather|similarly|likewise|meanwhile
      |consequently|accordingly|because|which|who)\b
    |there\b(?!\s(?:is|are|was|were|has|have|will|would|can|could|may|might|must|should)\b)
    |(?:in\ (?:that|this|such|other|any)|if\ (?:so|not)|even\ so|as\ (?:such|a\ result)
      |at\ that|at\ the\ same|(?:for|after)\ (?:that|this)|for\ (?:example|instance)|to\ do\ so
      |on\ the\ (?:contrary|other\ hand)|not\ so|the\ (?:former|latter|same|pair|trio))\b
    |the\ two\b(?!-)|the\ \d{1,2}-year-old\b(?!\ (?!(?:is|was|has|had|said|will)\b)[a-z])
    |(?:one|two|three|four|five|six|seven|eight|nine|ten|most|some|half|none|all|both|many|few)
      \ of\ the\ (?:others|two|three|four|five|six|seven|eight|nine|ten|\d+)\b
    |one,|none\ (?!but\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Words that point back wherever they stand: these plans, such a step, this option.
_POINTS = re.compile(
    r"""\b(?:these|such(?!\s(?:as|that))
    |those(?!\s(?:who|which|that|of|with|in|from|\w+ing)\b)
    |this(?!\s(?:is|was|morning|afternoon|evening|week|month|year|spring|summer|autumn|fall|winter
      |season|time|day|century|decade|mon|tues|wednes|thurs|fri|satur|sun)))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PERSONAL = frozenset(("he", "she", "him", "her", "his", "hers"))
_PLURAL = frozenset(("they", "them", "their", "theirs", "it", "its"))
_EARLY = 6  # words among which "they" or "it" can have nothing in the sentence to stand for
_WORD = re.compile(r"[^\W_]+")
_EXPECTS_MORE = re.compile(r"[:;—–-][\"'”’]?$|\bif\b[^.?!]*\?[\"'”’]?$", re.IGNORECASE)

_ANSWER = re.compile(r"(?:A|Answer)[.:] ")


def with_context(
    answer: Answer,
    sentences: Callable[[Document], Sequence[Sentence]],
    attributions: Callable[[str], Sequence[Attribution]],
) -> Answer:
    """The answer, each shown sentence with the one before it where it cannot stand alone.

    Args:
        answer: As composed.
        sentences: Of a document, in order.
        attributions: Of the document of an id, in order.
    """
    sentences, attributions = cache(sentences), cache(attributions)

    def of(one: Evidence) -> Evidence:
        document = one.sentence.document
        before = _before(one.sentence, sentences(document))
        needed = before and needs(one.sentence, before, attributions(document.id))
        return replace(one, context=before.span) if before and needed else one

    statements = tuple(Statement(tuple(map(of, each.evidence))) for each in answer.statements)
    return replace(answer, statements=statements)


def needs(sentence: Sentence, before: Sentence, attributions: Sequence[Attribution]) -> bool:
    """Whether a sentence is not understood without the one before it.

    That is where it begins with a word that points back or joins, holds one that points back, has
    a pronoun before any name, goes on a quotation that began before it, or where the one before
    announces it (a colon, a semicolon, a dash), asks what follows from an "if", or asks what this
    one answers: a heading, another who speaks, or where it says so ("A:").
    """
    goes_on = any(
        one.kind == "direct" and one.content.start < sentence.span.start < one.content.end
        for one in attributions
    )
    text = _without_label(sentence, attributions)
    return (
        goes_on
        or _BEGINS.match(text) is not None
        or _POINTS.search(text) is not None
        or _stands_for_nobody(text)
        or _EXPECTS_MORE.search(before.text) is not None
        or (before.text.endswith("?") and _replies(sentence, before))
    )


def _without_label(sentence: Sentence, attributions: Sequence[Attribution]) -> str:
    """What follows who says it: "Ann Lee: He left." is not about her."""
    start = sentence.span.start
    for one in attributions:
        labelled = one.kind == "direct" and one.cue is None and one.speaker is not None
        if labelled and start < one.content.start < sentence.span.end:
            label, said = sentence.text[: one.content.start - start], one.content.start - start
            return sentence.text[said:] if label.rstrip("“\"‘' ").endswith(":") else sentence.text
    return sentence.text


def _replies(sentence: Sentence, before: Sentence) -> bool:
    """Whether a question is answered, not asked for the sake of asking."""
    speaks, asks = sentence.speaker, before.speaker
    another = speaks != asks and None not in (speaks, asks)
    return another or before.block == "heading" or _ANSWER.match(sentence.text) is not None


def _stands_for_nobody(text: str) -> bool:
    """Whether a pronoun stands before any name that it might mean."""
    for place, word in enumerate(_WORD.findall(text)):
        if word in _PERSONAL or (word in _PLURAL and place < _EARLY):
            return True
        if word[0].isupper() and not is_function_word(word.casefold()):
            return False
    return False


def _before(sentence: Sentence, all_of_it: Sequence[Sentence]) -> Sentence | None:
    """The body sentence before, or the heading that asks; `None` where another stands between."""
    found: Sentence | None = None
    for one in all_of_it:
        if one.span.start >= sentence.span.start:
            return found
        if one.block == "body":
            found = one
        elif one.block in ("heading", "title"):
            asks = one.block == "heading" and one.text.endswith("?")
            found = one if asks else None
    return None
