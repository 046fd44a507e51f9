"""Paying with vouchers, and giving back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.base.money import ledger as money
from madang.base.programmes.queries import programme
from madang.services.vouchers import queries
from madang.services.vouchers.refunding import in_ratio
from madang.services.vouchers.transactions import Expire, PayOut, Refund
from tests.services.vouchers.scene import CLOSES, COUPON, TILL, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officer
from tests.support.world import World


def left(world: World, number: str, holder: str = ALICE.party) -> int:
    view = queries.voucher(world.state(), holder, COUPON, number)
    assert view is not None
    return view.left


def totals(world: World) -> dict[str, int]:
    view = programme(world.state(), COUPON)
    assert view is not None
    return view.totals


def shop(world: World, reader: str = "bakery") -> list[queries.ShopPayment]:
    return queries.shop_payments(world.state(), reader, COUPON)


def test_a_payment_moves_money_from_the_voucher_to_what_the_shop_is_owed():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 12_000}), by=ALICE)
    assert left(world, voucher) == 168_000
    moved = {name: amount for name, amount in totals(world).items() if amount}
    assert moved == {"sponsor": 10_000_000, "free": 9_820_000, "issued": 168_000, "due": 12_000}
    assert queries.takings(world.state(), "bakery", COUPON) == 12_000
    world.check()


def test_several_vouchers_and_own_money_pay_all_or_nothing():
    world = coupon_world()
    first, second = grant(world, row("r1", ALICE.party, 150_000), row("r2", ALICE.party, 100_000))
    world.accept(pay({first: 150_000, second: 20_000}, own=30_000), by=ALICE)
    assert (left(world, first), left(world, second)) == (0, 80_000)
    assert money.balance(world.state(), "bakery") == 30_000
    (seen,) = shop(world)
    assert (seen.amount, seen.refunded) == (200_000, 0)
    world.refuse("programmes.clause", pay({second: 80_000, first: 1}), by=ALICE)
    world.check()


@pytest.mark.parametrize(
    ("code", "reason", "change"),
    [
        ("vouchers.merchant", "", {"merchant": "nowhere"}),
        ("programmes.clause", "spend.region", {"merchant": "centre"}),
        ("programmes.clause", "spend.small_shop", {"merchant": "grocer"}),
    ],
)
def test_a_payment_outside_the_rules_names_the_clause(code, reason, change):
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    assert world.refuse(code, pay({voucher: 1_000}, **change), by=ALICE).reason == reason


def test_nobody_pays_with_anothers_voucher():
    world = coupon_world()
    alices, boras = grant(world, row("r1", ALICE.party), row("r2", BORA.party))
    result = world.refuse("programmes.clause", pay({alices: 1_000}, by=BORA.party), by=BORA)
    assert result.reason == "spend.own_voucher"
    world.refuse("authority.not_signed", pay({alices: 1_000}), by=BORA)
    world.accept(pay({boras: 1_000}, by=BORA.party), by=BORA)


def test_the_last_second_counts_and_the_next_does_not():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.time = CLOSES - 1
    world.accept(pay({voucher: 1_000}), by=ALICE)
    world.refuse("programmes.clause", Expire(by=CHUL.party, programme=COUPON, vouchers=[voucher]), by=CHUL)
    world.advance(1)
    assert world.refuse("programmes.clause", pay({voucher: 1_000}), by=ALICE).reason == "spend.in_time"
    world.accept(Expire(by=CHUL.party, programme=COUPON, vouchers=[voucher]), by=CHUL)
    assert totals(world)["free"] == 9_999_000
    world.check()


def test_a_refund_follows_the_payment_in_ratio_and_never_exceeds_it():
    world = coupon_world()
    first, second = grant(world, row("r1", ALICE.party, 150_000), row("r2", ALICE.party, 100_000))
    world.accept(pay({first: 150_000, second: 20_000}, own=30_000), by=ALICE)
    (seen,) = shop(world)
    refund: dict[str, Any] = {"by": TILL.party, "programme": COUPON, "merchant": "bakery", "payment": seen.payment}
    world.accept(Refund(**refund, amount=100_001), by=TILL)
    assert (left(world, first), left(world, second)) == (75_001, 90_000)
    assert money.balance(world.state(), "bakery") == 15_000
    world.refuse("vouchers.refund_too_much", Refund(**refund, amount=100_000), by=TILL)
    world.accept(Refund(**refund, amount=99_999), by=TILL)
    assert (left(world, first), left(world, second)) == (150_000, 100_000)
    assert money.balance(world.state(), "bakery") == 0
    world.check()


def test_a_refund_after_the_use_by_date_goes_to_the_programme():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 50_000}), by=ALICE)
    (seen,) = shop(world)
    world.time = CLOSES
    refund = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=seen.payment, amount=50_000)
    world.accept(refund, by=BAKERY)
    assert totals(world)["free"] == 9_820_000 + 50_000
    world.check()


def test_merchants_are_paid_what_they_took():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 50_000}), by=ALICE)
    pay_out = PayOut(by="ministry", programme=COUPON, merchants=["bakery"])
    world.accept(pay_out, by=officer("ministry"))
    assert money.balance(world.state(), "bakery") == 50_000
    assert money.balance(world.state(), money.escrow_of(COUPON)) == 9_950_000
    world.refuse("vouchers.nothing_due", pay_out, by=officer("ministry"))
    world.check()


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9), st.data())
def test_a_split_is_whole_bounded_and_close_to_the_ratio(parts, data):
    amount = data.draw(st.integers(0, sum(parts)))
    shares = in_ratio(amount, parts)
    assert sum(shares) == amount
    for share, part in zip(shares, parts, strict=True):
        assert 0 <= share <= part
        assert not sum(parts) or abs(share - part * amount / sum(parts)) <= len(parts)
