"""What officers of this institution did (담당자 기록): what they signed, and what they did with data of people.

Whoever acts for an institution sees what all of its officers did, each under the name that the ledger knows them by.
Lists come from the records; who signed, and what exactly, from the entry itself.
"""

import asyncio

import msgspec
from litestar import Response, get, post

from madang.base.parties import queries as parties
from madang.engine.ledger import find
from madang.kernel.authority import KEYS
from madang.kernel.errors import Malformed
from madang.kernel.machine import Result
from madang.records import reading
from madang.records.reading import EntryFilter, EntryRow
from madang.web.api.problems import Refused
from madang.web.offices.acts import tell_all
from madang.web.offices.office import Office, office
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

PAGE_ROWS = 30
_IDENTIFIER = set("0123456789abcdef")


class Line(msgspec.Struct, frozen=True):
    """A row of the list, and the officers who signed it."""

    row: EntryRow
    officers: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True):
    """A transaction of the institution: how it ended, who signed, and the bytes that were signed."""

    result: Result
    officers: tuple[str, ...]
    signed: bytes
    payload: bytes


@get("/record")
async def newest(visit: Visit) -> Response[str]:
    """What was signed last."""
    return await _listed(visit, "")


@post("/record", status_code=200)
async def older(visit: Visit) -> Response[str]:
    """What was signed before that."""
    return await _listed(visit, (await read_form(visit)).get("after", ""))


@get("/record/data")
async def newest_accesses(visit: Visit) -> Response[str]:
    """What was done with people's data last."""
    return await _accesses(visit, "")


@post("/record/data", status_code=200)
async def older_accesses(visit: Visit) -> Response[str]:
    """What was done with people's data before that."""
    return await _accesses(visit, (await read_form(visit)).get("after", ""))


@get("/record/entry/{identifier:str}")
async def one(visit: Visit, identifier: str) -> Response[str]:
    """One of them in full: in words, by whom, and exactly. Raises `Refused` (404)."""
    acting = office(visit)
    found = entry(visit, acting, identifier)
    if found is None:
        raise Refused(
            404, "transaction.unknown", "Your institution signed no such transaction. Choose one of the list."
        )
    try:
        told = tell_all(visit, visit.node.ledger.machine.read(found.signed).payload.acts)
    except Malformed:
        told = []  # it was refused for what it said; the exact text is shown
    code = found.result.code
    return visit.page(
        "console/record_entry.html",
        office=acting,
        found=found,
        told=told,
        why=words_of(visit, code, reason=found.result.reason) if code else "",
        exactly=_pretty(found.payload),
    )


ROUTES = (newest, older, newest_accesses, older_accesses, one)


def actors_of(visit: Visit, acting: Office) -> tuple[str, ...]:
    """The institution and its officers, suspended ones too."""
    return (acting.name, *parties.officers(visit.state, acting.name))


def entry(visit: Visit, acting: Office, identifier: str) -> Entry | None:
    """The transaction of this id, if the institution or one of its officers asked for something in it."""
    if len(identifier) != 32 or not set(identifier) <= _IDENTIFIER:
        return None
    found = find(visit.node.ledger.store.view(), identifier)
    if found is None:
        return None
    signed = found[1].signed
    payload = visit.node.ledger.machine.receive(signed).payload
    own = set(actors_of(visit, acting))
    if not any(one.by in own for one in msgspec.json.decode(payload, type=_Payload).acts):
        return None
    return Entry(found[1].result(), signers(visit, signed), signed, payload)


def signers(visit: Visit, signed: bytes) -> tuple[str, ...]:
    """The parties whose keys signed, in order; a key that the ledger does not know by its thumbprint."""
    envelope = visit.node.ledger.machine.receive(signed)
    keys = [(one.kid, visit.state.get(KEYS, one.kid)) for one in envelope.signatures]
    return tuple(dict.fromkeys(key.party if key is not None else kid for kid, key in keys))


class _Act(msgspec.Struct):
    by: str


class _Payload(msgspec.Struct):
    acts: list[_Act]


def _pretty(payload: bytes) -> str:
    return msgspec.json.format(payload, indent=2).decode()


async def _listed(visit: Visit, after: str) -> Response[str]:
    acting = office(visit)
    wanted = EntryFilter(parties=actors_of(visit, acting))
    page = await asyncio.to_thread(_entries, visit, wanted, after)
    view = visit.node.ledger.store.view()
    lines = []
    for row in page.rows:
        found = find(view, row.id)
        lines.append(Line(row, signers(visit, found[1].signed) if found is not None else ()))
    return visit.page("console/record.html", office=acting, lines=lines, next=page.next, later=bool(after))


def _entries(visit: Visit, wanted: EntryFilter, after: str) -> reading.EntryPage:
    with visit.site.records.reading() as connection:
        return reading.entries(connection, wanted, after, PAGE_ROWS)


async def _accesses(visit: Visit, after: str) -> Response[str]:
    acting = office(visit)
    page = await asyncio.to_thread(_read_accesses, visit, actors_of(visit, acting), after)
    return visit.page("console/record_data.html", office=acting, page=page, later=bool(after))


def _read_accesses(visit: Visit, officers: tuple[str, ...], after: str) -> reading.Page[reading.AccessRow]:
    with visit.site.records.reading() as connection:
        return reading.accesses(connection, officers, after, PAGE_ROWS)
