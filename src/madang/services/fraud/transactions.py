"""What may be asked about fraud. Flags come from institutions or anybody; in a case `by` is always whoever signs."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from madang.base.debts.transactions import Surcharge
from madang.kernel.fields import Handle, Name, PartyId, Time, Won
from madang.kernel.transaction import Act, Part

MAX_ROWS = 1_000
MAX_CASE_FLAGS = 64
MAX_RECALLED = 64

Reason = Literal["off_premises", "burst", "repeated_pair", "above_declared_sales", "resale", "other"]
"""Used where the shop is not; too many in a short time; the same two again and again; more than the shop's class of
yearly sales explains; vouchers sold for money; other.
"""
Sort = Literal["payment", "merchant", "voucher"]
Subject = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{2,43}\Z", description="The payment, the merchant, or the voucher's number.")
]
DatedId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{10}[A-Za-z0-9_-]{22}\Z", description="A flag or a case: its second, and a handle.")
]
Evidence = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}\Z",
        description="A keyed digest (HMAC-SHA256) of what lies in the vault: an unkeyed one is personal.",
    ),
]


class SetDeadlines(Act, frozen=True, kw_only=True, tag="fraud.set_deadlines"):
    """The sponsor's quorum sets how long hearings last in its programme, and how long decisions may take after them.

    Cases that are open keep the deadlines that they have. A hearing takes ten days at least (Administrative Procedures
    Act, Article 21 (3)).
    """

    quorum: ClassVar[bool] = True

    programme: Name
    hearing_days: Annotated[int, Meta(ge=10, le=180, description="Days to answer, from the day after the notice.")]
    decision_days: Annotated[int, Meta(ge=1, le=365, description="Days to decide after the hearing.")]


class FlagRow(Part, frozen=True, kw_only=True):
    """What somebody should look at, and why. `evidence` is the keyed digest of what was seen."""

    sort: Sort
    subject: Subject
    reason: Reason
    evidence: Evidence


class RaiseFlags(Act, frozen=True, kw_only=True, tag="fraud.raise_flags"):
    """The sponsor, an authority that its programme names, an auditor or the operator flags payments, shops or
    vouchers.
    """

    programme: Name
    rows: Annotated[list[FlagRow], Meta(min_length=1, max_length=MAX_ROWS)]


class Report(Act, frozen=True, kw_only=True, tag="fraud.report"):
    """Anybody registered reports one payment, merchant or voucher; the party that is reported never learns who did."""

    programme: Name
    row: FlagRow


class SetAside(Act, frozen=True, kw_only=True, tag="fraud.set_aside"):
    """An officer of the sponsor closes flags on which no case is needed. `reasons`: the keyed digest of why."""

    programme: Name
    flags: Annotated[list[DatedId], Meta(min_length=1, max_length=MAX_ROWS)]
    reasons: Evidence


class OpenCase(Act, frozen=True, kw_only=True, tag="fraud.open_case"):
    """An officer of the sponsor opens a case against a merchant or a person, which is its notice to that party.

    `conduct_at` is when that happened of which it is told; a debt is barred five years after. `notice` is the keyed
    digest of the text that the party is sent: facts, law, what is intended, and until when it may answer.
    """

    programme: Name
    party: PartyId
    flags: Annotated[list[DatedId], Meta(min_length=1, max_length=MAX_CASE_FLAGS)]
    conduct_at: Time
    notice: Evidence


class MakeStatement(Act, frozen=True, kw_only=True, tag="fraud.make_statement"):
    """The party of a case answers, up to eight times while the hearing lasts. `statement`: a keyed digest of it."""

    programme: Name
    case: DatedId
    statement: Evidence


class WithdrawCase(Act, frozen=True, kw_only=True, tag="fraud.withdraw_case"):
    """An officer of the sponsor takes back a case that is not decided. Its flags may be looked at again."""

    programme: Name
    case: DatedId
    reasons: Evidence


class Dismiss(Act, frozen=True, kw_only=True, tag="fraud.dismiss"):
    """After the hearing, another officer than the one who opened a case finds that nothing follows."""

    programme: Name
    case: DatedId
    reasons: Evidence


class Recovery(Part, frozen=True, kw_only=True):
    """A debt to the sponsor: principal in won, surcharge in basis points of it, and from when on it is overdue."""

    principal: Won
    surcharge: Surcharge = 0
    due_at: Time


class Decide(Act, frozen=True, kw_only=True, tag="fraud.decide"):
    """After the hearing, another officer than the one who opened a case decides that measures follow.

    `recall` names vouchers whose unspent money `vouchers.recall` takes back in the same transaction; `recovery` becomes
    a debt of the party; with `suspension`, `merchants.suspend` stands before this act. `reasons` is the keyed digest of
    the written reasons.
    """

    programme: Name
    case: DatedId
    reasons: Evidence
    recall: Annotated[list[Handle], Meta(max_length=MAX_RECALLED)] = field(default_factory=list)
    recovery: Recovery | None = None
    suspension: bool = False
