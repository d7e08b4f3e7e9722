"""The evidence model: one reading of a window scores each of its sentences, and silence.

Flow: `Batch` -> `EvidenceModel` -> a logit for each sentence and one for "something here answers",
after half of the layers and after all. `Teacher` is a larger one whose scores it is to imitate.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from rag.evidence.windows import Window
from training.bases import LARGE_WIDTH, LAYERS, WIDTH, cross_encoder, large_encoder

EXIT = 6  # layers after which a first score is given
FROZEN = 2  # lowest layers that stay as they are: a ninth less time
FROZEN_OF_LARGE = 3

_TOKENS, _SENTENCES = 16, 4  # a shape has multiples of these

T = TypeVar("T")
Scores = tuple[
    torch.Tensor, torch.Tensor
]  # logits of sentences (n, s), of "something answers" (n,)


def padded(tokens: int) -> int:
    """How many tokens a window of so many takes."""
    return -(-tokens // _TOKENS) * _TOKENS


def of_like_length(
    some: Iterable[T], window: Callable[[T], Window], tokens: int
) -> Iterator[list[T]]:
    """Lots of what has windows of like length, `tokens` in each at the most, padding included."""
    lot: list[T] = []
    for one in sorted(some, key=lambda each: len(window(each).ids)):
        if lot and padded(len(window(one).ids)) * (len(lot) + 1) > tokens:
            yield lot
            lot = []
        lot.append(one)
    if lot:
        yield lot


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side.

    Shapes: `ids`, `types`, `mask` (n, tokens); `pool` (n, sentences, tokens), whose rows are the
    weights of the mean over a sentence's tokens; `present` (n, sentences).
    """

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    pool: torch.Tensor
    present: torch.Tensor

    @classmethod
    def of(cls, windows: Sequence[Window]) -> "Batch":
        """Pad to the longest, and a little more: each shape is made ready for once, and kept."""
        tokens = padded(max(len(one.ids) for one in windows))
        most = -(-max(len(one.sentences) for one in windows) // _SENTENCES) * _SENTENCES
        ids, types, mask = (torch.zeros(len(windows), tokens, dtype=torch.long) for _ in range(3))
        pool = torch.zeros(len(windows), most, tokens)
        for row, one in enumerate(windows):
            length = len(one.ids)
            ids[row, :length] = torch.from_numpy(one.ids)
            types[row, :length] = torch.from_numpy(one.types)
            mask[row, :length] = 1
            pool[row, : len(one.sentences), :length] = torch.from_numpy(one.pool())
        return cls(ids, types, mask, pool, pool.sum(-1) > 0)


class Head(nn.Module):
    """Scores of sentences from their own token states and the first token's."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * width, width)
        self.sentence = nn.Linear(width, 1)
        self.pooler = nn.Linear(width, width)
        self.answers = nn.Linear(width, 1)

    def forward(self, states: torch.Tensor, pool: torch.Tensor) -> Scores:
        """Logits. Shapes: (n, tokens, width), (n, s, tokens) -> (n, s), (n,)."""
        sentences = pool @ states
        first = states[:, :1].expand(-1, sentences.shape[1], -1)
        hidden = nn.functional.gelu(self.hidden(torch.cat([sentences, first], -1)))
        answers = self.answers(torch.tanh(self.pooler(states[:, 0])))
        return self.sentence(hidden).squeeze(-1), answers.squeeze(-1)


class EvidenceModel(nn.Module):
    """A BERT with a head after `EXIT` layers and one after the last."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, relevance = cross_encoder()
        self.heads = nn.ModuleList([Head(), Head()])
        with torch.no_grad():
            for head in self.heads:  # the relevance that the base was trained for, scaled to logits
                head.pooler.weight.copy_(relevance["pooler.weight"])
                head.pooler.bias.copy_(relevance["pooler.bias"])
                head.answers.weight.copy_(relevance["classifier.weight"] / 4)
                head.answers.bias.copy_(relevance["classifier.bias"] / 4)
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN]):
            part.requires_grad_(False)

    def embedded(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """States before the first layer. Shape: (n, tokens, width)."""
        return self.encoder.embeddings(input_ids=ids, token_type_ids=types)

    def layers(
        self, states: torch.Tensor, first: int, last: int, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """States after the layers `first` to `last` - 1."""
        bias = None
        if mask is not None:
            bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.encoder.encoder.layer[first:last]:
            states = layer(states, attention_mask=bias)
            states = states[0] if isinstance(states, tuple) else states
        return states

    def forward(self, batch: Batch) -> list[Scores]:
        """Logits of both heads."""
        states = self.embedded(batch.ids, batch.types)
        half = self.layers(states, 0, EXIT, batch.mask)
        whole = self.layers(half, EXIT, LAYERS, batch.mask)
        return [head(s, batch.pool) for head, s in zip(self.heads, (half, whole), strict=True)]


_SPECIAL = {0: 1, 101: 0, 102: 2}  # [PAD], [CLS] and [SEP] of BERT, in the large vocabulary


class Teacher(nn.Module):
    """An MPNet with one head: too slow to ask with, and better."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = large_encoder()
        self.heads = nn.ModuleList([Head(LARGE_WIDTH)])
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_OF_LARGE]):
            part.requires_grad_(False)

    def forward(self, batch: Batch) -> list[Scores]:
        """Logits of its head."""
        ids = batch.ids + 4
        for bert, large in _SPECIAL.items():
            ids = ids.masked_fill(batch.ids == bert, large)
        states = self.encoder(input_ids=ids, attention_mask=batch.mask).last_hidden_state
        return [self.heads[0](states, batch.pool)]


def loss(
    scores: torch.Tensor, answers: torch.Tensor, labels: torch.Tensor, present: torch.Tensor
) -> torch.Tensor:
    """Of one head: each sentence, whether any answers, and which of those that do is first.

    Shapes: (n, s), (n,), (n, s) of 0 and 1, (n, s) -> (n,).
    """
    each = nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="none")
    count = present.sum(-1).clamp(min=1).sqrt()
    by_sentence = (each * present).sum(-1) / count
    any_one = labels.amax(-1)
    by_window = nn.functional.binary_cross_entropy_with_logits(answers, any_one, reduction="none")
    logs = scores.masked_fill(~present, -1e4).log_softmax(-1)
    wanted = labels / labels.sum(-1, keepdim=True).clamp(min=1)
    listwise = -(wanted * logs.masked_fill(~present, 0)).sum(-1)
    return by_sentence + 0.7 * by_window + 0.4 * listwise


def imitation(
    scores: Scores, taught: Scores, present: torch.Tensor, *, distances: float = 0.0
) -> torch.Tensor:
    """Distance from what a teacher says, in the terms of `loss`. Shape: (n,).

    `distances` is the weight of how far apart the logits of a window's sentences lie.

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015; the
    distances as in Hofstätter et al., Improving Efficient Neural Ranking Models, 2020.
    """
    of_each = nn.functional.binary_cross_entropy_with_logits
    each = of_each(scores[0], taught[0].sigmoid(), reduction="none")
    by_sentence = (each * present).sum(-1) / present.sum(-1).clamp(min=1).sqrt()
    by_window = of_each(scores[1], taught[1].sigmoid(), reduction="none")
    logs = scores[0].masked_fill(~present, -1e4).log_softmax(-1)
    wanted = taught[0].masked_fill(~present, -1e4).softmax(-1) * taught[1].sigmoid()[:, None]
    listwise = -(wanted * logs.masked_fill(~present, 0)).sum(-1)
    apart = _centred(scores[0], present) - _centred(taught[0], present)
    far = nn.functional.smooth_l1_loss(apart, torch.zeros_like(apart), reduction="none")
    by_distance = (far * present).sum(-1) / present.sum(-1).clamp(min=1).sqrt()
    return by_sentence + 0.7 * by_window + 0.4 * listwise + distances * by_distance


def _centred(scores: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    count = present.sum(-1, keepdim=True).clamp(min=1)
    return (scores - (scores * present).sum(-1, keepdim=True) / count) * present
