"""What may be asked about applications. But for the terms, `by` is always whoever signs: a person, or an officer."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from madang.kernel.fields import Digest, Handle, Name, PartyId, Reference, Time
from madang.kernel.transaction import Act

MAX_SUBJECTS = 24
MAX_EVIDENCE = 16
MAX_AUTHORITIES = 300
MAX_DAYS = 365

Instalment = Annotated[int, Meta(ge=1, le=1_000, description="Which of several grants to one subject.")]
Ground = Literal["regular", "birth", "split", "moved_in"]
"""Why one applies; all but the first after a decision on an earlier application."""
Correction = Literal["birth", "death", "split", "moved_in", "evidence", "mistake"]
Decision = Literal["granted", "declined", "to_desk"]
DeclineGround = Literal[
    "not_resident",
    "not_of_age",
    "other_household",
    "granted_already",
    "not_authorised",
    "applicant_died",
    "evidence_missing",
    "not_entitled",
]
"""None of them says what a household has or earns: `not_entitled` is any criterion of that sort."""
Subjects = Annotated[
    list[Digest],
    Meta(
        min_length=1,
        max_length=MAX_SUBJECTS,
        description="Keyed digests of the household and of each member, or of the person, as a grant locks them.",
    ),
]
Evidence = Annotated[
    list[Digest],
    Meta(max_length=MAX_EVIDENCE, description="Keyed digests of what lies in the vault: an unkeyed one is personal."),
]


class SetTerms(Act, frozen=True, kw_only=True, tag="applications.set_terms"):
    """The sponsor says when its programme takes applications, where, who decides beside it, and within how many days.

    One applies from the second `since` to the second `until`; with `desk_only` at desks alone. `authorities` are
    eligibility authorities; the sponsor decides in any case. Open applications keep the deadline that they have.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    since: Time
    until: Time
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS, description="Days to decide, counted from the day after applying.")]
    desk_only: bool = False
    authorities: Annotated[list[PartyId], Meta(max_length=MAX_AUTHORITIES)] = field(default_factory=list)


class Apply(Act, frozen=True, kw_only=True, tag="applications.apply"):
    """A person applies with an own key; a delegate or a desk's officer does for another, named in `for_party`.

    The head of a household names it and its members in `subjects`; they need no key. `holder` will hold the voucher:
    the applicant where nobody is named. A desk may also apply for somebody without a key, by the handle under which a
    vault holds the person; where it names no holder then, the voucher waits for the code in a letter. Grounds but the
    regular one name the `earlier` application that was decided.
    """

    programme: Name
    instalment: Instalment = 1
    ground: Ground = "regular"
    earlier: Handle | None = None
    subjects: Subjects
    holder: PartyId | None = None
    evidence: Evidence = field(default_factory=list)
    for_party: PartyId | None = None


class Change(Act, frozen=True, kw_only=True, tag="applications.change"):
    """Before the decision: other subjects or another holder in place of the former, more evidence, and why.

    By the applicant, by whoever applied, or by the officers of that desk; by any desk once the application waits for
    the person at one, after which it is decided within the days of the terms, counted anew.
    """

    application: Handle
    correction: Correction
    subjects: Subjects | None = None
    holder: PartyId | None = None
    evidence: Evidence = field(default_factory=list)


class Decide(Act, frozen=True, kw_only=True, tag="applications.decide"):
    """An officer of the sponsor or of an authority, who neither entered nor changed it, decides; late ones too.

    `granted` names the `reference` under which a grant in the same transaction grants. `declined` names a `ground`.
    `to_desk` says that data does not determine this household: somebody is to come to a desk, and nothing is refused.
    """

    application: Handle
    decision: Decision
    reference: Reference | None = None
    ground: DeclineGround | None = None


class Withdraw(Act, frozen=True, kw_only=True, tag="applications.withdraw"):
    """The applicant, whoever applied, or a desk that entered or changed it takes an open application back."""

    application: Handle
