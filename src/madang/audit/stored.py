"""Reading a stored ledger: its blocks in order, each checked for what needs no rules and no balances.

`stored_blocks` holds entries against their places and signed bytes against their leaves; `Roots` holds leaves
against roots, tiles and the tree's edge. `opened` and `steady` give the view to read from.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from madang.audit.divergence import diverged, words
from madang.engine import entries
from madang.engine.entries import StoredEntry, Tip
from madang.engine.snapshot import LAST_KEY, ReadOnlyStore
from madang.engine.store import Store, View
from madang.kernel.errors import StoreFailure
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, TransactionLeaf, decode_leaf
from madang.log.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, Tree, leaf_hash


class StoredBlock(msgspec.Struct, frozen=True, gc=False):
    """A block as it is stored: the position of its opening leaf, that leaf, and its transactions."""

    first: int
    opening: BlockLeaf
    opening_entry: StoredEntry
    entries: list[StoredEntry]
    leaves: list[TransactionLeaf]

    @property
    def height(self) -> int:
        """The block's height."""
        return self.opening.height


@contextmanager
def opened(folder: Path) -> Iterator[View]:
    """A view of a node's folder that changes nothing in it. The node must not be running (`store.in_use`)."""
    store = ReadOnlyStore(folder / "store")
    try:
        yield store
    finally:
        store.close()


def steady(store: Store) -> View:
    """A view of a running node's store in which state and log are of the same block."""
    while True:
        before = store.log_get(entries.TIP)
        view = store.view()
        # A view is made of several parts, one after the other; none saw a block if none came meanwhile.
        if store.log_get(entries.TIP) == before:
            return view
        time.sleep(0.01)


def tip_of(view: View) -> Tip:
    """The last block. Raises `StoreFailure` (`store.empty`)."""
    stored = view.log_get(entries.TIP)
    if stored is None:
        raise StoreFailure("store.empty", "There is no ledger in this folder.")
    return entries.read_tip(stored)


def stored_blocks(view: View) -> Iterator[StoredBlock]:
    """Every block from genesis. Raises `Diverged`: `entry.missing`, `.unreadable`, `.order`, `.signed`."""
    block: StoredBlock | None = None
    for position, (key, data) in enumerate(view.log_scan(b"e", b"f")):
        height = block.height if block else 0
        index = len(block.entries) if block else -1
        if key != entries.entry_key(position):
            raise diverged("entry.missing", f"The log has no entry at position {position}.", height, index)
        try:
            entry = entries.read_entry(data)
            leaf = decode_leaf(entry.leaf)
        except (LogError, StoreFailure) as error:
            message = f"The entry at position {position} can't be read: {error}"
            raise diverged("entry.unreadable", message, height, index) from None
        if isinstance(leaf, BlockLeaf):
            if block is not None:
                yield block
            if leaf.height != (block.height + 1 if block else 0):
                raise diverged("entry.order", f"Block {leaf.height} opens after block {height}.", height + 1)
            block = StoredBlock(position, leaf, entry, [], [])
        else:
            if block is None or (leaf.height, leaf.index) != (height, index):
                said = f"says it is transaction {leaf.index} of block {leaf.height}"
                raise diverged("entry.order", f"The leaf at position {position} {said}.", height, index)
            if hashlib.sha256(entry.signed).digest() != leaf.signed_hash:
                raise diverged("entry.signed", "The signed bytes are not those that the leaf names.", height, index)
            block.entries.append(entry)
            block.leaves.append(leaf)
    if block is None:
        raise StoreFailure("store.empty", "There is no ledger in this folder.")
    yield block


