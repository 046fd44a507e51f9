"""Synthetic actors: keys derived from a seed, and the institutions of a small country with their officers.

Never for a real ledger: the keys follow from the seed.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec

from madang.base.money.transactions import SetPolicy
from madang.base.parties.transactions import AppointInstitution, InstitutionRole, NewKey
from madang.client.wallet import Wallet
from madang.kernel.transaction import Act

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_CURVE = ec.SECP256R1()

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
NAMES: dict[str, tuple[str, str]] = {
    OPERATOR: ("마당 운영기관 (시연)", "Madang operator (demonstration)"),
    CENTRAL_BANK: ("한국은행 (시연)", "Bank of Korea (demonstration)"),
    TREASURY_BANK: ("금고은행 (시연)", "Treasury bank (demonstration)"),
    CITIZENS_BANK: ("시민은행 (시연)", "Citizens' bank (demonstration)"),
    MERCHANTS_BANK: ("상인은행 (시연)", "Merchants' bank (demonstration)"),
    MINISTRY: ("행정안전부 (시연)", "Ministry of the interior (demonstration)"),
    WELFARE: ("복지기관 (시연)", "Welfare authority (demonstration)"),
    DESK: ("부산 주민센터 (시연)", "Busan community centre (demonstration)"),
    AUDITOR: ("감사원 (시연)", "Audit board (demonstration)"),
}
"""What pages call the institutions, in Korean and English."""
THRESHOLD = 2
OFFICERS = 3


class Actor(Wallet):
    """A key pair derived from a name, and the party it signs for (by default the one named by its thumbprint)."""

    def __init__(self, name: str, party: str = "") -> None:
        secret = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % (_ORDER - 1) + 1
        super().__init__(ec.derive_private_key(secret, _CURVE))
        self.party = party or self.kid

    @property
    def new_key(self) -> NewKey:
        """What registers this key."""
        return NewKey(public_key=self.public_key, sort="jws")


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
