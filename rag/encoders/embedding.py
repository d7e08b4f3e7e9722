"""Vectors of many texts, as fast as the processor gives them.

Flow: texts -> slices of like length -> one thread a core, each embedding a slice alone -> rows.
Law: what is embedded, prompts and truncation included, is what `encode_document` embeds. Which
texts share a slice depends on the texts alone, and one thread computes it, so that the same texts
give the same bytes on one machine, however many threads there are and whatever else runs.

A processor that multiplies bfloat16 in hardware does so twice as fast as single precision. There,
each factor is rounded to 8 bits and products are summed in single precision (`torch.autocast`). A
text's vector then also depends in its last bits on the texts beside it. Both differences are far
below what could change an answer, and are bounded: an encoder whose vectors move by more than half
of what `EQUAL` allows is run in single precision, and so are texts of few tokens, where no mean
over many evens the rounding out.

Source: 3,338 sentences and passages of news, the default encoder. Cosine with single precision:
.99992 at least below 12 tokens, .99995 from 12 on, .99998 in the mean. Of 700 of them, embedded
alone and among the others, 86 in 100 have the same bytes, and all a cosine of .99998 or more.
benchmarks/indexing.py measures the speed.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

P = ParamSpec("P")
T = TypeVar("T")
Precision = Literal["bfloat16", "float32"]
Rows = tuple[tuple[int, ...], NDArray[np.float32]]  # places of texts, and their vectors
EQUAL = 0.9999  # least cosine between a vector and the same text's in single precision
_SLICE_TOKENS = 512  # padding included: what one core computes without leaving its cache
_FEW_TOKENS = 12  # 9 % of the sentences of news, 3 % of their tokens
_ON_ACCELERATOR = 256  # texts at once; sentence-transformers cuts them to batches of 32


@dataclass(frozen=True, slots=True)
class Slice:
    """Texts that are embedded together, by their places, and whether they hold few tokens."""

    places: tuple[int, ...]
    short: bool


class Embedder:
    """Runs a sentence-transformers model over documents. Not to be shared between threads."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._model = model
        # A tokenizer is told how to pad at each call, and refuses to be told by two threads.
        model.preprocess = _one_at_a_time(model.preprocess)

    @cached_property
    def precision(self) -> Precision:
        """In what the factors of products are rounded, but for texts of few tokens."""
        if self._model.device.type != "cpu" or not multiplies_bfloat16():
            return "float32"
        slices = self._slices(_PROBES)
        expected, found = (
            np.concatenate([rows for _, rows in self._worked(_PROBES, slices, precision)])
            for precision in ("float32", "bfloat16")
        )
        allowed = (1 - EQUAL) / 2  # half: a corpus holds more texts than there are probes
        # Not `>`: a model that overflows gives no number, which is no agreement.
        return "bfloat16" if (1 - (expected * found).sum(1)).max() <= allowed else "float32"

    def in_turn(self, texts: Sequence[str]) -> Iterator[Rows]:
        """Places in `texts` and vectors of them, as they are ready; each place once.

        Shape of the vectors: (len(places), width).
        """
        if self._model.device.type != "cpu":
            return self._on_accelerator(texts)
        return self._worked(texts, self._slices(texts), self.precision)

    def _on_accelerator(self, texts: Sequence[str]) -> Iterator[Rows]:
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]), reverse=True)
        for start in range(0, len(order), _ON_ACCELERATOR):
            places = tuple(order[start : start + _ON_ACCELERATOR])
            yield places, self._encoded([texts[place] for place in places], batch=32)

    def _worked(
        self, texts: Sequence[str], slices: Sequence[Slice], precision: Precision
    ) -> Iterator[Rows]:
        with _workers(precision) as workers:
            vectors = workers.map(partial(self._of_slice, texts), slices)
            for one, rows in zip(slices, vectors, strict=True):
                yield one.places, rows

    def _of_slice(self, texts: Sequence[str], one: Slice) -> NDArray[np.float32]:
        import torch

        with torch.autocast("cpu", enabled=torch.is_autocast_enabled("cpu") and not one.short):
            return self._encoded([texts[place] for place in one.places], batch=len(one.places))

    def _encoded(self, texts: list[str], *, batch: int) -> NDArray[np.float32]:
        import torch

        vectors = self._model.encode_document(
            texts, batch_size=batch, convert_to_tensor=True, show_progress_bar=False
        )
        # Here and not there, where it would be done in the precision of the last product.
        return np.asarray(torch.nn.functional.normalize(vectors.float(), dim=-1).cpu())

    def _slices(self, texts: Sequence[str]) -> list[Slice]:
        """All texts, longest first, so many to a slice as it may hold tokens."""
        lengths = self._lengths(texts)
        order = sorted(range(len(texts)), key=lambda place: lengths[place], reverse=True)
        slices: list[Slice] = []
        while order:
            longest = lengths[order[0]]
            short = longest < _FEW_TOKENS
            most = max(1, _SLICE_TOKENS // longest)
            places = [p for p in order[:most] if (lengths[p] < _FEW_TOKENS) == short]
            slices.append(Slice(tuple(places), short))
            order = order[len(places) :]
        return slices

    def _lengths(self, texts: Sequence[str]) -> list[int]:
        """In tokens, a prompt not counted."""
        if not texts:
            return []
        limit = self._model.max_seq_length
        read = self._model.tokenizer(
            list(texts),
            truncation=limit is not None,
            max_length=limit,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        return [max(1, len(ids)) for ids in read["input_ids"]]


def multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for it; without, torch emulates them, slowly.

    Those of ARM are left out: no such machine was there to measure whether they gain.
    """
    import torch

    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


@contextmanager
def _workers(precision: Precision) -> Iterator[Executor]:
    """As many threads as torch would use for one product, each computing its own products alone.

    Threads that share a product wait for one another at its end, and all for the one that another
    program holds up.
    """
    import torch

    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(threads, initializer=partial(_begin, precision))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt waits for no slice that has not begun
        torch.clear_autocast_cache()
        torch.set_num_threads(threads)  # what the workers set holds for threads that begin later


def _begin(precision: Precision) -> None:
    """Set up a worker. The precision holds to its end, so that weights are rounded only once."""
    import torch

    torch.set_num_threads(1)
    if precision == "bfloat16":
        torch.autocast("cpu", torch.bfloat16).__enter__()


def _one_at_a_time(work: Callable[P, T]) -> Callable[P, T]:
    lock = Lock()

    def alone(*args: P.args, **kwargs: P.kwargs) -> T:
        with lock:
            return work(*args, **kwargs)

    return alone


_NEWS = """
The Russian president told reporters in Astana on Thursday that 5,500 km was the range of the
missile, and that “no one will be able to stop it.” Ukraine’s parliament cancelled its session. He
added: we will respond, if we must, decisively and in kind. Что сказал Путин? Prices rose by 2.4% in
the year to November, the statistics office said, less than the 2.6% that economists had expected;
the bank’s governor, Mary O’Neill, called it a relief.
""".split()  # noqa: SIM905  a text is what it is
# From as few words as make `_FEW_TOKENS` to all of them, and what is unlike any sentence.
_PROBES = (
    *(
        " ".join(_NEWS[start : start + length])
        for length in (12, 24)
        for start in range(0, len(_NEWS) - length, 12)
    ),
    *(" ".join(_NEWS), "— " * 40, "the " * 40),
)
