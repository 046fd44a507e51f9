"""What was paid and given back: the list, from official notices, and each payment with its number and receipt."""

import asyncio

import msgspec
from litestar import Response, get
from sqlalchemy import select, tuple_

from madang.records.paging import place_of, read_place
from madang.records.schema import NOTICES
from madang.web.api.problems import Refused
from madang.web.site.visit import Visit
from madang.web.wallet.directory import shop_names
from madang.web.wallet.holdings import title
from madang.web.wallet.payments import paid_by, transaction_of

PAGE = 20
KINDS = ("paid", "refunded")


class Told(msgspec.Struct, frozen=True):
    """A line of the history: a payment or a refund (won), the programme, and the number that both screens showed."""

    key: str
    at: int
    kind: str
    programme: str
    amount: int
    number: str


@get("/payments")
async def history(visit: Visit, after: str = "") -> Response[str]:
    """Payments and refunds, the newest first."""
    rows, following = await asyncio.to_thread(_told, visit, after)
    titles = {one.programme: title(visit.state, one.programme, visit.wanted.language) for one in rows}
    return visit.page("wallet/history.html", rows=rows, titles=titles, next=following, first=not after)


@get("/history/{key:str}")
async def about(visit: Visit, key: str) -> Response[str]:
    """On to the payment of which a line tells. Raises `Refused` (404)."""
    found = await asyncio.to_thread(_row, visit, key)
    identifier = None
    if found is not None:
        identifier = await asyncio.to_thread(transaction_of, visit, found.programme, found.number, found.at)
    if identifier is None:
        raise Refused(404, "transaction.unknown", "There is no such payment of yours.")
    return visit.redirect(f"/wallet/payments/{identifier}")


@get("/payments/{identifier:str}")
async def payment(visit: Visit, identifier: str) -> Response[str]:
    """A payment of mine: the number that the shop sees too, what was given back, and the receipt."""
    found = await asyncio.to_thread(paid_by, visit, identifier)
    if found is None:
        raise Refused(404, "transaction.unknown", "This was no payment of yours.")
    names = await asyncio.to_thread(shop_names, visit, {one.merchant for one in found.payments})
    titles = {one.programme: title(visit.state, one.programme, visit.wanted.language) for one in found.payments}
    return visit.page("wallet/payment.html", paid=found, names=names, titles=titles, fresh=visit.now - found.time < 600)


def _told(visit: Visit, after: str) -> tuple[list[Told], str]:
    parties = visit.parties
    if visit.site.records is None:
        return [], ""
    table = NOTICES.c
    order = (table.at, table.key)
    asked = select(NOTICES).where(table.recipient.in_(parties), table.kind.in_(KINDS))
    if after:
        asked = asked.where(tuple_(*order) < tuple(read_place(after, order)))
    with visit.site.records.reading() as connection:
        found = connection.execute(asked.order_by(table.at.desc(), table.key.desc()).limit(PAGE + 1)).all()
    rows = [Told(one.key, one.at, one.kind, one.programme, one.amount, one.number) for one in found[:PAGE]]
    return rows, place_of((rows[-1].at, rows[-1].key)) if len(found) > PAGE else ""


def _row(visit: Visit, key: str) -> Told | None:
    parties = visit.parties
    if visit.site.records is None:
        return None
    table = NOTICES.c
    asked = select(NOTICES).where(table.key == key, table.recipient.in_(parties), table.kind.in_(KINDS))
    with visit.site.records.reading() as connection:
        one = connection.execute(asked).one_or_none()
    return None if one is None else Told(one.key, one.at, one.kind, one.programme, one.amount, one.number)


ROUTES = (history, about, payment)
