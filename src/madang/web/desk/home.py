"""The desk's first page, what is known of a person's key and card, and what waits at this desk."""

import asyncio

from litestar import Response, get, post

from madang.base.cards.queries import card_of
from madang.base.parties import queries as parties
from madang.kernel.authority import KEYS
from madang.records import reading
from madang.services.applications import queries as applications
from madang.web.desk.finding import Unfound, described, find
from madang.web.desk.kinds import GROUPS, TASKS
from madang.web.offices.office import office
from madang.web.offices.proposals import open_proposals
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit

MOST_SHOWN = 50


@get("/")
async def home(visit: Visit) -> Response[str]:
    """All tasks by group, and proposals that wait for this officer."""
    one = office(visit)
    groups = [(group, [task for task in TASKS if task.group == group]) for group in GROUPS]
    return visit.page("desk/home.html", office=one, groups=groups, proposals=open_proposals(visit, one))


@get("/person")
async def person(visit: Visit) -> Response[str]:
    """Ask for a person's number."""
    office(visit)
    return visit.page("desk/person.html", asked="", found=None, said="")


@post("/person", status_code=200)
async def look(visit: Visit) -> Response[str]:
    """Standing of a person's keys, recovery and card: what an officer must know to help, and nothing that they have."""
    one = office(visit)
    asked = (await read_form(visit)).get("party", "")
    try:
        name = find(visit.state, asked)
    except Unfound as error:
        return visit.page("desk/person.html", 404, asked=asked, found=None, said=visit.say(error.said))
    known = parties.party(visit.state, name)
    if known is None or "person" not in known.roles:
        return visit.page("desk/person.html", 404, asked=asked, found=None, said=visit.say("desk.find.nobody"))
    own = known.appointed_by == one.name
    keys = [(kid, visit.state.get(KEYS, kid)) for kid in known.keys] if own else []
    return visit.page(
        "desk/person.html",
        asked=name,
        found=known,
        said="",
        described=described(visit, name),
        own=own,
        keys=keys,
        recovery=parties.show_recovery(visit.state, one.officer, name),
        card=card_of(visit.state, one.officer, name),
    )


@get("/waiting")
async def waiting(visit: Visit) -> Response[str]:
    """Appeals that this desk decides, and applications that it entered or that wait for somebody to come."""
    one = office(visit)
    entered = applications.desk_applications(visit.state, one.officer, one.name, limit=MOST_SHOWN)

    def listed() -> reading.Page[reading.AppealRow]:
        with visit.site.records.reading() as connection:
            return reading.appeals(connection, reading.AppealFilter(office=one.name, status="open"), limit=MOST_SHOWN)

    names = {each.programme for each in entered}
    titles = {name: title(visit.state, name, visit.wanted.language) for name in sorted(names)}
    waits = await asyncio.to_thread(listed)
    return visit.page("desk/waiting.html", office=one, appeals=waits, entered=entered, titles=titles, most=MOST_SHOWN)


ROUTES = (home, person, look, waiting)
