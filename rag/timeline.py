"""What somebody said on a subject, by date, and how outlets give the same utterance.

Flow: scored sentences of one speaker -> `timeline` -> `Timeline` of `Utterance`s.
Law: every wording is a sentence of a document, as it stands there; wordings are one utterance only
where they are one person's, from different documents of about the same days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from rag.compose import say_the_same
from rag.datatypes import Evidence, Statement

_ALIKE = 0.4  # share of content terms (Jaccard) from which two wordings are of one utterance
_DAYS = 7  # that may lie between them
_LONG = 200  # words from which words that are repeated often are not looked at first
_UNDATED = "9999"  # sorts behind all dates

Step = tuple[str, str, str]  # "equal", "insert", "delete" or "replace"; words of each wording


@dataclass(frozen=True, slots=True)
class Utterance(Statement):
    """One thing that was said, in the wordings of the documents that have it, likeliest first."""

    @property
    def date(self) -> str | None:
        """The earliest day on which a document has it; `None` where none has a date."""
        return min(
            (day for one in self.evidence if (day := one.sentence.document.date)), default=None
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was said, earliest first, undated last.

    `speaker` is as asked, `people` whom the index knows by that name.
    """

    speaker: str
    people: tuple[str, ...]
    subject: str
    utterances: tuple[Utterance, ...]


def timeline(
    speaker: str, people: Sequence[str], subject: str, evidence: Sequence[Evidence]
) -> Timeline:
    """Group the sentences of a speaker to utterances, and order these.

    Args:
        speaker: As asked.
        people: Whom the index knows by that name.
        subject: As asked.
        evidence: What they say on it, likeliest first.
    """
    groups: list[list[Evidence]] = []
    for one in evidence:
        home = next((group for group in groups if _same(group, one)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    found = [Utterance(tuple(group)) for group in groups]
    order = sorted(found, key=lambda one: (one.date or _UNDATED, _place(one.evidence[0])))
    return Timeline(speaker, tuple(people), subject, tuple(order))


def _place(one: Evidence) -> tuple[str, int]:
    return (one.sentence.document.id, one.sentence.span.start)


def _same(group: Sequence[Evidence], one: Evidence) -> bool:
    """Whether a wording is another document's of the same utterance."""
    first, here = group[0].sentence, one.sentence
    if first.speaker != here.speaker:
        return False
    others = [each.sentence.document for each in group]
    if any(
        each.id == here.document.id or not _near(each.date, here.document.date) for each in others
    ):
        return False
    return say_the_same(first.text, here.text, least=_ALIKE)


def _near(one: str | None, other: str | None) -> bool:
    """Whether two days are near; a day that is not known may be."""
    if one is None or other is None:
        return True
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days) <= _DAYS


def differences(one: str, other: str) -> list[Step]:
    """How the words of a wording differ from those of another, in order."""
    a, b = one.split(), other.split()
    steps = SequenceMatcher(None, a, b, autojunk=max(len(a), len(b)) > _LONG).get_opcodes()
    return [(tag, " ".join(a[i:j]), " ".join(b[k:n])) for tag, i, j, k, n in steps]
