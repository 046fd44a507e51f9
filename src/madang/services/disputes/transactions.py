"""What may be asked in disputes."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.kernel.fields import Name, PartyId, Time, TransactionId, Won
from madang.kernel.transaction import Act, Part

Days = Annotated[int, Meta(ge=1, le=365, description="A number of days.")]
Case = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{10}[A-Za-z0-9_-]{22}\Z", description="A dispute: its second, and a handle.")
]
Payment = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{10}[A-Za-z0-9_-]{22}\Z", description="A voucher payment: its second, and a handle.")
]
Evidence = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}\Z",
        description="A keyed digest (HMAC-SHA256) of a text that its author keeps: an unkeyed one is personal.",
    ),
]
Ground = Literal["unauthorised", "wrong_payee", "wrong_amount", "duplicate", "not_received"]


class SetTerms(Act, frozen=True, kw_only=True, tag="disputes.set_terms"):
    """The central bank's quorum sets how long after a payment it can be disputed, and the deadlines from then on.

    Open disputes keep theirs. The deadline to decide is two weeks at most (Electronic Financial Transactions Act,
    Article 8: the outcome of an asked correction is told within two weeks).
    """

    quorum: ClassVar[bool] = True

    file_days: Days
    answer_days: Annotated[int, Meta(ge=1, le=13, description="Days in which the payee may answer.")]
    decide_days: Annotated[int, Meta(ge=2, le=14, description="Days in which is decided, from the filing on.")]
    charge_days: Days


class Transfer(Part, frozen=True, kw_only=True):
    """A payment of own money: the transaction that made it, and its block's time (seconds)."""

    transaction: TransactionId
    at: Time


class VoucherPayment(Part, frozen=True, kw_only=True):
    """A payment with vouchers: its programme, and its number at the shop."""

    programme: Name
    payment: Payment


class File(Act, frozen=True, kw_only=True, tag="disputes.file"):
    """A holder disputes a payment, or whoever registered the holder does so in their name, as when a phone is lost.

    Name either a `transfer` or a `voucher` payment. `amount` is what is disputed of it.
    """

    holder: PartyId
    payee: PartyId
    ground: Ground
    amount: Won
    statement: Evidence
    transfer: Transfer | None = None
    voucher: VoucherPayment | None = None


class Answer(Act, frozen=True, kw_only=True, tag="disputes.answer"):
    """The payee agrees or not, within its time. A shop that agrees to give back a voucher payment refunds beside it.

    An institution agrees by its quorum: its bank may then take the money.
    """

    case: Case
    agrees: bool
    statement: Evidence


class Credit(Act, frozen=True, kw_only=True, tag="disputes.credit"):
    """The quorum of the bank that handles a dispute of own money credits the holder meanwhile, from its own account."""

    quorum: ClassVar[bool] = True

    case: Case
    amount: Won


class Decide(Act, frozen=True, kw_only=True, tag="disputes.decide"):
    """The quorum of the institution that handles a dispute decides, once the payee has answered or its time is over.

    For the holder: the bank pays what it has not credited yet. Against: it takes back what it credited, as far as the
    holder can use it. `reasons` is the keyed digest of what the holder is told in writing.
    """

    quorum: ClassVar[bool] = True

    case: Case
    upheld: bool
    reasons: Evidence


class ChargeBack(Act, frozen=True, kw_only=True, tag="disputes.charge_back"):
    """The quorum of the payee's bank gives the deciding bank back what it paid, from the account of the payee.

    After a decision for the holder, from a shop, or from whoever agreed to it; at most what is disputed.
    """

    quorum: ClassVar[bool] = True

    case: Case
    amount: Won


class Withdraw(Act, frozen=True, kw_only=True, tag="disputes.withdraw"):
    """The holder takes a dispute back before it is decided, and gives back what was credited for it."""

    case: Case
