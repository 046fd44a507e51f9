"""Publishes an issuer's lists and has them anchored every few minutes, on a thread of its own."""

import threading
from collections.abc import Callable
from pathlib import Path

from madang.identity.signer import Signer
from madang.identity.status.anchoring import Anchoring
from madang.identity.status.publishing import TTL, publish
from madang.identity.status.register import StatusRegister


class StatusWorker:
    """Keeps `folder` up to `register`. `clock` gives seconds; `anchoring` is None where no ledger is near."""

    def __init__(
        self,
        register: StatusRegister,
        signer: Signer,
        issuer: str,
        folder: Path,
        clock: Callable[[], int],
        anchoring: Anchoring | None,
    ) -> None:
        self._register, self._signer, self._issuer = register, signer, issuer
        self._folder, self._clock, self._anchoring = folder, clock, anchoring
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="madang-status", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Publish now, so that no list is missing once credentials name it; then at fixed times.

        Raises `MadangError` (`status.store`).
        """
        with self._turn:
            publish(self._register, self._signer, self._issuer, self._folder, self._clock())
        self._thread.start()

    def stop(self) -> None:
        """Publish a last time what was changed, and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def run(self) -> None:
        """Publish and anchor once, on whatever thread: a revocation that can't wait is known at once, and so is when.

        Raises `MadangError`; what was published stays so where the ledger is away.
        """
        with self._turn:
            published = publish(self._register, self._signer, self._issuer, self._folder, self._clock())
            if self._anchoring is not None:
                self._anchoring.anchor(published)

    def _follow(self) -> None:
        while True:
            stopping = self._stopping.is_set()
            try:
                self.run()
            except Exception as error:  # noqa: BLE001  a ledger that is away must not end the thread: told, tried again
                self.failure = error
            else:
                self.failure = None
            if stopping:
                return
            # Times are fixed, so that a new file says nothing about when a credential was revoked.
            self._stopping.wait(TTL - self._clock() % TTL)
