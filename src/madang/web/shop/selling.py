"""Taking a payment: an amount, or a basket that the till signs; the code for it; and the payment as it comes in."""

from collections.abc import Mapping

import msgspec
from litestar import Response, get, post

from madang.services.vouchers.transactions import MAX_PARTS, Line, Order
from madang.web.api.problems import Refused
from madang.web.shop.amounts import MOST
from madang.web.shop.codes import ORDER, new_order, show_code
from madang.web.shop.goods import all_goods, paused, taken
from madang.web.shop.payments import read_sales, sale_of_order
from madang.web.shop.seller import Seller, named_seller
from madang.web.site.drafts import draft
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

RECENT = 3_600
"""Seconds of which the first page shows the latest payments."""
SHOWN = 5
LONGEST_BACK = 86_400
_FAR = 1 << 40


class TypedLine(msgspec.Struct, frozen=True):
    """A line as it was typed: its class of goods, the text of its amount, the amount, or what is wrong with it."""

    goods: str
    text: str
    amount: int | None

    @property
    def is_wrong(self) -> bool:
        """Whether something was typed that is no amount."""
        return bool(self.text) and self.amount is None


@get("/")
async def ask(visit: Visit) -> Response[str]:
    """How much to pay; and the latest payments."""
    return await _ask(visit, await named_seller(visit))


async def _ask(visit: Visit, who: Seller, status: int = 200, typed: str = "", error: str = "") -> Response[str]:
    if not who.is_open:
        return visit.redirect("/shop/entry")
    programmes = taken(visit.state, visit.wanted.language)
    latest = (await read_sales(visit, who.party, programmes, visit.now - RECENT, _FAR))[:SHOWN]
    goods = all_goods(programmes)
    return visit.page(
        "shop/sell.html",
        status,
        who=who,
        goods=goods,
        latest=latest,
        stopped=paused(visit.state, programmes, visit.now),
        typed=typed,
        error=error,
    )


@post("/sell", status_code=200)
async def sell(visit: Visit) -> Response[str]:
    """Go on to the code of an amount."""
    who = await named_seller(visit)
    typed = (await read_form(visit)).get("amount", "")[:20]
    amount = read_amount(typed, MOST)
    if amount is None:
        return await _ask(visit, who, 422, typed, visit.say("shop.sell.bad_amount", most=f"{MOST:,}"))
    return visit.redirect(code_path(new_order(), amount, visit.now))


@get("/basket")
async def basket(visit: Visit) -> Response[str]:
    """What is in the basket, by class of goods."""
    return _basket(visit, await named_seller(visit), 200, [])


@post("/basket", status_code=200)
async def name_basket(visit: Visit) -> Response[str]:
    """Show the basket, for the till to sign; then comes its code."""
    who = await named_seller(visit)
    goods = all_goods(taken(visit.state, visit.wanted.language))
    lines = read_lines(await read_form(visit), goods)
    wanted = [(one.goods, one.amount) for one in lines if one.amount is not None]
    total = sum(amount for _, amount in wanted)
    if not wanted or total > MOST or any(one.is_wrong for one in lines):
        return _basket(visit, who, 422, lines)
    order = new_order()
    act = Order(
        by=who.party, merchant=who.merchant, order=order, lines=[Line(goods=name, amount=won) for name, won in wanted]
    )
    refusal = visit.preview([act], who.party)
    if refusal is not None:
        return visit.page("shop/refused.html", 422, words=words_of(visit, refusal.code), back="/shop/basket")
    signed = draft(visit.chain.name, visit.now, [act], [who.party], code_path(order, total, visit.now))
    other = draft(visit.chain.name, visit.now, [act], [who.party], f"/shop/collect?order={order}")
    return visit.page("shop/basket_sign.html", who=who, draft=signed, to_collect=other, lines=wanted, total=total)


def _basket(visit: Visit, who: Seller, status: int, lines: list[TypedLine]) -> Response[str]:
    goods = all_goods(taken(visit.state, visit.wanted.language))
    if not goods or not who.is_open:
        return visit.redirect("/shop")
    rows = [lines[place] if place < len(lines) else TypedLine("", "", None) for place in range(MAX_PARTS)]
    return visit.page(
        "shop/basket.html", status, who=who, goods=goods, rows=rows, shown=max(len(lines), 2), wrong=status != 200
    )


def read_lines(form: Mapping[str, str], goods: tuple[str, ...]) -> list[TypedLine]:
    """The lines of a basket that something was typed in."""
    lines = []
    for place in range(MAX_PARTS):
        name, text = form.get(f"goods-{place}", ""), form.get(f"amount-{place}", "")[:20]
        if text and name in goods:
            lines.append(TypedLine(name, text, read_amount(text, MOST)))
    return lines


def code_path(order: str, amount: int, since: int) -> str:
    """The page of an order's code."""
    return f"/shop/code?order={order}&amount={amount}&since={since}"


@get("/code")
async def code(visit: Visit, order: str, amount: int, since: int) -> Response[str]:
    """The code of a sale, until it is paid; and that it is paid."""
    who = await named_seller(visit)
    _check_order(order, amount)
    if not who.is_open:
        return visit.redirect("/shop/entry")
    since = max(since, visit.now - LONGEST_BACK)
    programmes = taken(visit.state, visit.wanted.language)
    paid = sale_of_order(visit.state, who.party, programmes, order, since, _FAR)
    shown = None if paid else show_code(visit.chain.name, who, amount, order, visit.now)
    return visit.page("shop/code.html", who=who, order=order, amount=amount, since=since, paid=paid, code=shown)


@get("/code/new")
async def renew(visit: Visit, order: str, amount: int) -> Response[str]:
    """A new code of the same order, as a part of its page."""
    who = await named_seller(visit)
    _check_order(order, amount)
    if not who.is_open:
        raise Refused(409, "shop.not_open", "This shop takes no payments now. Look at its entry.")
    return visit.page("shop/code_part.html", code=show_code(visit.chain.name, who, amount, order, visit.now))


def _check_order(order: str, amount: int) -> None:
    if ORDER.fullmatch(order) is None or not 0 < amount <= MOST:
        raise Refused(400, "shop.order", "There is no such sale. Begin it anew.")


ROUTES = (ask, sell, basket, name_basket, code, renew)
