"""The whole engine of one node: the application and its socket, the CometBFT process that calls it, the gateway.

To web server, demonstration and node it is what `engine.embedded.Embedded` is. Whatever ends, all of it ends, and says
why: an operator's service manager decides when to start again, and every start goes on from what is durable.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.application import Application, ValidatorUpdates
from madang.engine.cometbft.gateway import Gateway
from madang.engine.cometbft.home import FOLDER, SOCKET, Address
from madang.engine.cometbft.offer import Offers
from madang.engine.cometbft.process import Process
from madang.engine.cometbft.rpc import Rpc
from madang.engine.cometbft.server import Server
from madang.engine.interface import Answer, Clock, Listener, system_clock
from madang.engine.ledger import Ledger
from madang.engine.signatures import Verifier
from madang.kernel.errors import MadangError

SNAPSHOTS = "snapshots"
"""The folder of `engine.node.Node` for them."""


class Cometbft:
    """`folder` is the node's; `rpc` is where its CometBFT answers (see `home.write_home`), `program` the executable."""

    def __init__(
        self,
        ledger: Ledger,
        verifier: Verifier,
        folder: Path,
        program: Path,
        rpc: Address,
        clock: Clock = system_clock,
        validator_updates: ValidatorUpdates | None = None,
    ) -> None:
        self._ledger = ledger
        admission = Admission(ledger.machine, verifier)
        self.application = Application(ledger, admission, clock, validator_updates)
        self.gateway = Gateway(self.application, admission, Rpc(*rpc))
        socket = folder / SOCKET
        offers = Offers(ledger, folder / SNAPSHOTS)
        self._server = Server(socket, {**self.application.handlers(), **offers.handlers()}, self._server_failed)
        self.process = Process(program, folder / FOLDER, socket, self._fail)

    def start(self) -> "Cometbft":
        """Begin to take part. Raises `MadangError` (`cometbft.missing`)."""
        self._server.start()
        self.process.start()
        self.gateway.start()
        return self

    def stop(self) -> None:
        """Finish what was submitted if the others let us, then end both processes. The store stays open."""
        self.gateway.stop()
        self.process.stop()
        self.close()

    def close(self) -> None:
        """Release socket and processes; for an engine that has stopped, or was never started."""
        self._server.stop()
        self.gateway.close()

    def submit(self, signed: Sequence[bytes]) -> "Future[list[Answer]]":
        """Have transactions ordered: see `Gateway.submit`."""
        return self.gateway.submit(signed)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every durable block in which something was ordered: see `Gateway.listen`."""
        self.gateway.listen(listener)

    @property
    def failure(self) -> MadangError | None:
        """Why the node stopped by itself, or None while it is well."""
        return self.gateway.failure

    @property
    def listener_failure(self) -> Exception | None:
        """What a listener raised last."""
        return self.gateway.listener_failure

    def _server_failed(self, error: MadangError) -> None:
        self._fail(error)
        self.process.terminate()

    def _fail(self, error: MadangError) -> None:
        self.gateway.fail(error)
        self._ledger.snapshots.fail(error)
