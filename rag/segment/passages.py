"""Join sentences to passages: what is embedded and retrieved.

Law: every body sentence is in a passage, whole; no other sentence is; a passage is longer than
`length_words` only if it is one sentence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.datatypes import Passage, Sentence, Span
from rag.errors import ConfigInvalid

# A run without space, but each sign of a script without spaces by itself: kana, Han, Hangul, Thai.
_WORD = re.compile(
    "[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    "|[^\\s\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageConfig:
    """How sentences are joined to passages. Saved with the index; a change means a rebuild.

    Attributes:
        length_words: A passage is closed before it would pass this; 1 or more.
        overlap_words: About how much of the end of one passage starts the next, in whole
            sentences; 0 to `length_words` - 1.

    Raises:
        ConfigInvalid: A value is out of its range.
    """

    length_words: int = 110
    overlap_words: int = 25

    def __post_init__(self) -> None:
        if self.length_words < 1:
            raise ConfigInvalid(f"length_words is {self.length_words}", "use 1 or more")
        if not 0 <= self.overlap_words < self.length_words:
            most = self.length_words - 1
            raise ConfigInvalid(f"overlap_words is {self.overlap_words}", f"use 0 to {most}")


DEFAULT = PassageConfig()


def count_words(text: str) -> int:
    """Words between white space; in scripts that write none, every sign counts as one."""
    return len(_WORD.findall(text))


def passages(sentences: Sequence[Sentence], config: PassageConfig = DEFAULT) -> tuple[Passage, ...]:
    """The passages of one document's sentences, in order.

    A section that fills at least half a passage ends it; shorter ones are joined.
    """
    return tuple(
        Passage(run[0].document, Span(run[0].span.start, run[-1].span.end), tuple(run))
        for run in _runs(sentences, config)
    )


def _runs(sentences: Sequence[Sentence], config: PassageConfig) -> Iterator[list[Sentence]]:
    """The body sentences of each passage."""
    # What stands between body sentences is in the text of a passage, so its words count, too.
    upto = list(accumulate((count_words(one.text) for one in sentences), initial=0))
    run: list[int] = []  # places in `sentences`
    overlap = 0  # how many of the run were in the run before
    for at, sentence in enumerate(sentences):
        fresh = upto[at] - upto[run[overlap]] if len(run) > overlap else 0
        if sentence.block in ("heading", "title") and 2 * fresh >= config.length_words:
            yield [sentences[place] for place in run]
            run, overlap = [], 0
        if sentence.block != "body":
            continue
        if len(run) > overlap and upto[at + 1] - upto[run[0]] > config.length_words:
            yield [sentences[place] for place in run]
            run = _overlap(run, at, upto, config)
            overlap = len(run)
        run.append(at)
    if len(run) > overlap:
        yield [sentences[place] for place in run]


def _overlap(run: list[int], at: int, upto: Sequence[int], config: PassageConfig) -> list[int]:
    """The end of `run` whose length is nearest to the wanted overlap, if `at` fits behind it."""
    end = upto[run[-1] + 1]
    fitting = [place for place in run[1:] if upto[at + 1] - upto[place] <= config.length_words]
    begin = min(
        fitting, key=lambda place: abs(config.overlap_words - (end - upto[place])), default=at
    )
    nearer = config.overlap_words > abs(config.overlap_words - (end - upto[begin]))
    return [place for place in run if place >= begin] if nearer else []
