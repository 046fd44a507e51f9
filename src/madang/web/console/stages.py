"""From a draft to an open programme and to its end, and its money: one form an act, each signed or proposed."""

from collections.abc import Callable, Mapping

from litestar import Response, get, post

from madang.base.money.queries import account
from madang.base.parties.queries import has_role
from madang.base.programmes import transactions as programmes
from madang.base.programmes.queries import ProgrammeView
from madang.base.programmes.transactions import MAX_AUTHORITIES
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import MAX_FUNDERS, Fund, Funder, NameFunders, Reclaim, Settle
from madang.web.api.problems import Refused
from madang.web.console.fields import read_names, read_share
from madang.web.offices.offering import offer
from madang.web.offices.office import office, programme_of
from madang.web.site.forms import read_amount
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

FUNDER_ROWS = 6
"""Rows for funders on the form; programmes with more are rare, and the command line takes them all."""

STEPS: Mapping[str, Callable[[str, ProgrammeView], Act]] = {
    "open": lambda by, view: programmes.Open(by=by, programme=view.name),
    "close": lambda by, view: programmes.Close(by=by, programme=view.name),
    "settle": lambda by, view: Settle(by=by, programme=view.name),
}
"""What needs no more than saying so."""


@post("/programmes/{name:str}/steps/{step:str}", status_code=200)
async def take(visit: Visit, name: str, step: str) -> Response[str]:
    """Open, close or settle a programme."""
    view, one = programme_of(visit, name), office(visit)
    if step not in STEPS:
        raise Refused(404, "http.not_found", "There is no such step. Go back to the programme.")
    return offer(visit, [STEPS[step](one.name, view)], _page(name))


@get("/programmes/{name:str}/authorities")
async def ask_authorities(visit: Visit, name: str) -> Response[str]:
    """Which eligibility authorities act for the programme, and approving it where it is a draft."""
    view = programme_of(visit, name)
    return visit.page("console/authorities.html", view=view, typed=", ".join(view.authorities), error="")


@post("/programmes/{name:str}/authorities", status_code=200)
async def name_authorities(visit: Visit, name: str) -> Response[str]:
    """Name them; of a draft that is part of approving its documents."""
    view, one = programme_of(visit, name), office(visit)
    typed = (await read_form(visit)).get("authorities", "")
    names = read_names(typed, MAX_AUTHORITIES)
    unknown = [each for each in names or () if not has_role(visit.state, each, "eligibility_authority")]
    if names is None or unknown:
        error = visit.say("console.authorities.unknown", name=unknown[0]) if unknown else ""
        error = error or visit.say("console.authorities.form", most=MAX_AUTHORITIES)
        return visit.page("console/authorities.html", 422, view=view, typed=typed[:1000], error=error)
    act: Act
    if view.status == "draft":
        act = programmes.Approve(
            by=one.name,
            programme=name,
            bank=view.bank,
            kind=view.kind,
            document=view.document,
            authorities=names,
        )
    else:
        act = programmes.NameAuthorities(by=one.name, programme=name, authorities=names)
    return offer(visit, [act], f"{_page(name)}/authorities")


@get("/programmes/{name:str}/money")
async def ask_money(visit: Visit, name: str) -> Response[str]:
    """Paying into the escrow, and taking out what is not granted."""
    return _money(visit, programme_of(visit, name))


@post("/programmes/{name:str}/money", status_code=200)
async def move_money(visit: Visit, name: str) -> Response[str]:
    """Pay in (`fund`) or take out (`reclaim`)."""
    view, one = programme_of(visit, name), office(visit)
    form = await read_form(visit)
    what = "reclaim" if form.get("what") == "reclaim" else "fund"
    typed = form.get("amount", "")
    amount = read_amount(typed)
    if amount is None:
        return _money(visit, view, {what: visit.say("console.money.form")}, {what: typed[:40]}, 422)
    act = (Fund if what == "fund" else Reclaim)(by=one.name, programme=name, amount=amount)
    return offer(visit, [act], f"{_page(name)}/money")


def _money(
    visit: Visit, view: ProgrammeView, errors: Mapping[str, str] = {}, typed: Mapping[str, str] = {}, status: int = 200
) -> Response[str]:
    own = account(visit.state, office(visit).name)
    return visit.page(
        "console/money.html",
        status,
        view=view,
        own=own.balance if own else 0,
        is_sponsor=office(visit).name == view.sponsor,
        errors=errors,
        typed=typed,
    )


@get("/programmes/{name:str}/funders")
async def ask_funders(visit: Visit, name: str) -> Response[str]:
    """Who bears which share."""
    view = programme_of(visit, name)
    rows = [(view.sponsor, ""), *[("", "")] * (FUNDER_ROWS - 1)]
    return visit.page("console/funders.html", view=view, rows=rows, error="")


@post("/programmes/{name:str}/funders", status_code=200)
async def name_funders(visit: Visit, name: str) -> Response[str]:
    """Name them, once and before any money came in."""
    view, one = programme_of(visit, name), office(visit)
    form = await read_form(visit)
    rows = [(form.get(f"funder{row}", "")[:43], form.get(f"share{row}", "")[:10]) for row in range(FUNDER_ROWS)]
    funders, error = _funders(visit, [row for row in rows if any(row)])
    if error:
        return visit.page("console/funders.html", 422, view=view, rows=rows, error=error)
    return offer(visit, [NameFunders(by=one.name, programme=name, funders=funders)], f"{_page(name)}/funders")


def _funders(visit: Visit, rows: list[tuple[str, str]]) -> tuple[list[Funder], str]:
    """Funders as typed, or what is wrong with them."""
    funders = []
    for number, (typed, share) in enumerate(rows, 1):
        names, points = read_names(typed, 1), read_share(share)
        if not names or not points:
            return [], visit.say("console.funders.row", row=number)
        funders.append(Funder(funder=names[0], share=points))
    if not 2 <= len(funders) <= MAX_FUNDERS:
        return [], visit.say("console.funders.count")
    total = sum(one.share for one in funders)
    if total != 10_000:
        return [], visit.say("console.funders.total", total=f"{total / 100:g}")
    return funders, ""


def _page(name: str) -> str:
    return f"/console/programmes/{name}"


ROUTES = (take, ask_authorities, name_authorities, ask_money, move_money, ask_funders, name_funders)
