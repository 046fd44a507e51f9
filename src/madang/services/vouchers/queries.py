"""Who may read what of vouchers: a holder its own, a shop amounts and numbers, an authority what it granted."""

import hashlib
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from madang.base.parties import queries as parties
from madang.base.programmes.queries import is_authority
from madang.base.programmes.state import PROGRAMMES, Programme, compiled
from madang.contract.limits import OFFSET_SECONDS
from madang.contract.months import month_of
from madang.kernel.fields import Handle, Name, PartyId, Reference, Time
from madang.kernel.state import State, Table
from madang.services.vouchers.state import (
    ATTESTED,
    EDITIONS,
    FUNDERS,
    GRANTS,
    KINDS,
    OWN,
    Edition,
    parts_of,
    voucher_of,
    vouchers_of,
)
from madang.services.vouchers.transactions import PaymentId

MAX_PAGE = 500
MAX_VOUCHERS = 200
HOUR = 3_600
MAX_LOOKED_AT = 5_000

References = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}(,[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}){0,999}\Z",
        description="Up to 1,000 references, separated by commas.",
    ),
]


class VoucherView(msgspec.Struct, frozen=True):
    """A holder's own voucher: won left and granted, the area where it counts, its status and times (seconds).

    `until` is the first second after its use-by date; `stage` counts milestones, `price` is what was paid for it.
    """

    number: str
    left: int
    granted: int
    region: str
    status: str
    instalment: int
    since: int
    until: int
    stage: int
    price: int


class SaleView(msgspec.Struct, frozen=True):
    """What the reader may buy: the discount and limits of a programme that is sold, and what is left of them (won).

    `attested`: the reader may buy, since nobody need be attested here or the reader is. `left` is what still may be
    bought in this month, of `month_limit`. What is bought may be given back unused within `cancel_days`; from
    `cash_rest` percent left on the rest may be had in money. It is sold from `opens` on, and before `closes`, its last
    use-by date; its document may end the sale earlier.
    """

    discount: int
    month_limit: int
    in_month: int
    left: int
    attested: bool
    cancel_days: int
    cash_rest: int
    opens: int
    closes: int


class FunderView(msgspec.Struct, frozen=True):
    """A funder: share in basis points; won paid in, returned at the end, kept for it in the escrow, and interest."""

    funder: str
    share: int
    paid: int
    returned: int
    kept: int
    interest: int


class FundingView(msgspec.Struct, frozen=True):
    """Who funds a programme, and whether it was settled."""

    funders: list[FunderView]
    settled: bool


class ShopPayment(msgspec.Struct, frozen=True):
    """What a shop learns of a payment: won from vouchers and own money together, and the number both screens show.

    `held` of it waits for the delivery. Its payer is shown the same.
    """

    payment: str
    order: str
    at: int
    amount: int
    refunded: int
    held: int
    number: str


class OwnPayments(msgspec.Struct, frozen=True):
    """The reader's payments before the second `until`, oldest first. Ask again from there for later ones."""

    payments: list[ShopPayment]
    until: int


class ListView(msgspec.Struct, frozen=True):
    """A published list: its version, and the second in which that was last added to; 0 where it was not published."""

    name: str
    version: int
    changed: int


class EditionView(msgspec.Struct, frozen=True):
    """Under what payments were allowed: the digest of the document in force, and the lists that it asks."""

    number: int
    document: str
    lists: list[ListView]


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
    return _view(record)


def own_vouchers(state: State, reader: PartyId, programme: Name) -> list[VoucherView]:
    """Up to 200 of the reader's vouchers, those that end first in front: paying in this order loses least.

    Where there are more, those are left out that lapsed or were recalled, and then those that ended first.
    """
    found = _vouchers(state, programme)
    if found is None:
        return []
    own = vouchers_of(state, compiled(state, found), programme, reader)
    own.sort(key=lambda one: one.status in ("active", "frozen"))
    return [_view(one) for one in sorted(own[-MAX_VOUCHERS:], key=lambda one: (one.until, one.number))]


