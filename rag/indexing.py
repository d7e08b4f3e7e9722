"""Files into an index: read what changed, embed what is new, swap the state in one step.

Flow: paths -> sources -> documents -> sentences and passages -> vectors -> commit.
Law: everything that a state needs is on the disk before the one transaction that names it, so a
crash at any instant leaves the old state or the new one.
"""

import errno
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import BrokenExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from rag import lexical, origins
from rag.analysis import Analysis
from rag.datatypes import Document, Passage
from rag.disk import sync_folder, sync_tree
from rag.encoders import DEFAULT_ENCODER, OnnxEncoder, Rows, SentenceTransformerEncoder
from rag.errors import (
    DocumentUnreadable,
    IndexBusy,
    IndexDamaged,
    IndexInterrupted,
    IndexMissing,
    IndexUnwritable,
    InputInvalid,
    NothingToIndex,
)
from rag.quotes import bodies, persons
from rag.readers import STDIN, Source, fetch, read, sources
from rag.segment import PassageConfig, passages, titled
from rag.store import (
    ANALYSIS,
    DERIVED,
    RECORD,
    Counts,
    IndexedFile,
    Settings,
    Writer,
    check_place,
    embedding_key,
    new_state,
)
from rag.vectors import LEVELS, path_of, save

_CUT_AT_ONCE = 1_000_000  # characters; enough to keep all cores at work, and little memory
_EMBED_AT_ONCE = 2048  # texts; enough to sort by length
_WORDINGS_AT_ONCE = 256  # documents that are held to be compared; about 0.1 MB each
_SHOWN = 3  # paths of several
_KEEP_AT_ONCE = 256  # vectors; few enough to lose little in a crash
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS, errno.EPERM}


class Progress(Protocol):
    """Told what is being done, and how far it is."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` documents of this stage."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of indexing did, in documents, and what it could not read."""

    added: int
    updated: int
    removed: int
    unchanged: int
    rebuilt: bool
    counts: Counts
    failures: tuple[DocumentUnreadable, ...]


def encoder_folder(index: Path, fingerprint: str) -> Path:
    """Where the index keeps the query encoder of this fingerprint."""
    return index / f"encoder-{fingerprint[:16]}"


def build(
    index: Path,
    paths: Sequence[Path],
    *,
    encoder: str | None = None,
    config: PassageConfig | None = None,
    forget: Sequence[Path] = (),
    progress: Progress = lambda stage, done, total: None,
) -> IndexReport:
    """Bring an index up to date with files and folders, or, without paths, rebuild it.

    Args:
        index: Folder of the index; made if it is missing.
        paths: Each is added, or updated where it was indexed before; what is gone from a folder
            is removed. Without any, and none to forget: everything derived from the record is made
            anew.
        encoder: A sentence-transformers model; default: as before, else the packaged one.
        config: How passages are cut; default: as before.
        forget: Files and folders, there or not, whose documents are removed.
        progress: Called now and then.

    Raises:
        NothingToIndex: No path gave a document.
        InputInvalid: Nothing in the index came from a path that is to be forgotten.
        EncoderUnavailable: The model is not on this machine.
        IndexMissing: Without paths, there is no index to make anew.
        IndexBusy, IndexForeign, IndexOutdated, IndexDamaged, IndexUnwritable, IndexInterrupted:
            See `errors`.
    """
    check_place(index)
    given = bool(paths or forget)
    if not paths and not (index / RECORD).exists():
        raise IndexMissing(index, "there is no index here")
    with _clear_errors(index):
        index.mkdir(parents=True, exist_ok=True)
        with (
            _lock(index),
            closing(Writer(index, mend=not given)) as writer,
            Analysis() as analysis,
        ):
            if not paths and writer.settings is None:
                raise IndexMissing(index, "its first build never ended")
            return _Build(writer, analysis, encoder, config, progress).run(paths, forget)


@contextmanager
def _lock(index: Path) -> Iterator[None]:
    try:
        with FileLock(index / "lock", timeout=0):
            yield
    except Timeout as error:
        raise IndexBusy(index, "another process is writing it") from error


