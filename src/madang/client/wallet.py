"""A key that signs transactions and read requests, as any JOSE library would."""

import secrets
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from madang.kernel.codec import to_base64url
from madang.kernel.signature import thumbprint
from madang.kernel.transaction import Act, Payload

VALID_SECONDS = 300
READ_SECONDS = 60
_ES256 = ec.ECDSA(hashes.SHA256())
_encode = msgspec.json.Encoder().encode


class Wallet:
    """A P-256 key. `kid` is its RFC 7638 thumbprint, which is also the name of a person whose first key this is."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        if not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("a wallet's key is on P-256")
        numbers = key.public_key().public_numbers()
        self.key = key
        self.point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        self.kid = thumbprint(self.point)
        self.protected = to_base64url(_encode({"alg": "ES256", "kid": self.kid}))

    def __repr__(self) -> str:
        return f"Wallet({self.kid})"

    @classmethod
    def generate(cls) -> "Wallet":
        """A new key, from the operating system's randomness."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        """x and y in base64url: what registers the key."""
        return to_base64url(self.point)

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a JWK (RFC 7517)."""
        return jwk_of(self.point)

    def signature(self, encoded_payload: str) -> str:
        """The JWS signature of a payload in base64url, in base64url."""
        der = self.key.sign(f"{self.protected}.{encoded_payload}".encode(), _ES256)
        r, s = utils.decode_dss_signature(der)
        return to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def jws(self, payload: bytes) -> bytes:
        """A compact JWS."""
        encoded = to_base64url(payload)
        return f"{self.protected}.{encoded}.{self.signature(encoded)}".encode()

    def read_request(self, chain: str, path: str, now: int | None = None) -> str:
        """The Authorization header that reads `path` (with its query string) in the name of this key."""
        until = (int(time.time()) if now is None else now) + READ_SECONDS
        payload = _encode({"chain": chain, "method": "GET", "path": path, "not_after": until})
        return f"Madang {self.jws(payload).decode()}"


def jwk_of(point: bytes) -> dict[str, str]:
    """The public key x ‖ y (64 bytes) as a JWK, its `kid` the RFC 7638 thumbprint."""
    x, y = to_base64url(point[:32]), to_base64url(point[32:])
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": thumbprint(point), "use": "sig", "alg": "ES256"}


def make_payload(chain: str, acts: Sequence[Act], not_after: int | None = None, identifier: str = "") -> bytes:
    """The bytes to sign: under a new random id, valid for five minutes where not said otherwise."""
    payload: Payload[Any] = Payload(
        chain=chain,
        id=identifier or secrets.token_hex(16),
        not_after=int(time.time()) + VALID_SECONDS if not_after is None else not_after,
        acts=list(acts),
    )
    return _encode(payload)


def sign(payload: bytes, wallets: Sequence[Wallet]) -> bytes:
    """The payload signed by all: a compact JWS of one, general JSON of several."""
    if len(wallets) == 1:
        return wallets[0].jws(payload)
    encoded = to_base64url(payload)
    signatures = [{"protected": one.protected, "signature": one.signature(encoded)} for one in wallets]
    return _encode({"payload": encoded, "signatures": signatures})
