"""What was paid and given back: the list, from official notices, and each payment with its number and receipt."""

import asyncio
from collections.abc import Sequence

from litestar import Response, get

from madang.records import reading
from madang.records.reading import PaymentRow
from madang.web.api.problems import Refused
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.wallet.directory import shop_names
from madang.web.wallet.payments import merchant_of, paid_by, transaction_of

PAGE = 20


@get("/payments")
async def history(visit: Visit, after: str = "") -> Response[str]:
    """Payments and refunds, the newest first."""
    rows, shops, following = await asyncio.to_thread(_told, visit, after)
    titles = {one.programme: title(visit.state, one.programme, visit.wanted.language) for one in rows}
    return visit.page("wallet/history.html", rows=rows, shops=shops, titles=titles, next=following, first=not after)


@get("/history/{key:str}")
async def about(visit: Visit, key: str) -> Response[str]:
    """On to the payment of which a line tells. Raises `Refused` (404)."""
    found = await asyncio.to_thread(_row, visit, key)
    identifier = None
    if found is not None:
        identifier = await asyncio.to_thread(transaction_of, visit, found)
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


def _told(visit: Visit, after: str) -> tuple[list[PaymentRow], dict[str, str], str]:
    """A page of payments, the shop's name of each by its key, and where the next page begins."""
    parties = visit.parties
    if visit.site.records is None:
        return [], {}, ""
    with visit.site.records.reading() as connection:
        found = reading.payments(connection, parties, after, PAGE)
    return found.rows, shops_of(visit, found.rows), found.next


def shops_of(visit: Visit, rows: Sequence[PaymentRow]) -> dict[str, str]:
    """The names of the shops of these payments, by the payments' keys. Asks the records: not for the event loop."""
    merchants = {one.key: merchant_of(visit, one) for one in rows}
    names = shop_names(visit, {one for one in merchants.values() if one is not None})
    return {key: names[one] for key, one in merchants.items() if one is not None}


def _row(visit: Visit, key: str) -> PaymentRow | None:
    parties = visit.parties
    if visit.site.records is None:
        return None
    with visit.site.records.reading() as connection:
        return reading.find_payment(connection, parties, key)


ROUTES = (history, about, payment)
