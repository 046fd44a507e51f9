"""The wires between validators: every dialled connection goes through a relay that a test can hold up.

What is held up is not lost, as TCP loses nothing: once the wires are mended, it arrives. For CometBFT that is a network
that drops every packet for a while. Bytes are handed on as they are; nobody reads them.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterable, Sequence

from madang.engine.cometbft.home import Address

CHUNK = 256 * 1024


class Links:
    """Relays between `addresses` on `ports`, one for each direction of dialling. Use it as a context manager."""

    def __init__(self, addresses: Sequence[Address], ports: Iterable[int]) -> None:
        self._addresses = list(addresses)
        free = iter(ports)
        pairs = [(a, b) for a in range(len(addresses)) for b in range(len(addresses)) if a != b]
        self._ports = {pair: next(free) for pair in pairs}
        self._cut: frozenset[int] = frozenset()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._moved = asyncio.Condition()
        self._thread = threading.Thread(target=self._loop.run_forever, name="links", daemon=True)

    def address(self, source: int, target: int) -> Address:
        """Where `source` dials to reach `target`."""
        return "127.0.0.1", self._ports[source, target]

    def port(self, number: int) -> int:
        """The port on which that validator is to listen."""
        return self._addresses[number][1]

    def part(self, *numbers: int) -> None:
        """Hold up everything between these and the others; none: mend all wires."""
        asyncio.run_coroutine_threadsafe(self._part(frozenset(numbers)), self._loop).result()

    def __enter__(self) -> "Links":
        self._thread.start()
        for source, target in self._ports:
            asyncio.run_coroutine_threadsafe(self._listen(source, target), self._loop).result()
        return self

    def __exit__(self, *exception: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _part(self, numbers: frozenset[int]) -> None:
        async with self._moved:
            self._cut = numbers
            self._moved.notify_all()

    async def _listen(self, source: int, target: int) -> None:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                await self._relay(source, target, reader, writer)
            finally:
                self._tasks.discard(task)

        await asyncio.start_server(relay, *self.address(source, target))

    async def _relay(
        self, source: int, target: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._passable(source, target)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection(*self._addresses[target])
            there = asyncio.ensure_future(self._pump(source, target, reader, far_writer))
            back = asyncio.ensure_future(self._pump(source, target, far_reader, writer))
            try:
                await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                far_writer.close()
        writer.close()

    async def _pump(self, source: int, target: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._passable(source, target)
                writer.write(data)
                await writer.drain()

    async def _passable(self, source: int, target: int) -> None:
        async with self._moved:
            await self._moved.wait_for(lambda: (source in self._cut) == (target in self._cut))

    async def _end(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
