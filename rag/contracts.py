"""The JSON objects that other programs depend on; a change raises the number in `schema`.

Flow: values -> dictionaries with the keys of the contract, in its order.
"""

import re
from collections.abc import Iterable, Sequence

from rag.check import Checked, Match
from rag.datatypes import Answer, Document, Evidence, Hit, Passage, Sentence, Span, Statement
from rag.quotes import Attribution, Person
from rag.timeline import Timeline, Utterance, differences

# C1 controls, and the characters that turn the direction of text.
OBEYED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ANSWER = "onrecord.answer/1"
SEARCH = "onrecord.search/1"
CHECK = "onrecord.check/1"
QUOTE = "onrecord.quote/1"
SPEAKER = "onrecord.speaker/1"
TIMELINE = "onrecord.timeline/2"
ERROR = "onrecord.error/1"  # a line of a batch that could not be asked

Json = str | int | float | None | list["Json"] | dict[str, "Json"]


class Citations:
    """Numbers of documents in the order in which they are first cited, from 1."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple({document.id: document for document in documents}.values())
        self._number = {document.id: n for n, document in enumerate(self.documents, 1)}

    @classmethod
    def of(cls, answer: Answer) -> "Citations":
        """The documents that an answer, or what came nearest to one, cites."""
        shown = [one for statement in answer.statements for one in statement.evidence]
        return cls(one.sentence.document for one in (*shown, *answer.nearest))

    def __getitem__(self, document: Document) -> int:
        return self._number[document.id]

    def sources(self) -> list[Json]:
        """The source list of the contract."""
        return [
            {"citation": self[document], **document_object(document)} for document in self.documents
        ]


def document_object(document: Document) -> dict[str, Json]:
    """What tells a document from all others; the hash is that of its text in UTF-8."""
    return {
        "document": document.id,
        "title": document.title,
        "outlet": document.outlet,
        "date": document.date,
        "url": document.url,
        "sha256": document.sha256,
    }


def answer_object(
    answer: Answer, *, number: str | int | None = None, timings: bool = True
) -> dict[str, Json]:
    """An answer as `onrecord.answer/1`.

    Args:
        answer: What was found, or that nothing was.
        number: The `id` that came with the question.
        timings: Whether to tell the times, the one part that differs from run to run.
    """
    cited = Citations.of(answer)
    return {
        "schema": ANSWER,
        "id": number,
        "question": answer.question,
        "status": answer.status,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 4),
        "sentences": [
            _slice(one.sentence, one, cited, place)
            for place, statement in enumerate(answer.statements, 1)
            for one in statement.evidence
        ],
        "statements": [
            _statement(place, statement, cited)
            for place, statement in enumerate(answer.statements, 1)
        ],
        "sources": cited.sources(),
        "nearest": [_slice(one.hit.passage, one, cited, None) for one in answer.nearest],
        "timings_ms": {name: round(ms, 1) for name, ms in answer.timings} if timings else {},
    }


def search_object(question: str, hits: Sequence[Hit]) -> dict[str, Json]:
    """Ranked passages as `onrecord.search/1`; `score` is comparable within one question only."""
    cited = Citations(hit.passage.document for hit in hits)
    return {
        "schema": SEARCH,
        "question": question,
        "hits": [
            {
                "text": hit.passage.text,
                "document": hit.passage.document.id,
                "start": hit.passage.span.start,
                "end": hit.passage.span.end,
                "citation": cited[hit.passage.document],
                "score": round(hit.score, 6),
            }
            for hit in hits
        ],
        "sources": cited.sources(),
    }


def timeline_object(found: Timeline) -> dict[str, Json]:
    """What somebody said on a subject as `onrecord.timeline/2`.

    `diff` tells how a further wording of an utterance differs from its first.
    """
    cited = Citations(one.sentence.document for each in found.utterances for one in each.evidence)
    return {
        "schema": TIMELINE,
        "speaker": found.speaker,
        "people": [*found.people],
        "subject": found.subject,
        "utterances": [_utterance(each, cited) for each in found.utterances],
        "sources": cited.sources(),
    }


def _utterance(said: Utterance, cited: Citations) -> Json:
    first = said.evidence[0].sentence.text
    return {
        "speaker": said.evidence[0].sentence.speaker,
        "date": said.date,
        "independent": said.independent,
        "wordings": [
            {
                "document": one.sentence.document.id,
                **_span(one.sentence.document, one.sentence.span),
                "citation": cited[one.sentence.document],
                "date": one.sentence.document.date,
                "kind": one.sentence.kind,
                "score": round(one.probability, 4),
                "diff": [[*step] for step in differences(first, one.sentence.text)] if at else [],
            }
            for at, one in enumerate(said.evidence)
        ],
    }


def check_object(checked: Checked, *, draft: Json = None) -> dict[str, Json]:
    """A checked quote as `onrecord.check/1`; `draft` tells where it stands in a draft."""
    cited = Citations(match.document for match in checked.matches)
    return {
        "schema": CHECK,
        "quote": checked.quote,
        "verdict": checked.verdict,
        "speaker": checked.speaker,
        "matches": [_match(match, cited) for match in checked.matches],
        "changes": [
            {"kind": one.kind, "quote": one.quote, "source": one.source} for one in checked.changes
        ],
        "more": checked.more,
        "counted": checked.counted,
        "sources": cited.sources(),
        "draft": draft,
    }


def _match(match: Match, cited: Citations) -> Json:
    return {
        "document": match.document.id,
        "start": match.span.start,
        "end": match.span.end,
        "text": match.text,
        "speaker": match.speaker,
        "diff": [[one.tag, one.quote, one.source] for one in match.differences],
        "citation": cited[match.document],
    }


def quote_object(document: Document, one: Attribution) -> dict[str, Json]:
    """What somebody said as `onrecord.quote/1`; `reporter` says who reports that it was said."""
    return {
        "schema": QUOTE,
        "document": document.id,
        "kind": one.kind,
        "content": _place(document, one.content),
        "speaker": _place(document, one.speaker),
        "cue": _place(document, one.cue),
        "name": one.name,
        "reported_by": _place(document, one.reported_by),
        "reporter": one.reporter,
    }


def speaker_object(one: Person) -> dict[str, Json]:
    """Somebody who speaks, as `onrecord.speaker/1`."""
    return {
        "schema": SPEAKER,
        "name": one.name,
        "direct": one.direct,
        "indirect": one.indirect,
        "documents": one.documents,
        "variants": [*one.variants],
    }


def _place(document: Document, span: Span | None) -> Json:
    return None if span is None else _span(document, span)


def _span(document: Document, span: Span) -> dict[str, Json]:
    return {"start": span.start, "end": span.end, "text": span.of(document.text)}


def _slice(
    part: Sentence | Passage, one: Evidence, cited: Citations, statement: int | None
) -> Json:
    return {
        "text": part.text,
        "document": part.document.id,
        "start": part.span.start,
        "end": part.span.end,
        "citation": cited[part.document],
        "statement": statement,
        "score": round(one.probability, 4),
        "speaker": part.speaker if isinstance(part, Sentence) else None,  # several may speak there
        "kind": part.kind if isinstance(part, Sentence) else "text",
        "context": _place(one.sentence.document, one.context) if statement else None,
    }


def _statement(place: int, statement: Statement, cited: Citations) -> Json:
    return {
        "number": place,
        "citations": [*sorted({cited[one.sentence.document] for one in statement.evidence})],
        "documents": statement.documents,
        "independent": statement.independent,
    }
