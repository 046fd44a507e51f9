"""Reads a node's blocks from its folder, also while the node runs in another process, and checks each before use.

RocksDB lets a second process follow a store without a lock (a *secondary*). What it shows while it catches up may be
torn, so nothing is taken from it that does not fit: every entry's writes must have the digest in its leaf, and the
leaves of a block, on top of all before it, must hash to that block's root. A block that is not whole yet is read later.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rocksdict import AccessType, Rdict, ReadOptions

from madang.engine import entries
from madang.engine.entries import Tip
from madang.engine.ledger import read_tree
from madang.engine.store import LogColumns, View
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.machine import CHAIN
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, decode_leaf
from madang.log.tree import Tree, leaf_hash

NOTHING = Tip(-1, 0, bytes(32), 0, 0, Tree().dump_edge())
"""What stands before the first block."""


class Written(msgspec.Struct, frozen=True, gc=False):
    """A block as it was committed: height, time (seconds), the log's root, and what each of its entries wrote."""

    height: int
    time: int
    root: bytes
    writes: list[entries.Writes]


class Following:
    """A `View` of a node's store that follows it. Nothing in the folder changes, and the node is never in its way."""

    def __init__(self, folder: Path) -> None:
        path = folder / "store"
        if not (path / "CURRENT").is_file():
            raise StoreFailure("store.open", f"{folder} holds no node. Name a folder that `madang init` made.")
        self._own = tempfile.TemporaryDirectory(prefix="madang-follow-")
        try:
            self._db = Rdict(str(path), access_type=AccessType.secondary(self._own.name))
            self._log = LogColumns(self._db)
        except Exception as error:  # noqa: BLE001  the library raises bare Exception; its text names files, never contents
            self._own.cleanup()
            raise StoreFailure("store.open", f"{path} can't be followed: {error}. Is it a node's store?") from None

    def catch_up(self) -> None:
        """See what the node has committed by now. Never call it while something read before is in use."""
        try:
            self._db.try_catch_up_with_primary()
        except Exception as error:  # noqa: BLE001  the library raises bare Exception
            raise _unreadable(error) from None

    def get(self, key: bytes) -> bytes | None:
        """The state's value under `key`, or None."""
        return _read(self._db, key)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The state's pairs in key order."""
        return _pairs(self._db, start, stop)

    def log_get(self, key: bytes) -> bytes | None:
        """The log's value under `key`, or None."""
        return _read(self._log.of(key), key)

    def log_scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The log's pairs in key order."""
        return _pairs(self._log.of(start), start, stop)

    def close(self) -> None:
        """Release the files."""
        self._log.close()
        self._db.close()
        self._own.cleanup()


def _pairs(source: Rdict, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
    limits = ReadOptions()
    limits.set_iterate_upper_bound(stop)
    try:
        cursor = source.iter(limits)
        cursor.seek(start)
        while cursor.valid():
            yield cursor.key(), cursor.value()
            cursor.next()
        cursor.status()  # a cursor that met a damaged block looks as if it had come to the end
    except Exception as error:  # noqa: BLE001  the library raises bare Exception
        raise _unreadable(error) from None


def _read(source: Rdict, key: bytes) -> bytes | None:
    try:
        value: bytes | None = source.get(key)
    except Exception as error:  # noqa: BLE001  the library raises bare Exception
        raise _unreadable(error) from None
    return value


def _unreadable(error: Exception) -> StoreFailure:
    return StoreFailure("store.read", f"the store can't be read: {error}. Is the node's disk whole?")


def chain_of(view: View) -> str:
    """The ledger's name. Raises `StoreFailure` (`store.empty`)."""
    data = view.get(CHAIN.key())
    if data is None:
        raise StoreFailure("store.empty", "There is no ledger in this folder.")
    return CHAIN.decode(data).name


def blocks_after(view: View, height: int, root: bytes) -> Iterator[Written]:
    """Every whole block behind `height`, at which the log had this root; -1 and zeros stand before the first.

    Raises `MadangError`: `records.other_log` (the log here does not go on from there), `records.damaged`.
    """
    tree = _tree_at(view, height, root)
    first = tree.size
    while (data := view.log_get(entries.block_key(height + 1))) is not None:
        tip = entries.read_tip(data)
        found = list(view.log_scan(entries.entry_key(first), entries.entry_key(tip.size)))
        if len(found) != tip.size - first:
            return  # it is still arriving
        block, hashes = _checked(tip, [value for _, value in found])
        tree.extend(hashes)
        if (tip.height, tip.first, tree.root()) != (height + 1, first, tip.root):
            raise damaged(tip.height, "its leaves do not hash to its root")
        yield block
        height, first = tip.height, tip.size


def _tree_at(view: View, height: int, root: bytes) -> Tree:
    if height < 0:
        return Tree()
    data = view.log_get(entries.block_key(height))
    tip = None if data is None else entries.read_tip(data)
    if tip is None or tip.root != root:
        raise MadangError(
            "records.other_log",
            f"The records stand at block {height} of another log, or of a longer one. Name the right folder; "
            "after a restored backup make them again (--rebuild).",
        )
    try:
        return read_tree(view, tip)
    except LogError as error:
        raise damaged(height, str(error)) from None


def _checked(tip: Tip, stored: list[bytes]) -> tuple[Written, list[bytes]]:
    """A block's writes, each with the digest that its leaf names, and the hashes of its leaves."""
    writes: list[entries.Writes] = []
    hashes: list[bytes] = []
    for place, data in enumerate(stored):
        entry = entries.read_entry(data)
        try:
            leaf = decode_leaf(entry.leaf)
        except LogError as error:
            raise damaged(tip.height, str(error)) from None
        if isinstance(leaf, BlockLeaf) != (place == 0) or leaf.height != tip.height:
            raise damaged(tip.height, f"entry {place} stands in the wrong place")
        if entries.digest(entry.writes) != leaf.writes_hash:
            raise damaged(tip.height, f"what entry {place} wrote is not what its leaf says")
        writes.append(entries.read_writes(entry.writes))
        hashes.append(leaf_hash(entry.leaf))
    return Written(tip.height, tip.time, tip.root, writes), hashes


def damaged(height: int, what: str) -> MadangError:
    """What to raise where a block is not what its leaves say."""
    return MadangError("records.damaged", f"Block {height} of the store is damaged: {what}. Check it: madang verify.")
