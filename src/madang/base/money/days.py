"""Rules of business days: the central bank opens and closes them; what is settled bears the date of its day.

A day ends at its cut-off, not when somebody closes it: what happens behind a cut-off belongs to the day that is opened
next. Nothing waits for a day, and what is written in a block is final when that block is durable.
"""

import datetime

from madang.base.money import ledger
from madang.base.money.refusals import refuse
from madang.base.money.state import DAY, DAYS, WINDOW, Day
from madang.base.money.transactions import MAX_DAY, CloseDay, OpenDay
from madang.base.parties.queries import has_role
from madang.kernel.module import Call


def open_day(call: Call, act: OpenDay) -> None:
    """Another business day, once the one before it is closed."""
    _check_central_bank(call, act.by)
    try:
        datetime.date.fromisoformat(act.date)
    except ValueError:
        raise refuse("no_date", date=act.date) from None
    before = call.state.get(DAY)
    if before is not None and not before.closed_at:
        raise refuse("day_open", date=before.date)
    if before is not None and act.date <= before.date:
        raise refuse("day_before", date=before.date)
    if not call.time < act.cut_off <= call.time + MAX_DAY * 86_400:
        raise refuse("cut_off", days=MAX_DAY)
    _put(call, Day(act.date, call.time, act.cut_off, 0))


def close_day(call: Call, act: CloseDay) -> None:
    """The day is closed, and its netting window settled: as `money.close_window`, that can't fail."""
    _check_central_bank(call, act.by)
    day = call.state.get(DAY)
    if day is None or day.closed_at:
        raise refuse("no_day")
    if call.time < day.cut_off:
        raise refuse("before_cut_off", date=day.date, cut_off=day.cut_off)
    window = call.state.get(WINDOW)
    if window is not None and window.is_open:
        ledger.close_window(call, window)
    _put(call, Day(day.date, day.opened_at, day.cut_off, call.time))


def _put(call: Call, day: Day) -> None:
    call.state.put(DAY, day)
    call.state.put(DAYS, day, day.cut_off)


def _check_central_bank(call: Call, name: str) -> None:
    if not has_role(call.state, name, "central_bank"):
        raise refuse("not_central_bank")
