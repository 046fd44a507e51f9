"""Acts that define credential types, and that name and withdraw who issues them, asks for them, and attests wallets."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.kernel.fields import Digest, PartyId, Reference, Time
from madang.kernel.transaction import Act

MAX_ANCHORS = 4
MAX_CLAIMS = 64
MAX_ORIGINS = 8
MAX_STAFF_ISSUERS = 8

TypeId = Annotated[
    str,
    Meta(pattern=r"^[a-z][a-z0-9_]{1,47}\Z", description="A credential type's id in the catalogue."),
]
Claim = Annotated[
    str,
    Meta(pattern=r"^[a-z][A-Za-z0-9_]{0,63}\Z", description="A claim's name in the catalogue."),
]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^https://[a-z0-9][a-z0-9.-]{0,100}(:[1-9][0-9]{0,4})?\Z",
        description="A web origin: https, the host in lower case, the port where it is not 443.",
    ),
]
Attester = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{43}|[0-9a-f]{64})\Z",
        description="A key's RFC 7638 thumbprint, or the SHA-256 digest of a certificate (DER) in hexadecimal.",
    ),
]
Reason = Literal["ended", "key_leaked", "misuse", "own_request"]
"""Why a name is withdrawn: its task ended, its key leaked, it broke the rules, or it asked for it."""


class DefineType(Act, frozen=True, kw_only=True, tag="trust.define_type"):
    """The operator's quorum defines a credential type, or gives it another governor or another description.

    `description` is the SHA-256 digest of the published description that the type has from now on.
    """

    quorum: ClassVar[bool] = True

    credential: TypeId
    governor: PartyId
    description: Digest


class NameIssuer(Act, frozen=True, kw_only=True, tag="trust.name_issuer"):
    """The quorum of a type's governor names an issuer: what it signs from `since` up to, not including, `until` counts.

    `anchors` are SHA-256 digests of the issuer's root certificates (DER), `origins` where wallets in browsers of other
    servers may ask it for credentials. Naming it again replaces all of it: to rotate, name old and new anchors, and
    later the new alone. What was signed below an anchor left out counts no more.
    """

    quorum: ClassVar[bool] = True

    credential: TypeId
    issuer: PartyId
    anchors: Annotated[list[Digest], Meta(min_length=1, max_length=MAX_ANCHORS)]
    since: Time
    until: Time
    origins: Annotated[list[Origin], Meta(max_length=MAX_ORIGINS)] = []  # noqa: RUF012  msgspec copies it


class WithdrawIssuer(Act, frozen=True, kw_only=True, tag="trust.withdraw_issuer"):
    """The quorum of a type's governor withdraws an issuer: what it signed from `void_from` on is void.

    `void_from` may lie in the past, and is 0 where nothing that it signed is to count. A further withdrawal can bring
    it forward. Where the key leaked, its anchors are never named again for this type.
    """

    quorum: ClassVar[bool] = True

    credential: TypeId
    issuer: PartyId
    void_from: Time
    reason: Reason


class NameVerifier(Act, frozen=True, kw_only=True, tag="trust.name_verifier"):
    """The quorum of a type's governor names who may ask for it: for which purpose, and for which claims at most.

    `purpose` refers to what is published about it; a verifier with several purposes is named for each. `certificates`
    are SHA-256 digests (DER) of those that sign its requests. Naming it again for the purpose replaces all of it.
    """

    quorum: ClassVar[bool] = True

    credential: TypeId
    verifier: PartyId
    purpose: Reference
    claims: Annotated[list[Claim], Meta(min_length=1, max_length=MAX_CLAIMS)]
    certificates: Annotated[list[Digest], Meta(min_length=1, max_length=MAX_ANCHORS)]
    origins: Annotated[list[Origin], Meta(min_length=1, max_length=MAX_ORIGINS)]
    since: Time
    until: Time


class WithdrawVerifier(Act, frozen=True, kw_only=True, tag="trust.withdraw_verifier"):
    """The quorum of a type's governor withdraws a verifier for a purpose: from now on it may not ask."""

    quorum: ClassVar[bool] = True

    credential: TypeId
    verifier: PartyId
    purpose: Reference
    reason: Reason


class NameStaffIssuers(Act, frozen=True, kw_only=True, tag="trust.name_staff_issuers"):
    """The quorum of an institution names who besides itself vouches for its officers, by employee credentials.

    What was named before is replaced. Where nobody is named, only credentials that the institution issued let its
    officers in.
    """

    quorum: ClassVar[bool] = True

    issuers: Annotated[list[PartyId], Meta(max_length=MAX_STAFF_ISSUERS)]


class NameWalletProvider(Act, frozen=True, kw_only=True, tag="trust.name_wallet_provider"):
    """The operator's quorum names who attests wallets and their keys, by the keys or certificates it attests with.

    Attestations signed from `since` up to, not including, `until` count. Naming it again replaces all of it.
    """

    quorum: ClassVar[bool] = True

    provider: PartyId
    attesters: Annotated[list[Attester], Meta(min_length=1, max_length=MAX_ANCHORS)]
    since: Time
    until: Time


class WithdrawWalletProvider(Act, frozen=True, kw_only=True, tag="trust.withdraw_wallet_provider"):
    """The operator's quorum withdraws who attests wallets: what it signed from `void_from` on is void.

    `void_from` may lie in the past, as for an issuer.
    """

    quorum: ClassVar[bool] = True

    provider: PartyId
    void_from: Time
    reason: Reason
