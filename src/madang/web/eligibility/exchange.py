"""The two addresses that a wallet knows: where it begins, and where it has its token signed.

    POST /identity/NAME/eligibility/begin   {programme, offer}
         -> {handle, secret, client_id, request_uri}: a request for exactly what the offer asks for (OpenID4VP 1.0)
    POST /identity/NAME/eligibility/sign    {programme, offer, handle, secret, response_code, blinded}
         -> {signature}

The wallet answers the request in between, on the same device: the code that it gets back goes to nobody else, so who
begins and sends the request to another person has no token signed of theirs. What a person must know is told by its
code (`eligibility.*`); whatever went wrong with credentials is `presentation.refused`, and the journal knows why.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State as AppState
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from madang.base.eligibility import queries
from madang.base.eligibility.queries import OfferView
from madang.identity.eligibility.asking import asks
from madang.identity.institution import PATH
from madang.identity.verified import Verified
from madang.identity.verifier.pending import CROWDED, SECONDS
from madang.identity.verifier.verifier import Verifier
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from madang.web.api.asgi import encode
from madang.web.api.problems import Refused
from madang.web.api.strangers import admit
from madang.web.eligibility.office import Office

HEADERS = {"cache-control": "no-store", "access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
RETURN_TO = "/wallet"
MAX_BYTES = 16 * 1024
AGAIN_SECONDS = 5
_TOLD = ("eligibility.", "blind.")
_OURS = ("records.",)
"""Codes of what fails here, whatever was sent: it can be tried again."""

Req = Request[Any, Any, AppState]
Name = Annotated[str, Parameter(max_length=32)]
_Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,47}\Z")]
_Secret = Annotated[str, Meta(max_length=64)]


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which offer a token is wanted of."""

    programme: _Name
    offer: _Name


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was shown, by handle, secret and code, and the blinded token in base64url."""

    programme: _Name
    offer: _Name
    handle: _Secret
    secret: _Secret
    response_code: _Secret
    blinded: Annotated[str, Meta(max_length=700)]


@post(f"{PATH}/{{name:str}}/eligibility/begin", status_code=200)
async def begin(request: Req, name: Name) -> Response[bytes]:
    """Begin a request for what an offer asks for."""
    try:
        admit(request)
    except Refused as refused:
        return _later(request, refused.problem.code, 429, refused.retry_after)
    try:
        office, verifier = _office(request, name)
        asked = await _read(request, Begin)
        view = _view(request, office, asked.programme, asked.offer)
        begun = verifier.begin(asks(view.offer.requirements), _now(request), RETURN_TO)
    except MadangError as error:
        return _refuse(request, error)
    return _answer(
        {"handle": begun.handle, "secret": begun.secret, "client_id": begun.client, "request_uri": begun.request_uri}
    )


@post(f"{PATH}/{{name:str}}/eligibility/sign", status_code=200)
async def sign(request: Req, name: Name) -> Response[bytes]:
    """Sign a blinded token for whoever showed what its offer asks for."""
    try:
        office, verifier = _office(request, name)
        asked = await _read(request, Sign)
        view = _view(request, office, asked.programme, asked.offer)
        blinded = from_base64url(asked.blinded, "the blinded token")
        shown = _shown(request, verifier, asked)
        signature = await asyncio.to_thread(office.authority.issue, view, blinded, shown, _now(request))
    except MadangError as error:
        return _refuse(request, error)
    return _answer({"signature": to_base64url(signature)})


ROUTES: Sequence[ControllerRouterHandler] = (begin, sign)


def _office(request: Req, name: str) -> tuple[Office, Verifier]:
    offices: dict[str, Office] = request.app.state.authorities
    found = offices.get(name)
    if found is None:
        raise MadangError("eligibility.unknown", "There is no such authority at this server.")
    verifier: Verifier = request.app.state.verifiers.of(name)
    return found, verifier


def _view(request: Req, office: Office, programme: str, offer: str) -> OfferView:
    view = queries.offer(request.app.state.node.state(), programme, offer)
    if view is None or view.offer.authority != office.institution.party:
        raise MadangError("eligibility.unknown", "This authority has no such offer.")
    return view


def _shown(request: Req, verifier: Verifier, asked: Sign) -> tuple[Verified, ...]:
    answer = verifier.take(asked.handle, asked.secret, _now(request), asked.response_code)
    if answer.standing == "waiting":
        raise MadangError("eligibility.waiting", "The wallet has not answered the request yet. Answer it first.")
    if answer.standing == "refused":
        raise MadangError("presentation.refused", "What was shown can't be accepted.")
    return answer.shown


async def _read(request: Req, kind: Any) -> Any:
    body = await request.body()
    try:
        if len(body) > MAX_BYTES:
            raise ValueError
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError):
        raise MadangError("eligibility.form", "This is no such request. See docs/eligibility.md.") from None


def _now(request: Req) -> int:
    found: int = request.app.state.node.clock()
    return found


def _later(request: Req, code: str, status: int, seconds: int) -> Response[bytes]:
    """That it can't be done now, with the same words for all reasons, and when to come again."""
    request.app.state.journal.tell("eligibility", logging.WARNING, code=code)
    return _answer({"error": "temporarily_unavailable"}, status, {"retry-after": str(seconds)})


def _refuse(request: Req, error: MadangError) -> Response[bytes]:
    if error.code == CROWDED:
        return _later(request, error.code, 429, SECONDS)
    if error.code.startswith(_OURS):
        return _later(request, error.code, 503, AGAIN_SECONDS)
    request.app.state.journal.tell("eligibility", logging.WARNING, code=error.code)
    told = error.code if error.code.startswith(_TOLD) else "presentation.refused"
    return _answer({"error": told}, 400)


def _answer(content: dict[str, str], status: int = 200, more: Mapping[str, str] = {}) -> Response[bytes]:
    headers = {**HEADERS, **more}
    return Response(encode(content), status_code=status, media_type="application/json", headers=headers)
