"""A bench for work that takes a while, such as compiling a document: beside the event loop, one after the other.

Whoever waits too long is told so. What was begun can't be stopped: it goes on alone, and the next waits for it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from madang.web.api.problems import Refused
from madang.web.site.kept import kept
from madang.web.site.visit import Visit

SECONDS = 15.0
MOST_WAITING = 8
T = TypeVar("T")


class Bench:
    """One thread, and how many wait for it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, "madang-console")
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of this work. Raises `Refused` (503, `console.busy`), and what the work raises."""
        if self._waiting >= MOST_WAITING:
            raise _busy()
        self._waiting += 1
        begun = asyncio.get_running_loop().run_in_executor(self._thread, work)
        begun.add_done_callback(self._left)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(begun)
        except TimeoutError:
            begun.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise _busy() from None

    def close(self) -> None:
        """Begin nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _left(self, _done: object) -> None:
        self._waiting -= 1


def bench_of(visit: Visit) -> Bench:
    """The server's bench."""
    return kept(visit.request.app.state, "console-bench", Bench)


def _busy() -> Refused:
    return Refused(503, "console.busy", "Other documents come first, or this one takes too long. Try again.", 10)
