"""What wallets ask of an issuer, from applications and from pages of any origin (OpenID4VCI 1.0).

A refusal is the standard's word and nothing else; why, the journal of this server says by its code. Wallets in browsers
bring no cookie, and whatever they get is theirs by a token or a key, so every origin may ask (Fetch, section 3.3).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, route
from litestar.datastructures import State as AppState
from litestar.enums import HttpMethod
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.identity.institution import PATH
from madang.identity.issuer import wire
from madang.identity.issuer.endpoints import POSTED, READ, Endpoint, answer
from madang.identity.issuer.metadata import ISSUER_PATH, SERVER_PATH
from madang.identity.issuer.offers import read_offer
from madang.identity.issuer.office import Office
from madang.kernel.errors import MadangError
from madang.web.api.asgi import encode
from madang.web.api.problems import MEDIA_TYPE, Refused
from madang.web.api.strangers import admit
from madang.web.issuer.issuers import Issuers

OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "dpop-nonce, www-authenticate",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "no-store",
}
LEAVE = {
    **OPEN,
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": (
        "authorization, content-type, dpop, oauth-client-attestation, oauth-client-attestation-pop"
    ),
    "access-control-max-age": "600",
}
MAX_BYTES = 512 * 1024
OF_STRANGERS = ("par", "token", "nonce")
"""What a wallet asks before it has a token: counted by address, and refused while too much is kept for such."""

Req = Request[Any, Any, AppState]
Name = Annotated[str, Parameter(max_length=32)]
Part = Annotated[str, Parameter(max_length=64)]


@route(f"{PATH}/{{name:str}}/{{endpoint:str}}", http_method=[HttpMethod.POST, HttpMethod.OPTIONS], status_code=200)
async def ask(request: Req, name: Name, endpoint: Part) -> Response[bytes]:
    """What wallets send to: `par`, `token`, `nonce`, `credential`, `deferred`, `notification`.

    A browser that asks whether a page of another origin may is told that it may (Fetch, section 3.3.2).
    """
    office, found = office_of(request, name), POSTED.get(endpoint)
    if found is None:
        raise unknown()
    if request.method == HttpMethod.OPTIONS:
        return Response(b"", status_code=204, headers=LEAVE)
    if endpoint in OF_STRANGERS:
        try:
            admit(request)
            await asyncio.to_thread(issuers_of(request).check_room)
        except Refused as refused:
            return _refused(refused)
        except MadangError as error:
            return _told(request, office, wire.Unavailable(error).reply())
    return await _answer(request, office, found)


@get(f"{PATH}/{{name:str}}/offer/{{handle:str}}")
async def offer(request: Req, name: Name, handle: Part) -> Response[bytes]:
    """A credential offer, fetched by the wallet that got its link. No leave is needed for a plain GET."""
    office = office_of(request, name)
    found = await asyncio.to_thread(read_offer, office, handle, request.app.state.node.clock())
    if found is None:
        return _refused(unknown())
    return _sent(found)


@get(f"{ISSUER_PATH}{PATH}/{{name:str}}")
async def issuer_metadata(request: Req, name: Name) -> Response[bytes]:
    """The issuer's metadata, plain or signed."""
    return await _answer(request, office_of(request, name), READ["issuer"])


@get(f"{SERVER_PATH}{PATH}/{{name:str}}")
async def server_metadata(request: Req, name: Name) -> Response[bytes]:
    """The metadata of its authorization server."""
    return await _answer(request, office_of(request, name), READ["server"])


ROUTES: Sequence[ControllerRouterHandler] = (ask, offer, issuer_metadata, server_metadata)


def issuers_of(request: Req) -> Issuers:
    """The institutions that issue at this server."""
    found: Issuers = request.app.state.issuers
    return found


def office_of(request: Req, name: str) -> Office:
    """The office of an institution. Raises `Refused` (404)."""
    found = issuers_of(request).of(name)
    if found is None:
        raise unknown()
    return found


def unknown() -> Refused:
    """What is answered under a path where nothing is."""
    return Refused(404, "http.not_found", "Nothing is under this path. Read the issuer's metadata for what is.")


async def _answer(request: Req, office: Office, endpoint: Endpoint) -> Response[bytes]:
    body = await request.body()
    if len(body) > MAX_BYTES:
        raise Refused(413, "http.size", f"The body is larger than {MAX_BYTES} bytes. Ask for fewer at once.")
    headers: dict[str, list[str]] = {}
    for header, value in request.scope["headers"]:
        headers.setdefault(header.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    query = request.scope["query_string"].decode("latin-1")
    asked = wire.Request(request.method, headers, query, body, request.app.state.node.clock())
    return _told(request, office, await asyncio.to_thread(answer, office, endpoint, asked))


def _told(request: Req, office: Office, reply: wire.Reply) -> Response[bytes]:
    """A reply; of what is not as it should be the journal says why, also where the wallet is told to wait."""
    if reply.code:
        level = logging.WARNING if reply.status != 204 else logging.INFO
        request.app.state.journal.tell("issuance", level, code=reply.code, issuer=office.institution.identifier)
    return _sent(reply)


def _refused(refused: Refused) -> Response[bytes]:
    """A refusal as pages of any origin may read it."""
    headers = {**OPEN, **({"retry-after": str(refused.retry_after)} if refused.retry_after else {})}
    problem = refused.problem
    return Response(encode(problem), status_code=problem.status, media_type=MEDIA_TYPE.decode(), headers=headers)


def _sent(reply: wire.Reply, more: Mapping[str, str] = {}) -> Response[bytes]:
    media_type = reply.media_type if reply.status != 204 else None
    return Response(
        reply.body, status_code=reply.status, media_type=media_type, headers={**OPEN, **reply.headers, **more}
    )
