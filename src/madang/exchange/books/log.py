"""Accepted transactions of a stretch of time, with what they wrote, and what was written before them.

A day is found by halving the heights, so that a long ledger costs no more than a short one.
"""

from collections.abc import Collection, Iterator

import msgspec

from madang.audit.stored import tip_of
from madang.engine import entries
from madang.engine.entries import StoredEntry
from madang.engine.store import View
from madang.kernel.errors import StoreFailure
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, Kind, Leaf, TransactionLeaf, decode_leaf

BACK = 4_096
"""How many entries are looked at together on the way back."""


class Logged(msgspec.Struct, frozen=True):
    """An accepted transaction: its id, block and time (seconds), its place in the log, and what it wrote, by key."""

    id: str
    height: int
    time: int
    position: int
    writes: dict[bytes, bytes | None]


def logged(view: View, since: int, until: int) -> Iterator[Logged]:
    """Accepted transactions of blocks from the second `since` up to, not including, `until`, in order.

    Raises `StoreFailure` (`store.corrupt`, `store.empty`) where an entry is not what its leaf says.
    """
    time = since
    start = _first_position(view, since)
    for position, (_, data) in enumerate(view.log_scan(entries.entry_key(start), b"f"), start):
        entry, leaf = _read(data, position)
        if isinstance(leaf, BlockLeaf):
            time = leaf.time
            if time >= until:
                return
        elif leaf.kind is Kind.ACCEPTED:
            yield Logged(entry.id, leaf.height, time, position, _writes(entry, leaf, position))


def written_before(view: View, position: int, keys: Collection[bytes]) -> dict[bytes, bytes | None]:
    """What each of these keys held before the entry at `position` was written; None where it held nothing."""
    wanted = frozenset(keys)
    found: dict[bytes, bytes | None] = {}
    stop = position
    while stop and len(found) < len(wanted):
        start = max(0, stop - BACK)
        newest: dict[bytes, bytes | None] = {}
        for at, (_, data) in enumerate(view.log_scan(entries.entry_key(start), entries.entry_key(stop)), start):
            entry, leaf = _read(data, at)
            if isinstance(leaf, TransactionLeaf) and leaf.kind is Kind.ACCEPTED:
                writes = _writes(entry, leaf, at)
                newest.update({key: value for key, value in writes.items() if key in wanted})
        found = newest | found
        stop = start
    return dict.fromkeys(keys) | found


def genesis_root(view: View) -> str:
    """The log's root over genesis in hexadecimal: no two ledgers share it."""
    return _block(view, 0).root.hex()


def _first_position(view: View, since: int) -> int:
    """Where the first block at or after a second opens; behind the log's end if there is none."""
    tip = tip_of(view)
    if tip.time < since:
        return tip.size
    low, high = 0, tip.height
    while low < high:
        middle = (low + high) // 2
        if _block(view, middle).time < since:
            low = middle + 1
        else:
            high = middle
    return _block(view, low).first


def _block(view: View, height: int) -> entries.Tip:
    stored = view.log_get(entries.block_key(height))
    if stored is None:
        raise StoreFailure("store.corrupt", f"There is no block {height}. Verify the folder, and restore a backup.")
    return entries.read_tip(stored)


def _read(data: bytes, position: int) -> tuple[StoredEntry, Leaf]:
    entry = entries.read_entry(data)
    try:
        return entry, decode_leaf(entry.leaf)
    except LogError:
        raise _corrupt(position) from None


def _writes(entry: StoredEntry, leaf: TransactionLeaf, position: int) -> dict[bytes, bytes | None]:
    if entries.digest(entry.writes) != leaf.writes_hash:
        raise _corrupt(position)
    return dict(entries.read_writes(entry.writes))


def _corrupt(position: int) -> StoreFailure:
    return StoreFailure(
        "store.corrupt", f"The entry at {position} is not what its leaf says. Verify the folder, and restore a backup."
    )
