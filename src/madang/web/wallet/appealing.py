"""Appeals (이의신청): lodging one, adding evidence to it, taking it back, following what happens.

Evidence is a file given here, where this server keeps the office's vault, or what a desk has taken and numbered.
"""

from typing import get_args

import msgspec
from litestar import Response, get, post

from madang.base.programmes.queries import all_programmes
from madang.services.appeals import queries
from madang.services.appeals.queries import AppealView
from madang.services.appeals.state import OPEN
from madang.services.appeals.transactions import Ground, Lodge, Supplement, Withdraw
from madang.services.appeals.transactions import Matter as About
from madang.web.api.problems import Refused
from madang.web.site.forms import Invalid, built, words_in
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.uploads import MOST_BODY_BYTES, read_either
from madang.web.site.visit import Visit
from madang.web.wallet import evidence
from madang.web.wallet.holdings import holdings
from madang.web.wallet.mandates import principals_for
from madang.web.wallet.matters import DIGEST, Matter, add_file, hand_in, sign

PLACE = "/wallet/appeals"


class Office(msgspec.Struct, frozen=True):
    """Where one may appeal about a programme."""

    programme: str
    title: str
    office: str


@get("/appeals")
async def appeals(visit: Visit) -> Response[str]:
    """My appeals, and a new one."""
    return _page(visit, 200, {}, "")


@post("/appeals", status_code=200, request_max_body_size=MOST_BODY_BYTES)
async def lodge(visit: Visit) -> Response[str]:
    """An appeal to sign."""
    _ = visit.parties
    sent = await read_either(visit, evidence.FIELD)
    form = sent.fields
    programme, _, office = form.get("office", "").partition("/")
    for_party = form.get("for", "")
    by = _signer(visit, for_party, programme)
    try:
        act = built(
            Lodge,
            by=by,
            programme=programme,
            matter=form.get("matter", ""),
            ground=form.get("ground", ""),
            office=office,
            for_party=for_party or None,
        )
    except Invalid:
        return _page(visit, 422, form, visit.say("wallet.appeals.choose"))
    facts = [
        (visit.say("wallet.appeals.programme"), title(visit.state, programme, visit.wanted.language)),
        (visit.say("wallet.appeals.matter_label"), visit.say(f"wallet.appeals.matter.{act.matter}")),
        (visit.say("wallet.appeals.ground_label"), visit.say(f"wallet.appeals.ground.{act.ground}")),
        (visit.say("wallet.appeals.office"), office),
    ]
    new = Matter(by, office, PLACE, lambda why: _page(visit, 422, form, why))
    return await hand_in(visit, new, act, sent, facts)


@get("/appeals/{number:str}")
async def appeal(visit: Visit, number: str) -> Response[str]:
    """One appeal, and each step of it. Raises `Refused` (404)."""
    return _one(visit, number, 200, "")


@post("/appeals/{number:str}/supplement", status_code=200)
async def supplement(visit: Visit, number: str) -> Response[str]:
    """More evidence, by the numbers that a desk gave for what it took; to sign."""
    matter, _ = _matter(visit, number)
    numbers = words_in((await read_form(visit)).get("numbers", "")[:2_000])
    if not numbers or any(DIGEST.match(one) is None for one in numbers):
        return matter.say(visit.say("wallet.appeals.bad_evidence"))
    facts = [(visit.say("wallet.appeals.how_many"), str(len(numbers)))]
    return sign(visit, matter, Supplement(by=matter.party, appeal=number, evidence=numbers), facts)


@post("/appeals/{number:str}/evidence", status_code=200, request_max_body_size=MOST_BODY_BYTES)
async def give(visit: Visit, number: str) -> Response[str]:
    """A file of evidence; to sign."""
    matter, found = _matter(visit, number)

    def adding(digest: str) -> Supplement:
        return Supplement(by=matter.party, appeal=number, evidence=[digest])

    return await add_file(visit, matter, adding, (visit.say("wallet.appeals.office"), found.office))


@post("/appeals/{number:str}/withdraw", status_code=200)
async def withdraw(visit: Visit, number: str) -> Response[str]:
    """Taking an appeal back; to sign."""
    matter, found = _matter(visit, number)
    facts = [(visit.say("wallet.appeals.programme"), title(visit.state, found.programme, visit.wanted.language))]
    return sign(visit, matter, Withdraw(by=matter.party, appeal=number), facts)


ROUTES = (appeals, lodge, appeal, supplement, give, withdraw)


def _signer(visit: Visit, for_party: str, programme: str) -> str:
    """Who of this wallet signs: the delegate of a principal; else whoever holds a voucher there; else the first."""
    if for_party:
        held = [one.delegate for one in principals_for(visit, "appeals.lodge") if one.principal == for_party]
        return held[0] if held else visit.party
    held = [one.party for one in holdings(visit.state, visit.parties, "ko") if one.programme == programme]
    return held[0] if held else visit.party


def _page(visit: Visit, status: int, typed: dict[str, str], error: str) -> Response[str]:
    own = [one for party in visit.parties for one in queries.own_appeals(visit.state, party)]
    language = visit.wanted.language
    return visit.page(
        "wallet/appeals.html",
        status,
        own=sorted(own, key=lambda one: one.lodged_at, reverse=True),
        titles={one.programme: title(visit.state, one.programme, language) for one in own},
        offices=_offices(visit),
        matters=get_args(About),
        grounds=get_args(Ground),
        principals=list(dict.fromkeys(one.principal for one in principals_for(visit, "appeals.lodge"))),
        takes=any(evidence.keeps_for(visit, one.office) for one in _offices(visit)),
        agreement=evidence.agreement(visit),
        typed=typed,
        error=error,
    )


def _one(visit: Visit, number: str, status: int, error: str) -> Response[str]:
    party, found = _found(visit, number)
    return visit.page(
        "wallet/appeal.html",
        status,
        one=found,
        open=found.status in OPEN,
        steps=queries.steps(visit.state, party, number),
        title=title(visit.state, found.programme, visit.wanted.language),
        takes=evidence.keeps_for(visit, found.office),
        agreement=evidence.agreement(visit),
        error=error,
    )


def _matter(visit: Visit, number: str) -> tuple[Matter, AppealView]:
    party, found = _found(visit, number)
    return Matter(party, found.office, f"{PLACE}/{number}", lambda why: _one(visit, number, 422, why)), found


def _found(visit: Visit, number: str) -> tuple[str, AppealView]:
    for party in visit.parties:
        found = queries.appeal(visit.state, party, number)
        if found is not None:
            return party, found
    raise Refused(404, "appeals.unknown_appeal", "There is no such appeal of yours.")


def _offices(visit: Visit) -> list[Office]:
    """Where one may appeal now."""
    found = []
    for one in all_programmes(visit.state):
        terms = queries.terms(visit.state, one.name)
        if terms is not None and visit.now <= terms.until:
            shown = title(visit.state, one.name, visit.wanted.language)
            found += [Office(one.name, shown, office) for office in terms.offices]
    return found
