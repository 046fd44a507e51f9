"""What parties asked of the ledger, the newest first, filtered and in pages.

Whose entries may be read is for the caller to have checked: `parties` names them, and None, which leaves all, is for
auditors. Pages carry no count: a ledger has more entries than anybody wants counted at each look.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from madang.kernel.fields import PartyId, Time
from madang.records.paging import bounded, place_of, read_place
from madang.records.schema import ENTRIES

Outcome = Literal["accepted", "rejected", "defect"]
ActName = Annotated[str, Meta(max_length=64)]


class EntryFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entries of these parties (None: of all), of one type of act, from `since` to before `until` (seconds)."""

    parties: tuple[PartyId, ...] | None
    act: ActName | None = None
    since: Time | None = None
    until: Time | None = None


class EntryRow(msgspec.Struct, frozen=True):
    """One act: its transaction's id and place in the log, whose act it was, when, and how the transaction ended."""

    position: int
    number: int
    party: str
    act: str
    at: int
    height: int
    id: str
    outcome: Outcome
    code: str


class EntryPage(msgspec.Struct, frozen=True):
    """Rows, and what to hand in as `after` for the next page ('': the last)."""

    rows: list[EntryRow]
    next: str


def list_entries(connection: Connection, wanted: EntryFilter, after: str = "", limit: int = 50) -> EntryPage:
    """A page of the entries that the filter leaves, the newest first. Raises `MadangError` (`records.page`)."""
    column = ENTRIES.c
    most = bounded(limit)
    order = (column.position, column.number)
    found = select(ENTRIES).where(*_conditions(connection, wanted))
    if after:
        found = found.where(tuple_(*order) < tuple(read_place(after, order)))
    rows = connection.execute(found.order_by(*(one.desc() for one in order)).limit(most + 1)).mappings().all()
    shown = [EntryRow(**{name: one[name] for name in EntryRow.__struct_fields__}) for one in rows[:most]]
    return EntryPage(shown, place_of((shown[-1].position, shown[-1].number)) if len(rows) > most else "")


def _conditions(connection: Connection, wanted: EntryFilter) -> list[ColumnElement[bool]]:
    column = ENTRIES.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.parties is not None:
        conditions.append(column.party.in_(wanted.parties))
    if wanted.act is not None:
        conditions.append(column.act == wanted.act)
    # Time grows with the position: looked up once, so that a page is a range of the index it is sorted by.
    if wanted.since is not None:
        first = connection.execute(select(func.min(column.position)).where(column.at >= wanted.since)).scalar_one()
        conditions.append(column.position >= (first if first is not None else 2**62))
    if wanted.until is not None:
        last = connection.execute(select(func.max(column.position)).where(column.at < wanted.until)).scalar_one()
        conditions.append(column.position <= (last if last is not None else -1))
    return conditions
