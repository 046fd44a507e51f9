"""The little of ASGI that is written by hand here: types, one way to answer, one way to read a body."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from madang.web.api.problems import MEDIA_TYPE, Problem, Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

encode = msgspec.json.Encoder().encode

SECURITY_HEADERS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
API_HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
    *SECURITY_HEADERS,
)
JSON_HEADERS = [(b"content-type", b"application/json"), *API_HEADERS]
PROBLEM_HEADERS = [(b"content-type", MEDIA_TYPE), *API_HEADERS]


async def answer(send: Send, status: int, headers: Iterable[Header], body: bytes) -> None:
    """Send one whole response."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, problem: Problem, retry_after: int = 0, more: Sequence[Header] = ()) -> None:
    """Send a problem, with `more` headers."""
    headers = [*PROBLEM_HEADERS, *more]
    if retry_after:
        headers = [*headers, (b"retry-after", str(retry_after).encode())]
    await answer(send, problem.status, headers, encode(problem))


async def read_body(
    headers: dict[bytes, bytes],
    receive: Receive,
    most: int,
    seconds: float,
    hold: Callable[[int], bool] = lambda _: True,
) -> bytes:
    """The request's body, of which never more than `most` bytes are held; `hold` says whether there is room
    for more, where bodies are large enough to matter together.

    Raises `Refused`: `http.length` (400), `http.size` (413, without reading when the length is announced),
    `http.busy` (503), `http.slow` (408), `http.disconnected`.
    """
    announced = headers.get(b"content-length")
    if announced is not None:
        if not announced.isdigit():
            raise Refused(400, "http.length", "Content-Length is no number. Send the body's length in bytes.")
        if len(announced) > 12 or int(announced) > most:
            raise _too_large(most)
    chunks: list[bytes] = []
    held = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused(400, "http.disconnected", "The connection ended before the body did. Send it again.")
                chunk = message.get("body", b"")
                if chunk:
                    held += len(chunk)
                    if held > most:
                        raise _too_large(most)
                    if not hold(len(chunk)):
                        raise _busy()
                    chunks.append(chunk)
                if not message.get("more_body"):
                    break
    except TimeoutError:
        raise _slow(seconds) from None
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def in_bounds(receive: Receive, seconds: float, hold: Callable[[int], bool]) -> Receive:
    """`receive` for whoever reads a body: all of it within so many seconds, and as `hold` says that there is room.

    What comes behind the body (that the client left) may take as long as it likes. Raises `Refused`: `http.slow` (408),
    `http.busy` (503).
    """
    ends = 0.0
    is_read = False

    async def receive_in_bounds() -> Message:
        nonlocal ends, is_read
        if is_read:
            return await receive()
        ends = ends or asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise _slow(seconds) from None
        is_read = message["type"] != "http.request" or not message.get("more_body")
        if not hold(len(message.get("body", b""))):
            raise _busy()
        return message

    return receive_in_bounds


async def disconnected(receive: Receive) -> None:
    """Returns when the client has left, or sends a body where none is read and is too slow even there."""
    with suppress(Refused):
        while (await receive())["type"] != "http.disconnect":
            pass


def _slow(seconds: float) -> Refused:
    return Refused(408, "http.slow", f"The body took longer than {seconds:g} seconds. Send it at once.")


def _busy() -> Refused:
    return Refused(503, "http.busy", "Too much is being sent here at once. Send again in a second.", 1)


def _too_large(most: int) -> Refused:
    return Refused(413, "http.size", f"The body is larger than {most} bytes. Split it into several requests.")
