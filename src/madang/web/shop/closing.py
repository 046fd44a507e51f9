"""The close of a day: takings by programme, promised refunds, what was paid out, and files for people."""

import asyncio
from collections.abc import Sequence

import msgspec
from litestar import Response, get

from madang.exchange.sheets import write_sheet
from madang.web.shop.days import Day, day_and_time, read_day
from madang.web.shop.goods import Taken, taken
from madang.web.shop.owed import Promise, due, own_money, promises
from madang.web.shop.payments import Sale, read_sales
from madang.web.shop.payouts import PaidOut, payouts
from madang.web.shop.seller import Seller, seller
from madang.web.site.visit import PAGE_HEADERS, Visit

CSV = "text/csv; charset=utf-8"
_READING = asyncio.Semaphore(2)
"""How many at once look through the log for payouts: others wait."""


class Takings(msgspec.Struct, frozen=True):
    """A day of one programme: how many payments, won taken and given back of them since; what is due and promised."""

    programme: Taken
    count: int
    amount: int
    refunded: int
    held: int
    due: int
    promised: tuple[Promise, ...]


class Close(msgspec.Struct, frozen=True):
    """A day of a shop."""

    takings: tuple[Takings, ...]
    sales: tuple[Sale, ...]
    paid_out: tuple[PaidOut, ...]


@get("/day")
async def close(visit: Visit, day: str = "") -> Response[str]:
    """A day's takings and payouts."""
    who = seller(visit)
    chosen = read_day(day, visit.now)
    programmes = taken(visit.state, visit.wanted.language)
    found = await _close(visit, who, programmes, chosen)
    own = own_money(visit.state, who.merchant) if who.is_owner else None
    titles = {one.name: one.title for one in programmes}
    return visit.page("shop/day.html", who=who, chosen=chosen, found=found, own=own, titles=titles)


@get("/day/payments.csv")
async def payments_file(visit: Visit, day: str = "") -> Response[bytes]:
    """A day's payments as a file for spreadsheets."""
    who = seller(visit)
    chosen = read_day(day, visit.now)
    programmes = taken(visit.state, visit.wanted.language)
    found = await read_sales(visit, who.party, programmes, chosen.since, chosen.until)
    heads = [
        visit.say(f"shop.file.{name}") for name in ("when", "number", "order", "voucher", "amount", "refunded", "held")
    ]
    rows = [
        (day_and_time(each.at), each.number, each.order, one.title, each.amount, each.refunded, each.held)
        for one in found
        for each in (one.payment,)
    ]
    return _file(heads, rows, f"payments-{chosen.name}.csv")


@get("/day/payouts.csv")
async def payouts_file(visit: Visit, day: str = "") -> Response[bytes]:
    """A day's payouts as a file for spreadsheets."""
    who = seller(visit)
    chosen = read_day(day, visit.now)
    titles = {one.name: one.title for one in taken(visit.state, visit.wanted.language)}
    paid_out = await _payouts(visit, who, chosen)
    heads = [visit.say(f"shop.file.{name}") for name in ("when", "voucher", "amount", "id")]
    rows = [
        (day_and_time(one.at), ", ".join(titles.get(name, name) for name in one.programmes), one.amount, one.id)
        for one in paid_out
    ]
    return _file(heads, rows, f"payouts-{chosen.name}.csv")


def _file(heads: Sequence[str], rows: Sequence[Sequence[str | int]], name: str) -> Response[bytes]:
    headers = {**PAGE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(write_sheet(heads, rows), media_type=CSV, headers=headers)


async def _close(visit: Visit, who: Seller, programmes: list[Taken], day: Day) -> Close:
    found = await read_sales(visit, who.party, programmes, day.since, day.until)
    takings = []
    for one in programmes:
        mine = [each.payment for each in found if each.programme == one.name]
        owed = due(visit.state, who.party, one.name)
        promised = tuple(promises(visit.state, one.name, who.merchant))
        if mine or owed or promised:
            amount, refunded, held = (
                sum(getattr(each, name) for each in mine) for name in ("amount", "refunded", "held")
            )
            takings.append(Takings(one, len(mine), amount, refunded, held, owed, promised))
    return Close(tuple(takings), tuple(found), tuple(await _payouts(visit, who, day)))


async def _payouts(visit: Visit, who: Seller, day: Day) -> list[PaidOut]:
    if visit.site.records is None:
        return []

    def read() -> list[PaidOut]:
        return payouts(visit.site.records, visit.node.ledger, who.merchant, day.since, day.until)

    async with _READING:
        return await asyncio.to_thread(read)


ROUTES = (close, payments_file, payouts_file)
