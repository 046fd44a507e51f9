"""Business days as the Korean calendar had them, and the day on which a payment counts."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.exchange.banks import (
    KOREA,
    MIDNIGHT,
    business_day,
    is_business_day,
    next_business_day,
    previous_business_day,
    value_date,
    window,
)
from madang.kernel.errors import MadangError

DATE = datetime.date
FIVE = 17 * 3600
seconds = st.integers(950_000_000, 4_000_000_000)
cut_offs = st.integers(1, MIDNIGHT)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime.datetime(year, month, day, hour, minute, tzinfo=KOREA).timestamp())


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (DATE(2025, 1, 27), "a temporary holiday before the lunar new year"),
        (DATE(2025, 3, 3), "the substitute for a national day on a Saturday"),
        (DATE(2025, 5, 1), "Labour Day, when banks are closed"),
        (DATE(2025, 5, 6), "the substitute for two holidays on one day"),
        (DATE(2025, 6, 3), "the election of a president"),
        (DATE(2025, 10, 8), "the substitute within the harvest festival"),
        (DATE(2026, 6, 3), "local elections"),
        (DATE(2026, 2, 17), "the lunar new year"),
        (DATE(2026, 11, 21), "a Saturday"),
        (DATE(2026, 11, 22), "a Sunday"),
    ],
)
def test_banks_are_closed(day: datetime.date, why: str) -> None:
    assert not is_business_day(day), why


@pytest.mark.parametrize("day", [DATE(2025, 5, 2), DATE(2025, 6, 4), DATE(2025, 10, 10), DATE(2026, 11, 23)])
def test_banks_are_open(day: datetime.date) -> None:
    assert is_business_day(day)


def test_the_harvest_festival_of_2025_is_a_long_one() -> None:
    assert next_business_day(DATE(2025, 10, 2)) == DATE(2025, 10, 10)
    assert previous_business_day(DATE(2025, 10, 10)) == DATE(2025, 10, 2)


@pytest.mark.parametrize(
    ("time", "cut_off", "day"),
    [
        (at(2026, 11, 20, 16, 59), FIVE, DATE(2026, 11, 20)),
        (at(2026, 11, 20, 17, 0), FIVE, DATE(2026, 11, 23)),
        (at(2026, 11, 21, 9, 0), FIVE, DATE(2026, 11, 23)),
        (at(2026, 11, 20, 23, 59), MIDNIGHT, DATE(2026, 11, 20)),
        (at(2026, 11, 21, 0, 0), MIDNIGHT, DATE(2026, 11, 23)),
    ],
)
def test_a_payment_counts_on_a_business_day(time: int, cut_off: int, day: datetime.date) -> None:
    assert business_day(time, cut_off) == day
    assert value_date(time, cut_off) == day
    assert value_date(time, cut_off, days=1) == next_business_day(day)


@given(seconds, cut_offs)
def test_every_second_belongs_to_exactly_one_business_day(time: int, cut_off: int) -> None:
    day = business_day(time, cut_off)
    since, until = window(day, cut_off)
    assert since <= time < until
    assert window(next_business_day(day), cut_off)[0] == until


@given(seconds, cut_offs)
def test_a_later_payment_never_counts_earlier(time: int, cut_off: int) -> None:
    assert business_day(time, cut_off) <= business_day(time + 3600, cut_off)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (lambda: is_business_day(DATE(1999, 12, 31)), "calendar.year"),
        (lambda: is_business_day(DATE(2100, 1, 4)), "calendar.year"),
        (lambda: window(DATE(2026, 11, 20), 0), "calendar.cut_off"),
        (lambda: business_day(at(2026, 11, 20), MIDNIGHT + 1), "calendar.cut_off"),
        (lambda: window(DATE(2026, 11, 22)), "calendar.closed"),
    ],
)
def test_what_can_not_be_answered_is_refused(asked, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        asked()
    assert refused.value.code == code
