"""Claims in JSON, as an SD-JWT has them: all are as the catalogue has them but for images, which are base64url."""

from collections.abc import Mapping
from typing import Any

from madang.identity.catalogue.types import Claim, CredentialType
from madang.identity.verified import Claims
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError


def to_json(of: CredentialType, claims: Claims) -> dict[str, Any]:
    """Claims that the type allows, ready to be signed in JSON."""
    return {name: _encoded(of.claims[name], value) for name, value in claims.items()}


def from_json(of: CredentialType, payload: Mapping[str, Any]) -> Claims:
    """Those members of a payload that are claims of this type, as the catalogue has them.

    Raises `MadangError` (`credential.claim`): one of them is not of the kind that the type says.
    """
    claims = {name: _decoded(claim, payload[name], name) for name, claim in of.claims.items() if name in payload}
    for name, value in claims.items():
        of.claims[name].check(value, name)
    return claims


def _encoded(claim: Claim, value: Any) -> Any:
    return to_base64url(value) if claim.kind == "image" else value


def _decoded(claim: Claim, value: Any, name: str) -> Any:
    if claim.kind != "image":
        return value
    try:
        return from_base64url(value, name)
    except (MadangError, AttributeError):
        raise MadangError("credential.claim", f"{name} is no image in base64url.") from None
