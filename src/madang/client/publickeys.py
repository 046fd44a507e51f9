"""Reads a public key that somebody hands over, in the forms that other software writes."""

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from madang.client.wallet import jwk_of
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from madang.kernel.signature import load_key

MAX_KEY_BYTES = 64 * 1024
_PEM = b"-----BEGIN PUBLIC KEY-----"


class _Jwk(msgspec.Struct, frozen=True):
    """The members that make a P-256 key (RFC 7518, 6.2.1); what else is there, a private `d` too, is not read."""

    kty: str
    crv: str
    x: str
    y: str


def read_public_key(data: bytes) -> dict[str, str]:
    """The P-256 key in a JWK (RFC 7517) or a PEM of SubjectPublicKeyInfo (RFC 7468, 13), as a public JWK.

    Of a private JWK only the public part is read. Raises `MadangError` (`keys.unreadable`).
    """
    try:
        point = _of_pem(data) if data.lstrip().startswith(_PEM) else _of_jwk(data)
        load_key(point)
    except (ValueError, TypeError, UnsupportedAlgorithm, msgspec.MsgspecError, MadangError):
        raise MadangError(
            "keys.unreadable",
            "This is no public P-256 key. Give a JWK (kty EC, crv P-256, x, y), or a PEM that begins BEGIN PUBLIC KEY.",
        ) from None
    return jwk_of(point)


def _of_jwk(data: bytes) -> bytes:
    jwk = msgspec.json.decode(data, type=_Jwk)
    if (jwk.kty, jwk.crv) != ("EC", "P-256"):
        raise ValueError("another curve")
    x, y = from_base64url(jwk.x, "x"), from_base64url(jwk.y, "y")
    if len(x) != 32 or len(y) != 32:
        raise ValueError("another length")
    return x + y


def _of_pem(data: bytes) -> bytes:
    key = serialization.load_pem_public_key(data)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("another curve")
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
