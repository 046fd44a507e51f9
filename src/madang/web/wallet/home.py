"""The first page: what I have, how much is left, where it counts and until when."""

from litestar import Response, get

from madang.web.site.visit import Visit
from madang.web.wallet.devices import recoveries
from madang.web.wallet.holdings import holdings, own_money
from madang.web.wallet.places import place_name


@get("/")
async def home(visit: Visit) -> Response[str]:
    """All vouchers, and own money."""
    found = holdings(visit.state, visit.parties, visit.wanted.language)
    usable = [one for one in found if one.usable(visit.now)]
    return visit.page(
        "wallet/home.html",
        usable=usable,
        order=list(dict.fromkeys(one.programme for one in usable)),
        others=[one for one in found if one not in usable],
        places={one.voucher.region: place_name(one.voucher.region, visit.wanted.language) for one in usable},
        own=own_money(visit.state, visit.parties),
        waiting=recoveries(visit),
    )


ROUTES = (home,)
