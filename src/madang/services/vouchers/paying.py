"""Vouchers pay: at a shop, for a bill that a utility draws, for a delivery that holds the money first."""

from collections.abc import Mapping, Sequence
from typing import Any

from madang.base.cards import ledger as cards
from madang.base.mandates import ledger as mandates
from madang.base.merchants import queries as merchants
from madang.base.money import ledger as money
from madang.base.programmes.ledger import NewKey, apply
from madang.base.programmes.state import Compiled
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, Rule
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers.access import existing, require_own_key, require_seller, shop_of, voucher_programme
from madang.services.vouchers.editions import edition_now
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.shopside import NOBODY, UNNAMED, Purchase, nobodys
from madang.services.vouchers.state import (
    BASKETS,
    MAX_BASKETS,
    OWN,
    SHELVED,
    SHELVES,
    Basket,
    BasketLine,
    OwnMoney,
    Shelf,
    Shelved,
    parts_of,
    voucher_of,
    vouchers_of,
)
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


def order(call: Call, act: Order) -> None:
    """A shop says what is in a basket. It lies at the next place of the shop's shelf; what lay there is gone."""
    require_seller(call.state, act.by, act.merchant)
    lines = tuple(BasketLine(line.goods, line.amount) for line in act.lines)
    before = call.state.get(BASKETS, act.merchant, act.order)
    place = before.place if before else _next_place(call.state, act.merchant, act.order)
    call.state.put(BASKETS, Basket(lines, place), act.merchant, act.order)


def _next_place(state: State, merchant: str, order_name: str) -> int:
    shelf = state.get(SHELVES, merchant) or Shelf(0)
    place = shelf.named % MAX_BASKETS
    lying = state.get(SHELVED, merchant, place)
    oldest = state.get(BASKETS, merchant, lying.order) if lying else None
    # An order that was paid and named again lies elsewhere now.
    if lying and oldest and oldest.place == place:
        state.delete(BASKETS, merchant, lying.order)
    state.put(SHELVED, Shelved(order_name), merchant, place)
    state.put(SHELVES, Shelf(shelf.named + 1), merchant)
    return place


def pay(call: Call, act: Pay) -> None:
    """Single spends, one a voucher, all or nothing; then the own money that whoever signs confirmed.

    The payer's own key signs, or a delegate's: no officer spends what is an institution's. A delegate learns of each
    try whether it pays, within what the mandate allows, and of what does not pay no reason that is the holder's. So a
    delegate's own money moves first: that it does not suffice must not tell that the voucher would.
    """
    programme, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    if act.later and act.own:
        raise refuse("later_own")
    holder = act.holder or act.by
    if holder != act.by:
        whole = sum(part.amount for part in act.parts)
        mandates.use(call, holder, act.by, "vouchers.pay", act.programme, whole)
    purchase = Purchase(
        act.programme,
        act.merchant,
        act.order,
        shop_of(call, act.programme, ruled, act.merchant),
        _goods(call, ruled, act, act.parts),
        edition_now(call, act.programme, programme, ruled),
        act.own,
        act.later,
    )
    if holder == act.by:
        payment = _spend(call, ruled, purchase, act.parts, holder)
        money.transfer(call, act.by, act.merchant, act.own)
    else:
        money.transfer(call, act.by, act.merchant, act.own)
        payment = _spend_for(call, ruled, purchase, act.parts, holder)
    if act.own:
        call.state.put(OWN, OwnMoney(act.by, act.own, 0), act.programme, act.merchant, payment)


def _spend_for(call: Call, ruled: Compiled, purchase: Purchase, parts: Sequence[PaymentPart], holder: str) -> str:
    """`_spend` with somebody else's vouchers."""
    try:
        return _spend(call, ruled, purchase, parts, holder)
    except Rejected:
        lines = [(part.line, part.amount) for part in parts]
        raise nobodys(call, ruled, purchase, lines, NOBODY) or refuse("not_paid_for") from None


def draw(call: Call, act: Draw) -> None:
    """A utility's own key draws on what was bound to the customer, as far as it goes.

    What it asks for beyond that is not refused, so that a refusal is no answer to how much is left.
    """
    programme, ruled = voucher_programme(call.state, act.programme)
    require_seller(call.state, act.by, act.merchant)
    purchase = Purchase(
        act.programme,
        act.merchant,
        act.order,
        shop_of(call, act.programme, ruled, act.merchant),
        _goods(call, ruled, act, [PaidLine(line=0, amount=act.amount)]),
        edition_now(call, act.programme, programme, ruled),
    )
    found = [voucher_of(call.state, ruled, act.programme, number) for number in dict.fromkeys(act.vouchers)]
    bound = [one for one in found if one is not None and one.customer == act.customer]
    parts, _ = _taken(_usable(bound, call.time), 0, act.amount)
    try:
        if not parts:
            raise refuse("not_drawn")
        _spend(call, ruled, purchase, parts, act.customer, drawn=True)
    except Rejected:
        raise nobodys(call, ruled, purchase, [(0, act.amount)], act.customer) or refuse("not_drawn") from None


