"""Months of days, in the Gregorian calendar."""

from __future__ import annotations

from typing import Final


def month_of(day: int) -> int:
    """Months since January 1970 of a day since 1970-01-01.

    Counts in years that begin in March, so that the leap day is a year's last (Hinnant, days_from_civil).
    """
    day += 719_468
    era = day // 146_097
    of_era = day - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    from_march = (5 * of_year + 2) // 153
    return (era * 400 + year - 1970) * 12 + from_march + 2


_LAST_YEAR: Final = 2_199


def _lengths(year: int) -> tuple[int, ...]:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _written_out() -> tuple[int, ...]:
    months: list[int] = []
    number = 0
    for year in range(1970, _LAST_YEAR + 1):
        for length in _lengths(year):
            months.extend([number] * length)
            number += 1
    return tuple(months)


MONTHS: Final = _written_out()
"""`month_of` of every day up to the end of 2199, since most actions with a counter for a month ask for it."""
