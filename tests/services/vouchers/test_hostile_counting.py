"""A purchase counts once, however it is cut into parts, and counts until all of it came back."""

from typing import Any

import pytest

from madang.services.vouchers.transactions import Capture, Line, Order, Refund, Void
from tests.services.vouchers.everything import DAY, FULL, grant, pay, paying, row, world_of
from tests.support.cast import ALICE, BAKERY
from tests.support.world import World

Parts = tuple[tuple[Any, ...], ...]


def basket(world: World, order: str, *lines: tuple[str, int]) -> None:
    made = [Line(goods=goods, amount=amount) for goods, amount in lines]
    world.accept(Order(by="bakery", merchant="bakery", order=order, lines=made), by=BAKERY)


def film(world: World, number: str, order: str, *cut: int, later: bool = False) -> str:
    """A film of 15,000 won, paid in these parts; its payment is the shop's latest."""
    world.advance(1)
    basket(world, order, ("film", 15_000))
    return pay(world, *((number, amount, 1) for amount in cut), order=order, later=later)


def one_film_left() -> tuple[World, str]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    film(world, number, "o1", 15_000)
    return world, number


def no_third_film(world: World, number: str) -> None:
    basket(world, "o3", ("film", 15_000))
    refused = world.refuse("programmes.clause", paying((number, 15_000, 1), order="o3"), by=ALICE)
    assert refused.reason == "spend.films"


def giving_back(payment: str, amount: int) -> Refund:
    return Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=amount)


def test_the_last_film_can_be_paid_in_two_parts():
    world, number = one_film_left()
    film(world, number, "o2", 7_000, 8_000)
    no_third_film(world, number)
    world.check()


@pytest.mark.parametrize("cut", [(1, 14_999), (14_999, 1), (7_500, 7_500), (1, 1, 14_998)])
def test_a_won_that_goes_back_is_no_film_that_was_not_seen(cut):
    world, number = one_film_left()
    payment = film(world, number, "o2", *cut)
    for _ in range(3):
        world.accept(giving_back(payment, 1), by=BAKERY)
    no_third_film(world, number)
    world.accept(giving_back(payment, 14_990), by=BAKERY)
    no_third_film(world, number)
    world.accept(giving_back(payment, 7), by=BAKERY)
    film(world, number, "o4", 15_000)
    world.check()


@pytest.mark.parametrize("cut", [(1, 14_999), (14_999, 1)])
def test_a_film_that_was_captured_but_for_a_won_was_seen(cut):
    world, number = one_film_left()
    payment = film(world, number, "o2", *cut, later=True)
    world.accept(Capture(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=14_999), by=BAKERY)
    world.accept(Void(by="bakery", programme=FULL, merchant="bakery", payment=payment), by=BAKERY)
    no_third_film(world, number)
    world.check()


def test_parts_in_any_order_are_as_many_purchases_as_there_are_lines():
    world = world_of()
    (number,) = grant(world, row("r1"))
    basket(world, "o1", ("film", 10_000), ("film", 10_000), ("film", 10_000))
    mixed = [(number, 5_000, line) for line in (1, 2, 3, 3, 2, 1)]
    refused = world.refuse("programmes.clause", paying(*mixed, order="o1"), by=ALICE)
    assert refused.reason == "spend.films"
    world.accept(paying(*(one for one in mixed if one[2] != 2), order="o1"), by=ALICE)
    world.advance(DAY)
    no_third_film(world, number)
