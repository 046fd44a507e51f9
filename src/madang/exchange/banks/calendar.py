"""Business days of Korean banks, and the day on which a payment counts.

Days are Korean days; times are seconds since 1970. A cut-off is seconds after Korean midnight: what comes at it or
later counts on the next business day. Business days run from one cut-off to the next, so that every second belongs to
exactly one: what comes on a Sunday counts on Monday.
"""

import datetime
from functools import cache

import holidays

from madang.kernel.errors import MadangError

KOREA = datetime.timezone(datetime.timedelta(hours=9))
"""Korean time, all the year."""
MIDNIGHT = 86_400
"""A cut-off at the end of the day."""
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Between these years the holidays of each are known, the lunar ones by calculation."""

_DAY = datetime.timedelta(days=1)
_CLOSED_FROM = 5
"""Saturday, as `weekday` counts."""


def is_business_day(day: datetime.date) -> bool:
    """Whether banks are open. Raises `MadangError` (`calendar.year`) outside 2000 to 2099."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise MadangError("calendar.year", f"Holidays are known from {FIRST_YEAR} to {LAST_YEAR}. Check the date.")
    return day.weekday() < _CLOSED_FROM and day not in _holidays(day.year)


def next_business_day(day: datetime.date) -> datetime.date:
    """The first business day after a day."""
    day += _DAY
    while not is_business_day(day):
        day += _DAY
    return day


def previous_business_day(day: datetime.date) -> datetime.date:
    """The last business day before a day."""
    day -= _DAY
    while not is_business_day(day):
        day -= _DAY
    return day


def business_day(time: int, cut_off: int = MIDNIGHT) -> datetime.date:
    """The business day on which what happens at `time` counts. Raises `MadangError`: `calendar.cut_off`, `.year`."""
    _check_cut_off(cut_off)
    moment = datetime.datetime.fromtimestamp(time, KOREA)
    day = moment.date()
    late = time - midnight(day) >= cut_off
    return next_business_day(day) if late or not is_business_day(day) else day


def value_date(time: int, cut_off: int = MIDNIGHT, days: int = 0) -> datetime.date:
    """The day on which a payment of `time` has value: `days` business days after its own (0: the same)."""
    day = business_day(time, cut_off)
    for _ in range(days):
        day = next_business_day(day)
    return day


def window(day: datetime.date, cut_off: int = MIDNIGHT) -> tuple[int, int]:
    """The seconds from and until (not including) which a business day counts.

    Raises `MadangError`: `calendar.cut_off`, `calendar.closed` (banks are closed on that day), `calendar.year`.
    """
    _check_cut_off(cut_off)
    if not is_business_day(day):
        raise MadangError("calendar.closed", f"{day} is no business day in Korea. Name the day that the file is for.")
    return midnight(previous_business_day(day)) + cut_off, midnight(day) + cut_off


def midnight(day: datetime.date) -> int:
    """The first second of a Korean day."""
    return int(datetime.datetime.combine(day, datetime.time(), KOREA).timestamp())


def _check_cut_off(cut_off: int) -> None:
    if not 1 <= cut_off <= MIDNIGHT:
        raise MadangError("calendar.cut_off", "A cut-off is between 1 and 86,400 seconds after Korean midnight.")


@cache
def _holidays(year: int) -> frozenset[datetime.date]:
    return frozenset(holidays.country_holidays("KR", years=year, categories=("public", "bank"), expand=False))
