"""First-stage retrieval, part by part: what each adds on a set, and what a question costs.

    python benchmarks/retrieval.py SET [--index DIR] [--onnx DIR --prompt TEXT]

SET is of the retrieval form, or of the answers form: there a passage is right that holds a nugget,
and only R@10 over nuggets is told. Prints a table, and one JSON line for each row.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from timing import spread, tell, timed_ms

from rag import OnRecord
from rag.datatypes import Filters
from rag.encoders import OnnxEncoder
from rag.evaluate import ANY_DOCUMENT, read_set
from rag.evaluate.answers import named
from rag.evaluate.corpus import bring, kept_index
from rag.evaluate.measures import Run
from rag.evaluate.retrieval import RetrievalResult
from rag.evaluate.sets import AnswersSet, RetrievalSet
from rag.indexing import encoder_folder
from rag.lexical import Lexical
from rag.retrieve import Ranked, RetrieveConfig, best_documents, ranked, search
from rag.spelling import Respelled, respelled
from rag.store import PASSAGES_PER_DOCUMENT, Record, snapshot
from rag.terminal import progress_bar
from rag.vectors import Level, PassageVectors

NOTHING = RetrieveConfig(
    **dict.fromkeys(("passage_cosine", "document_cosine", "passage_bm25", "document_bm25"), 0.0),
    pairs=0.0,
    spellings=0.0,
    recency=0.0,
)
DENSE = replace(NOTHING, passage_cosine=1.0)
DOCUMENTS = replace(NOTHING, document_bm25=1.0)
PASSAGES = replace(NOTHING, passage_bm25=1.0)
SUM = replace(DENSE, document_bm25=1.0)
DEFAULT = RetrieveConfig()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a question is looked for in."""

    record: Record
    encoder: OnnxEncoder
    vectors: PassageVectors
    lexical: Lexical

    def look(
        self, question: str, config: RetrieveConfig, *, mend: bool = False
    ) -> tuple[Ranked, NDArray[np.float32]]:
        """Ranked passages, and the vector of the question."""
        meant = Respelled(question, question, ())
        if mend:
            meant = respelled(question, self.record, self.lexical, is_word=lambda word: False)
        vector = self.encoder.encode([meant.text])[0]
        return self.by_vector(meant, vector, config), vector

    def by_vector(
        self, meant: Respelled, vector: NDArray[np.float32], config: RetrieveConfig
    ) -> Ranked:
        """Ranked passages by another vector than the question's own."""
        where = (self.record, self.vectors, self.lexical)
        return ranked(meant, lambda: vector, *where, filters=Filters(), config=config)


Way = Callable[[Parts, str], Ranked]


def by(config: RetrieveConfig, *, mend: bool = False) -> Way:
    """As the program does it, with other weights."""
    return lambda parts, question: parts.look(question, config, mend=mend)[0]


def reciprocal_ranks(parts: Parts, question: str, damping: int = 60) -> Ranked:
    """Cosine and BM25 of passages, fused by rank. Source: Cormack, Clarke, Büttcher, SIGIR 2009."""
    dense = parts.look(question, DENSE)[0]
    lexical = parts.look(question, PASSAGES)[0]
    scores: dict[int, float] = {}
    for found in (dense, lexical):
        for rank, (each, score) in enumerate(zip(found.ids, found.scores, strict=True), 1):
            if score > 0 and rank <= 100:
                scores[int(each)] = scores.get(int(each), 0.0) + 1 / (damping + rank)
    best = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    ids, values = zip(*best, strict=True) if best else ((), ())
    return replace(dense, ids=np.array(ids, np.int64), scores=np.array(values, np.float32))


def feedback(parts: Parts, question: str, passages: int = 3, weight: float = 0.3) -> Ranked:
    """Pseudo-relevance feedback on the vector. Source: Rocchio 1971, without negative examples."""
    first, vector = parts.look(question, DEFAULT)
    best = parts.record.by_ids(first.ids[:passages].tolist()).values()
    texts = [one.in_context for one in best]
    moved = vector + weight * parts.encoder.encode(texts).mean(axis=0)
    moved = (moved / np.linalg.norm(moved)).astype(np.float32)
    return parts.by_vector(Respelled(question, question, ()), moved, DEFAULT)


