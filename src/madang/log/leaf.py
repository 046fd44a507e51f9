"""Leaf records: the fixed byte layouts whose hashes are the leaves of the log.

Two layouts, all integers big-endian and unsigned:

    block opening  kind u8 = 0 | height u64 | index u32 = 0 | previous root 32 | time u64 | rule version u32
                   | snapshot root 32 | SHA-256(writes) 32                                          121 bytes
    transaction    kind u8 = 1 accepted, 2 rejected, 3 defect | height u64 | index u32
                   | SHA-256(signed bytes) 32 | SHA-256(writes) 32                                   77 bytes

Leaves are public. They hold only hashes, so nothing personal may be hashed into them without a key. `time` is block
time in the unit of whoever makes the block; the log does not interpret it. A changed layout is a new kind, never a new
meaning of an old one.
"""

from enum import IntEnum
from struct import Struct as Layout

import msgspec

from madang.log.errors import LeafError

HASH_BYTES = 32
_BLOCK = Layout(">BQI32sQI32s32s")
_TRANSACTION = Layout(">BQI32s32s")
BLOCK_LEAF_BYTES = _BLOCK.size
TRANSACTION_LEAF_BYTES = _TRANSACTION.size
_LAST = 3
_U32 = 2**32 - 1
_U64 = 2**64 - 1


class Kind(IntEnum):
    """First byte of a leaf: what it records."""

    BLOCK = 0
    ACCEPTED = 1
    REJECTED = 2
    DEFECT = 3


class BlockLeaf(msgspec.Struct, frozen=True):
    """The leaf that opens a block. Hashes are 32 bytes; an absent snapshot is 32 zero bytes."""

    height: int
    previous_root: bytes
    time: int
    rule_version: int
    snapshot_root: bytes
    writes_hash: bytes

    def encode(self) -> bytes:
        """Give the 121 bytes of the leaf. Raises LeafError `log.leaf.field` when a field does not fit."""
        _check("height", self.height, _U64)
        _check("time", self.time, _U64)
        _check("rule_version", self.rule_version, _U32)
        _check_hash("previous_root", self.previous_root)
        _check_hash("snapshot_root", self.snapshot_root)
        _check_hash("writes_hash", self.writes_hash)
        return _BLOCK.pack(
            Kind.BLOCK,
            self.height,
            0,
            self.previous_root,
            self.time,
            self.rule_version,
            self.snapshot_root,
            self.writes_hash,
        )


class TransactionLeaf(msgspec.Struct, frozen=True):
    """The leaf of one ordered transaction: place, outcome, hashes of what was signed and of what was written."""

    kind: Kind
    height: int
    index: int
    signed_hash: bytes
    writes_hash: bytes

    def encode(self) -> bytes:
        """Give the 77 bytes of the leaf. Raises LeafError `log.leaf.field` when a field does not fit."""
        # One chain of comparisons, then the reasons: this runs once for every transaction there is.
        if not (
            0 < self.kind <= _LAST
            and 0 <= self.height <= _U64
            and 0 <= self.index <= _U32
            and len(self.signed_hash) == HASH_BYTES == len(self.writes_hash)
        ):
            if self.kind not in (Kind.ACCEPTED, Kind.REJECTED, Kind.DEFECT):
                raise _misfit("kind", "1 (accepted), 2 (rejected) or 3 (defect)")
            _check("height", self.height, _U64)
            _check("index", self.index, _U32)
            _check_hash("signed_hash", self.signed_hash)
            _check_hash("writes_hash", self.writes_hash)
        return _TRANSACTION.pack(self.kind, self.height, self.index, self.signed_hash, self.writes_hash)


Leaf = BlockLeaf | TransactionLeaf


def decode_leaf(data: bytes) -> Leaf:
    """Read a leaf strictly: every byte means something, and encoding the result gives `data` again.

    Raises LeafError: `log.leaf.kind` for an unknown kind, `log.leaf.length`, `log.leaf.field`.
    """
    if not data:
        raise LeafError("log.leaf.length", "The leaf is empty", now="Fetch it again from another copy of the log.")
    kind = data[0]
    if kind > Kind.DEFECT:
        raise LeafError(
            "log.leaf.kind",
            f"The leaf is of kind {kind}, which this version does not know",
            now="Update this program; if it is up to date, the leaf is damaged.",
        )
    expected = BLOCK_LEAF_BYTES if kind == Kind.BLOCK else TRANSACTION_LEAF_BYTES
    if len(data) != expected:
        raise LeafError(
            "log.leaf.length",
            f"A leaf of kind {kind} has {expected} bytes, this one {len(data)}",
            now="Fetch it again from another copy of the log.",
        )
    if kind == Kind.BLOCK:
        _, height, index, previous_root, time, rule_version, snapshot_root, writes_hash = _BLOCK.unpack(data)
        if index != 0:
            raise _misfit("index", "0 in the leaf that opens a block")
        return BlockLeaf(height, previous_root, time, rule_version, snapshot_root, writes_hash)
    _, height, index, signed_hash, writes_hash = _TRANSACTION.unpack(data)
    return TransactionLeaf(Kind(kind), height, index, signed_hash, writes_hash)


def _check(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise _misfit(name, f"an integer from 0 to {most}")


def _check_hash(name: str, value: bytes) -> None:
    if len(value) != HASH_BYTES:
        raise _misfit(name, "32 bytes")


def _misfit(name: str, expected: str) -> LeafError:
    return LeafError(
        "log.leaf.field", f"The field {name} of the leaf must be {expected}", now="Correct the maker of the leaf."
    )
