"""ES256: the one elliptic operation of the ledger, and the names of keys.

Both s and n-s are accepted, since half of what stock libraries sign is high, and normalised before the library
sees it; no id depends on a signature.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import Malformed

_CURVE = ec.SECP256R1()
_PREHASHED = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order n of P-256 (SEC 2 version 2, section 2.4.2)."""
_LAST_R, _LAST_LOW_S = (one.to_bytes(32, "big") for one in (_ORDER - 1, _ORDER // 2))
_ZERO, _SIGN_BIT = bytes(32), 0x80


def thumbprint(point: bytes) -> str:
    """The RFC 7638 thumbprint of a P-256 key given as x and y, 32 bytes each."""
    members = f'{{"crv":"P-256","kty":"EC","x":"{to_base64url(point[:32])}","y":"{to_base64url(point[32:])}"}}'
    return to_base64url(hashlib.sha256(members.encode()).digest())


def read_point(encoded: str) -> bytes:
    """x and y (64 bytes) of a public key written as base64url of both; refuses what is not on the curve.

    Raises `Malformed` (`key.invalid`).
    """
    point = from_base64url(encoded, "the public key")
    load_key(point)
    return point


def load_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """The library's key of x and y (64 bytes). Raises `Malformed` (`key.invalid`) for a point off the curve."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, b"\x04" + point)
    except ValueError:
        raise Malformed(
            "key.invalid", "This is no P-256 public key. Send x and y, 32 bytes each, in base64url."
        ) from None


def verify(key: ec.EllipticCurvePublicKey, digest: bytes, value: bytes) -> bool:
    """Whether `value` (r and s, 64 bytes) is this key's signature of a SHA-256 digest (FIPS 186-5 section 6.4)."""
    r, s = value[:32], value[32:]
    if len(s) != 32 or not (_ZERO < r <= _LAST_R and _ZERO < s <= _LAST_R):
        return False
    if s > _LAST_LOW_S:
        s = (_ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
    content = _integer(r) + _integer(s)
    try:
        key.verify(bytes((0x30, len(content))) + content, digest, _PREHASHED)
    except InvalidSignature:
        return False
    return True


def _integer(value: bytes) -> bytes:
    """A positive number as DER has it (X.690, section 8.3): no zero before it but for the sign."""
    shortest = value.lstrip(b"\0")
    if shortest[0] & _SIGN_BIT:
        shortest = b"\0" + shortest
    return bytes((0x02, len(shortest))) + shortest
