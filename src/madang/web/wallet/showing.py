"""Showing a one-time code, which a till reads: for shops that scan their payers, and for payers without a camera.

The code is made in the browser and never sent: what is signed is its digest, for how much and until when. A photograph
of it is good until then, and only once; the till that reveals it first is paid.
"""

import asyncio
from typing import Literal

import msgspec
from litestar import Response, get, post

from madang.base.cards.state import PRESENTATIONS, code_digest
from madang.base.cards.transactions import Present
from madang.records import reading
from madang.services.vouchers.transactions import Collect
from madang.web.api.asgi import encode
from madang.web.api.problems import Refused
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.formats import won
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import PAGE_HEADERS, Visit
from madang.web.wallet.holdings import Holding, holdings
from madang.web.wallet.payments import paid_by, transaction_of

SECONDS = 170
"""How long a code is good; the ledger takes 180 seconds at most, counted when it is ordered."""
OFFERED = 30_000
"""Won that are filled in, where the voucher has as much."""
LOOKED_AT = 5
HEXADECIMAL = frozenset("0123456789abcdef")


class Choice(msgspec.Struct, frozen=True):
    """Vouchers of one programme and one key that a code can be for, and won left."""

    party: str
    programme: str
    title: str
    left: int

    @property
    def name(self) -> str:
        """What a form calls it."""
        return f"{self.programme} {self.party}"


class Standing(msgspec.Struct, frozen=True):
    """How a code stands; `payment` is the path of the payment that used it, '' while that is not known."""

    standing: Literal["waiting", "used", "over"]
    payment: str = ""


@get("/codes")
async def ask(visit: Visit) -> Response[str]:
    """For which voucher, and up to how much."""
    return _ask(visit, 200)


@post("/codes", status_code=200)
async def propose(visit: Visit) -> Response[str]:
    """The code to sign for, by the digest that the browser made."""
    form = await read_form(visit)
    choices = _choices(visit)
    chosen = next((one for one in choices if one.name == form.get("voucher")), choices[0] if choices else None)
    limit = read_amount(form.get("limit", ""))
    digest = form.get("digest", "")
    if chosen is None or limit is None:
        return _ask(visit, 422, typed=form.get("limit", ""), bad_limit=visit.say("wallet.pay.bad_amount"))
    if limit > chosen.left:
        left = won(chosen.left, visit.wanted.language)
        return _ask(visit, 422, typed=form["limit"], bad_limit=visit.say("wallet.codes.over_left", left=left))
    if len(digest) != 64 or not set(digest) <= HEXADECIMAL:
        return _ask(visit, 422, typed=form.get("limit", ""), error=visit.say("wallet.codes.no_code"))
    act = Present(by=chosen.party, code=digest, programme=chosen.programme, limit=limit, until=visit.now + SECONDS)
    refusal = visit.preview([act], chosen.party)
    if refusal is not None:
        error = words_of(visit, refusal.code, chosen.programme, refusal.reason)
        return _ask(visit, 422, typed=form.get("limit", ""), error=error)
    signed = draft(visit.chain.name, visit.now, [act], [chosen.party], "/wallet/codes/{id}")
    signed = msgspec.structs.replace(signed, seconds=SECONDS - 20)
    return visit.page("wallet/code_sign.html", draft=signed, chosen=chosen, limit=limit)


@get("/codes/{identifier:str}")
async def show(visit: Visit, identifier: str) -> Response[str]:
    """The code as a picture, with the time that is left; the script of the page has it, and draws it."""
    act = _presented(visit, identifier)
    standing = await asyncio.to_thread(_standing, visit, act)
    return visit.page(
        "wallet/code.html",
        id=identifier,
        act=act,
        standing=standing,
        title=title(visit.state, act.programme, visit.wanted.language),
        seconds=max(act.until - visit.now, 0),
    )


@get("/codes/{identifier:str}/standing")
async def stand(visit: Visit, identifier: str) -> Response[bytes]:
    """How the code stands now, for the script of its page."""
    standing = await asyncio.to_thread(_standing, visit, _presented(visit, identifier))
    return Response(encode(standing), media_type="application/json", headers=PAGE_HEADERS)


def _ask(visit: Visit, status: int, typed: str = "", error: str = "", bad_limit: str = "") -> Response[str]:
    choices = _choices(visit)
    offered = min(OFFERED, choices[0].left if choices else OFFERED)
    return visit.page(
        "wallet/codes.html", status, choices=choices, limit=typed or f"{offered}", error=error, bad_limit=bad_limit
    )


def _choices(visit: Visit) -> list[Choice]:
    usable = [one for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.usable(visit.now)]
    found: dict[tuple[str, str], list[Holding]] = {}
    for one in usable:
        found.setdefault((one.party, one.programme), []).append(one)
    return [
        Choice(party, programme, mine[0].title, sum(one.voucher.left for one in mine))
        for (party, programme), mine in found.items()
    ]


def _presented(visit: Visit, identifier: str) -> Present:
    """What was signed. Raises `Refused` (404)."""
    found = outcomes.outcome(visit, identifier)
    act = next((one for one in found.acts if isinstance(one, Present)), None)
    if act is None or found.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "This showed no code.")
    return act


def _standing(visit: Visit, act: Present) -> Standing:
    shown = visit.state.get(PRESENTATIONS, act.by)
    if shown is not None and shown.code == act.code:
        return Standing("waiting" if visit.now <= shown.until else "over")
    payment = _payment(visit, act)
    if payment:
        return Standing("used", f"/wallet/payments/{payment}")
    # A later code takes the place of this one; and a payment is told of a moment after it was made.
    return Standing("over" if shown is not None or visit.now > act.until + 30 else "used")


def _payment(visit: Visit, act: Present) -> str:
    """The id of the transaction that used a code up, by the newest notices of payments."""
    if visit.site.records is None:
        return ""
    with visit.site.records.reading() as connection:
        rows = reading.payments_since(connection, act.by, act.until - SECONDS - 60, LOOKED_AT)
    for row in rows:
        identifier = transaction_of(visit, row)
        paid = paid_by(visit, identifier) if identifier else None
        if paid is not None and any(
            isinstance(one, Collect) and code_digest(one.code) == act.code for one in paid.acts
        ):
            return paid.id
    return ""


ROUTES = (ask, propose, show, stand)
