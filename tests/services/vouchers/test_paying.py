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
from madang.services.vouchers.state import BASKETS, MAX_BASKETS
from madang.services.vouchers.transactions import (
    Bind,
    Capture,
    Collect,
    Draw,
    Freeze,
    Line,
    Order,
    PaidLine,
    Pay,
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


def test_a_programme_with_rules_about_goods_takes_nothing_that_names_no_line():
    """A rule about what may not be bought would be met by naming nothing."""
    world = world_of(lines=True)
    (number,) = grant(world, row("r1"))
    world.refuse("vouchers.no_lines", paying((number, 1)), by=ALICE)
    basket(world, ("bread", 3_000), ("drink", 2_000))
    world.refuse("vouchers.no_lines", paying((number, 3_000, 1), (number, 1)), by=ALICE)
    assert world.refuse("programmes.clause", paying((number, 1, 2)), by=ALICE).reason == "spend.no_drink"
    world.accept(paying((number, 3_000, 1)), by=ALICE)
    bound(world, number)
    world.refuse("vouchers.no_lines", drawing(number, amount=1), by=GROCER)
    code = shown(world, 1)
    world.refuse("vouchers.no_lines", collecting(code, 1_000), by=BAKERY)
    basket(world, ("bread", 1_000))
    world.accept(collecting(code, 1_000, lines=[PaidLine(line=1, amount=1_000)]), by=BAKERY)
    world.check()


def test_of_a_shops_baskets_the_last_thousand_can_be_paid():
    world = world_of()
    (number,) = grant(world, row("r1"))
    for name in ("first", "second"):
        basket(world, ("bread", 1), order=name)
    basket(world, ("bread", 2), order="first")  # what is said again lies where it lay
    for start in range(0, MAX_BASKETS - 2, 16):
        some = [f"o{place}" for place in range(start, min(start + 16, MAX_BASKETS - 2))]
        lines = [Line(goods="bread", amount=1)]
        world.accept(*[Order(by="bakery", merchant="bakery", order=one, lines=lines) for one in some], by=BAKERY)
    world.check()
    still = world.fork()
    still.accept(paying((number, 2, 1), order="first"), by=ALICE)
    basket(world, ("bread", 1), order="last")
    assert len(list(world.state().scan(BASKETS, "bakery"))) == MAX_BASKETS
    world.refuse("vouchers.unknown_order", paying((number, 2, 1), order="first"), by=ALICE)
    world.accept(paying((number, 1, 1), order="second"), by=ALICE)
    # Another shop's shelf is its own.
    goods = [Line(goods="bread", amount=1)]
    world.accept(Order(by="grocer", merchant="grocer", order="first", lines=goods), by=GROCER)
    world.accept(paying((number, 1, 1), order="first", merchant="grocer"), by=ALICE)
    basket(world, ("bread", 1), order="second")  # it was paid, and lies at a new place
    basket(world, ("bread", 1), order="third")
    world.accept(paying((number, 1, 1), order="second"), by=ALICE)
    world.check()


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


def drawing(*numbers: str, amount: int, customer: str = CUSTOMER, by: str = "grocer") -> Draw:
    vouchers = list(numbers)
    return Draw(
        by=by, programme=FULL, merchant="grocer", order="bill", customer=customer, vouchers=vouchers, amount=amount
    )


def test_a_utility_draws_the_bills_of_the_customer_whom_the_holder_named():
    world = world_of()
    (number,) = grant(world, row("r1"))
    world.refuse("vouchers.not_drawn", drawing(number, amount=10_000), by=GROCER)
    bound = Bind(by=ALICE.party, programme=FULL, voucher=number, customer=CUSTOMER)
    stolen = Bind(by=BORA.party, programme=FULL, voucher=number, customer=CUSTOMER)
    assert world.refuse("programmes.clause", stolen, by=BORA).reason == "bind.own_voucher"
    world.accept(bound, by=ALICE)
    world.refuse("vouchers.not_shop", drawing(number, amount=1, by="bakery"), by=BAKERY)
    world.refuse("vouchers.not_drawn", drawing(number, amount=1, customer="d" * 64), by=GROCER)
    world.refuse("vouchers.not_drawn", drawing("A" * 22, amount=1), by=GROCER)
    world.accept(drawing(number, amount=10_000), by=GROCER)
    assert view(world, number).left == 90_000
    world.accept(paying((number, 1)), by=ALICE)
    world.check()


def bound(world: World, *numbers: str) -> None:
    for number in numbers:
        world.accept(Bind(by=ALICE.party, programme=FULL, voucher=number, customer=CUSTOMER), by=ALICE)


def test_a_bill_is_drawn_as_far_as_the_vouchers_go():
    world = world_of()
    numbers = grant(world, row("r1", amount=10_000), row("r2", amount=20_000), row("r3", amount=70_000))
    bound(world, *numbers)
    first, second, third = numbers
    world.accept(Freeze(by=ALICE.party, programme=FULL, vouchers=[second]), by=ALICE)
    world.accept(drawing(first, second, first, "A" * 22, third, amount=50_000), by=GROCER)
    assert [view(world, one).left for one in numbers] == [0, 20_000, 30_000]
    world.accept(drawing(first, third, amount=50_000), by=GROCER)
    assert [one.amount for one in payments(world, "grocer")] == [50_000, 30_000]
    world.check()


def test_a_utility_learns_nothing_from_a_bill_that_is_not_drawn():
    """Empty, frozen, another's, over for today or none at all: one answer, whatever is asked for."""
    world = world_of()
    empty, frozen, free, done = grant(
        world, row("r1", amount=1), row("r2"), row("r3"), row("r4", CHUL.party, amount=200_000)
    )
    bound(world, empty, frozen)
    world.accept(paying((empty, 1)), by=ALICE)
    world.accept(Freeze(by=ALICE.party, programme=FULL, vouchers=[frozen]), by=ALICE)
    for amount in (1, 99_999, 100_001):
        for number in (empty, frozen, free, done, "A" * 22):
            refused = world.refuse("vouchers.not_drawn", drawing(number, amount=amount), by=GROCER)
            assert refused.reason == ""


def test_what_is_wrong_with_a_bill_whoever_pays_is_said():
    """The programme takes at most 200,000 won a day of anybody."""
    world = world_of()
    (number,) = grant(world, row("r1", amount=300_000))
    bound(world, number)
    for drawn in (number, "A" * 22):
        refused = world.refuse("programmes.clause", drawing(drawn, amount=200_001), by=GROCER)
        assert refused.reason == "spend.day_cap"


def test_a_bill_comes_last_so_that_nothing_after_it_takes_the_answer_back():
    world = world_of()
    (number,) = grant(world, row("r1"))
    bound(world, number)
    failing = drawing("A" * 22, amount=1)
    world.refuse("kernel.not_last", drawing(number, amount=1), failing, by=GROCER)


# ------------------------------------------------------------------------------------------------------- delegates


def delegated(world: World, per_use: int = 150_000) -> None:
    scope = Scope(acts=["vouchers.pay"], per_use=per_use, total=10_000_000, until=world.time + 20 * DAY)
    world.accept(Mandate(by=ALICE.party, delegate=CHUL.party, scope=scope), by=ALICE)


def for_alice(*parts: tuple[Any, ...], **members: Any) -> Pay:
    return paying(*parts, by=CHUL, holder=ALICE.party, **members)


def test_a_delegate_is_told_no_reason_that_is_the_holders():
    """Too little left, frozen, recalled, counted out for today, another's, or none at all: one answer."""
    world = world_of()
    poor, frozen, gone, other = grant(world, row("r1", amount=5_000), row("r2"), row("r3"), row("r4", CHUL.party))
    world.accept(Freeze(by=ALICE.party, programme=FULL, vouchers=[frozen]), by=ALICE)
    world.accept(Recall(by="ministry", programme=FULL, vouchers=[gone]), by=officer("ministry"))
    delegated(world)
    for number, amount in ((poor, 5_001), (poor, 100_000), (frozen, 1), (gone, 1), (other, 1), ("A" * 22, 1)):
        refused = world.refuse("vouchers.not_paid_for", for_alice((number, amount)), by=CHUL)
        assert (refused.reason, "5" in refused.message) == ("", False)
    for place in range(5):
        world.accept(paying((poor, 1), order=f"o{place}"), by=ALICE)
    world.refuse("vouchers.not_paid_for", for_alice((poor, 1)), by=CHUL)
    world.advance(DAY)
    world.accept(for_alice((poor, 4_995)), by=CHUL)
    # The holder is still told what it is.
    assert world.refuse("programmes.clause", paying((poor, 1)), by=ALICE).reason == "spend.enough"
    world.check()


def test_a_delegate_is_told_what_no_voucher_could_pay():
    world = world_of()
    grant(world, row("r1", amount=200_000))
    delegated(world)
    refused = world.refuse("programmes.clause", for_alice(("A" * 22, 150_000)), by=CHUL)
    assert refused.reason == "spend.own_share"


def test_own_money_that_does_not_suffice_tells_a_delegate_nothing_of_the_voucher():
    world = world_of()
    rich, poor = grant(world, row("r1"), row("r2", amount=1))
    delegated(world)
    for number in (rich, poor, "A" * 22):
        world.refuse("money.balance", for_alice((number, 50_000), own=5_000_000), by=CHUL)


def test_a_delegates_payment_comes_last_so_that_nothing_after_it_takes_the_answer_back():
    world = world_of()
    rich, poor = grant(world, row("r1"), row("r2", amount=1))
    delegated(world)
    failing = paying(("A" * 22, 1), by=CHUL)
    for number in (rich, poor):
        world.refuse("kernel.not_last", for_alice((number, 50_000)), failing, by=CHUL)
        assert (
            world.machine.open(world.store, world.height + 1, world.time).preview(
                [for_alice((number, 50_000))], frozenset([CHUL.party])
            )
            is None
        )
    world.accept(paying((rich, 1)), paying((rich, 1), order="second"), by=ALICE)


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
