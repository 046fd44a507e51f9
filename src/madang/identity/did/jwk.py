"""did:jwk for people's keys (did:jwk method specification): the identifier is the public P-256 key itself.

It has no history and no server: whoever has the private key controls it for as long as the key is kept. Only P-256 is
made and read here, as everywhere in `identity`.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from madang.identity import jose
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

PREFIX = "did:jwk:"
MAX_LENGTH = 1_024
_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
_USES = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation", "keyAgreement")


def make(jwk: Mapping[str, Any]) -> str:
    """The did:jwk of a public P-256 key. Other members than `kty`, `crv`, `x` and `y` are left out.

    Raises `MadangError` (`did.jwk`): another key, or a private one.
    """
    _check(dict(jwk))
    needed = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return PREFIX + to_base64url(msgspec.json.encode(needed))


def resolve(did: str) -> dict[str, Any]:
    """The document of a did:jwk: one key under #0, for the uses that its `use` allows.

    Raises `MadangError` (`did.jwk`): a key of another curve, a private one, or text that has two readings.
    """
    if len(did) > MAX_LENGTH or not did.startswith(PREFIX):
        raise _wrong()
    try:
        jwk = jose.read_object(from_base64url(did.removeprefix(PREFIX), "the key"), "the key", "did.jwk")
    except MadangError:
        raise _wrong() from None
    _check(jwk)
    use, method = jwk.get("use"), f"{did}#0"
    allowed = [one for one in _USES if use is None or (use == "enc") == (one == "keyAgreement")]
    return {
        "@context": _CONTEXT,
        "id": did,
        "verificationMethod": [{"id": method, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}],
        **{one: [method] for one in allowed},
    }


def _check(jwk: dict[str, Any]) -> None:
    try:
        jose.public_key(jwk, "It")
    except MadangError:
        raise _wrong() from None
    if jwk.get("use") not in (None, "sig", "enc"):
        raise _wrong()


def _wrong() -> MadangError:
    return MadangError("did.jwk", "This is no did:jwk of a public P-256 key. Others are not taken here.")
