"""COSE_Sign1 by ES256 (RFC 9052, section 4.2; RFC 9053, section 2.1), and P-256 keys as COSE_Key (RFC 9053, 7.1.1).

Nothing is negotiated: another algorithm in the protected header is refused, and so is a header that is marked critical.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.mdoc.cbor import decode, encode, string, text
from madang.kernel import signature
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

X5CHAIN = 33
TYPE = 16
"""Says of what type the whole is (RFC 9596)."""
_ALGORITHM, _CRITICAL, _ES256 = 1, 2, -7
_PROTECTED = encode({_ALGORITHM: _ES256})
_CONTEXT, _NO_MORE = b"\x84" + text("Signature1"), string(b"")
_KTY, _CRV, _X, _Y, _D = 1, -1, -2, -3, -4
_EC2, _P256 = 2, 1
_MAX_HEADER_BYTES = 1024


class Sign1(msgspec.Struct, frozen=True):
    """A COSE_Sign1 that was read, and whose signature was not checked yet. `payload` is None where it is detached."""

    protected: bytes
    unprotected: dict[int, Any]
    payload: bytes | None
    signature: bytes


def sign1(
    payload: bytes,
    sign: Callable[[bytes], bytes],
    unprotected: dict[int, Any],
    detached: bool = False,
    kind: str = "",
) -> list[Any]:
    """A COSE_Sign1 of these bytes, as a value to be encoded. `sign` gives r and s (64 bytes) of what it is given.

    `kind` is the media type that the protected header states, if any.
    """
    protected = encode({_ALGORITHM: _ES256, TYPE: kind}) if kind else _PROTECTED
    value = sign(_to_be_signed(protected, payload))
    return [protected, unprotected, None if detached else payload, value]


def read_sign1(value: Any, what: str, code: str) -> Sign1:
    """A COSE_Sign1 from a decoded value. Raises `MadangError` with this code, if it is none by ES256."""
    match value:
        case [bytes() as protected, dict() as unprotected, bytes() | None as payload, bytes() as content] if (
            len(content) == 64
        ):
            pass
        case _:
            raise MadangError(code, f"{what} is no COSE_Sign1 with a signature of 64 bytes.")
    if protected != _PROTECTED:
        headers = decode(protected, f"The protected header of {what}", _MAX_HEADER_BYTES)
        if not isinstance(headers, dict) or headers.get(_ALGORITHM) != _ES256 or _CRITICAL in headers:
            raise MadangError(code, f"{what} is not signed by ES256, the only algorithm that counts here.")
    return Sign1(protected, unprotected, payload, content)


def headers_of(message: Sign1, what: str) -> dict[int, Any]:
    """All headers of a message; a protected one counts before an unprotected one. Raises what `decode` raises."""
    protected = decode(message.protected, f"The protected header of {what}", _MAX_HEADER_BYTES)
    return {**message.unprotected, **(protected if isinstance(protected, dict) else {})}


def is_signed(message: Sign1, payload: bytes, key: ec.EllipticCurvePublicKey) -> bool:
    """Whether the signature is this key's, over these bytes."""
    digest = hashlib.sha256(_to_be_signed(message.protected, payload)).digest()
    return signature.verify(key, digest, message.signature)


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052, section 4.4."""
    return b"".join((_CONTEXT, string(protected), _NO_MORE, string(payload)))


# ------------------------------------------------------------------------------------------------------------ keys


def cose_key(jwk: dict[str, str]) -> dict[int, Any]:
    """The COSE_Key of a public P-256 JWK that was read before (`identity.jose.public_key`)."""
    return {_KTY: _EC2, _CRV: _P256, _X: from_base64url(jwk["x"], "x"), _Y: from_base64url(jwk["y"], "y")}


def read_key(value: Any) -> tuple[ec.EllipticCurvePublicKey, dict[str, str]]:
    """The key of a COSE_Key, and its public JWK.

    Raises `MadangError` (`mdoc.device_key`): another curve, a compressed point, one off the curve, or a private part.
    """
    if isinstance(value, dict) and value.get(_KTY) == _EC2 and value.get(_CRV) == _P256 and _D not in value:
        x, y = value.get(_X), value.get(_Y)
        if type(x) is bytes and type(y) is bytes and len(x) == 32 and len(y) == 32:
            try:
                key = signature.load_key(x + y)
            except (ValueError, MadangError):
                pass
            else:
                return key, {"kty": "EC", "crv": "P-256", "x": to_base64url(x), "y": to_base64url(y)}
    raise MadangError(
        "mdoc.device_key", "The credential is bound to no public P-256 key. Ask its issuer for a new one."
    )
