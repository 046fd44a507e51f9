"""What somebody asked of the ledger: a party its own entries and its institution's, auditors everybody's.

What is looked for is posted, never a part of an address: addresses end up in logs and histories.
"""

import asyncio
from datetime import date, datetime, timedelta

import msgspec
from litestar import Response, get, post

from madang.base.parties.queries import acts_for, has_role, institution_of
from madang.engine.entries import block_key, read_tip
from madang.engine.ledger import find
from madang.exchange.sheets import write_sheet
from madang.kernel.authority import is_officer
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.kernel.state import State
from madang.kernel.transaction import type_name
from madang.records import reading
from madang.records.database import Database
from madang.records.entrymodel import acts_of
from madang.records.reading import EntryFilter, EntryPage
from madang.web.api.problems import Refused
from madang.web.site.formats import KOREA, stamp
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import PAGE_HEADERS, Visit

PAGE_ROWS = 50
MOST_ROWS = 10_000
"""Lines of a CSV file, at most."""
_IDENTIFIER = set("0123456789abcdef")


class Wanted(msgspec.Struct, frozen=True):
    """What was asked for, as it was typed; and which of the fields can't be read."""

    identifier: str = ""
    act: str = ""
    since: str = ""
    until: str = ""
    party: str = ""
    wrong: frozenset[str] = frozenset()


class Shown(msgspec.Struct, frozen=True):
    """An entry: how it ended, when (seconds), who asked, and what was signed as text."""

    result: Result
    time: int
    parties: tuple[str, ...]
    signed: str


@get("/entries")
async def newest(visit: Visit) -> Response[str]:
    """The newest entries of whoever signed in."""
    _ = visit.parties
    return await _page(visit, Wanted(), "")


@post("/entries", status_code=200)
async def search(visit: Visit) -> Response[str]:
    """Entries by id, type of act, days and (for auditors) party; further pages of them."""
    _ = visit.parties
    form = await read_form(visit)
    wanted = _wanted(form)
    if wanted.identifier and "identifier" not in wanted.wrong and entry(visit, wanted.identifier) is not None:
        return visit.redirect(f"/explorer/entries/{wanted.identifier}")
    return await _page(visit, wanted, form.get("after", ""))


@post("/entries.csv", status_code=200)
async def export(visit: Visit) -> Response[bytes]:
    """The same entries as a file, 10,000 lines at most. Raises `Refused` (422) for a field that can't be read."""
    wanted = _wanted(await read_form(visit))
    filtered = _filter(visit, wanted)
    if wanted.wrong:
        raise Refused(422, "explorer.search", "A field of the search can't be read. Go back and correct it.")
    rows: list[tuple[str | int, ...]] = []
    after = ""
    while len(rows) < MOST_ROWS:
        page = await asyncio.to_thread(_list, _database(visit), filtered, after, min(500, MOST_ROWS - len(rows)))
        rows += [(stamp(one.at), one.height, one.id, one.party, one.act, one.outcome, one.code) for one in page.rows]
        after = page.next
        if not after:
            break
    return Response(
        table(rows),
        media_type="text/csv; charset=utf-8",
        headers={**PAGE_HEADERS, "content-disposition": 'attachment; filename="entries.csv"'},
    )


@get("/entries/{identifier:str}")
async def one(visit: Visit, identifier: str) -> Response[str]:
    """An entry in full: what was signed, how it ended, and the receipt to keep. Raises `Refused` (404)."""
    _ = visit.parties
    found = entry(visit, identifier)
    if found is None:
        raise Refused(404, "transaction.unknown", "There is no such transaction of yours.")
    why = words_of(visit, found.result.code, reason=found.result.reason) if found.result.code else ""
    return visit.page("explorer/entry.html", found=found, why=why, log_key=str(visit.node.log_key))


@get("/key")
async def key(visit: Visit) -> Response[str]:
    """Where keys are made: not here. For whoever has none that is known."""
    return visit.page("explorer/key.html", others=[area for area in visit.site.areas if area != visit.area])


ROUTES = (newest, search, export, one, key)


