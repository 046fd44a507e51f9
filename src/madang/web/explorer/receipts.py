"""Checking: a receipt in this browser, and everything else on one's own machine."""

from litestar import Response, get

from madang.web.explorer.overview import published
from madang.web.site.visit import Visit


@get("/receipt")
async def receipt(visit: Visit) -> Response[str]:
    """Choose a receipt; the browser checks it, and the file goes nowhere."""
    found = published(visit.node)
    keys = [one.key for one in found.cosignatures] if found is not None else []
    return visit.page("explorer/receipt.html", log_key=str(visit.node.log_key), witness_keys=keys)


@get("/check")
async def check(visit: Visit) -> Response[str]:
    """The commands with which anyone checks this ledger without its pages."""
    address = visit.chain.relying_party.origins[0] if visit.chain.relying_party.origins else ""
    return visit.page("explorer/check.html", log_key=str(visit.node.log_key), address=address)


ROUTES = (receipt, check)
