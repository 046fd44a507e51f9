"""'My notices' (내 알림): whatever was officially told to whoever is signed in."""

import asyncio

from litestar import Response, get

from madang.records import reading
from madang.records.paging import place_of
from madang.records.paymentlist import KINDS
from madang.records.reading import NoticeRow
from madang.web.site.visit import Visit
from madang.web.wallet.history import shops_of

PAGE = 20


@get("/notices")
async def notices(visit: Visit, after: str = "") -> Response[str]:
    """Notices to all parties of this wallet, the newest first."""
    rows, shops, following = await asyncio.to_thread(_notices, visit, after)
    return visit.page("wallet/notices.html", rows=rows, shops=shops, next=following, first=not after)


def _notices(visit: Visit, after: str) -> tuple[list[NoticeRow], dict[str, str], str]:
    """A page of notices, the shop's name by the key of those about payments, and where the next page begins."""
    parties = visit.parties
    if visit.site.records is None:
        return [], {}, ""
    found: list[NoticeRow] = []
    with visit.site.records.reading() as connection:
        for party in parties:
            found += reading.notices(connection, party, visit.wanted.language, after, PAGE + 1).rows
    found.sort(key=lambda one: (one.at, one.key), reverse=True)
    rows = found[:PAGE]
    with visit.site.records.reading() as connection:
        about = [reading.find_payment(connection, parties, one.key) for one in rows if one.kind in KINDS]
    shops = shops_of(visit, [one for one in about if one is not None])
    return rows, shops, place_of((rows[-1].at, rows[-1].key)) if len(found) > PAGE else ""


ROUTES = (notices,)
