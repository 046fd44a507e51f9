"""Stopping vouchers, taking back what is unspent, pausing a programme, and paying merchants out."""

import asyncio
from itertools import islice

import msgspec
from litestar import Response, get, post

from madang.base.operations.transactions import MAX_PAUSE, PauseProgramme, ResumeProgramme
from madang.base.operations.transactions import Reason as PauseReason
from madang.base.programmes.queries import ProgrammeView
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers.queries import granted
from madang.services.vouchers.transactions import MAX_ROWS, Freeze, PayOut, Recall, Unfreeze
from madang.web.api.problems import Refused
from madang.web.console.fields import chosen, read_names
from madang.web.offices.offering import offer
from madang.web.offices.office import office, programme_of
from madang.web.site.forms import literals
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

DEEDS: dict[str, type[Freeze] | type[Unfreeze] | type[Recall]] = {
    "freeze": Freeze,
    "unfreeze": Unfreeze,
    "recall": Recall,
}
REASONS = literals(PauseReason)
MOST_LOOKED_AT = 20_000
MOST_MERCHANTS = 500
HOURS = ("1", "6", "24", "72", "168")


@get("/programmes/{name:str}/vouchers")
async def ask(visit: Visit, name: str) -> Response[str]:
    """Name vouchers by their numbers or references."""
    return _page(visit, programme_of(visit, name))


def _page(visit: Visit, view: ProgrammeView, error: str = "", typed: str = "") -> Response[str]:
    return visit.page(
        "console/vouchers.html",
        422 if error else 200,
        view=view,
        deeds=[(one, visit.say(f"console.acts.vouchers.{one}")) for one in DEEDS],
        reasons=[(one, visit.say(f"console.values.{one}")) for one in REASONS],
        hours=[(one, visit.say("console.vouchers.hours", hours=one)) for one in HOURS],
        error=error,
        typed=typed,
    )


@post("/programmes/{name:str}/vouchers", status_code=200)
async def act(visit: Visit, name: str) -> Response[str]:
    """Freeze, unfreeze or recall these vouchers."""
    view, one = programme_of(visit, name), office(visit)
    form = await read_form(visit)
    typed = form.get("vouchers", "")
    deed = chosen(form.get("what", ""), tuple(DEEDS))
    words = typed.split()
    if deed is None or not 0 < len(words) <= MAX_ROWS:
        return _page(visit, view, visit.say("console.vouchers.form", most=MAX_ROWS), typed[:2000])
    numbers = [granted(visit.state, one.officer, name, each) or each for each in dict.fromkeys(words) if len(each) < 65]
    try:
        made = msgspec.convert({"by": one.name, "programme": name, "vouchers": numbers}, DEEDS[deed])
    except msgspec.ValidationError:
        return _page(visit, view, visit.say("console.vouchers.unknown"), typed[:2000])
    return offer(visit, [made], f"/console/programmes/{name}/vouchers")


@post("/programmes/{name:str}/pause", status_code=200)
async def pause(visit: Visit, name: str) -> Response[str]:
    """Pause the programme (spending alone, or all of it) for some hours, or let it run again."""
    view, one = programme_of(visit, name), office(visit)
    form = await read_form(visit)
    back = f"/console/programmes/{name}/vouchers"
    if form.get("what") == "resume":
        return offer(visit, [ResumeProgramme(by=one.name, programme=name)], back)
    hours, reason = chosen(form.get("hours", ""), HOURS), chosen(form.get("reason", ""), REASONS)
    if hours is None or reason is None:
        return _page(visit, view, visit.say("console.vouchers.pause_form"))
    until = visit.now + min(int(hours) * 3_600, MAX_PAUSE - 600)
    values = {"by": one.name, "programme": name, "reason": reason, "until": until}
    if form.get("actions") == "spend":
        values["actions"] = ["spend"]
    return offer(visit, [msgspec.convert(values, PauseProgramme)], back)


@get("/programmes/{name:str}/payouts")
async def ask_payouts(visit: Visit, name: str) -> Response[str]:
    """What the programme owes to merchants."""
    view = _payer(visit, name)
    due = await asyncio.to_thread(takings, visit.state, name)
    return visit.page(
        "console/payouts.html",
        view=view,
        due=due[:MOST_MERCHANTS],
        more=max(len(due) - MOST_MERCHANTS, 0),
        total=view.totals.get("due", 0),
    )


@post("/programmes/{name:str}/payouts", status_code=200)
async def pay_out(visit: Visit, name: str) -> Response[str]:
    """Pay those merchants out that were on the page."""
    _payer(visit, name)
    merchants = read_names((await read_form(visit)).get("merchants", ""), MAX_ROWS)
    if not merchants:
        return visit.redirect(f"/console/programmes/{name}/payouts")
    acts: list[Act] = [PayOut(by=office(visit).name, programme=name, merchants=merchants)]
    return offer(visit, acts, f"/console/programmes/{name}/payouts")


def may_pay(visit: Visit, view: ProgrammeView) -> bool:
    """Whether this institution starts payouts: the sponsor, its treasury bank, the operator."""
    one = office(visit)
    return one.name in (view.sponsor, view.bank) or one.has("operator")


def _payer(visit: Visit, name: str) -> ProgrammeView:
    view = programme_of(visit, name)
    if not may_pay(visit, view):
        raise Refused(403, "console.not_yours", "Payouts are for the sponsor, its treasury bank and the operator.")
    return view


def takings(state: State, name: str) -> list[tuple[str, int]]:
    """Merchants that a programme owes something, and how much (won), the largest first."""
    found = state.get(PROGRAMMES, name)
    table = compiled(state, found).tables.get("takings") if found is not None else None
    if table is None:
        return []
    rows = islice(state.scan(table, name, "takings"), MOST_LOOKED_AT)
    due = [(merchant, record.due) for (_, _, merchant), record in rows if record.due]
    return sorted(due, key=lambda one: (-one[1], one[0]))


ROUTES = (ask, act, pause, ask_payouts, pay_out)
