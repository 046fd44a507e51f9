"""Finds where a record was written last, for proofs of public records."""

from madang.engine import entries
from madang.engine.entries import StoredEntry, Writes
from madang.engine.store import View


def find_written(view: View, height: int, key: bytes) -> tuple[int, StoredEntry, Writes] | None:
    """The last accepted transaction of block `height` that wrote under `key`: position, entry, and all it wrote.

    None where the block has none, or where this node began after it from a snapshot. Raises `StoreFailure`.
    """
    stored = view.log_get(entries.block_key(height))
    if stored is None:
        return None
    tip = entries.read_tip(stored)
    found = None
    for place, data in view.log_scan(entries.entry_key(tip.first + 1), entries.entry_key(tip.size)):
        entry = entries.read_entry(data)
        if entry.code:
            continue
        writes = entries.read_writes(entry.writes)
        if any(written == key for written, _ in writes):
            found = int.from_bytes(place[1:], "big"), entry, writes
    return found
