"""Parts of times and dates in Korea as whole-number arithmetic.

Days, hours and weekdays are divisions by constants, as they are computed. A month is either exact arithmetic on the
400 years of the Gregorian calendar, or (much quicker) a function of the day of which only this is known: it never
falls, it rises within 31 days, and by at most one within 28. What is proven of the function holds of the calendar. A
run that is found may need a month that is none, so it is sought again with exact months, which are written out between
two days and arithmetic on all others.
"""

from __future__ import annotations

import copy
from typing import Any

import z3

from madang.contract.limits import MONTH_HIGH, OFFSET_SECONDS
from madang.contract.months import month_of
from madang.contract.typed import Calendar
from madang.contract.valuetypes import Number

_DAY = 86_400
_TO_MARCH = 719_468
"""Days from 0000-03-01 to 1970-01-01: a year that begins in March ends with the day that leaps."""
_ERA = 146_097
"""Days of 400 years."""


class Calendars:
    """The calendar functions of one formula. Months are exact with `exact`, or written out `between` two days."""

    def __init__(self, *, exact: bool, between: tuple[int, int] | None = None) -> None:
        self.exact = exact
        self.between = between
        self.approximated = False
        self._month = z3.Function("month_of_day", z3.IntSort(), z3.IntSort())
        self._days: dict[int, Any] = {}

    def branch(self) -> Calendars:
        """The same for a longer formula."""
        branch = copy.copy(self)
        branch._days = dict(self._days)
        return branch

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
        if self.between is not None:
            first, last = self.between
            return z3.If(z3.And(days >= first, days <= last), _months_between(days, first, last), _months(days))
        if self.exact:
            return _months(days)
        self.approximated = True
        self._days.setdefault(days.get_id(), days)
        return self._month(days)


def _months_between(days: Any, first: int, last: int) -> Any:
    """Months since January 1970 of days between two: those of the first, and one for each beginning that was passed."""
    months = [month_of(day) for day in range(first, last + 1)]
    begins = [first + place for place in range(1, len(months)) if months[place] != months[place - 1]]
    return z3.IntVal(months[0]) + z3.Sum([z3.If(days >= begin, 1, 0) for begin in begins])


def _months(days: Any) -> Any:
    """Months since January 1970 of days since 1970-01-01, from the leap rule: every 4th year, no 100th, every 400th."""
    since = days + _TO_MARCH
    era, day_of_era = since / _ERA, since % _ERA
    year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100)
    month_from_march = (5 * day_of_year + 2) / 153
    return (era * 400 + year_of_era - 1970) * 12 + month_from_march + 2
