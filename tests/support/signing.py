"""Test wallets: P-256 keys made from a seed, and the envelopes they sign in. For tests only."""

import base64
import functools
import hashlib
import json
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from madang.kernel.signature import thumbprint

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SITE = "madang.example"
ORIGIN = "https://madang.example"
PRESENT_AND_VERIFIED = 0x05


def base64url(data: bytes) -> str:
    """Base64url without padding, by the standard library: not by the code under test."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Wallet:
    """A key derived from `seed`, signing as `sort` (jws or passkey) for `party` (the key's thumbprint by default)."""

    def __init__(self, seed: str, sort: str = "jws", party: str = "") -> None:
        secret = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % (_ORDER - 1) + 1
        self._key = ec.derive_private_key(secret, ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self.seed = seed
        self.sort = sort
        self.point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        self.public_key = base64url(self.point)
        self.kid = thumbprint(self.point)
        self.party = party or self.kid

    def __repr__(self) -> str:
        return f"Wallet({self.seed!r})"

    def private_number(self) -> int:
        """The private key, for a browser that is to have it."""
        return self._key.private_numbers().private_value

    def private_file(self) -> bytes:
        """The private key as PKCS #8 in DER, for an authenticator that is to have it."""
        kinds = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(*kinds, serialization.NoEncryption())

    @property
    def new(self) -> dict[str, str]:
        """What registers this key: the members of a NewKey."""
        return {"public_key": self.public_key, "sort": self.sort}

    def sign_der(self, data: bytes) -> bytes:
        """An ECDSA signature over SHA-256(data), in DER."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def sign(self, data: bytes, *, high: bool | None = None) -> bytes:
        """The same as r and s, 64 bytes; `high` chooses which of the two values s has."""
        r, s = utils.decode_dss_signature(self.sign_der(data))
        if high is not None and (s > _ORDER // 2) != high:
            s = _ORDER - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def jws(self, payload: bytes, **header: object) -> dict[str, str]:
        """A signature of general JSON. Members of `header` are added; those that are None are left out."""
        members = {"alg": "ES256", "kid": self.kid, **header}
        written = json.dumps({name: value for name, value in members.items() if value is not None})
        protected = base64url(written.encode())
        return {
            "protected": protected,
            "signature": base64url(self.sign(f"{protected}.{base64url(payload)}".encode())),
        }

    def assertion(
        self,
        payload: bytes,
        *,
        site: str = SITE,
        origin: str = ORIGIN,
        flags: int = PRESENT_AND_VERIFIED,
        challenge: bytes | None = None,
        **client: object,
    ) -> dict[str, str]:
        """A passkey's assertion, as a software authenticator makes it. `client` adds members to the client data."""
        digest = hashlib.sha256(payload).digest() if challenge is None else challenge
        said = {"type": "webauthn.get", "challenge": base64url(digest), "origin": origin, "crossOrigin": False}
        client_data = json.dumps(said | client).encode()
        authenticator = hashlib.sha256(site.encode()).digest() + bytes([flags]) + bytes(4)
        return {
            "kid": self.kid,
            "authenticatorData": base64url(authenticator),
            "clientDataJSON": base64url(client_data),
            "signature": base64url(self.sign_der(authenticator + hashlib.sha256(client_data).digest())),
        }


@functools.cache
def wallet(seed: str, sort: str = "jws", party: str = "") -> Wallet:
    """The wallet of a seed, made once."""
    return Wallet(seed, sort, party)


def compact(payload: bytes, signer: Wallet) -> bytes:
    """A compact JWS."""
    one = signer.jws(payload)
    return f"{one['protected']}.{base64url(payload)}.{one['signature']}".encode()


def general(
    payload: bytes, signatures: Sequence[dict[str, str]] = (), assertions: Sequence[dict[str, str]] = ()
) -> bytes:
    """General JSON of signatures and assertions already made."""
    members: dict[str, object] = {"payload": base64url(payload)}
    if signatures:
        members["signatures"] = list(signatures)
    if assertions:
        members["assertions"] = list(assertions)
    return json.dumps(members).encode()


def envelope(payload: bytes, signers: Sequence[Wallet]) -> bytes:
    """The payload signed by all: compact for one key in hardware, general JSON for several or for passkeys."""
    if len(signers) == 1 and signers[0].sort == "jws":
        return compact(payload, signers[0])
    return general(
        payload,
        [one.jws(payload) for one in signers if one.sort == "jws"],
        [one.assertion(payload) for one in signers if one.sort == "passkey"],
    )
