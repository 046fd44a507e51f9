"""Published lists (merchants, goods, regions): a version is uploaded whole, and what it changes is proposed.

The file holds every code that shall count from a day on. What it has and the present version has not is published from
that day; what it has not is taken off on that day. Officers see both, counted and in rows, before anyone proposes; the
payments of each moment bear the version that they were judged by.
"""

import asyncio
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Set
from datetime import datetime

import msgspec
from litestar import Response, get, post

from madang.base.approvals.transactions import MAX_PROPOSAL_BYTES
from madang.base.registers.queries import latest, owner, version
from madang.base.registers.state import ENTRIES, FOREVER, REGISTERS, Entry
from madang.base.registers.transactions import MAX_CODES, Publish, WithdrawCodes
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.web.api.problems import Refused
from madang.web.console.fields import midnight, read_day
from madang.web.console.sheets import MOST_FILE_BYTES, Sheet, read_sheet, sent_file
from madang.web.offices.offering import offer
from madang.web.offices.office import Office, office
from madang.web.site.formats import KOREA
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

COLUMNS = ("code",)
MOST_CODES = 50_000
MOST_SHOWN = 200
KEPT_SECONDS = 3_600
MOST_KEPT = 16
DAY = 86_400
PART_BYTES = MAX_PROPOSAL_BYTES - 1_024
QUOTES = 3
"""Bytes that stand around a code in JSON."""
ACT_BYTES = 256
"""At most what else an act is."""
_CODE = re.compile(r"[0-9A-Za-z._-]{1,64}\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\Z")


class Listed(msgspec.Struct, frozen=True):
    """A list: its version, when that changed (seconds), and whether the institution publishes it."""

    name: str
    version: int
    changed: int
    own: bool


class Change(msgspec.Struct, frozen=True):
    """What an uploaded version of `count` codes changes: codes added, kept on that were to end (with the second since
    which they count), and removed.
    """

    office: str
    register: str
    version: int
    count: int
    added: tuple[str, ...]
    kept: tuple[tuple[int, str], ...]
    removed: tuple[str, ...]


class Changes:
    """Uploaded versions by an unguessable name, in this server's memory for an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[Change, float]] = OrderedDict()

    def keep(self, change: Change) -> str:
        """Keep one; its name. The oldest are forgotten beyond a bound."""
        name = secrets.token_urlsafe(16)
        self._kept[name] = change, self._clock()
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return name

    def find(self, office: str, register: str, name: str) -> Change | None:
        """A kept one of this institution and list."""
        found = self._kept.get(name)
        if found is None or (found[0].office, found[0].register) != (office, register):
            return None
        return found[0] if self._clock() - found[1] <= KEPT_SECONDS else None


CHANGES = Changes()


@get("/lists")
async def show_all(visit: Visit) -> Response[str]:
    """All published lists, the institution's own first, and beginning one."""
    one = office(visit)
    found = [
        Listed(name, record.version, record.changed_at, may_publish(visit.state, one, name))
        for (name,), record in visit.state.scan(REGISTERS)
    ]
    found.sort(key=lambda each: (not each.own, each.name))
    return visit.page("console/codelists.html", office=one, lists=found, begin=_prefix(one))


@post("/lists", status_code=200)
async def begin(visit: Visit) -> Response[str]:
    """Go to the page of a list by its name, which may be a new one's."""
    office(visit)
    name = (await read_form(visit)).get("name", "")
    return visit.redirect(f"/console/lists/{name}" if _NAME.match(name) else "/console/lists")


@get("/lists/{register:str}")
async def show(visit: Visit, register: str) -> Response[str]:
    """A list: its version, how many codes count now, and the form for the next version."""
    return await _page(visit, register)


async def _page(visit: Visit, register: str, sheet: Sheet | None = None) -> Response[str]:
    one = office(visit)
    known = latest(visit.state, register) if _NAME.match(register) else None
    may = _NAME.match(register) is not None and may_publish(visit.state, one, register)
    if known is None and not may:
        raise Refused(404, "console.list", "There is no such list. Choose one.")
    codes = list(await asyncio.to_thread(entries_of, visit.state, register, visit.now))
    return visit.page(
        "console/codelist.html",
        422 if sheet else 200,
        name=register,
        known=known,
        owner=owner(visit.state, register),
        may=may,
        codes=codes[:MOST_SHOWN],
        count=len(codes),
        columns=COLUMNS,
        sheet=sheet,
    )


@post("/lists/{register:str}", status_code=200, request_max_body_size=MOST_FILE_BYTES + 4_096)
async def upload(visit: Visit, register: str) -> Response[str]:
    """Read a version: all that is wrong with it, or what it changes."""
    one = _publisher(visit, register)
    sheet = await asyncio.to_thread(read_sheet, await sent_file(visit), COLUMNS, _fits, MOST_CODES)
    if sheet.problems:
        return await _page(visit, register, sheet)
    entries = await asyncio.to_thread(entries_of, visit.state, register, visit.now)
    codes = {code for (code,) in sheet.rows}
    change = change_of(one.name, register, version(visit.state, register) + 1, codes, entries)
    return visit.redirect(f"/console/lists/{register}/changes/{CHANGES.keep(change)}")


