"""What the shop took: its own payments of all programmes, by time."""

import asyncio
from collections.abc import Iterator

import msgspec

from madang.kernel.state import State
from madang.services.vouchers.queries import MAX_PAGE, ShopPayment, shop_payments
from madang.web.shop.goods import Taken
from madang.web.site.visit import Visit

MOST = 20_000
"""Payments of one stretch of time that are listed."""


class Sale(msgspec.Struct, frozen=True):
    """A payment, and the programme whose vouchers paid it."""

    programme: str
    title: str
    payment: ShopPayment


def sales(state: State, party: str, programmes: list[Taken], since: int, until: int) -> list[Sale]:
    """The payments from the second `since` up to, not including, `until`, the newest first."""
    found = [
        Sale(one.name, one.title, each) for one in programmes for each in _of(state, party, one.name, since, until)
    ]
    return sorted(found, key=lambda one: (one.payment.at, one.payment.payment), reverse=True)


def _of(state: State, party: str, programme: str, since: int, until: int) -> Iterator[ShopPayment]:
    seen: set[str] = set()
    while len(seen) < MOST:
        page = shop_payments(state, party, programme, since, MAX_PAGE)
        new = [one for one in page if one.payment not in seen]
        for one in new:
            if one.at >= until:
                return
            seen.add(one.payment)
            yield one
        if len(page) < MAX_PAGE or not new:
            return
        since = page[-1].at


async def read_sales(visit: Visit, party: str, programmes: list[Taken], since: int, until: int) -> list[Sale]:
    """The same, beside what the server does meanwhile: a day of a large shop takes a while."""
    return await asyncio.to_thread(sales, visit.state, party, programmes, since, until)


def sale_of_order(state: State, party: str, programmes: list[Taken], order: str, since: int, until: int) -> Sale | None:
    """The payment of an order since a second, or None."""
    found = sales(state, party, programmes, since, until)
    return next((one for one in found if one.payment.order == order), None)
