"""A plan of monthly instalments for what is left of a debt, as debtor or creditor propose it."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from madang.base.debts.state import Instalment
from madang.base.debts.transactions import MAX_INSTALMENTS, NewInstalment
from madang.web.site.formats import KOREA


def monthly(left: int, count: int, first: date) -> list[NewInstalment] | None:
    """So many instalments of `left` won, each due by the end of a day a month after the one before, the first by the
    end of `first`; where a month has no such day, by its last. What does not divide goes first.

    None where there are none or too many, or less than a won each.
    """
    if not 1 <= count <= min(MAX_INSTALMENTS, left) or first.year > date.max.year - MAX_INSTALMENTS:
        return None
    whole, rest = divmod(left, count)
    return [NewInstalment(due_at=end_of(_later(first, place)), amount=whole + (place < rest)) for place in range(count)]


def proposed(plan: Sequence[Instalment]) -> list[NewInstalment]:
    """A plan that was proposed, as whoever agrees to it names it."""
    return [NewInstalment(due_at=one.due_at, amount=one.amount) for one in plan]


def end_of(day: date) -> int:
    """The first second behind a day in Korea: what is due on that day is overdue from then on."""
    after = day + timedelta(days=1)
    return int(datetime(after.year, after.month, after.day, tzinfo=KOREA).timestamp())


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
