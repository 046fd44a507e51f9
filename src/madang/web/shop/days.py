"""Days as shops count them: from midnight to midnight in Korea."""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta

import msgspec

from madang.web.site.formats import KOREA

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_YEAR, LAST_YEAR = 2020, 2100


class Day(msgspec.Struct, frozen=True):
    """A day: its date, and its first second and the one after its last."""

    date: date
    since: int
    until: int

    @property
    def name(self) -> str:
        """As in a path: `2026-01-31`."""
        return self.date.isoformat()

    def beside(self, days: int) -> str:
        """The name of the day so many days later."""
        return (self.date + timedelta(days=days)).isoformat()


def read_day(text: str, now: int) -> Day:
    """The day of this name; the day of the second `now` where it is none."""
    found = datetime.fromtimestamp(now, KOREA).date()
    if _DAY.fullmatch(text) and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        with suppress(ValueError):  # such as 2026-02-30
            found = date.fromisoformat(text)
    began = datetime(found.year, found.month, found.day, tzinfo=KOREA)
    return Day(found, int(began.timestamp()), int((began + timedelta(days=1)).timestamp()))


def day_and_time(second: int) -> str:
    """A second as spreadsheets sort it: `2026-01-31 18:05:09`, in Korean time."""
    return datetime.fromtimestamp(second, KOREA).strftime("%Y-%m-%d %H:%M:%S")
