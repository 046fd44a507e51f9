"""A ledger on disk: the machine's state and the log, one atomic durable batch a block.

`begin` opens a block on everything sealed so far, `seal` turns it into a batch with its leaves and root, `write`
makes it durable. A block may be executed while its predecessor is still being written: what is sealed but not
yet durable is kept in memory and read through. Readers other than the machine use `view`, which shows durable
blocks only.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from madang.engine import entries
from madang.engine.entries import StoredEntry, Tip
from madang.engine.genesis import read_genesis
from madang.engine.snapshot import Snapshots
from madang.engine.store import Store, View
from madang.kernel import authority
from madang.kernel.errors import StoreFailure
from madang.kernel.machine import MARKS, PRUNED, Block, Machine, Sealed
from madang.kernel.module import Module
from madang.kernel.state import Reader, Table
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, TransactionLeaf
from madang.log.tree import Tree, leaf_hash

R = TypeVar("R")
CACHED_RECORDS = 400_000
"""Decoded records in each of the two generations of the cache; one takes about half a kilobyte."""
_MISSING = object()


class Commit(msgspec.Struct, frozen=True):
    """A sealed block, ready to be written: its tip, its leaves, the tree up to it, and the batch."""

    tip: Tip
    leaves: list[bytes]
    tree: Tree
    sealed: Sealed
    state: dict[bytes, bytes | None]
    log: list[tuple[bytes, bytes]]
    erase: tuple[bytes, bytes] | None


class Working:
    """What the machine reads: sealed blocks, durable or not, through a bounded cache of decoded records."""

    def __init__(self, store: Store, capacity: int = CACHED_RECORDS) -> None:
        self._store = store
        self._capacity = capacity
        self._young: dict[bytes, Any] = {}
        self._old: dict[bytes, Any] = {}
        self._pending: tuple[Sealed, ...] = ()
        # The executing thread adds blocks while the writing thread removes them: neither may undo the other's work.
        self._turn = threading.Lock()

    def read(self, table: Table[R], key: bytes) -> R | None:
        """The record under `key` after the last sealed block, or None."""
        record = self._young.get(key, _MISSING)
        if record is not _MISSING:
            return record  # type: ignore[no-any-return]
        record = self._old.get(key, _MISSING)
        if record is _MISSING:
            for sealed in reversed(self._pending):
                if key in sealed.records:
                    return sealed.records[key]  # type: ignore[no-any-return]
            data = self._store.get(key)
            if data is None and not table.sparse:
                return None
            record = None if data is None else table.decode(data)
        self._remember(key, record)
        return record  # type: ignore[no-any-return]

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Encoded pairs in key order after the last sealed block."""
        above: dict[bytes, bytes | None] = {}
        for sealed in self._pending:
            above.update((key, value) for key, value in sealed.changes.items() if start <= key < stop)
        waiting = sorted(above, reverse=True)
        for key, value in self._store.scan(start, stop):
            while waiting and waiting[-1] < key:
                yield from _present(waiting[-1], above[waiting.pop()])
            if key not in above:
                yield key, value
        while waiting:
            yield from _present(waiting[-1], above[waiting.pop()])

    def absorb(self, sealed: Sealed) -> None:
        """Read through a newly sealed block from now on."""
        with self._turn:
            self._pending = (*self._pending, sealed)
        # What was written without being found before, as payments and replay marks are, is seldom read again.
        young, old = self._young, self._old
        for key, record in sealed.records.items():
            if key in young or key in old:
                young[key] = record

    def settle(self, sealed: Sealed) -> None:
        """That block is durable: the store answers for it."""
        with self._turn:
            self._pending = tuple(one for one in self._pending if one is not sealed)

    def _remember(self, key: bytes, record: Any) -> None:
        # Two generations: what was not touched while the young one filled up is dropped with the old one.
        self._young[key] = record
        if len(self._young) >= self._capacity:
            self._old = self._young
            self._young = {}


