"""Synthetic actors: keys derived from a seed, and the institutions of a small country with their officers.

Never for a real ledger: the keys follow from the seed.
"""

import hashlib
from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from madang.base.money.transactions import SetPolicy
from madang.base.parties.transactions import AppointInstitution, InstitutionRole, NewKey
from madang.kernel.codec import to_base64url
from madang.kernel.signature import thumbprint
from madang.kernel.transaction import Act

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_CURVE = ec.SECP256R1()
_ES256 = ec.ECDSA(hashes.SHA256())

CENTRAL_BANK, OPERATOR, MINISTRY, WELFARE, DESK, AUDITOR = (
    "bank-of-korea",
    "madang-operator",
    "ministry-of-interior",
    "welfare-authority",
    "desk-busan",
    "audit-board",
)
TREASURY_BANK, CITIZENS_BANK, MERCHANTS_BANK = "treasury-bank", "citizens-bank", "merchants-bank"
INSTITUTIONS: dict[str, list[InstitutionRole]] = {
    OPERATOR: ["operator"],
    CENTRAL_BANK: ["central_bank"],
    TREASURY_BANK: ["bank", "treasury"],
    CITIZENS_BANK: ["bank"],
    MERCHANTS_BANK: ["bank"],
    MINISTRY: ["sponsor"],
    WELFARE: ["eligibility_authority"],
    DESK: ["desk"],
    AUDITOR: ["auditor"],
}
THRESHOLD = 2
OFFICERS = 3


class Actor:
    """A key pair derived from a name, and the party it signs for (by default the one named by its thumbprint)."""

    __slots__ = ("_header", "_key", "kid", "party", "point")

    def __init__(self, name: str, party: str = "") -> None:
        secret = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % (_ORDER - 1) + 1
        self._key = ec.derive_private_key(secret, _CURVE)
        self.point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
        self.kid = thumbprint(self.point)
        self.party = party or self.kid
        self._header = to_base64url(b'{"alg":"ES256","kid":"%b"}' % self.kid.encode()).encode()

    @property
    def new_key(self) -> NewKey:
        """What registers this key."""
        return NewKey(public_key=to_base64url(self.point), sort="jws")

    def signature(self, signing_input: bytes) -> str:
        """The ES256 signature of a JWS signing input, in base64url."""
        r, s = utils.decode_dss_signature(self._key.sign(signing_input, _ES256))
        return to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def sign(self, payload: bytes) -> bytes:
        """A compact JWS (RFC 7515 section 3.1)."""
        signing_input = b"%b.%b" % (self._header, to_base64url(payload).encode())
        return b"%b.%b" % (signing_input, self.signature(signing_input).encode())


def sign_together(payload: bytes, signers: Sequence[Actor]) -> bytes:
    """A general JSON JWS of several signers (RFC 7515 section 7.2.1)."""
    encoded = to_base64url(payload)
    signatures = [
        {
            "protected": one._header.decode(),
            "signature": one.signature(b"%b.%b" % (one._header, encoded.encode())),
        }
        for one in signers
    ]
    return msgspec.json.encode({"payload": encoded, "signatures": signatures})


def payload_of(chain: str, identifier: str, not_after: int, acts: Sequence[Act]) -> bytes:
    """A payload to sign; `identifier` is 32 hexadecimal digits, random unless a run must be repeatable."""
    return msgspec.json.encode({"chain": chain, "id": identifier, "not_after": not_after, "acts": acts})


def officers(institution: str, seed: str) -> list[Actor]:
    """The officers of an institution, each named by the thumbprint of its key."""
    return [Actor(f"{seed}/{institution}/{number}") for number in range(OFFICERS)]


def institutions(seed: str) -> list[Act]:
    """The acts of genesis that appoint every institution and set the pilot's money policy.

    7 % reserve, one million won held and five million converted a person: the pilot's figures (korean press, 2025).
    """
    acts: list[Act] = [
        AppointInstitution(
            by=OPERATOR,
            party=name,
            roles=roles,
            threshold=THRESHOLD,
            officers=[one.new_key for one in officers(name, seed)],
        )
        for name, roles in INSTITUTIONS.items()
    ]
    acts.append(
        SetPolicy(
            by=CENTRAL_BANK,
            reserve_ratio=700,
            daily_issue=100_000_000_000_000,
            holding_limit=1_000_000,
            conversion_limit=5_000_000,
        )
    )
    return acts
