import errno
import resource
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.store import PASSAGES_PER_DOCUMENT
from rag.vectors import LEVELS, PassageVectors, path_of, save

RANDOM = np.random.default_rng(7)
IDS = np.array([3, 5, 8, 13, 21, 34, 55, 89, 144, 10**12], np.int64)


def unit_rows(count: int, width: int = 16) -> np.ndarray:
    rows = RANDOM.normal(size=(count, width)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


VECTORS = unit_rows(len(IDS))


@pytest.fixture
def saved(tmp_path: Path) -> PassageVectors:
    save(tmp_path, "s", IDS, VECTORS)
    return PassageVectors(tmp_path, "s", expected=len(IDS))


@pytest.mark.parametrize("depth", [1, 3, 10, 1000])
def test_the_nearest_are_those_of_a_search_in_half_precision(
    saved: PassageVectors, depth: int
) -> None:
    kept = VECTORS.astype(np.float16).astype(np.float32)
    assert np.abs(kept - VECTORS).max() < 5e-4
    for query in unit_rows(20):
        exact = sorted(zip(kept @ query, IDS, strict=True), reverse=True)[:depth]
        found = saved.nearest(query, depth=depth)
        assert [each for each, _ in found] == [each for _, each in exact]
        assert [score for _, score in found] == pytest.approx([s for s, _ in exact], abs=1e-6)


def test_only_what_is_allowed_is_found(saved: PassageVectors) -> None:
    allowed = np.array([5, 144, 10**12], np.int64)
    (query,) = unit_rows(1)
    found = saved.nearest(query, depth=10, allowed=allowed)
    among = {int(each): float(v @ query) for each, v in zip(IDS, VECTORS, strict=True)}
    assert [each for each, _ in found] == sorted(allowed.tolist(), key=lambda each: -among[each])
    assert saved.nearest(query, depth=10, allowed=np.array([], np.int64)) == ()
    assert saved.nearest(query, depth=10, allowed=np.array([4], np.int64)) == []


def test_no_passages_can_be_saved_and_asked(tmp_path: Path) -> None:
    save(tmp_path, "s", np.empty(0, np.int64), np.empty((0, 16), np.float32))
    nothing = PassageVectors(tmp_path, "s", expected=0)
    assert nothing.nearest(unit_rows(1)[0], depth=10) == ()


def test_each_state_has_its_file_and_no_draft_is_left(tmp_path: Path) -> None:
    save(tmp_path, "one", IDS, VECTORS)
    save(tmp_path, "two", IDS[:2], VECTORS[:2])
    assert {*tmp_path.iterdir()} == {
        path_of(tmp_path, state, level) for state in ("one", "two") for level in LEVELS
    }
    PassageVectors(tmp_path, "two", expected=2)  # raises for another state's file


def test_a_file_that_fits_another_record_is_refused(tmp_path: Path, saved: PassageVectors) -> None:
    with pytest.raises(IndexDamaged, match="10 of 11 passages"):
        PassageVectors(tmp_path, "s", expected=11)
    with pytest.raises(FileNotFoundError):
        PassageVectors(tmp_path, "another", expected=10)


def test_a_file_that_is_not_whole_is_damaged_wherever_it_ends(
    tmp_path: Path, saved: PassageVectors
) -> None:
    content = path_of(tmp_path, "s").read_bytes()
    for end in [*range(0, 80), len(content) // 2, len(content) - 1]:
        path_of(tmp_path, "s").write_bytes(content[:end])
        with pytest.raises(IndexDamaged, match="not whole"):
            PassageVectors(tmp_path, "s", expected=len(IDS))
    path_of(tmp_path, "s").write_bytes(b"\xff" * len(content))
    with pytest.raises(IndexDamaged, match="not whole"):
        PassageVectors(tmp_path, "s", expected=len(IDS))


def test_a_full_disk_is_told_and_leaves_the_file_of_before(tmp_path: Path) -> None:
    save(tmp_path, "s", IDS[:3], VECTORS[:3])
    before = path_of(tmp_path, "s").read_bytes()
    of_documents = path_of(tmp_path, "s", "documents").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), limits[1]))
    try:
        with pytest.raises(OSError) as caught:
            save(tmp_path, "s", IDS, VECTORS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.errno == errno.EFBIG
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == {
        path_of(tmp_path, "s"): before,
        path_of(tmp_path, "s", "documents"): of_documents,
    }


def test_similarities_are_those_of_vectors_in_half_precision(saved: PassageVectors) -> None:
    some = np.array([IDS[3], IDS[0]], np.int64)
    kept = VECTORS.astype(np.float16).astype(np.float32)
    (query,) = unit_rows(1)
    assert saved.similarities(query, some) == pytest.approx(kept[[3, 0]] @ query, abs=1e-6)
    assert saved.similarities(query, np.array([], np.int64)).shape == (0,)


def test_a_document_has_the_direction_of_the_sum_of_its_passages(tmp_path: Path) -> None:
    ids = np.array([0, 1, 7, PASSAGES_PER_DOCUMENT * 5 + 2], np.int64)
    vectors = unit_rows(4)
    save(tmp_path, "s", ids, vectors)
    (query,) = unit_rows(1)
    first = vectors[0] + vectors[1] + vectors[2]
    found = PassageVectors(tmp_path, "s", expected=4).similarities(
        query, np.array([0, 5], np.int64), "documents"
    )
    expected = [first @ query / np.linalg.norm(first), vectors[3] @ query]
    assert found == pytest.approx(expected, abs=1e-3)