def _present(key: bytes, value: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    if value is not None:
        yield key, value


class Durable:
    """A `Reader` for queries: one consistent view of durable blocks."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.scan = view.scan

    def read(self, table: Table[R], key: bytes) -> R | None:
        """The record under `key`, or None."""
        data = self._view.get(key)
        return None if data is None else table.decode(data)


class Ledger:
    """The committed blocks of one node and the place where the next is built."""

    def __init__(self, store: Store, machine: Machine, tip: Tip, tree: Tree, snapshots: Path | None = None) -> None:
        self.store = store
        self.snapshots = Snapshots(store, machine.chain, snapshots)
        self.machine = machine
        self.durable = tip
        self._sealed = tip
        self._tree = tree
        self.working: Working = Working(store)

    @classmethod
    def create(cls, store: Store, modules: Sequence[Module], genesis: bytes) -> "Ledger":
        """Start a ledger in an empty store. Raises `StoreFailure` (`store.not_empty`), `Malformed`, `Rejected`."""
        if store.log_get(entries.TIP) is not None:
            raise StoreFailure("store.not_empty", "This folder holds a ledger already. Open it or choose another.")
        machine, time, acts = read_genesis(genesis, modules)
        before = Tip(-1, time, bytes(32), 0, 0, Tree().dump_edge())
        ledger = cls(store, machine, before, Tree())
        block = ledger.begin(time)
        block.run_genesis(genesis, acts)
        ledger.write(ledger.seal(block))
        return ledger

    @classmethod
    def open(cls, store: Store, modules: Sequence[Module], snapshots: Path | None = None) -> "Ledger":
        """Continue the ledger in this store; its tip, edge and last leaves are checked against its root.

        `snapshots` is the folder to keep them in; without it each is made at once, while the block waits.
        Raises `StoreFailure`: `store.empty`, `store.corrupt`.
        """
        stored = store.log_get(entries.TIP)
        genesis = store.log_get(entries.entry_key(1))
        if stored is None or genesis is None:
            raise StoreFailure("store.empty", "There is no ledger in this folder. Create one with `madang init`.")
        tip = entries.read_tip(stored)
        machine, _, _ = read_genesis(entries.read_entry(genesis).signed, modules)
        try:
            tree = read_tree(store, tip)
        except LogError as error:
            raise StoreFailure("store.corrupt", f"{error} Restore a backup.") from None
        ledger = cls(store, machine, tip, tree, snapshots)
        ledger.snapshots.resume(tip.height)
        return ledger

    @property
    def tip(self) -> Tip:
        """The last sealed block, durable or about to be."""
        return self._sealed

    def begin(self, time: int) -> Block:
        """Open the next block at `time` (seconds), or at its predecessor's time if that is later."""
        return self.machine.open(self.working, self._sealed.height + 1, max(time, self._sealed.time))

    def seal(self, block: Block) -> Commit:
        """Close a block: leaves, root and batch. The next `begin` builds on it; `write` must follow, in order."""
        sealed = block.seal()
        first = self._sealed.size
        written = entries.encode(sealed.opening)
        opening = BlockLeaf(
            sealed.height,
            self._sealed.root,
            sealed.time,
            sealed.version,
            self.snapshots.due(sealed.height),
            entries.digest(written),
        ).encode()
        log = [(entries.entry_key(first), entries.encode(StoredEntry(opening, b"", written)))]
        leaves = [opening]
        for position, entry in enumerate(sealed.entries, first + 1):
            result = entry.result
            written = entries.encode(entry.writes)
            leaf = TransactionLeaf(
                entries.KINDS[result.outcome], result.height, result.index, entry.signed_hash, entries.digest(written)
            ).encode()
            leaves.append(leaf)
            stored = StoredEntry(leaf, entry.signed, written, result.id, result.code, result.reason, result.message)
            log.append((entries.entry_key(position), entries.encode(stored)))
            log.append((entries.id_key(result.id, position), b""))
        tiles = self._tree.extend([leaf_hash(leaf) for leaf in leaves])
        log += [(entries.tile_key(tile.level, tile.index), tile.data) for tile in tiles]
        tip = Tip(sealed.height, sealed.time, self._tree.root(), self._tree.size, first, self._tree.dump_edge())
        encoded = entries.encode(tip)
        log += [(entries.block_key(sealed.height), encoded), (entries.TIP, encoded)]
        commit = Commit(tip, leaves, self._tree.fork(), sealed, sealed.changes, log, _erased(sealed))
        self.working.absorb(sealed)
        self._sealed = tip
        return commit

    def write(self, commit: Commit) -> None:
        """Make a sealed block durable. Raises `StoreFailure`; the ledger must not be used after that."""
        self.store.write(commit.state.items(), commit.log, commit.erase)
        self.working.settle(commit.sealed)
        self.durable = commit.tip
        self.snapshots.written(commit.tip.height)

    def reader(self) -> Reader:
        """A consistent reading of durable state, for queries."""
        return Durable(self.store.view())


def _erased(sealed: Sealed) -> tuple[bytes, bytes] | None:
    pruned = sealed.records.get(PRUNED.key())
    return None if pruned is None else (MARKS.prefix, MARKS.prefix + pruned.before.to_bytes(8, "big"))


def read_tile(view: View, level: int, index: int) -> bytes:
    """A full tile of the log. Raises `StoreFailure` (`store.corrupt`)."""
    data = view.log_get(entries.tile_key(level, index))
    if data is None:
        raise StoreFailure("store.corrupt", f"tile {index} of level {level} is missing. Restore a backup.")
    return data


def read_leaves(view: View, start: int, stop: int) -> list[bytes]:
    """The leaves from position `start` up to, not including, `stop`."""
    pairs = view.log_scan(entries.entry_key(start), entries.entry_key(stop))
    return [entries.read_entry(value).leaf for _, value in pairs]


def read_tree(view: View, tip: Tip) -> Tree:
    """The log's tree as of `tip`, rebuilt from its edge and checked against its root. Raises `LogError`."""
    return Tree.load_edge(
        tip.edge,
        tip.root,
        lambda level, index: read_tile(view, level, index),
        lambda start, stop: [leaf_hash(leaf) for leaf in read_leaves(view, start, stop)],
    )


def find(view: View, identifier: str) -> tuple[int, StoredEntry] | None:
    """Position and entry of the transaction whose outcome stands under this id, or None.

    That is the first that was not refused for want of authority: a stranger's attempt, or an officer's before the
    others signed, does not stand in its way. Where all were, the last.
    """
    start = entries.id_key(identifier, 0)
    found = None
    for key, _ in view.log_scan(start, start[:17] + b"\xff" * 8):
        position = int.from_bytes(key[17:], "big")
        data = view.log_get(entries.entry_key(position))
        if data is None:
            raise StoreFailure("store.corrupt", f"entry {position} is missing. Restore a backup.")
        found = position, entries.read_entry(data)
        if not found[1].code.startswith(authority.CODES):
            break
    return found
