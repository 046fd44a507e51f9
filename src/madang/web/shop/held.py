"""Orders to be delivered: money that is held for them, taken on delivery or let go."""

import asyncio

from litestar import Response, get, post

from madang.records import reading
from madang.services.vouchers.transactions import Capture, Void
from madang.web.api.problems import Refused
from madang.web.shop.owed import owed
from madang.web.shop.payments import Sale
from madang.web.shop.refunds import find_payment
from madang.web.shop.seller import seller
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit

PAGE = 50


@get("/held")
async def listed(visit: Visit, after: str = "") -> Response[str]:
    """Payments of which something is held, the oldest first: they end first."""
    who = seller(visit)
    rows, following = await asyncio.to_thread(_held, visit, who.merchant, after)
    return visit.page("shop/held.html", who=who, rows=rows, next=following, first=not after)


def _held(visit: Visit, merchant: str, after: str) -> tuple[list[Sale], str]:
    """What the records list, as it stands on the ledger now: what was just delivered is passed over."""
    if visit.site.records is None:
        return [], ""
    with visit.site.records.reading() as connection:
        page = reading.held(connection, merchant, after, PAGE)
    shown = [
        Sale(one.programme, title(visit.state, one.programme, visit.wanted.language), found.payment)
        for one in page.rows
        if (found := owed(visit.state, one.programme, merchant, one.payment)) is not None and found.payment.held
    ]
    return shown, page.next


@get("/held/{programme:str}/{payment:str}")
async def shown(visit: Visit, programme: str, payment: str) -> Response[str]:
    """One of them: deliver or let go."""
    return _shown(visit, programme, payment)


def _shown(
    visit: Visit, programme: str, payment: str, status: int = 200, typed: str = "", error: str = ""
) -> Response[str]:
    who = seller(visit)
    ruled, found = find_payment(visit, who, programme, payment)
    return visit.page("shop/held_one.html", status, who=who, programme=ruled, found=found, typed=typed, error=error)


@post("/held/{programme:str}/{payment:str}", status_code=200)
async def propose(visit: Visit, programme: str, payment: str) -> Response[str]:
    """Taking what was delivered, or letting all of it go, for the till to sign."""
    who = seller(visit)
    ruled, found = find_payment(visit, who, programme, payment)
    form = await read_form(visit)
    act: Capture | Void
    if form.get("what") == "void":
        amount = found.payment.held
        act = Void(by=who.party, programme=ruled.name, merchant=who.merchant, payment=payment)
    else:
        typed = form.get("amount", "")[:20]
        wanted = read_amount(typed, max(found.payment.held, 1))
        if wanted is None or not found.payment.held:
            error = visit.say("shop.held.bad_amount", most=f"{found.payment.held:,}")
            return _shown(visit, programme, payment, 422, typed, error)
        amount = wanted
        act = Capture(by=who.party, programme=ruled.name, merchant=who.merchant, payment=payment, amount=amount)
    refusal = visit.preview([act], who.party)
    if refusal is not None:
        words = words_of(visit, refusal.code, ruled.name, refusal.reason)
        return visit.page("shop/refused.html", 422, words=words, back=f"/shop/held/{ruled.name}/{payment}")
    signed = draft(visit.chain.name, visit.now, [act], [who.party], "/shop/delivered/{id}")
    what = "void" if isinstance(act, Void) else "capture"
    return visit.page(
        "shop/held_sign.html", who=who, programme=ruled, found=found, draft=signed, amount=amount, what=what
    )


@get("/delivered/{identifier:str}")
async def delivered(visit: Visit, identifier: str) -> Response[str]:
    """What became of held money."""
    who = seller(visit)
    ended = outcomes.outcome(visit, identifier)
    act = next((one for one in ended.acts if isinstance(one, Capture | Void)), None)
    if act is None or ended.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "This was no delivery.")
    found = owed(visit.state, act.programme, who.merchant, act.payment)
    if found is None:
        raise Refused(404, "shop.payment", "This shop has no such payment. Look for it by its number.")
    return visit.page(
        "shop/delivered.html",
        who=who,
        found=found,
        programme=act.programme,
        what="void" if isinstance(act, Void) else "capture",
        amount=act.amount if isinstance(act, Capture) else 0,
    )


ROUTES = (listed, shown, propose, delivered)
