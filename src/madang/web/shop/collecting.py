"""Taking a payment by a code that the customer shows on a phone, or by a card, whose PIN the customer types at a pad.

Nothing is tried on the server first: whether a code would pay is told by the ledger alone, where each try is recorded.
Otherwise a till could find out, amount by amount, how much is left.
"""

import re
from typing import Any

import msgspec
from litestar import Response, get, post

from madang.kernel.errors import MadangError
from madang.services.vouchers.state import BASKETS, BasketLine
from madang.services.vouchers.transactions import Collect, PaidLine
from madang.web.api.asgi import encode
from madang.web.api.problems import Refused
from madang.web.shop.amounts import MOST
from madang.web.shop.codes import ORDER, new_order
from madang.web.shop.goods import Taken, paused, taken
from madang.web.shop.payments import sale_of_order
from madang.web.shop.seller import Seller, named_seller, seller
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.forms import read_amount
from madang.web.site.payercode import PayerCode, read_payer_code
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import PAGE_HEADERS, Visit

_GAPS = re.compile(r"[\s-]+")
_LETTERS = re.compile(r"[A-Z2-7]{26}")
_CARD = re.compile(r"[A-Za-z0-9_-]{22}")


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
        programmes=(programmes := _open(visit)),
        stopped=paused(visit.state, programmes, visit.now),
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
    code, by_card = read_code(asked.code, visit.chain.name), is_card(asked.code)
    wanted = (code.programme if code else "") or asked.programme
    programme = next((one for one in _open(visit) if one.name == wanted), None)
    basket = _basket(visit, who, asked.order)
    amount = sum(line.amount for line in basket) or read_amount(asked.amount, MOST)
    if programme is None or amount is None or (code is None and (not by_card or visit.site.pads is None)):
        wrong = Wrong(
            "" if amount else visit.say("shop.sell.bad_amount", most=f"{MOST:,}"),
            "" if programme else visit.say("shop.collect.bad_programme"),
            "" if code else words_of(visit, "card.absent" if by_card else "shop.payer_code"),
        )
        return _ask(visit, who, asked, wrong)
    lines = payable(programme, basket)
    if programme.goods and not lines:
        words = visit.say("shop.collect.no_goods" if basket else "shop.collect.needs_basket")
        return visit.page("shop/refused.html", 422, words=words, back="/shop/basket")
    whole = sum(line.amount for line in lines) or amount
    if code is None:
        return visit.page(
            "shop/pad.html", who=await named_seller(visit), programme=programme, amount=whole, asked=asked
        )
    return _proposal(visit, who, programme, code, whole, asked.order if basket else "", basket, lines)


def _proposal(
    visit: Visit,
    who: Seller,
    programme: Taken,
    code: PayerCode,
    whole: int,
    order: str,
    basket: tuple[BasketLine, ...],
    lines: list[PaidLine],
) -> Response[str]:
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


def is_card(text: str) -> bool:
    """Whether this has the form of a card's number, as its QR code holds it."""
    return _CARD.fullmatch(text.strip()) is not None


@post("/pad", status_code=200)
async def pay_by_card(visit: Visit) -> Response[Any]:
    """The one-time code of a card whose PIN the customer typed, for this till to collect with; or why there is none.

    The till is the pad by which wrong tries are counted. The PIN goes to the card service and is kept nowhere.
    """
    who, pads = seller(visit), visit.site.pads
    form = await read_form(visit)
    amount, programme = read_amount(form.get("amount", ""), MOST), form.get("programme", "")
    try:
        if pads is None:
            raise MadangError("card.absent", "This server keeps no cards. Ask for a one-time code.")
        if amount is None or not who.is_open or programme not in [one.name for one in _open(visit)]:
            raise Refused(400, "shop.order", "There is no such sale. Begin it anew.")
        shown = await pads.present(form.get("card", ""), form.get("pin", ""), programme, amount, who.party)
    except MadangError as error:
        return visit.page("site/refusal.html", 422, code=error.code, words=words_of(visit, error.code))
    return Response(encode({"code": shown.code}), media_type="application/json", headers=PAGE_HEADERS)


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


ROUTES = (ask, propose, pay_by_card, collected)
