"""Publishes the log as static files with a signed checkpoint, and makes receipts from what is published.

The publisher follows durable blocks at its own pace, on its own thread; losing the folder costs nothing but the
time to write it again. Only leaves and hashes go there: no signed bytes, no writes.

Where witnesses are named, each checkpoint is offered to them (`cosigning`). With a quorum, what is published is the
newest checkpoint that so many of them have cosigned, and a receipt is made against that or not at all; without one it
is published at once, and again with the cosignatures that came.
"""

import threading
from pathlib import Path

from madang.engine.cosigning import Cosigning, Signed, Standing
from madang.engine.entries import StoredEntry
from madang.engine.ledger import Commit, Ledger, find, read_leaves, read_tile, read_tree
from madang.engine.witnesses import Circle
from madang.kernel.errors import MadangError, StoreFailure
from madang.log.checkpoint import Checkpoint, sign_checkpoint
from madang.log.directory import continued_size, publish
from madang.log.note import MAX_NOTE_BYTES, SignerKey
from madang.log.proof import inclusion_proof
from madang.log.receipt import make_receipt
from madang.log.tiles import CHECKPOINT, read_bounded
from madang.log.tree import TILE_WIDTH
from madang.log.written import make_written

PUBLISH_EVERY = 1.0
"""Seconds between two publications while blocks arrive."""


class Publisher:
    """Keeps `folder` up to the durable tip. `signer` is the log's checkpoint key; its name is the log's origin."""

    def __init__(self, ledger: Ledger, folder: Path, signer: SignerKey, circle: Circle | None = None) -> None:
        self._ledger = ledger
        self._folder = folder
        self._signer = signer
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        # Leaves that came since the start, from the last unfinished tile on: the newest need no reading back.
        self._recent_lock = threading.Lock()
        self._recent: list[bytes] = []
        self._latest = (ledger.durable, read_tree(ledger.store, ledger.durable))
        self._published: Signed | None = None
        self._thread = threading.Thread(target=self._follow, name="madang-publish", daemon=True)
        self._failure: Exception | None = None
        self._cosigning = Cosigning(circle, self._read_tile, self._publish) if circle is not None else None

    @property
    def failure(self) -> Exception | None:
        """Why the log could not be written last, or None while it can."""
        return self._failure or (self._cosigning.failure if self._cosigning is not None else None)

    def start(self) -> None:
        """Publish what is durable now, then follow."""
        if self._cosigning is not None:
            self._resume(self._cosigning)
        self.publish_now()
        if self._cosigning is not None:
            self._cosigning.start()
        self._thread.start()

    def block_written(self, commit: Commit) -> None:
        """Tell that a block became durable; returns at once."""
        with self._recent_lock:
            self._recent += commit.leaves
            self._latest = (commit.tip, commit.tree)
        self._changed.set()

    def stop(self) -> None:
        """Publish the last block and end. Witnesses are asked about it once, as long as a round of theirs takes."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self.publish_now()
        finally:
            if self._cosigning is not None:
                self._cosigning.stop()

    def publish_now(self) -> None:
        """Bring files and checkpoint up to the durable tip; with a quorum, have them cosigned first, which takes
        longer than this call. Raises `LogError`, `StoreFailure`.
        """
        with self._lock:
            if self._published is not None and self._published.size == self._latest[0].size:
                return
            signed = self._sign()
            if self._cosigning is None or self._cosigning.quorum == 0:
                self._write(signed)
        if self._cosigning is not None:
            self._cosigning.offer(signed)

    def checkpoint(self) -> bytes:
        """The signed checkpoint that was published last."""
        if self._published is None:
            raise StoreFailure("log.unpublished", "Nothing is published yet. Ask again in a second.")
        return self._published.note

    def receipt(self, identifier: str) -> bytes:
        """The receipt of an ordered transaction, against the published checkpoint.

        Raises `MadangError`: `transaction.unknown`, `log.uncosigned` (ordered, but the quorum of witnesses has not
        cosigned a checkpoint that covers it yet).
        """
        found = find(self._ledger.store, identifier)
        if found is None:
            raise MadangError("transaction.unknown", "No transaction was ordered here under this id. Check the id.")
        position, entry = found
        proof, note = self._proof(position)
        return make_receipt(entry.leaf, position, entry.signed, proof, note)

    def written(self, key: bytes, position: int, entry: StoredEntry) -> bytes:
        """The proof that the transaction at `position` wrote under `key`, against the published checkpoint.

        It holds all that the transaction wrote: who asks for it has to know that all of that is public. Raises
        `MadangError` (`log.uncosigned`), `LogError` (`log.written.bounds`).
        """
        proof, note = self._proof(position)
        return make_written(key, entry.leaf, position, entry.writes, proof, note)

    def _proof(self, position: int) -> tuple[list[bytes], bytes]:
        """The inclusion proof of a leaf in the published checkpoint's tree, and that checkpoint."""
        published = self._published
        if published is None or published.size <= position:
            self.publish_now()
            published = self._published
        if published is None or published.size <= position:
            raise MadangError(
                "log.uncosigned",
                "The transaction is ordered; not enough witnesses have cosigned the log since. Ask again in a second.",
            )
        return inclusion_proof(position, published.size, published.tree.reader(self._read_tile)), published.note

    def witnesses(self) -> list[Standing]:
        """How each witness is doing; none where none is named."""
        return self._cosigning.standings() if self._cosigning is not None else []

    def _resume(self, cosigning: Cosigning) -> None:
        """Go on from what is published, before anything new is signed: a fork must not even be shown to a witness."""
        tip, tree = self._latest
        size = continued_size(
            self._folder, Checkpoint(self._signer.name, tip.size, tip.root), tree.reader(self._read_tile)
        )
        note = read_bounded(self._folder / CHECKPOINT, MAX_NOTE_BYTES)
        if note is not None and cosigning.cosigned_enough(note):
            self._published = Signed(size, note, tree, self._read_leaves)

    def _sign(self) -> Signed:
        with self._recent_lock:
            (tip, tree), recent = self._latest, self._recent
            first = tip.size - len(recent)
            self._recent = recent[len(recent) - tip.size % TILE_WIDTH :] if len(recent) > TILE_WIDTH else recent

        def leaves(start: int, stop: int) -> list[bytes]:
            if start >= first:
                return recent[start - first : stop - first]
            return self._read_leaves(start, stop)

        note = sign_checkpoint(Checkpoint(self._signer.name, tip.size, tip.root), self._signer)
        return Signed(tip.size, note, tree, leaves)

    def _publish(self, signed: Signed, note: bytes) -> None:
        """Publish a checkpoint with the cosignatures that came, unless a newer one is published already."""
        with self._lock:
            if self._published is None or self._published.size <= signed.size:
                self._write(Signed(signed.size, note, signed.tree, signed.leaves))

    def _write(self, signed: Signed) -> None:
        publish(self._folder, signed.tree, self._read_tile, signed.leaves, signed.note)
        self._published = signed

    def _read_tile(self, level: int, index: int) -> bytes:
        return read_tile(self._ledger.store, level, index)

    def _read_leaves(self, start: int, stop: int) -> list[bytes]:
        return read_leaves(self._ledger.store, start, stop)

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait()
            self._changed.clear()
            try:
                self.publish_now()
            except Exception as error:  # noqa: BLE001  a full disk must not end the thread: it is told, and tried again
                self._failure = error
            else:
                self._failure = None
            self._stopping.wait(PUBLISH_EVERY)
