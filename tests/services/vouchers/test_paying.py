"""What payments can do beside paying at once: baskets, deliveries, bills, codes, delegates."""

import base64
import hashlib
from typing import Any

import pytest

from madang.base.cards.transactions import Present
from madang.base.mandates.transactions import Grant as Mandate
from madang.base.mandates.transactions import Scope
from madang.base.money import ledger as money
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import (
    Bind,
    Capture,
    Collect,
    Draw,
    Freeze,
    Line,
    Order,
    PaidLine,
    PaymentPart,
    Recall,
    Refund,
    Void,
)
from tests.services.vouchers.everything import (
    CLOSES,
    DAY,
    FULL,
    HOLD_DAYS,
    MIDDLE,
    OPENS,
    grant,
    pay,
    paying,
    payments,
    row,
    view,
    world_of,
)
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, officer
from tests.support.world import World

CUSTOMER = "c" * 64


# --------------------------------------------------------------------------------------------------------- baskets


def basket(world: World, *lines: tuple[str, int], order: str = "order-1") -> None:
    made = [Line(goods=goods, amount=amount) for goods, amount in lines]
    world.accept(Order(by="bakery", merchant="bakery", order=order, lines=made), by=BAKERY)


def test_each_line_is_judged_and_the_others_are_paid():
    world = world_of()
    (number,) = grant(world, row("r1"))
    basket(world, ("bread", 3_000), ("drink", 2_000))
    refused = world.refuse("programmes.clause", paying((number, 3_000, 1), (number, 2_000, 2)), by=ALICE)
    assert refused.reason == "spend.no_drink"
    world.accept(paying((number, 3_000, 1), own=2_000), by=ALICE)
    assert [one.amount for one in payments(world)] == [5_000]


def test_a_basket_pays_once_and_no_more_than_it_says():
    world = world_of()
    (number,) = grant(world, row("r1"))
    basket(world, ("bread", 3_000))
    for part in ((number, 3_001, 1), (number, 1, 2)):
        world.refuse("vouchers.order_line", paying(part), by=ALICE)
    world.refuse("vouchers.order_line", paying((number, 2_000, 1), (number, 1_001, 1)), by=ALICE)
    world.refuse("vouchers.unknown_order", paying((number, 1, 1), order="other"), by=ALICE)
    world.accept(paying((number, 3_000, 1)), by=ALICE)
    world.refuse("vouchers.unknown_order", paying((number, 1, 1)), by=ALICE)


def test_only_who_sells_for_a_shop_names_its_baskets():
    world = world_of()
    act = Order(by="grocer", merchant="bakery", order="o", lines=[Line(goods="bread", amount=1)])
    world.refuse("vouchers.not_shop", act, by=GROCER)


def test_till_and_payer_can_sign_basket_and_payment_together():
    world = world_of()
    (number,) = grant(world, row("r1"))
    order = Order(by="bakery", merchant="bakery", order="order-1", lines=[Line(goods="film", amount=9_000)])
    world.accept(order, paying((number, 9_000, 1)), by=[BAKERY, ALICE])


def film(world: World, number: str, order: str) -> str:
    basket(world, ("film", 10_000), order=order)
    return pay(world, (number, 10_000, 1), order=order)


def test_goods_are_counted_over_all_time_and_a_refund_uncounts_them():
    world = world_of()
    (number,) = grant(world, row("r1"))
    film(world, number, "o1")
    world.advance(40 * DAY)
    second = film(world, number, "o2")
    basket(world, ("film", 10_000), order="o3")
    third = paying((number, 10_000, 1), order="o3")
    assert world.refuse("programmes.clause", third, by=ALICE).reason == "spend.films"
    part = Refund(by="bakery", programme=FULL, merchant="bakery", payment=second, amount=4_000)
    world.accept(part, by=BAKERY)
    assert world.refuse("programmes.clause", third, by=ALICE).reason == "spend.films"
    rest = Refund(by="bakery", programme=FULL, merchant="bakery", payment=second, amount=6_000)
    world.accept(rest, by=BAKERY)
    world.accept(third, by=ALICE)
    world.check()


@pytest.mark.parametrize(
    ("reason", "spent", "wait", "next_amount"),
    [
        ("spend.day_cap", [100_000, 90_000], 0, 10_001),
        ("spend.twice_a_day", [1, 1, 1, 1, 1], 0, 1),
        ("spend.month_cap", [140_000], 1, 130_001),
    ],
)
def test_caps_of_days_and_months_start_anew(reason, spent, wait, next_amount):
    world = world_of()
    (number,) = grant(world, row("r1", amount=900_000))
    if wait:
        for _ in range(1):
            pay(world, (number, 130_000))
            world.advance(wait * DAY)
    for amount in spent:
        pay(world, (number, amount))
        world.advance(wait * DAY)
    assert world.refuse("programmes.clause", paying((number, next_amount)), by=ALICE).reason == reason
    world.advance(31 * DAY if "month" in reason else DAY)
    world.accept(paying((number, next_amount)), by=ALICE)


