"""Which payments of a block a shop is told of: its own, once, with all that was paid, and nothing of the payer."""

import json

import pytest

from madang.services.vouchers.queries import shop_payments
from madang.services.vouchers.transactions import Refund
from madang.web.shop.watching import payments_in, told
from tests.services.vouchers.scene import COUPON, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BAKERY


@pytest.fixture
def paid():
    """A world in which Alice paid 12,000 won at the bakery by two vouchers, and 500 of her own."""
    world = coupon_world()
    first, second = grant(world, row("r-1", ALICE.party), row("r-2", ALICE.party))
    world.accept(pay({first: 10_000, second: 1_500}, own=500), by=ALICE)
    return world


def events(world, *followed):
    """What is told of the last block to those who follow these shops."""
    found = payments_in(world.blocks[-1], lambda name: name in followed, lambda name: name == COUPON)
    return [(topic, event) for topic, event in found]


def test_a_payment_is_one_event_of_all_that_was_paid(paid):
    ((topic, event),) = events(paid, "bakery", "grocer")
    assert topic == "bakery"
    head, name, data, *_ = event.decode().split("\n")
    said = json.loads(data.removeprefix("data: "))
    assert (name, head) == ("event: payment", f"id: {said['at']}")
    assert (said["amount"], said["held"], said["order"]) == (12_000, 0, "order-1")
    assert set(said) == {"payment", "order", "at", "amount", "held", "number"}
    assert ALICE.party not in event.decode()


def test_it_is_the_event_that_the_shop_is_told_when_it_comes_back(paid):
    ((_, event),) = events(paid, "bakery")
    (seen,) = shop_payments(paid.state(), "bakery", COUPON)
    assert told(seen) == event


def test_other_shops_and_other_kinds_are_told_nothing(paid):
    assert events(paid, "grocer") == []
    assert list(payments_in(paid.blocks[-1], lambda _: True, lambda _: False)) == []


def test_a_refund_is_no_payment(paid):
    (seen,) = shop_payments(paid.state(), "bakery", COUPON)
    paid.advance(5)
    act = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=seen.payment, amount=1_000)
    paid.accept(act, by=BAKERY)
    assert events(paid, "bakery") == []
