"""What may be asked about appeals. But for the terms, `by` is always whoever signs: a person, or an officer."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from madang.kernel.fields import Digest, Handle, Name, PartyId, Reference, Time
from madang.kernel.transaction import Act

MAX_EVIDENCE = 16
MAX_OFFICES = 300
MAX_DAYS = 365

Matter = Literal["refusal", "amount", "region", "freeze", "recovery"]
Ground = Literal["return_from_abroad", "birth", "move", "household_change", "income_change", "mistake", "other"]
Outcome = Literal["granted", "corrected", "region_moved", "dismissed"]
Evidence = Annotated[
    list[Digest],
    Meta(max_length=MAX_EVIDENCE, description="Keyed digests of what lies in the vault: an unkeyed one is personal."),
]


class SetTerms(Act, frozen=True, kw_only=True, tag="appeals.set_terms"):
    """The sponsor says for its programme which offices decide, within how many days, and until when one may appeal.

    `until` is the last second to lodge; what was lodged by then is still decided. Offices are institutions. Appeals
    that are open keep the deadline and the office that they have.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS, description="Days to decide, counted from the day after lodging.")]
    until: Time
    offices: Annotated[list[PartyId], Meta(min_length=1, max_length=MAX_OFFICES)]


class Lodge(Act, frozen=True, kw_only=True, tag="appeals.lodge"):
    """A person appeals with an own key; a delegate or a desk's officer does for another, named in `for_party`.

    A desk may also name somebody without a key: by the handle under which a vault holds the person.
    """

    programme: Name
    matter: Matter
    ground: Ground
    office: PartyId
    evidence: Evidence = field(default_factory=list)
    for_party: PartyId | None = None


class Supplement(Act, frozen=True, kw_only=True, tag="appeals.supplement"):
    """The appellant, or whoever lodged the appeal, adds evidence to it while it is open."""

    appeal: Handle
    evidence: Annotated[list[Digest], Meta(min_length=1, max_length=MAX_EVIDENCE)]


class Take(Act, frozen=True, kw_only=True, tag="appeals.take"):
    """An officer of the deciding office takes an appeal into hand, or takes it over from another."""

    appeal: Handle


class Decide(Act, frozen=True, kw_only=True, tag="appeals.decide"):
    """An officer of the office who neither lodged nor handled the appeal decides it, late ones too.

    `reason` is the keyed digest of the written reason in the vault. `granted` names in `follows` the reference of what
    is granted; `corrected` and `region_moved` may name what they change. What follows is another act of the same
    transaction.
    """

    appeal: Handle
    outcome: Outcome
    reason: Digest
    follows: Reference | None = None


class Withdraw(Act, frozen=True, kw_only=True, tag="appeals.withdraw"):
    """The appellant, or whoever lodged the appeal, takes it back before it is decided."""

    appeal: Handle
