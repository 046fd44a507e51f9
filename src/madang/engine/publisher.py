"""Publishes the log as static files with a signed checkpoint, and makes receipts from what is published.

The publisher follows durable blocks at its own pace, on its own thread; losing the folder costs nothing but the
time to write it again. Only leaves and hashes go there: no signed bytes, no writes.
"""

import threading
from pathlib import Path

from madang.engine import entries
from madang.engine.ledger import Ledger, find, leaves, read_tile
from madang.engine.store import View
from madang.kernel.errors import MadangError, StoreFailure
from madang.log.checkpoint import Checkpoint, sign_checkpoint
from madang.log.note import SignerKey
from madang.log.proof import inclusion_proof
from madang.log.directory import publish
from madang.log.receipt import make_receipt
from madang.log.tree import Tree

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
        self._published: tuple[int, Tree, bytes] | None = None
        self._thread = threading.Thread(target=self._follow, name="madang-publish", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Publish what is durable now, then follow."""
        self.publish_now()
        self._thread.start()

    def block_written(self) -> None:
        """Tell that a block became durable; returns at once."""
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
            view = self._ledger.store.view()
            tip = entries.read_tip(view.log_get(entries.TIP) or b"")
            if self._published is not None and self._published[0] == tip.size:
                return

            def full_tile(level: int, index: int) -> bytes:
                return read_tile(view, level, index)

            tree = Tree.load_edge(tip.edge, tip.root, full_tile, lambda start, stop: leaves(view, start, stop))
            note = sign_checkpoint(Checkpoint(self._signer.name, tip.size, tip.root), self._signer)
            publish(self._folder, tree, full_tile, lambda start, stop: _raw_leaves(view, start, stop), note)
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
        view = self._ledger.store.view()
        found = find(view, identifier)
        if found is None:
            raise MadangError("transaction.unknown", "No transaction was ordered here under this id. Check the id.")
        position, entry = found
        if self._published is None or self._published[0] <= position:
            self.publish_now()
        size, tree, note = self._published or (0, Tree(), b"")
        proof = inclusion_proof(position, size, tree.reader(lambda level, index: read_tile(view, level, index)))
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


def _raw_leaves(view: View, start: int, stop: int) -> list[bytes]:
    pairs = view.log_scan(entries.entry_key(start), entries.entry_key(stop))
    return [entries.read_entry(value).leaf for _, value in pairs]
