"""A shop's day is a Korean one."""

import pytest

from madang.web.shop.days import read_day

NOON = 1_764_212_400
"""2025-11-27T12:00:00+09:00."""


def test_a_day_begins_and_ends_at_midnight_in_korea():
    day = read_day("2025-11-27", 0)
    assert (day.since, day.until) == (NOON - 12 * 3600, NOON + 12 * 3600)
    assert (day.beside(-1), day.name, day.beside(1)) == ("2025-11-26", "2025-11-27", "2025-11-28")


@pytest.mark.parametrize("text", ["", "today", "2026-02-30", "2025-1-1", "0001-01-01", "9999-12-31", "２０２５-01-01"])
def test_what_is_no_day_is_today(text):
    assert read_day(text, NOON).name == "2025-11-27"


def test_the_evening_in_utc_is_the_next_day_in_korea():
    assert read_day("", NOON + 12 * 3600).name == "2025-11-28"
