"""The desk (주민센터): what officers do for people who come, call, or act for others.

Every task is a form, the act that it makes, and the page that shows and signs it; two officers where the act asks for
two. Nothing here spends what a person has: no such act can be made, and the ledger would refuse it (docs/desk.md).
"""

from pathlib import Path

from madang.base.parties.queries import is_at_desk
from madang.web.desk import home, pad, tasks
from madang.web.offices import keys, offering, proposals
from madang.web.site.areas import Area

AREA = Area(
    "desk",
    Path(__file__).parent,
    is_at_desk,
    (*home.ROUTES, *tasks.ROUTES, *pad.ROUTES, *keys.ROUTES, *offering.ROUTES, *proposals.ROUTES),
    (
        ("/desk", "desk.menu.home"),
        ("/desk/person", "desk.menu.person"),
        ("/desk/waiting", "desk.menu.waiting"),
        ("/desk/pad", "desk.menu.pad"),
    ),
    passkeys=True,
)
