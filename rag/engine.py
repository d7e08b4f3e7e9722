"""`OnRecord`: opens an index and wires the stages; the one module that knows them all.

Flow: question -> query -> retrieve -> read -> compose -> Answer.
"""

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from time import perf_counter_ns
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.asked import asked, asked_of, said_about
from rag.check import Checked, Corpus, check
from rag.compose import ComposeConfig, compose
from rag.context import with_context
from rag.datatypes import (
    FILTERS,
    Answer,
    Document,
    Evidence,
    Filters,
    Hit,
    Query,
    Reason,
    Sentence,
    Span,
)
from rag.encoders import OnnxEncoder
from rag.errors import IndexDamaged, InputInvalid, QuestionInvalid
from rag.evidence import Collection, EvidenceReader, JointReader, ReadConfig
from rag.indexing import IndexReport, Progress, build, encoder_folder
from rag.lexical import Lexical
from rag.quotes import Attribution
from rag.retrieve import Ranked, RetrieveConfig, best_documents, ranked, search
from rag.segment import PassageConfig
from rag.spelling import respelled
from rag.store import ANALYSIS, Counts, Record, Settings, Snapshots
from rag.timeline import Timeline, timeline
from rag.vectors import PassageVectors

LONGEST_QUESTION = 2_000  # characters; a longer one is a document, not a question
_NO_MATCH_BELOW = 0.2  # cosine; all-MiniLM-L6-v2 gives unrelated English texts -0.1 to 0.2
_TIMELINE_DEPTH = 40  # passages; a question reads fewer
_ATTEMPTS = 5  # at a state whose vectors a writer removed between two of our steps

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds, what it was built with, and how many documents came from which path."""

    path: Path
    state: str
    counts: Counts
    settings: Settings
    size_bytes: int
    roots: dict[str, int]


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer with all that led to it.

    `hits` are the passages that were read and `evidence` every sentence of them, best first.
    """

    query: Query
    hits: tuple[Hit, ...]
    evidence: tuple[Evidence, ...]
    answer: Answer


def shipped_reader(config: ReadConfig | None = None) -> EvidenceReader:
    """The evidence reader that every answer passes through."""
    return JointReader(config=config)


