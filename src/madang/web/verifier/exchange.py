"""The two addresses that a wallet knows: where it fetches a request, and where it sends its holder's answer.

What goes wrong is one answer on the wire, whatever it was: somebody who tries learns nothing. Why, the journal of this
server says by its code, and whoever asked is told that it was refused. Wallets in browsers of any site may come: they
bring no cookie, get nothing but what they were asked, and such requests need no leave beforehand (Fetch, 4.8).
"""

import logging
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.datastructures import State as AppState
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.identity.institution import PATH as IDENTITY
from madang.identity.jose import MAX_BYTES
from madang.identity.verifier.request import MEDIA_TYPE
from madang.identity.zk.places import BUSY
from madang.kernel.errors import MadangError
from madang.web.api.asgi import encode
from madang.web.verifier.verifiers import PATH, Verifiers

HEADERS = {"cache-control": "no-store", "access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
MAX_FORM_FIELDS = 4
BESIDE_BYTES = 4 * 1024
"""How much may stand beside an encrypted answer: its name, and a state."""
RETRY_SECONDS = 5
_FORM = "application/x-www-form-urlencoded"
_REFUSED = {"error": "invalid_request"}
_LATER = {"error": "temporarily_unavailable"}

Req = Request[Any, Any, AppState]
Name = Annotated[str, Parameter(max_length=32)]
Handle = Annotated[str, Parameter(max_length=64)]


@get(f"{IDENTITY}/{{name:str}}/{PATH}/request/{{handle:str}}")
async def fetch(request: Req, name: Name, handle: Handle) -> Response[bytes]:
    """The signed request (RFC 9101), for the first who fetches it."""
    return _fetched(request, name, handle, "")


@post(f"{IDENTITY}/{{name:str}}/{PATH}/request/{{handle:str}}", status_code=200)
async def fetch_with_nonce(request: Req, name: Name, handle: Handle) -> Response[bytes]:
    """The same for a wallet that sends a nonce of its own along (OpenID4VP 1.0, section 5.10)."""
    form = await _form(request)
    return (
        _refuse(request, "request.form")
        if form is None
        else _fetched(request, name, handle, form.get("wallet_nonce", ""))
    )


@post(f"{IDENTITY}/{{name:str}}/{PATH}/response/{{handle:str}}", status_code=200)
async def respond(request: Req, name: Name, handle: Handle) -> Response[bytes]:
    """Take the wallet's answer (`direct_post.jwt`). A holder on this device is told where to go on."""
    verifiers, now = _verifiers(request), request.app.state.node.clock()
    try:
        form = await _form(request, verifiers.of(name).most_bytes(handle, now))
        if form is None:
            return _refuse(request, "response.form")
        back = await verifiers.receive(name, handle, form, now)
    except MadangError as error:
        return _busy(request) if error.code == BUSY else _refuse(request, error.code)
    return _answer({"redirect_uri": back} if back else {})


ROUTES: Sequence[ControllerRouterHandler] = (fetch, fetch_with_nonce, respond)


def _fetched(request: Req, name: str, handle: str, nonce: str) -> Response[bytes]:
    try:
        text = _verifiers(request).of(name).fetch(handle, request.app.state.node.clock(), nonce)
    except MadangError as error:
        return _refuse(request, error.code)
    return Response(text.encode(), media_type=MEDIA_TYPE, headers=HEADERS)


def _verifiers(request: Req) -> Verifiers:
    found: Verifiers = request.app.state.verifiers
    return found


async def _form(request: Req, most: int = MAX_BYTES) -> dict[str, str] | None:
    """The fields of a form, each once; None if it is none, or longer than `most` and a state beside it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    body = await request.body()
    if len(body) > most + BESIDE_BYTES:
        return None
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def _refuse(request: Req, code: str) -> Response[bytes]:
    request.app.state.journal.tell("presentation", logging.WARNING, code=code)
    return _answer(_REFUSED, 400)


def _busy(request: Req) -> Response[bytes]:
    """Nothing was looked at: the wallet may send the same again."""
    request.app.state.journal.tell("presentation", logging.WARNING, code=BUSY)
    headers = {**HEADERS, "retry-after": str(RETRY_SECONDS)}
    return Response(encode(_LATER), status_code=503, media_type="application/json", headers=headers)


def _answer(content: dict[str, str], status: int = 200) -> Response[bytes]:
    return Response(encode(content), status_code=status, media_type="application/json", headers=HEADERS)
