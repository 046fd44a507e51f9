"""Carries transactions from the web server's event loop to the engine's threads, and the answers back.

Two things are done once instead of once a request. Requests that arrive in the same turn of the loop become one
submission, and a block wakes the loop once, however many callers wait for it: waking is a system call.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

from madang.engine.intake import MAX_BLOCK
from madang.engine.interface import Answer, Engine
from madang.kernel.errors import MadangError
from madang.web.api.meter import Meter

_Waiting = list["asyncio.Future[Answer]"] | asyncio.Future[list[Answer]]


class Courier:
    """Belongs to the running event loop."""

    def __init__(self, engine: Engine, meter: Meter) -> None:
        self._engine = engine
        self._meter = meter
        self._loop = asyncio.get_running_loop()
        self._signed: list[bytes] = []
        self._callers: list[asyncio.Future[Answer]] = []
        self._done: deque[tuple[_Waiting, Future[list[Answer]]]] = deque()
        self._woken = False

    def submit(self, signed: bytes) -> "asyncio.Future[Answer]":
        """Submit one transaction. The future fails with the engine's `MadangError`."""
        caller: asyncio.Future[Answer] = self._loop.create_future()
        if not self._signed:
            self._loop.call_soon(self._send)
        elif len(self._signed) == MAX_BLOCK:
            self._send()
            self._loop.call_soon(self._send)
        self._signed.append(signed)
        self._callers.append(caller)
        return caller

    def submit_many(self, signed: Sequence[bytes]) -> "asyncio.Future[list[Answer]]":
        """Submit transactions that stay together and in order. The future fails with the engine's `MadangError`."""
        caller: asyncio.Future[list[Answer]] = self._loop.create_future()
        self._hand_over(signed, caller)
        return caller

    def _send(self) -> None:
        if not self._signed:
            return
        signed, callers = self._signed, self._callers
        self._signed, self._callers = [], []
        self._hand_over(signed, callers)

    def _hand_over(self, signed: Sequence[bytes], waiting: _Waiting) -> None:
        count, began = len(signed), self._meter.began(len(signed))

        def answered(future: "Future[list[Answer]]") -> None:
            self._meter.ended(count, began)
            self._answered(waiting, future)

        self._engine.submit(signed).add_done_callback(answered)

    def _answered(self, waiting: _Waiting, future: "Future[list[Answer]]") -> None:
        # On the engine's thread. If the loop is seen as woken, it has not begun to empty the queue.
        self._done.append((waiting, future))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._woken = False
        while self._done:
            waiting, future = self._done.popleft()
            error = future.exception()
            if isinstance(waiting, list):
                if error is not None:
                    for caller in waiting:
                        _fail(caller, error)
                else:
                    for caller, answer in zip(waiting, future.result(), strict=True):
                        if not caller.done():
                            caller.set_result(answer)
            elif error is not None:
                _fail(waiting, error)
            elif not waiting.done():
                waiting.set_result(future.result())


def _fail(caller: "asyncio.Future[Answer] | asyncio.Future[list[Answer]]", error: BaseException) -> None:
    if not caller.done():
        # Each caller gets an error of its own: one that is raised twice collects the other's traceback.
        copy = MadangError(error.code, error.message) if isinstance(error, MadangError) else error
        caller.set_exception(copy)
