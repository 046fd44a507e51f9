"""Dates, times and numbers as people write them in Korea and in English. Times are those of Korea (UTC+09:00)."""

from __future__ import annotations

import datetime
from typing import Final

from madang.contract.limits import OFFSET_SECONDS

_START: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS_KO: Final = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")
WEEKDAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def moment_of_time(seconds: int) -> datetime.datetime:
    """The clock in Korea at so many seconds since 1970-01-01T00:00:00Z."""
    return _START + datetime.timedelta(seconds=seconds + OFFSET_SECONDS)


def moment_of_date(days: int) -> datetime.datetime:
    """The first moment of a date, given in days since 1970-01-01."""
    return _START + datetime.timedelta(days=days)


def year_and_month(months: int) -> tuple[int, int]:
    """The year and month, given in months since January 1970."""
    return 1970 + months // 12, months % 12 + 1
