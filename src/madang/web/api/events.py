"""GET /events: each durable block as a server-sent event. Public: height, time, root, how many transactions.

An event's id is its height, so a client that lost the connection goes on behind `Last-Event-ID`, as browsers do by
themselves. Events are made once for all from a bounded window of the latest blocks; a client that asks for older
ones reads them from the store, at most `Limits.catch_up` of them. Whoever falls behind the window while connected
is sent `behind` and dropped: it may come back and catch up. All subscribers are woken together, ten times a second.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice

import msgspec

from madang.engine import entries
from madang.engine.entries import Tip
from madang.engine.ledger import Commit, Ledger
from madang.web.api.asgi import API_HEADERS, Receive, Scope, Send, disconnected, encode, refuse
from madang.web.api.limits import Limits
from madang.web.api.problems import Refused

WINDOW = 2_000
"""Blocks that are kept ready for those who follow."""
STEP = 500
"""Blocks of one piece that is sent."""
PACE = 0.1
HEARTBEAT = 15.0
MAX_SECONDS = 3600.0
"""How long one connection lasts; its client then comes back behind what it has seen."""
SEND_SECONDS = 30.0
"""How long one piece may wait for its reader."""
_HEADERS = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no"), *API_HEADERS]
_BEHIND = b'event: behind\ndata: {"detail":"You read too slowly. Come back with Last-Event-ID."}\n\n'
_END = b'event: end\ndata: {"detail":"Come back with Last-Event-ID."}\n\n'


class BlockEvent(msgspec.Struct, frozen=True):
    """A durable block: its root is that of the log after it, in hexadecimal; `size` the leaves up to it."""

    height: int
    time: int
    root: str
    size: int
    transactions: int


class Events:
    """The route. Belongs to the running event loop; `block_written` may be called from any thread."""

    def __init__(self, ledger: Ledger, limits: Limits, heartbeat: float = HEARTBEAT) -> None:
        self._ledger = ledger
        self._limits = limits
        self._heartbeat = heartbeat
        self._loop = asyncio.get_running_loop()
        self._arrived: deque[Tip] = deque()
        self._window: deque[tuple[int, bytes]] = deque(maxlen=WINDOW)
        self._changed = asyncio.Event()
        self._woken = False
        self._subscribers = 0
        self._closed = False
        self._at_close: list[Callable[[], None]] = []

    def block_written(self, commit: Commit) -> None:
        """Take a durable block; returns at once."""
        self._arrived.append(commit.tip)
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._wake)

    def at_close(self, also: Callable[[], None]) -> None:
        """Have streams of another sort end together with these: a server that stops waits for all of them."""
        self._at_close.append(also)

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self._wake()
        for also in self._at_close:
            also()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with a stream, or refuse it."""
        try:
            height = self._first(dict(scope["headers"]).get(b"last-event-id"))
        except Refused as refused:
            await refuse(send, refused.problem, refused.retry_after)
            return
        self._subscribers += 1
        following = asyncio.current_task()
        gone = asyncio.create_task(disconnected(receive))
        gone.add_done_callback(lambda _done: following and following.cancel())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._follow(height, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            pass  # nobody reads at the other end
        except asyncio.CancelledError:
            if not gone.done():
                raise
        finally:
            self._subscribers -= 1
            gone.cancel()

    def _first(self, last: bytes | None) -> int:
        """The height to start from. Raises `Refused`: 400 `events.id`, `events.ahead`, `events.behind`, 503."""
        tip = self._ledger.durable.height
        if last is not None and not (last.isdigit() and len(last) < 16):
            raise Refused(400, "events.id", "Last-Event-ID is the height of the last block that you have seen.")
        after = tip if last is None else int(last)
        if after > tip:
            raise Refused(400, "events.ahead", f"The last block is {tip}. Ask for events behind a height up to that.")
        if tip - after > self._limits.catch_up:
            raise Refused(
                400,
                "events.behind",
                f"At most {self._limits.catch_up} blocks are sent again; the last is {tip}. Read the log's tiles.",
            )
        if self._subscribers >= self._limits.subscribers:
            raise Refused(503, "events.full", "Too many follow already. Come back in a minute.", 60)
        return after + 1

    async def _follow(self, height: int, send: Send) -> None:
        ends = self._loop.time() + MAX_SECONDS
        await _piece(send, b"retry: 2000\n\n")
        height = await self._catch_up(height, send)
        while not self._closed and self._loop.time() < ends:
            changed = self._changed
            if self._window and self._window[-1][0] >= height:
                oldest = self._window[0][0]
                if height < oldest:
                    await _piece(send, _BEHIND)
                    return
                ready = [event for _, event in islice(self._window, height - oldest, None)]
                height += len(ready)
                await _piece(send, b"".join(ready))
                await asyncio.sleep(PACE)
                continue
            try:
                async with asyncio.timeout(self._heartbeat):
                    await changed.wait()
            except TimeoutError:
                await _piece(send, b": still here\n\n")
        # What is durable by now is told before the end.
        rest = [event for block, event in self._window if block >= height]
        await _piece(send, b"".join(rest) + _END)

    async def _catch_up(self, height: int, send: Send) -> int:
        """Send what lies between `height` and the window, from the store, a step at a time; gives the next height."""
        while True:
            tip = self._ledger.durable.height
            oldest = self._window[0][0] if self._window else tip + 1
            if height >= oldest or height > tip:
                return height
            stop = min(height + STEP, oldest, tip + 1)
            pairs = self._ledger.store.log_scan(entries.block_key(height), entries.block_key(stop))
            await _piece(send, b"".join([event_of(entries.read_tip(data)) for _, data in pairs]))
            height = stop

    def _wake(self) -> None:
        self._woken = False
        while self._arrived:
            tip = self._arrived.popleft()
            self._window.append((tip.height, event_of(tip)))
        self._changed.set()
        self._changed = asyncio.Event()


def event_of(tip: Tip) -> bytes:
    """A block as a server-sent event."""
    block = BlockEvent(tip.height, tip.time, tip.root.hex(), tip.size, tip.size - tip.first - 1)
    return b"id: %d\nevent: block\ndata: %b\n\n" % (tip.height, encode(block))


async def _piece(send: Send, data: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})
