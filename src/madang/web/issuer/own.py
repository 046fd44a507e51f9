"""For people: what an institution issued to them, and revoking it, as when a phone is lost.

Who it is, a residence credential of another device says; whoever has none left comes to a desk. The page tells type,
day and standing, and never what a credential says: whoever got hold of somebody's wallet learns nothing more here.
"""

import asyncio
import secrets
from collections.abc import Sequence

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from madang.identity.catalogue import type_of
from madang.identity.issuer import standing
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import Issued, place_of
from madang.identity.issuer.tokens import end_tokens
from madang.kernel.errors import MadangError
from madang.records.vault import Access
from madang.web.issuer.deliveries import deliveries
from madang.web.issuer.issuers import Issuers
from madang.web.issuer.signing_in import ASKED, Name, office_of, people_of, subject_of
from madang.web.site.asking import ask, shown
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

SECONDS = 600
"""How long somebody who showed who they are may decide."""


@get("/own")
async def choose(visit: Visit) -> Response[str]:
    """The institutions that issue at this server."""
    issuers: Issuers | None = visit.request.app.state.get("issuers")
    found = [office_of(visit, name) for name in issuers.names()] if issuers is not None else []
    return visit.page("issuer/own_choose.html", offices=[one for one in found if one.institution.description.issues])


@get("/own/{name:str}")
async def own(visit: Visit, name: Name) -> Response[str]:
    """First who it is, then what was issued. Asked on this device alone, as before anything is issued."""
    office = office_of(visit, name)
    try:
        proven = shown(visit, name, ASKED, across=False)
        if proven is None:
            return ask(visit, name, ASKED, f"/issuer/own/{name}", across=False)
    except MadangError as error:
        return _over(visit, office, error.code)
    subject = await asyncio.to_thread(subject_of, people_of(visit, name), proven)
    if not subject:
        return visit.page("issuer/own_unknown.html", 403, office=office)
    ticket = secrets.token_urlsafe(32)
    await asyncio.to_thread(office.store.put, _place(name, ticket), "visit", subject.encode(), visit.now + SECONDS)
    return await _page(visit, office, subject, ticket)


@post("/own/{name:str}", status_code=200)
async def revoke(visit: Visit, name: Name) -> Response[str]:
    """Revoke what was delivered together, or all that this person has of this institution."""
    office = office_of(visit, name)
    form = await read_form(visit)
    ticket, delivery, now = form.get("ticket", ""), form.get("delivery", ""), visit.now
    found = await asyncio.to_thread(office.store.find, _place(name, ticket), now)
    if found is None:
        return _over(visit, office, "own.over")
    subject = found.decode()

    def change() -> int:
        issuers: Issuers = visit.request.app.state.issuers
        access = Access(office.institution.party, "person_asked")
        issuers.store.note(access, "tokens_ended", subject, "", now)
        end_tokens(office, subject, now)
        listed = [one for one in office.store.issued_to(name, subject) if delivery in ("", one.delivery)]
        meant = standing.changing(listed, "revoked", now)
        for one in meant:
            issuers.store.note(access, "revoked", subject, one.number, now)
        return len(standing.change(office, meant, "revoked", now))

    changed = await asyncio.to_thread(change)
    return await _page(visit, office, subject, ticket, changed)


ROUTES: Sequence[ControllerRouterHandler] = (choose, own, revoke)


async def _page(visit: Visit, office: Office, subject: str, ticket: str, changed: int = -1) -> Response[str]:
    issued = await asyncio.to_thread(office.store.issued_to, office.institution.identifier, subject)
    lines: list[tuple[Issued, int]] = deliveries(issued)
    return visit.page(
        "issuer/own.html",
        office=office,
        issued=lines,
        left=any(one.standing != "revoked" and visit.now < one.valid_until for one in issued),
        ticket=ticket,
        type_of=type_of,
        changed=changed,
    )


def _over(visit: Visit, office: Office, code: str) -> Response[str]:
    visit.request.app.state.journal.tell("issuance", code=code)
    return visit.page("issuer/own_over.html", 400, office=office, code=code)


def _place(name: str, ticket: str) -> bytes:
    return place_of(name, "visit", f"own {ticket}")
