"""To which business day a transaction belongs: the central bank's days where it opens them, else the calendar's.

Where the central bank opens and closes days on the ledger (`base/money/days`), a block belongs to the day that was
open, and what comes between two days to the next that is opened. On a ledger without such days the calendar of
`exchange/banks` and a cut-off decide.
"""

import datetime

from madang.base.money.queries import business_day as latest_day
from madang.base.money.queries import finality
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.exchange.banks import MIDNIGHT, business_day, window
from madang.kernel.state import State

NEAR = 14 * 86_400
"""Seconds around a day in which what belongs to it was ordered: the longest holidays, and a central bank's delay."""


class Days:
    """The business days of a stored ledger. `cut_off` (seconds after Korean midnight) holds where it has none."""

    def __init__(self, view: View, cut_off: int = MIDNIGHT) -> None:
        self._state = State(Durable(view))
        self._cut_off = cut_off
        self._has_days = latest_day(self._state) is not None
        self._known: dict[int, str] = {}

    def date_of(self, height: int, time: int) -> str:
        """The date of what a block holds, such as `2026-11-20`; '' where its day was not opened yet."""
        found = self._known.get(height)
        if found is None:
            if self._has_days:
                found = finality(self._state, height).business_date
            else:
                found = business_day(time, self._cut_off).isoformat()
            self._known[height] = found
        return found

    def around(self, day: datetime.date) -> tuple[int, int]:
        """A stretch of time (seconds, the last not included) that holds the day and what lies near it.

        Raises `MadangError`: `calendar.closed`, `.cut_off`, `.year`.
        """
        since, until = window(day, self._cut_off)
        return since - NEAR, until + NEAR
