"""What officers type, as tables of cases."""

from datetime import date

import pytest

from madang.web.console.fields import midnight, read_day, read_names, read_share


@pytest.mark.parametrize(
    ("typed", "read"),
    [("74", 7_400), ("12.5 %", 1_250), ("0.05", 5), ("100", 10_000), ("100.01", None), ("12,5", None), ("", None)],
)
def test_a_share_is_basis_points(typed, read):
    assert read_share(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        ("welfare, ministry\nwelfare", ["welfare", "ministry"]),
        ("a", None),
        ("복지부", None),
        ("aa bb cc", None),
    ],
)
def test_names_are_short_each_once_and_not_too_many(typed, read):
    assert read_names(typed, 2) == read


def test_a_day_begins_at_midnight_in_korea():
    assert read_day("2025-12-01") == date(2025, 12, 1)
    assert read_day("2025-13-01") is None
    assert read_day("20251201") is None
    assert midnight(date(2025, 12, 1)) == 1_764_514_800
