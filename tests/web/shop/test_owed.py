"""What a shop may know of a payment, and where a refund comes from: as the rules then do it."""

import pytest

from madang.services.vouchers.queries import shop_payments, takings
from madang.services.vouchers.transactions import PayOut, Refund
from madang.web.shop.goods import taken
from madang.web.shop.owed import due, owed, own_money, promises
from madang.web.shop.payments import sale_of_order, sales
from tests.services.vouchers.scene import COUPON, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BAKERY, officer


@pytest.fixture
def paid():
    """A world in which Alice paid 12,000 won at the bakery by two vouchers, and 3,000 of her own."""
    world = coupon_world()
    first, second = grant(world, row("r-1", ALICE.party), row("r-2", ALICE.party))
    world.accept(pay({first: 10_000, second: 2_000}, own=3_000), by=ALICE)
    return world


def payment(world):
    """Her payment."""
    return shop_payments(world.state(), "bakery", COUPON)[0]


def test_a_payment_is_shown_as_the_ledger_shows_it_to_its_shop(paid):
    found = owed(paid.state(), COUPON, "bakery", payment(paid).payment)
    assert found.payment == payment(paid)
    assert (found.left, found.promised, found.goods) == (15_000, 0, ())
    assert owed(paid.state(), COUPON, "grocer", payment(paid).payment) is None
    assert owed(paid.state(), "nothing", "bakery", payment(paid).payment) is None


@pytest.mark.parametrize("amount", [1, 7, 5_000, 14_999, 15_000])
def test_a_refund_comes_from_where_the_page_says(paid, amount):
    split = owed(paid.state(), COUPON, "bakery", payment(paid).payment).split(amount)
    before = due(paid.state(), "bakery", COUPON), own_money(paid.state(), "bakery")
    act = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment(paid).payment, amount=amount)
    paid.accept(act, by=BAKERY)
    after = due(paid.state(), "bakery", COUPON), own_money(paid.state(), "bakery")
    assert (split.due, split.own) == (before[0] - after[0], before[1] - after[1])
    assert split.due + split.own == amount
    assert owed(paid.state(), COUPON, "bakery", payment(paid).payment).left == 15_000 - amount


def test_a_promise_is_dated_and_leaves_less_to_give_back(paid):
    paid.accept(PayOut(by="ministry", programme=COUPON, merchants=["bakery"]), by=officer("ministry"))
    paid.advance(60)
    act = Refund(
        by="bakery", programme=COUPON, merchant="bakery", payment=payment(paid).payment, amount=4_000, promised=True
    )
    paid.accept(act, by=BAKERY)
    (promise,) = promises(paid.state(), COUPON, "bakery")
    assert (promise.at, promise.amount, promise.number) == (paid.time, 4_000, payment(paid).number)
    found = owed(paid.state(), COUPON, "bakery", payment(paid).payment)
    assert (found.promised, found.left) == (4_000, 11_000)
    assert takings(paid.state(), "bakery", COUPON) == 0


def test_sales_are_those_of_a_stretch_of_time_the_newest_first(paid):
    programmes = taken(paid.state(), "en")
    assert [one.name for one in programmes] == [COUPON]
    first = payment(paid)
    paid.advance(100)
    (voucher,) = grant(paid, row("r-3", ALICE.party))
    paid.accept(pay({voucher: 7_000}), by=ALICE)
    found = sales(paid.state(), "bakery", programmes, first.at, paid.time + 1)
    assert [one.payment.amount for one in found] == [7_000, 15_000]
    assert [one.payment for one in sales(paid.state(), "bakery", programmes, first.at, first.at + 1)] == [first]
    assert sales(paid.state(), "grocer", programmes, 0, paid.time + 1) == []
    assert sale_of_order(paid.state(), "bakery", programmes, "order-1", first.at, first.at + 1).payment == first
    assert sale_of_order(paid.state(), "bakery", programmes, "order-2", 0, paid.time + 1) is None
