"""What pages read of the records, in one place: notices of one party, lists of offices, shops, and what was spent.

Every function takes a connection (`Database.reading()`) and gives plain frozen structs. **Who may read what is for the
caller to have checked**: that the party signed in, or that the reader is an officer of the office. Times are seconds
since 1970, days are `YYYY-MM-DD` in Seoul, amounts won. A page says in `next` what to hand in as `after`; '' ends.

    bring_up_to_date   takes in what the node has committed since
    notices            'my notices' (내 알림) of one party, the newest first
    appeals, applications, flags, disputes, waiting    what an office has before it
    entries            what parties asked of the ledger; all of it, for auditors
    accesses           what officers did with people's data
    spending           what a programme's vouchers paid, by region, industry, hour or day
    payments, find_payment, payments_since    what people paid and were given back
    find_paid          what was paid at a second, under the number that both screens showed
    held               what a shop holds until it delivers
    shops, name_shops, shop_names    where a programme's vouchers are taken, and what those shops are called
"""

from sqlalchemy import Connection

from madang.engine.store import View
from madang.records.accesslist import AccessRow
from madang.records.accesslist import list_accesses as accesses
from madang.records.appeallist import AppealFilter, AppealRow, Limit, Place, list_appeals
from madang.records.appealmodel import Appeals
from madang.records.database import Database
from madang.records.entrylist import EntryFilter, EntryPage, EntryRow
from madang.records.entrylist import list_entries as entries
from madang.records.entrymodel import Entries
from madang.records.heldlist import HeldRow
from madang.records.heldlist import list_held as held
from madang.records.heldmodel import Held
from madang.records.noticemodel import Notices
from madang.records.officelists import (
    ApplicationFilter,
    ApplicationRow,
    DisputeFilter,
    DisputeRow,
    FlagFilter,
    FlagRow,
    Waiting,
)
from madang.records.officelists import count_waiting as waiting
from madang.records.officelists import list_applications as applications
from madang.records.officelists import list_disputes as disputes
from madang.records.officelists import list_flags as flags
from madang.records.officemodel import OfficeWork
from madang.records.outbox import NoticeRow
from madang.records.outbox import list_notices as notices
from madang.records.paging import Page, place_of, read_place
from madang.records.paymentlist import PaymentRow, find_paid, find_payment, payments_since
from madang.records.paymentlist import list_payments as payments
from madang.records.projection import Projection, Standing, project
from madang.records.schema import APPEALS
from madang.records.shops import ShopPage, ShopRow, name_shops, shop_names
from madang.records.shops import shops_of as shops
from madang.records.spending import SpendingRow, spending
from madang.records.trademodel import Trade

__all__ = [
    "AccessRow",
    "AppealFilter",
    "AppealRow",
    "ApplicationFilter",
    "ApplicationRow",
    "DisputeFilter",
    "DisputeRow",
    "EntryFilter",
    "EntryPage",
    "EntryRow",
    "FlagFilter",
    "FlagRow",
    "HeldRow",
    "NoticeRow",
    "Page",
    "PaymentRow",
    "ShopPage",
    "ShopRow",
    "SpendingRow",
    "Waiting",
    "accesses",
    "appeals",
    "applications",
    "bring_up_to_date",
    "disputes",
    "entries",
    "find_paid",
    "find_payment",
    "flags",
    "held",
    "name_shops",
    "notices",
    "payments",
    "payments_since",
    "shop_names",
    "shops",
    "spending",
    "waiting",
]


def bring_up_to_date(database: Database, view: View) -> list[Standing]:
    """Take what the node has committed since into every read model; how far each has come.

    For one process at a time: a second one's work is undone (`records.raced`). Raises what `projection.project` does.
    """
    models: tuple[Projection, ...] = (Notices(), Appeals(), OfficeWork(), Trade(), Held(), Entries())
    return [project(database, view, one) for one in models]


def appeals(connection: Connection, wanted: AppealFilter, after: str = "", limit: Limit = 50) -> Page[AppealRow]:
    """A page of an office's appeals, the most urgent first. Raises `MadangError` (`records.page`)."""
    place = Place(*read_place(after, (APPEALS.c.deadline, APPEALS.c.number))) if after else None
    found = list_appeals(connection, wanted, limit, place)
    more = place_of((found.next.deadline, found.next.number)) if found.next is not None else ""
    return Page(found.rows, found.total, more)
