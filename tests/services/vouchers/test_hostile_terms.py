"""Nobody takes from a holder, by asking first or later, what the programme's terms leave them."""

import pytest

from madang.services.vouchers.transactions import CarryOver, Expire, RecallUnused, Refund, Succession
from tests.services.vouchers.everything import (
    CARRY_UNTIL,
    CLOSES,
    FULL,
    MIDDLE,
    UNUSED_BY,
    grant,
    pay,
    row,
    view,
    world_of,
)
from tests.support.cast import BAKERY, CHUL
from tests.support.world import World


def expiring(number: str) -> Expire:
    return Expire(by=CHUL.party, programme=FULL, vouchers=[number])


def recalling(number: str) -> RecallUnused:
    return RecallUnused(by=CHUL.party, programme=FULL, vouchers=[number])


def ended(carry: str, left: int) -> tuple[World, str, str]:
    """Of the first instalment of 100,000 won so much is left, and it has just ended."""
    world = world_of(carry=carry)
    first, second = grant(world, row("a", until=MIDDLE), row("b", instalment=2, since=MIDDLE))
    pay(world, (first, 100_000 - left))
    world.time = MIDDLE
    return world, first, second


@pytest.mark.parametrize(("carry", "left"), [("up_to", 5_000), ("up_to", 50_000), ("all_if_below", 9_999)])
def test_a_stranger_does_not_let_lapse_what_can_still_be_carried_over(carry, left):
    world, first, second = ended(carry, left)
    assert world.refuse("programmes.clause", expiring(first), by=CHUL).reason == "expire.carried"
    carrying = CarryOver(by=CHUL.party, programme=FULL, vouchers=[Succession(voucher=first, into=second)])
    world.accept(carrying, by=CHUL)
    assert view(world, second).left == 100_000 + min(left, 10_000)
    world.check()


@pytest.mark.parametrize(
    ("carry", "left", "at"),
    [
        ("none", 5_000, MIDDLE),
        ("up_to", 0, MIDDLE),
        ("all_if_below", 10_000, MIDDLE),
        ("up_to", 5_000, CARRY_UNTIL),
        ("all_if_below", 9_999, CARRY_UNTIL),
    ],
)
def test_what_can_not_be_carried_over_lapses(carry, left, at):
    world, first, _ = ended(carry, left)
    world.time = at
    world.accept(expiring(first), by=CHUL)
    assert view(world, first).status == "expired"
    world.check()


def test_what_was_used_by_the_date_is_not_recalled_when_its_payment_comes_back():
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 30_000))
    world.time = UNUSED_BY
    refund = Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=30_000)
    world.accept(refund, by=BAKERY)
    assert world.refuse("programmes.clause", recalling(number), by=CHUL).reason == "recall_unused.unused"
    assert view(world, number).left == 100_000


def test_what_counts_only_from_the_date_on_is_not_recalled_as_unused_by_it():
    world = world_of()
    late, early = grant(world, row("late", since=UNUSED_BY, until=CLOSES), row("early", since=UNUSED_BY - 1))
    world.time = UNUSED_BY
    assert world.refuse("programmes.clause", recalling(late), by=CHUL).reason == "recall_unused.unused"
    world.accept(recalling(early), by=CHUL)
    world.check()
