"""The explorer: what anyone can see of the ledger and check by themselves; and for parties, what they signed.

Nobody signs in for the public pages: checkpoints and cosignatures, totals with the laws of conservation, validators,
the check of a receipt, which runs in the reader's browser, and the histories of identifiers. What they show is public
as the API's unsigned routes are (tests/web/api/test_privacy.py): no entry, no party but institutions. Totals are taken
once a minute.

Whoever signs in here, with any key of this browser, sees the entries that they or the institutions they act for
signed; auditors see all. Nothing is signed here but the sign-in itself.
"""

from pathlib import Path

from madang.web.explorer import entries, identifiers, overview, receipts, totals, validators
from madang.web.site.areas import Area, anybody

AREA = Area(
    "explorer",
    Path(__file__).parent,
    anybody,
    (*overview.ROUTES, *totals.ROUTES, *validators.ROUTES, *receipts.ROUTES, *identifiers.ROUTES, *entries.ROUTES),
    (
        ("/explorer", "explorer.menu.now"),
        ("/explorer/totals", "explorer.menu.totals"),
        ("/explorer/validators", "explorer.menu.validators"),
        ("/explorer/receipt", "explorer.menu.receipt"),
        ("/explorer/check", "explorer.menu.check"),
        ("/explorer/identifiers", "explorer.menu.identifiers"),
        ("/explorer/entries", "explorer.menu.entries"),
    ),
    passkeys=True,
)
