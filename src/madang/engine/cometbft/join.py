"""Joining by a snapshot: a store is built from what peers send, and used only if the app hash vouches for all of it.

The app hash comes from CometBFT's light client, which follows the validators from a header that the operator trusts.

1. Leaves: each block's opening leaf names the root before it, and the root of all is the app hash.
2. State: the opening leaf of the last block names the root over the chunks, and that the hash of each.
3. Entries: what was signed and what was written hash to their leaves; the writes are applied in order.

A chunk that does not fit is asked of somebody else, and its sender is not asked again. A snapshot whose root is not
the one in the log, such as one with an altered balance, is refused; so is one with leaves that are not of the app hash.
"""

import shutil
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from madang.engine import entries
from madang.engine.cometbft import record, wire
from madang.engine.cometbft.offer import FORMAT, LEAVES_A_CHUNK, Contents, read_contents
from madang.engine.cometbft.record import Progress
from madang.engine.entries import StoredEntry, Tip
from madang.engine.ledger import Ledger
from madang.engine.snapshot import erased, manifest_of, snapshot_key
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.machine import MARKS, Machine, Mark
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, TransactionLeaf, decode_leaf
from madang.log.tree import Tree, leaf_hash

_leaves = msgspec.msgpack.Decoder(list[bytes])
_state = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]])
_entries = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]])


_OF_ONE_CHUNK = ("snapshot.chunk", "snapshot.entries")
"""What is found wrong with one chunk before anything of it is kept."""


