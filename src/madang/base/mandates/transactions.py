"""What may be asked of mandates."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.kernel.fields import Digest, Name, PartyId, Time, WonOrZero
from madang.kernel.transaction import Act, Part

MandatedAct = Literal["vouchers.pay", "vouchers.claim", "appeals.lodge", "applications.apply"]
"""The acts that a service lets a delegate make."""
SPENDING: tuple[MandatedAct, ...] = ("vouchers.pay",)
"""Those of them that spend a principal's money."""
WHILE_FROZEN: tuple[MandatedAct, ...] = ("appeals.lodge",)
"""Those that a freeze of the principal's keys does not stop: who is frozen must be able to say that it is wrong."""
Ground = Literal["legal_representative", "household_head", "written", "facility", "official_visit"]
"""On what a desk registers: 법정대리인, 세대주, 위임장, 시설, 공무원 방문."""


class Scope(Part, frozen=True, kw_only=True):
    """What a delegate may do, in which programme (in all where none is named), from `since` (now) until `until`.

    `per_use` and `total` bound in won what may be spent at once and in all; both are 0 where no act spends.
    """

    acts: Annotated[list[MandatedAct], Meta(min_length=1, max_length=8)]
    programme: Name | None = None
    per_use: WonOrZero = 0
    total: WonOrZero = 0
    since: Time = 0
    until: Time


class Grant(Act, frozen=True, kw_only=True, tag="mandates.grant"):
    """A person lets another act in certain matters, by the own signature."""

    delegate: PartyId
    scope: Scope


class Register(Act, frozen=True, kw_only=True, tag="mandates.register"):
    """Two officers of a desk register a mandate whose papers they have seen.

    `evidence` is a keyed digest of the papers, which stay in the vault: an unkeyed one could be found by trying.
    """

    quorum: ClassVar[bool] = True

    principal: PartyId
    delegate: PartyId
    ground: Ground
    evidence: Digest
    scope: Scope


class Revoke(Act, frozen=True, kw_only=True, tag="mandates.revoke"):
    """Principal, delegate or a desk ends a mandate at once: that for `programme`, or that for all if none is named."""

    principal: PartyId
    delegate: PartyId
    programme: Name | None = None
