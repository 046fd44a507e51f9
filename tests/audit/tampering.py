"""Ways to alter a stored ledger, on the store itself: what whoever owns the disk can do."""

from collections.abc import Callable
from typing import Any

import msgspec

from madang.engine import entries
from madang.engine.entries import StoredEntry
from madang.engine.store import Store
from madang.log.leaf import BlockLeaf, Kind, TransactionLeaf, decode_leaf
from madang.log.tree import leaf_hash

ALICES = b"money.account\0"


def position_of(store: Store, height: int, index: int) -> int:
    """Where a transaction's entry lies."""
    return entries.read_tip(store.log_get(entries.block_key(height)) or b"").first + 1 + index


def entry(store: Store, position: int) -> StoredEntry:
    """A stored entry."""
    return entries.read_entry(store.log_get(entries.entry_key(position)) or b"")


def put_entry(store: Store, position: int, changed: StoredEntry) -> None:
    """Replace an entry."""
    store.write((), [(entries.entry_key(position), entries.encode(changed))])


def change_entry(store: Store, height: int, index: int, **changes: Any) -> None:
    """Replace some of an entry's parts."""
    position = position_of(store, height, index)
    put_entry(store, position, msgspec.structs.replace(entry(store, position), **changes))


def change_leaf(store: Store, height: int, index: int, **changes: Any) -> None:
    """Replace fields of a leaf."""
    old = decode_leaf(entry(store, position_of(store, height, index)).leaf)
    change_entry(store, height, index, leaf=msgspec.structs.replace(old, **changes).encode())


def one_won_more(value: bytes) -> bytes:
    """An account's record with a won more on it."""
    account = msgspec.msgpack.decode(value)
    account[2] += 1
    return msgspec.msgpack.encode(account)


def rewrite_account(writes: bytes) -> bytes:
    """The writes of an entry with a won more on the first account in them."""
    changed = entries.read_writes(writes)
    place = next(place for place, (key, _) in enumerate(changed) if key.startswith(ALICES))
    changed[place] = (changed[place][0], one_won_more(changed[place][1] or b""))
    return entries.encode(changed)


def writes_account(store: Store) -> tuple[int, int]:
    """The last transaction that wrote an account: its height and index."""
    found = (0, 0)
    for _, data in store.log_scan(b"e", b"f"):
        stored = entries.read_entry(data)
        leaf = decode_leaf(stored.leaf)
        accounts = any(key.startswith(ALICES) for key, _ in entries.read_writes(stored.writes))
        if isinstance(leaf, TransactionLeaf) and leaf.kind == Kind.ACCEPTED and accounts:
            found = leaf.height, leaf.index
    return found


def rehash(store: Store) -> None:
    """Make every digest, root, tile and block record fit what the entries say: a forger with patience."""
    from madang.engine.entries import Tip
    from madang.log.tree import Tree

    tree, last, first, open_block = Tree(), None, 0, None
    changes: list[tuple[bytes, bytes | None]] = []

    def close() -> None:
        nonlocal last
        assert open_block is not None
        last = Tip(open_block.height, open_block.time, tree.root(), tree.size, first, tree.dump_edge())
        changes.append((entries.block_key(last.height), entries.encode(last)))

    for key, data in store.log_scan(b"e", b"f"):
        stored = entries.read_entry(data)
        leaf = decode_leaf(stored.leaf)
        leaf = msgspec.structs.replace(leaf, writes_hash=entries.digest(stored.writes))
        if isinstance(leaf, BlockLeaf):
            if open_block is not None:
                close()
            leaf = msgspec.structs.replace(leaf, previous_root=last.root if last else bytes(32))
            open_block, first = leaf, tree.size
        encoded = leaf.encode()
        changes.append((key, entries.encode(msgspec.structs.replace(stored, leaf=encoded))))
        for tile in tree.extend([leaf_hash(encoded)]):
            changes.append((entries.tile_key(tile.level, tile.index), tile.data))
    close()
    store.write((), [*changes, (entries.TIP, entries.encode(last))])


# Each alters a store and says what both checkers must name: (code, height, index) or a part of them.

Tamper = Callable[[Store], tuple[str, int, int]]


def stored_balance(store: Store) -> tuple[str, int, int]:
    """A won more on one account in the state."""
    key, value = next(iter(store.scan(ALICES, ALICES + b"\xff")))
    store.write([(key, one_won_more(value))], ())
    return "state.record", tip(store).height, -1


