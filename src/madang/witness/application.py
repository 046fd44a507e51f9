"""The witness over HTTP: `POST /add-checkpoint`, and `GET /<origin hash>/checkpoint` for monitors. C2SP tlog-witness.

Statuses are the specification's; those that it leaves open are of HTTP (405, 408, 413, 429) or of this server (503:
busy, or its disk fails; nothing was cosigned). Bodies of refusals are problem details (RFC 9457), except that a
conflict answers the size alone, as the specification asks.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import TypeVar

import msgspec

from madang.kernel.errors import MadangError
from madang.log.errors import LogError
from madang.log.witness import MAX_REQUEST_BYTES, WitnessError
from madang.web.api.asgi import Receive, Scope, Send, answer, read_body, refuse
from madang.web.api.edge import Edge
from madang.web.api.limits import Buckets, Limits
from madang.web.api.problems import Problem, Refused, make
from madang.witness.service import Witness

LIMITS = Limits(
    single_bytes=MAX_REQUEST_BYTES, body_seconds=10.0, query_seconds=10.0, queries_at_once=64, rate=100, connections=512
)
THREADS = 4
ADD = "/add-checkpoint"
_MONITORED = re.compile(r"/([0-9a-f]{64})/checkpoint\Z")
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_SIZE = (b"content-type", b"text/x.tlog.size")
_log = logging.getLogger("madang.witness")
T = TypeVar("T")


def create(open_witness: Callable[[], Witness], limits: Limits = LIMITS) -> Edge:
    """The application; the witness is opened when it starts and closed when it ends."""
    return Edge(Application(open_witness, limits), Buckets(limits), limits)


class Application:
    """What is behind the edge: two routes, on threads of their own, so many at once."""

    def __init__(self, open_witness: Callable[[], Witness], limits: Limits) -> None:
        self._open = open_witness
        self._limits = limits
        self._pool = ThreadPoolExecutor(THREADS, "madang-witness")
        self._places = asyncio.Semaphore(limits.queries_at_once)
        self._witness: Witness | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                await self._route(scope, receive, send)
            except Refused as refused:
                await refuse(send, _plain(refused.problem), refused.retry_after)
            except Exception as error:  # noqa: BLE001  the kind of error is for this server's log, nothing on the wire
                _log.error("defect", exc_info=error)
                problem = make(500, "http.defect", "This witness failed in a way that was not foreseen.")
                await refuse(send, _plain(problem))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._witness = self._open()
        except MadangError as error:
            await send({"type": "lifespan.startup.failed", "message": error.message})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._pool.shutdown()
        self._witness.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        monitored = _MONITORED.match(path)
        if path != ADD and not monitored:
            raise Refused(404, "http.not_found", f"Nothing is under this path. POST {ADD} is what a witness takes.")
        if method != ("GET" if monitored else "POST"):
            allowed = b"GET" if monitored else b"POST"
            problem = make(405, "http.method", f"This path takes {allowed.decode()} only.")
            await refuse(send, _plain(problem), 0, [(b"allow", allowed)])
        elif monitored:
            await self._show(monitored[1], send)
        else:
            body = await read_body(
                dict(scope["headers"]), receive, self._limits.single_bytes, self._limits.body_seconds
            )
            await self._add(body, send)

    async def _add(self, body: bytes, send: Send) -> None:
        try:
            line = await self._run(lambda witness: witness.add_checkpoint(body))
        except WitnessError as error:
            if error.status == 409:
                await answer(send, 409, [_SIZE], f"{error.size}\n".encode())
                return
            raise Refused(error.status, error.code, f"{error.what}. {error.now}") from None
        except LogError as error:
            raise Refused(400, error.code, f"{error.what}. {error.now}") from None
        await answer(send, 200, [_TEXT], line)

    async def _show(self, hashed: str, send: Send) -> None:
        note = await self._run(lambda witness: witness.checkpoint(hashed))
        if note is None:
            raise Refused(404, "log.witness.unknown", "This witness never cosigned a checkpoint of that log.")
        await answer(send, 200, [_TEXT], note)

    async def _run(self, work: Callable[[Witness], T]) -> T:
        """Run it on a thread; what it does with the disk goes on even where the caller does not wait."""
        witness = self._witness
        if witness is None or self._places.locked():
            raise Refused(503, "witness.busy", "This witness has too much to do. Ask again in a second.", 1)
        async with self._places:
            try:
                async with asyncio.timeout(self._limits.query_seconds):
                    future: Future[T] = self._pool.submit(work, witness)
                    return await asyncio.wrap_future(future)
            except TimeoutError:
                raise Refused(503, "witness.slow", "This witness is slow. Ask again in a few seconds.", 5) from None
            except (MadangError, OSError) as error:
                # Which file failed is for its operator; nothing of it goes on the wire.
                _log.error("nothing was cosigned: %s", error)
                raise Refused(
                    503, "witness.failed", "This witness can't read or store now. Ask again later.", 60
                ) from None


def _plain(problem: Problem) -> Problem:
    """Titles and pages of problems are a node's: here the status says all that there is (RFC 9457, section 4.2.1)."""
    return msgspec.structs.replace(problem, type="about:blank", title=HTTPStatus(problem.status).phrase)
