"""Histories and proofs of their anchors, for resolvers of any origin (did:webvh 1.0, "DID to HTTPS Transformation")."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.datastructures import State as AppState
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.identity.did.certificates import Statuses
from madang.identity.did.keeping import ANCHORS, CERTIFICATES, Subject
from madang.identity.did.webvh.names import LOG_FILE
from madang.identity.did.webvh.resolving import LOG_TYPE
from madang.identity.institution import PATH
from madang.kernel.errors import MadangError
from madang.web.api.application import Additions
from madang.web.api.problems import Refused
from madang.web.did.hosted import Hosted, hosted

OPEN = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
OPEN_HISTORY = {**OPEN, "cache-control": "public, max-age=60"}
OPEN_PROOF = {**OPEN, "cache-control": "public, max-age=3600"}

Req = Request[Any, Any, AppState]
Name = Annotated[str, Parameter(max_length=32)]
Part = Annotated[str, Parameter(max_length=48)]
Version = Annotated[int, Parameter(ge=1, le=10_000)]


@get(f"{PATH}/{{name:str}}/{LOG_FILE}")
async def own_history(request: Req, name: Name) -> Response[bytes]:
    """The history of an institution's identifier."""
    return _history(request, name, "self", "")


@get(f"{PATH}/{{name:str}}/{{sort:str}}/{{of:str}}/{LOG_FILE}")
async def history(request: Req, name: Name, sort: Part, of: Part) -> Response[bytes]:
    """The history of the identifier of a thing, a data set or a contract."""
    return _history(request, name, sort, of)


@get(f"{PATH}/{{name:str}}/{{sort:str}}/{{of:str}}/{CERTIFICATES}")
async def certificates(request: Req, name: Name, sort: Part, of: Part) -> Response[bytes]:
    """What was certified of a thing, a data set or a contract, as a list of SD-JWT VC."""
    identifiers: Hosted = request.app.state.identifiers
    try:
        found = identifiers.certificates(name, _subject(sort, of))
    except MadangError:
        found = None
    if found is None:
        raise _unknown()
    return Response(found, media_type="application/json", headers=OPEN_HISTORY)


@get(f"{PATH}/{{name:str}}/{ANCHORS}/{{version:int}}")
async def own_proof(request: Req, name: Name, version: Version) -> Response[bytes]:
    """The proof that a version of an institution's identifier is on the ledger."""
    return _proof(request, name, "self", "", version)


@get(f"{PATH}/{{name:str}}/{{sort:str}}/{{of:str}}/{ANCHORS}/{{version:int}}")
async def proof(request: Req, name: Name, sort: Part, of: Part, version: Version) -> Response[bytes]:
    """The proof that a version of such an identifier is on the ledger."""
    return _proof(request, name, sort, of, version)


ROUTES: Sequence[ControllerRouterHandler] = (own_history, history, certificates, own_proof, proof)


def additions(folder: Path, roots: Sequence[bytes], statuses: Statuses) -> Additions:
    """The addresses of all identifiers of the institutions in `folder`, which are `app.state.identifiers` as well.

    `roots` (DER) and `statuses` are those by which certificates about them are judged.

    Raises `MadangError`: `institution.folder`, `institution.invalid`.
    """
    found = hosted(folder, roots, statuses)

    @asynccontextmanager
    async def serving(app: Litestar) -> AsyncIterator[None]:
        app.state.identifiers = found
        yield

    return Additions(ROUTES, [serving])


def _history(request: Req, name: str, sort: str, of: str) -> Response[bytes]:
    identifiers: Hosted = request.app.state.identifiers
    try:
        found = identifiers.file(name, _subject(sort, of))
    except MadangError:
        found = None
    if found is None:
        raise _unknown()
    return Response(found, media_type=LOG_TYPE, headers=OPEN_HISTORY)


def _proof(request: Req, name: str, sort: str, of: str, version: int) -> Response[bytes]:
    identifiers: Hosted = request.app.state.identifiers
    try:
        found = identifiers.proof(name, _subject(sort, of), version)
    except MadangError:
        found = None
    if found is None:
        raise _unknown()
    return Response(found, media_type="application/octet-stream", headers=OPEN_PROOF)


def _subject(sort: str, of: str) -> Subject:
    try:
        return msgspec.convert({"sort": sort, "id": of}, Subject)
    except msgspec.ValidationError:
        raise _unknown() from None


def _unknown() -> Refused:
    return Refused(404, "http.not_found", "Nothing is under this path. GET /openapi.json lists what is.")
