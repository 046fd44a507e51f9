"""An office's list of appeals: filtered, searched, in pages by deadline, and as CSV.

Whoever asks must say whose list it is: `office` is part of every question, and it is for the caller to have checked
that the reader is one of its officers (`appeals.queries` does the same on the ledger).
"""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, CompoundSelect, Connection, func, select, tuple_, union

from madang.kernel.fields import Name, PartyId, Time
from madang.records.schema import APPEALS
from madang.services.appeals.state import OPEN, Channel, Ending, Status
from madang.services.appeals.transactions import Ground, Matter

MAX_PAGE = 500
Limit = Annotated[int, Meta(ge=1, le=MAX_PAGE, description="Rows a page.")]
Search = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{3,63}\Z|^[A-Za-z0-9_-]{4,43}\Z",
        description="How an appeal's number, its party or its reference begins: at least four characters.",
    ),
]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell."""


class AppealFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which appeals of an office. Times are seconds; `overdue_at` leaves those open and past their deadline then."""

    office: PartyId
    programme: Name | None = None
    status: Status | Literal["open"] | None = None
    matter: Matter | None = None
    ground: Ground | None = None
    outcome: Literal["granted", "corrected", "region_moved", "dismissed", "withdrawn"] | None = None
    handler: PartyId | None = None
    lodged_from: Time | None = None
    lodged_before: Time | None = None
    overdue_at: Time | None = None
    search: Search | None = None


class AppealRow(msgspec.Struct, frozen=True):
    """A line of the list. Times are seconds; `closed_at` is 0 and `outcome` '' while it is open."""

    number: str
    programme: str
    appellant: str
    matter: Matter
    ground: Ground
    office: str
    channel: Channel
    status: Status
    handler: str
    outcome: Ending
    follows: str
    evidence: int
    lodged_at: int
    deadline: int
    closed_at: int


class Place(msgspec.Struct, frozen=True):
    """Where a page ends: hand it in for the next."""

    deadline: Time
    number: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]


class Page(msgspec.Struct, frozen=True):
    """Rows by deadline, how many the filter leaves in all, and where to go on (None: this was the last page)."""

    rows: list[AppealRow]
    total: int
    next: Place | None


def list_appeals(connection: Connection, wanted: AppealFilter, limit: Limit = 50, after: Place | None = None) -> Page:
    """A page of the appeals that the filter leaves, the most urgent first."""
    most = min(max(limit, 1), MAX_PAGE)
    conditions = _conditions(wanted)
    total = connection.execute(select(func.count()).select_from(APPEALS).where(*conditions)).scalar_one()
    found = select(APPEALS).where(*conditions).order_by(APPEALS.c.deadline, APPEALS.c.number).limit(most + 1)
    if after is not None:
        found = found.where(tuple_(APPEALS.c.deadline, APPEALS.c.number) > (after.deadline, after.number))
    rows = [AppealRow(**one) for one in connection.execute(found).mappings()]
    page = rows[:most]
    more = Place(page[-1].deadline, page[-1].number) if len(rows) > most else None
    return Page(page, total, more)


def count_by_status(connection: Connection, wanted: AppealFilter) -> dict[str, int]:
    """How many appeals the filter leaves in each status."""
    found = select(APPEALS.c.status, func.count()).where(*_conditions(wanted)).group_by(APPEALS.c.status)
    rows = connection.execute(found.order_by(APPEALS.c.status)).all()
    return {str(row[0]): int(row[1]) for row in rows}


def write_csv(connection: Connection, wanted: AppealFilter) -> Iterator[str]:
    """The appeals that the filter leaves as lines of CSV (RFC 4180), a header first, the most urgent first.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    found = select(APPEALS).where(*_conditions(wanted)).order_by(APPEALS.c.deadline, APPEALS.c.number)
    yield _line(AppealRow.__struct_fields__)
    for one in connection.execution_options(yield_per=1_000).execute(found).mappings():
        yield _line([one[name] for name in AppealRow.__struct_fields__])


def _conditions(wanted: AppealFilter) -> list[ColumnElement[bool]]:
    column = APPEALS.c
    conditions: list[ColumnElement[bool]] = [column.office == wanted.office]
    if wanted.status == "open":
        conditions.append(column.status.in_(OPEN))
    elif wanted.status is not None:
        conditions.append(column.status == wanted.status)
    for name in ("programme", "matter", "ground", "outcome", "handler"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(column[name] == value)
    if wanted.lodged_from is not None:
        conditions.append(column.lodged_at >= wanted.lodged_from)
    if wanted.lodged_before is not None:
        conditions.append(column.lodged_at < wanted.lodged_before)
    if wanted.overdue_at is not None:
        conditions += [column.status.in_(OPEN), column.deadline < wanted.overdue_at]
    if wanted.search is not None:
        conditions.append(column.number.in_(_beginning_with(wanted.search)))
    return conditions


def _beginning_with(text: str) -> CompoundSelect[tuple[str]]:
    """Numbers of appeals of which something begins so; each column by its own index.

    A prefix is a range: text sorts by its bytes, and every letter of these columns is below `~`.
    """
    columns = (APPEALS.c.number, APPEALS.c.appellant, APPEALS.c.follows)
    return union(*(select(APPEALS.c.number).where(one.between(text, text + "~")) for one in columns))


def _line(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_cell(one) for one in values])
    return out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
