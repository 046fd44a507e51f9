"""Puts the parts together into one ASGI application that opens a node when it starts and closes it when it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, asgi
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, ExceptionHandlersMap

from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.log.errors import LogError
from madang.web.api import operators, problems, routes
from madang.web.api.asgi import Receive, Scope, Send, encode, refuse
from madang.web.api.courier import Courier
from madang.web.api.desk import Desk
from madang.web.api.edge import Edge
from madang.web.api.events import Events
from madang.web.api.journal import Journal
from madang.web.api.limits import Buckets, Limits
from madang.web.api.meter import Meter
from madang.web.api.problems import Problem, Refused, make
from madang.web.api.strangers import strangers
from madang.web.api.submit import Submission
from madang.web.api.supervisor import Supervisor

DRAIN_SECONDS = 10.0
"""How long requests may take to end once the node is told to stop."""
OpenNode = Callable[[], AbstractContextManager[Node]]
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


class Additions(msgspec.Struct, frozen=True):
    """What is served beside the interface: further routes, and what lives as long as they are served.

    Both find the node as `app.state.node`; what lives begins after the node is open and ends before it is closed.
    """

    routes: Sequence[ControllerRouterHandler] = ()
    lifespans: Sequence[Lifespan] = ()


NOTHING_MORE = Additions()
LOST = "lost"
"""Under which name in `app.state` those who serve pages put what makes the page for an unknown address."""

_CODES = {404: "http.not_found", 405: "http.method"}
_DETAILS = {
    404: "Nothing is under this path. GET /openapi.json lists what is.",
    405: "This path does not take this method. GET /openapi.json lists what it takes.",
}


def create(
    open_node: OpenNode, limits: Limits, additions: Additions = NOTHING_MORE, closing: int | None = None
) -> Edge:
    """The application, with `additions`.

    At the signal `closing` streams end, for servers that wait for open connections before they stop. Such a server is
    ended when the node stops by itself.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        with _opened(open_node) as (node, journal):
            meter = Meter()
            courier = Courier(node.engine, meter)
            events = Events(node.ledger, limits)
            node.engine.listen(events.block_written)
            node.engine.listen(meter.block_written)
            app.state.update({"node": node, "courier": courier, "desk": Desk(node, limits), "events": events})
            app.state.update({"meter": meter, "limits": limits, "journal": journal})
            app.state.update({"strangers": strangers(limits)})
            edge.submission = Submission(courier, buckets, limits, edge.bodies)
            supervisor = Supervisor(node, meter, journal)
            watching = asyncio.create_task(supervisor.watch()) if closing is not None else None
            if closing is not None:
                asyncio.get_running_loop().add_signal_handler(closing, events.close)
            supervisor.started()
            try:
                yield
            finally:
                if watching is not None:
                    watching.cancel()
                events.close()
                await edge.close(DRAIN_SECONDS)
                app.state.desk.close()
                supervisor.stopped()

    @asgi("/events", copy_scope=False)
    async def events(scope: Any, receive: Any, send: Any) -> None:
        """Blocks as they become durable."""
        if scope["method"] == "GET":
            await scope["litestar_app"].state.events(scope, receive, send)
        else:
            await refuse(send, make(405, "http.method", _DETAILS[405]), 0, [(b"allow", b"GET")])

    buckets = Buckets(limits)
    app = Litestar(
        [*routes.ROUTES, *operators.ROUTES, events, *additions.routes],
        lifespan=[lifespan, *additions.lifespans],
        exception_handlers=_HANDLERS,
        openapi_config=None,
        request_max_body_size=limits.single_bytes,
    )
    edge = Edge(_plain(app), buckets, limits)
    return edge


@contextmanager
def _opened(open_node: OpenNode) -> Iterator[tuple[Node, Journal]]:
    """The open node and its journal."""
    with open_node() as node:
        journal = Journal(node.folder)
        try:
            yield node, journal
        finally:
            journal.close()


def _plain(app: Any) -> Callable[[Scope, Receive, Send], Any]:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return call


def _respond(problem: Problem, retry_after: int = 0) -> Response[bytes]:
    headers = {"retry-after": str(retry_after)} if retry_after else {}
    if problem.status == 401:
        headers["www-authenticate"] = "Madang"
    return Response(
        encode(problem), status_code=problem.status, media_type=problems.MEDIA_TYPE.decode(), headers=headers
    )


def _of_refused(request: Request[Any, Any, Any], error: Refused) -> Response[Any]:
    return _lost(request, error.problem) or _respond(error.problem, error.retry_after)


def _lost(request: Request[Any, Any, Any], problem: Problem) -> Response[Any] | None:
    """A page for a person at an address where nothing is, if pages are served here; None for programs."""
    page: Callable[[Request[Any, Any, Any]], Response[str]] | None = request.app.state.get(LOST)
    if page is None or problem.code != _CODES[404] or "text/html" not in request.headers.get("accept", ""):
        return None
    return page(request)


def _of_ours(_request: Request[Any, Any, Any], error: MadangError | LogError) -> Response[bytes]:
    return _respond(*problems.of_error(error))


def _of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    status = error.status_code
    detail = _DETAILS.get(status, "The request can't be read. Compare it with GET /openapi.json.")
    problem = make(status, _CODES.get(status, "http.request"), detail)
    lost = _lost(request, problem)
    if lost is not None:
        return lost
    response = _respond(problem)
    if status == 405:
        response.headers["allow"] = (error.headers or {}).get("Allow", "GET")
    return response


def _of_defect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    # The kind of error is for the journal of this node; nothing of it goes on the wire.
    request.app.state.journal.defect("defect", error, method=request.method)
    return _respond(make(500, "http.defect", "This server failed in a way that was not foreseen. Tell its operators."))


_HANDLERS: ExceptionHandlersMap = {
    Refused: _of_refused,
    MadangError: _of_ours,
    LogError: _of_ours,
    HTTPException: _of_http,
    Exception: _of_defect,
}
