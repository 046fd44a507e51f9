"""How the log's part of the store is laid out: entries by position, positions by id, tiles, blocks, the tip.

Everything here is written in the batch of its block and never changed. What was written to the state is kept
beside its leaf and must match its digest, so that projections and auditors need no re-execution.
"""

import hashlib
from typing import TypeVar

import msgspec

from madang.kernel.errors import StoreFailure
from madang.kernel.machine import Outcome, Result
from madang.log.leaf import Kind, TransactionLeaf, decode_leaf

Writes = list[tuple[bytes, bytes | None]]

TIP = b"h"
KINDS: dict[Outcome, Kind] = {"accepted": Kind.ACCEPTED, "rejected": Kind.REJECTED, "defect": Kind.DEFECT}
OUTCOMES: dict[Kind, Outcome] = {kind: outcome for outcome, kind in KINDS.items()}

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode
T = TypeVar("T")


class StoredEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A leaf and what it stands for. `writes` is msgpack, an array of (key, value or nil) in key order.

    For the leaf that opens a block `signed` is empty, as is `id`.
    """

    leaf: bytes
    signed: bytes
    writes: bytes
    id: str = ""
    code: str = ""
    reason: str = ""
    message: str = ""

    def result(self) -> Result:
        """The outcome as it was answered. Raises `StoreFailure` for the leaf of a block."""
        leaf = decode_leaf(self.leaf)
        if not isinstance(leaf, TransactionLeaf):
            raise StoreFailure("store.corrupt", f"the entry of block {leaf.height} is no transaction")
        return Result(self.id, OUTCOMES[leaf.kind], leaf.height, leaf.index, self.code, self.reason, self.message)


class Tip(msgspec.Struct, frozen=True, array_like=True):
    """The last committed block: its time (seconds), the log's root over all leaves up to it, and the tree's edge.

    `size` is the number of leaves, `first` the position of the block's own opening leaf.
    """

    height: int
    time: int
    root: bytes
    size: int
    first: int
    edge: bytes


_entries = msgspec.msgpack.Decoder(StoredEntry)
_tips = msgspec.msgpack.Decoder(Tip)
_writes = msgspec.msgpack.Decoder(list[tuple[bytes, bytes | None]])


def entry_key(position: int) -> bytes:
    """Where the entry of the leaf at `position` in the log is stored."""
    return b"e" + position.to_bytes(8, "big")


def id_key(identifier: str, position: int) -> bytes:
    """Under which key a transaction's id leads to its position. Several may share an id: see `ledger.find`."""
    return b"i" + bytes.fromhex(identifier) + position.to_bytes(8, "big")


def tile_key(level: int, index: int) -> bytes:
    """Where a full tile is stored."""
    return b"t" + level.to_bytes(1, "big") + index.to_bytes(8, "big")


def block_key(height: int) -> bytes:
    """Where the tip of the block at `height` is stored."""
    return b"b" + height.to_bytes(8, "big")


def read_entry(data: bytes) -> StoredEntry:
    """Decode a stored entry. Raises `StoreFailure` (`store.corrupt`)."""
    return _read(_entries, data, "a log entry")


def read_tip(data: bytes) -> Tip:
    """Decode a stored tip. Raises `StoreFailure` (`store.corrupt`)."""
    return _read(_tips, data, "a block record")


def read_writes(data: bytes) -> Writes:
    """Decode stored writes. Raises `StoreFailure` (`store.corrupt`)."""
    return _read(_writes, data, "the writes of an entry")


def digest(writes: bytes) -> bytes:
    """SHA-256 of encoded writes, as the leaf holds it."""
    return hashlib.sha256(writes).digest()


def _read(decoder: "msgspec.msgpack.Decoder[T]", data: bytes, what: str) -> T:
    try:
        return decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise StoreFailure("store.corrupt", f"{what} can't be read: {error}. Restore a backup.") from None
