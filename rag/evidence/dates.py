"""The day of a document in words, and beside its title where a question asks for that time.

Flow: question -> `Times.of`; document -> `title`, as it is read. News tells of its own day without
naming it.
"""

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date

from rag.datatypes import Document

_MONTHS = month_name[1:]
MONTH = "|".join(_MONTHS)  # a pattern
_WHEN = r"\b(?i:in|of|since|during|by|until|from|between|last|this|early|late|mid)[ -]"
_YEAR = re.compile(
    rf"(?:{_WHEN}|\b(?:{MONTH}) (?:\d\d?,? )?|(?:19|20)\d\d(?:,| (?:and|or|to)) )"
    r"(?=((?:19|20)\d\d)\b(?![%]|[.,]\d| [a-z]+s\b(?<!was)))"
    r"|\b((?:19|20)\d\d)[?!. ]*$"
)
_MONTH = re.compile(rf"(?:{_WHEN}|\b\d\d? )({MONTH})\b|\b({MONTH}) \d")


@dataclass(frozen=True, slots=True)
class Times:
    """The years and months that a question names; months 1 to 12."""

    years: frozenset[int]
    months: frozenset[int]

    @classmethod
    def of(cls, question: str) -> "Times":
        """By their form: behind "in" or the like, beside a month or a day, or a year at the end."""
        years = (a or b for a, b in _YEAR.findall(question))
        months = (_MONTHS.index(a or b) + 1 for a, b in _MONTH.findall(question))
        return cls(frozenset(map(int, years)), frozenset(months))

    def hold(self, day: date) -> bool:
        """Whether a day lies in a time that is named."""
        in_year = day.year in self.years if self.years else bool(self.months)
        return in_year and (not self.months or day.month in self.months)


def title(document: Document, asked: Times) -> str:
    """The title as it is read, behind the day of the document where that is asked for."""
    named = document.title or ""
    if document.date is None or not asked.hold(date.fromisoformat(document.date)):
        return named
    return f"{day_in_words(document.date)}: {named}" if named else day_in_words(document.date)


def day_in_words(written: str) -> str:
    """A date as people ask for it: 2025-05-14 is May 14 2025."""
    day = date.fromisoformat(written)
    return f"{_MONTHS[day.month - 1]} {day.day} {day.year}"
