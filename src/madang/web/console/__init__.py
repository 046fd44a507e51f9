"""The console: the desks of institutions. Programme managers, the operator's officers, authorities and treasury banks.

An officer signs in with a passkey, and acts for the institution that appointed it. Whatever
changes the ledger is shown in words and exactly, tried, and signed in the browser; what needs a quorum is proposed to
the other officers (`base/approvals`). What an institution may see and do, queries and rules decide.
"""

from pathlib import Path

from madang.web.console import (
    codelists,
    debts,
    deciding,
    evidence,
    fraud,
    grants,
    health,
    home,
    lists,
    merchants,
    officers,
    programme,
    record,
    settlement,
    spending,
    stages,
    vouchers,
    writing,
)
from madang.web.offices import keys, offering, proposals
from madang.web.offices.office import admits
from madang.web.site.areas import Area

PARTS = (
    home,
    proposals,
    offering,
    programme,
    stages,
    writing,
    grants,
    vouchers,
    spending,
    settlement,
    lists,
    codelists,
    merchants,
    deciding,
    evidence,
    fraud,
    debts,
    officers,
    record,
    health,
    keys,
)

AREA = Area(
    "console",
    Path(__file__).parent,
    admits,
    tuple(route for part in PARTS for route in part.ROUTES),
    (
        ("/console", "console.menu.home"),
        ("/console/appeals", "console.home.appeals"),
        ("/console/applications", "console.home.applications"),
        ("/console/flags", "console.home.flags"),
        ("/console/cases", "console.menu.cases"),
        ("/console/disputes", "console.home.disputes"),
        ("/console/officers", "console.menu.officers"),
        ("/console/record", "console.menu.record"),
        ("/console/health", "console.menu.health"),
        ("/console/key", "console.menu.key"),
    ),
    passkeys=True,
)
