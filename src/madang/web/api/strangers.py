"""Requests of people who have not said who they are, for which a server must keep something until they come back.

They are counted by address, apart from all other requests and far below them (`Limits.kept_rate`): reading a page costs
a moment, and what is kept costs its place until its time is over.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from madang.web.api.limits import Buckets, Limits
from madang.web.api.problems import Refused

ADDRESS = "madang.address"
"""Under which name the edge leaves the client's address in a request's scope."""


def strangers(limits: Limits) -> Buckets:
    """The count by address."""
    return Buckets(msgspec.structs.replace(limits, rate=limits.kept_rate, burst=limits.kept_burst))


def admit(request: Request[Any, Any, State]) -> None:
    """Count a request for which something will be kept. Raises `Refused` (429, `http.rate`)."""
    counted: Buckets = request.app.state.strangers
    scope: Mapping[str, Any] = {**request.scope}
    wait = counted.take(scope[ADDRESS])
    if wait:
        raise Refused(429, "http.rate", f"Too many requests to begin something. Send again in {wait} s.", wait)