WAYS: Mapping[str, Way] = {
    "BM25 of passages": by(PASSAGES),
    "BM25 of documents": by(DOCUMENTS),
    "cosine of passages": by(DENSE),
    "reciprocal ranks of passages' cosine and BM25": reciprocal_ranks,
    "sum of passages' cosine and BM25": by(replace(DENSE, passage_bm25=1.0)),
    "sum of passages' cosine and documents' BM25": by(SUM),
    "… and passages' BM25": by(replace(SUM, passage_bm25=DEFAULT.passage_bm25)),
    "… and documents' cosine": by(replace(DEFAULT, pairs=0.0, spellings=0.0, recency=0.0)),
    "… and pairs of words": by(replace(DEFAULT, spellings=0.0, recency=0.0)),
    "… and other spellings": by(replace(DEFAULT, recency=0.0), mend=True),
    "… and recency: as shipped": by(DEFAULT, mend=True),
    "shipped, half the weight of recency": by(replace(DEFAULT, recency=0.2), mend=True),
    "shipped, twice the weight of recency": by(replace(DEFAULT, recency=0.8), mend=True),
    "shipped, half-life of 90 days": by(replace(DEFAULT, half_life=90.0), mend=True),
    "shipped, half-life of 180 days": by(replace(DEFAULT, half_life=180.0), mend=True),
    "shipped, with feedback from 3 passages": feedback,
    "shipped, k1 0.9": by(replace(DEFAULT, k1=0.9), mend=True),
    "shipped, k1 2.0": by(replace(DEFAULT, k1=2.0), mend=True),
    "shipped, b 0.4": by(replace(DEFAULT, b=0.4), mend=True),
    "shipped, half the weight of cosines": by(
        replace(DEFAULT, passage_cosine=0.5, document_cosine=0.25), mend=True
    ),
    "shipped, twice the weight of cosines": by(
        replace(DEFAULT, passage_cosine=2.0, document_cosine=1.0), mend=True
    ),
}
MISTYPED: Mapping[str, Way] = {
    "mistyped questions, as they are": by(replace(DEFAULT, spellings=0.0)),
    "mistyped questions, respelled: as shipped": by(DEFAULT, mend=True),
}


def mistyped(question: str) -> str:
    """The question with one letter of its longest word doubled, left out, exchanged or moved."""
    chance = random.Random(question)
    word = max(question.split(), key=len)
    at = chance.randrange(1, max(2, len(word) - 1))
    others = (
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    )
    return question.replace(word, chance.choice(others), 1)


def rows_of_retrieval(given: RetrievalSet, parts: Parts) -> dict[str, dict[str, float]]:
    """Each measure of each way, over the judged queries."""
    asked = [(one.id, one.text) for one in given.queries if one.id in given.qrels]
    wrong = [(name, mistyped(text)) for name, text in asked]
    runs: dict[str, Run] = {}
    for ways, questions in ((WAYS, asked), (MISTYPED, wrong)):
        for label, way in ways.items():
            print(label, file=sys.stderr)
            runs[label] = {
                name: best_documents(way(parts, text), parts.record, depth=100)
                for name, text in questions
            }
    return {
        label: {name: one.value for name, one in RetrievalResult(given, run).measures().items()}
        for label, run in runs.items()
    }


def rows_of_answers(given: AnswersSet, parts: Parts) -> dict[str, dict[str, float]]:
    """R@10 over nuggets: the share that one of the ten best passages holds."""
    due = [one for one in named(given, parts.record.document_ids()).questions if one.nuggets]
    rows = {}
    for label, way in WAYS.items():
        shares = []
        for one in due:
            hits = search(way(parts, one.text), parts.record, depth=10)
            shares += [any(nugget.is_held_by(h.passage) for h in hits) for nugget in one.nuggets]
        rows[label] = {"R@10": float(np.mean(shares))}
    return rows


def near_copies(given: RetrievalSet | AnswersSet, parts: Parts) -> float:
    """Share of the 20 best passages whose words are nearly those of a better one (Jaccard .8)."""
    questions = given.queries if isinstance(given, RetrievalSet) else given.questions
    copies = []
    for one in questions[:100]:
        seen: list[set[str]] = []
        for hit in search(parts.look(one.text, DEFAULT)[0], parts.record, depth=20):
            words = set(hit.passage.text.casefold().split())
            copies.append(any(len(words & old) >= 0.8 * len(words | old) for old in seen))
            seen.append(words)
    return float(np.mean(copies))


