"""A shop that holds a payer's code learns whether it pays, and nothing of what is on the payer's vouchers."""

from typing import Any

import msgspec
import pytest

from madang.services.vouchers.transactions import Line, Order, PaidLine
from tests.services.vouchers.everything import grant, pay, row, world_of
from tests.services.vouchers.test_paying import collecting, shown
from tests.support.cast import BAKERY, GROCER
from tests.support.world import World


def basket(world: World, *lines: tuple[str, int], order: str = "order-1") -> None:
    made = [Line(goods=goods, amount=amount) for goods, amount in lines]
    world.accept(Order(by="bakery", merchant="bakery", order=order, lines=made), by=BAKERY)


def told(amount: int, left: int, **members: Any) -> tuple[str, str, str]:
    """What a shop is told that collects so much from somebody who has so much left."""
    world = world_of()
    grant(world, row("r1", amount=left))
    basket(world, ("drink", 100_000), ("film", 100_000), order="drinks")
    code = shown(world, 1, limit=1_000_000)
    result = world.submit(msgspec.structs.replace(collecting(code, amount), **members), by=BAKERY)
    assert result.outcome == "rejected"
    return result.code, result.reason, result.message


@pytest.mark.parametrize(
    ("amount", "members"),
    [
        (50_000, {"lines": [PaidLine(line=1, amount=50_000)]}),
        (50_000, {"lines": [PaidLine(line=9, amount=50_000)]}),
        (200_001, {}),
        (150_000, {}),
    ],
    ids=["no basket", "no line", "day cap", "own share"],
)
def test_a_refusal_says_the_same_whatever_is_left(amount, members):
    assert told(amount, 1, **members) == told(amount, 900_000, **members)


def test_what_was_bought_before_is_not_told():
    world = world_of()
    (number,) = grant(world, row("r1"))
    for order in ("o1", "o2"):
        basket(world, ("film", 1_000), order=order)
        pay(world, (number, 1_000, 1), order=order)
    basket(world, ("film", 1_000), order="order-1")
    lines = [PaidLine(line=1, amount=1_000)]
    refused = world.refuse("vouchers.not_collected", collecting(shown(world, 1), 1_000, lines=lines), by=BAKERY)
    assert not refused.reason


def test_a_line_that_nobody_can_pay_is_named_whoever_pays():
    drinks = {"order": "drinks", "lines": [PaidLine(line=1, amount=100_000)]}
    assert told(100_000, 1, **drinks)[:2] == ("programmes.clause", "spend.no_drink")
    assert told(100_000, 1, **drinks) == told(100_000, 900_000, **drinks)


def test_an_act_behind_it_that_fails_tells_nothing_of_it():
    """Together they would tell whether the code pays so much, and change nothing."""
    for left in (1, 900_000):
        world = world_of()
        grant(world, row("r1", amount=left))
        code = shown(world, 1, limit=1_000_000)
        failing = Order(by="grocer", merchant="bakery", order="o", lines=[Line(goods="bread", amount=1)])
        world.refuse("kernel.not_last", collecting(code, 50_000), failing, by=[BAKERY, GROCER])
        world.refuse("vouchers.not_shop", failing, collecting(code, 50_000), by=[BAKERY, GROCER])
