"""Evidence of an appeal or an application: what there is of it here, and handing a piece out to who decides.

An officer sees it whose institution decides on that very matter, and where the vault of the institution that keeps it
is this server's. Each look is in the access log that the person reads, before anything is shown.
"""

import asyncio

import msgspec
from litestar import Response, get

from madang.base.programmes.queries import programme
from madang.kernel.errors import MadangError
from madang.records.purposes import Why
from madang.services.appeals import queries as appeals
from madang.services.applications import queries as applications
from madang.services.applications.access import decides
from madang.web.api.problems import Refused
from madang.web.offices.office import office
from madang.web.site.downloads import as_download
from madang.web.site.visit import Visit

HANDLE_LETTERS = 22


class Matter(msgspec.Struct, frozen=True):
    """What evidence was given for: whose it is, who keeps it, the digests on the ledger, and for what one looks."""

    party: str
    keeper: str
    digests: tuple[str, ...]
    why: Why


class Piece(msgspec.Struct, frozen=True):
    """A piece by its place among the digests, from 0: since when it is here and how large it is; 0: it is not here."""

    place: int
    made_at: int
    size: int


def of_appeal(found: appeals.AppealView) -> Matter:
    """The evidence of an appeal: its office keeps it."""
    return Matter(found.appellant, found.office, found.evidence, "appeal")


def of_application(visit: Visit, found: applications.ApplicationView) -> Matter:
    """The evidence of an application: the programme's sponsor keeps it."""
    view = programme(visit.state, found.programme)
    return Matter(found.applicant, view.sponsor if view else "", found.evidence, "application")


def pieces(visit: Visit, matter: Matter) -> list[Piece]:
    """Every piece of evidence, and whether it can be looked at here. Asks the records: not for the event loop."""
    keeper = visit.site.keeper
    kept = {}
    if keeper is not None and keeper.keeps_for(matter.keeper) and matter.digests:
        try:
            kept = keeper.pieces(matter.party, matter.digests)
        except MadangError:
            kept = {}  # erased or damaged: it is not to be had, and the decision does not wait for it
    found = [(place, kept.get(digest)) for place, digest in enumerate(matter.digests)]
    return [Piece(place, one.made_at, one.size) if one else Piece(place, 0, 0) for place, one in found]


@get("/appeals/{number:str}/evidence/{place:int}")
async def appeal_evidence(visit: Visit, number: str, place: int) -> Response[bytes]:
    """A piece of an appeal's evidence. Raises `Refused` (404)."""
    one = office(visit)
    found = appeals.appeal(visit.state, one.officer, number) if len(number) == HANDLE_LETTERS else None
    if found is None or found.office != one.name:
        raise _none()
    return await _handed_out(visit, one.officer, of_appeal(found), place)


@get("/applications/{number:str}/evidence/{place:int}")
async def application_evidence(visit: Visit, number: str, place: int) -> Response[bytes]:
    """A piece of an application's evidence; a desk that only entered it is shown none. Raises `Refused` (404)."""
    one = office(visit)
    found = applications.application(visit.state, one.officer, number) if len(number) == HANDLE_LETTERS else None
    if found is None or not decides(visit.state, found.programme, one.name):
        raise _none()
    return await _handed_out(visit, one.officer, of_application(visit, found), place)


async def _handed_out(visit: Visit, officer: str, matter: Matter, place: int) -> Response[bytes]:
    keeper = visit.site.keeper
    if keeper is None or not keeper.keeps_for(matter.keeper) or not 0 <= place < len(matter.digests):
        raise _none()
    content = await asyncio.to_thread(keeper.read, matter.party, matter.digests[place], officer, matter.why)
    return as_download(content, f"evidence-{place + 1}")


def _none() -> Refused:
    return Refused(404, "console.evidence", "There is no such evidence for you to look at here. Go back to the list.")


ROUTES = (appeal_evidence, application_evidence)
