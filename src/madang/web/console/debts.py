"""Debts to the institution (환수): what is owed, by which plan, plans of instalments, and waiving."""

from datetime import date
from typing import get_args

import msgspec
from litestar import Response, get, post

from madang.base.debts.queries import DebtView, debt, debts, totals
from madang.base.debts.transactions import AgreeInstalments, NewInstalment, ProposeInstalments, Waive, WaiverReason
from madang.kernel.transaction import Act
from madang.web.api.problems import Refused
from madang.web.console.fields import chosen, read_day
from madang.web.offices.offering import offer
from madang.web.offices.office import Office, office
from madang.web.site.forms import read_amount
from madang.web.site.instalments import monthly, proposed
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

PAGE = "/console/debts"
A_PAGE = 100
REASONS: tuple[str, ...] = get_args(WaiverReason)


@get("/debts")
async def show_all(visit: Visit, after: int = 0) -> Response[str]:
    """The debts to this institution in the order in which they were imposed, and their sums."""
    one = _sponsor(visit)
    rows = debts(visit.state, one.officer, one.name, max(after, 0), A_PAGE)
    return visit.page(
        "console/debts.html",
        rows=rows,
        sums=totals(visit.state, one.officer, one.name),
        after=after,
        next=rows[-1].number if len(rows) == A_PAGE else 0,
    )


@get("/debts/{number:str}")
async def show(visit: Visit, number: str) -> Response[str]:
    """A debt, its plan, and what may be done about it."""
    one = _sponsor(visit)
    return _debt(visit, one, _found(visit, one, number))


def _debt(visit: Visit, one: Office, found: DebtView, error: str = "") -> Response[str]:
    return visit.page(
        "console/debt.html",
        422 if error else 200,
        office=one,
        found=found,
        reasons=[(each, visit.say(f"console.values.{each}")) for each in REASONS],
        error=error,
    )


@post("/debts/{number:str}", status_code=200)
async def act(visit: Visit, number: str) -> Response[str]:
    """Agree to the debtor's plan, propose one, or waive some of it by quorum."""
    one = _sponsor(visit)
    found = _found(visit, one, number)
    made = _act(one, found, await read_form(visit))
    if made is None:
        return _debt(visit, one, found, visit.say("console.debts.form"))
    return offer(visit, [made], f"{PAGE}/{number}")


ROUTES = (show_all, show, act)


def _act(one: Office, found: DebtView, form: dict[str, str]) -> Act | None:
    """What the form asks for, or None where a field does not fit."""
    what = form.get("what", "")
    if what == "agree" and found.proposed:
        return AgreeInstalments(by=one.name, debt=found.debt, instalments=proposed(found.proposed))
    if what == "propose":
        plan = _plan(found.left, form.get("count", ""), read_day(form.get("first", "")))
        return ProposeInstalments(by=one.name, debt=found.debt, instalments=plan) if plan else None
    amount, reason = read_amount(form.get("amount", "")), chosen(form.get("reason", ""), REASONS)
    if what == "waive" and amount is not None and reason is not None:
        return msgspec.convert({"by": one.name, "debt": found.debt, "amount": amount, "reason": reason}, Waive)
    return None


def _plan(left: int, count: str, first: date | None) -> list[NewInstalment] | None:
    fits = count.isascii() and count.isdigit() and len(count) < 4
    return monthly(left, int(count), first) if fits and first is not None else None


def _sponsor(visit: Visit) -> Office:
    one = office(visit)
    if not one.has("sponsor"):
        raise Refused(403, "console.not_yours", "Debts are imposed by sponsors. Your institution is none.")
    return one


def _found(visit: Visit, one: Office, number: str) -> DebtView:
    found = debt(visit.state, one.officer, number) if len(number) == 22 and number.isascii() else None
    if found is None or found.creditor != one.name:
        raise Refused(404, "console.unknown", "Nobody owes your institution this. Look at the list again.")
    return found
