"""Acts that appoint, register, suspend and recover parties, and that manage their keys."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.kernel.fields import KeyId, PartyId
from madang.kernel.transaction import Act, Part

MAX_BATCH = 1_000
MAX_OFFICERS = 32

InstitutionRole = Literal[
    "central_bank",
    "bank",
    "treasury",
    "sponsor",
    "operator",
    "eligibility_authority",
    "auditor",
    "desk",
    "agent",
    "card_service",
]
"""An agent (결제대행) sells for merchants that appointed it; a card service keeps the keys of cards."""
KeySort = Literal["jws", "passkey"]
PublicKey = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z", description="x and y of a P-256 point, 64 bytes, in base64url.")
]
Threshold = Annotated[int, Meta(ge=1, le=16, description="How many officers must agree to a quorum act.")]


class NewKey(Part, frozen=True, kw_only=True):
    """A public key to register, and the sort of envelope it will sign in."""

    public_key: PublicKey
    sort: KeySort


class NewMerchant(Part, frozen=True, kw_only=True):
    """A merchant to register: its first key, and a short name, or none to be named by the key's thumbprint."""

    key: NewKey
    party: PartyId | None = None


class AppointInstitution(Act, frozen=True, kw_only=True, tag="parties.appoint_institution"):
    """The operator's quorum appoints an institution with its roles, its threshold and its officers' first keys.

    The first one at genesis is the operator, who appoints itself.
    """

    quorum: ClassVar[bool] = True

    party: PartyId
    roles: Annotated[list[InstitutionRole], Meta(min_length=1, max_length=8)]
    threshold: Threshold
    officers: Annotated[list[NewKey], Meta(min_length=1, max_length=MAX_OFFICERS)]


class AppointOfficer(Act, frozen=True, kw_only=True, tag="parties.appoint_officer"):
    """An institution's quorum appoints a further officer, named by the thumbprint of the key."""

    quorum: ClassVar[bool] = True

    key: NewKey


class DismissOfficer(Act, frozen=True, kw_only=True, tag="parties.dismiss_officer"):
    """An institution's quorum dismisses an officer for good; as many as its threshold must remain."""

    quorum: ClassVar[bool] = True

    officer: PartyId


class SetThreshold(Act, frozen=True, kw_only=True, tag="parties.set_threshold"):
    """An institution's quorum sets how many of its officers a quorum act needs."""

    quorum: ClassVar[bool] = True

    threshold: Threshold


class RegisterPeople(Act, frozen=True, kw_only=True, tag="parties.register_people"):
    """A bank or a desk registers people by their public keys; each is named by the thumbprint of the key."""

    keys: Annotated[list[NewKey], Meta(min_length=1, max_length=MAX_BATCH)]


class RegisterMerchants(Act, frozen=True, kw_only=True, tag="parties.register_merchants"):
    """A bank, a sponsor or the operator registers merchants."""

    merchants: Annotated[list[NewMerchant], Meta(min_length=1, max_length=MAX_BATCH)]


class AddTill(Act, frozen=True, kw_only=True, tag="parties.add_till"):
    """A merchant adds a till: a party of its own that signs for the merchant's payments."""

    key: NewKey


class EnrolKey(Act, frozen=True, kw_only=True, tag="parties.enrol_key"):
    """A party adds a further key of its own, as of a second device, signing with one it has."""

    key: NewKey


class RotateKey(Act, frozen=True, kw_only=True, tag="parties.rotate_key"):
    """A party replaces one of its keys: the old one stops at once, the new one works from the next block."""

    old: KeyId
    key: NewKey


class RevokeKey(Act, frozen=True, kw_only=True, tag="parties.revoke_key"):
    """A party revokes a key of its own, or the institution (merchant) that appointed the party does."""

    party: PartyId
    key: KeyId


class Suspend(Act, frozen=True, kw_only=True, tag="parties.suspend"):
    """Whoever appointed a person, merchant or till, or for a person any desk, suspends it: none of its keys signs.

    It stays so until whoever appointed it reinstates it.
    """

    party: PartyId


class Reinstate(Act, frozen=True, kw_only=True, tag="parties.reinstate"):
    """Whoever appointed a person, merchant or till reinstates it."""

    party: PartyId


class SuspendByQuorum(Act, frozen=True, kw_only=True, tag="parties.suspend_by_quorum"):
    """The operator suspends an institution, or an institution one of its officers."""

    quorum: ClassVar[bool] = True

    party: PartyId


class ReinstateByQuorum(Act, frozen=True, kw_only=True, tag="parties.reinstate_by_quorum"):
    """The operator reinstates an institution, or an institution one of its officers."""

    quorum: ClassVar[bool] = True

    party: PartyId


class Recover(Act, frozen=True, kw_only=True, tag="parties.recover"):
    """Whoever appointed a party that lost its keys names a new one, which may take their place after 72 hours."""

    quorum: ClassVar[bool] = True

    party: PartyId
    key: NewKey


class VetoRecovery(Act, frozen=True, kw_only=True, tag="parties.veto_recovery"):
    """A party stops the recovery of its keys with any of them, or the institution that began it takes it back."""

    party: PartyId


class CompleteRecovery(Act, frozen=True, kw_only=True, tag="parties.complete_recovery"):
    """After the wait, whoever began a recovery ends it: the old keys are revoked, the new one works.

    A suspended party stays suspended; reinstate it.
    """

    party: PartyId
