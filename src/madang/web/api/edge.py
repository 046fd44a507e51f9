"""What every request passes first: who asks how often, how large its headers are, and which way it goes.

Bodies are bounded here too, in time and all of them together; how large one may be is for whoever reads it to say.

`POST /transactions` goes straight to `submit`; all else to the framework. Answers get the security headers here, so
that no route can forget them.
"""

import asyncio
import time
from collections.abc import Sequence

from madang.web.api.asgi import API_HEADERS, App, Header, Message, Receive, Scope, Send, in_bounds, refuse
from madang.web.api.limits import MAX_HEADER_BYTES, MAX_TARGET_BYTES, Bodies, Buckets, Limits
from madang.web.api.problems import make
from madang.web.api.strangers import ADDRESS
from madang.web.api.submit import Submission


class Edge:
    """The outermost ASGI application. `submission` is None until the node is open; then `close` ends it cleanly.

    `bodies` is the room for the bodies of all requests, which `submission` shares.
    """

    def __init__(self, app: App, buckets: Buckets, limits: Limits) -> None:
        self._app = app
        self._buckets = buckets
        self._proxies = frozenset(limits.proxies)
        self._body_seconds = limits.body_seconds
        self.bodies = Bodies(limits.bodies_bytes)
        self._inside = 0
        self._closing = False
        self.submission: Submission | None = None

    async def close(self, seconds: float) -> None:
        """Take no more requests, and wait until those inside are answered, at most so long."""
        self._closing = True
        ends = time.monotonic() + seconds
        while self._inside and time.monotonic() < ends:
            await asyncio.sleep(0.02)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it: 414, 429, 431, and 503 while closing."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._admit(scope, receive, send)
        finally:
            self._inside -= 1

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Sequence[Header] = scope["headers"]
        address = scope[ADDRESS] = self._address(scope, headers)
        if self._closing:
            await refuse(
                send, make(503, "engine.stopped", "This node is stopping. Send to another, or again later."), 5
            )
        elif wait := self._buckets.take(address):
            await refuse(send, make(429, "http.rate", f"Too many requests. Send again in {wait} s."), wait)
        elif sum([len(name) + len(value) for name, value in headers]) > MAX_HEADER_BYTES:
            await refuse(
                send, make(431, "http.headers", f"Headers take more than {MAX_HEADER_BYTES} bytes. Send less.")
            )
        elif len(scope["raw_path"] or b"") + len(scope["query_string"]) > MAX_TARGET_BYTES:
            await refuse(send, make(414, "http.target", f"Paths take at most {MAX_TARGET_BYTES} bytes. Shorten it."))
        elif self.submission is not None and scope["path"] == "/transactions":
            if scope["method"] == "POST":
                await self.submission(scope, receive, send, address)
            else:
                await refuse(
                    send, make(405, "http.method", "Transactions are sent with POST."), 0, [(b"allow", b"POST")]
                )
        else:
            with self.bodies.request() as hold:
                await self._app(scope, in_bounds(receive, self._body_seconds, hold), _with_headers(send))

    def _address(self, scope: Scope, headers: Sequence[Header]) -> str:
        address = str(scope["client"][0]) if scope.get("client") else ""
        if address in self._proxies:
            for name, value in headers:
                if name == b"x-forwarded-for":
                    # The last entry is what the proxy that we believe has seen; the others are anybody's word.
                    address = value.rpartition(b",")[2].strip().decode("latin-1")
        return address


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in API_HEADERS if pair[0] not in present]
            message["headers"] = headers
        await send(message)

    return send_with_headers
