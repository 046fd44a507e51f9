"""Proofs: equal to the reference, and refused as soon as anything about them is changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.log.errors import ProofError, TileError
from madang.log.proof import consistency_proof, inclusion_proof, tree_root, verify_consistency, verify_inclusion
from madang.log.tree import EMPTY_ROOT, MAX_SIZE, leaf_hash
from tests.log import reference
from tests.log.reference import MemoryLog
from tests.log.test_tree import CT_LEAVES, CT_ROOTS

LOG = MemoryLog(300)
ROOTS = [tree_root(size, LOG.read) for size in range(301)]
BIG = MemoryLog(66_000)


def flipped(value: bytes) -> bytes:
    return value[:-1] + bytes([value[-1] ^ 1])


def code_of(call, *arguments) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)
    return caught.value.code


def test_a_proof_of_certificate_transparency():
    proof = [
        bytes.fromhex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
        bytes.fromhex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
        bytes.fromhex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    ]
    assert reference.path(0, CT_LEAVES) == proof
    verify_inclusion(leaf_hash(CT_LEAVES[0]), 0, 8, proof, bytes.fromhex(CT_ROOTS[8]))


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 127, 128, 129, 255, 256, 257, 299, 300])
def test_every_inclusion_proof_of_this_size(size: int):
    indexes = (
        range(size) if size < 66 else {0, 1, size // 2, size - 2, size - 1, min(size - 1, 255), min(size - 1, 256)}
    )
    for index in indexes:
        proof = inclusion_proof(index, size, LOG.read)
        assert proof == reference.path(index, LOG.leaves[:size])
        verify_inclusion(leaf_hash(LOG.leaves[index]), index, size, proof, ROOTS[size])


def test_all_inclusion_proofs_to_size_300_verify():
    for size in (150, 200, 257, 300):
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.read)
            verify_inclusion(leaf_hash(LOG.leaves[index]), index, size, proof, ROOTS[size])


@pytest.mark.parametrize("new", [*range(1, 34), 64, 65, 128, 255, 256, 257, 300])
def test_every_consistency_proof_to_this_size(new: int):
    olds = range(new + 1) if new < 66 else {0, 1, 2, new // 2, 64, 127, 128, new - 1, new, min(new, 255), min(new, 256)}
    for old in olds:
        proof = consistency_proof(old, new, LOG.read)
        assert proof == (reference.proof(old, LOG.leaves[:new]) if old else [])
        verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def test_proofs_across_three_levels_of_tiles():
    root = BIG.tree.root()
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        proof = inclusion_proof(index, 66_000, BIG.read)
        verify_inclusion(leaf_hash(BIG.leaves[index]), index, 66_000, proof, root)
    for old in (1, 255, 256, 40_000, 65_535, 65_536, 65_537):
        verify_consistency(old, 66_000, tree_root(old, BIG.read), root, consistency_proof(old, 66_000, BIG.read))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_of_any_size_in_a_larger_log(data: st.DataObject):
    size = data.draw(st.integers(1, 66_000))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    root = tree_root(size, BIG.read)
    verify_inclusion(leaf_hash(BIG.leaves[index]), index, size, inclusion_proof(index, size, BIG.read), root)
    verify_consistency(old, size, tree_root(old, BIG.read), root, consistency_proof(old, size, BIG.read))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 200, 257])
def test_an_inclusion_proof_changed_anywhere_is_refused(size: int):
    for index in {0, size // 2, size - 1}:
        leaf, proof, root = leaf_hash(LOG.leaves[index]), inclusion_proof(index, size, LOG.read), ROOTS[size]
        for at in range(len(proof)):
            changed = [*proof[:at], flipped(proof[at]), *proof[at + 1 :]]
            assert code_of(verify_inclusion, leaf, index, size, changed, root) == "log.proof.inclusion"
            assert (
                code_of(verify_inclusion, leaf, index, size, [*proof[:at], *proof[at + 1 :]], root)
                == "log.proof.length"
            )
        assert code_of(verify_inclusion, flipped(leaf), index, size, proof, root) == "log.proof.inclusion"
        assert code_of(verify_inclusion, leaf, index, size, proof, flipped(root)) == "log.proof.inclusion"
        assert code_of(verify_inclusion, leaf, index, size, [*proof, root], root) == "log.proof.length"
        for other in set(range(size)) - {index}:
            assert code_of(verify_inclusion, leaf, other, size, proof, root).startswith("log.proof.")


@pytest.mark.parametrize(
    ("old", "new"), [(1, 2), (2, 3), (3, 7), (4, 8), (6, 8), (7, 8), (64, 300), (255, 257), (299, 300)]
)
def test_a_consistency_proof_changed_anywhere_is_refused(old: int, new: int):
    proof = consistency_proof(old, new, LOG.read)
    good = (old, new, ROOTS[old], ROOTS[new])
    for at in range(len(proof)):
        assert (
            code_of(verify_consistency, *good, [*proof[:at], flipped(proof[at]), *proof[at + 1 :]])
            == "log.proof.consistency"
        )
        assert code_of(verify_consistency, *good, [*proof[:at], *proof[at + 1 :]]).startswith("log.proof.")
    assert code_of(verify_consistency, *good, [*proof, ROOTS[1]]) == "log.proof.length"
    assert code_of(verify_consistency, *good, []) == "log.proof.length"
    assert code_of(verify_consistency, old, new, flipped(ROOTS[old]), ROOTS[new], proof) == "log.proof.consistency"
    assert code_of(verify_consistency, old, new, ROOTS[old], flipped(ROOTS[new]), proof) == "log.proof.consistency"


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 8), (7, 8), (64, 300)])
def test_a_consistency_proof_is_of_two_sizes(old: int, new: int):
    """Without the last check of the algorithm a log could claim more leaves than it has."""
    proof = consistency_proof(old, new, LOG.read)
    for factor in range(1, 9):
        larger = new << factor
        code = code_of(verify_consistency, old, larger, ROOTS[old], ROOTS[new], proof)
        assert code in ("log.proof.length", "log.proof.consistency")
    assert (
        code_of(verify_consistency, 1, 4, ROOTS[1], ROOTS[2], consistency_proof(1, 2, LOG.read)) == "log.proof.length"
    )


def test_consistency_at_its_ends():
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    verify_consistency(0, 9, EMPTY_ROOT, ROOTS[9], [])
    verify_consistency(9, 9, ROOTS[9], ROOTS[9], [])
    assert code_of(verify_consistency, 0, 9, EMPTY_ROOT, ROOTS[9], [ROOTS[1]]) == "log.proof.length"
    assert code_of(verify_consistency, 0, 9, ROOTS[1], ROOTS[9], []) == "log.proof.consistency"
    assert code_of(verify_consistency, 0, 0, EMPTY_ROOT, ROOTS[1], []) == "log.proof.consistency"
    assert code_of(verify_consistency, 9, 9, ROOTS[9], ROOTS[8], []) == "log.proof.consistency"


@settings(max_examples=300, deadline=None)
@given(
    st.integers(-2, 2**65),
    st.integers(-2, 2**65),
    st.lists(st.binary(min_size=32, max_size=32) | st.binary(max_size=33), max_size=70),
)
def test_hostile_input_is_refused_with_a_proof_error_only(first: int, second: int, proof: list[bytes]):
    code_of(verify_inclusion, ROOTS[1], first, second, proof, b"\1" * 32)
    code_of(verify_consistency, first, second, b"\1" * 32, b"\2" * 32, proof)


def test_sizes_that_cannot_be():
    assert code_of(inclusion_proof, 3, 3, LOG.read) == "log.proof.range"
    assert code_of(inclusion_proof, -1, 3, LOG.read) == "log.proof.range"
    assert code_of(consistency_proof, 4, 3, LOG.read) == "log.proof.range"
    assert code_of(tree_root, MAX_SIZE + 1, LOG.read) == "log.proof.range"
    assert code_of(verify_inclusion, ROOTS[1][:31], 0, 1, [], ROOTS[1]) == "log.proof.hash"
    with pytest.raises(TileError) as caught:
        inclusion_proof(0, 301, LOG.read)
    assert caught.value.code == "log.tile.missing"
