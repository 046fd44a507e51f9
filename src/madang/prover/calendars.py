"""Parts of times and dates in Korea as whole-number arithmetic.

Days, hours and weekdays are divisions by constants, as they are computed. A month is either exact arithmetic on the
400 years of the Gregorian calendar, or (much quicker) a function of the day of which only this is known: it never
falls, it rises within 31 days, and by at most one within 28. What is proven of the function holds of the calendar.
"""

from __future__ import annotations

from typing import Any

import z3

from madang.contract.limits import MONTH_HIGH, OFFSET_SECONDS
from madang.contract.typed import Calendar
from madang.contract.valuetypes import Number

_DAY = 86_400
_TO_MARCH = 719_468
"""Days from 0000-03-01 to 1970-01-01: a year that begins in March ends with the day that leaps."""
_ERA = 146_097
"""Days of 400 years."""


class Calendars:
    """The calendar functions of one formula."""

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.approximated = False
        self._month = z3.Function("month_of_day", z3.IntSort(), z3.IntSort())
        self._days: dict[int, Any] = {}

    def part(self, node: Calendar, operand: Any) -> Any:
        """The part of a time or date that `node` names."""
        type_ = node.operand.type
        seconds = operand + OFFSET_SECONDS
        days = operand if isinstance(type_, Number) and type_.unit == "date" else seconds / _DAY
        match node.function:
            case "day":
                return days
            case "hour":
                return (seconds % _DAY) / 3_600
            case "weekday":
                return (days + 3) % 7 + 1
            case "month":
                return self._month_of(days)
            case "month_of_year":
                return self._month_of(days) % 12 + 1

    def facts(self) -> list[Any]:
        """What is known of the months of the days in the formula."""
        days = list(self._days.values())
        facts = [z3.And(self._month(day) >= 0, self._month(day) <= MONTH_HIGH) for day in days]
        for first in days:
            for second in days:
                if not first.eq(second):
                    earlier, later = self._month(first), self._month(second)
                    facts.append(z3.Implies(first <= second, earlier <= later))
                    facts.append(z3.Implies(first + 31 <= second, earlier < later))
                    facts.append(z3.Implies(second <= first + 28, later <= earlier + 1))
        return facts

    def _month_of(self, days: Any) -> Any:
        if self.exact:
            return _months(days)
        self.approximated = True
        self._days.setdefault(days.get_id(), days)
        return self._month(days)


def _months(days: Any) -> Any:
    """Months since January 1970 of days since 1970-01-01, from the leap rule: every 4th year, no 100th, every 400th."""
    since = days + _TO_MARCH
    era, day_of_era = since / _ERA, since % _ERA
    year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100)
    month_from_march = (5 * day_of_year + 2) / 153
    return (era * 400 + year_of_era - 1970) * 12 + month_from_march + 2
