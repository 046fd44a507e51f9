"""What may be asked of vouchers."""

from typing import Annotated

from msgspec import Meta

from madang.kernel.fields import Digest, Handle, Name, PartyId, Reference, Won, WonOrZero
from madang.kernel.transaction import Act, Part

MAX_ROWS = 1000
MAX_PARTS = 8

PaymentId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{10}[A-Za-z0-9_-]{22}\Z", description="A payment: its second, and a handle.")
]
Code = Annotated[
    str,
    Meta(pattern=r"^[A-Z2-7]{26}\Z", description="A claim code: 130 random bits in base32, as printed in a letter."),
]
Area = Annotated[
    str,
    Meta(pattern=r"^[0-9]{2,10}\Z", description="The first digits of legal-dong codes: a province, city or county."),
]
Vouchers = Annotated[list[Handle], Meta(min_length=1, max_length=MAX_ROWS)]


class Fund(Act, frozen=True, kw_only=True, tag="vouchers.fund"):
    """The sponsor moves deposit tokens of its account into the programme's escrow."""

    programme: Name
    amount: Won


class GrantRow(Part, frozen=True, kw_only=True):
    """One voucher to grant: to a registered person, the `holder`, or to whoever claims it with a `code` of this digest.

    `reference` is the granting authority's own, once in a programme, and must say nothing about the person: a keyed
    digest. `region` is the area of residence as the programme counts it; `amount` is in won.
    """

    reference: Reference
    amount: Won
    region: Area
    holder: PartyId | None = None
    code: Digest | None = None


class Grant(Act, frozen=True, kw_only=True, tag="vouchers.grant"):
    """The sponsor or an eligibility authority grants up to 1,000 vouchers, all of them or none."""

    programme: Name
    rows: Annotated[list[GrantRow], Meta(min_length=1, max_length=MAX_ROWS)]


class Claim(Act, frozen=True, kw_only=True, tag="vouchers.claim"):
    """The person who has a letter's code takes the voucher that waits for it, with a registered key of their own."""

    programme: Name
    code: Code


class PaymentPart(Part, frozen=True, kw_only=True):
    """How much of a payment comes from which voucher."""

    voucher: Handle
    amount: Won


class Pay(Act, frozen=True, kw_only=True, tag="vouchers.pay"):
    """The holder pays a merchant with one or several vouchers of a programme, and with `own` won on top.

    Each part must pass the programme's rules, or nothing is paid; a refused voucher never falls through to own
    money, since `own` is what the holder confirmed by signing. `order` is the shop's reference of what is paid.
    """

    programme: Name
    merchant: PartyId
    order: Reference
    parts: Annotated[list[PaymentPart], Meta(min_length=1, max_length=MAX_PARTS)]
    own: WonOrZero = 0


class Refund(Act, frozen=True, kw_only=True, tag="vouchers.refund"):
    """The merchant, or a till of it, gives back some or all of a payment, in ratio to what it came from."""

    programme: Name
    merchant: PartyId
    payment: PaymentId
    amount: Won


class Expire(Act, frozen=True, kw_only=True, tag="vouchers.expire"):
    """Anybody returns what is left of up to 1,000 vouchers after the use-by date to the programme."""

    programme: Name
    vouchers: Vouchers


class Freeze(Act, frozen=True, kw_only=True, tag="vouchers.freeze"):
    """The holder, sponsor or a desk stops vouchers from being spent, as when a phone is lost. Refunds still land."""

    programme: Name
    vouchers: Vouchers


class Unfreeze(Act, frozen=True, kw_only=True, tag="vouchers.unfreeze"):
    """The sponsor or a desk lets frozen vouchers be spent again."""

    programme: Name
    vouchers: Vouchers


class Recall(Act, frozen=True, kw_only=True, tag="vouchers.recall"):
    """The sponsor takes back the unspent money of vouchers; what was spent is never touched."""

    programme: Name
    vouchers: Vouchers


class PayOut(Act, frozen=True, kw_only=True, tag="vouchers.pay_out"):
    """The sponsor, the treasury bank or the operator pays merchants what they took, into their own accounts."""

    programme: Name
    merchants: Annotated[list[PartyId], Meta(min_length=1, max_length=MAX_ROWS)]


class Reclaim(Act, frozen=True, kw_only=True, tag="vouchers.reclaim"):
    """The sponsor takes money that was never granted, or came back, out of the escrow."""

    programme: Name
    amount: Won