def collect(call: Call, act: Collect) -> None:
    """A code that the payer showed pays with the payer's vouchers, those that end first in front.

    Where they don't pay, the shop learns what nobody's voucher would pay here, and nothing that depends on this payer.
    """
    programme, ruled = voucher_programme(call.state, act.programme)
    require_seller(call.state, act.by, act.merchant)
    lines = act.lines or [PaidLine(line=0, amount=act.amount)]
    if sum(line.amount for line in lines) != act.amount:
        raise refuse("lines", amount=act.amount)
    holder = cards.redeem(call, act.code, act.programme, act.amount)
    purchase = Purchase(
        act.programme,
        act.merchant,
        act.order,
        shop_of(call, act.programme, ruled, act.merchant),
        _goods(call, ruled, act, lines),
        edition_now(call, act.programme, programme, ruled),
    )
    parts = _chosen(vouchers_of(call.state, ruled, act.programme, holder), lines, call.time)
    try:
        if not parts:
            raise refuse("not_collected")
        _spend(call, ruled, purchase, parts, holder)
    except Rejected:
        asked = [(line.line, line.amount) for line in lines]
        raise nobodys(call, ruled, purchase, asked, NOBODY) or refuse("not_collected") from None


def _usable(vouchers: Sequence[Any], time: int) -> dict[str, int]:
    """What is left on those vouchers that pay now, in their order."""
    return {one.number: one.left for one in vouchers if one.status == "active" and one.since <= time < one.until}


def _taken(left: dict[str, int], line: int, wanted: int) -> tuple[list[PaymentPart], int]:
    """Parts that take what is wanted for a line as far as it goes, off what is left; and how much is wanting."""
    parts = []
    for number, rest in left.items():
        amount = min(wanted, rest)
        if amount:
            parts.append(PaymentPart(voucher=number, amount=amount, line=line))
            left[number] -= amount
            wanted -= amount
    return parts, wanted


def _chosen(vouchers: Sequence[Any], lines: Sequence[PaidLine], time: int) -> list[PaymentPart]:
    """Which vouchers pay how much of each line; none where they don't suffice or would be too many."""
    left = _usable(vouchers, time)
    parts: list[PaymentPart] = []
    for line in lines:
        taken, wanting = _taken(left, line.line, line.amount)
        parts += taken
        if wanting or len(parts) > MAX_PARTS:
            return []
    return parts


def _spend(
    call: Call, ruled: Compiled, purchase: Purchase, parts: Sequence[PaymentPart], payer: str, *, drawn: bool = False
) -> str:
    """The parts of a payment, in order; returns its number. `payer` is the holder, or the customer `drawn` on."""
    programme, merchant = purchase.programme, purchase.merchant
    payment = f"{call.time:010x}{call.handle()}"
    whole = sum(part.amount for part in parts)
    # Its last part counts a line: the earlier ones don't use up the purchase that they belong to, and refunds and
    # captures come to it when nothing else of the line is left.
    counted = {part.line: place for place, part in enumerate(parts)}
    for place, part in enumerate(parts):
        # What a utility draws on is the holder's, whose customer it is.
        holder = existing(call.state, ruled, programme, part.voucher).holder if drawn else payer
        on = (part.voucher, holder, merchant, NewKey(f"{merchant}/{payment}/{place}"), purchase.shop)
        given = purchase.given(part.line, part.amount, payer, whole, counted=counted[part.line] == place)
        apply(call, programme, ruled, "spend", on, given)
    return payment


def _goods(
    call: Call, ruled: Compiled, act: Pay | Draw | Collect, parts: Sequence[PaymentPart | PaidLine]
) -> dict[int, str]:
    """The class of goods of each line that is paid. A basket is used once, and pays no more of a line than it says.

    Where the programme's own rules look at goods, each part names a line: a rule about what may not be bought would
    be met by naming nothing. A document that speaks of unnamed goods itself is taken at its word.
    """
    goods = {0: UNNAMED}
    named = [part for part in parts if part.line]
    rules = ruled.speaks_of["spend"]
    if len(named) < len(parts) and "goods" in rules and UNNAMED not in rules:
        raise refuse("no_lines", programme=act.programme)
    if not named:
        return goods
    basket = call.state.get(BASKETS, act.merchant, act.order)
    if basket is None:
        raise refuse("unknown_order", merchant=act.merchant, order=act.order)
    left = {number: line.amount for number, line in enumerate(basket.lines, 1)}
    for part in named:
        left[part.line] = left.get(part.line, 0) - part.amount
        if left[part.line] < 0:
            raise refuse("order_line", line=part.line)
        goods[part.line] = basket.lines[part.line - 1].goods
    call.state.delete(BASKETS, act.merchant, act.order)
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