class Roots:
    """The log's tree, built again from the leaves."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._tree = Tree()
        self._height = -1
        self._ids = _IdSum()
        self.last: Tip | None = None

    def add(self, block: StoredBlock) -> Tip:
        """Append a block's leaves. Raises `Diverged`: `block.previous_root`, `log.block`, `log.root`, `log.tile`."""
        height = block.height
        previous = self.last.root if self.last else bytes(HASH_BYTES)
        if block.opening.previous_root != previous:
            message = "The opening leaf names another root before it than the leaves hash to."
            raise diverged("block.previous_root", message, height)
        hashes = [leaf_hash(block.opening_entry.leaf)] + [leaf_hash(entry.leaf) for entry in block.entries]
        completed = self._tree.extend(hashes)
        tree = self._tree
        tip = Tip(height, block.opening.time, tree.root(), tree.size, block.first, tree.dump_edge())
        self._compare_block(tip, hashes)
        for tile in completed:
            if self._view.log_get(entries.tile_key(tile.level, tile.index)) != tile.data:
                message = f"Tile {tile.index} of level {tile.level} is not what its leaves hash to."
                raise diverged("log.tile", message, height)
        for place, entry in enumerate(block.entries, block.first + 1):
            self._ids.add(entries.id_key(entry.id, place))
        self.last = tip
        return tip

    def finish(self) -> Tip:
        """Hold the tip against the last block. Raises `Diverged`: `log.tip`, `log.extra`, `log.index`."""
        found, last = tip_of(self._view), self.last
        if last is None or found != last:
            height = last.height if last else 0
            raise diverged(
                "log.tip", f"The tip is not block {height}, the last in the log: {_differ(last, found)}", height
            )
        for _, name in self._view.log_scan(entries.block_key(last.height) + b"\0", b"c"):
            raise diverged("log.extra", f"There is a record of a block after it: {words(name)}", last.height)
        tiles = sum(last.size >> (TILE_HEIGHT * level) for level in range(1, 8))
        if sum(1 for _ in self._view.log_scan(b"t", b"u")) != tiles:
            raise diverged(
                "log.extra", f"A log of {last.size} leaves has {tiles} full tiles, the store others.", last.height
            )
        stored = _IdSum()
        for key, _ in self._view.log_scan(b"i", b"j"):
            stored.add(key)
        if stored.total != self._ids.total:
            raise diverged("log.index", "The index by id does not lead to the entries.", last.height)
        return last

    def _compare_block(self, tip: Tip, hashes: list[bytes]) -> None:
        stored = self._view.log_get(entries.block_key(tip.height))
        if stored is None:
            raise diverged("log.block", "The record of this block is missing.", tip.height)
        found = entries.read_tip(stored)
        if found.size != tip.size:
            message = f"The block ends at position {found.size} of the log, but its entries end at {tip.size}."
            raise diverged("entry.missing", message, tip.height)
        if found.root != tip.root:
            index = self._wrong_leaf(tip, hashes)
            raise diverged("log.root", "The leaves do not hash to the root of this block.", tip.height, index)
        if found != tip:
            raise diverged("log.block", f"The record of this block is another: {_differ(tip, found)}", tip.height)

    def _wrong_leaf(self, tip: Tip, hashes: list[bytes]) -> int:
        """Which leaf of the block is not the one in its tile, where that tile is stored."""
        for index, found in enumerate(hashes):
            number, place = divmod(tip.first + index, TILE_WIDTH)
            tile = self._view.log_get(entries.tile_key(0, number))
            if tile is not None and tile[place * HASH_BYTES : (place + 1) * HASH_BYTES] != found:
                return index - 1
        return -1


class _IdSum:
    """A sum over keys that does not depend on their order: equal for equal sets."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, key: bytes) -> None:
        self.total = (self.total + int.from_bytes(hashlib.sha256(key).digest(), "big")) % 2**256


def _differ(expected: Tip | None, found: Tip) -> str:
    names = [
        name for name in Tip.__struct_fields__ if expected is None or getattr(expected, name) != getattr(found, name)
    ]
    return f"{', '.join(names)} differ."


def compare_states(expected: View, found: View, height: int) -> int:
    """Hold two whole states against each other in key order; how many records. Raises `Diverged` (`state.record`)."""
    ours, theirs = expected.scan(b"", LAST_KEY), found.scan(b"", LAST_KEY)
    count = 0
    for pair in ours:
        other = next(theirs, None)
        if pair != other:
            key = pair[0] if other is None else min(pair[0], other[0])
            ours_there = pair[1] if pair[0] == key else None
            theirs_there = other[1] if other is not None and other[0] == key else None
            message = f"The state holds {words(theirs_there)} where {words(ours_there)} was written."
            raise diverged("state.record", message, height, record=key)
        count += 1
    extra = next(theirs, None)
    if extra is not None:
        raise diverged(
            "state.record", f"The state holds {words(extra[1])}, which nobody wrote.", height, record=extra[0]
        )
    return count
