"""A programme's page: how far it has come, its money, who pays and decides, what was proved, and its rules in words."""

import asyncio

from litestar import Response, get

from madang.base.money.queries import account
from madang.base.operations.queries import paused_programmes
from madang.base.programmes import queries as programmes
from madang.services.vouchers.queries import funding
from madang.web.console import documents
from madang.web.console.home import line
from madang.web.console.spending import may_count
from madang.web.console.vouchers import may_pay
from madang.web.offices.office import office, programme_of
from madang.web.site.visit import Visit


@get("/programmes/{name:str}")
async def show(visit: Visit, name: str) -> Response[str]:
    """What there is to know of a programme, and what this institution can do next."""
    view, one = programme_of(visit, name), office(visit)
    state = visit.state
    sponsor = account(state, view.sponsor)
    explained = await asyncio.to_thread(documents.explanation, state, name, visit.wanted.language)
    pause = dict(paused_programmes(state)).get(name)
    return visit.page(
        "console/programme.html",
        office=one,
        line=line(state, view, visit.wanted.language, visit.now),
        view=view,
        is_sponsor=one.name == view.sponsor,
        may_grant=one.name in (view.sponsor, *view.authorities),
        may_count=may_count(visit, view),
        may_pay=may_pay(visit, view),
        explained=explained,
        proof=next((each for each in programmes.proofs(state, name) if each.document == view.document), None),
        successor=programmes.successor(state, name),
        funders=funding(state, one.officer, name),
        own_balance=sponsor.balance if sponsor and one.name == view.sponsor else None,
        lists=documents.lists(state, name),
        pause=pause if pause and visit.now < pause.until else None,
    )


@get("/programmes/{name:str}/rules")
async def rules(visit: Visit, name: str, shown: str = "table") -> Response[str]:
    """The rules as a decision table, or as prose."""
    view = programme_of(visit, name)
    explained = await asyncio.to_thread(documents.explanation, visit.state, name, visit.wanted.language)
    return visit.page("console/rules.html", view=view, explained=explained, prose=shown == "prose")


ROUTES = (show, rules)
