"""Vouchers pay: at a shop, for a bill that a utility draws, for a delivery that holds the money first."""

from collections.abc import Mapping, Sequence
from typing import Any

from madang.base.cards import ledger as cards
from madang.base.mandates import ledger as mandates
from madang.base.merchants import queries as merchants
from madang.base.money import ledger as money
from madang.base.programmes.ledger import apply
from madang.base.programmes.state import Compiled
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act
from madang.services.vouchers.access import existing, require_own_key, require_seller, shop_of, voucher_programme
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.shopside import nobodys
from madang.services.vouchers.state import BASKETS, OWN, Basket, BasketLine, OwnMoney, parts_of, vouchers_of
from madang.services.vouchers.transactions import (
    MAX_PARTS,
    Bind,
    Capture,
    Collect,
    Draw,
    Order,
    PaidLine,
    Pay,
    PaymentPart,
    Void,
)

UNNAMED = "-"
"""The goods of a part that names no line of a basket."""


def order(call: Call, act: Order) -> None:
    """A shop says what is in a basket."""
    require_seller(call.state, act.by, act.merchant)
    lines = tuple(BasketLine(line.goods, line.amount) for line in act.lines)
    call.state.put(BASKETS, Basket(lines), act.merchant, act.order)


def pay(call: Call, act: Pay) -> None:
    """Single spends, one a voucher, all or nothing; then the own money that whoever signs confirmed.

    The payer's own key signs, or a delegate's: no officer spends what is an institution's.
    """
    _, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    if act.later and act.own:
        raise refuse("later_own")
    holder = act.holder or act.by
    if holder != act.by:
        whole = sum(part.amount for part in act.parts)
        mandates.use(call, holder, act.by, "vouchers.pay", act.programme, whole)
    shop = shop_of(call, act.programme, ruled, act.merchant)
    goods = _goods(call, act.merchant, act.order, act.parts)
    payment = _spend(call, act, ruled, act.parts, holder, act.own, shop=shop, goods=goods, later=act.later)
    if act.own:
        money.transfer(call, act.by, act.merchant, act.own)
        call.state.put(OWN, OwnMoney(act.by, act.own, 0), act.programme, act.merchant, payment)


def draw(call: Call, act: Draw) -> None:
    """A utility's own key draws on what was bound to the customer."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_seller(call.state, act.by, act.merchant)
    shop = shop_of(call, act.programme, ruled, act.merchant)
    goods = _goods(call, act.merchant, act.order, act.parts)
    _spend(call, act, ruled, act.parts, act.customer, 0, shop=shop, goods=goods)


def collect(call: Call, act: Collect) -> None:
    """A code that the payer showed pays with the payer's vouchers, those that end first in front.

    Where they don't pay, the shop learns what nobody's voucher would pay here, and nothing that depends on this payer.
    """
    _, ruled = voucher_programme(call.state, act.programme)
    require_seller(call.state, act.by, act.merchant)
    lines = act.lines or [PaidLine(line=0, amount=act.amount)]
    if sum(line.amount for line in lines) != act.amount:
        raise refuse("lines", amount=act.amount)
    holder = cards.redeem(call, act.code, act.programme, act.amount)
    shop = shop_of(call, act.programme, ruled, act.merchant)
    goods = _goods(call, act.merchant, act.order, lines)
    parts = _chosen(vouchers_of(call.state, ruled, act.programme, holder), lines, call.time)
    try:
        if not parts:
            raise refuse("not_collected")
        _spend(call, act, ruled, parts, holder, 0, shop=shop, goods=goods)
    except Rejected:
        reason = nobodys(call, act, ruled, shop, [(line.amount, goods[line.line]) for line in lines])
        raise reason or refuse("not_collected") from None


def _chosen(vouchers: Sequence[Any], lines: Sequence[PaidLine], time: int) -> list[PaymentPart]:
    """Which vouchers pay how much of each line; none where they don't suffice or would be too many."""
    left = [[one.number, one.left] for one in vouchers if one.status == "active" and one.since <= time < one.until]
    parts = []
    for line in lines:
        wanted = line.amount
        for voucher in left:
            amount = min(wanted, voucher[1])
            if amount:
                parts.append(PaymentPart(voucher=voucher[0], amount=amount, line=line.line))
                voucher[1] -= amount
                wanted -= amount
        if wanted or len(parts) > MAX_PARTS:
            return []
    return parts


