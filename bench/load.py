"""Load over HTTP from processes of its own: prepared requests on kept connections, each sent when its answer came."""

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from typing import Any

import msgspec


class Measured(msgspec.Struct):
    """Requests done, seconds it took, and each request's milliseconds."""

    done: int
    seconds: float
    milliseconds: list[float]


def request(path: str, kind: str, body: bytes) -> bytes:
    """A prepared POST."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def run(port: int, requests: Sequence[bytes], connections: int) -> Measured:
    """Send all requests over this many connections at once, from one process beside this one.

    Raises RuntimeError where one is not answered as it should be.
    """
    context = multiprocessing.get_context("fork")
    answers: Any = context.SimpleQueue()
    worker = context.Process(target=_work, args=(port, requests, connections, answers))
    worker.start()
    measured: Measured | str = answers.get()
    worker.join()
    if isinstance(measured, str):
        raise RuntimeError(measured)
    return measured


def _work(port: int, requests: Sequence[bytes], connections: int, answers: Any) -> None:
    try:
        answers.put(asyncio.run(_drive(port, requests, connections)))
    except (RuntimeError, OSError) as error:
        answers.put(str(error))  # else whoever waits for the answer would wait for ever


async def _drive(port: int, requests: Sequence[bytes], connections: int) -> Measured:
    loop = asyncio.get_running_loop()
    waiting = iter(requests)
    milliseconds: list[float] = []
    clients = [
        await loop.create_connection(lambda: _Client(waiting, milliseconds), "127.0.0.1", port)
        for _ in range(connections)
    ]
    started = time.perf_counter()
    for _, client in clients:
        client.send()
    await asyncio.gather(*[client.finished for _, client in clients])
    return Measured(len(milliseconds), time.perf_counter() - started, milliseconds)


class _Client(asyncio.Protocol):
    def __init__(self, waiting: Any, milliseconds: list[float]) -> None:
        self._waiting = waiting
        self._milliseconds = milliseconds
        self._received = b""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self) -> None:
        request = next(self._waiting, None)
        if request is None:
            self._transport.close()
            self.finished.set_result(None)
            return
        self._started = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200") or b'"accepted"' not in body or b"rejected" in body:
            self.finished.set_exception(RuntimeError(f"{head[:80]!r} {body[:300]!r}"))
            return
        self._milliseconds.append((time.perf_counter() - self._started) * 1000)
        self._received = b""
        self.send()
