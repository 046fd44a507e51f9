"""The wallet: a citizen's pages, on a phone first. What I have, paying, receipts, and what officials told me.

Its keys are made in the browser and never leave it. A wallet has a key, and so a party, for each programme.
"""

from pathlib import Path

from madang.base.parties.queries import party
from madang.kernel.state import State
from madang.web.site.areas import Area
from madang.web.wallet import (
    appealing,
    applying,
    attesting,
    buying,
    claiming,
    credentials,
    devices,
    done,
    forme,
    helping,
    history,
    home,
    keys,
    mandates,
    more,
    mydata,
    notices,
    offline,
    paying,
    shops,
    showing,
)


def admits(state: State, name: str) -> bool:
    """Whether this party is a person."""
    found = party(state, name)
    return found is not None and "person" in found.roles


AREA = Area(
    "wallet",
    Path(__file__).parent,
    admits,
    tuple(
        route
        for pages in (
            home,
            paying,
            showing,
            history,
            claiming,
            buying,
            notices,
            shops,
            applying,
            appealing,
            mandates,
            helping,
            devices,
            keys,
            credentials,
            attesting,
            forme,
            done,
            mydata,
            more,
            offline,
        )
        for route in pages.ROUTES
    ),
    (
        ("/wallet", "wallet.menu.home"),
        ("/wallet/pay", "wallet.menu.pay"),
        ("/wallet/payments", "wallet.menu.history"),
        ("/wallet/credentials", "wallet.menu.credentials"),
        ("/wallet/notices", "wallet.menu.notices"),
        ("/wallet/more", "wallet.menu.more"),
    ),
)
