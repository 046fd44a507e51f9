"""Who may read what of vouchers: a holder its own, a shop amounts and numbers, an authority what it granted."""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.parties import queries as parties
from madang.base.programmes.state import PROGRAMMES, Programme, compiled
from madang.kernel.fields import Handle, Name, PartyId, Reference, Time
from madang.kernel.state import State
from madang.services.vouchers.state import GRANTS, KINDS, OWN, voucher_of

MAX_PAGE = 500

References = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}(,[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}){0,999}\Z",
        description="Up to 1,000 references, separated by commas.",
    ),
]


class VoucherView(msgspec.Struct, frozen=True):
    """A holder's own voucher: won left and granted, the area where it counts, and its status."""

    number: str
    left: int
    granted: int
    region: str
    status: str


class ShopPayment(msgspec.Struct, frozen=True):
    """What a shop learns of a payment: won from vouchers and own money together, and the number both screens show."""

    payment: str
    order: str
    at: int
    amount: int
    refunded: int
    number: str


def confirmation_number(payment: str) -> str:
    """The four digits that payer and shop both see. They say nothing about the payer."""
    return f"{int.from_bytes(hashlib.sha256(payment.encode()).digest()[:8], 'big') % 10_000:04d}"


def voucher(state: State, reader: PartyId, programme: Name, number: Handle) -> VoucherView | None:
    """The reader's own voucher, or nothing where there is none of this number or it is somebody else's."""
    found = _vouchers(state, programme)
    if found is None:
        return None
    record = voucher_of(state, compiled(state, found), programme, number)
    if record is None or record.holder != reader:
        return None
    return VoucherView(number, record.left, record.granted, record.region, record.status)


def granted(state: State, reader: PartyId, programme: Name, reference: Reference) -> str | None:
    """The voucher that a reference was granted, for the sponsor and eligibility authorities; else nothing."""
    found = _vouchers(state, programme)
    if found is None or not _may_grant(state, reader, found):
        return None
    grant = state.get(GRANTS, programme, reference)
    return None if grant is None else grant.voucher


def granted_many(state: State, reader: PartyId, programme: Name, references: References) -> list[str]:
    """Which of these references were granted, for the sponsor and eligibility authorities; nothing for others."""
    found = _vouchers(state, programme)
    if found is None or not _may_grant(state, reader, found):
        return []
    return [one for one in references.split(",") if state.get(GRANTS, programme, one) is not None]


def _vouchers(state: State, name: str) -> Programme | None:
    """A programme of vouchers, open or not; None for one of another kind, too."""
    found = state.get(PROGRAMMES, name)
    return found if found is not None and found.kind in KINDS else None


def _may_grant(state: State, reader: str, programme: Programme) -> bool:
    """Whether `reader` is the sponsor or an eligibility authority, or an active officer of one."""
    if parties.acts_for(state, reader, programme.sponsor) or parties.has_role(state, reader, "eligibility_authority"):
        return True
    own = parties.party(state, reader)
    return (
        own is not None
        and parties.acts_for(state, reader, own.parent)
        and parties.has_role(state, own.parent, "eligibility_authority")
    )


def shop_payments(
    state: State, reader: PartyId, programme: Name, since: Time = 0, limit: int = 100
) -> list[ShopPayment]:
    """Up to `limit` (at most 500) payments at the reader's shop from the second `since` on, oldest first."""
    merchant = parties.merchant_of(state, reader)
    found = _vouchers(state, programme)
    if merchant is None or found is None:
        return []
    table = compiled(state, found).tables["payment"]
    payments: dict[str, ShopPayment] = {}
    most = min(max(limit, 1), MAX_PAGE)
    for (_, _, key), part in state.scan_after(table, programme, "payment", f"{merchant}/{since:010x}"):
        shop, _, rest = key.partition("/")
        payment = rest.partition("/")[0]
        if shop != merchant or (payment not in payments and len(payments) >= most):
            break
        before = payments.get(payment)
        amount, refunded = (before.amount, before.refunded) if before else _own(state, programme, merchant, payment)
        payments[payment] = ShopPayment(
            payment,
            part.order,
            part.at,
            amount + part.amount,
            refunded + part.refunded,
            confirmation_number(payment),
        )
    return list(payments.values())


def _own(state: State, programme: str, merchant: str, payment: str) -> tuple[int, int]:
    own = state.get(OWN, programme, merchant, payment)
    return (own.amount, own.refunded) if own else (0, 0)


def takings(state: State, reader: PartyId, programme: Name) -> int:
    """What the programme owes the reader's shop, in won."""
    merchant = parties.merchant_of(state, reader)
    found = _vouchers(state, programme)
    if merchant is None or found is None:
        return 0
    record = state.get(compiled(state, found).tables["takings"], programme, "takings", merchant)
    return record.due if record else 0


ALL = (voucher, granted, granted_many, shop_payments, takings)