class OnRecord:
    """An index to ask. One object serves any number of threads.

    Example:
        >>> OnRecord.build("my.index", ["articles"])                       # doctest: +SKIP
        >>> answer = OnRecord.open("my.index").ask("what did she say?")    # doctest: +SKIP
        >>> [one.sentence.text for s in answer.statements for one in s.evidence]  # doctest: +SKIP
    """

    def __init__(
        self,
        snapshots: Snapshots,
        loaded: "_Loaded",
        retrieve: RetrieveConfig | None = None,
        read: ReadConfig | None = None,
    ) -> None:
        self.path = snapshots.index
        self._snapshots = snapshots
        self._loaded = loaded
        self._retrieve_config = retrieve or RetrieveConfig()
        self._reader = shipped_reader(read)
        self._loading = Lock()
        self._encoding = ThreadPoolExecutor(thread_name_prefix="encode")

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        retrieve: RetrieveConfig | None = None,
        read: ReadConfig | None = None,
    ) -> Self:
        """Open an index for asking. A later build of it by another process is noticed.

        Args:
            path: Folder of the index.
            retrieve: How passages are looked for; default: as measured best.
            read: How much of what is found is read; default: as measured best.

        Raises:
            IndexMissing, IndexForeign, IndexOutdated, IndexDamaged: See `rag.errors`.
        """
        snapshots = Snapshots(Path(path))
        return cls(snapshots, _settled(snapshots, _load), retrieve, read)

    @staticmethod
    def build(
        path: str | Path,
        sources: str | Path | Sequence[str | Path] = (),
        *,
        encoder: str | None = None,
        passages: PassageConfig | None = None,
        forget: Sequence[str | Path] = (),
        progress: Progress = lambda stage, done, total: None,
    ) -> IndexReport:
        """Bring the index at `path` up to date with files and folders, less some to forget.

        Without any, everything derived is made anew; see `indexing.build`.
        """
        given = [sources] if isinstance(sources, str | Path) else sources
        paths = [Path(one) for one in given]
        return build(
            Path(path),
            paths,
            encoder=encoder,
            config=passages,
            forget=[Path(one) for one in forget],
            progress=progress,
        )

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        min_confidence: float | None = None,
    ) -> Answer:
        """The sentences that answer, cited, or an abstention with its reason.

        Args:
            question: At most 2,000 characters.
            filters: Which documents may answer.
            min_confidence: 0 to 1, probability below which to abstain; default: the reader's own.

        Raises:
            QuestionInvalid: Empty, too long, or without a word.
            InputInvalid: A filter is no date or no valid text; elsewhere, a `depth` or a speaker.
            ConfigInvalid: `min_confidence` is out of range.
            IndexUnusable: The index went away or was damaged meanwhile.
        """
        return self.explain(question, filters=filters, min_confidence=min_confidence).answer

    def explain(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        min_confidence: float | None = None,
    ) -> Explained:
        """The answer of `ask`, with the passages and sentences it was chosen from.

        Raises:
            As `ask`.
        """
        text, filters = _checked(question), _checked_filters(filters)
        least = self._reader.min_confidence if min_confidence is None else min_confidence
        config = ComposeConfig(min_confidence=least)
        clock = _Clock()
        ahead = self._ahead(text)

        def read(record: Record) -> Explained:
            query, collection, found = self._ranked(record, text, ahead, filters)
            hits = self._reader.choose(search(found, record, depth=self._reader.depth))
            clock.lap("retrieve")
            evidence = self._reader.read(query, hits, collection)
            clock.lap("read")
            reason = _reason(record, found)
            usable = () if reason in ("no_match", "filtered_out") else evidence
            if filters.speaker:
                usable = tuple(one for one in usable if one.sentence.speaker in query.people)
            composed = compose(query, usable, unanswered=reason, config=config)
            if composed.confidence >= self._reader.min_confidence:  # but asked for more than that
                composed = replace(composed, unheard=None, heard=())
            answer = with_context(composed, record.sentences, record.attributions)
            answer = replace(answer, undated=record.undated(filters))
            return Explained(query, hits, evidence, answer)

        found = _settled(self._snapshots, read)
        answer = replace(
            found.answer,
            question=question,
            read_as=found.query.text if found.query.text != text else None,
            timings=clock.stop(),
        )
        return replace(found, answer=answer)

    def search(
        self, question: str, *, filters: Filters | None = None, depth: int = 10
    ) -> tuple[Hit, ...]:
        """The `depth` best passages, best first.

        Raises:
            As `ask`.
        """
        text, filters = _checked(question), _checked_filters(filters)
        _check_depth(depth)
        ahead = self._ahead(text)

        def look(record: Record) -> tuple[Hit, ...]:
            return search(self._ranked(record, text, ahead, filters, depth)[2], record, depth=depth)

        return _settled(self._snapshots, look)

    def timeline(self, speaker: str, subject: str, *, filters: Filters | None = None) -> Timeline:
        """What somebody said on a subject, by date, each thing with the wordings of all outlets.

        Many more passages in which they speak are read than by `ask`, so that this takes longer.

        Args:
            speaker: A name as people write it.
            subject: A few words, or a question.
            filters: Which documents count.

        Raises:
            As `ask`.
        """
        who = " ".join(speaker.split())
        filters = _checked_filters(replace(filters or Filters(), speaker=who))
        text = _checked(said_about(who, _checked(subject, "subject")))
        ahead = self._ahead(text)
        reader = self._reader

        def look(record: Record) -> Timeline:
            query, collection, found = self._ranked(record, text, ahead, filters, _TIMELINE_DEPTH)
            hits = search(found, record, depth=_TIMELINE_DEPTH)
            said = [
                one
                for one in reader.read(query, hits, collection)
                if one.sentence.speaker in query.people and one.probability >= reader.min_confidence
            ]
            return timeline(who, query.people, subject, said)

        return _settled(self._snapshots, look)

    def rank(
        self, question: str, *, filters: Filters | None = None, depth: int = 100
    ) -> tuple[tuple[str, float], ...]:
        """Ids and scores of the `depth` best documents, each by its best passage, best first.

        Raises:
            As `ask`.
        """
        text, filters = _checked(question), _checked_filters(filters)
        _check_depth(depth)
        ahead = self._ahead(text)

        def look(record: Record) -> tuple[tuple[str, float], ...]:
            return best_documents(
                self._ranked(record, text, ahead, filters, depth)[2], record, depth=depth
            )

        return _settled(self._snapshots, look)

    def check(self, quote: str, *, filters: Filters | None = None) -> Checked:
        """Whether a quote stands in the documents, with the places: see `check.Verdict`.

        Args:
            quote: At most 10,000 characters, with or without marks around it.
            filters: Which documents count. Its `speaker` is no filter here: who is to have said it.

        Raises:
            QuoteInvalid: Too long, of too many parts, or without a word.
            InputInvalid: A filter is no date or no valid text.
            IndexUnusable: The index went away or was damaged meanwhile.
        """
        filters = _checked_filters(filters)
        said_by, filters = filters.speaker, replace(filters, speaker=None)

        def look(record: Record) -> Checked:
            corpus = Corpus(record, self._loaded_of(record).lexical, filters)
            speaker_of = partial(_speaker_of, record, lru_cache(record.attributions))
            return check(quote, corpus, said_by=said_by, speaker_of=speaker_of)

        return _settled(self._snapshots, look)

    def _ahead(self, text: str) -> "_Ahead":
        """Begin to encode a question: it takes as long as all that can be done without."""
        encoder = self._loaded.encoder
        return _Ahead(encoder, self._encoding.submit(encoder.encode, [text]))

    def _ranked(
        self, record: Record, text: str, ahead: "_Ahead", filters: Filters, depth: int = 1
    ) -> tuple[Query, Collection, Ranked]:
        loaded = self._loaded_of(record)
        if ahead.encoder is not loaded.encoder:
            ahead = self._ahead(text)
        meant = respelled(text, record, loaded.lexical, is_word=self._reader.is_word)
        sought = ahead if meant.text == text else self._ahead(meant.text)
        least = max(self._retrieve_config.candidates, depth)
        config = replace(self._retrieve_config, candidates=least)
        found = ranked(
            meant,
            sought.vector,
            *(record, loaded.vectors, loaded.lexical),
            filters=filters,
            config=config,
        )
        if filters.speaker:
            query = asked_of(filters.speaker, meant.read, record)
        else:
            query = asked(meant.read, record)
        return query, _Collection(record, loaded.lexical), found

    def _loaded_of(self, record: Record) -> "_Loaded":
        with self._loading:  # all of one state: another thread may be at another state
            if self._loaded.state != record.state:
                self._loaded = _load(record, self._loaded.encoder)
            return self._loaded

    def document(self, name: str) -> Document:
        """The document of this id.

        Raises:
            DocumentUnknown: There is none.
        """
        with self._snapshots.now() as record:
            return record.document(name)

    def documents(self) -> Iterator[Document]:
        """All documents, by id."""
        with self._snapshots.now() as record:
            yield from record.documents()

    def document_ids(self) -> Iterator[str]:
        """The ids of all documents, in order, without reading their texts."""
        with self._snapshots.now() as record:
            yield from record.document_ids()

    def sentences(self, name: str) -> tuple[Sentence, ...]:
        """All sentences of a document in order, whatever their block.

        Raises:
            DocumentUnknown: There is none of this id.
        """
        with self._snapshots.now() as record:
            return record.sentences(record.document(name))

    def info(self) -> IndexInfo:
        """What the index holds."""
        with self._snapshots.now() as record:
            # Not by `rglob`, which fails where a writer removes a folder meanwhile.
            size = sum(
                _size(Path(at, name)) for at, _, names in os.walk(self.path) for name in names
            )
            return IndexInfo(
                self.path, record.state, record.counts(), record.settings, size, record.roots()
            )


