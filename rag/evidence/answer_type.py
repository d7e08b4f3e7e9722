"""Which kind of thing a question asks for, and whether a sentence holds one.

Flow: question -> `expected_type`; sentence -> `match`. By form only: numbers, dates and capitals
are seen, not understood.
Source: the idea of coarse answer types, Li and Roth, COLING 2002.
"""

import re
from collections.abc import Set
from typing import Literal

from rag.evidence.dates import MONTH
from rag.terms import terms

AnswerType = Literal["number", "date", "name", "any"]

# The first that fits; "how long" and "how old" before "who is so old".
_ASKED: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (?:many|much|old|long|far|fast|tall|big|large|high|deep|often|heavy)\b"
            r"|\b(?:what|which) (?:number|percentage|share|amount|age|price|distance)\b"
        ),
    ),
    ("date", re.compile(r"\bwhen\b|\b(?:what|which) (?:date|day|month|year|time)\b")),
    (
        "name",
        re.compile(
            r"\bwho(?:m|se)?\b|\bwhere\b"
            r"|\b(?:what|which) (?:\w+ )?(?:city|country|town|place|state|region|village|person)\b"
        ),
    ),
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half"
    r"|hundred|thousand|million|billion|trillion)s?\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\b(?:{MONTH}"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    r"|yesterday|today|tomorrow|[12]\d{3})\b|\b(?:last|this|next) (?:week|month|year)\b"
)
# A capital that does not begin the sentence, or two in a row that do.
_NAME = re.compile(r"(?<=[^\W\d_,;:’'\"] )[A-Z]\w+|(?<=[,;] )[A-Z]\w+|^[A-Z]\w+ [A-Z]\w+")


def expected_type(question: str) -> AnswerType:
    """What the question asks for; `any` where its form does not tell."""
    folded = question.lower()
    return next((asked for asked, form in _ASKED if form.search(folded)), "any")


def match(expected: AnswerType, sentence: str, *, asked: Set[str]) -> float:
    """1 where the sentence holds what is asked for, -1 where it does not, 0 where all would do.

    Args:
        expected: See `expected_type`.
        sentence: The text to look in.
        asked: Terms of the question; a name among them is no new one.
    """
    if expected == "any":
        return 0.0
    if expected == "number":
        found = bool(_NUMBER.search(sentence))
    elif expected == "date":
        found = bool(_DATE.search(sentence))
    else:
        found = any(not asked & set(terms(name.group())) for name in _NAME.finditer(sentence))
    return 1.0 if found else -1.0
