"""Fraud: what was flagged, setting it aside or opening a case with a notice, and how cases end."""

import msgspec
from litestar import Response, get, post

from madang.kernel.transaction import Act
from madang.services.fraud import queries, transactions
from madang.services.fraud.state import Case
from madang.web.api.problems import Refused
from madang.web.console.fields import midnight, read_day
from madang.web.offices.offering import offer
from madang.web.offices.office import office, own_programmes, programme_of
from madang.web.offices.reasons import Written, written
from madang.web.site.forms import read_amount
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit

MOST_CASES = 5_000
MOST_SHOWN = 200
DAY = 86_400


@get("/flags/{programme:str}/{number:str}")
async def flag(visit: Visit, programme: str, number: str) -> Response[str]:
    """A flag: set it aside, or open a case."""
    return _flag(visit, programme, number)


def _flag(visit: Visit, programme: str, number: str, error: str = "") -> Response[str]:
    view, one = programme_of(visit, programme), office(visit)
    found = queries.flag(visit.state, one.officer, programme, number) if _is_dated(number) else None
    if found is None:
        raise _unknown()
    is_open = not found.case and not found.reasons and one.name == view.sponsor
    return visit.page(
        "console/flag.html", 422 if error else 200, view=view, number=number, found=found, is_open=is_open, error=error
    )


@post("/flags/{programme:str}/{number:str}", status_code=200)
async def act_on_flag(visit: Visit, programme: str, number: str) -> Response[str]:
    """Set it aside, or open a case against whoever it concerns."""
    one = office(visit)
    programme_of(visit, programme)
    form = await read_form(visit)
    reason = written(form.get("reason", ""))
    if reason is None:
        return _flag(visit, programme, number, visit.say("console.fraud.form"))
    day = read_day(form.get("day", ""))
    values: dict[str, object] = {"by": one.officer, "programme": programme, "flags": [number]}
    kind: type[Act]
    if form.get("what") == "open":
        kind = transactions.OpenCase
        values |= {
            "party": form.get("party", ""),
            "conduct_at": midnight(day) if day else None,
            "notice": reason.digest,
        }
    else:
        kind = transactions.SetAside
        values |= {"reasons": reason.digest}
    try:
        act = msgspec.convert(values, kind)
    except msgspec.ValidationError:
        return _flag(visit, programme, number, visit.say("console.fraud.form"))
    return offer(visit, [act], f"/console/flags/{programme}/{number}", keep=reason)


@get("/cases")
async def cases(visit: Visit) -> Response[str]:
    """The cases of this institution's programmes, the newest first."""
    one = office(visit)
    rows = [
        (view.name, title(visit.state, view.name, visit.wanted.language), number, case)
        for view in own_programmes(visit.state, one)
        for number, case in _cases(visit, one.officer, view.name)
    ]
    rows.sort(key=lambda row: row[3].opened_at, reverse=True)
    return visit.page("console/cases.html", rows=rows[:MOST_SHOWN], count=len(rows))


def _cases(visit: Visit, officer: str, programme: str) -> list[tuple[str, Case]]:
    """A programme's cases, oldest first, as far as this page counts them."""
    found: list[tuple[str, Case]] = []
    while len(found) < MOST_CASES:
        page = queries.cases(visit.state, officer, programme, found[-1][0] if found else "", queries.MAX_PAGE)
        found += page
        if len(page) < queries.MAX_PAGE:
            break
    return found


@get("/cases/{programme:str}/{number:str}")
async def case(visit: Visit, programme: str, number: str) -> Response[str]:
    """A case, and how it ends."""
    return _case(visit, programme, number)


def _find(visit: Visit, programme: str, number: str) -> Case:
    one = office(visit)
    programme_of(visit, programme)
    # Numbers begin with their second, so this one is the first behind the one before it.
    before = number[:-1] if _is_dated(number) else "~"
    listed = queries.cases(visit.state, one.officer, programme, before, 2)
    found = next((each for name, each in listed if name == number), None)
    if found is None:
        raise _unknown()
    return found


def _case(visit: Visit, programme: str, number: str, error: str = "") -> Response[str]:
    found = _find(visit, programme, number)
    return visit.page(
        "console/case.html",
        422 if error else 200,
        view=programme_of(visit, programme),
        number=number,
        found=found,
        heard=visit.now > found.hearing_ends,
        error=error,
    )


@post("/cases/{programme:str}/{number:str}", status_code=200)
async def act_on_case(visit: Visit, programme: str, number: str) -> Response[str]:
    """Withdraw, dismiss or decide a case."""
    _find(visit, programme, number)
    form = await read_form(visit)
    reason = written(form.get("reason", ""))
    act = _ending(office(visit).officer, programme, number, form, reason) if reason else None
    if act is None:
        return _case(visit, programme, number, visit.say("console.fraud.form"))
    return offer(visit, [act], f"/console/cases/{programme}/{number}", keep=reason)


def _ending(by: str, programme: str, number: str, form: dict[str, str], reason: Written) -> Act | None:
    """The act that ends a case, or None where a field does not fit."""
    values: dict[str, object] = {"by": by, "programme": programme, "case": number, "reasons": reason.digest}
    kinds: dict[str, type[Act]] = {
        "withdraw": transactions.WithdrawCase,
        "dismiss": transactions.Dismiss,
        "decide": transactions.Decide,
    }
    kind = kinds.get(form.get("what", ""))
    if kind is transactions.Decide:
        day = read_day(form.get("due", ""))
        values["recall"] = form.get("recall", "").split()
        if form.get("principal"):
            values["recovery"] = {
                "principal": read_amount(form["principal"]),
                "due_at": midnight(day) + DAY if day else None,
            }
    try:
        return msgspec.convert(values, kind) if kind else None
    except msgspec.ValidationError:
        return None


def _is_dated(text: str) -> bool:
    return len(text) == 32 and text.isascii()


def _unknown() -> Refused:
    return Refused(404, "console.unknown", "Your institution has no such thing before it. Look at the list again.")


ROUTES = (flag, act_on_flag, cases, case, act_on_case)
