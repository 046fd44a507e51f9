"""Rules of business days: the central bank opens and closes them; what is settled bears the date of its day.

What is ordered bears the date of the day that is open, up to the block that closes it and with it; what comes behind
belongs to the day that is opened next. So a date is a matter of the block's height alone, and never changes. Payments
wait for no day, and what a block holds is final when that block is durable: nothing unwinds it. At the cut-off netting
stops, whether anybody is there to close the day or not.
"""

import datetime

from madang.base.money import ledger
from madang.base.money.refusals import refuse
from madang.base.money.state import DAY, DAYS, WINDOW, Day
from madang.base.money.transactions import MAX_DAY, CloseDay, OpenDay
from madang.base.parties.queries import has_role
from madang.kernel.module import Call

KOREA = 9 * 3600
"""Seconds that Korean time is ahead of UTC, all the year."""
SECONDS = 86_400
EPOCH = datetime.date(1970, 1, 1).toordinal()


def day_of(time: int) -> int:
    """The Korean day of a block time, in days since 1970."""
    return (time + KOREA) // SECONDS


def open_day(call: Call, act: OpenDay) -> None:
    """Another business day, once the one before it is closed."""
    _check_central_bank(call, act.by)
    try:
        day = datetime.date.fromisoformat(act.date).toordinal() - EPOCH
    except ValueError:
        raise refuse("no_date", date=act.date) from None
    before = call.state.get(DAY)
    if before is not None and before.holds(call.height):
        raise refuse("day_open", date=before.date)
    if before is not None and act.date <= before.date:
        raise refuse("day_before", date=before.date)
    # Days follow one another: a date far ahead would be the last that can ever be opened.
    if day > day_of(call.time) + MAX_DAY:
        raise refuse("day_ahead", days=MAX_DAY)
    if not call.time < act.cut_off <= call.time + MAX_DAY * SECONDS:
        raise refuse("cut_off", days=MAX_DAY)
    call.state.put(DAY, Day(act.date, call.time, act.cut_off, 0, 0))


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
    closed = Day(day.date, day.opened_at, day.cut_off, call.time, call.height)
    call.state.put(DAY, closed)
    call.state.put(DAYS, closed, call.height)


def _check_central_bank(call: Call, name: str) -> None:
    if not has_role(call.state, name, "central_bank"):
        raise refuse("not_central_bank")