@contextmanager
def _clear_errors(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise IndexUnwritable(index, (error.strerror or str(error)).lower()) from error
        raise
    except BrokenExecutor as error:
        raise IndexInterrupted(index, "a process that took part was killed") from error
    except sqlite3.OperationalError as error:
        raise IndexUnwritable(index, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(index, f"cannot be read ({error})") from error


@dataclass(frozen=True, slots=True)
class _Changed:
    """A file to read: new, or with other bytes than when it was last read."""

    root: str
    source: Source
    known: IndexedFile | None


class _Build:
    """One run over one transaction."""

    def __init__(
        self,
        writer: Writer,
        analysis: Analysis,
        encoder: str | None,
        config: PassageConfig | None,
        progress: Progress,
    ) -> None:
        self.writer, self.analysis, self.progress = writer, analysis, progress
        self.before = writer.settings
        self.encoder_name = encoder or (self.before.encoder if self.before else DEFAULT_ENCODER)
        if config is None and self.before is not None:
            config = PassageConfig(
                length_words=self.before.length_words, overlap_words=self.before.overlap_words
            )
        self.config = config or PassageConfig()
        self.encoder: SentenceTransformerEncoder | None = None
        self.stdin: bytes | None = None
        self.rebuilt = False
        self.uncut: dict[str, Document] = {}
        self.uncut_length = 0  # characters
        self.pending: dict[bytes, str] = {}
        self.waiting: list[tuple[_Changed, int, Document]] = []
        self.failures: list[DocumentUnreadable] = []
        self.added = self.updated = self.removed = self.unchanged = 0

    def run(self, paths: Sequence[Path], forget: Sequence[Path]) -> IndexReport:
        for path in forget:
            self.forget(path)
        changed, gone = self.plan(paths)
        if not (paths or forget) or self.settings_differ():
            self.rebuilt = True
            self.load()
        for file in gone:
            self.removed += self.writer.remove_file(file.id)
        for number, one in enumerate(changed):
            self.progress("reading", number, len(changed))
            self.update(one)
        for one, file_id, document in self.waiting:
            self.take(one, file_id, document, {}, last=True)
        if paths and not (self.added or self.updated or self.unchanged):
            where = ", ".join(str(path) for path in paths)
            why = "no document could be read; the index was not changed"
            raise NothingToIndex(where, why, tuple(self.failures))
        self.cut()
        self.embed()
        self.tell_absent()
        if self.writer.changed or not self.derived_is_whole():
            self.finish()
        return IndexReport(
            *(self.added, self.updated, self.removed, self.unchanged),
            rebuilt=self.rebuilt,
            counts=self.writer.counts(),
            failures=tuple(self.failures),
        )

    def load(self) -> None:
        """Load the encoder: seconds, so only once there is something to cut."""
        if self.encoder is None:
            self.encoder = SentenceTransformerEncoder(self.encoder_name)
            if self.rebuilt or self.settings_differ():
                self.rebuilt = True
                self.cut_again()

    def plan(self, paths: Iterable[Path]) -> tuple[list[_Changed], list[IndexedFile]]:
        """What has to be read, and what is gone."""
        changed: list[_Changed] = []
        gone: list[IndexedFile] = []
        read: dict[str, set[str]] = {}  # names below each folder
        for root, path in self.roots(paths).items():
            if _was_read(Path(root), read):
                continue
            known = {file.name: file for file in self.writer.files(root)}
            others = self.others(root) if path.is_dir() else {}
            found, failed = self.look(path, root, known, others, changed)
            read[root] = found | failed
            gone += [file for name, file in others.items() if name in found or _is_gone(file)]
            if not found and not failed:
                self.failures.append(DocumentUnreadable(str(path), "no document to read in it"))
            elif path.is_dir():
                gone += [file for name, file in known.items() if name not in found | failed]
        return changed, gone

    def others(self, root: str) -> dict[str, IndexedFile]:
        """The files below a folder that were indexed by another path, by their names below it."""
        files = self.writer.files_of_others(root)
        return {_place(file).relative_to(root).as_posix(): file for file in files}

    def forget(self, path: Path) -> None:
        """Remove the documents of a file or folder, whether it is there or not.

        Raises:
            InputInvalid: None came from it.
        """
        some: dict[int, IndexedFile] = {}
        try:
            for place in {str(path.absolute()), _full_name(path)}:
                for file in (*self.writer.files(place), *self.writer.files_of_others(place)):
                    some[file.id] = file
        except (OSError, ValueError, RuntimeError):
            some.clear()
        if not some:
            raise InputInvalid(
                f"nothing in the index came from {ascii(str(path))[1:-1]}",
                "onrecord info lists the files and folders that were indexed",
            )
        for each in some:
            self.removed += self.writer.remove_file(each)

    def tell_absent(self) -> None:
        """Tell of which paths that are not there now documents stay."""
        roots = self.writer.roots().items()
        absent = {root: n for root, n in roots if root != "-" and not _is_there(Path(root))}
        if absent:
            some = ", ".join([*absent][:_SHOWN]) + ", …" * (len(absent) > _SHOWN)
            stay = "document stays" if sum(absent.values()) == 1 else "documents stay"
            why = f"not there; {sum(absent.values())} {stay} until onrecord index --forget"
            self.failures.append(DocumentUnreadable(some, why))

    def roots(self, paths: Iterable[Path]) -> dict[str, Path]:
        """Each different path by its full name, which the record keeps; folders before parts."""
        found: dict[str, Path] = {}
        for path in paths:
            try:
                root = _full_name(path)
            except (OSError, ValueError, RuntimeError) as error:  # too long; NUL; no UTF-8; a loop
                why = getattr(error, "strerror", None) or "no path that can be kept; rename it"
                self.failures.append(DocumentUnreadable(ascii(str(path))[1:-1], why.lower()))
            else:
                found.setdefault(root, path)
        return dict(sorted(found.items(), key=lambda one: len(Path(one[0]).parts)))

    def look(
        self,
        path: Path,
        root: str,
        known: dict[str, IndexedFile],
        others: dict[str, IndexedFile],
        changed: list[_Changed],
    ) -> tuple[set[str], set[str]]:
        """Names that were found below `path`, and names that could not be read.

        Of the `others`, those that are found and not known become known.
        """
        found: set[str] = set()
        failed: set[str] = set()
        below = iter([STDIN]) if root == "-" else sources(path, skip=self.writer.index)
        for source in below:
            try:
                if isinstance(source, DocumentUnreadable):
                    raise source
                digest = sha256(self.fetch(source)).hexdigest()
            except DocumentUnreadable as failure:
                self.failures.append(failure)
                where = "" if failure.where == str(path) else failure.where
                stay = {name for name in known if _at_or_below(name, where)}
                self.tell_kept([known[name] for name in stay])
                failed |= {*stay, failure.where}
                continue
            found.add(source.name)
            if source.name in others and source.name not in known:
                moved = self.writer.move_file(others.pop(source.name), root, source.name)
                known[source.name] = moved
            if source.name in known and known[source.name].sha256 == digest:
                self.unchanged += len(self.writer.documents_of(known[source.name].id))
            else:
                changed.append(_Changed(root, source, known.get(source.name)))
            self.progress("looking", len(found), 0)
        return found, failed

    def tell_kept(self, files: Iterable[IndexedFile]) -> None:
        """Tell beside the last failure that what was read before from its files is still quoted."""
        if self.failures and (n := sum(len(self.writer.documents_of(one.id)) for one in files)):
            last = self.failures.pop()
            stay = "document of an earlier reading stays, and is quoted"
            if n > 1:
                stay = "documents of an earlier reading stay, and are quoted"
            self.failures.append(DocumentUnreadable(last.where, f"{last.why}; {n} {stay}"))

    def fetch(self, source: Source) -> bytes:
        """The bytes of a file, or of standard input, kept for the second time."""
        if source != STDIN:
            return fetch(source)
        if self.stdin is None:
            self.stdin = fetch(STDIN)
        return self.stdin

    def settings(self) -> Settings | None:
        """What this run builds with; `None` where nothing was ever built and nothing is to be."""
        made_by = self.encoder or self.before
        return made_by and Settings(
            encoder=self.encoder_name,
            fingerprint=made_by.fingerprint,
            width=made_by.width,
            length_words=self.config.length_words,
            overlap_words=self.config.overlap_words,
            analysis=ANALYSIS,
        )

    def settings_differ(self) -> bool:
        return self.before is not None and self.before != self.settings()

    def cut_again(self) -> None:
        """Make sentences, passages and vectors of the stored texts by the present settings."""
        self.writer.clear()
        total = self.writer.counts().documents
        for number, document in enumerate(self.writer.documents()):
            self.progress("cutting again", number, total)
            self.put_off(document)
        self.cut()

    def update(self, one: _Changed) -> None:
        """Read a file and bring its documents into the record."""
        try:
            content = self.fetch(one.source)
        except DocumentUnreadable as failure:  # it changed since it was looked at
            self.failures.append(failure)
            return
        before = (
            {old.id: old for old in self.writer.documents_of(one.known.id)} if one.known else {}
        )
        file = one.known.id if one.known else None
        readable = failed = 0
        for document in read(one.source, content):
            if isinstance(document, DocumentUnreadable):
                self.failures.append(document)
                failed += 1
                continue
            readable += 1
            file = file or self.writer.put_file(one.root, one.source.name, "")
            self.take(one, file, titled(document), before)
        if file is None or not readable:
            self.tell_kept([one.known] if one.known else [])
            return
        # Without its hash, a file that was not read in full is read again and reported again.
        digest = "" if failed else sha256(content).hexdigest()
        self.writer.put_file(one.root, one.source.name, digest)
        if not failed:
            for name in before:
                self.writer.remove(name)
                self.removed += 1
        elif before:
            why = (
                f"{len(before)} of its documents may be gone; they stay until all of it can be read"
            )
            self.failures.append(DocumentUnreadable(one.source.name, why))

    def take(
        self,
        one: _Changed,
        file: int,
        document: Document,
        before: dict[str, Document],
        *,
        last: bool = False,
    ) -> None:
        """Add or replace a document of a file, or leave it as it is.

        One whose id another file has waits until all files are read: it may have moved.
        """
        old = before.pop(document.id, None)
        if old == document:
            self.unchanged += 1
            return
        holder = None if old else self.writer.file_of(document.id)
        if holder and self.is_elsewhere(holder, one.source, document):
            if not last:
                self.waiting.append((one, file, document))
                return
            why = f"the index holds another document {document.id!r}, from {_place(holder)}"
            if not _is_there(Path(holder.root)):
                why += f", which is not there; onrecord index --forget {holder.root} removes it"
            self.failures.append(DocumentUnreadable(document.path or document.id, why))
            self.writer.put_file(one.root, one.source.name, "")
            return
        self.load()
        if old or holder:
            self.writer.remove(document.id)
            self.updated += 1
        else:
            self.added += 1
        self.writer.add(file, document)
        self.put_off(document)

    def is_elsewhere(self, holder: IndexedFile, source: Source, document: Document) -> bool:
        """Whether another file has the id: it is there, or may be once its disk is, too."""
        if not _is_there(Path(holder.root)):
            return document not in self.writer.documents_of(holder.id)
        place = _place(holder)
        try:
            return place.exists() and not (source.path.exists() and place.samefile(source.path))
        except OSError:  # what may not be looked at is there
            return True

    def put_off(self, document: Document) -> None:
        """Cut a stored document when there are enough to keep all cores at work."""
        self.uncut[document.id] = document
        self.uncut_length += len(document.text)
        if self.uncut_length >= _CUT_AT_ONCE:
            self.cut()

    def cut(self) -> None:
        """Cut what was put off; the vectors of the parts follow in batches."""
        if not self.uncut:
            return
        assert self.encoder is not None, "an encoder is loaded before anything is written"
        fingerprint = self.encoder.fingerprint

        def key(passage: Passage) -> bytes:
            text = passage.in_context
            name = embedding_key(fingerprint, text)
            self.pending[name] = text
            return name

        documents = list(self.uncut.values())
        for number, (document, found) in enumerate(
            zip(documents, self.analysis.of(documents), strict=True)
        ):
            self.progress("cutting", number, len(documents))
            self.writer.cut(
                document,
                found.sentences,
                [(one, key(one)) for one in passages(found.sentences, self.config)],
                found.attributions,
            )
            self.writer.sign(document.id, found.signature)
        self.uncut.clear()
        self.uncut_length = 0
        if len(self.pending) >= _EMBED_AT_ONCE:
            self.embed()

    def embed(self) -> None:
        """Make the vectors that are wanting, and keep each lot while the next is made."""
        missing = self.writer.without_vector(self.pending)
        if missing:
            assert self.encoder is not None, "only what an encoder named is pending"
            parts = self.encoder.encode_in_turn([self.pending[key] for key in missing])
            done = 0
            self.progress("embedding", done, len(missing))
            for places, vectors in _lots(parts):
                self.writer.add_vectors([missing[place] for place in places], vectors)
                done += len(places)
                self.progress("embedding", done, len(missing))
        self.pending.clear()

    def find_origins(self) -> None:
        """Tell which documents are copies of one report; only new pairs are read."""
        signatures, known = self.writer.signatures(), self.writer.compared()

        @lru_cache(_WORDINGS_AT_ONCE)
        def wording(name: str) -> origins.Wording:
            return origins.wording(self.writer.sentences(name))

        pairs = origins.candidates(signatures)
        compared: dict[origins.Pair, bool] = {}
        for number, pair in enumerate(pairs):
            if number % _WORDINGS_AT_ONCE == 0:
                self.progress("comparing", number, len(pairs))
            again = pair in known
            compared[pair] = known[pair] if again else origins.copied(*map(wording, pair))
        copies = [pair for pair, copied in compared.items() if copied]
        self.writer.put_origins(compared, origins.origins(signatures, copies))

    def derived_is_whole(self) -> bool:
        settings, index, state = self.writer.settings, self.writer.index, self.writer.state
        return (
            settings is not None
            and all(path_of(index, state, level).is_file() for level in LEVELS)
            and lexical.folder_of(index, state).is_dir()
            and encoder_folder(index, settings.fingerprint).is_dir()
        )

    def finish(self) -> None:
        """Write what is derived, then commit the state that uses it, then clean up."""
        self.progress("finishing", 0, 1)
        index, settings = self.writer.index, self.settings()
        assert settings is not None, "there is no index without documents"
        self.export(index, settings)
        self.find_origins()
        often, of_body = self.writer.names()
        others = bodies(often, of_body)
        self.writer.put_people(persons(often, others), others)
        state = new_state()
        save(index, state, *self.writer.passage_vectors(settings.width))
        terms = {"documents": self.writer.document_terms(), "passages": self.writer.passage_terms()}
        lexical.save(index, state, **terms)
        self.writer.settings = settings
        self.writer.commit(state)
        used = {
            *(path_of(index, state, level) for level in LEVELS),
            lexical.folder_of(index, state),
            encoder_folder(index, settings.fingerprint),
        }
        _remove_leftovers(index, keep=used)
        self.writer.drop_unused_vectors()

    def export(self, index: Path, settings: Settings) -> None:
        folder = encoder_folder(index, settings.fingerprint)
        if folder.is_dir() and not (self.rebuilt and _is_damaged(folder)):
            return
        draft = folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        (self.encoder or SentenceTransformerEncoder(self.encoder_name)).export(draft)
        sync_tree(draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
        sync_folder(index)


def _lots(parts: Iterable[Rows]) -> Iterator[Rows]:
    """The same places and vectors, so many together as are worth a wait for the disk."""
    places: list[int] = []
    rows: list[NDArray[np.float32]] = []
    for of, vectors in parts:
        places += of
        rows.append(vectors)
        if len(places) >= _KEEP_AT_ONCE:
            yield tuple(places), np.concatenate(rows)
            places, rows = [], []
    if places:
        yield tuple(places), np.concatenate(rows)


def _place(file: IndexedFile) -> Path:
    root = Path(file.root)
    itself = root.is_file() or (root.name == file.name and not root.is_dir())
    return root if itself else root / file.name


def _full_name(path: Path) -> str:
    """The path by which the record knows it.

    Raises:
        OSError, ValueError, RuntimeError: It can be none.
    """
    name = str(path if str(path) == "-" else path.resolve())
    name.encode()
    return name


def _was_read(path: Path, read: Mapping[str, Set[str]]) -> bool:
    """Whether a path was read with a folder that it lies in."""
    for folder in path.parents:
        names, place = read.get(str(folder), ()), path.relative_to(folder).as_posix()
        if place in names or any(_at_or_below(name, place) for name in names):
            return True
    return False


def _is_gone(file: IndexedFile) -> bool:
    """Whether a file is gone from its folder, which is there."""
    place = _place(file)
    return not _is_there(place) and _is_there(place.parent)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True


def _at_or_below(name: str, place: str) -> bool:
    """Whether a file is `place`, or lies in that folder; in the root, "", lie all."""
    return not place or name == place or name.startswith(f"{place.removesuffix('/')}/")


def _is_damaged(encoder: Path) -> bool:
    try:
        OnnxEncoder(encoder)
    except (OSError, ValueError, KeyError):
        return True
    return False


def _remove_leftovers(index: Path, *, keep: set[Path]) -> None:
    """Remove the files of older states and of builds that never ended."""
    for entry in index.iterdir():
        if DERIVED.fullmatch(entry.name) and entry not in keep:
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
