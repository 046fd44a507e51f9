"""Deciding appeals, applications and disputes: what is asked, what happened so far, and the decision with its reason.

Who may decide what is the rules': another officer than the one who had the appeal in hand, or entered the application.
"""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

import msgspec
from litestar import Response, get, post

from madang.kernel.transaction import Act
from madang.services.appeals import queries as appeals
from madang.services.appeals import transactions as appealing
from madang.services.appeals.transactions import Outcome
from madang.services.applications import queries as applications
from madang.services.applications import transactions as applying
from madang.services.applications.transactions import DeclineGround
from madang.services.disputes import queries as disputes
from madang.services.disputes import transactions as disputing
from madang.services.vouchers.transactions import Grant, GrantRow, Move
from madang.web.api.problems import Refused
from madang.web.console import evidence
from madang.web.console.fields import chosen
from madang.web.offices.offering import offer
from madang.web.offices.office import office
from madang.web.offices.reasons import written
from madang.web.site.forms import Invalid, read_amount
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

NOTHING: Mapping[str, str] = MappingProxyType({})
OUTCOMES: tuple[str, ...] = get_args(Outcome)
GROUNDS: tuple[str, ...] = get_args(DeclineGround)


@get("/appeals/{number:str}")
async def appeal(visit: Visit, number: str) -> Response[str]:
    """An appeal, and taking or deciding it."""
    return await asyncio.to_thread(_appeal, visit, number)


def _appeal(visit: Visit, number: str, typed: Mapping[str, str] = NOTHING, error: str = "") -> Response[str]:
    one = office(visit)
    found = appeals.appeal(visit.state, one.officer, number) if _is_handle(number) else None
    if found is None:
        raise _unknown()
    steps = appeals.steps(visit.state, one.officer, number)
    return visit.page(
        "console/appeal.html",
        422 if error else 200,
        found=found,
        steps=steps,
        is_open=found.status in ("lodged", "taken"),
        has_taken=any(step.what == "taken" and step.by == one.officer for step in steps),
        outcomes=OUTCOMES,
        pieces=evidence.pieces(visit, evidence.of_appeal(found)),
        typed=typed,
        error=error,
    )


@post("/appeals/{number:str}", status_code=200)
async def act_on_appeal(visit: Visit, number: str) -> Response[str]:
    """Take it in hand, or decide it."""
    one = office(visit)
    form = await read_form(visit)
    found = appeals.appeal(visit.state, one.officer, number) if _is_handle(number) else None
    if found is None:
        raise _unknown()
    back = f"/console/appeals/{number}"
    if form.get("what") == "take":
        return offer(visit, [appealing.Take(by=one.officer, appeal=number)], back)
    outcome, reason = chosen(form.get("outcome", ""), OUTCOMES), written(form.get("reason", ""))
    if outcome is None or reason is None:
        return await asyncio.to_thread(_appeal, visit, number, form, visit.say("console.decide.form"))
    try:
        acts = _follows(visit, found, outcome, form)
    except Invalid as invalid:
        return await asyncio.to_thread(_appeal, visit, number, form, visit.say(f"console.decide.{invalid.field}_form"))
    follows = {"granted": form.get("reference"), "region_moved": form.get("voucher")}.get(outcome)
    decide = msgspec.convert(
        {"by": one.officer, "appeal": number, "outcome": outcome, "reason": reason.digest, "follows": follows},
        appealing.Decide,
    )
    return offer(visit, [*acts, decide], back, keep=reason)


def _follows(visit: Visit, found: appeals.AppealView, outcome: str, form: dict[str, str]) -> list[Act]:
    """What a decision brings about, in the same transaction. Raises `Invalid`."""
    name = office(visit).name
    try:
        if outcome == "granted":
            amount = read_amount(form.get("amount", ""))
            subjects = form.get("subjects", "").split()
            row = {
                "reference": form.get("reference", ""),
                "amount": amount,
                "region": form.get("region", ""),
                "holder": found.appellant,
                "subjects": subjects,
            }
            return [Grant(by=name, programme=found.programme, rows=[msgspec.convert(row, GrantRow)])]
        if outcome == "region_moved":
            moved = {
                "by": name,
                "programme": found.programme,
                "voucher": form.get("voucher", ""),
                "region": form.get("region", ""),
            }
            return [msgspec.convert(moved, Move)]
    except msgspec.ValidationError:
        raise Invalid(outcome) from None
    return []


