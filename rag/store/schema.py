"""What is stored, and under which names."""

from dataclasses import dataclass
from hashlib import blake2b
from uuid import uuid4

from rag.terms import STEMMER

FORMAT = 7  # raise it when the meaning of a saved byte changes
# Raise it when `segment`, `quotes`, `terms` or `origins` give other results: indexes are cut again.
_ANALYSIS = 12
ANALYSIS = f"{_ANALYSIS} {STEMMER}"
APPLICATION = 0x4F6E5265  # "OnRe", in SQLite's header: whose file this is
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    UNIQUE (root, name)
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (id),
    name TEXT NOT NULL UNIQUE, text TEXT NOT NULL, sha256 TEXT NOT NULL,
    title TEXT, outlet TEXT, outlet_folded TEXT, date TEXT, url TEXT, path TEXT,
    origin TEXT
);
CREATE INDEX documents_by_file ON documents (file);
CREATE INDEX documents_by_date ON documents (date);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL, stop INTEGER NOT NULL, block TEXT NOT NULL,
    speaker TEXT, kind TEXT NOT NULL
);
CREATE INDEX sentences_by_document ON sentences (document, start);
CREATE INDEX sentences_by_speaker ON sentences (speaker) WHERE speaker IS NOT NULL;
CREATE TABLE attributions (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id),
    kind TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    speaker_start INTEGER, speaker_stop INTEGER, cue_start INTEGER, cue_stop INTEGER,
    name TEXT, reported_start INTEGER, reported_stop INTEGER, reporter TEXT,
    roles TEXT NOT NULL, body INTEGER NOT NULL
);
CREATE INDEX attributions_by_document ON attributions (document, start);
CREATE TABLE people (
    name TEXT PRIMARY KEY, person TEXT NOT NULL, sound TEXT NOT NULL, body INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX people_by_sound ON people (sound);
CREATE INDEX people_by_person ON people (person);
CREATE TABLE offices (
    office TEXT NOT NULL, beside TEXT NOT NULL, person TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (office, beside, person)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id),
    start INTEGER NOT NULL, stop INTEGER NOT NULL, vector BLOB NOT NULL, counts BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document, start);
CREATE TABLE terms (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);
CREATE TABLE words (
    word TEXT PRIMARY KEY, term INTEGER NOT NULL REFERENCES terms (id), sound TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX words_by_sound ON words (sound);
CREATE TABLE document_terms (
    document INTEGER PRIMARY KEY REFERENCES documents (id), counts BLOB NOT NULL
);
CREATE TABLE signatures (
    document INTEGER PRIMARY KEY REFERENCES documents (id), keys BLOB NOT NULL
);
CREATE TABLE compared (
    one INTEGER NOT NULL REFERENCES documents (id),
    other INTEGER NOT NULL REFERENCES documents (id),
    copied INTEGER NOT NULL,
    PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX compared_by_other ON compared (other);
"""
# The id of a passage tells its document: what is ranked by both needs no look into the record.
PASSAGES_PER_DOCUMENT = 1 << 20
PAIR = 1 << 32  # two neighbouring words are the term first * PAIR + second
TITLE_TIMES = 5  # a word of the title counts as so many of the text; docs/retrieval.md
ATTRIBUTION_COLUMNS = (
    *("kind", "start", "stop", "speaker_start", "speaker_stop", "cue_start", "cue_stop"),
    *("name", "reported_start", "reported_stop", "reporter"),
    *("roles", "body"),
)
DOCUMENT_COLUMNS = "d.name, d.text, d.title, d.outlet, d.date, d.url, d.path, d.origin, d.sha256"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What an index was built with; another value means that it is built anew."""

    encoder: str
    fingerprint: str
    width: int
    length_words: int
    overlap_words: int
    analysis: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the index holds. `origins`: documents, where copies of one report count once."""

    documents: int
    sentences: int
    passages: int
    origins: int


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file that documents came from, as it was when it was read."""

    id: int
    root: str
    name: str
    sha256: str


def embedding_key(fingerprint: str, text: str) -> bytes:
    """The name of a vector: 16 bytes of the hash of encoder and embedded text."""
    return blake2b(f"{fingerprint}\0{text}".encode(), digest_size=16).digest()


def new_state() -> str:
    """A name that no other state has."""
    return uuid4().hex
