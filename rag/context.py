"""Which sentence cannot stand alone, and the one before that it needs.

Flow: Answer + what the record has of its documents -> `with_context` -> the same Answer, whose
evidence carries the sentence before where it is needed.
Law: a context is a sentence of the same document, as it stands there; it is never an answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.datatypes import Answer, Evidence, Sentence, Statement
from rag.quotes import Attribution

# What a sentence begins with that takes up the one before, past any quotation mark: a pronoun, a
# word that points back, or one that joins, opposes, or concludes.
_POINTS_BACK = re.compile(
    r"""^["'“”‘’«„\s(\[—–-]*(?:
    (?:he|she|it|they|him|her|his|its|their|theirs|them|this|that|these|those|such|both|neither
      |either|another|others)\b
    |(?:but|and|or|nor|so|yet|however|still|then|thus|therefore|hence|instead|otherwise|also
      |moreover|furthermore|besides|nevertheless|nonetheless|rather|similarly|likewise|meanwhile
      |consequently|accordingly|because|which|who)\b
    |(?:in\ (?:that|this|such|other)|if\ (?:so|not)|even\ so|as\ (?:such|a\ result)|at\ that
      |(?:for|after)\ (?:that|this)|on\ the\ (?:contrary|other\ hand)|not\ so
      |the\ (?:former|latter|same))\b
    )(?!['’](?:s|re)\ (?:all|over)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_EXPECTS_MORE = re.compile(r"[:;—–-][\"'”’]?$|\bif\b[^.?!]*\?[\"'”’]?$", re.IGNORECASE)


def with_context(
    answer: Answer,
    sentences: Callable[[str], Sequence[Sentence]],
    attributions: Callable[[str], Sequence[Attribution]],
) -> Answer:
    """The answer, each shown sentence with the one before it where it cannot stand alone.

    Args:
        answer: As composed.
        sentences: Of the document of an id, in order.
        attributions: Of the document of an id, in order.
    """

    def of(one: Evidence) -> Evidence:
        name = one.sentence.document.id
        before = _before(one.sentence, sentences(name))
        needed = before and needs(one.sentence, before, attributions(name))
        return replace(one, context=before.span) if before and needed else one

    statements = tuple(Statement(tuple(map(of, each.evidence))) for each in answer.statements)
    return replace(answer, statements=statements)


def needs(sentence: Sentence, before: Sentence, attributions: Sequence[Attribution]) -> bool:
    """Whether a sentence is not understood without the one before it.

    That is where it begins with a word that points back, goes on a quotation that began before
    it, or where the one before announces it or asks what it answers.
    """
    goes_on = any(
        one.kind == "direct" and one.content.start < sentence.span.start < one.content.end
        for one in attributions
    )
    return (
        goes_on
        or _POINTS_BACK.match(sentence.text) is not None
        or _EXPECTS_MORE.search(before.text) is not None
    )


def _before(sentence: Sentence, all_of_it: Sequence[Sentence]) -> Sentence | None:
    """The body sentence before; `None` where none is, or a heading stands between."""
    found: Sentence | None = None
    for one in all_of_it:
        if one.span.start >= sentence.span.start:
            return found
        if one.block == "body":
            found = one
        elif one.block in ("heading", "title"):
            found = None
    return None