@get("/applications/{number:str}")
async def application(visit: Visit, number: str) -> Response[str]:
    """An application, and deciding it."""
    return await asyncio.to_thread(_application, visit, number)


def _application(visit: Visit, number: str, typed: Mapping[str, str] = NOTHING, error: str = "") -> Response[str]:
    one = office(visit)
    found = applications.application(visit.state, one.officer, number) if _is_handle(number) else None
    if found is None:
        raise _unknown()
    return visit.page(
        "console/application.html",
        422 if error else 200,
        found=found,
        steps=applications.steps(visit.state, one.officer, number),
        is_open=found.status in ("entered", "to_desk"),
        grounds=GROUNDS,
        pieces=evidence.pieces(visit, evidence.of_application(visit, found)),
        typed=typed,
        error=error,
    )


@post("/applications/{number:str}", status_code=200)
async def act_on_application(visit: Visit, number: str) -> Response[str]:
    """Grant, decline, or ask the person to a desk."""
    one = office(visit)
    form = await read_form(visit)
    found = applications.application(visit.state, one.officer, number) if _is_handle(number) else None
    if found is None:
        raise _unknown()
    decision = form.get("decision", "")
    values: dict[str, object] = {"by": one.officer, "application": number, "decision": decision}
    acts: list[Act] = []
    try:
        if decision == "granted":
            row = {
                "reference": form.get("reference", ""),
                "amount": read_amount(form.get("amount", "")),
                "region": form.get("region", ""),
                "instalment": found.instalment,
                "holder": found.holder or None,
                "code": form.get("code") or None,
                "subjects": list(found.subjects),
            }
            acts.append(Grant(by=one.name, programme=found.programme, rows=[msgspec.convert(row, GrantRow)]))
            values["reference"] = row["reference"]
        elif decision == "declined":
            values["ground"] = form.get("ground", "")
        acts.append(msgspec.convert(values, applying.Decide))
    except msgspec.ValidationError:
        error = visit.say("console.decide.application_form")
        return await asyncio.to_thread(_application, visit, number, form, error)
    return offer(visit, acts, f"/console/applications/{number}")


@get("/disputes/{case:str}")
async def dispute(visit: Visit, case: str) -> Response[str]:
    """A dispute, and deciding it."""
    return _dispute(visit, case)


def _dispute(visit: Visit, case: str, error: str = "") -> Response[str]:
    one = office(visit)
    found = disputes.dispute(visit.state, one.officer, case) if len(case) == 32 and case.isascii() else None
    if found is None or found.handler != one.name:
        raise _unknown()
    return visit.page("console/dispute.html", 422 if error else 200, found=found, case=case, error=error)


@post("/disputes/{case:str}", status_code=200)
async def act_on_dispute(visit: Visit, case: str) -> Response[str]:
    """Decide it for or against the holder, by the quorum of the institution."""
    one = office(visit)
    form = await read_form(visit)
    upheld, reason = chosen(form.get("upheld", ""), ("yes", "no")), written(form.get("reason", ""))
    if upheld is None or reason is None:
        return _dispute(visit, case, visit.say("console.decide.form"))
    values = {"by": one.name, "case": case, "upheld": upheld == "yes", "reasons": reason.digest}
    try:
        act = msgspec.convert(values, disputing.Decide)
    except msgspec.ValidationError:
        raise _unknown() from None
    return offer(visit, [act], f"/console/disputes/{case}", keep=reason)


def _is_handle(text: str) -> bool:
    return len(text) == 22 and text.isascii()


def _unknown() -> Refused:
    return Refused(404, "console.unknown", "Your institution has no such thing before it. Look at the list again.")


ROUTES = (appeal, act_on_appeal, application, act_on_application, dispute, act_on_dispute)