class Restoring:
    """One snapshot on its way into an empty store. What does not fit raises `StoreFailure` (`snapshot.*`)."""

    def __init__(self, store: RocksStore, machine: Machine, genesis: bytes, contents: Contents, root: bytes) -> None:
        self._store = store
        self._machine = machine
        self._genesis = genesis
        self._contents = contents
        self._root = root
        self._tree = Tree()
        self._held: list[bytes] = []
        self._opening: BlockLeaf | None = None
        self._last_key = b""
        self._position = contents.first
        self._after_state = 0
        self._changes: dict[bytes, bytes | None] = {}
        self._erase: tuple[bytes, bytes] | None = None
        self.tip: Tip | None = None

    def add(self, number: int, chunk: bytes) -> None:
        """Check and keep the next chunk."""
        contents = self._contents
        try:
            if number < contents.leaf_chunks:
                self._add_leaves(_leaves.decode(chunk), last=number == contents.leaf_chunks - 1)
            elif number < contents.leaf_chunks + len(contents.state.chunks):
                self._add_state(number - contents.leaf_chunks, chunk)
            else:
                place = number - contents.leaf_chunks - len(contents.state.chunks)
                self._add_entries(_entries.decode(chunk), contents.cuts[place])
        except (msgspec.MsgspecError, LogError) as error:
            raise StoreFailure("snapshot.chunk", f"chunk {number} can't be read: {error}.") from None

    def finish(self, height: int) -> None:
        """Write what makes a ledger of it; `height` is CometBFT's of the last block."""
        tip = self.tip
        if tip is None or self._position != self._contents.size:
            raise StoreFailure("snapshot.count", "the snapshot ended before its last entry.")
        self._apply()
        state = self._contents.state
        self._store.write(
            (),
            [
                *record.pairs(Progress(height, tip.time), tip.height, []),
                (snapshot_key(state.height), entries.encode(state)),
                (entries.TIP, entries.encode(tip)),
            ],
        )

    def _add_leaves(self, leaves: list[bytes], *, last: bool) -> None:
        expected = self._contents.size - self._tree.size - len(self._held) if last else LEAVES_A_CHUNK
        if len(leaves) != expected:
            raise StoreFailure("snapshot.chunk", f"{len(leaves)} leaves came where {expected} are due.")
        log: list[tuple[bytes, bytes]] = []
        # All are read before anything is kept, so that another peer's chunk can take the place of a bad one.
        for leaf, decoded in [(one, decode_leaf(one)) for one in leaves]:
            if isinstance(decoded, BlockLeaf):
                self._close_block(log)
                if decoded.previous_root != (self.tip.root if self.tip else bytes(32)):
                    raise StoreFailure("snapshot.leaves", f"block {decoded.height} does not follow the one before it.")
                self._opening = decoded
            self._held.append(leaf)
        if last:
            self._close_block(log)
            self._check_root()
        self._store.write((), log)

    def _close_block(self, log: list[tuple[bytes, bytes]]) -> None:
        opening = self._opening
        if opening is None:
            return
        first = self._tree.size
        tiles = self._tree.extend([leaf_hash(leaf) for leaf in self._held])
        log += [(entries.tile_key(tile.level, tile.index), tile.data) for tile in tiles]
        for position, leaf in enumerate(self._held, first):
            signed = self._genesis if position == 1 else b""
            log.append((entries.entry_key(position), entries.encode(StoredEntry(leaf, signed, b"\x90"))))
        tree = self._tree
        self.tip = Tip(opening.height, opening.time, tree.root(), tree.size, first, tree.dump_edge())
        log.append((entries.block_key(opening.height), entries.encode(self.tip)))
        self._held = []
        if opening.height == self._contents.state.height:
            self._after_state = tree.size

    def _check_root(self) -> None:
        tip, opening = self.tip, self._opening
        if tip is None or opening is None or tip.root != self._root or tip.height != self._contents.height:
            raise StoreFailure("snapshot.app_hash", "these leaves are not those of the verified app hash.")
        if opening.snapshot_root != self._contents.state.root:
            raise StoreFailure("snapshot.root", "the log names another root for this state: it was altered.")
        self._check_extent(tip)

    def _check_extent(self, tip: Tip) -> None:
        """The state is of the height whose root the log names here, and the entries are all that came after it."""
        contents = self._contents
        ends = (contents.first, *contents.cuts)
        rising = all(one < other for one, other in pairwise(ends))
        whole = ends[0] == self._after_state and ends[-1] == contents.size
        due = contents.state.height == tip.height - self._machine.chain.snapshot_delay
        if not (rising and whole and due):
            raise StoreFailure("snapshot.contents", "a snapshot leaves out what was written after its state.")

    def _add_state(self, number: int, chunk: bytes) -> None:
        if leaf_hash(chunk) != self._contents.state.chunks[number]:
            raise StoreFailure("snapshot.chunk", f"chunk {number} of the state is not the one in the log.")
        pairs = _state.decode(chunk)
        for key, _ in pairs:
            if key <= self._last_key:
                raise StoreFailure("snapshot.order", f"chunk {number} of the state is not in order of keys.")
            self._last_key = key
        self._store.write(pairs, ())

    def _add_entries(self, found: list[tuple[bytes, bytes]], stop: int) -> None:
        if len(found) != stop - self._position:
            raise StoreFailure("snapshot.entries", f"{len(found)} entries came up to position {stop}.")
        log: list[tuple[bytes, bytes]] = []
        checked = [self._entry(place, *one) for place, one in enumerate(found, self._position)]
        for position, entry in enumerate(checked, self._position):
            log.append((entries.entry_key(position), entries.encode(entry)))
            writes = entries.read_writes(entry.writes)
            if entry.signed:
                log.append((entries.id_key(entry.id, position), b""))
            else:
                self._apply()
                self._erase = erased(writes)
            self._changes.update(writes)
        self._store.write((), log)
        self._position = stop

    def _entry(self, position: int, signed: bytes, writes: bytes) -> StoredEntry:
        leaf = entries.read_entry(self._store.log_get(entries.entry_key(position)) or b"").leaf
        decoded = decode_leaf(leaf)
        if entries.digest(writes) != decoded.writes_hash:
            raise StoreFailure("snapshot.entries", f"what entry {position} wrote is not what its leaf says.")
        if not isinstance(decoded, TransactionLeaf):
            return StoredEntry(leaf, b"", writes)
        if entries.digest(signed) != decoded.signed_hash:
            raise StoreFailure("snapshot.entries", f"what was signed in entry {position} is not what its leaf says.")
        mark = self._mark(writes)
        identifier = self._machine.read(signed).payload.id
        return StoredEntry(leaf, signed, writes, identifier, mark.code, mark.reason)

    def _mark(self, writes: bytes) -> Mark:
        """Its replay mark, which says how a transaction ended."""
        for key, value in entries.read_writes(writes):
            if key.startswith(MARKS.prefix) and value is not None:
                return MARKS.decode(value)
        raise StoreFailure("snapshot.entries", "an entry has no replay mark.")

    def _apply(self) -> None:
        self._store.write(self._changes.items(), (), self._erase)
        self._changes, self._erase = {}, None


