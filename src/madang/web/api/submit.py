"""POST /transactions: one signed transaction, or up to 1,000 together. Answered when they are durable.

`application/jose` is a compact JWS, `application/jose+json` a general JSON envelope; the answer's status says how it
ended. `application/json` is `{"transactions": [...]}` of both sorts; its status is 200, and its answer a list in the
same order: a result, or a problem, for each. Together means one request, not one fate: each stands alone.

This is the busiest route, so nothing but the edge stands between it and the server.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from madang.engine.interface import Answer
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.web.api import problems
from madang.web.api.asgi import JSON_HEADERS, Receive, Scope, Send, answer, encode, read_body, refuse
from madang.web.api.courier import Courier
from madang.web.api.limits import MAX_TOGETHER, Bodies, Buckets, Limits
from madang.web.api.problems import Problem, Refused

COMPACT = "application/jose"
GENERAL = "application/jose+json"
TOGETHER = "application/json"
_WHITE = b" \t\r\n"


class _Strings(msgspec.Struct, forbid_unknown_fields=True):
    transactions: list[str]


class _Mixed(msgspec.Struct, forbid_unknown_fields=True):
    transactions: list[msgspec.Raw]


_strings = msgspec.json.Decoder(_Strings)
_mixed = msgspec.json.Decoder(_Mixed)
_string = msgspec.json.Decoder(str)


class Submission:
    """The route. `buckets` charge each further transaction of a request as one more; `bodies` are the edge's."""

    def __init__(self, courier: Courier, buckets: Buckets, limits: Limits, bodies: Bodies) -> None:
        self._courier = courier
        self._buckets = buckets
        self._limits = limits
        self._bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send, address: str) -> None:
        """Answer one request. What is refused is sent as a problem."""
        with self._bodies.request() as hold:
            await self._answer(scope, receive, send, address, hold)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, address: str, hold: Callable[[int], bool]
    ) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
        try:
            if kind in (COMPACT, GENERAL):
                body = await read_body(headers, receive, self._limits.single_bytes, self._limits.body_seconds, hold)
                status, content = _single(await self._courier.submit(body.strip(_WHITE)))
                if status != 200:
                    await refuse(send, content)
                    return
            elif kind == TOGETHER:
                body = await read_body(headers, receive, self._limits.batch_bytes, self._limits.body_seconds, hold)
                content = [_item(one) for one in await self._courier.submit_many(self._read(body, address))]
            else:
                raise Refused(
                    415, "http.media_type", f"Send {COMPACT}, {GENERAL}, or {TOGETHER} with a list of transactions."
                )
        except Refused as refused:
            await refuse(send, refused.problem, refused.retry_after)
        except MadangError as error:
            await refuse(send, *problems.of_error(error))
        else:
            await answer(send, 200, JSON_HEADERS, encode(content))

    def _read(self, body: bytes, address: str) -> list[bytes]:
        signed = read_together(body)
        if wait := self._buckets.take(address, len(signed) - 1):
            raise Refused(429, "http.rate", f"Too many transactions at once. Send again in {wait} s.", wait)
        return signed


def read_together(body: bytes) -> list[bytes]:
    """The transactions of a batch, each as it was signed. Raises `Refused` (`batch.invalid`, `batch.size`)."""
    try:
        try:
            signed = [one.encode() for one in _strings.decode(body).transactions]
        except msgspec.ValidationError:
            signed = [_signed(bytes(one)) for one in _mixed.decode(body).transactions]
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Refused(
            400, "batch.invalid", f'This is not {{"transactions": [...]}} of strings and objects: {error}.'
        ) from None
    if not 0 < len(signed) <= MAX_TOGETHER:
        raise Refused(413 if signed else 400, "batch.size", f"Send 1 to {MAX_TOGETHER} transactions at once.")
    return signed


def _signed(raw: bytes) -> bytes:
    raw = raw.strip(_WHITE)
    return _string.decode(raw).encode() if raw[:1] == b'"' else raw


def _single(given: Answer) -> tuple[int, Any]:
    content = _item(given)
    return (200, content) if isinstance(content, Result) else (content.status, content)


def _item(given: Answer) -> Result | Problem:
    if isinstance(given, Result):
        return given if given.outcome == "accepted" else problems.of_result(given)
    return problems.of_error(given)[0]
