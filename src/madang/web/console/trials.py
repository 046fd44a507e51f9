"""Whether the rules would take the rows of a file: tried beside the server, one file at a time, and remembered.

A trial asks the rules some hundred times. So it is made once for a file and a height of the ledger, by a thread of its
own, for at most a minute; whoever opens the page meanwhile sees how far it is. It decides nothing: the ledger does.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from madang.kernel.errors import Rejected
from madang.services.vouchers.transactions import GrantRow

MOST_TRIES = 400
"""How often rows are tried to find those that the rules refuse."""
MOST_FAULTS = 100
MOST_SECONDS = 60.0
FRESH_SECONDS = 20.0
"""For so long a trial counts though the ledger went on: else it would never end on a busy one."""
MOST_TRIALS = 64
OF_A_ROW = ("programmes.clause", "programmes.out_of_range")
"""Refusals that a row may be at fault for though none is named. Authority, money and stage are nobody's row."""
Rows = Sequence[tuple[int, GrantRow]]
"""Rows with their lines in the file."""
Refuse = Callable[[Sequence[GrantRow]], Rejected | None]
"""How the rules would refuse a grant of these rows."""


class Fault(msgspec.Struct, frozen=True):
    """What the rules refuse: a row by line and reference, or the whole file (line 0)."""

    line: int
    reference: str
    refusal: Rejected


class Trial(msgspec.Struct):
    """One file at a height: how many of its rows were looked at, and the faults so far.

    It is `complete` where every row was looked at; else something else may be refused, too.
    """

    height: int
    rows: int
    tried: int = 0
    faults: tuple[Fault, ...] = ()
    ended: float = 0.0
    complete: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing more comes."""
        return self.ended > 0


class Trials:
    """The trials of this server. The oldest are forgotten beyond a bound."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trials: OrderedDict[str, Trial] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, "madang-trials")
        self._closed = False

    def find(self, name: str) -> Trial | None:
        """The trial of a file, running or done."""
        return self._trials.get(name)

    def start(self, name: str, height: int, parts: Sequence[Rows], refuse: Refuse) -> Trial:
        """Try the parts of a file, unless that runs, or was done at this height or just now."""
        known = self._trials.get(name)
        if known is not None and not self._is_old(known, height):
            return known
        made = self._trials[name] = Trial(height, sum(len(part) for part in parts))
        self._trials.move_to_end(name)
        while len(self._trials) > MOST_TRIALS:
            self._trials.popitem(last=False)
        self._thread.submit(self._run, made, parts, refuse)
        return made

    def close(self) -> None:
        """Try nothing more."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _is_old(self, known: Trial, height: int) -> bool:
        return known.is_done and known.height != height and self._clock() - known.ended > FRESH_SECONDS

    def _run(self, trial: Trial, parts: Sequence[Rows], refuse: Refuse) -> None:
        ends = self._clock() + MOST_SECONDS
        try:
            try_rows(trial, parts, refuse, lambda: not self._closed and self._clock() < ends)
        finally:
            trial.ended = self._clock() or 1.0


def try_rows(trial: Trial, parts: Sequence[Rows], refuse: Refuse, goes_on: Callable[[], bool]) -> None:
    """Find the rows that the rules refuse, at most a hundred, for as long as `goes_on` says so.

    A part that is refused for no row that the rule names is halved, until one row is left.
    """
    waiting = list(reversed(parts))
    tries = 0
    while waiting and tries < MOST_TRIES and len(trial.faults) < MOST_FAULTS and goes_on():
        rows = waiting.pop()
        if not rows:
            continue
        tries += 1
        refusal = refuse([row for _, row in rows])
        if refusal is None:
            trial.tried += len(rows)
            continue
        named = next((place for place, (_, row) in enumerate(rows) if row.reference == refusal.reason), None)
        if named is None and refusal.code not in OF_A_ROW:
            trial.faults = (Fault(0, "", refusal),)
            trial.complete = True
            return
        if named is None and len(rows) > 1:
            middle = len(rows) // 2
            waiting += [rows[middle:], rows[:middle]]
            continue
        at = named or 0
        line, row = rows[at]
        trial.faults = tuple(sorted((*trial.faults, Fault(line, row.reference, refusal)), key=lambda one: one.line))
        trial.tried += 1
        waiting += [rows[at + 1 :], rows[:at]]
    trial.complete = not any(waiting)
