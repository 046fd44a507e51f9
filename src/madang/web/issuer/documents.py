"""What anybody may read of an institution: what its credential types say, its status lists, its root certificate."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.identity.catalogue import type_of
from madang.identity.institution import PATH
from madang.identity.issuer.configurations import type_metadata
from madang.identity.status import bitstring, cwt, token
from madang.identity.status.publishing import AGGREGATION, TTL
from madang.web.api.asgi import encode
from madang.web.issuer.issuers import STATUS
from madang.web.issuer.protocol import Name, Part, Req, issuers_of, office_of, unknown

SHARED = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


@get(f"{PATH}/{{name:str}}/types/{{kind:str}}")
async def credential_type(request: Req, name: Name, kind: Annotated[str, Parameter(max_length=48)]) -> Response[bytes]:
    """A type's metadata (SD-JWT VC, section 4), for those that this institution issues."""
    if kind not in office_of(request, name).institution.description.issues:
        raise unknown()
    headers = {**SHARED, "cache-control": "public, max-age=3600"}
    return Response(encode(type_metadata(type_of(kind))), media_type="application/json", headers=headers)


@get(f"{PATH}/{{name:str}}/{STATUS}/{{number:str}}")
async def status_list(request: Req, name: Name, number: Part) -> Response[bytes]:
    """A status list as it was published last (Token Status List, section 8), or the list of all lists.

    A token is given as CWT to whoever asks for that and not for JWT.
    """
    accepted = request.headers.get("accept", "")
    as_cwt = number.isdigit() and cwt.MEDIA_TYPE in accepted and token.MEDIA_TYPE not in accepted
    file = number if number == AGGREGATION else f"{number}.{'cwt' if as_cwt else 'jwt'}"
    found = issuers_of(request).list_file(name, file)
    if found is None:
        raise unknown()
    kind = cwt.MEDIA_TYPE if as_cwt else token.MEDIA_TYPE
    if not number.isdigit():
        kind = "application/json" if number == AGGREGATION else bitstring.MEDIA_TYPE
    headers = {**SHARED, "cache-control": f"public, max-age={TTL}", "vary": "accept"}
    return Response(found, media_type=kind, headers=headers)


@get(f"{PATH}/{{name:str}}/root.cer")
async def root(request: Req, name: Name) -> Response[bytes]:
    """The institution's root certificate in DER. It counts where the ledger names its digest, not for being here."""
    found = office_of(request, name).institution.root
    return Response(
        found, media_type="application/pkix-cert", headers={**SHARED, "cache-control": "public, max-age=3600"}
    )


ROUTES: Sequence[ControllerRouterHandler] = (credential_type, status_list, root)