def _view(record: Any) -> VoucherView:
    return msgspec.convert(record, VoucherView, from_attributes=True)


def sale(state: State, reader: PartyId, programme: Name, time: Time) -> SaleView | None:
    """What the reader may buy of a programme's vouchers at the second `time`; nothing where it sells none."""
    found = _vouchers(state, programme)
    ruled = compiled(state, found) if found is not None else None
    if ruled is None or not ruled.contract.parameters["sold"]:
        return None
    terms = ruled.contract.parameters
    known = state.get(ATTESTED, programme, reader) if terms["subject"] != "anyone" else None
    buyer = known.subject if known is not None else reader
    counted = state.get(ruled.tables["purchases"], programme, "purchases", buyer)
    held = state.get(ruled.tables["allowance"], programme, "allowance", reader)
    bought = counted.bought if counted is not None else 0
    month = month_of((time + OFFSET_SECONDS) // 86_400)
    in_month = counted.in_month if counted is not None and counted.month == month else 0
    limits = (terms["month_limit"] - in_month, terms["cap"] - bought, terms["cap"] - (held.granted if held else 0))
    return SaleView(
        discount=terms["discount"],
        month_limit=terms["month_limit"],
        in_month=in_month,
        left=max(min(limits), 0),
        attested=terms["subject"] == "anyone" or known is not None,
        cancel_days=terms["cancel_days"],
        cash_rest=terms["cash_rest"],
        opens=terms["opens"],
        closes=terms["closes"],
    )


def funding(state: State, reader: PartyId, programme: Name) -> FundingView | None:
    """Who funds a programme together, for its sponsor, its treasury bank, its funders and auditors; else nothing."""
    found, funders = _vouchers(state, programme), state.get(FUNDERS, programme)
    if found is None or funders is None:
        return None
    concerned = any(parties.acts_for(state, reader, one) for one in (found.sponsor, found.bank, *funders.names))
    if not concerned and not parties.has_role(state, reader, "auditor"):
        return None
    amounts = (funders.paid, funders.returned, funders.kept, funders.interest)
    rows = zip(funders.names, funders.shares, *amounts, strict=True)
    return FundingView([FunderView(*row) for row in rows], funders.settled)


def granted(state: State, reader: PartyId, programme: Name, reference: Reference) -> str | None:
    """The voucher that a reference was granted, for the sponsor and the authorities that it names; else nothing."""
    found = _vouchers(state, programme)
    if found is None or not _may_grant(state, reader, found):
        return None
    grant = state.get(GRANTS, programme, reference)
    return None if grant is None else grant.voucher


def granted_many(state: State, reader: PartyId, programme: Name, references: References) -> list[str]:
    """Which of these references were granted, for the sponsor and the authorities that it names; nothing for others."""
    found = _vouchers(state, programme)
    if found is None or not _may_grant(state, reader, found):
        return []
    return [one for one in references.split(",") if state.get(GRANTS, programme, one) is not None]


def _vouchers(state: State, name: str) -> Programme | None:
    """A programme of vouchers, open or not; None for one of another kind, too."""
    found = state.get(PROGRAMMES, name)
    return found if found is not None and found.kind in KINDS else None


def _may_grant(state: State, reader: str, programme: Programme) -> bool:
    """Whether `reader` is the sponsor or an authority that the programme names, or an active officer of one."""
    if parties.acts_for(state, reader, programme.sponsor):
        return True
    return any(
        is_authority(state, programme, name) and parties.acts_for(state, reader, name) for name in programme.authorities
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
    for payment, part in _parts_since(state, table, programme, merchant, since):
        if payment not in payments and len(payments) >= most:
            break
        payments[payment] = _with_part(state, programme, merchant, payment, payments.get(payment), part)
    return list(payments.values())


def own_payments(state: State, reader: PartyId, programme: Name, merchant: PartyId, since: Time) -> OwnPayments:
    """The reader's own payments at a shop in the hour from the second `since` on: where a payer finds the number.

    An hour in which the shop took more than 5,000 parts of payments ends earlier, as `until` says.
    """
    found = _vouchers(state, programme)
    payments: dict[str, ShopPayment] = {}
    if found is None:
        return OwnPayments([], since + HOUR)
    ruled = compiled(state, found)
    second = since
    for count, (payment, part) in enumerate(_parts_since(state, ruled.tables["payment"], programme, merchant, since)):
        if part.at >= since + HOUR:
            break
        if count >= MAX_LOOKED_AT and part.at > second:
            return OwnPayments(list(payments.values()), part.at)
        second = part.at
        holder = voucher_of(state, ruled, programme, part.voucher)
        if holder is not None and holder.holder == reader:
            payments[payment] = _with_part(state, programme, merchant, payment, payments.get(payment), part)
    return OwnPayments(list(payments.values()), since + HOUR)


def _parts_since(
    state: State, table: Table[Any], programme: str, merchant: str, since: int
) -> Iterator[tuple[str, Any]]:
    """Parts of a shop's payments from a second on, in order, each with its payment."""
    for (_, _, key), part in state.scan_after(table, programme, "payment", f"{merchant}/{since:010x}"):
        shop, _, rest = key.partition("/")
        if shop != merchant:
            return
        yield rest.partition("/")[0], part


def _with_part(
    state: State, programme: str, merchant: str, payment: str, before: ShopPayment | None, part: Any
) -> ShopPayment:
    """What is known of a payment, with one part more; with the first comes its own money."""
    amount, refunded = (before.amount, before.refunded) if before else _own(state, programme, merchant, payment)
    return ShopPayment(
        payment,
        part.order,
        part.at,
        amount + part.amount,
        refunded + part.refunded,
        (before.held if before else 0) + part.held,
        confirmation_number(payment),
    )


def _own(state: State, programme: str, merchant: str, payment: str) -> tuple[int, int]:
    own = state.get(OWN, programme, merchant, payment)
    return (own.amount, own.refunded) if own else (0, 0)


def allowed_under(
    state: State, reader: PartyId, programme: Name, merchant: PartyId, payment: PaymentId
) -> EditionView | None:
    """Under which document and published lists a payment was allowed, for its shop and payer, the sponsor and auditors.

    Nothing where there is no such payment, or it is none of the reader's business.
    """
    found = _vouchers(state, programme)
    if found is None:
        return None
    ruled = compiled(state, found)
    parts = parts_of(state, ruled, programme, merchant, payment)
    if not parts:
        return None
    paying = voucher_of(state, ruled, programme, parts[0][1].voucher)
    concerned = reader in (merchant, paying.holder) or parties.merchant_of(state, reader) == merchant
    if not concerned and not parties.acts_for(state, reader, found.sponsor) and not _audits(state, reader):
        return None
    edition = state.get(EDITIONS, programme, parts[0][1].edition)
    return None if edition is None else view_of(edition)


def view_of(edition: Edition) -> EditionView:
    """An edition as people are shown it."""
    lists = zip(edition.lists, edition.versions, edition.changed, strict=True)
    return EditionView(edition.number, edition.document, [ListView(*one) for one in lists])


def _audits(state: State, reader: str) -> bool:
    return any(parties.has_role(state, one, "auditor") for one in (reader, parties.institution_of(state, reader)))


def takings(state: State, reader: PartyId, programme: Name) -> int:
    """What the programme owes the reader's shop, in won."""
    merchant = parties.merchant_of(state, reader)
    found = _vouchers(state, programme)
    if merchant is None or found is None:
        return 0
    record = state.get(compiled(state, found).tables["takings"], programme, "takings", merchant)
    return record.due if record else 0


ALL = (voucher, own_vouchers, sale, funding, granted, granted_many, shop_payments, own_payments, allowed_under, takings)
