"""Why payments did not go through, in words for a customer, telling nothing of the person."""

import asyncio

import msgspec
from litestar import Response, get

from madang.base.parties.queries import tills
from madang.records import reading
from madang.records.entrylist import EntryFilter, EntryRow
from madang.web.shop.seller import Seller, seller
from madang.web.site.refusals import words_of
from madang.web.site.visit import Visit

ACT = "vouchers.collect"
SHOWN = 20


class Refusal(msgspec.Struct, frozen=True):
    """A payment that was refused: when (seconds), by which code, and what that means."""

    at: int
    code: str
    words: str


@get("/refused")
async def refused(visit: Visit) -> Response[str]:
    """The latest payments by customers' codes that were refused here, and what else can be the reason."""
    who = seller(visit)
    rows = await asyncio.to_thread(_rows, visit, who) if visit.site.records is not None else []
    found = [Refusal(one.at, one.code, words_of(visit, one.code)) for one in rows if one.outcome == "rejected"]
    return visit.page("shop/why.html", who=who, rows=found)


def _rows(visit: Visit, who: Seller) -> list[EntryRow]:
    parties = (who.merchant, *tills(visit.state, who.merchant)) if who.is_owner else (who.party,)
    with visit.site.records.reading() as connection:
        return reading.entries(connection, EntryFilter(parties=parties, act=ACT), limit=SHOWN).rows


ROUTES = (refused,)
