"""What this engine keeps in the log's part of the store, in the durable write of its block.

CometBFT counts every block; the ledger counts those in which something was ordered. A block without any leaves the
root as it is, so that an idle chain is still (CometBFT makes blocks for as long as the root changes), and equal
ordered blocks have equal roots on every engine.
"""

import msgspec

from madang.engine import entries
from madang.engine.store import View
from madang.kernel.errors import StoreFailure

CONSENSUS = b"c"
MISBEHAVIOUR = b"m"


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """CometBFT's last committed block: its height (0: none yet), and its time in whole seconds."""

    height: int
    time: int


class Misbehaviour(msgspec.Struct, frozen=True, array_like=True):
    """Evidence that a block held: which validator (20 bytes) did what, at which height, with which power of which sum.

    `kind` is 1 for two votes in one round, 2 for an attack on light clients.
    """

    kind: int
    validator: bytes
    power: int
    total_power: int
    height: int
    time: int


_progress = msgspec.msgpack.Decoder(Progress)
_misbehaviour = msgspec.msgpack.Decoder(list[Misbehaviour])


def height_key(ledger_height: int) -> bytes:
    """Where CometBFT's height of a block of the ledger is kept. The header after it signs the ledger's root."""
    return CONSENSUS + ledger_height.to_bytes(8, "big")


def misbehaviour_key(height: int) -> bytes:
    """Where the evidence in CometBFT's block `height` is kept."""
    return MISBEHAVIOUR + height.to_bytes(8, "big")


def read_progress(view: View) -> Progress:
    """How far CometBFT's blocks are committed here. Raises `StoreFailure` (`store.corrupt`)."""
    data = view.log_get(CONSENSUS)
    if data is None:
        return Progress(0, 0)
    try:
        return _progress.decode(data)
    except msgspec.MsgspecError as error:
        raise StoreFailure("store.corrupt", f"the height can't be read: {error}. Restore a backup.") from None


def height_of(view: View, ledger_height: int) -> int | None:
    """CometBFT's height of a block of the ledger; None for block 0, which is before its first."""
    data = view.log_get(height_key(ledger_height))
    return None if data is None else int.from_bytes(data, "big")


def read_misbehaviour(view: View, height: int) -> list[Misbehaviour]:
    """The evidence in CometBFT's block `height`."""
    data = view.log_get(misbehaviour_key(height))
    return [] if data is None else _misbehaviour.decode(data)


def pairs(progress: Progress, ledger_height: int | None, found: list[Misbehaviour]) -> list[tuple[bytes, bytes]]:
    """What to write with CometBFT's block; `ledger_height` is None for one in which nothing was ordered."""
    written = [(CONSENSUS, entries.encode(progress))]
    if ledger_height is not None:
        written.append((height_key(ledger_height), progress.height.to_bytes(8, "big")))
    if found:
        written.append((misbehaviour_key(progress.height), entries.encode(found)))
    return written
