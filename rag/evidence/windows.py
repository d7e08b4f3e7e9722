"""What the evidence model reads at once: a question, a title, and whole sentences, as tokens.

Flow: question + title + sentences -> `WindowTokenizer.window` -> `Window`.
Law: training and asking make the same tokens of the same texts, here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

LONGEST = 320  # tokens of a window; a passage of 110 words, its title and a question have some 190
_QUESTION, _TITLE, _SENTENCE = 64, 32, 128  # tokens at the most of each part


@dataclass(frozen=True, slots=True)
class Window:
    """The tokens of one reading.

    Attributes:
        ids: [CLS] question [SEP] title sentence … sentence [SEP]. Shape: (n_tokens,).
        types: 0 up to the first [SEP], then 1. Shape: (n_tokens,).
        sentences: Where the tokens of each sentence are; empty where no room was left for it.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    sentences: tuple[slice, ...]

    @property
    def whole(self) -> int:
        """How many of the sentences, from the first on, had room enough; at least 1."""
        return max(1, sum(int(there.stop) < LONGEST - 1 for there in self.sentences))

    def pool(self) -> NDArray[np.float32]:
        """Weights of the mean over the tokens of each sentence. Shape: (n_sentences, n_tokens)."""
        weights = np.zeros((len(self.sentences), len(self.ids)), np.float32)
        for row, there in zip(weights, self.sentences, strict=True):
            row[there] = 1 / max(there.stop - there.start, 1)
        return weights


class WindowTokenizer:
    """Texts to windows. Safe to share between threads.

    Raises:
        OSError: The file is missing.
        ValueError: It is not that of a tokenizer.
    """

    def __init__(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8")
        try:
            self._tokenizer = Tokenizer.from_str(text)
        except Exception as error:  # tokenizers raises Exception itself
            raise ValueError(f"{file.name}: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        first, end = map(self._tokenizer.token_to_id, ("[CLS]", "[SEP]"))
        if first is None or end is None:
            raise ValueError(f"{file.name}: it knows no [CLS] and [SEP]")
        self._first, self._end = first, end

    def is_word(self, word: str) -> bool:
        """Whether a lower-cased word is one of the vocabulary, and not made of pieces."""
        return self._tokenizer.token_to_id(word) is not None

    def window(self, question: str, title: str, sentences: Sequence[str]) -> Window:
        """The tokens of a question, a title (may be empty) and sentences of one document."""
        asked, named, *parts = (
            one.ids
            for one in self._tokenizer.encode_batch(
                [question, title, *sentences], add_special_tokens=False
            )
        )
        head = [self._first, *asked[:_QUESTION], self._end]
        ids = [*head, *named[:_TITLE]]
        places = []
        for part in parts:
            room = max(0, min(_SENTENCE, LONGEST - 1 - len(ids)))
            places.append(slice(len(ids), len(ids) + min(room, len(part))))
            ids += part[:room]
        ids.append(self._end)
        types = np.ones(len(ids), np.int64)
        types[: len(head)] = 0
        return Window(np.array(ids, np.int64), types, tuple(places))
