"""A newcomer's first start: the node takes a snapshot of the ledger from its peers and catches up.

Its folder was made as every node's, with the genesis document, and with `home.StateSync`: whom to ask, and a header
that somebody trusted vouched for. When `join` returns, the node is started as any other.
"""

import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.application import Application, ValidatorUpdates
from madang.engine.cometbft.home import FOLDER, SOCKET
from madang.engine.cometbft.join import Joiner
from madang.engine.cometbft.node import read_rpc
from madang.engine.cometbft.process import Process
from madang.engine.cometbft.rpc import Rpc
from madang.engine.cometbft.server import Server
from madang.engine.ledger import Ledger
from madang.engine.signatures import Verifier
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError
from madang.kernel.module import Module

STORE = "store"
ARRIVING = "store.arriving"
BEFORE = "store.before"


class Newcomer:
    """One attempt to join, in `folder`."""

    def __init__(
        self,
        folder: Path,
        modules: Sequence[Module],
        program: Path,
        validator_updates: ValidatorUpdates | None = None,
        workers: int | None = None,
    ) -> None:
        self._folder = folder
        self._modules = modules
        if not (folder / STORE).exists() and (folder / BEFORE).exists():
            # An attempt ended between the two renames of `_arrived`: this one begins where that one did.
            (folder / BEFORE).rename(folder / STORE)
        self._store = RocksStore(folder / STORE)
        ledger = Ledger.open(self._store, modules, folder / "snapshots")
        self._admission = Admission(ledger.machine, Verifier(workers))
        # While it catches up it executes blocks, and validators may change in them.
        self._application = Application(ledger, self._admission, validator_updates=validator_updates)
        self.joiner = Joiner(ledger, folder / ARRIVING, self._arrived)
        handlers = {**self._application.handlers(), **self.joiner.handlers()}
        self._failure: MadangError | None = None
        self._ended = threading.Event()
        self._server = Server(folder / SOCKET, handlers, self._fail)
        self._process = Process(program, folder / FOLDER, folder / SOCKET, self._fail)
        self._rpc = Rpc(*read_rpc(folder))

    def run(self, seconds: float) -> None:
        """Join and catch up. Raises `MadangError`: what stopped it, or `join.slow` after so many seconds."""
        deadline = time.monotonic() + seconds
        try:
            self._server.start()
            self._process.start()
            while not self._ended.wait(0.2) and not self._caught_up():
                if time.monotonic() > deadline:
                    refused = ", ".join(sorted(set(self.joiner.refusals))) or "none"
                    raise MadangError("join.slow", f"Not joined after {seconds:g} s. Snapshots refused: {refused}.")
        finally:
            self._process.stop()
            self._server.stop()
            self._rpc.close()
            self._admission.close()
            self._application.ledger.snapshots.close()
            self._store.close()
        if self._failure is not None:
            raise self._failure

    def _caught_up(self) -> bool:
        if not self.joiner.done.is_set():
            return False
        try:
            return not self._rpc.call("status")["sync_info"]["catching_up"]
        except MadangError:
            return False

    def _arrived(self, arrived: Path) -> None:
        self._store.close()
        (self._folder / STORE).rename(self._folder / BEFORE)
        arrived.rename(self._folder / STORE)
        shutil.rmtree(self._folder / BEFORE)
        self._store = RocksStore(self._folder / STORE)
        self._application.adopt(Ledger.open(self._store, self._modules, self._folder / "snapshots"))

    def _fail(self, error: MadangError) -> None:
        self._failure = self._failure or error
        self._ended.set()


def join(
    folder: Path,
    modules: Sequence[Module],
    program: Path,
    seconds: float,
    validator_updates: ValidatorUpdates | None = None,
    workers: int | None = None,
) -> None:
    """Take a snapshot into a new node's folder and catch up, within so many seconds.

    Raises `MadangError`: `join.slow`, and what opening a node or starting CometBFT raises.
    """
    Newcomer(folder, modules, program, validator_updates, workers).run(seconds)
