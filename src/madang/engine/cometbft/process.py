"""The CometBFT process beside ours: started, watched, ended.

It dies with us, since it ends itself when our socket closes; that we end with it is `Process`'s business.
"""

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from madang.kernel.errors import MadangError

LOG = "cometbft.log"
STOP_SECONDS = 15.0
COLLECTOR = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""Go's collector runs when the heap is five times what it kept, which saves a fifth of CometBFT's processor time under
load; near a gibibyte it runs as often as it must. What the operator sets in the environment goes before."""


class Process:
    """`program` run on `home`, calling our `socket`. `ended` is called once if it ends without being told to."""

    def __init__(self, program: Path, home: Path, socket: Path, ended: Callable[[MadangError], None]) -> None:
        self._command = [str(program), "node", "--home", str(home), "--proxy_app", f"unix://{socket}"]
        self._log = home / LOG
        self._ended = ended
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._watching = threading.Thread(target=self._watch, name="madang-cometbft", daemon=True)

    def start(self) -> None:
        """Start it. Raises `MadangError` (`cometbft.missing`)."""
        try:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=COLLECTOR | os.environ
                )
        except OSError as error:
            raise MadangError("cometbft.missing", f"{self._command[0]} can't be started: {error.strerror}.") from None
        self._watching.start()

    @property
    def identifier(self) -> int | None:
        """The number of the running process."""
        return self._process.pid if self._process else None

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        self._stopping = True
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """End it; by force if it takes longer than STOP_SECONDS."""
        if self._process is None:
            return
        self.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._watching is not threading.current_thread():
            self._watching.join()

    def _watch(self) -> None:
        code = self._process.wait() if self._process else 0
        if not self._stopping:
            self._ended(
                MadangError("cometbft.ended", f"CometBFT ended ({code}) and this node with it; {self._log} says why.")
            )