def removed_record(store: Store) -> tuple[str, int, int]:
    """A record taken out of the state."""
    key, _ = next(iter(store.scan(b"kernel.key\0", b"kernel.key\1")))
    store.write([(key, None)], ())
    return "state.record", tip(store).height, -1


def added_record(store: Store) -> tuple[str, int, int]:
    """A record that nobody wrote, behind all others."""
    store.write([(b"zzz.mine\0a", msgspec.msgpack.encode([1]))], ())
    return "state.record", tip(store).height, -1


def writes_blob(store: Store) -> tuple[str, int, int]:
    """A won more in the stored writes of one transaction."""
    height, index = writes_account(store)
    stored = entry(store, position_of(store, height, index))
    change_entry(store, height, index, writes=rewrite_account(stored.writes))
    return "entry.writes", height, index


def opening_writes(store: Store) -> tuple[str, int, int]:
    """Other writes beside an opening leaf."""
    change_entry(store, 7, -1, writes=entries.encode([(b"kernel.pruned\0", msgspec.msgpack.encode([5]))]))
    return "entry.writes", 7, -1


def signed_byte(store: Store) -> tuple[str, int, int]:
    """One bit of what was signed."""
    signed = entry(store, position_of(store, 9, 1)).signed
    change_entry(store, 9, 1, signed=signed[:-1] + bytes([signed[-1] ^ 1]))
    return "entry.signed", 9, 1


def dropped_entry(store: Store) -> tuple[str, int, int]:
    """A transaction taken out of the log."""
    store.write((), [(entries.entry_key(position_of(store, 11, 2)), None)])
    return "entry.missing", 11, 2


def dropped_last(store: Store) -> tuple[str, int, int]:
    """The last transaction taken out of the log."""
    store.write((), [(entries.entry_key(tip(store).size - 1), None)])
    return "entry.missing", tip(store).height, -1


def swapped_entries(store: Store) -> tuple[str, int, int]:
    """Two neighbours in each other's place."""
    position = position_of(store, 12, 1)
    first, second = entry(store, position), entry(store, position + 1)
    put_entry(store, position, second)
    put_entry(store, position + 1, first)
    return "entry.order", 12, 1


def unreadable_entry(store: Store) -> tuple[str, int, int]:
    """An entry that is none."""
    store.write((), [(entries.entry_key(position_of(store, 13, 0)), b"\xc1")])
    return "entry.unreadable", 13, 0


def tile(store: Store) -> tuple[str, int, int]:
    """One bit of the first full tile."""
    data = store.log_get(entries.tile_key(0, 0)) or b""
    store.write((), [(entries.tile_key(0, 0), data[:-1] + bytes([data[-1] ^ 1]))])
    completed = next(
        found.height for _, value in store.log_scan(b"b", b"c") if (found := entries.read_tip(value)).size >= 256
    )
    return "log.tile", completed, -1


def tip_root(store: Store) -> tuple[str, int, int]:
    """Another root in the tip."""
    found = tip(store)
    store.write((), [(entries.TIP, entries.encode(msgspec.structs.replace(found, root=bytes(32))))])
    return "log.tip", found.height, -1


def block_root(store: Store) -> tuple[str, int, int]:
    """Another root in the record of a block."""
    found = entries.read_tip(store.log_get(entries.block_key(8)) or b"")
    changed = msgspec.structs.replace(found, root=bytes(32))
    store.write((), [(entries.block_key(8), entries.encode(changed))])
    return "log.root", 8, -1


def id_index(store: Store) -> tuple[str, int, int]:
    """The id of one transaction leads to another."""
    position = position_of(store, 10, 0)
    stored = entry(store, position)
    store.write((), [(entries.id_key(stored.id, position), None), (entries.id_key(stored.id, position + 1), b"")])
    return "log.index", tip(store).height, -1


def extra_tile(store: Store) -> tuple[str, int, int]:
    """A tile of leaves that are not there."""
    store.write((), [(entries.tile_key(0, 99), bytes(8192))])
    return "log.extra", tip(store).height, -1


def tip(store: Store) -> entries.Tip:
    """The last block."""
    return entries.read_tip(store.log_get(entries.TIP) or b"")


BOTH: list[Tamper] = [
    stored_balance,
    removed_record,
    added_record,
    writes_blob,
    opening_writes,
    signed_byte,
    dropped_entry,
    dropped_last,
    swapped_entries,
    unreadable_entry,
    tile,
    tip_root,
    block_root,
    id_index,
    extra_tile,
]
"""What needs no rules to find: re-execution and the auditor name the same place."""
