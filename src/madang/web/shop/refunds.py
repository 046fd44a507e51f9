"""The shop's payments, one of them, and giving money back: in full, in part, or for some of the goods."""

import msgspec
from litestar import Response, get, post

from madang.kernel.errors import Rejected
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import KeepPromises, Refund, Repay
from madang.web.api.problems import Refused
from madang.web.shop.days import read_day
from madang.web.shop.goods import Taken, taken
from madang.web.shop.owed import Owed, Split, due, owed, own_money, promises
from madang.web.shop.payments import read_sales
from madang.web.shop.seller import Seller, seller
from madang.web.site import outcomes
from madang.web.site.drafts import Draft, draft
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

SHOWN = 100


class Way(msgspec.Struct, frozen=True):
    """One way to make a refund: at once, with own money put back first (`repay`), or promised; and what is signed."""

    sort: str
    draft: Draft


@get("/payments")
async def listed(visit: Visit, day: str = "", number: str = "", page: int = 1) -> Response[str]:
    """A day's payments, the newest first; or those of a number."""
    who = seller(visit)
    chosen = read_day(day, visit.now)
    programmes = taken(visit.state, visit.wanted.language)
    found = await read_sales(visit, who.party, programmes, chosen.since, chosen.until)
    wanted = "".join(number.split())[:32]
    if wanted:
        found = [one for one in found if wanted in (one.payment.number, one.payment.order)]
    pages = max(1, -(-len(found) // SHOWN))
    page = min(max(page, 1), pages)
    rows = found[(page - 1) * SHOWN : page * SHOWN]
    return visit.page(
        "shop/payments.html", who=who, chosen=chosen, number=wanted, rows=rows, count=len(found), page=page, pages=pages
    )


@get("/payments/{programme:str}/{payment:str}")
async def shown(visit: Visit, programme: str, payment: str) -> Response[str]:
    """One payment, and what can still be given back."""
    who = seller(visit)
    return _shown(visit, who, *find_payment(visit, who, programme, payment))


def _shown(
    visit: Visit, who: Seller, programme: Taken, found: Owed, status: int = 200, typed: str = "", error: str = ""
) -> Response[str]:
    waiting = [
        one for one in promises(visit.state, programme.name, who.merchant) if one.payment == found.payment.payment
    ]
    return visit.page(
        "shop/payment.html",
        status,
        who=who,
        programme=programme,
        found=found,
        promised=waiting,
        typed=typed,
        error=error,
    )


@post("/payments/{programme:str}/{payment:str}", status_code=200)
async def propose(visit: Visit, programme: str, payment: str) -> Response[str]:
    """What giving back this much would mean, for the till to sign."""
    who = seller(visit)
    form = await read_form(visit)
    ruled, found = find_payment(visit, who, programme, payment)
    chosen = [one for place, one in enumerate(found.goods) if f"goods-{place}" in form]
    typed = form.get("amount", "")[:20]
    amount = sum(one.amount - one.refunded for one in chosen) or read_amount(typed, max(found.left, 1))
    if amount is None or amount > found.left:
        error = visit.say("shop.refund.bad_amount", most=f"{found.left:,}")
        return _shown(visit, who, ruled, found, 422, typed, error)
    split = found.split(amount)
    ways, refusal = _ways(visit, who, ruled.name, payment, amount, split)
    words = words_of(visit, refusal.code, ruled.name, refusal.reason) if refusal is not None and not ways else ""
    return visit.page(
        "shop/refund.html",
        422 if words else 200,
        who=who,
        programme=ruled,
        found=found,
        amount=amount,
        split=split,
        due=due(visit.state, who.party, ruled.name),
        ways=ways,
        words=words,
    )


def _ways(
    visit: Visit, who: Seller, programme: str, payment: str, amount: int, split: Split
) -> tuple[list[Way], Rejected | None]:
    """The ways in which the rules allow a refund now, the best for the customer first; and why not at once."""

    def asked(*, promised: bool) -> Refund:
        return Refund(
            by=who.party, programme=programme, merchant=who.merchant, payment=payment, amount=amount, promised=promised
        )

    def way(sort: str, *acts: Act) -> Way:
        return Way(sort, draft(visit.chain.name, visit.now, acts, [who.party], "/shop/refunds/{id}"))

    refusal = visit.preview([asked(promised=False)], who.party)
    if refusal is None:
        return [way("now", asked(promised=False))], None
    ways = []
    short = split.due - due(visit.state, who.party, programme)
    if who.is_owner and 0 < short <= own_money(visit.state, who.merchant):
        repay = Repay(by=who.party, programme=programme, merchant=who.merchant, amount=short)
        if visit.preview([repay, asked(promised=False)], who.party) is None:
            ways.append(way("repay", repay, asked(promised=False)))
    if visit.preview([asked(promised=True)], who.party) is None:
        ways.append(way("promise", asked(promised=True)))
    return ways, refusal


@get("/refunds/{identifier:str}")
async def refunded(visit: Visit, identifier: str) -> Response[str]:
    """What was given back, or promised."""
    who = seller(visit)
    ended = outcomes.outcome(visit, identifier)
    act = next((one for one in ended.acts if isinstance(one, Refund)), None)
    if act is None or ended.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "This was no refund.")
    programme, found = find_payment(visit, who, act.programme, act.payment)
    return visit.page("shop/refunded.html", who=who, programme=programme, found=found, act=act, at_second=ended.time)


@post("/promises", status_code=200)
async def keep(visit: Visit) -> Response[str]:
    """Make promised refunds from what is due now, as far as it goes."""
    who = seller(visit)
    name = (await read_form(visit)).get("programme", "")
    programme = _programme(visit, name)
    act = KeepPromises(by=who.party, programme=programme.name, merchant=who.merchant)
    refusal = visit.preview([act], who.party)
    if refusal is not None:
        return visit.page("shop/refused.html", 422, words=words_of(visit, refusal.code), back="/shop/day")
    signed = draft(visit.chain.name, visit.now, [act], [who.party], "/shop/day")
    waiting = promises(visit.state, programme.name, who.merchant)
    return visit.page("shop/promises.html", who=who, programme=programme, waiting=waiting, draft=signed)


def find_payment(visit: Visit, who: Seller, programme: str, payment: str) -> tuple[Taken, Owed]:
    """A payment of the shop, and its programme. Raises `Refused` (404): `shop.programme`, `shop.payment`."""
    ruled = _programme(visit, programme)
    found = owed(visit.state, ruled.name, who.merchant, payment[:43])
    if found is None:
        raise Refused(404, "shop.payment", "This shop has no such payment. Look for it by its number.")
    return ruled, found


def _programme(visit: Visit, name: str) -> Taken:
    found = next((one for one in taken(visit.state, visit.wanted.language) if one.name == name), None)
    if found is None:
        raise Refused(404, "shop.programme", "There is no such voucher. Go back and choose again.")
    return found


ROUTES = (listed, shown, propose, refunded, keep)