def _settled(snapshots: Snapshots, work: Callable[[Record], T]) -> T:
    """`work` over one state; again where a writer took that state's files away meanwhile."""
    seen: set[str] = set()
    while True:
        with snapshots.now() as record:
            try:
                return work(record)
            except (FileNotFoundError, IndexDamaged) as error:
                if record.state in seen or len(seen) == _ATTEMPTS:
                    if isinstance(error, IndexDamaged):
                        raise
                    seen_file = Path(error.filename or "a file").name
                    raise IndexDamaged(snapshots.index, f"{seen_file} is missing") from error
                seen.add(record.state)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A question that is being encoded, and by which encoder."""

    encoder: OnnxEncoder
    encoded: Future[NDArray[np.float32]]

    def vector(self) -> NDArray[np.float32]:
        """Of the question, once it is there. Shape: (width,)."""
        return np.asarray(self.encoded.result()[0])


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What is derived from one state of the record, and the encoder of its questions."""

    state: str
    encoder: OnnxEncoder
    vectors: PassageVectors
    lexical: Lexical


def _load(record: Record, encoder: OnnxEncoder | None = None) -> _Loaded:
    settings = record.settings
    if settings.analysis != ANALYSIS:
        seen = f"cut by analysis {settings.analysis}, this program asks by {ANALYSIS}"
        raise IndexDamaged(record.index, seen)
    if encoder is None or encoder.fingerprint != settings.fingerprint:
        folder = encoder_folder(record.index, settings.fingerprint)
        try:
            encoder = OnnxEncoder(folder)
        except (ValueError, KeyError) as error:
            raise IndexDamaged(record.index, f"{folder.name} is not whole") from error
    expected = record.passages()
    return _Loaded(
        record.state,
        encoder,
        PassageVectors(record.index, record.state, expected=expected),
        Lexical(record.index, record.state, expected=expected),
    )


