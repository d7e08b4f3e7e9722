"""Every failure that a user can meet, with what was seen and how to mend it.

OnRecordError
├── InputInvalid            a question, option or file of questions that cannot be used
│   ├── QuestionInvalid     empty, too long, or without a word in it
│   ├── QuoteInvalid        too long, or without a word in it
│   └── ConfigInvalid       a setting out of its range
├── DocumentUnreadable      one file or record that gives no document
├── NothingToIndex          no path gave a document
├── DocumentUnknown         an id that the index does not hold
├── EncoderUnavailable      a model that is not on this machine, or cannot be exported
└── IndexUnusable           the index folder cannot be used as it is
    ├── IndexMissing        there is none
    ├── IndexForeign        there is something, but no index of ours
    ├── IndexOutdated       written by another version of the format
    ├── IndexDamaged        a part is missing or changed, or cut by another version
    ├── IndexUnwritable     the disk is full, or the folder may not be written to
    ├── IndexInterrupted    a process that took part in the build was killed
    └── IndexBusy           another process is writing it

Abstaining is a value (`Answer.status`), never one of these.
"""

from pathlib import Path


class OnRecordError(Exception):
    """Something could not be done; the message says what was seen and how to mend it."""


class InputInvalid(OnRecordError):
    """An argument or a line of input that cannot be used: what was seen, and the mend."""

    def __init__(self, seen: str, mend: str) -> None:
        super().__init__(seen, mend)  # the arguments, so that it pickles
        self.seen, self.mend = seen, mend

    def __str__(self) -> str:
        return f"{self.seen}. Mend: {self.mend}"


class QuestionInvalid(InputInvalid):
    """A question that is empty, too long, or has no word in it."""


class QuoteInvalid(InputInvalid):
    """A quote that is too long or has no word in it."""


class ConfigInvalid(InputInvalid):
    """A setting out of its range."""


class DocumentUnreadable(OnRecordError):
    """A file or record that gives no document, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where, self.why = where, why

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class NothingToIndex(OnRecordError):
    """No path gave a document; an index that was there is as it was."""

    def __init__(self, where: str, why: str, failures: tuple[DocumentUnreadable, ...] = ()) -> None:
        super().__init__(where, why, failures)
        self.where, self.why, self.failures = where, why, failures

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class DocumentUnknown(OnRecordError):
    """An id that the index does not hold."""

    def __init__(self, document: str) -> None:
        super().__init__(document)
        self.document = document

    def __str__(self) -> str:
        return f"no document {self.document!r}. Mend: onrecord info --documents lists them"


class EncoderUnavailable(OnRecordError):
    """A sentence-transformers model that cannot be had on this machine, or not exported."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return (
            f"encoder {self.name!r}: {self.why}. Mend: give --encoder the folder of a "
            "sentence-transformers model on this machine, or leave it out for the default"
        )


class IndexUnusable(OnRecordError):
    """An index folder that cannot be used as it is."""

    mend = "run onrecord index PATH --index {index}"

    def __init__(self, index: Path, seen: str) -> None:
        super().__init__(index, seen)
        self.index, self.seen = index, seen

    def __str__(self) -> str:
        return f"{self.index}: {self.seen}. Mend: {self.mend.format(index=self.index)}"


class IndexMissing(IndexUnusable):
    """There is no index in the folder."""


class IndexForeign(IndexUnusable):
    """The folder holds something that On Record did not write; it is left alone."""

    mend = "name another folder with --index"


class IndexOutdated(IndexUnusable):
    """Written in another version of the format than this program reads."""

    mend = "use the version that wrote it, or index the sources again into a new folder"


class IndexDamaged(IndexUnusable):
    """A part is missing, half-written, not what was written, or cut by another version."""

    mend = (
        "run onrecord index --index {index} to rebuild what is derived, or remove the folder "
        "and index the sources again"
    )


class IndexUnwritable(IndexUnusable):
    """The disk is full, or the folder may not be written to; what was there is unchanged."""

    mend = "free space or permit writing, or name another folder with --index; nothing was changed"


class IndexInterrupted(IndexUnusable):
    """A process that took part in a build was killed; what was there is unchanged."""

    mend = "have 1 GB of memory free, then index again; nothing was changed"


class IndexBusy(IndexUnusable):
    """Another process writes this index."""

    mend = "wait for it to end, then try again"
