"""Server-sent events for whoever is signed in: each stream follows one topic, and ends with its session.

A `Feed` is fed from the writing thread of the engine and read by streams of the event loop. It asks the ledger nothing:
what happened is handed in, once for all who follow a topic. A stream begins with what its page may have missed. Bounded
are the streams in all and of a topic, and what waits for a reader: whoever reads too slowly is dropped and comes back.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

import msgspec
from litestar.datastructures import State as AppState

from madang.web.api.asgi import App, Receive, Scope, Send, disconnected, encode, refuse
from madang.web.api.limits import Limits
from madang.web.api.problems import Refused
from madang.web.site.kept import kept
from madang.web.site.visit import PAGE_HEADERS

HEARTBEAT = 15.0
"""Seconds after which a quiet stream shows that it lives, and looks whether its session does."""
MAX_SECONDS = 3600.0
"""How long one connection lasts; a browser then comes back by itself, behind what it has seen."""
SEND_SECONDS = 30.0
MOST_OF_A_TOPIC = 32
MOST_WAITING = 1_000
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"x-accel-buffering", b"no"),
    *((name.encode(), text.encode()) for name, text in PAGE_HEADERS.items()),
]
_BEHIND = b"event: behind\ndata: {}\n\n"
OVER = b"event: over\ndata: {}\n\n"
"""The session is over: a browser that hears this signs in again, and does not come back by itself."""


class _Following:
    """What waits for one stream."""

    def __init__(self) -> None:
        self.waiting: deque[bytes] = deque()
        self.changed = asyncio.Event()
        self.is_behind = False


class Feed:
    """Events by topic. Belongs to the running event loop; `follows` and `tell` may be called from any thread."""

    def __init__(self, most: int, heartbeat: float = HEARTBEAT) -> None:
        self._loop = asyncio.get_running_loop()
        self._most = most
        self._heartbeat = heartbeat
        self._topics: dict[str, list[_Following]] = {}
        self._count = 0
        self._told: deque[tuple[str, bytes]] = deque()
        self._woken = False
        self._closed = False

    def follows(self, topic: str) -> bool:
        """Whether anybody follows a topic now."""
        return topic in self._topics

    @property
    def is_idle(self) -> bool:
        """Whether nobody follows anything now."""
        return not self._topics

    def tell(self, events: Iterable[tuple[str, bytes]]) -> None:
        """Send events to those who follow their topics; returns at once."""
        self._told.extend(events)
        if self._told and not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """End all streams; in the event loop."""
        self._closed = True
        for each in self._topics.values():
            for one in each:
                one.changed.set()

    def _wake(self) -> None:
        self._woken = False
        while self._told:
            topic, event = self._told.popleft()
            for one in self._topics.get(topic, ()):
                if len(one.waiting) >= MOST_WAITING:
                    one.is_behind = True
                else:
                    one.waiting.append(event)
                one.changed.set()

    def stream(self, topic: str, missed: Callable[[], Iterable[bytes]], stays: Callable[[], bool]) -> App:
        """An answer that streams a topic: `missed` is told first, then what comes, for as long as `stays` says so.

        `missed` is asked after following began, so that nothing falls between; an event may come twice. It reads on a
        thread of its own. The stream is refused with 503 (`stream.full`) where too many follow already.
        """

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                following = self._join(topic)
            except Refused as refused:
                await refuse(send, refused.problem, refused.retry_after)
                return
            reading = asyncio.current_task()
            gone = asyncio.create_task(disconnected(receive))
            gone.add_done_callback(lambda _done: reading and reading.cancel())
            try:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await _piece(send, b"retry: 2000\n\n" + await asyncio.to_thread(lambda: b"".join(missed())))
                await self._follow(following, stays, send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except TimeoutError:
                pass  # nobody reads at the other end
            except asyncio.CancelledError:
                if not gone.done():
                    raise
            finally:
                gone.cancel()
                self._leave(topic, following)

        return answer

    def _join(self, topic: str) -> _Following:
        each = self._topics.get(topic, [])
        if self._closed or self._count >= self._most or len(each) >= MOST_OF_A_TOPIC:
            raise Refused(503, "stream.full", "Too many follow already. Close other pages, or come later.", 60)
        self._count += 1
        found = _Following()
        self._topics.setdefault(topic, []).append(found)
        return found

    def _leave(self, topic: str, following: _Following) -> None:
        each = self._topics[topic]
        each.remove(following)
        self._count -= 1
        if not each:
            del self._topics[topic]

    async def _follow(self, following: _Following, stays: Callable[[], bool], send: Send) -> None:
        ends = self._loop.time() + MAX_SECONDS
        while not self._closed and self._loop.time() < ends:
            quiet = False
            try:
                async with asyncio.timeout(self._heartbeat):
                    await following.changed.wait()
            except TimeoutError:
                quiet = True
            following.changed.clear()
            if not stays():
                await _piece(send, OVER)
                return
            if following.is_behind:
                await _piece(send, _BEHIND)
                return
            ready = b"".join(following.waiting)
            following.waiting.clear()
            await _piece(send, b": still here\n\n" if quiet and not ready else ready)


def event(name: str, identifier: str, data: msgspec.Struct) -> bytes:
    """A server-sent event. A browser that comes back names the identifier of the last one it has seen."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (identifier.encode(), name.encode(), encode(data))


def feed_of(app: AppState, name: str, begin: Callable[[Feed], None]) -> Feed:
    """The application's feed of this name; made, and begun, when it is asked for first."""

    def make() -> Feed:
        limits: Limits = app.limits
        made = Feed(limits.subscribers)
        begin(made)
        return made

    return kept(app, name, make)


async def _piece(send: Send, data: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})
