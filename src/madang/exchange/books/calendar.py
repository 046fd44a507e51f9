"""To which business day a transaction belongs: the central bank's days where it opens them, else the calendar's.

Where the central bank opens and closes days on the ledger (`base/money/days`), a block belongs to the day that was
open, and what comes between two days to the next that is opened. On a ledger without such days the calendar of
`exchange/banks` and a cut-off decide.
"""

import datetime

from madang.audit.stored import tip_of
from madang.base.money.queries import business_day as latest_day
from madang.base.money.queries import finality
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.exchange.banks import MIDNIGHT, business_day, midnight, next_business_day, previous_business_day, window
from madang.kernel.errors import MadangError
from madang.kernel.state import State

ONE_DAY = datetime.timedelta(days=1)
NEAR = 14 * 86_400
"""Seconds around a day in which what belongs to it was ordered: the longest holidays, and a central bank's delay."""


class Days:
    """The business days of a stored ledger. `cut_off` (seconds after Korean midnight) holds where it has none."""

    def __init__(self, view: View, cut_off: int = MIDNIGHT) -> None:
        self._state = State(Durable(view))
        self._cut_off = cut_off
        self._latest = latest_day(self._state)
        self._ends_at = tip_of(view).time
        self._known: dict[int, str] = {}

    def date_of(self, height: int, time: int) -> str:
        """The date of what a block holds, such as `2026-11-20`; '' where its day was not opened yet."""
        found = self._known.get(height)
        if found is None:
            if self._latest is not None:
                found = finality(self._state, height).business_date
            else:
                found = business_day(time, self._cut_off).isoformat()
            self._known[height] = found
        return found

    @property
    def ends_at(self) -> int:
        """When the last block of this ledger was made, in seconds: what came later is not in it."""
        return self._ends_at

    def check_over(self, day: datetime.date) -> None:
        """Refuse a day to which more may still come. Raises `MadangError` (`calendar.open_day`).

        On a ledger without business days nobody can know: look at `ends_at`.
        """
        if self._latest is None:
            return
        date = day.isoformat()
        if date > self._latest.date or (date == self._latest.date and not self._latest.closed_at):
            raise MadangError(
                "calendar.open_day",
                f"Here {day} is not closed yet. Wait, or take a backup after the central bank closed it.",
            )

    def around(self, day: datetime.date, last: datetime.date | None = None) -> tuple[int, int]:
        """A stretch of time (seconds, the end not included) that holds the days up to `last`, and what lies near them.

        By the calendar `day` alone must be a business day; either end of a period may be any. Raises `MadangError`:
        `calendar.closed`, `.cut_off`, `.year`, `.period` (it ends before it begins).
        """
        if last is not None and last < day:
            raise MadangError("calendar.period", "The period ends before it begins. Give its first day first.")
        if self._latest is not None:
            # The central bank may open a day on which banks are closed.
            return midnight(day) - NEAR, midnight(last or day) + MIDNIGHT + NEAR
        if last is None:
            since, until = window(day, self._cut_off)
            return since - NEAR, until + NEAR
        since, _ = window(next_business_day(day - ONE_DAY), self._cut_off)
        _, until = window(previous_business_day(last + ONE_DAY), self._cut_off)
        return since - NEAR, until + NEAR
