"""A validator's node: what `engine.node.Node` is, with CometBFT in place of the embedded engine.

In its folder, beside those of every node:

cometbft/      CometBFT's own: configuration, keys, blocks. Its key signs votes: two nodes with one key equivocate
abci.sock      where CometBFT calls this process; only this user may
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from madang.engine.cometbft.application import ValidatorUpdates
from madang.engine.cometbft.engine import Cometbft
from madang.engine.cometbft.home import FOLDER, Address
from madang.engine.interface import Clock, system_clock
from madang.engine.node import Node
from madang.engine.signatures import Verifier
from madang.kernel.errors import MadangError
from madang.kernel.module import Module


class ValidatorNode(Node):
    """An open node of many. Use it as a context manager, as `Node`; made by `Node.create` and `home.write_home`.

    `program` is CometBFT's executable, `workers` how many processes check signatures (one a core where not said).
    Raises `MadangError` (`cometbft.home`) where CometBFT's folder is not there.
    """

    engine: Cometbft

    def __init__(
        self,
        folder: Path,
        modules: Sequence[Module],
        program: Path,
        validator_updates: ValidatorUpdates | None = None,
        clock: Clock = system_clock,
        workers: int | None = None,
    ) -> None:
        self._program = program
        self._rpc = read_rpc(folder)
        self._validator_updates = validator_updates
        self._workers = workers
        super().__init__(folder, modules, clock)

    def _make_engine(self, clock: Clock) -> Cometbft:
        verifier = Verifier(self._workers)
        return Cometbft(self.ledger, verifier, self.folder, self._program, self._rpc, clock, self._validator_updates)


def read_rpc(folder: Path) -> Address:
    """Where the CometBFT of this node's folder answers. Raises `MadangError` (`cometbft.home`)."""
    path = folder / FOLDER / "config" / "config.toml"
    try:
        address = tomllib.loads(path.read_text(encoding="utf-8"))["rpc"]["laddr"]
        host, _, port = str(address).removeprefix("tcp://").rpartition(":")
        return host, int(port)
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError):
        raise MadangError("cometbft.home", f"{path} names no address for RPC. Make the node again.") from None
