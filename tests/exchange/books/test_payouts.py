"""Payouts of a programme, told apart from refunds, own money and funding."""

import pytest

from madang.base.money.queries import balance
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.exchange.books import Days, Payout, genesis_root, payouts
from madang.exchange.books import log as books_log
from madang.kernel.errors import MadangError
from madang.kernel.state import State
from tests.exchange.town import MONDAY, TUESDAY, WEDNESDAY, Lived, at
from tests.services.vouchers.scene import COUPON


def test_each_day_has_its_payouts(view: View, lived: Lived) -> None:
    first, second = lived.ids["monday"], lived.ids["tuesday"]
    assert payouts(view, COUPON, Days(view), MONDAY) == [
        Payout("bakery", 30_000, first, 0, at(21, 15)),
        Payout("grocer", 12_345, first, 1, at(21, 15)),
    ]
    assert payouts(view, COUPON, Days(view), TUESDAY) == [
        Payout("bakery", 7_100, second, 0, at(22, 11)),
        Payout("grocer", 800, second, 1, at(22, 11)),
    ]


def test_what_was_set_off_is_no_payout(view: View, lived: Lived) -> None:
    assert payouts(view, COUPON, Days(view), WEDNESDAY) == [
        Payout("grocer", 700, lived.ids["wednesday"], 0, at(23, 10)),
    ]


def test_what_was_paid_out_is_what_merchants_had(view: View) -> None:
    grocer = sum(
        one.amount
        for day in (MONDAY, TUESDAY)
        for one in payouts(view, COUPON, Days(view), day)
        if one.merchant == "grocer"
    )
    # What it gave back, and what its bank issued to it beside.
    assert grocer == 13_145
    assert balance(State(Durable(view)), "grocer") == grocer - 13_145 + 1_000 + 700


def test_an_end_to_end_id_leads_to_the_transaction_and_fits_its_field(view: View, lived: Lived) -> None:
    found = payouts(view, COUPON, Days(view), MONDAY)
    assert [one.end_to_end for one in found] == [f"{lived.ids['monday']}000", f"{lived.ids['monday']}001"]
    assert all(len(one.end_to_end) == 35 for one in found)


def test_what_was_before_is_found_however_far_back_it_lies(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = payouts(view, COUPON, Days(view), TUESDAY)
    monkeypatch.setattr(Days, "around", lambda *_: (at(22, 11), at(23, 0)))
    for together in (1, 2, 3, 4_096):
        monkeypatch.setattr(books_log, "BACK", together)
        assert payouts(view, COUPON, Days(view), TUESDAY) == expected


def test_a_programme_that_is_not_there_is_named(view: View) -> None:
    with pytest.raises(MadangError) as refused:
        payouts(view, "lunch", Days(view), MONDAY)
    assert refused.value.code == "payout.programme"


def test_nodes_of_one_genesis_are_of_one_ledger(view: View, dated: View) -> None:
    assert len(genesis_root(view)) == 64
    assert genesis_root(view) == genesis_root(dated)
