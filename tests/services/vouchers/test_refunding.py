"""Refunds that a shop can't make at once, and those that come after the use-by date."""

import pytest

from madang.base.money import ledger as money
from madang.base.programmes.queries import programme
from madang.services.vouchers import queries
from madang.services.vouchers.refunding import MAX_PROMISES
from madang.services.vouchers.transactions import Expire, KeepPromises, PayOut, Recall, Refund, Repay
from tests.services.vouchers.everything import (
    CLOSES,
    DAY,
    FULL,
    MIDDLE,
    REISSUE_DAYS,
    grant,
    pay,
    paying,
    payments,
    row,
    view,
    world_of,
)
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, officer
from tests.support.world import World, present

MINISTRY = officer("ministry")


def refunding(payment: str, amount: int, *, promised: bool = False) -> Refund:
    return Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=amount, promised=promised)


def paying_out() -> PayOut:
    return PayOut(by="ministry", programme=FULL, merchants=["bakery"])


def emptied() -> tuple[World, str, str]:
    """A world in which the bakery was paid out all it took, 30,000 won of Alice's; her voucher, and the payment."""
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 30_000))
    world.accept(paying_out(), by=MINISTRY)
    return world, number, payment


def test_an_empty_shop_promises_and_what_it_takes_next_keeps_it():
    world, number, payment = emptied()
    assert world.refuse("programmes.clause", refunding(payment, 20_000), by=BAKERY).reason == "refund.covered"
    world.accept(refunding(payment, 20_000, promised=True), by=BAKERY)
    assert view(world, number).left == 70_000
    world.refuse("vouchers.refund_too_much", refunding(payment, 10_001, promised=True), by=BAKERY)
    keeping = KeepPromises(by=CHUL.party, programme=FULL, merchant="bakery")
    world.refuse("vouchers.nothing_promised", keeping, by=CHUL)
    (boras,) = grant(world, row("r2", BORA.party))
    pay(world, (boras, 19_999), by=BORA)
    world.refuse("vouchers.nothing_promised", keeping, by=CHUL)
    world.refuse("vouchers.refunds_promised", paying_out(), by=MINISTRY)
    pay(world, (boras, 5_001), by=BORA)
    world.accept(keeping, by=CHUL)
    assert (view(world, number).left, queries.takings(world.state(), "bakery", FULL)) == (90_000, 5_000)
    world.check()


def test_a_payout_makes_promised_refunds_first():
    world, number, payment = emptied()
    world.accept(refunding(payment, 20_000, promised=True), by=BAKERY)
    (boras,) = grant(world, row("r2", BORA.party))
    pay(world, (boras, 50_000), by=BORA)
    before = money.balance(world.state(), "bakery")
    world.accept(paying_out(), by=MINISTRY)
    assert (view(world, number).left, money.balance(world.state(), "bakery") - before) == (90_000, 30_000)
    world.check()


@pytest.mark.parametrize("by", ["bakery", "bank-a"])
def test_a_shop_or_its_bank_puts_back_what_a_refund_needs(by):
    world, number, payment = emptied()
    signer = BAKERY if by == "bakery" else officer("bank-a")
    if by == "bank-a":
        from madang.base.money.transactions import IssueTokens, OpenAccounts

        world.accept(OpenAccounts(by="bank-a", owners=["bank-a"]), by=signer)
        world.accept(IssueTokens(by="bank-a", account="bank-a", amount=50_000, reference="own"), by=signer)
    repaying = Repay(by=by, programme=FULL, merchant="bakery", amount=20_000)
    world.accept(repaying, by=signer)
    world.accept(refunding(payment, 20_000), by=BAKERY)
    assert view(world, number).left == 90_000
    world.check()


def test_nobody_else_repays():
    world, _, _ = emptied()
    for by, signer in (("grocer", GROCER), ("bank-b", officer("bank-b"))):
        repaying = Repay(by=by, programme=FULL, merchant="bakery", amount=1)
        world.refuse("vouchers.not_repayer", repaying, by=signer)


def test_what_is_covered_is_refunded_at_once_even_if_promised():
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 30_000))
    world.accept(refunding(payment, 30_000, promised=True), by=BAKERY)
    assert view(world, number).left == 100_000


def test_promises_are_bounded():
    world, _, payment = emptied()
    for _ in range(MAX_PROMISES):
        world.accept(refunding(payment, 1, promised=True), by=BAKERY)
    world.refuse("vouchers.too_many_promises", refunding(payment, 1, promised=True), by=BAKERY)


def free(world: World) -> int:
    return present(programme(world.state(), FULL)).totals["free"]


@pytest.mark.parametrize("expired", [True, False])
def test_a_refund_after_the_use_by_date_lets_the_voucher_live_for_some_days(expired):
    world = world_of(carry="none")
    (number,) = grant(world, row("r1", until=MIDDLE))
    payment = pay(world, (number, 30_000))
    world.time = MIDDLE
    if expired:
        world.accept(Expire(by=CHUL.party, programme=FULL, vouchers=[number]), by=CHUL)
    world.accept(refunding(payment, 30_000), by=BAKERY)
    seen = view(world, number)
    assert (seen.left, seen.status) == (30_000, "active")
    assert seen.until == MIDDLE + REISSUE_DAYS * DAY
    world.time = seen.until - 1
    world.accept(paying((number, 1)), by=ALICE)
    world.advance(1)
    assert world.refuse("programmes.clause", paying((number, 1)), by=ALICE).reason == "spend.in_time"
    world.accept(Expire(by=CHUL.party, programme=FULL, vouchers=[number]), by=CHUL)
    world.check()


def test_a_voucher_lives_on_after_the_programmes_last_day():
    world = world_of()
    (number,) = grant(world, row("r1"))
    world.time = CLOSES - 1
    payment = pay(world, (number, 30_000))
    world.time = CLOSES + 10 * DAY
    world.accept(refunding(payment, 30_000), by=BAKERY)
    world.accept(paying((number, 30_000)), by=ALICE)
    assert len(payments(world)) == 2
    world.check()


def test_what_was_recalled_is_refunded_to_the_programme():
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 30_000))
    world.accept(Recall(by="ministry", programme=FULL, vouchers=[number]), by=MINISTRY)
    before = free(world)
    world.accept(refunding(payment, 10_000), by=BAKERY)
    assert free(world) - before == 10_000
    world.check()
