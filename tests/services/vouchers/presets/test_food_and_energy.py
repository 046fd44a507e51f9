"""The agri-food and the energy voucher through their whole lives."""

from typing import Any

import pytest

from madang.services.vouchers.transactions import Bind, CarryOver, Draw, Succession
from tests.services.vouchers.presets.scene import DAY, Play, play, shop
from tests.support.cast import ALICE, CHUL

JANUARY = 1_767_193_200
"""2026-01-01T00:00:00+09:00."""
FEBRUARY, NOVEMBER, DECEMBER, NEW_YEAR = (JANUARY + days * DAY for days in (31, 304, 334, 365))
HOUSE, MEMBER = "1" * 64, "2" * 64


def month(made: Play, number: int, since: int, until: int, amount: int = 65_000, size: int = 2):
    subjects = [HOUSE, MEMBER]
    return made.row(f"m{number}", amount, since=since, until=until, instalment=number, size=size, subjects=subjects)


def carrying(made: Play, old: str, new: str) -> CarryOver:
    return CarryOver(by=CHUL.party, programme=made.name, vouchers=[Succession(voucher=old, into=new)])


def eat(made: Play, number: str, amount: int) -> str:
    made.basket("market", ("fruit", amount))
    return made.pay(number, amount, "market", line=1)


def test_food_of_the_eight_groups_only():
    made = play("agri-food-2026", JANUARY)
    (number,) = made.grant(month(made, 1, JANUARY, FEBRUARY))
    made.basket("market", ("fruit", 8_000), ("wine", 9_000))
    made.not_paid(number, 9_000, "market", "spend.goods", line=2)
    made.not_paid(number, 9_000, "market", "vouchers.no_lines")
    made.basket("diner", ("fruit", 8_000))
    made.not_paid(number, 8_000, "diner", "spend.shop", line=1)
    made.pay(number, 8_000, "market", line=1)


@pytest.mark.parametrize(
    ("size", "amount"), [(1, 40_000), (2, 65_000), (3, 83_000), (4, 100_000), (10, 187_000), (20, 187_000)]
)
def test_the_amount_is_that_of_the_household(size, amount):
    made = play("agri-food-2026", JANUARY)
    made.not_granted(month(made, 1, JANUARY, FEBRUARY, amount + 1, size), "grant.amount")
    made.grant(month(made, 1, JANUARY, FEBRUARY, amount, size))
    made.not_granted(month(made, 3, FEBRUARY, FEBRUARY + DAY, amount, size), "grant.that_instalment")


def test_less_than_a_tenth_goes_over_and_december_lapses():
    made = play("agri-food-2026", JANUARY)
    first, second = made.grant(month(made, 1, JANUARY, FEBRUARY), month(made, 2, FEBRUARY, FEBRUARY + 28 * DAY))
    eat(made, first, 58_501)
    made.at(FEBRUARY)
    made.world.accept(carrying(made, first, second), by=CHUL)
    assert made.view(second).left == 71_499
    made.at(NOVEMBER)
    eleventh, twelfth = made.grant(month(made, 11, NOVEMBER, DECEMBER), month(made, 12, DECEMBER, NEW_YEAR))
    eat(made, eleventh, 58_500)
    made.at(DECEMBER)
    made.world.accept(carrying(made, eleventh, twelfth), by=CHUL)
    assert made.view(twelfth).left == 65_000
    eat(made, twelfth, 64_000)
    made.at(NEW_YEAR)
    made.refused(carrying(made, twelfth, second), CHUL, "carry.next")
    made.end([first, second, eleventh, twelfth], ["market"])


JULY = 1_751_295_600
"""2025-07-01T00:00:00+09:00."""
OCTOBER, CARDS, MAY = JULY + 92 * DAY, JULY + 104 * DAY, 1_779_721_200
CUSTOMER = "c" * 64


def seasons(made: Play, size: int = 2, summer: int = 58_800, winter: int = 348_700) -> list[str]:
    members: dict[str, Any] = {"size": size, "subjects": [HOUSE]}
    return made.grant(
        made.row("summer", summer, instalment=1, until=OCTOBER, **members),
        made.row("winter", winter, instalment=2, since=OCTOBER, **members),
    )


def drawing(made: Play, number: str, amount: int) -> Draw:
    members: dict[str, Any] = {"order": "bill", "customer": CUSTOMER, "vouchers": [number], "amount": amount}
    return Draw(by="power", programme=made.name, merchant="power", **members)


def test_the_utility_draws_bills_and_what_summer_leaves_winter_has():
    made = play("energy-2025", JULY)
    summer, winter = seasons(made)
    made.refused(drawing(made, summer, 20_000), shop("power"), "vouchers.not_drawn")
    for number in (summer, winter):
        bound = Bind(by=ALICE.party, programme=made.name, voucher=number, customer=CUSTOMER)
        made.world.accept(bound, by=ALICE)
    made.world.accept(drawing(made, summer, 20_000), by=shop("power"))
    made.refused(drawing(made, winter, 1), shop("power"), "vouchers.not_drawn")
    made.at(OCTOBER)
    made.refused(drawing(made, summer, 1), shop("power"), "vouchers.not_drawn")
    made.world.accept(carrying(made, summer, winter), by=CHUL)
    assert made.view(winter).left == 348_700 + 38_800
    made.world.accept(drawing(made, winter, 100_000), by=shop("power"))
    made.not_paid(winter, 30_000, "coal-shop", "spend.bill_or_card")
    made.at(CARDS)
    payment = made.pay(winter, 30_000, "coal-shop")
    made.not_paid(winter, 1, "diner", "spend.fuel")
    made.refund("coal-shop", payment, 10_000)
    made.at(MAY)
    made.end([summer, winter], ["power", "coal-shop"])


@pytest.mark.parametrize(
    ("size", "summer", "winter"),
    [(1, 40_700, 254_500), (2, 58_800, 348_700), (3, 75_800, 456_900), (4, 102_000, 599_300), (9, 102_000, 599_300)],
)
def test_both_seasons_add_up_to_what_was_published(size, summer, winter):
    made = play("energy-2025", JULY)
    seasons(made, size, summer, winter)
    assert summer + winter == {1: 295_200, 2: 407_500, 3: 532_700}.get(size, 701_300)


def test_one_grant_a_season():
    made = play("energy-2025", JULY)
    row = made.row("summer", 40_700, instalment=1, until=OCTOBER - 1, subjects=[HOUSE])
    made.not_granted(row, "grant.season")
    made.not_granted(made.row("third", 254_500, instalment=3, since=OCTOBER, subjects=[HOUSE]), "grant.season")
    made.not_granted(made.row("winter", 254_501, instalment=2, since=OCTOBER, subjects=[HOUSE]), "grant.amount")


def test_before_cards_come_the_holder_does_not_pay_the_utility_as_by_card():
    made = play("energy-2025", JULY)
    summer, _ = seasons(made)
    made.not_paid(summer, 1_000, "power", "spend.bill_or_card")
