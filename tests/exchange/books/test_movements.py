"""A bank's conversions, each on the business day to which it belongs."""

import datetime
from pathlib import Path

import pytest

from madang.audit.stored import opened
from madang.base.money.queries import show_issue
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.exchange.books import Days, movements
from madang.kernel.errors import MadangError
from madang.kernel.state import State
from tests.exchange.town import MONDAY, Lived, at, live_with_days

EVER = (0, 2**40)


def dates(view: View, bank: str, days: Days) -> dict[str, str]:
    """The business day of each of a bank's references, but for those of genesis."""
    found = movements(view, bank, days, *EVER)
    return {one.reference: one.day for one in found if not one.reference.startswith(("town-", "first-"))}


def test_conversions_are_those_of_the_bank(view: View, lived: Lived) -> None:
    first, second = lived.ids["monday"], lived.ids["tuesday"]
    assert dates(view, "bank-a", Days(view)) == {
        "deposit-monday": "2025-07-21",
        "deposit-evening": "2025-07-21",
        f"{first}000": "2025-07-21",
        f"{second}000": "2025-07-22",
        "cash": "2025-07-22",
    }
    assert dates(view, "bank-b", Days(view)) == {"all-of-it": "2025-07-22", "deposit-b": "2025-07-22"}


def test_a_conversion_is_told_whole(view: View, lived: Lived) -> None:
    found = {one.reference: one for one in movements(view, "bank-a", Days(view), *EVER)}
    redeemed = found[f"{lived.ids['monday']}000"]
    assert (redeemed.direction, redeemed.account, redeemed.amount) == ("redemption", "bakery", 30_000)
    assert redeemed.transaction == lived.ids[f"redeem {redeemed.reference}"]
    issued = found["deposit-monday"]
    assert (issued.direction, issued.amount, issued.transaction) == (
        "issue",
        5_000,
        lived.ids["issue deposit-monday"],
    )


def test_genesis_is_of_its_day_too(view: View) -> None:
    found = {one.reference: one for one in movements(view, "bank-a", Days(view), *EVER)}
    assert (found["first-1"].day, found["first-1"].amount) == ("2025-07-21", 300_000)


def test_a_cut_off_moves_the_evening_to_the_next_day(view: View) -> None:
    assert dates(view, "bank-a", Days(view, 17 * 3600))["deposit-evening"] == "2025-07-22"


def test_a_stretch_of_time_is_read_alone(view: View) -> None:
    days = Days(view)
    found = [one.reference for one in movements(view, "bank-a", days, at(21, 17), at(22, 11))]
    assert found == ["deposit-evening"]
    assert list(movements(view, "bank-a", days, at(22, 12), at(23, 0))) == []
    assert list(movements(view, "bank-a", days, at(1, 0), at(2, 0))) == []


def test_the_central_banks_days_hold_where_it_opens_them(dated: View) -> None:
    days = Days(dated)
    assert dates(dated, "bank-a", days) == {
        "in-the-day": "2025-07-21",
        "behind-the-cut-off": "2025-07-21",
        "goodbye": "2025-07-22",
        "not-opened-yet": "",
    }
    used = show_issue(State(Durable(dated)), "bank-a", "bank-a", "in-the-day")
    assert used is not None and used.business_date == "2025-07-21"


def test_an_account_that_was_closed_at_once_was_still_of_its_bank(dated: View) -> None:
    found = {one.reference: one for one in movements(dated, "bank-a", Days(dated), *EVER)}
    assert (found["goodbye"].account, found["goodbye"].amount) == ("bakery", 1_000)
    assert "goodbye" not in dates(dated, "bank-b", Days(dated))


def test_a_day_to_which_more_may_come_is_refused(view: View, dated: View) -> None:
    days = Days(dated)
    days.check_over(datetime.date(2025, 7, 21))
    days.check_over(datetime.date(2025, 7, 22))
    with pytest.raises(MadangError) as refused:
        days.check_over(datetime.date(2025, 7, 23))
    assert refused.value.code == "calendar.open_day"
    Days(view).check_over(datetime.date(2025, 7, 23))
    assert (Days(view).ends_at, days.ends_at) == (at(23, 10), at(22, 18))


def test_a_day_that_is_open_is_not_over(tmp_path: Path) -> None:
    with opened(live_with_days(tmp_path / "node", ends_open=True).folder) as view:
        days = Days(view)
        days.check_over(datetime.date(2025, 7, 22))
        with pytest.raises(MadangError) as refused:
            days.check_over(datetime.date(2025, 7, 23))
        assert refused.value.code == "calendar.open_day"
        assert dates(view, "bank-a", days)["not-opened-yet"] == "2025-07-23"


@pytest.mark.parametrize("bank", ["bank-z", "bakery", ""])
def test_a_bank_that_is_none_is_named(view: View, bank: str) -> None:
    with pytest.raises(MadangError) as refused:
        movements(view, bank, Days(view), *EVER)
    assert refused.value.code == "books.bank"


def test_the_central_bank_may_open_a_day_when_banks_are_closed(view: View, dated: View) -> None:
    sunday = datetime.date(2025, 7, 20)
    since, until = Days(dated).around(sunday)
    assert since <= at(7, 0) and at(30, 0) <= until
    with pytest.raises(MadangError) as refused:
        Days(view).around(sunday)
    assert refused.value.code == "calendar.closed"


def test_a_period_may_begin_and_end_when_banks_are_closed(view: View) -> None:
    since, until = Days(view).around(datetime.date(2025, 7, 20), datetime.date(2025, 7, 27))
    assert since <= at(7, 0) and at(30, 0) <= until


def test_a_day_lies_within_its_surroundings(view: View) -> None:
    since, until = Days(view).around(MONDAY)
    assert since <= at(7, 0) and at(22, 0) + 13 * 86_400 <= until
