"""The first page: what waits for me and my institution, and its programmes with their money."""

import asyncio

import msgspec
from litestar import Response, get

from madang.base.programmes.queries import ProgrammeView
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.kernel.state import State
from madang.records import reading
from madang.web.offices.office import office, own_programmes
from madang.web.offices.proposals import open_proposals
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.site.words import Language


class Money(msgspec.Struct, frozen=True):
    """A programme's money in won, from its running totals.

    `budget` is what came in, `granted` what is on vouchers or was spent of them, `spent` what shops (or holders) have
    or will have, `left` what is on vouchers, `free` what is on none. `lapsed` is what can be spent no more once the
    programme's time is over, None before.
    """

    budget: int
    granted: int
    spent: int
    left: int
    free: int
    lapsed: int | None


def money_of(totals: dict[str, int], closes: int, now: int) -> Money:
    """What these totals by account say, at the second `now`."""

    def total(*names: str) -> int:
        return sum(totals.get(name, 0) for name in names)

    budget = total("sponsor", "buyer")
    spent = total("due", "held") - total("merchant", "holder")
    left, free = total("issued"), total("free")
    return Money(budget, spent + left, spent, left, free, left + free if now >= closes else None)


class Line(msgspec.Struct, frozen=True):
    """A programme in the list."""

    view: ProgrammeView
    title: str
    money: Money


def line(state: State, view: ProgrammeView, language: Language, now: int) -> Line:
    """A programme as the list shows it."""
    return Line(view, title(state, view.name, language), money_of(view.totals, closes(state, view.name), now))


def closes(state: State, programme: str) -> int:
    """The first second after the last use-by date, or never where the kind has none."""
    found = state.get(PROGRAMMES, programme)
    parameters = compiled(state, found).contract.parameters if found is not None else {}
    return int(parameters.get("closes", 2**62))


@get("/")
async def home(visit: Visit) -> Response[str]:
    """What waits, and the programmes."""
    one = office(visit)
    waiting = await asyncio.to_thread(_waiting, visit, one.name)
    lines = [line(visit.state, view, visit.wanted.language, visit.now) for view in own_programmes(visit.state, one)]
    return visit.page(
        "console/home.html", office=one, proposals=open_proposals(visit, one), waiting=waiting, lines=lines
    )


def _waiting(visit: Visit, name: str) -> reading.Waiting:
    with visit.site.records.reading() as connection:
        return reading.waiting(connection, name, visit.now)


ROUTES = (home,)