@get("/lists/{register:str}/changes/{kept:str}")
async def changes(visit: Visit, register: str, kept: str) -> Response[str]:
    """What the version adds and takes off, and from which day."""
    return _changes(visit, _kept(visit, register, kept), kept)


def _changes(visit: Visit, found: Change, kept: str, error: str = "", typed: str = "") -> Response[str]:
    return visit.page(
        "console/codechanges.html",
        422 if error else 200,
        kept=kept,
        change=found,
        portions=len(acts_of(found, visit.now)),
        most=MOST_SHOWN,
        begins=typed or _next_day(visit.now),
        error=error,
    )


@post("/lists/{register:str}/changes/{kept:str}", status_code=200)
async def propose(visit: Visit, register: str, kept: str) -> Response[str]:
    """Propose a part of the version to the other officers, from a day on that lies ahead."""
    _publisher(visit, register)
    found = _kept(visit, register, kept)
    form = await read_form(visit)
    day = read_day(form.get("day", ""))
    parts = acts_of(found, midnight(day)) if day is not None and midnight(day) > visit.now else []
    number = form.get("part", "1")
    if number not in [str(one) for one in range(1, len(parts) + 1)]:
        return _changes(visit, found, kept, visit.say("console.codelists.bad_day"), form.get("day", "")[:10])
    return offer(visit, parts[int(number) - 1], f"/console/lists/{register}/changes/{kept}")


ROUTES = (show_all, begin, show, upload, changes, propose)


def may_publish(state: State, one: Office, register: str) -> bool:
    """Whether this institution publishes the list: the operator what is no sponsor's, a sponsor its own."""
    if not version(state, register):
        return one.has("operator") or (one.has("sponsor") and register.startswith(f"{one.name}-"))
    belongs = owner(state, register)
    return one.has("operator") if belongs is None else belongs == one.name


def entries_of(state: State, register: str, now: int) -> dict[str, Entry]:
    """What the list holds of codes that count now or will, in their order."""
    return {code: entry for (_, code), entry in state.scan(ENTRIES, register) if entry.until > now}


def change_of(office: str, register: str, new: int, codes: Set[str], entries: Mapping[str, Entry]) -> Change:
    """What a version of these codes changes in a list that holds these entries. What is to end shall stay, if named."""
    staying = {code for code, entry in entries.items() if entry.until == FOREVER}
    ending = {code: entry.since for code, entry in entries.items() if entry.until < FOREVER}
    return Change(
        office,
        register,
        new,
        len(codes),
        tuple(sorted(codes - entries.keys())),
        tuple(sorted((ending[code], code) for code in codes & ending.keys())),
        tuple(sorted(staying - codes)),
    )


def acts_of(change: Change, since: int) -> list[list[Act]]:
    """The acts that make a version count from the second `since`, in parts that each fit into one proposal."""
    rows: list[tuple[type[Publish | WithdrawCodes], int, str]] = [(Publish, since, code) for code in change.added]
    rows += [(Publish, began, code) for began, code in change.kept]
    rows += [(WithdrawCodes, since, code) for code in change.removed]
    parts: list[list[tuple[type[Publish | WithdrawCodes], int, list[str]]]] = []
    size = PART_BYTES
    for kind, at, code in rows:
        size += len(code) + QUOTES
        if size > PART_BYTES:
            parts.append([])
            size = len(code) + QUOTES
        last = parts[-1][-1] if parts[-1] else None
        if last is not None and last[:2] == (kind, at) and len(last[2]) < MAX_CODES:
            last[2].append(code)
        else:
            parts[-1].append((kind, at, [code]))
            size += ACT_BYTES
    return [[_act(change, *one) for one in part] for part in parts]


def _act(change: Change, kind: type[Publish | WithdrawCodes], at: int, codes: list[str]) -> Act:
    if kind is Publish:
        return Publish(by=change.office, register=change.register, version=change.version, codes=codes, since=at)
    return WithdrawCodes(by=change.office, register=change.register, version=change.version, codes=codes, until=at)


def _fits(_column: str, cell: str) -> bool:
    return _CODE.match(cell) is not None


def _publisher(visit: Visit, register: str) -> Office:
    one = office(visit)
    if not _NAME.match(register) or not may_publish(visit.state, one, register):
        raise Refused(403, "console.not_yours", "Another institution publishes this list. Choose one of your own.")
    return one


def _kept(visit: Visit, register: str, kept: str) -> Change:
    found = CHANGES.find(office(visit).name, register, kept)
    if found is None:
        raise Refused(404, "console.upload", "This file is not kept any more. Upload it again.")
    return found


def _prefix(one: Office) -> str:
    """How the name of a list of this institution begins."""
    return "" if one.has("operator") else f"{one.name}-"


def _next_day(now: int) -> str:
    """The first day that a proposal of today can begin with: a week ahead, as long as it may wait."""
    return datetime.fromtimestamp(now + 8 * DAY, KOREA).date().isoformat()
