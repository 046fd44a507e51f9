"""Problem details (RFC 9457): the one form of every answer that is no success.

`type` is `/problems/<code>`, which is stable, and a page that explains it. The statuses, deliberately:

400  Malformed: the bytes are no transaction that could be ordered; nothing was recorded
401  a signed read request is missing or wrong
404  nothing is known under this id, path, or query
405, 408, 413, 414, 415, 431  of HTTP: method, slow body, size, target, media type, headers
409  this id was used for another payload
422  Rejected: ordered, refused by a rule, recorded with height and index; sending again gives the same answer
429  too many requests from one address; `Retry-After` says when
500  an error of ours. With an outcome `defect` it was ordered: its writes were dropped, its act is paused
503  busy or stopping; whether it was ordered, `GET /transactions/{id}` tells
"""

import msgspec

from madang.kernel.errors import MadangError, Malformed
from madang.kernel.machine import Outcome, Result
from madang.log.errors import LogError

MEDIA_TYPE = b"application/problem+json"

_STATUS = {
    "payload.id_used": 409,
    "envelope.size": 413,
    "transaction.unknown": 404,
    "engine.size": 413,
}
# What is all right again in a moment, and tells whoever asked why they have to wait.
_SOON = ("engine.", "log.unpublished", "log.uncosigned")
_TITLES = {
    400: "This is no transaction or request that can be read",
    401: "This needs a signed read request",
    404: "Nothing is here",
    405: "This method is not offered here",
    408: "The body arrived too slowly",
    409: "The id was used for another payload",
    413: "Too large",
    414: "The request target is too long",
    415: "This media type is not read here",
    422: "A rule refused this transaction",
    429: "Too many requests",
    431: "The headers are too large",
    500: "An error of this server",
    503: "This server can't answer now",
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An RFC 9457 problem. `code` is for programs, `detail` for people: what happened, and what to do.

    A transaction that was ordered has `outcome`, `id`, `height` and `index` too, and `reason` where a programme
    narrows the code.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: str = ""
    outcome: Outcome | None = None
    id: str = ""
    height: int | None = None
    index: int | None = None
    repeated: bool = False


class Refused(Exception):  # noqa: N818  an answer, named as the answer
    """A request of which nothing is done. `retry_after` is in seconds, 0 where trying again is no use."""

    def __init__(self, status: int, code: str, detail: str, retry_after: int = 0) -> None:
        super().__init__(code)
        self.problem = make(status, code, detail)
        self.retry_after = retry_after


def make(status: int, code: str, detail: str) -> Problem:
    """A problem of this status and code."""
    return Problem(f"/problems/{code}", title(status), status, detail, code)


def title(status: int) -> str:
    """The stable title of a status."""
    return _TITLES.get(status, _TITLES[400] if status < 500 else _TITLES[500])


def of_result(result: Result) -> Problem:
    """The problem of an ordered transaction that was not accepted."""
    status = 422 if result.outcome == "rejected" else 500
    detail = result.message or "It was ordered before, and refused. Its first answer said why."
    return Problem(
        f"/problems/{result.code}",
        title(status),
        status,
        detail,
        result.code,
        result.reason,
        result.outcome,
        result.id,
        result.height,
        result.index,
        result.repeated,
    )


def of_error(error: MadangError | LogError) -> tuple[Problem, int]:
    """The problem of an error of ours, and after how many seconds to try again (0: it is no use)."""
    code = error.code
    status = _STATUS.get(code, 400 if isinstance(error, Malformed) else 0)
    if status in (400, 404, 409, 413):
        return make(status, code, error.message if isinstance(error, MadangError) else str(error)), 0
    if code.startswith(_SOON) and isinstance(error, MadangError):
        return make(503, code, error.message), 1
    if code.startswith(("log.receipt.", "log.written.", "log.tile.")) and isinstance(error, LogError):
        return make(500, code, f"{error.what}. {error.now}"), 0
    # What stopped the node may name files of ours: that is for its operators.
    return make(503, code, "This server can't read or write its ledger now. Ask another, or again later."), 5