def readable(state: State, parties: tuple[str, ...]) -> tuple[str, ...] | None:
    """Whose entries these parties may read: their own and those of institutions they act for; None: everybody's."""
    own = [(party, institution_of(state, party)) for party in parties]
    if any(has_role(state, name, "auditor") for pair in own for name in pair if name):
        return None
    acted = [institution for party, institution in own if is_officer(state, party, institution)]
    return tuple(dict.fromkeys([*parties, *acted]))


def table(rows: list[tuple[str | int, ...]]) -> bytes:
    """A file of entries for spreadsheets; a party whose name begins as a formula does is no formula there."""
    return write_sheet(["time", "height", "id", "party", "act", "outcome", "code"], rows)


def second_of(text: str, *, end: bool = False) -> int:
    """The second (UTC) at which a day in Korea begins, or ends. Raises `ValueError`."""
    found = date.fromisoformat(text) + timedelta(days=1 if end else 0)
    second = int(datetime(found.year, found.month, found.day, tzinfo=KOREA).timestamp())
    if second < 0:
        raise ValueError("before 1970")
    return second


async def _page(visit: Visit, wanted: Wanted, after: str) -> Response[str]:
    filtered = _filter(visit, wanted)
    page = EntryPage([], "")
    if not wanted.wrong and not wanted.identifier:
        page = await asyncio.to_thread(_list, _database(visit), filtered, after, PAGE_ROWS)
    return visit.page(
        "explorer/entries.html",
        422 if wanted.wrong else 200,
        typed=wanted,
        page=page,
        audits=readable(visit.state, visit.parties) is None,
        acts=sorted(type_name(act) for act in visit.node.ledger.machine.acts),
        later=bool(after),
    )


def _wanted(form: dict[str, str]) -> Wanted:
    typed = {name: form.get(name, "")[:64] for name in ("identifier", "act", "since", "until", "party")}
    wrong = {name for name in ("since", "until") if typed[name] and not _is_day(typed[name])}
    if typed["identifier"] and (len(typed["identifier"]) != 32 or not set(typed["identifier"]) <= _IDENTIFIER):
        wrong.add("identifier")
    return Wanted(**typed, wrong=frozenset(wrong))


def _is_day(text: str) -> bool:
    try:
        second_of(text, end=True)
    except (ValueError, OverflowError):
        return False
    return True


def _filter(visit: Visit, wanted: Wanted) -> EntryFilter:
    parties = readable(visit.state, visit.parties)
    if wanted.party and (parties is None or wanted.party in parties):
        parties = (wanted.party,)
    days = wanted.wrong.isdisjoint({"since", "until"})
    return EntryFilter(
        parties=parties,
        act=wanted.act or None,
        since=second_of(wanted.since) if wanted.since and days else None,
        until=second_of(wanted.until, end=True) if wanted.until and days else None,
    )


def _database(visit: Visit) -> Database:
    found: Database | None = visit.site.records
    if found is None:
        raise MadangError("records.database", "This server keeps no lists. Ask its operator to name a database.")
    return found


def _list(database: Database, filtered: EntryFilter, after: str, limit: int) -> EntryPage:
    with database.reading() as connection:
        return reading.entries(connection, filtered, after, limit)


def entry(visit: Visit, identifier: str) -> Shown | None:
    """The transaction of this id, where one of the parties that signed in may read it. Raises `NotSignedIn`."""
    readers = visit.parties
    if len(identifier) != 32 or not set(identifier) <= _IDENTIFIER:
        return None
    view = visit.node.ledger.store.view()
    found = find(view, identifier)
    if found is None:
        return None
    authors = tuple(dict.fromkeys(act.by for act in acts_of(found[1].signed)))
    allowed = readable(visit.state, readers)
    if allowed is not None and not any(acts_for(visit.state, party, by) for party in readers for by in authors):
        return None
    result = found[1].result()
    tip = read_tip(view.log_get(block_key(result.height)) or b"")
    payload = visit.node.ledger.machine.receive(found[1].signed).payload
    return Shown(result, tip.time, authors, msgspec.json.format(payload, indent=2).decode())
