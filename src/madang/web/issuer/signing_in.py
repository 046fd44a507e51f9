"""Where a wallet sends its holder: the person shows who they are, sees what will be issued to which wallet, and agrees.

Who somebody is, a residence credential says by its connecting information, on this device alone: whoever scanned a code
at another screen would have somebody else's wallet served. Whom the register does not know is told to come to a desk.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.identity.institution import SIGN_IN
from madang.identity.issuer import authorizing
from madang.identity.issuer.authorizing import Pushed
from madang.identity.issuer.granting import known_of
from madang.identity.issuer.office import Office
from madang.identity.verified import Verified
from madang.identity.verifier.asking import Ask
from madang.kernel.errors import MadangError
from madang.web.api.problems import Refused
from madang.web.issuer.issuers import Issuers
from madang.web.issuer.people import CONNECTING, People
from madang.web.site.asking import ask, shown
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

COOKIE = "__Host-madang-visit"
ASKED = (Ask(SIGN_IN[0], (CONNECTING,)),)
Name = Annotated[str, Parameter(max_length=32)]
Ticket = Annotated[str, Parameter(max_length=64)]


@get("/authorize/{name:str}")
async def authorize(visit: Visit, name: Name) -> Response[str]:
    """A browser comes from a wallet with a pushed request, and goes on to the page of its own."""
    office = office_of(visit, name)
    try:
        ticket = await asyncio.to_thread(authorizing.arrive, office, dict(visit.request.query_params), visit.now)
    except MadangError as error:
        return _over(visit, error)
    onward = visit.redirect(f"/issuer/authorization/{name}/{ticket}")
    # Lax: wallets of other sites send the browser back to the page.
    key = authorizing.browser_key(office, ticket)
    onward.set_cookie(Cookie(COOKIE, path="/", value=key, secure=True, httponly=True, samesite="lax"))
    return onward


@get("/authorization/{name:str}/{ticket:str}")
async def decide(visit: Visit, name: Name, ticket: Ticket) -> Response[str]:
    """First who it is, then what is issued."""
    office = office_of(visit, name)
    try:
        authorizing.check_browser(office, ticket, visit.request.cookies.get(COOKIE, ""))
        pushed = await asyncio.to_thread(authorizing.visit_of, office, ticket, visit.now)
        if pushed.subject:
            return _consent(visit, office, pushed, ticket)
        proven = shown(visit, name, ASKED, across=False)
        if proven is None:
            return ask(visit, name, ASKED, f"/issuer/authorization/{name}/{ticket}", across=False)
        subject = await asyncio.to_thread(subject_of, people_of(visit, name), proven)
        if not subject:
            return visit.page("issuer/unknown.html", 403, office=office, ticket=ticket)
        pushed = await asyncio.to_thread(authorizing.identify, office, ticket, subject, visit.now)
    except MadangError as error:
        return _over(visit, error)
    return _consent(visit, office, pushed, ticket)


@post("/authorization/{name:str}/{ticket:str}", status_code=200)
async def decided(visit: Visit, name: Name, ticket: Ticket) -> Response[str]:
    """Agree or decline; then back to the wallet."""
    office = office_of(visit, name)
    agrees = (await read_form(visit)).get("decision") == "agree"
    try:
        authorizing.check_browser(office, ticket, visit.request.cookies.get(COOKIE, ""))
        way = authorizing.agree if agrees else authorizing.decline
        back = await asyncio.to_thread(way, office, ticket, visit.now)
    except MadangError as error:
        return _over(visit, error)
    return visit.page("issuer/back.html", back=back, agrees=agrees)


ROUTES: Sequence[ControllerRouterHandler] = (authorize, decide, decided)


def office_of(visit: Visit, name: str) -> Office:
    """An institution that issues here. Raises `Refused` (404)."""
    issuers: Issuers | None = visit.request.app.state.get("issuers")
    found = issuers.of(name) if issuers is not None else None
    if found is None:
        raise Refused(404, "issuer.absent", "No such institution issues credentials at this server.")
    return found


def people_of(visit: Visit, name: str) -> People:
    """The register of an institution that issues here."""
    found: People = visit.request.app.state.people[name]
    return found


def subject_of(people: People, proven: Sequence[Verified]) -> str | None:
    """The person of a register whose residence was shown, or None."""
    information = proven[0].claims.get(CONNECTING)
    return people.find_connected(information) if isinstance(information, str) else None


def _consent(visit: Visit, office: Office, pushed: Pushed, ticket: str) -> Response[str]:
    wanted = known_of(office, pushed.asked)
    target = urlsplit(pushed.redirect)
    # The host of an application's own scheme is whatever its maker writes there: the scheme says where it leads.
    return visit.page(
        "issuer/consent.html",
        office=office,
        wanted=wanted,
        wallet=target.hostname if target.scheme in ("https", "http") else target.scheme,
        attested=bool(pushed.attester),
        ticket=ticket,
    )


def _over(visit: Visit, error: MadangError) -> Response[str]:
    visit.request.app.state.journal.tell("issuance", code=error.code)
    return visit.page("issuer/over.html", 400, code=error.code)
