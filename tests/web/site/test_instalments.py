"""Plans of monthly instalments."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.base.debts.transactions import MAX_INSTALMENTS
from madang.web.site.formats import KOREA
from madang.web.site.instalments import end_of, monthly


def days(plan):
    return [datetime.fromtimestamp(one.due_at - 1, KOREA).date().isoformat() for one in plan]


def test_what_does_not_divide_goes_first_and_short_months_end_early():
    plan = monthly(100, 3, date(2026, 1, 31))
    assert [one.amount for one in plan] == [34, 33, 33]
    assert days(plan) == ["2026-01-31", "2026-02-28", "2026-03-31"]


@given(st.integers(1, 10**12), st.integers(1, MAX_INSTALMENTS), st.dates(date(2020, 1, 1), date(2080, 1, 1)))
def test_a_plan_adds_up_and_its_days_follow_each_other(left, count, first):
    plan = monthly(left, count, first)
    if count > left:
        assert plan is None
        return
    assert sum(one.amount for one in plan) == left
    assert len(plan) == count
    assert [one.due_at for one in plan] == sorted({one.due_at for one in plan})
    assert plan[0].due_at == end_of(first)


@pytest.mark.parametrize(
    ("left", "count", "first"),
    [(100, 0, date(2026, 1, 1)), (100, 61, date(2026, 1, 1)), (2, 3, date(2026, 1, 1)), (100, 2, date(9999, 12, 31))],
)
def test_what_is_no_plan_is_none(left, count, first):
    assert monthly(left, count, first) is None
