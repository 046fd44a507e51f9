"""How many proofs are checked at a time, and how many may wait: each is a second of a core, whoever sends one."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from madang.kernel.errors import MadangError

AT_ONCE = 1
WAITING = 4
WAIT_SECONDS = 10.0
BUSY = "zk.busy"
"""The code of the refusal that passes: nothing was looked at."""


class Places:
    """Places for `at_once` checks, and for `waiting` more that wait for at most so many seconds."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING, seconds: float = WAIT_SECONDS) -> None:
        self._checking = BoundedSemaphore(at_once)
        self._inside = BoundedSemaphore(at_once + waiting)
        self._seconds = seconds

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place as long as it is needed. Raises `MadangError` (`zk.busy`): there is none, or none in time."""
        if not self._inside.acquire(blocking=False):
            raise _busy()
        try:
            if not self._checking.acquire(timeout=self._seconds):
                raise _busy()
            try:
                yield
            finally:
                self._checking.release()
        finally:
            self._inside.release()


def _busy() -> MadangError:
    return MadangError(BUSY, "As many proofs are being checked as can be. Send the answer again in some seconds.")
