"""Taking a payment by a code that the customer shows, on a phone or as a card gives it.

Nothing is tried on the server first: whether a code would pay is told by the ledger alone, where each try is recorded.
Otherwise a till could find out, amount by amount, how much is left.
"""

import re

import msgspec
from litestar import Response, get, post

from madang.services.vouchers.state import BASKETS, BasketLine
from madang.services.vouchers.transactions import Collect, PaidLine
from madang.web.api.problems import Refused
from madang.web.shop.amounts import MOST, read_amount
from madang.web.shop.codes import ORDER, new_order
from madang.web.shop.goods import Taken, taken
from madang.web.shop.payments import sale_of_order
from madang.web.shop.seller import Seller, named_seller, seller
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.payercode import PayerCode, read_payer_code
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

_GAPS = re.compile(r"[\s-]+")
_LETTERS = re.compile(r"[A-Z2-7]{26}")


class Asked(msgspec.Struct, frozen=True):
    """What was typed: amount, programme and code; `order` names a basket, if there is one."""

    amount: str = ""
    programme: str = ""
    code: str = ""
    order: str = ""


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong at which field, in words."""

    amount: str = ""
    programme: str = ""
    code: str = ""


@get("/collect")
async def ask(visit: Visit, order: str = "", programme: str = "") -> Response[str]:
    """Amount, programme, and the customer's code."""
    return _ask(visit, seller(visit), Asked(order=order, programme=programme))


def _ask(visit: Visit, who: Seller, asked: Asked, wrong: Wrong | None = None) -> Response[str]:
    if not who.is_open:
        return visit.redirect("/shop/entry")
    return visit.page(
        "shop/collect.html",
        422 if wrong else 200,
        who=who,
        programmes=_open(visit),
        basket=_basket(visit, who, asked.order),
        asked=asked,
        wrong=wrong or Wrong(),
    )


@post("/collect", status_code=200)
async def propose(visit: Visit) -> Response[str]:
    """What the till would take, for it to sign."""
    who = seller(visit)
    form = await read_form(visit)
    asked = Asked(*(form.get(name, "")[:200] for name in Asked.__struct_fields__))
    if not who.is_open:
        return visit.redirect("/shop/entry")
    code = read_code(asked.code, visit.chain.name)
    wanted = (code.programme if code else "") or asked.programme
    programme = next((one for one in _open(visit) if one.name == wanted), None)
    basket = _basket(visit, who, asked.order)
    amount = sum(line.amount for line in basket) or read_amount(asked.amount)
    if code is None or programme is None or amount is None:
        wrong = Wrong(
            "" if amount else visit.say("shop.sell.bad_amount", most=f"{MOST:,}"),
            "" if programme else visit.say("shop.collect.bad_programme"),
            "" if code else words_of(visit, "shop.payer_code"),
        )
        return _ask(visit, who, asked, wrong)
    return _proposal(visit, who, programme, code, amount, asked.order if basket else "", basket)


def _proposal(
    visit: Visit,
    who: Seller,
    programme: Taken,
    code: PayerCode,
    amount: int,
    order: str,
    basket: tuple[BasketLine, ...],
) -> Response[str]:
    lines = payable(programme, basket)
    if programme.goods and not lines:
        words = visit.say("shop.collect.no_goods" if basket else "shop.collect.needs_basket")
        return visit.page("shop/refused.html", 422, words=words, back="/shop/basket")
    whole = sum(line.amount for line in lines) or amount
    act = Collect(
        by=who.party,
        programme=programme.name,
        merchant=who.merchant,
        order=order or new_order(),
        code=code.code,
        amount=whole,
        lines=lines,
    )
    signed = draft(visit.chain.name, visit.now, [act], [who.party], "/shop/collected/{id}")
    paid = {line.line for line in lines}
    rest = [one for number, one in enumerate(basket, 1) if lines and number not in paid]
    return visit.page(
        "shop/collect_sign.html", who=who, draft=signed, programme=programme, amount=whole, basket=basket, rest=rest
    )


def payable(programme: Taken, basket: tuple[BasketLine, ...]) -> list[PaidLine]:
    """The lines of a basket that a programme which tells goods apart may pay; none for any other programme."""
    return [
        PaidLine(line=number, amount=one.amount) for number, one in enumerate(basket, 1) if one.goods in programme.goods
    ]


def read_code(text: str, chain: str) -> PayerCode | None:
    """The code that was scanned or typed; None where it is none of this ledger.

    What is typed from a screen may be the 26 letters alone, in groups, in small letters: then no programme is named.
    """
    found = read_payer_code(text)
    if found is not None:
        return found if found.chain == chain else None
    letters = _GAPS.sub("", text).upper()
    return PayerCode(chain, "", letters) if _LETTERS.fullmatch(letters) else None


@get("/collected/{identifier:str}")
async def collected(visit: Visit, identifier: str) -> Response[str]:
    """The payment that a till took: the number that the customer sees too."""
    who = await named_seller(visit)
    found = outcomes.outcome(visit, identifier)
    act = next((one for one in found.acts if isinstance(one, Collect)), None)
    if act is None or found.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "This was no payment.")
    programmes = taken(visit.state, visit.wanted.language)
    sale = sale_of_order(visit.state, who.party, programmes, act.order, found.time, found.time + 1)
    if sale is None:
        raise Refused(404, "transaction.unknown", "This was no payment here.")
    return visit.page("shop/collected.html", who=who, sale=sale)


def _open(visit: Visit) -> list[Taken]:
    return [one for one in taken(visit.state, visit.wanted.language) if one.status == "open"]


def _basket(visit: Visit, who: Seller, order: str) -> tuple[BasketLine, ...]:
    found = visit.state.get(BASKETS, who.merchant, order) if ORDER.fullmatch(order) else None
    return found.lines if found else ()


ROUTES = (ask, propose, collected)
