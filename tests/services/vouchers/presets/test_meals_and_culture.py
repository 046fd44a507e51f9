"""Meals for children, and the culture pass, through their whole lives."""

from typing import Any

from madang.services.vouchers.transactions import Capture, GrantRow, RecallUnused, Void
from tests.services.vouchers.presets.scene import BUSAN, DAY, Play, play, shop
from tests.support.cast import ALICE, BORA, CHUL

HOUR = 3_600
MARCH = 1_772_290_800
"""2026-03-01T00:00:00+09:00."""
APRIL = MARCH + 31 * DAY
CHILD, OTHER = "1" * 64, "2" * 64


def meals() -> tuple[Play, str]:
    """March, noon; Alice has the month's meals."""
    made = play("child-meals-2026", MARCH + 12 * HOUR)
    (number,) = made.grant(month_row(made))
    return made, number


def month_row(made: Play, reference: str = "march", amount: int = 300_000, **members: Any) -> GrantRow:
    whole: dict[str, Any] = {"since": MARCH, "until": APRIL, "instalment": 3, "subjects": [CHILD]}
    return made.row(reference, amount, **(whole | members))


def test_a_meal_a_day_and_an_hour_have_their_limits():
    made, number = meals()
    made.not_paid(number, 10_001, "diner", "spend.one_meal")
    for _ in range(3):
        made.pay(number, 10_000, "diner")
    made.not_paid(number, 1, "diner", "spend.daily")
    made.world.advance(DAY)
    made.pay(number, 9_000, "diner")
    made.not_paid(number, 1, "busan-diner", "spend.district")
    made.not_paid(number, 1, "book-shop", "spend.food")
    for hour, reason in ((5, "spend.hours"), (22, "spend.hours")):
        made.at(MARCH + 5 * DAY + hour * HOUR)
        made.not_paid(number, 1, "diner", reason)
    for hour in (6, 21):
        made.at(MARCH + 5 * DAY + hour * HOUR)
        made.pay(number, 1, "diner")


def test_own_money_does_not_stretch_a_meal_but_pays_the_rest_of_it():
    made, number = meals()
    made.pay(number, 10_000, "diner", own=2_500)
    made.not_paid(number, 10_001, "diner", "spend.one_meal", own=2_500)


def test_a_delivery_is_held_and_paid_or_let_go():
    made, number = meals()
    eaten = made.pay(number, 10_000, "diner", later=True)
    lost = made.pay(number, 9_000, "diner", later=True)
    made.world.accept(
        Capture(by="diner", programme=made.name, merchant="diner", payment=eaten, amount=10_000), by=shop("diner")
    )
    made.world.advance(DAY)
    made.world.accept(Void(by=CHUL.party, programme=made.name, merchant="diner", payment=lost), by=CHUL)
    assert made.view(number).left == 290_000
    made.at(APRIL)
    made.end([number], ["diner"])


def test_a_month_lapses_at_its_end_and_the_next_is_another_grant():
    made, march = meals()
    made.not_granted(month_row(made, "again"), "vouchers.locked")
    made.not_granted(month_row(made, "long", subjects=[OTHER], until=APRIL + 1), "grant.one_month")
    made.not_granted(month_row(made, "much", 930_001, subjects=[OTHER]), "grant.monthly")
    april = {"since": APRIL, "until": APRIL + 30 * DAY, "instalment": 4}
    (second,) = made.grant(month_row(made, "april", **april))
    made.not_paid(second, 1_000, "diner", "spend.opened")
    made.pay(march, 5_000, "diner")
    made.at(APRIL + 12 * HOUR)
    made.not_paid(march, 1_000, "diner", "spend.in_time")
    payment = made.pay(second, 5_000, "diner")
    made.refund("diner", payment, 5_000)
    made.at(APRIL + 30 * DAY)
    made.end([march, second], ["diner"])


FEBRUARY = 1_771_984_800
"""2026-02-25T11:00:00+09:00."""
AUGUST = 1_785_510_000
"""2026-08-01T00:00:00+09:00."""
NEW_YEAR = 1_798_729_200
"""2027-01-01T00:00:00+09:00."""


def passes() -> tuple[Play, str, str]:
    """Alice of Seoul and Bora of Busan have theirs."""
    made = play("youth-culture-pass-2026", FEBRUARY)
    seoul, busan = made.grant(
        made.row("seoul", 150_000, subjects=[CHILD]),
        made.row("busan", 200_000, BORA, region=BUSAN[:5], subjects=[OTHER]),
    )
    return made, seoul, busan


def film(made: Play, number: str, by=ALICE) -> None:
    made.basket("cinema", ("film", 15_000))
    made.pay(number, 15_000, "cinema", by, line=1)


def test_two_films_in_the_capital_and_four_elsewhere():
    made, seoul, busan = passes()
    for _ in range(2):
        film(made, seoul)
    made.basket("cinema", ("film", 15_000))
    made.not_paid(seoul, 15_000, "cinema", "spend.films", line=1)
    for _ in range(4):
        film(made, busan, BORA)
    made.basket("cinema", ("film", 15_000))
    made.not_paid(busan, 15_000, "cinema", "spend.films", BORA, line=1)
    made.basket("book-shop", ("book", 12_000), ("stationery", 3_000))
    made.not_paid(seoul, 3_000, "book-shop", "spend.goods", line=2)
    made.pay(seoul, 12_000, "book-shop", line=1)
    made.not_paid(seoul, 1, "book-shop", "vouchers.no_lines")
    made.at(NEW_YEAR)
    made.end([seoul, busan], ["cinema", "book-shop"])


def test_once_in_a_life_and_by_region():
    made, _, _ = passes()
    made.not_granted(made.row("again", 150_000, CHUL, subjects=[CHILD]), "vouchers.locked")
    made.not_granted(made.row("second", 150_000, CHUL, subjects=[CHILD], instalment=2), "grant.once")
    made.not_granted(made.row("much", 200_000, CHUL, subjects=["3" * 64]), "grant.amount")


def test_what_is_unused_by_the_end_of_july_is_recalled():
    made, seoul, busan = passes()
    film(made, busan, BORA)
    act = RecallUnused(by=CHUL.party, programme=made.name, vouchers=[seoul])
    made.at(AUGUST - 1)
    made.refused(act, CHUL, "recall_unused.late")
    made.at(AUGUST)
    made.refused(RecallUnused(by=CHUL.party, programme=made.name, vouchers=[busan]), CHUL, "recall_unused.unused")
    made.world.accept(act, by=CHUL)
    made.at(NEW_YEAR)
    made.end([seoul, busan], ["cinema"])