class Joiner:
    """Takes what CometBFT's state sync offers, into `folder`; `joined` is called with the ledger that came of it."""

    def __init__(self, ledger: Ledger, folder: Path, joined: Callable[[Path], None]) -> None:
        self._machine = ledger.machine
        self._genesis = entries.read_entry(ledger.store.log_get(entries.entry_key(1)) or b"").signed
        self._folder = folder
        self._joined = joined
        self._restoring: Restoring | None = None
        self._store: RocksStore | None = None
        self._height = 0
        self._chunks = 0
        self.refusals: list[str] = []
        self.done = threading.Event()

    def handlers(self) -> dict[str, Any]:
        """What the server calls on the snapshot connection. Who asks us for snapshots hears that there are none yet."""
        return {
            "offer_snapshot": self.offer_snapshot,
            "apply_snapshot_chunk": self.apply_snapshot_chunk,
            "list_snapshots": lambda _: wire.message("ResponseListSnapshots")(),
            "load_snapshot_chunk": lambda _: wire.message("ResponseLoadSnapshotChunk")(),
        }

    def offer_snapshot(self, request: Any) -> Any:
        """Whether its description holds together; then the chunks come, in order."""
        response = wire.message("ResponseOfferSnapshot")
        offered = request.snapshot
        if offered.format != FORMAT:
            return response(result=response.REJECT_FORMAT)
        try:
            contents = read_contents(offered.metadata)
            if contents.chunks != offered.chunks or manifest_of(0, contents.state.chunks).root != contents.state.root:
                raise StoreFailure("snapshot.contents", "a snapshot's description does not hold together.")
        except MadangError as error:
            self.refusals.append(error.code)
            return response(result=response.REJECT_SENDER)
        self._drop()
        self._store = RocksStore(self._folder)
        self._restoring = Restoring(self._store, self._machine, self._genesis, contents, request.app_hash)
        self._height, self._chunks = offered.height, offered.chunks
        return response(result=response.ACCEPT)

    def apply_snapshot_chunk(self, request: Any) -> Any:
        """Take a chunk, or refuse what is wrong: one chunk and its sender, or the whole snapshot."""
        response = wire.message("ResponseApplySnapshotChunk")
        restoring, store = self._restoring, self._store
        if restoring is None or store is None:
            raise StoreFailure("snapshot.offer", "a chunk came of a snapshot that was not offered. The node stops.")
        try:
            restoring.add(request.index, request.chunk)
            if request.index == self._chunks - 1:
                restoring.finish(self._height)
        except StoreFailure as error:
            self.refusals.append(error.code)
            if error.code in _OF_ONE_CHUNK:
                senders = [request.sender] if request.sender else []
                return response(result=response.RETRY, refetch_chunks=[request.index], reject_senders=senders)
            # Which of the chunks was false can't be told, so nobody is blamed for it.
            self._drop()
            return response(result=response.REJECT_SNAPSHOT)
        if request.index == self._chunks - 1:
            store.close()
            self._store = self._restoring = None
            self._joined(self._folder)
            self.done.set()
        return response(result=response.ACCEPT)

    def _drop(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = self._restoring = None
        shutil.rmtree(self._folder, ignore_errors=True)
