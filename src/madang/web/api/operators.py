"""What only the operators of this node may ask: GET /metrics and GET /node/status.

For connections from this very machine that no proxy passed on, and from the addresses in `Limits.operators`; for
everyone else the routes are not there. Nothing here names a person either, but it tells a stranger which institution's
disk is full. A proxy on the same machine should not pass on `/metrics` and `/node` at all (docs/operations.md).
"""

import asyncio
import ipaddress
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State as AppState

from madang.web.api.asgi import encode
from madang.web.api.limits import Limits
from madang.web.api.meter import Meter
from madang.web.api.metrics import MEDIA_TYPE, write_metrics
from madang.web.api.problems import Refused
from madang.web.api.status import NodeStatus, read_node

PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

Req = Request[Any, Any, AppState]


@get("/metrics")
async def metrics(request: Req) -> Response[bytes]:
    """What is measured, for Prometheus."""
    status = await _read(request)
    return Response(write_metrics(status, request.app.state.meter), media_type=MEDIA_TYPE)


@get("/node/status")
async def status(request: Req) -> Response[bytes]:
    """How this node is, and what is wrong with it."""
    return Response(encode(await _read(request)), media_type="application/json")


ROUTES = (metrics, status)


async def _read(request: Req) -> NodeStatus:
    check_operator(request, request.app.state.limits)
    meter: Meter = request.app.state.meter
    return await asyncio.to_thread(read_node, request.app.state.node, meter.waiting, meter.stalled())


def check_operator(request: Req, limits: Limits) -> None:
    """Whether this may be an operator. Raises `Refused` (404), as for a path that is not there."""
    address = request.scope["client"][0] if request.scope["client"] else ""
    if address in limits.operators:
        return
    server = request.scope["server"]
    here = _is_loopback(address) or (server is not None and address == server[0])
    if not here or any(name in request.headers for name in PASSED_ON):
        raise Refused(404, "http.not_found", "Nothing is under this path. GET /openapi.json lists what is.")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