def test_a_refund_reopens_a_day_only_on_that_day():
    world = world_of()
    (number,) = grant(world, row("r1", amount=900_000))
    first = pay(world, (number, 140_000))
    back = Refund(by="bakery", programme=FULL, merchant="bakery", payment=first, amount=140_000)
    same, later = world.fork(), world.fork()
    same.accept(back, by=BAKERY)
    same.accept(paying((number, 140_000)), by=ALICE)
    later.advance(DAY)
    pay(later, (number, 140_000))
    later.accept(back, by=BAKERY)
    assert later.refuse("programmes.clause", paying((number, 60_001)), by=ALICE).reason == "spend.day_cap"


def test_an_own_share_is_asked_of_the_payment_as_a_whole():
    world = world_of()
    (number,) = grant(world, row("r1", amount=900_000))
    refused = world.refuse("programmes.clause", paying((number, 150_000), own=14_999), by=ALICE)
    assert refused.reason == "spend.own_share"
    world.accept(paying((number, 150_000), own=15_000), by=ALICE)


# ------------------------------------------------------------------------------------------------------ deliveries


def delivery(world: World, number: str, amount: int = 50_000) -> str:
    return pay(world, (number, amount), later=True)


def capturing(payment: str, amount: int, by: str = "bakery") -> Capture:
    return Capture(by=by, programme=FULL, merchant="bakery", payment=payment, amount=amount)


def voiding(payment: str, by: str = "bakery") -> Void:
    return Void(by=by, programme=FULL, merchant="bakery", payment=payment)


def test_what_is_held_is_the_shops_only_when_it_delivers():
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = delivery(world, number)
    assert (view(world, number).left, queries.takings(world.state(), "bakery", FULL)) == (50_000, 0)
    assert [(one.amount, one.held) for one in payments(world)] == [(50_000, 50_000)]
    world.accept(capturing(payment, 30_000), by=BAKERY)
    world.refuse("vouchers.capture_too_much", capturing(payment, 20_001), by=BAKERY)
    back = Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=30_001)
    world.refuse("vouchers.refund_too_much", back, by=BAKERY)
    world.accept(voiding(payment), by=BAKERY)
    assert (view(world, number).left, queries.takings(world.state(), "bakery", FULL)) == (70_000, 30_000)
    world.refuse("vouchers.nothing_held", voiding(payment), by=BAKERY)
    world.refuse("vouchers.capture_too_much", capturing(payment, 1), by=BAKERY)
    world.check()


def test_a_shop_that_does_not_deliver_loses_it_and_then_anybody_lets_go():
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = delivery(world, number)
    world.advance(HOLD_DAYS * DAY - 1)
    refused = world.refuse("programmes.clause", voiding(payment, CHUL.party), by=CHUL)
    assert refused.reason == "void.released"
    world.advance(1)
    assert world.refuse("programmes.clause", capturing(payment, 1), by=BAKERY).reason == "capture.in_time"
    world.accept(voiding(payment, CHUL.party), by=CHUL)
    assert view(world, number).left == 100_000
    world.check()


@pytest.mark.parametrize("recalled", [True, False])
def test_what_a_voucher_can_not_take_back_is_the_programmes(recalled):
    world = world_of()
    (number,) = grant(world, row("r1"))
    if not recalled:
        world.time = CLOSES - 2 * DAY
    payment = delivery(world, number)
    if recalled:
        world.accept(Recall(by="ministry", programme=FULL, vouchers=[number]), by=officer("ministry"))
    else:
        world.time = CLOSES
    world.accept(voiding(payment), by=BAKERY)
    world.check()


@pytest.mark.parametrize(
    ("code", "act", "by"),
    [
        ("vouchers.not_shop", capturing("0" * 10 + "A" * 22, 1, "grocer"), GROCER),
        ("vouchers.unknown_payment", capturing("0" * 10 + "A" * 22, 1), BAKERY),
        ("vouchers.unknown_payment", voiding("0" * 10 + "A" * 22), BAKERY),
    ],
)
def test_who_holds_nothing_captures_nothing(code, act, by):
    world_of().refuse(code, act, by=by)


def test_own_money_is_not_held():
    world = world_of()
    (number,) = grant(world, row("r1"))
    world.refuse("vouchers.later_own", paying((number, 1), own=1, later=True), by=ALICE)


# ----------------------------------------------------------------------------------------------------------- bills


def drawing(number: str, amount: int, customer: str = CUSTOMER, by: str = "grocer") -> Draw:
    parts = [PaymentPart(voucher=number, amount=amount)]
    return Draw(by=by, programme=FULL, merchant="grocer", order="bill", customer=customer, parts=parts)


