"""Leaf records: their bytes are fixed for ever, and only those bytes are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.log.errors import LeafError
from madang.log.leaf import BLOCK_LEAF_BYTES, TRANSACTION_LEAF_BYTES, BlockLeaf, Kind, TransactionLeaf, decode_leaf

hashes = st.binary(min_size=32, max_size=32)
u64 = st.integers(0, 2**64 - 1)
u32 = st.integers(0, 2**32 - 1)
blocks = st.builds(BlockLeaf, u64, hashes, u64, u32, hashes, hashes)
transactions = st.builds(
    TransactionLeaf, st.sampled_from([Kind.ACCEPTED, Kind.REJECTED, Kind.DEFECT]), u64, u32, hashes, hashes
)


def test_the_bytes_of_a_transaction():
    leaf = TransactionLeaf(Kind.REJECTED, 0x0102, 0x0304, b"s" * 32, b"w" * 32)
    assert leaf.encode() == bytes.fromhex("02" + "0000000000000102" + "00000304") + b"s" * 32 + b"w" * 32
    assert len(leaf.encode()) == TRANSACTION_LEAF_BYTES == 77


def test_the_bytes_of_a_block():
    leaf = BlockLeaf(7, b"p" * 32, 9, 3, b"s" * 32, b"w" * 32)
    expected = (
        bytes.fromhex("00" + "0000000000000007" + "00000000")
        + b"p" * 32
        + bytes.fromhex("0000000000000009" + "00000003")
    )
    assert leaf.encode() == expected + b"s" * 32 + b"w" * 32
    assert len(leaf.encode()) == BLOCK_LEAF_BYTES == 121


@given(blocks | transactions)
def test_what_is_written_is_read(leaf: BlockLeaf | TransactionLeaf):
    assert decode_leaf(leaf.encode()) == leaf


@given(st.binary(max_size=130) | st.binary(min_size=77, max_size=77) | st.binary(min_size=121, max_size=121))
def test_what_is_read_is_written_again(data: bytes):
    try:
        leaf = decode_leaf(data)
    except LeafError:
        return
    assert leaf.encode() == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "log.leaf.length"),
        (bytes([4]) + bytes(76), "log.leaf.kind"),
        (bytes([255]) + bytes(120), "log.leaf.kind"),
        (bytes([1]) + bytes(75), "log.leaf.length"),
        (bytes([1]) + bytes(77), "log.leaf.length"),
        (bytes([0]) + bytes(76), "log.leaf.length"),
        (bytes([0]) + bytes(11) + bytes([1]) + bytes(108), "log.leaf.field"),
    ],
)
def test_other_bytes_are_refused(data: bytes, code: str):
    with pytest.raises(LeafError) as caught:
        decode_leaf(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "leaf",
    [
        TransactionLeaf(Kind.BLOCK, 1, 1, bytes(32), bytes(32)),
        TransactionLeaf(Kind.ACCEPTED, -1, 1, bytes(32), bytes(32)),
        TransactionLeaf(Kind.ACCEPTED, 2**64, 1, bytes(32), bytes(32)),
        TransactionLeaf(Kind.ACCEPTED, 1, 2**32, bytes(32), bytes(32)),
        TransactionLeaf(Kind.ACCEPTED, 1, 1, bytes(31), bytes(32)),
        TransactionLeaf(Kind.ACCEPTED, 1, 1, bytes(32), bytes(33)),
        BlockLeaf(-1, bytes(32), 1, 1, bytes(32), bytes(32)),
        BlockLeaf(1, bytes(31), 1, 1, bytes(32), bytes(32)),
        BlockLeaf(1, bytes(32), 2**64, 1, bytes(32), bytes(32)),
        BlockLeaf(1, bytes(32), 1, 2**32, bytes(32), bytes(32)),
        BlockLeaf(1, bytes(32), 1, 1, b"", bytes(32)),
        BlockLeaf(1, bytes(32), 1, 1, bytes(32), bytes(64)),
    ],
)
def test_fields_that_do_not_fit_are_refused(leaf: BlockLeaf | TransactionLeaf):
    with pytest.raises(LeafError) as caught:
        leaf.encode()
    assert caught.value.code == "log.leaf.field"
