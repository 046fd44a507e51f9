"""The shop: a merchant's pages and its tills', on a phone or at a counter.

Taking payments by a code that the customer scans or shows, each shown as it becomes durable; refunds; the day's close;
tills and agents; applying to become a shop. A shop is shown what a payment is of, and its number: never who paid, what
is left, or why somebody's own voucher does not pay.
"""

from pathlib import Path

from madang.base.parties.queries import has_role
from madang.kernel.state import State
from madang.web.shop import closing, collecting, duties, entry, held, keys, refunds, selling, staff, watching, why
from madang.web.site.areas import Area


def admits(state: State, party: str) -> bool:
    """Whether this party is a merchant or a merchant's till, and active."""
    return has_role(state, party, "merchant") or has_role(state, party, "till")


AREA = Area(
    "shop",
    Path(__file__).parent,
    admits,
    (
        *selling.ROUTES,
        *collecting.ROUTES,
        *refunds.ROUTES,
        *held.ROUTES,
        *closing.ROUTES,
        *entry.ROUTES,
        *staff.ROUTES,
        *duties.ROUTES,
        *why.ROUTES,
        *watching.ROUTES,
        *keys.ROUTES,
    ),
    (
        ("/shop", "shop.menu.sell"),
        ("/shop/collect", "shop.menu.collect"),
        ("/shop/payments", "shop.menu.payments"),
        ("/shop/day", "shop.menu.day"),
        ("/shop/entry", "shop.menu.entry"),
    ),
)
