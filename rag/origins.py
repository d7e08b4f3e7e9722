"""Which documents are copies of one report: whole, cut, or under another headline.

Flow: sentences -> `wording` -> `signature`, kept in the record; signatures -> `candidates`, pairs
that may be copies -> `copied` reads both and decides -> `origins`, one name a group.
Law: each step depends on the documents alone, not on their order or on what was known before, so
that an index brought up to date has the groups of one built anew.

A report is its writer's own words. What stands in quotation marks may be the same in two reports of
one press conference, so it never makes a copy; docs/origins.md has the figures.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Sentence
from rag.terms import words

SHARE = 0.65  # of the shorter text's own shingles in the other, from which it is a copy
SHINGLE = 4  # words
FEWEST = 24  # own shingles of the shorter text; with fewer, only the same text is a copy
_SIGNED = 6  # shingles of a sentence, from which it is signed; shorter ones are everywhere
_BANDS, _ROWS, _SEED = 2, 2, 1  # of MinHash: keys of a sentence, values in a key
_SHARED_KEYS = 0.1  # of the shorter signature, from which a pair is worth reading
_CROWD = 32  # documents with one key; among more, not every pair is looked at
_LONGEST_OF_CROWD = 8  # documents that each of a crowd is compared with, besides its neighbour

_QUOTED = re.compile(r'“[^”\n]*”?|"[^"\n]*"?|«[^»\n]*»?|„[^“”\n]*[“”]?|‘[^‘\n]*?’(?!\w)')
_NOT_TOLD = frozenset({"title", "caption", "boilerplate"})  # copied with any report, or with none
_NO_LETTER = re.compile(r"[\W_]+")
_APOSTROPHE = str.maketrans("’", "'")

Pair = tuple[str, str]  # ids of two documents, in alphabetical order
Signature = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a document, as copies are told by them.

    `whole` stands for all letters and digits in order; `own` are the shingles of each sentence
    outside of quotation marks, without titles, captions and boilerplate.
    """

    whole: int
    own: tuple[frozenset[str], ...]

    def shingles(self) -> frozenset[str]:
        """All own shingles."""
        return frozenset().union(*self.own)


def wording(sentences: Sequence[Sentence]) -> Wording:
    """The wording of a document, given all its sentences in order."""
    text = sentences[0].document.text if sentences else ""
    letters = _NO_LETTER.sub("", text.casefold()) or text
    whole = int.from_bytes(blake2b(letters.encode(), digest_size=8).digest(), "big")
    told = [one for one in sentences if one.block not in _NOT_TOLD]
    return Wording(whole, tuple(map(frozenset, _own_shingles(text, told))))


def _own_shingles(text: str, sentences: Iterable[Sentence]) -> Iterator[set[str]]:
    """The shingles of each sentence; none reaches over a quotation or the end of a sentence."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    first = 0
    for one in sentences:
        while first < len(quoted) and quoted[first][1] <= one.span.start:
            first += 1
        found: set[str] = set()
        at, end, place = one.span.start, one.span.end, first
        while place < len(quoted) and quoted[place][0] < end:
            start, stop = quoted[place]
            found |= _shingles(text[at : max(at, start)])
            at = max(at, stop)
            place += 1
        yield found | _shingles(text[at:end])


def _shingles(text: str) -> set[str]:
    found = words(text.translate(_APOSTROPHE))
    return {" ".join(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1)}


def signature(wording: Wording) -> Signature:
    """What is kept of a document to find its copies: 16 bytes a sentence. Shape: (n_keys,).

    A sentence gives two keys, each of two MinHash values of its shingles: the same sentence gives
    the same keys, one with a changed word most likely one of them.
    """
    from datasketch import MinHash  # it loads scipy: only for what is new

    sets = ([s.encode() for s in one] for one in wording.own if len(one) >= _SIGNED)
    signed = MinHash.generator(sets, num_perm=_BANDS * _ROWS, seed=_SEED, scheme="affine32")
    values = np.array([one.hashvalues for one in signed], np.uint64).reshape(-1, _ROWS)
    keys = values[:, 0] << np.uint64(32) | values[:, 1]
    return np.unique(np.append(keys, np.array([wording.whole], np.uint64)))


def candidates(signatures: Mapping[str, Signature]) -> tuple[Pair, ...]:
    """The pairs of documents that may be copies, in order.

    Their number grows as that of the documents: of a crowd with one key, each is compared with
    the longest and with its neighbour.
    """
    names = sorted(signatures, key=lambda name: (-len(signatures[name]), name))
    keys = {name: frozenset(signatures[name].tolist()) for name in names}
    close: set[Pair] = set()
    seen: set[tuple[int, int]] = set()
    for holders in _holders([signatures[name] for name in names]):
        for pair in _pairs_of(holders):
            if pair not in seen:
                seen.add(pair)
                one, other = names[pair[0]], names[pair[1]]
                if len(keys[one] & keys[other]) >= _SHARED_KEYS * len(keys[other]):
                    close.add((min(one, other), max(one, other)))
    return tuple(sorted(close))


def _holders(signatures: Sequence[Signature]) -> Iterator[list[int]]:
    """For each key that several documents have, the places of these, ascending."""
    if not signatures:
        return
    keys = np.concatenate(signatures)
    places = np.repeat(np.arange(len(signatures)), [len(one) for one in signatures])
    order = np.argsort(keys, kind="stable")
    keys, places = keys[order], places[order]
    ends = np.flatnonzero(np.append(keys[1:] != keys[:-1], True)) + 1
    starts = np.append(0, ends[:-1])
    shared = ends - starts > 1
    for start, end in zip(starts[shared], ends[shared], strict=True):
        yield places[start:end].tolist()


def _pairs_of(holders: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(holders) <= _CROWD:
        yield from combinations(holders, 2)
        return
    for at, one in enumerate(holders[1:], 1):
        yield from ((other, one) for other in holders[: min(at, _LONGEST_OF_CROWD)])
        yield holders[at - 1], one


def copied(one: Wording, other: Wording) -> bool:
    """Whether one of two texts is a copy of the other, by their very shingles."""
    return one.whole == other.whole or share(one, other) >= SHARE


def share(one: Wording, other: Wording) -> float:
    """Share of the shorter text's own shingles that the other has; 0 where these are too few."""
    short, long = sorted((one.shingles(), other.shingles()), key=len)
    return len(short & long) / len(short) if len(short) >= FEWEST else 0.0


def origins(names: Iterable[str], copies: Iterable[Pair]) -> dict[str, str]:
    """The origin of each document: the first id, in alphabetical order, of all its copies."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = name = parent[parent[name]]
        return name

    for pair in copies:
        first, second = sorted(map(root, pair))
        parent[second] = first
    return {name: root(name) for name in parent}
