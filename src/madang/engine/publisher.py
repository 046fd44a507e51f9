"""Publishes the log as static files with a signed checkpoint, and makes receipts from what is published.

The publisher follows durable blocks at its own pace, on its own thread; losing the folder costs nothing but the
time to write it again. Only leaves and hashes go there: no signed bytes, no writes.
"""

import threading
from pathlib import Path

from madang.engine.ledger import Commit, Ledger, find, read_leaves, read_tile, read_tree
from madang.kernel.errors import MadangError, StoreFailure
from madang.log.checkpoint import Checkpoint, sign_checkpoint
from madang.log.directory import publish
from madang.log.note import SignerKey
from madang.log.proof import inclusion_proof
from madang.log.receipt import make_receipt
from madang.log.tree import TILE_WIDTH, Tree

PUBLISH_EVERY = 1.0
"""Seconds between two publications while blocks arrive."""


class Publisher:
    """Keeps `folder` up to the durable tip. `signer` is the log's checkpoint key; its name is the log's origin."""

    def __init__(self, ledger: Ledger, folder: Path, signer: SignerKey) -> None:
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
        self._published: tuple[int, Tree, bytes] | None = None
        self._thread = threading.Thread(target=self._follow, name="madang-publish", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Publish what is durable now, then follow."""
        self.publish_now()
        self._thread.start()

    def block_written(self, commit: Commit) -> None:
        """Tell that a block became durable; returns at once."""
        with self._recent_lock:
            self._recent += commit.leaves
            self._latest = (commit.tip, commit.tree)
        self._changed.set()

    def stop(self) -> None:
        """Publish the last block and end."""
        self._stopping.set()
        self._changed.set()
        self._thread.join()
        self.publish_now()

    def publish_now(self) -> None:
        """Bring files and checkpoint up to the durable tip. Raises `LogError`, `StoreFailure`."""
        with self._lock:
            with self._recent_lock:
                (tip, tree), recent = self._latest, self._recent
                self._recent = recent[len(recent) - tip.size % TILE_WIDTH :] if len(recent) > TILE_WIDTH else recent
            if self._published is not None and self._published[0] == tip.size:
                return
            store = self._ledger.store
            first = tip.size - len(recent)

            def leaves(start: int, stop: int) -> list[bytes]:
                if start >= first:
                    return recent[start - first : stop - first]
                return read_leaves(store, start, stop)

            note = sign_checkpoint(Checkpoint(self._signer.name, tip.size, tip.root), self._signer)
            publish(self._folder, tree, lambda level, index: read_tile(store, level, index), leaves, note)
            self._published = (tip.size, tree, note)

    def checkpoint(self) -> bytes:
        """The signed checkpoint that was published last."""
        if self._published is None:
            raise StoreFailure("log.unpublished", "Nothing is published yet. Ask again in a second.")
        return self._published[2]

    def receipt(self, identifier: str) -> bytes:
        """The receipt of an ordered transaction, against the published checkpoint.

        Raises `MadangError`: `transaction.unknown`.
        """
        store = self._ledger.store
        found = find(store, identifier)
        if found is None:
            raise MadangError("transaction.unknown", "No transaction was ordered here under this id. Check the id.")
        position, entry = found
        published = self._published
        if published is None or published[0] <= position:
            self.publish_now()
            published = self._published
        size, tree, note = published or (0, Tree(), b"")
        proof = inclusion_proof(position, size, tree.reader(lambda level, index: read_tile(store, level, index)))
        return make_receipt(entry.leaf, position, entry.signed, proof, note)

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait()
            self._changed.clear()
            try:
                self.publish_now()
            except Exception as error:  # noqa: BLE001  a full disk must not end the thread: it is told, and tried again
                self.failure = error
            else:
                self.failure = None
            self._stopping.wait(PUBLISH_EVERY)