def _spend(
    call: Call,
    act: Pay | Draw | Collect,
    ruled: Compiled,
    parts: Sequence[PaymentPart],
    payer: str,
    own: int,
    *,
    shop: Any,
    goods: Mapping[int, str],
    later: bool = False,
) -> str:
    """The parts of a payment, in order; returns its number. `payer` is the holder, or the customer of a utility."""
    payment = f"{call.time:010x}{call.handle()}"
    whole = sum(part.amount for part in parts)
    # Its last part counts a line: the earlier ones don't use up the purchase that they belong to, and refunds and
    # captures come to it when nothing else of the line is left.
    counted = {part.line: place for place, part in enumerate(parts)}
    for place, part in enumerate(parts):
        # What a utility draws on is the holder's, whose customer it is.
        holder = existing(call.state, ruled, act.programme, part.voucher).holder if isinstance(act, Draw) else payer
        on = (part.voucher, holder, act.merchant, f"{act.merchant}/{payment}/{place}", shop)
        held = part.amount if later else 0
        given = (part.amount, held, payer, act.order, goods[part.line], counted[part.line] == place, whole, own)
        apply(call, act.programme, ruled, "spend", on, given)
    return payment


def _goods(call: Call, merchant: str, order_name: str, parts: Sequence[PaymentPart | PaidLine]) -> dict[int, str]:
    """The class of goods of each line that is paid. A basket is used once, and pays no more of a line than it says."""
    goods = {0: UNNAMED}
    named = [part for part in parts if part.line]
    if not named:
        return goods
    basket = call.state.get(BASKETS, merchant, order_name)
    if basket is None:
        raise refuse("unknown_order", merchant=merchant, order=order_name)
    left = {number: line.amount for number, line in enumerate(basket.lines, 1)}
    for part in named:
        left[part.line] = left.get(part.line, 0) - part.amount
        if left[part.line] < 0:
            raise refuse("order_line", line=part.line)
        goods[part.line] = basket.lines[part.line - 1].goods
    call.state.delete(BASKETS, merchant, order_name)
    return goods


def bind(call: Call, act: Bind) -> None:
    """A holder names the customer whose bills a voucher pays."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    apply(call, act.programme, ruled, "bind", (act.voucher,), (act.by, act.customer))


def capture(call: Call, act: Capture) -> None:
    """What was held is due to the shop, of the last parts first: what is let go leaves the purchase counted."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_seller(call.state, act.by, act.merchant)
    parts = parts_of(call.state, ruled, act.programme, act.merchant, act.payment)
    if not parts:
        raise refuse("unknown_payment", merchant=act.merchant)
    held = sum(part.held for _, part in parts)
    if act.amount > held:
        raise refuse("capture_too_much", left=held, amount=act.amount)
    left = act.amount
    for key, part in reversed(parts):
        taken = min(left, part.held)
        if taken:
            apply(call, act.programme, ruled, "capture", (act.merchant, key), (taken,))
        left -= taken


def void(call: Call, act: Void) -> None:
    """What is still held goes back to the vouchers, or to the programme where a voucher can't take it any more."""
    _, ruled = voucher_programme(call.state, act.programme)
    parts = parts_of(call.state, ruled, act.programme, act.merchant, act.payment)
    if not parts:
        raise refuse("unknown_payment", merchant=act.merchant)
    if not any(part.held for _, part in parts):
        raise refuse("nothing_held")
    by_shop = merchants.may_sell_for(call.state, act.by, act.merchant)
    for key, part in parts:
        if not part.held:
            continue
        voucher = existing(call.state, ruled, act.programme, part.voucher)
        given = (part.held, by_shop)
        if voucher.status in ("active", "frozen") and call.time < voucher.until:
            apply(call, act.programme, ruled, "void", (part.voucher, voucher.holder, key), given)
        else:
            apply(call, act.programme, ruled, "void_late", (part.voucher, key), given)


RULES: Mapping[type[Act], Rule] = {
    Order: order,
    Pay: pay,
    Collect: collect,
    Draw: draw,
    Bind: bind,
    Capture: capture,
    Void: void,
}
