"""The settlement report: by city and by funder, and that it says what the ledger settles."""

import csv
import io

import pytest

from madang.base.registers.transactions import Publish
from madang.exchange.settling import Settlement, settlement_report, settlement_report_sheet
from madang.kernel.errors import MadangError
from madang.services.vouchers.transactions import Refund
from tests.services.vouchers import everything, test_funding
from tests.services.vouchers.everything import FULL, grant, pay, row
from tests.services.vouchers.presets.scene import play
from tests.services.vouchers.presets.test_markets_and_firms import SALE, bought
from tests.support.cast import ALICE, BAKERY, quorum
from tests.support.world import World


def spent() -> World:
    """A world of three funders in which 100,003 won are spent in Busan, and the rest has lapsed."""
    world = test_funding.several()
    test_funding.spent(world, 100_003)
    return world


def report(world: World) -> Settlement:
    return settlement_report(world.state(), FULL)


def test_spending_by_city_and_funder():
    found = report(spent())
    assert found.funders == ("ministry", "welfare", "desk")
    assert [(one.place, one.payments, one.amount, one.parts) for one in found.rows] == [
        ("26110", 1, 100_003, (74_002, 16_001, 10_000))
    ]
    assert (found.spent, found.lapsed, found.open, found.settled) == (100_003, 899_997, 0, False)


def test_it_says_what_the_ledger_settles():
    world = spent()
    before = report(world)
    world.accept(test_funding.settling(), by=test_funding.MINISTRY)
    after = report(world)
    assert after.settled
    returned = [one.returned for one in test_funding.seen(world).funders]
    assert returned == [paid - part for paid, part in zip(before.paid, before.parts, strict=True)]
    assert (after.rows, after.spent, after.lapsed) == (before.rows, before.spent, before.lapsed)


def test_refunds_and_what_is_held_are_not_spent_and_odd_won_are_shown():
    world = test_funding.several()
    (number,) = grant(world, row("r1"))
    for amount in (10_003, 20_003):
        pay(world, (number, amount))
    world.accept(everything.paying((number, 5_000), merchant="grocer", later=True), by=ALICE)
    shown = everything.payments(world)
    back = Refund(by="bakery", programme=FULL, merchant="bakery", payment=shown[0].payment, amount=3)
    world.accept(back, by=BAKERY)
    found = report(world)
    assert (found.spent, found.open) == (30_003, 69_997)
    assert sum(found.parts) == found.spent
    for place, part in enumerate(found.parts):
        assert sum(one.parts[place] for one in found.rows) == part


def test_what_buyers_paid_is_not_the_funders():
    made = play("onnuri-2025", SALE)
    number = bought(made)
    made.pay(number, 100_000, "market")
    found = settlement_report(made.world.state(), made.name)
    assert [(one.place, one.amount) for one in found.rows] == [("26110", 100_000), ("bought", -180_000)]
    assert found.spent == -80_000
    assert found.parts == (-80_000,)


def test_it_says_under_which_lists_payments_were_allowed():
    made = play("onnuri-2025", SALE)
    number = bought(made)
    first = made.pay(number, 50_000, "market")
    made.pay(number, 20_000, "market")
    more = Publish(by="operator", register="onnuri-merchants", version=2, codes=["diner"], since=0)
    made.world.accept(more, by=quorum("operator"))
    made.pay(number, 30_000, "diner")
    made.refund("market", first, 50_000)
    found = settlement_report(made.world.state(), made.name)
    assert [(one.edition, one.lists, one.payments, one.amount) for one in found.editions] == [
        (1, (("onnuri-merchants", 1),), 1, 20_000),
        (2, (("onnuri-merchants", 2),), 1, 30_000),
    ]
    assert sum(one.amount for one in found.editions) == sum(one.amount for one in found.rows if one.place != "bought")


def test_the_sheet_adds_up_and_opens_in_a_spreadsheet():
    text = settlement_report_sheet(report(spent())).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["지역 코드", "결제 건수", "집행액(원)", "ministry", "welfare", "desk"]
    (used,) = report(spent()).editions
    under = f"적용 1: 문서 {used.document[:12]}"
    assert [line[0] for line in rows[1:]] == ["26110", under, "합계", "납입", "반납", "이자"]
    assert rows[2][1:] == ["1", "100003", "", "", ""]
    assert [int(one) for one in rows[-2][2:]] == [899_997, 665_998, 143_999, 90_000]


def test_there_must_be_such_a_programme():
    with pytest.raises(MadangError, match=r"settlement\.programme"):
        settlement_report(everything.world_of().state(), "nothing")
