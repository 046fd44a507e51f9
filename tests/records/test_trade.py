"""What vouchers paid, added up: the same sums as the shops' own, in Korean hours, however it was taken in."""

import pytest
from sqlalchemy import select

from madang.kernel.errors import MadangError
from madang.records.projection import project, rebuild
from madang.records.schema import SHOPS, SPENDING, SPENT_PARTS
from madang.records.spending import SpendingRow, spending
from madang.records.trademodel import Trade
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Grant, Refund
from tests.crash import town
from tests.records.scene import Yard
from tests.services.vouchers.scene import BUSAN, COUPON, OPENS, pay, row
from tests.support.cast import BAKERY, GROCER, officer

HOUR, DAY = 3_600, 86_400
SHOPS_KEYS = {"bakery": BAKERY, "grocer": GROCER}


def take_in(yard: Yard, database) -> None:
    project(database, yard.node.ledger.store.view(), Trade())


def buy(yard: Yard, number: int, amount: int, merchant: str = "bakery", own: int = 0) -> None:
    """One of the people of the town pays."""
    who = town.payer(number)
    voucher = town.vouchers(yard.node.state())[number]
    yard.accept(pay({voucher: amount}, by=who.party, merchant=merchant, own=own), by=who)


def refund(yard: Yard, amount: int, merchant: str = "bakery", place: int = -1) -> None:
    payment = queries.shop_payments(yard.node.state(), merchant, COUPON)[place].payment
    act = Refund(by=merchant, programme=COUPON, merchant=merchant, payment=payment, amount=amount)
    yard.accept(act, by=SHOPS_KEYS[merchant])


def everything(database) -> list[list[tuple]]:
    with database.reading() as connection:
        tables = (SHOPS, SPENDING, SPENT_PARTS)
        return [sorted(map(tuple, connection.execute(select(one)).all())) for one in tables]


def asked(database, by: str, since: str = "", until: str = "") -> list[tuple[str, int, int, int]]:
    with database.reading() as connection:
        found = spending(connection, COUPON, by, since, until)  # type: ignore[arg-type]
        return [(one.key, one.payments, one.amount, one.refunded) for one in found]


def test_payments_are_counted_in_the_day_and_hour_of_seoul(yard, database):
    midnight = OPENS - (OPENS + 9 * HOUR) % DAY + DAY
    for moment, amount in ((midnight - 1, 1_000), (midnight, 200), (midnight + 13 * HOUR + 59, 30)):
        yard.now = moment
        buy(yard, 0, amount)
    take_in(yard, database)
    assert asked(database, "day") == [("2025-07-21", 1, 1_000, 0), ("2025-07-22", 2, 230, 0)]
    assert asked(database, "hour") == [("00", 1, 200, 0), ("13", 1, 30, 0), ("23", 1, 1_000, 0)]
    assert asked(database, "hour", "2025-07-22") == [("00", 1, 200, 0), ("13", 1, 30, 0)]
    assert asked(database, "day", "2025-07-21", "2025-07-21") == [("2025-07-21", 1, 1_000, 0)]
    assert asked(database, "day", "2025-07-23") == []


def test_places_and_industries_have_names(yard, database):
    buy(yard, 0, 5_000)
    buy(yard, 1, 700, "grocer", own=99)
    take_in(yard, database)
    with database.reading() as connection:
        (region,) = spending(connection, COUPON, "region")
        assert region == SpendingRow(BUSAN[:5], region.ko, "", 2, 5_700, 0)
        assert region.ko.startswith("부산광역시")
        industries = spending(connection, COUPON, "industry")
        assert sum(one.amount for one in industries) == 5_700
        assert all(one.ko and one.en for one in industries)
        assert spending(connection, "another", "region") == []
        with pytest.raises(MadangError) as error:
            spending(connection, COUPON, "tier")  # type: ignore[arg-type]
        assert error.value.code == "records.by"


def test_what_comes_back_is_counted_once_where_it_was_paid(yard, database):
    buy(yard, 0, 9_000)
    refund(yard, 1_000)
    take_in(yard, database)
    assert asked(database, "day") == [("2025-07-21", 1, 9_000, 1_000)]
    yard.now += 3 * DAY
    refund(yard, 500)
    yard.now += 1
    refund(yard, 500)
    take_in(yard, database)
    take_in(yard, database)
    assert asked(database, "day") == [("2025-07-21", 1, 9_000, 2_000)]


def test_a_payment_with_several_vouchers_is_one_payment(yard, database):
    buy(yard, 0, 100)
    with_two = pay({town.vouchers(yard.node.state())[0]: 40, _further(yard): 60}, by=town.payer(0).party)
    yard.accept(with_two, by=town.payer(0))
    take_in(yard, database)
    assert asked(database, "day") == [("2025-07-21", 2, 200, 0)]


def _further(yard: Yard) -> str:
    grant = Grant(by="ministry", programme=COUPON, rows=[row("more", town.payer(0).party, 100_000)])
    yard.accept(grant, by=officer("ministry"))
    return str(queries.granted(yard.node.state(), "ministry", COUPON, "more"))


def test_block_by_block_at_once_and_made_again_are_the_same(yard, database):
    for number in range(6):
        buy(yard, number, 1_000 + number, ("bakery", "grocer")[number % 2])
        yard.now += 1_800
        take_in(yard, database)
        if number % 2:
            refund(yard, 10 + number, "grocer")
    take_in(yard, database)
    step_by_step = everything(database)
    rebuild(database, yard.node.ledger.store.view(), Trade())
    assert everything(database) == step_by_step
    shops = [one for name in SHOPS_KEYS for one in queries.shop_payments(yard.node.state(), name, COUPON)]
    found = asked(database, "region")
    assert sum(one[1] for one in found) == len(shops) == 6
    assert sum(one[2] for one in found) == sum(one.amount for one in shops)
    assert sum(one[3] for one in found) == sum(one.refunded for one in shops) == 11 + 13 + 15


def test_nothing_of_what_is_kept_leads_to_a_person(yard, database):
    buy(yard, 0, 12_345)
    take_in(yard, database)
    stored = repr(everything(database))
    voucher = town.vouchers(yard.node.state())[0]
    (payment,) = queries.shop_payments(yard.node.state(), "bakery", COUPON)
    for secret in (town.payer(0).party, voucher, payment.payment, payment.order):
        assert secret not in stored