def with_onnx(parts: Parts, folder: Path, prompt: str) -> Parts:
    """The same passages in the vectors of another encoder: `model.onnx`, `tokenizer.json`."""
    encoder = _ClassToken(folder, prompt)
    ids = parts.lexical.passages.ids
    with progress_bar() as progress:
        texts = []
        for start in range(0, len(ids), 256):
            progress("embedding", start, len(ids))
            for passage in parts.record.by_ids(ids[start : start + 256].tolist()).values():
                texts.append(encoder.one(passage.in_context))
    return replace(parts, encoder=encoder, vectors=_Vectors(ids, np.stack(texts)))


class _ClassToken:
    """An ONNX encoder that ends in token states, of which the first is the vector."""

    def __init__(self, folder: Path, prompt: str) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.prompt = prompt
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.one(self.prompt + text) for text in texts])

    def one(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self.tokenizer.encode(text).ids], np.int64)
        known = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
        names = [each.name for each in self.session.get_inputs()]
        states = self.session.run(None, {name: known[name] for name in names})[0]
        vector = states[0, 0] if states.ndim == 3 else states[0]
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


class _Vectors:
    """As `PassageVectors`, in memory."""

    def __init__(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        self.ids, self.vectors = ids, vectors

    def nearest(
        self, vector: NDArray[np.float32], *, depth: int, allowed: object
    ) -> list[tuple[int, float]]:
        scores = self.vectors @ vector
        best = np.argsort(-scores)[:depth]
        return [(int(self.ids[row]), float(scores[row])) for row in best]

    def similarities(
        self, vector: NDArray[np.float32], ids: NDArray[np.int64], level: Level = "passages"
    ) -> NDArray[np.float32]:
        if level == "passages":
            return self.vectors[np.searchsorted(self.ids, ids)] @ vector
        owners = self.ids // PASSAGES_PER_DOCUMENT
        means = np.stack([self.vectors[owners == each].mean(axis=0) for each in ids])
        return means @ vector / np.linalg.norm(means, axis=1)


def main() -> None:
    """Measure a set."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("--corpus", type=Path, help="as in onrecord eval")
    parser.add_argument(
        "--index", type=Path, help="an index of its corpus; default: as kept by eval"
    )
    parser.add_argument("--onnx", type=Path, help="measure this encoder instead")
    parser.add_argument("--prompt", default="", help="what stands before its questions")
    options = parser.parse_args()
    given = read_set(options.set, options.corpus, documents=ANY_DOCUMENT)
    index = options.index or kept_index(given.name, given.corpus)
    with progress_bar() as progress:
        bring(index, given.corpus, progress=progress)
    with snapshot(index) as record:
        count = record.passages()
        parts = Parts(
            record,
            OnnxEncoder(encoder_folder(index, record.settings.fingerprint)),
            PassageVectors(index, record.state, expected=count),
            Lexical(index, record.state, expected=count),
        )
        if options.onnx:
            parts = with_onnx(parts, options.onnx, options.prompt)
        measured = rows_of_answers if isinstance(given, AnswersSet) else rows_of_retrieval
        rows = measured(given, parts)
        copies = near_copies(given, parts)
    names = list(next(iter(rows.values())))
    print(f"| {given.name} | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for label, row in rows.items():
        print(f"| {label} | {' | '.join(f'{row[name]:.3f}' for name in names)} |")
    print(json.dumps({"set": given.name, "rows": rows}), file=sys.stderr)
    tell(
        "retrieval",
        "ms",
        set=given.name,
        passages=count,
        near_copies=round(copies, 4),
        **_times(given, index),
    )


def _times(given: RetrievalSet | AnswersSet, index: Path) -> dict[str, object]:
    """Warm `search` for 20 passages, each question once after one round of warming up."""
    engine = OnRecord.open(index)
    questions = given.queries if isinstance(given, RetrievalSet) else given.questions
    texts = [one.text for one in questions][:200]
    for text in texts[:20]:
        engine.search(text, depth=20)
    return {
        "search": spread([timed_ms(lambda t=text: engine.search(t, depth=20)) for text in texts])
    }


if __name__ == "__main__":
    main()
