"""The console: the desks of institutions. Programme managers, the operator's officers, authorities and treasury banks.

An officer signs in with a passkey or another key of the own, and acts for the institution that appointed it. Whatever
changes the ledger is shown in words and exactly, tried, and signed in the browser; what needs a quorum is proposed to
the other officers (`base/approvals`). What an institution may see and do, queries and rules decide.
"""

from pathlib import Path

from madang.web.console import grants, home, keys, offering, programme, proposals, settlement, spending, stages, writing
from madang.web.console.office import admits
from madang.web.site.areas import Area

PARTS = (home, proposals, offering, programme, stages, writing, grants, spending, settlement, keys)

AREA = Area(
    "console",
    Path(__file__).parent,
    admits,
    tuple(route for part in PARTS for route in part.ROUTES),
    (
        ("/console", "console.menu.home"),
        ("/console/key", "console.menu.key"),
    ),
)