@dataclass(frozen=True, slots=True)
class _Collection:
    """What a reader may know of the passages of an index."""

    record: Record
    lexical: Lexical

    def passage_counts(self, words: Sequence[str]) -> dict[str, int]:
        ids = self.record.term_ids(words)
        postings = self.lexical.passages
        return {word: postings.found_in(ids[word]) if word in ids else 0 for word in words}

    def passages(self) -> int:
        return len(self.lexical.passages.ids)


def _speaker_of(
    record: Record,
    attributions: Callable[[str], Sequence[Attribution]],
    document: Document,
    span: Span,
) -> str | None:
    """Who says the words of a span: of several, who says most of them."""
    shared: Counter[str] = Counter()
    for one in attributions(document.id):
        both = span.shared(one.content)
        if both and one.name is not None:
            shared[record.person(one.name)] += both
    return max(shared, key=lambda name: (shared[name], name), default=None)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # a writer removed it meanwhile
        return 0


def _reason(record: Record, found: Ranked) -> Reason:
    if not found.ids.size:
        return "filtered_out" if record.passages() else "empty_index"
    if not found.matched and found.similarity < _NO_MATCH_BELOW:
        return "filtered_out" if found.left_out else "no_match"
    return "not_answered"


def _checked(question: str, name: str = "question") -> str:
    """The question, or a part of it, as it is searched for: NFC, white space as single spaces."""
    mend = f"give a {name} in plain words"
    if len(question) > LONGEST_QUESTION:
        seen = f"the {name} has {len(question):,} characters, more than {LONGEST_QUESTION:,}"
        raise QuestionInvalid(seen, "shorten it")
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise QuestionInvalid(f"the {name} is not valid UTF-8", "type it again") from error
    text = " ".join(unicodedata.normalize("NFC", question).replace("\0", " ").split())
    if not text:
        raise QuestionInvalid(f"the {name} is empty", mend)
    if not any(character.isalnum() for character in text):
        raise QuestionInvalid(f"the {name} {text[:40]!r} holds no word", mend)
    return text


def _check_depth(depth: int) -> None:
    if depth < 1:
        raise InputInvalid(f"depth is {depth}", "use 1 or more")


def _checked_filters(filters: Filters | None) -> Filters:
    filters = Filters() if filters is None else filters
    for name in FILTERS:
        value = getattr(filters, name)
        if value is not None and not value.strip():  # as of a variable that is not set
            raise InputInvalid(f"{name} is empty", "give a value, or leave it out")
    if filters.speaker is not None and not any(map(str.isalnum, filters.speaker)):
        raise InputInvalid(f"the speaker {filters.speaker[:40]!r} holds no word", "give a name")
    for name in ("document", "outlet", "speaker"):
        value = getattr(filters, name) or ""
        if len(value) > LONGEST_QUESTION:
            seen = f"{name} has {len(value):,} characters, more than {LONGEST_QUESTION:,}"
            raise InputInvalid(seen, "shorten it")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise InputInvalid(f"{name} is {value!r}, which is not valid UTF-8", "type it again")
    if filters.outlet:
        filters = replace(filters, outlet=unicodedata.normalize("NFC", filters.outlet))
    since, until = _day("since", filters.since), _day("until", filters.until)
    if since and until and since > until:
        raise InputInvalid(f"since {since} lies after until {until}", "exchange them")
    return replace(filters, since=since, until=until)


def _day(name: str, value: str | None) -> str | None:
    """As the dates of documents are written, with which it is compared: 20241201 is a date, too."""
    try:
        return date.fromisoformat(value).isoformat() if value else None
    except ValueError as error:
        raise InputInvalid(f"{name} is {value!r}", "use a date such as 2024-12-01") from error


class _Clock:
    """Wall time of stages, in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter_ns()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = perf_counter_ns()
        self._laps[stage] = (now - self._last) / 1e6
        self._last = now

    def stop(self) -> tuple[tuple[str, float], ...]:
        return (*self._laps.items(), ("total", (perf_counter_ns() - self._start) / 1e6))