def test_a_utility_draws_the_bills_of_the_customer_whom_the_holder_named():
    world = world_of()
    (number,) = grant(world, row("r1"))
    refused = world.refuse("programmes.clause", drawing(number, 10_000), by=GROCER)
    assert refused.reason == "spend.own_voucher"
    bound = Bind(by=ALICE.party, programme=FULL, voucher=number, customer=CUSTOMER)
    stolen = Bind(by=BORA.party, programme=FULL, voucher=number, customer=CUSTOMER)
    assert world.refuse("programmes.clause", stolen, by=BORA).reason == "bind.own_voucher"
    world.accept(bound, by=ALICE)
    world.refuse("vouchers.not_shop", drawing(number, 1, by="bakery"), by=BAKERY)
    world.refuse("programmes.clause", drawing(number, 1, "d" * 64), by=GROCER)
    world.refuse("vouchers.unknown_voucher", drawing("A" * 22, 1), by=GROCER)
    world.accept(drawing(number, 10_000), by=GROCER)
    assert view(world, number).left == 90_000
    world.accept(paying((number, 1)), by=ALICE)
    world.check()


# ----------------------------------------------------------------------------------------------------------- codes


def code_of(number: int) -> str:
    return base64.b32encode(hashlib.sha256(bytes([number])).digest())[:26].decode()


def shown(world: World, number: int, limit: int = 100_000) -> str:
    code = code_of(number)
    digest = hashlib.sha256(code.encode()).hexdigest()
    act = Present(by=ALICE.party, code=digest, programme=FULL, limit=limit, until=world.time + 180)
    world.accept(act, by=ALICE)
    return code


def collecting(code: str, amount: int, by: str = "bakery", **members: Any) -> Collect:
    return Collect(by=by, programme=FULL, merchant="bakery", order="order-1", code=code, amount=amount, **members)


def test_a_shown_code_pays_once_from_what_ends_first():
    world = world_of()
    long, short = grant(world, row("r1", amount=10_000), row("r2", amount=10_000, until=MIDDLE))
    code = shown(world, 1)
    world.accept(collecting(code, 12_000), by=BAKERY)
    assert (view(world, short).left, view(world, long).left) == (0, 8_000)
    world.refuse("cards.code", collecting(code, 1), by=BAKERY)
    world.check()


def test_a_code_pays_the_lines_that_count():
    world = world_of()
    (number,) = grant(world, row("r1"))
    basket(world, ("bread", 3_000), ("drink", 2_000))
    code = shown(world, 1)
    both = collecting(code, 5_000, lines=[PaidLine(line=1, amount=3_000), PaidLine(line=2, amount=2_000)])
    assert world.refuse("programmes.clause", both, by=BAKERY).reason == "spend.no_drink"
    world.refuse("vouchers.lines", collecting(code, 2, lines=[PaidLine(line=1, amount=3)]), by=BAKERY)
    world.accept(collecting(code, 3_000, lines=[PaidLine(line=1, amount=3_000)]), by=BAKERY)
    assert view(world, number).left == 97_000


def test_what_is_frozen_over_or_not_begun_pays_nothing_and_the_shop_is_told_no_more():
    world = world_of()
    frozen, over, ahead, small = grant(
        world,
        row("frozen"),
        row("over", until=OPENS + DAY),
        row("ahead", since=MIDDLE),
        row("small", amount=5_000),
    )
    world.accept(Freeze(by=ALICE.party, programme=FULL, vouchers=[frozen]), by=ALICE)
    world.advance(DAY)
    refused = world.refuse("vouchers.not_collected", collecting(shown(world, 1), 5_001), by=BAKERY)
    assert all(word not in refused.message for word in (over, ahead, "5000", "5_000"))
    world.accept(collecting(shown(world, 2), 5_000), by=BAKERY)
    assert view(world, small).left == 0


def test_a_code_is_of_no_use_to_who_does_not_sell():
    world = world_of()
    grant(world, row("r1"))
    world.refuse("vouchers.not_shop", collecting(shown(world, 1), 1, by=CHUL.party), by=CHUL)


# ------------------------------------------------------------------------------------------------------- delegates


def test_a_delegate_pays_within_the_mandate_and_adds_own_money_of_the_delegates():
    world = world_of()
    (number,) = grant(world, row("r1"))
    act = paying((number, 10_000), by=CHUL, own=500, holder=ALICE.party)
    world.refuse("mandates.none", act, by=CHUL)
    scope = Scope(acts=["vouchers.pay"], per_use=10_000, total=15_000, until=world.time + DAY)
    world.accept(Mandate(by=ALICE.party, delegate=CHUL.party, scope=scope), by=ALICE)
    world.accept(act, by=CHUL)
    assert (view(world, number).left, money.balance(world.state(), CHUL.party)) == (90_000, 199_500)
    world.refuse("mandates.total", act, by=CHUL)
    world.refuse("mandates.per_use", paying((number, 10_001), by=CHUL, holder=ALICE.party), by=CHUL)
    world.check()
