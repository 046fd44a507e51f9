"""Everything that is needed now and then: receipts that were kept, and the way to the other pages."""

from litestar import Response, get

from madang.web.site.visit import Visit


@get("/more")
async def more(visit: Visit) -> Response[str]:
    """The way to what has no place in the menu."""
    _ = visit.parties
    return visit.page("wallet/more.html")


@get("/receipts")
async def receipts(visit: Visit) -> Response[str]:
    """The receipts that this browser keeps: its script lists, checks and exports them."""
    _ = visit.parties
    return visit.page("wallet/receipts.html")


ROUTES = (more, receipts)
