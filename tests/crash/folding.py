"""The state that the log says there must be: every write in order, and the marks that were pruned."""

from madang.engine import entries
from madang.engine.entries import Tip
from madang.engine.store import View
from madang.kernel.machine import MARKS, PRUNED
from madang.kernel.state import after
from madang.log.leaf import BlockLeaf, decode_leaf

EVERYTHING = (b"", after(b"z"))


def state_of_store(view: View) -> dict[bytes, bytes]:
    """All state keys."""
    return dict(view.scan(*EVERYTHING))


def state_of_log(view: View, tip: Tip) -> dict[bytes, bytes]:
    """The writes of all entries up to `tip`, each checked against its leaf, applied one after another."""
    state: dict[bytes, bytes] = {}
    count = 0
    pending = 0
    for _, data in view.log_scan(entries.entry_key(0), entries.entry_key(tip.size)):
        count += 1
        entry = entries.read_entry(data)
        leaf = decode_leaf(entry.leaf)
        assert entries.digest(entry.writes) == leaf.writes_hash
        if isinstance(leaf, BlockLeaf):
            _prune(state, pending)
        for key, value in entries.read_writes(entry.writes):
            if key == PRUNED.key() and value is not None:
                pending = PRUNED.decode(value).before
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
    assert count == tip.size
    _prune(state, pending)
    return state


def _prune(state: dict[bytes, bytes], before: int) -> None:
    stop = MARKS.prefix + before.to_bytes(8, "big")
    for key in [key for key in state if MARKS.prefix <= key < stop]:
        del state[key]
