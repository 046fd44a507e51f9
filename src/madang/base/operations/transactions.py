"""Acts that pause and resume: act types, programmes, a bank's tokens, the currency. All by quorum."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.base.money.state import Stops
from madang.kernel.fields import Name, PartyId, Time
from madang.kernel.transaction import Act

MAX_PAUSE = 7 * 86_400
"""How far ahead a pause may last, in seconds: whoever needs longer pauses again, and is seen to."""
MAX_ACTIONS = 16

ActType = Annotated[
    str, Meta(pattern=r"^[a-z_]{1,31}\.[a-z_]{1,31}\Z", description="An act's name on the wire, such as money.pay.")
]
Action = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z", description="An action of a kind, such as spend.")]
Reason = Literal["attack", "defect", "incident", "insolvency", "legal_order", "maintenance", "drill"]


class Pause(Act, frozen=True, kw_only=True, tag="operations.pause"):
    """The operator's quorum pauses an act type: it is refused before `until`. Once more sets another end."""

    quorum: ClassVar[bool] = True

    act_type: ActType
    reason: Reason
    until: Time


class Resume(Act, frozen=True, kw_only=True, tag="operations.resume"):
    """The operator's quorum lets a paused act type run again, also one that a defect paused."""

    quorum: ClassVar[bool] = True

    act_type: ActType


class PauseProgramme(Act, frozen=True, kw_only=True, tag="operations.pause_programme"):
    """The operator's or the sponsor's quorum pauses actions of a programme, or all where none is named.

    To stop spending and let refunds go on name `spend`. The operator's pause takes the place of the sponsor's.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    reason: Reason
    until: Time
    actions: Annotated[list[Action], Meta(min_length=1, max_length=MAX_ACTIONS)] | None = None


class ResumeProgramme(Act, frozen=True, kw_only=True, tag="operations.resume_programme"):
    """Whoever paused a programme, or the operator, lets it run again by quorum."""

    quorum: ClassVar[bool] = True

    programme: Name


class PauseBank(Act, frozen=True, kw_only=True, tag="operations.pause_bank"):
    """The central bank's quorum stops a bank's tokens: none is issued, and none leaves or reaches its accounts.

    Where it stops `spending` only, refunds still land and holders still redeem; `all` stops these too.
    """

    quorum: ClassVar[bool] = True

    bank: PartyId
    stops: Stops
    reason: Reason
    until: Time


class ResumeBank(Act, frozen=True, kw_only=True, tag="operations.resume_bank"):
    """The central bank's quorum lets a bank's tokens move again."""

    quorum: ClassVar[bool] = True

    bank: PartyId


class PauseCurrency(Act, frozen=True, kw_only=True, tag="operations.pause_currency"):
    """The central bank's quorum stops the currency: none is issued or withdrawn, and no payment crosses banks.

    Where it stops `spending` only, refunds across banks still land. Payments within a bank go on.
    """

    quorum: ClassVar[bool] = True

    stops: Stops
    reason: Reason
    until: Time


class ResumeCurrency(Act, frozen=True, kw_only=True, tag="operations.resume_currency"):
    """The central bank's quorum lets currency be issued and payments cross banks again."""

    quorum: ClassVar[bool] = True
