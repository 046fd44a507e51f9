"""Applications (신청): applying with the household code of a letter, giving evidence, taking it back, following it."""

from typing import get_args

import msgspec
from litestar import Response, get, post

from madang.base.programmes.queries import all_programmes, programme
from madang.services.applications import queries
from madang.services.applications.queries import ApplicationView
from madang.services.applications.state import OPEN
from madang.services.applications.transactions import Apply, Change, Ground, Withdraw
from madang.web.api.problems import Refused
from madang.web.site.formats import day
from madang.web.site.forms import Invalid, built, words_in
from madang.web.site.titles import title
from madang.web.site.uploads import MOST_BODY_BYTES, read_either
from madang.web.site.visit import Visit
from madang.web.wallet import evidence
from madang.web.wallet.mandates import principals_for
from madang.web.wallet.matters import DIGEST, Matter, add_file, hand_in, sign

PLACE = "/wallet/applications"


class Offer(msgspec.Struct, frozen=True):
    """A programme that takes applications: until when (seconds), within how many days it decides, and at desks only."""

    programme: str
    title: str
    until: int
    days: int
    desk_only: bool


@get("/applications")
async def applications(visit: Visit) -> Response[str]:
    """My applications, and a new one."""
    return _page(visit, 200, {}, "")


@post("/applications", status_code=200, request_max_body_size=MOST_BODY_BYTES)
async def apply(visit: Visit) -> Response[str]:
    """An application to sign."""
    _ = visit.parties
    sent = await read_either(visit, evidence.FIELD)
    form = sent.fields
    subjects = words_in(form.get("subjects", "")[:2_000])
    if not subjects or any(DIGEST.match(one) is None for one in subjects):
        return _page(visit, 422, form, visit.say("wallet.applications.bad_code"))
    for_party = form.get("for", "")
    held = [one.delegate for one in principals_for(visit, "applications.apply") if one.principal == for_party]
    by = held[0] if held else visit.party
    try:
        act = built(
            Apply,
            by=by,
            programme=form.get("programme", ""),
            instalment=form.get("instalment") or "1",
            ground=form.get("ground") or "regular",
            earlier=form.get("earlier") or None,
            subjects=subjects,
            for_party=for_party or None,
        )
    except Invalid:
        return _page(visit, 422, form, visit.say("wallet.applications.choose"))
    facts = [
        (visit.say("wallet.appeals.programme"), title(visit.state, act.programme, visit.wanted.language)),
        (visit.say("wallet.applications.ground_label"), visit.say(f"wallet.applications.ground.{act.ground}")),
        (visit.say("wallet.applications.instalment"), str(act.instalment)),
        (visit.say("wallet.applications.people"), str(len(subjects))),
        *([(visit.say("wallet.applications.earlier"), act.earlier)] if act.earlier else []),
    ]
    new = Matter(by, _keeper(visit, act.programme), PLACE, lambda why: _page(visit, 422, form, why))
    return await hand_in(visit, new, act, sent, facts)


@get("/applications/{number:str}")
async def application(visit: Visit, number: str) -> Response[str]:
    """One application, and each step of it. Raises `Refused` (404)."""
    return _one(visit, number, 200, "")


@post("/applications/{number:str}/evidence", status_code=200, request_max_body_size=MOST_BODY_BYTES)
async def give(visit: Visit, number: str) -> Response[str]:
    """A file of evidence; to sign."""
    matter, found = _matter(visit, number)

    def adding(digest: str) -> Change:
        return Change(by=matter.party, application=number, correction="evidence", evidence=[digest])

    fact = (visit.say("wallet.appeals.programme"), title(visit.state, found.programme, visit.wanted.language))
    return await add_file(visit, matter, adding, fact)


@post("/applications/{number:str}/withdraw", status_code=200)
async def withdraw(visit: Visit, number: str) -> Response[str]:
    """Taking an application back; to sign."""
    matter, found = _matter(visit, number)
    facts = [
        (visit.say("wallet.appeals.programme"), title(visit.state, found.programme, visit.wanted.language)),
        (visit.say("wallet.applications.entered"), day(found.entered_at, visit.wanted.language)),
    ]
    return sign(visit, matter, Withdraw(by=matter.party, application=number), facts)


ROUTES = (applications, apply, application, give, withdraw)


def _keeper(visit: Visit, name: str) -> str:
    """Who keeps the evidence of applications for a programme: its sponsor; '' where there is no such programme."""
    view = programme(visit.state, name)
    return view.sponsor if view is not None else ""


def _page(visit: Visit, status: int, typed: dict[str, str], error: str) -> Response[str]:
    own = [one for party in visit.parties for one in queries.own_applications(visit.state, party)]
    decided = [one for one in own if one.status not in OPEN]
    return visit.page(
        "wallet/applications.html",
        status,
        own=sorted(own, key=lambda one: one.entered_at, reverse=True),
        decided=decided,
        titles={one.programme: title(visit.state, one.programme, visit.wanted.language) for one in own},
        offers=_offers(visit),
        grounds=get_args(Ground) if decided else ("regular",),
        principals=list(dict.fromkeys(one.principal for one in principals_for(visit, "applications.apply"))),
        takes=any(evidence.keeps_for(visit, _keeper(visit, one.programme)) for one in _offers(visit)),
        agreement=evidence.agreement(visit),
        typed=typed,
        error=error,
    )


def _one(visit: Visit, number: str, status: int, error: str) -> Response[str]:
    party, found = _found(visit, number)
    return visit.page(
        "wallet/application.html",
        status,
        one=found,
        open=found.status in OPEN,
        steps=queries.steps(visit.state, party, number),
        title=title(visit.state, found.programme, visit.wanted.language),
        takes=evidence.keeps_for(visit, _keeper(visit, found.programme)) and found.status == "entered",
        agreement=evidence.agreement(visit),
        error=error,
    )


def _matter(visit: Visit, number: str) -> tuple[Matter, ApplicationView]:
    party, found = _found(visit, number)
    office = _keeper(visit, found.programme)
    return Matter(party, office, f"{PLACE}/{number}", lambda why: _one(visit, number, 422, why)), found


def _found(visit: Visit, number: str) -> tuple[str, ApplicationView]:
    for party in visit.parties:
        found = queries.application(visit.state, party, number)
        if found is not None:
            return party, found
    raise Refused(404, "applications.unknown_application", "There is no such application of yours.")


def _offers(visit: Visit) -> list[Offer]:
    """What one may apply for now."""
    found = []
    for one in all_programmes(visit.state):
        terms = queries.terms(visit.state, one.name)
        if terms is not None and terms.since <= visit.now <= terms.until:
            shown = title(visit.state, one.name, visit.wanted.language)
            found.append(Offer(one.name, shown, terms.until, terms.days, terms.desk_only))
    return found
