"""A node on one machine: its folder, its ledger, the embedded engine and the publisher, opened and closed together.

store/          the ledger (RocksDB). Losing it loses the ledger: back it up, or keep witnesses and replicas
log/            the public log as static files; can be written again from the store
snapshots/      the state at certain heights, in chunks to hand out; can be made again from the store
checkpoint.key  the key that signs checkpoints, readable by its owner only. Who has it can sign a false log
witnesses.json  whom to ask for cosignatures, and how many must have given theirs (docs/witness.md); may be absent
"""

import gc
import os
from collections.abc import Sequence
from pathlib import Path

from madang.engine.embedded import Embedded
from madang.engine.interface import Clock, Engine, system_clock
from madang.engine.ledger import Ledger
from madang.engine.publisher import Publisher
from madang.engine.signatures import Verifier
from madang.engine.snapshot import backup
from madang.engine.store import RocksStore
from madang.engine.witnesses import read_witnesses
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.module import Module
from madang.kernel.state import State
from madang.log.checkpoint import open_checkpoint
from madang.log.errors import LogError
from madang.log.note import MAX_NOTE_BYTES, SignerKey, VerifierKey
from madang.log.tiles import CHECKPOINT, read_bounded


class Node:
    """An open node. Use it as a context manager: leaving it finishes what was submitted and closes the files."""

    def __init__(self, folder: Path, modules: Sequence[Module], clock: Clock = system_clock) -> None:
        self.folder = folder
        self._store = RocksStore(folder / "store")
        try:
            self.ledger = Ledger.open(self._store, modules, folder / "snapshots")
            signer = _read_key(folder / "checkpoint.key")
            _refuse_to_forget(self.ledger, folder / "log", signer.verifier())
            circle = read_witnesses(folder / "witnesses.json", signer.verifier())
        except BaseException:
            self._store.close()
            raise
        self.publisher = Publisher(self.ledger, folder / "log", signer, circle)
        self.clock = clock
        self.engine = self._make_engine(clock)
        self.log_key: VerifierKey = signer.verifier()

    def _make_engine(self, clock: Clock) -> Engine:
        return Embedded(self.ledger, Verifier(), clock)

    @classmethod
    def create(cls, folder: Path, modules: Sequence[Module], genesis: bytes, origin: str) -> None:
        """Make a node's folder from a genesis document; `origin` names its log, such as `ledger.example/main`.

        Raises `MadangError`: `node.exists`, and what `Ledger.create` raises.
        """
        key = folder / "checkpoint.key"
        if key.exists():
            raise MadangError("node.exists", f"{folder} holds a node already. Open it, or choose another folder.")
        secret = SignerKey.generate(origin).encode()  # refuses a bad name before anything is made
        folder.mkdir(parents=True, exist_ok=True)
        store = RocksStore(folder / "store")
        try:
            Ledger.create(store, modules, genesis)
        finally:
            store.close()
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret)

    def __enter__(self) -> "Node":
        self.engine.listen(self.publisher.block_written)
        try:
            self.publisher.start()
        except BaseException:
            self.close()
            raise
        # What is loaded by now stays: the collector need not look at it again, nor as often as in a small program.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        self.engine.start()
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self.engine.stop()
            self.publisher.stop()
        finally:
            self.close()

    def close(self) -> None:
        """Release the files and processes of a node that was opened but not entered."""
        self.engine.close()
        self.ledger.snapshots.close()
        self._store.close()

    def backup(self, target: Path) -> None:
        """Copy this node to `target` while it runs, as of one moment (docs/backup.md). Raises `MadangError`."""
        backup(self.folder, target, self._store)

    def state(self) -> State:
        """Durable state of this moment, for queries: what was written together is seen together."""
        return State(self.ledger.reader())


def _read_key(path: Path) -> SignerKey:
    try:
        return SignerKey.parse(path.read_text())
    except FileNotFoundError:
        raise MadangError(
            "node.key", f"{path} is missing: this node was not made to the end. Remove the folder and create it again."
        ) from None
    except (OSError, UnicodeDecodeError, LogError):
        raise MadangError("node.key", f"{path} holds no readable key. Restore it from a backup.") from None


def _refuse_to_forget(ledger: Ledger, log: Path, key: VerifierKey) -> None:
    """What was published was committed: a store that is shorter than its checkpoint has lost blocks."""
    note = read_bounded(log / CHECKPOINT, MAX_NOTE_BYTES)
    if note is None:
        return
    try:
        published = open_checkpoint(note, key)
    except LogError as error:
        raise StoreFailure(
            "log.checkpoint", f"{error} It was not made by this node, or is damaged: set {log} aside and start again."
        ) from None
    if published.size > ledger.durable.size:
        raise StoreFailure(
            "store.behind",
            f"{published.size} entries were published, the store holds {ledger.durable.size}. Restore a newer backup.",
        )
