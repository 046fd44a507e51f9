"""Who orders and signs: validators with their power, the version of the rules, and the witnesses of this node."""

from litestar import Response, get

from madang.web.api.status import read_ledger
from madang.web.explorer.overview import published
from madang.web.site.visit import Visit


@get("/validators")
async def validators(visit: Visit) -> Response[str]:
    """Institutions in consensus, and institutions that watch."""
    ledger = read_ledger(visit.node)
    return visit.page(
        "explorer/validators.html",
        ledger=ledger,
        power=sum(one.power for one in ledger.validators),
        witnesses=visit.node.publisher.witnesses(),
        published=published(visit.node),
    )


ROUTES = (validators,)
