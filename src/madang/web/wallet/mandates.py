"""Mandates (위임): letting a helper act for me, ending that at once, and seeing what was done in my name.

A helper has an own wallet and signs with an own key. To pay, the helper reads a text off this wallet once: whose
vouchers they are, of which programme, and the voucher's number. What is on it the helper is never shown.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
from litestar import Response, get, post

from madang.base.mandates import queries
from madang.base.mandates.queries import MandateView
from madang.base.mandates.transactions import SPENDING, Grant, MandatedAct, Revoke, Scope
from madang.kernel.transaction import Act
from madang.web.site.formats import KOREA, day, moment, won
from madang.web.site.forms import read_amount
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.wallet.holdings import holdings
from madang.web.wallet.signing import sign_page, why_not

ACTS: tuple[MandatedAct, ...] = get_args(MandatedAct)
PARTY = re.compile(r"^[A-Za-z0-9_-]{43}\Z")
HELP = re.compile(r"^MDHP1\.([A-Za-z0-9_-]{43})\.([a-z0-9][a-z0-9-]{0,47})\.([A-Za-z0-9_-]{22})\Z")
USES = 50
DAY = timedelta(days=1)


class Help(msgspec.Struct, frozen=True):
    """What a helper pays with: whose voucher, of which programme, and its number."""

    principal: str
    programme: str
    voucher: str


@get("/mandates")
async def mandates(visit: Visit) -> Response[str]:
    """Who acts for me, for whom I act, and what was done in my name."""
    return _page(visit, 200, {}, "")


@post("/mandates", status_code=200)
async def give(visit: Visit) -> Response[str]:
    """A mandate to sign for."""
    form = await read_form(visit)
    delegate = form.get("delegate", "")
    acts: list[MandatedAct] = [one for one in ACTS if form.get(one) == "yes"]
    programme = form.get("programme") or None
    until = _end_of(form.get("until", ""))
    spends = any(one in SPENDING for one in acts)
    per_use, total = (read_amount(form.get("per_use", "")), read_amount(form.get("total", ""))) if spends else (0, 0)
    wrong = next(
        (
            key
            for key, is_wrong in (
                ("bad_delegate", PARTY.match(delegate) is None),
                ("bad_acts", not acts),
                ("bad_until", until is None or until <= visit.now),
                ("bad_caps", per_use is None or total is None or per_use > total),
            )
            if is_wrong
        ),
        "",
    )
    if wrong or until is None or per_use is None or total is None:
        return _page(visit, 422, form, visit.say(f"wallet.mandates.{wrong}"))
    scope = Scope(acts=acts, programme=programme, per_use=per_use, total=total, until=until)
    principals = _principals(visit, programme)
    made: list[Act] = [Grant(by=party, delegate=delegate, scope=scope) for party in principals]
    why = why_not(visit, made, principals)
    if why:
        return _page(visit, 422, form, why)
    language = visit.wanted.language
    facts = [
        (visit.say("wallet.mandates.delegate"), delegate),
        (visit.say("wallet.mandates.acts"), ", ".join(visit.say(f"wallet.mandates.act.{one}") for one in acts)),
        (visit.say("wallet.mandates.programme"), _title(visit, programme or "")),
        (visit.say("wallet.mandates.until"), day(until - 1, language)),
    ]
    if spends:
        facts += [
            (visit.say("wallet.mandates.per_use"), won(per_use, language)),
            (visit.say("wallet.mandates.total"), won(total, language)),
        ]
    return sign_page(visit, made, principals, "wallet.mandates.give", facts, "/wallet/mandates")


@post("/mandates/revoke", status_code=200)
async def revoke(visit: Visit) -> Response[str]:
    """The end of a mandate, to sign for."""
    form = await read_form(visit)
    found = next(
        (
            (party, one)
            for party in visit.parties
            for one in (*queries.given(visit.state, party), *queries.held(visit.state, party))
            if (one.principal, one.delegate, one.programme)
            == (form.get("principal"), form.get("delegate"), form.get("programme", ""))
        ),
        None,
    )
    if found is None:
        return _page(visit, 422, {}, visit.say("wallet.refusals.mandates.unknown"))
    party, one = found
    act = Revoke(by=party, principal=one.principal, delegate=one.delegate, programme=one.programme or None)
    facts = [
        (visit.say("wallet.mandates.programme"), _title(visit, one.programme)),
        (visit.say("wallet.mandates.delegate"), one.delegate),
    ]
    return sign_page(visit, [act], [party], "wallet.mandates.revoke", facts, "/wallet/mandates")


@get("/mandates/help")
async def help_codes(visit: Visit) -> Response[str]:
    """What a helper reads off this wallet, once for each voucher."""
    usable = [one for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.usable(visit.now)]
    texts = [(one.title, f"MDHP1.{one.party}.{one.programme}.{one.voucher.number}") for one in usable]
    return visit.page("wallet/help.html", texts=texts)


ROUTES = (mandates, give, revoke, help_codes)


def read_help(text: str) -> Help | None:
    """What a helper has read, or None where it is something else."""
    found = HELP.match(text.strip())
    return None if found is None else Help(*found.groups())


def mandate_for(visit: Visit, principal: str, act: MandatedAct, programme: str = "") -> MandateView | None:
    """The mandate under which somebody signed in may do this for a principal now, that for the programme first."""
    found = [one for one in principals_for(visit, act) if one.principal == principal]
    fitting = [one for one in found if one.programme in (programme, "")]
    return max(fitting, key=lambda one: one.programme, default=None)


def principals_for(visit: Visit, act: MandatedAct) -> list[MandateView]:
    """The mandates under which somebody signed in may do this now."""
    held = [one for party in visit.parties for one in queries.held(visit.state, party)]
    return [one for one in held if act in one.mandate.acts and one.mandate.since <= visit.now < one.mandate.until]


def whom(visit: Visit, for_party: str) -> list[tuple[str, str]]:
    """The fact for whom something is signed, where it is for somebody else."""
    number = visit.say("wallet.mandates.principal", number=for_party[:8])
    return [(visit.say("wallet.mandates.for"), number)] if for_party else []


def _page(visit: Visit, status: int, typed: dict[str, str], error: str) -> Response[str]:
    parties = visit.parties
    uses = [one for party in parties for one in queries.uses(visit.state, party, limit=500)]
    held = holdings(visit.state, parties, visit.wanted.language)
    return visit.page(
        "wallet/mandates.html",
        status,
        given=[one for party in parties for one in queries.given(visit.state, party)],
        held=[one for party in parties for one in queries.held(visit.state, party)],
        uses=sorted(uses, key=lambda one: one.at, reverse=True)[:USES],
        most_uses=USES,
        titles={one: _title(visit, one) for one in _named(visit)},
        programmes={one.programme: one.title for one in held},
        own=parties[0],
        acts=ACTS,
        typed=typed,
        error=error,
        tomorrow=f"{datetime.fromtimestamp(visit.now, KOREA) + DAY:%Y-%m-%d}",
        in_a_month=f"{datetime.fromtimestamp(visit.now, KOREA) + 30 * DAY:%Y-%m-%d}",
        begins=lambda second: moment(second, visit.wanted.language) if second > visit.now else "",
    )


def _named(visit: Visit) -> list[str]:
    """The programmes that mandates and their uses name; '' is all of them."""
    found = {""}
    for party in visit.parties:
        found |= {one.programme for one in queries.given(visit.state, party)}
        found |= {one.programme for one in queries.held(visit.state, party)}
        found |= {one.programme for one in queries.uses(visit.state, party, limit=500)}
    return sorted(found)


def _title(visit: Visit, programme: str) -> str:
    return title(visit.state, programme, visit.wanted.language) if programme else visit.say("wallet.mandates.all")


def _principals(visit: Visit, programme: str | None) -> list[str]:
    """Who of this wallet gives a mandate: whoever holds vouchers of the programme, else everybody."""
    held = [
        one.party for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.programme == programme
    ]
    return list(dict.fromkeys(held)) or list(visit.parties)


def _end_of(text: str) -> int | None:
    """The first second after a day in Korea, of `2026-01-31`; None where it is no day."""
    try:
        start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=KOREA)
    except ValueError:
        return None
    return int((start + DAY).astimezone(UTC).timestamp())
