"""What may be asked of debts. Amounts are whole won, times are seconds."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.kernel.fields import Digest, Handle, PartyId, Reference, Time, Won
from madang.kernel.transaction import Act, Part

MAX_INSTALMENTS = 60
MAX_SURCHARGE = 30_000
"""Three times the principal, in basis points."""
FIVE_YEARS = 1_826 * 86_400
"""Five calendar years, in seconds. They have one leap day or two: as one is counted, no debt is imposed too late."""

Surcharge = Annotated[
    int, Meta(ge=0, le=MAX_SURCHARGE, description="On top of the principal, in hundredths of a per cent of it.")
]
Bar = Annotated[
    int, Meta(ge=86_400, le=FIVE_YEARS, description="Seconds after the conduct during which a debt can be imposed.")
]
WaiverReason = Literal["appeal_upheld", "error", "hardship", "settlement", "uncollectible", "deceased"]


class SetTerms(Act, frozen=True, kw_only=True, tag="debts.set_terms"):
    """A sponsor's quorum sets how large a surcharge may be, and for how long after the conduct debts are imposed.

    The terms count for conduct from now on; what happened before is judged by the terms of that time.
    """

    quorum: ClassVar[bool] = True

    surcharge_most: Surcharge
    bar: Bar = FIVE_YEARS


class Impose(Act, frozen=True, kw_only=True, tag="debts.impose"):
    """A sponsor's quorum imposes a debt by a decision of its own, the `ground`, which is used once.

    `conduct_at` is when that happened for which the money is owed; from `due_at` on, what is unpaid is overdue.
    """

    quorum: ClassVar[bool] = True

    debtor: PartyId
    ground: Reference
    principal: Won
    surcharge: Surcharge = 0
    conduct_at: Time
    due_at: Time


class Pay(Act, frozen=True, kw_only=True, tag="debts.pay"):
    """The debtor pays some or all of a debt with tokens of its own account."""

    debt: Handle
    amount: Won


class NewInstalment(Part, frozen=True, kw_only=True):
    """A part of a debt: from `due_at` on, it is overdue."""

    due_at: Time
    amount: Won


Instalments = Annotated[
    list[NewInstalment],
    Meta(min_length=1, max_length=MAX_INSTALMENTS, description="All that is left of a debt, by date."),
]


class ProposeInstalments(Act, frozen=True, kw_only=True, tag="debts.propose_instalments"):
    """Debtor or creditor proposes a plan for all that is left of a debt. It counts for nothing until the other agrees.

    A debt has one proposal: a later one, of either, takes its place.
    """

    debt: Handle
    instalments: Instalments


class AgreeInstalments(Act, frozen=True, kw_only=True, tag="debts.agree_instalments"):
    """Whichever of debtor and creditor did not propose a plan puts it in force, by naming the whole of it."""

    debt: Handle
    instalments: Instalments


class AgreeSetOff(Act, frozen=True, kw_only=True, tag="debts.agree_set_off"):
    """The debtor agrees that all that is left may be taken from what it is due, not the overdue part alone; or not.

    Without that, only what is overdue is taken.
    """

    debt: Handle
    agreed: bool


class Waive(Act, frozen=True, kw_only=True, tag="debts.waive"):
    """The creditor's quorum gives up some or all that is left of a debt, for a reason."""

    quorum: ClassVar[bool] = True

    debt: Handle
    amount: Won
    reason: WaiverReason


class Object(Act, frozen=True, kw_only=True, tag="debts.object"):
    """The debtor objects to a debt, once; `statement` is the keyed digest of why, which stays off the ledger.

    It marks the debt for an appeal. What is due stays due until that is decided.
    """

    debt: Handle
    statement: Digest
