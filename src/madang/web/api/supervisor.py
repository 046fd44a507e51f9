"""Ends a server whose node has stopped, so that a service manager sees it and decides; and keeps its journal.

A node is several processes: the one that watches, the one that serves, CometBFT, those that check signatures. If any of
them ends, all end, the exit status is not 0, and the reason is on standard error and in the journal.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from contextlib import suppress

from madang.engine.node import Node
from madang.kernel.errors import MadangError, StoreFailure
from madang.web.api.journal import Journal
from madang.web.api.meter import Meter
from madang.web.api.status import read_ledger, read_node

LOOK_SECONDS = 0.25
TELL_SECONDS = 10.0
"""How often it looks for troubles that are worth a line."""
ANSWER_SECONDS = 1.0
"""How long those who wait have to be told, where the process ends as it is."""
END_SECONDS = 25.0
"""How long a clean end may take; after that the process is ended as it is, which loses nothing that is durable."""
FAILED = 1


class Supervisor:
    """Watches `node` from the event loop; `watch` is its task."""

    def __init__(self, node: Node, meter: Meter, journal: Journal) -> None:
        self._node = node
        self._meter = meter
        self._journal = journal
        self._parent = os.getppid()
        self._troubles: set[str] = set()
        self.failure: MadangError | None = None

    async def watch(self) -> None:
        """Look until the node fails, or until cancelled."""
        told = time.monotonic()
        while self.failure is None:
            await asyncio.sleep(LOOK_SECONDS)
            self.failure = self._node.engine.failure
            if self.failure is None and os.getppid() != self._parent:
                self.failure = MadangError("serve.orphaned", "The process that watches this server ended, and it too.")
            if self.failure is None and time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                await asyncio.to_thread(self._tell_troubles)
        await self._end(self.failure)

    def started(self) -> None:
        """The node takes transactions. What it is not for is said now, on standard error too."""
        ledger = self._node.ledger
        self._journal.tell("started", chain=ledger.machine.chain.name, height=ledger.durable.height)
        caution = read_ledger(self._node).caution
        if caution is not None:
            _say(caution.text, caution.code)
            self._journal.tell("caution", logging.WARNING, code=caution.code, detail=caution.text)

    def stopped(self) -> None:
        """The node was told to stop, or has failed."""
        height = self._node.ledger.durable.height
        if self.failure is None:
            self._journal.tell("stopped", height=height)

    async def _end(self, failure: MadangError) -> None:
        tell_failure(self._journal, failure)
        if isinstance(failure, StoreFailure):
            # What failed to write or read is not touched again, not even to close it: after a crash it is read with
            # care. The other processes end when their connections to this one do.
            await asyncio.sleep(ANSWER_SECONDS)
            os._exit(FAILED)
        threading.Thread(target=_end_at_last, daemon=True).start()
        os.kill(os.getpid(), signal.SIGTERM)

    def _tell_troubles(self) -> None:
        try:
            status = read_node(self._node, self._meter.waiting, self._meter.stalled())
        except Exception as error:  # noqa: BLE001  whatever can't be read now, the node must be watched on
            self._journal.defect("status", error)
            return
        found = {one.code: one.text for one in status.troubles}
        for code in sorted(set(found) - self._troubles):
            self._journal.tell("trouble", logging.WARNING, code=code, detail=found[code])
        for code in sorted(self._troubles - set(found)):
            self._journal.tell("over", code=code)
        self._troubles = set(found)


def tell_failure(journal: Journal, failure: MadangError) -> None:
    """Say why the node stops, on standard error and in the journal."""
    _say(failure.message, failure.code)
    journal.tell("failed", logging.ERROR, code=failure.code, detail=failure.message)


def _say(text: str, code: str) -> None:
    with suppress(OSError):  # standard error may go to the very disk that is full
        sys.stderr.write(f"madang: {text} [{code}]\n")
        sys.stderr.flush()


def _end_at_last() -> None:
    time.sleep(END_SECONDS)
    os._exit(FAILED)
