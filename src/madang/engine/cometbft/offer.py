"""Snapshots as CometBFT hands them on: what a node offers to those who join, byte for byte the same on every node.

The root over a state's chunks stands in the opening leaf of a later block, `snapshot_delay` blocks on. What is offered
is the ledger as of that block, since the root of the log there is an app hash that a light client can verify:

1. the leaves of the whole log up to that block: all that is public of it;
2. the chunks of the state as they were exported (`engine.snapshot`);
3. the entries of the blocks between, whose writes turn that state into the one of that block.

Every byte is checked against the app hash by who joins (`join`): nothing is believed because a peer says so.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from madang.engine import entries
from madang.engine.cometbft import record, wire
from madang.engine.ledger import Ledger, read_leaves
from madang.engine.snapshot import CHUNK_BYTES, Manifest, read_manifest
from madang.engine.store import View
from madang.kernel.errors import StoreFailure

FORMAT = 1
LEAVES_A_CHUNK = 50_000
"""Leaves have at most 121 bytes, so that a chunk of them stays below CHUNK_BYTES."""


class Contents(msgspec.Struct, frozen=True, array_like=True):
    """What a snapshot consists of, in this order of chunks: leaves, state, entries.

    `size` leaves up to and with block `height` of the ledger; entries from position `first` on, cut where `cuts` say.
    """

    height: int
    size: int
    state: Manifest
    first: int
    cuts: tuple[int, ...]

    @property
    def leaf_chunks(self) -> int:
        """How many chunks of leaves come first."""
        return -(-self.size // LEAVES_A_CHUNK)

    @property
    def chunks(self) -> int:
        """How many there are in all."""
        return self.leaf_chunks + len(self.state.chunks) + len(self.cuts)


_contents = msgspec.msgpack.Decoder(Contents)


def read_contents(data: bytes) -> Contents:
    """The contents in a snapshot's metadata. Raises `StoreFailure` (`snapshot.contents`)."""
    try:
        return _contents.decode(data)
    except msgspec.MsgspecError as error:
        raise StoreFailure("snapshot.contents", f"a snapshot's description can't be read: {error}.") from None


class Offers:
    """The snapshots in `folder`, for one thread. They are described once; nothing here disturbs consensus."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._known: dict[int, bytes] = {}

    def handlers(self) -> dict[str, Any]:
        """What the server calls on the snapshot connection."""
        return {"list_snapshots": self.list_snapshots, "load_snapshot_chunk": self.load_snapshot_chunk}

    def list_snapshots(self, request: Any) -> Any:
        """Those whose root is committed by now."""
        view = self._ledger.store.view()
        response = wire.message("ResponseListSnapshots")()
        for at, metadata in self._offered(view):
            response.snapshots.add(
                height=at,
                format=FORMAT,
                chunks=read_contents(metadata).chunks,
                hash=hashlib.sha256(metadata).digest(),
                metadata=metadata,
            )
        return response

    def load_snapshot_chunk(self, request: Any) -> Any:
        """A chunk, or nothing where there is none (any more)."""
        view = self._ledger.store.view()
        response = wire.message("ResponseLoadSnapshotChunk")
        for at, metadata in self._offered(view):
            contents = read_contents(metadata)
            if (at, FORMAT) == (request.height, request.format) and request.chunk < contents.chunks:
                try:
                    return response(chunk=self._chunk(view, contents, request.chunk))
                except OSError:
                    return response()  # an older snapshot was removed a moment ago
        return response()

    def _offered(self, view: View) -> Iterator[tuple[int, bytes]]:
        """CometBFT's height and the metadata of each."""
        for state_height in self._heights():
            height = state_height + self._ledger.machine.chain.snapshot_delay
            at = record.height_of(view, height)
            if at is None:
                continue
            try:
                yield at, self._describe(view, state_height, height)
            except StoreFailure as error:
                if error.code != "snapshot.unreadable":
                    raise

    def _heights(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        heights = sorted(int(one.name) for one in self._folder.iterdir() if one.name.isdigit())
        self._known = {height: known for height, known in self._known.items() if height in heights}
        return heights

    def _describe(self, view: View, state_height: int, height: int) -> bytes:
        if state_height not in self._known:
            block, state = (entries.read_tip(view.log_get(entries.block_key(n)) or b"") for n in (height, state_height))
            manifest = read_manifest(self._folder / str(state_height))
            cuts = tuple(_cut(view, state.size, block.size))
            self._known[state_height] = entries.encode(Contents(height, block.size, manifest, state.size, cuts))
        return self._known[state_height]

    def _chunk(self, view: View, contents: Contents, number: int) -> bytes:
        if number < contents.leaf_chunks:
            start = number * LEAVES_A_CHUNK
            return entries.encode(read_leaves(view, start, min(start + LEAVES_A_CHUNK, contents.size)))
        number -= contents.leaf_chunks
        if number < len(contents.state.chunks):
            return (self._folder / str(contents.state.height) / f"{number:06d}").read_bytes()
        number -= len(contents.state.chunks)
        start = contents.cuts[number - 1] if number else contents.first
        pairs = view.log_scan(entries.entry_key(start), entries.entry_key(contents.cuts[number]))
        found = [entries.read_entry(data) for _, data in pairs]
        return entries.encode([(one.signed, one.writes) for one in found])


def _cut(view: View, start: int, stop: int) -> Iterator[int]:
    """Where chunks of entries end: each holds one, and as many more as fit CHUNK_BYTES."""
    size = 0
    for position, (_, data) in enumerate(view.log_scan(entries.entry_key(start), entries.entry_key(stop)), start):
        if size and size + len(data) > CHUNK_BYTES:
            yield position
            size = 0
        size += len(data)
    if start < stop:
        yield stop
