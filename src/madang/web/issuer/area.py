"""The area of the pages: officers of institutions that issue, and whoever a wallet sends here."""

from pathlib import Path

from madang.web.issuer import desk, own, signing_in
from madang.web.offices.office import admits
from madang.web.site.areas import Area

AREA = Area(
    "issuer",
    Path(__file__).parent,
    admits,
    (*signing_in.ROUTES, *own.ROUTES, *desk.ROUTES),
    (("/issuer", "issuer.menu.home"),),
    passkeys=True,
)
