"""Sends rows as grants of a thousand each, and knows of every row what became of it.

Nothing is remembered here between two runs. Before each batch the ledger is asked which references it has granted;
those are passed over. So a run after a crash, or a second run of the same file, grants what is missing and no more:
the ledger itself refuses a reference that it holds.

- **No answer**: whoever runs this is told at once, and when it is tried again; after a minute without an answer
  sending stops. The same signed bytes are sent again, which is safe, since a payload is ordered once. If they expire
  before an answer comes, they can't be ordered any more: the ledger is asked again and the rest is signed anew.
- **A row is refused**: a grant is all or nothing, so the row must go. Where the refusal names it (its reason is the
  reference), the rows before it are right: they are sent, and then those behind it. Where it does not, as with a
  clause of the programme, the batch is halved until the row stands alone.
- **The whole is refused** (no authority, no money, a closed programme), or a hundred rows on end for one reason:
  sending stops, and the report says where. Mend the cause and run again.
"""

import csv
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import msgspec

from madang.bulk.reading import FIRST_ROW
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import Grant, GrantRow

BATCH = 1000
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 25.0)
"""Seconds to wait before each further try of the same; after the last, sending stops."""
PATIENCE = 60.0
"""Seconds without an answer after which no further try begins, however long each took."""
MOST_ON_END = 100
"""Rows refused one after another, for one reason, after which it is the file or the programme that is wrong."""

Status = Literal["granted", "skipped", "refused", "unknown", "not_sent"]
_OF_A_ROW = ("programmes.clause", "programmes.out_of_range")
_EXPIRED = "payload.expired"
T = TypeVar("T")


class Unanswered(MadangError):  # noqa: N818  what a target says when it got no answer
    """Nobody knows whether the transaction was ordered. Sending the same bytes again is safe."""


class Target(Protocol):
    """Where grants go. Every method raises `Unanswered`, or `MadangError` for what trying again would not mend."""

    def granted(self, programme: str, references: Sequence[str]) -> Collection[str]:
        """Which of up to a thousand references the programme has granted already, durably."""

    def sign(self, acts: Sequence[Act]) -> bytes:
        """These acts as a signed transaction, under a fresh id."""

    def submit(self, signed: bytes) -> Result:
        """Have it ordered; the outcome, once durable."""


class Refusal(msgspec.Struct, frozen=True):
    """A row that the ledger refused, and why. `row` counts as the file does: the header is row 1."""

    row: int
    reference: str
    code: str
    reason: str
    message: str


class Progress(msgspec.Struct, frozen=True):
    """How far sending has come, in rows."""

    done: int
    total: int
    granted: int
    skipped: int
    refused: int


class Waiting(msgspec.Struct, frozen=True):
    """There was no answer: why, in how many seconds it is tried again, and how many tries are left with that one."""

    error: Unanswered
    seconds: float
    tries_left: int


class Report(msgspec.Struct):
    """What became of each row: `statuses` in the order of the rows. `stopped` says why the rest was not sent, if so.

    `granted` counts this run, `skipped` what the ledger held already.
    """

    statuses: list[Status]
    refusals: list[Refusal] = []
    stopped: MadangError | None = None

    def count(self, status: Status) -> int:
        """How many rows ended so."""
        return self.statuses.count(status)

    @property
    def granted(self) -> int:
        """Rows that this run granted."""
        return self.count("granted")

    @property
    def skipped(self) -> int:
        """Rows that were granted before."""
        return self.count("skipped")

    @property
    def refused(self) -> int:
        """Rows that the ledger refused."""
        return len(self.refusals)

    @property
    def is_complete(self) -> bool:
        """Whether every row is granted."""
        return self.granted + self.skipped == len(self.statuses)


def send_grants(
    rows: Sequence[GrantRow],
    programme: str,
    by: str,
    target: Target,
    progress: Callable[[Progress], None] = lambda _progress: None,
    waiting: Callable[[Waiting], None] = lambda _waiting: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Grant these rows in `programme` in the name of `by`; what is granted already is passed over.

    `progress` is called after each batch, `waiting` before each pause for want of an answer. Raises nothing of the
    ledger's: whatever stops it is in the report.
    """
    run = _Run(rows, programme, by, target, _Patience(waiting, sleep, clock))
    try:
        for start in range(0, len(rows), BATCH):
            places = list(range(start, min(start + BATCH, len(rows))))
            run.batch(places)
            progress(run.progress(places[-1] + 1))
    except MadangError as error:
        run.report.stopped = error
    return run.report


class _Patience:
    """Asks until there is an answer, or patience ends."""

    def __init__(
        self, waiting: Callable[[Waiting], None], sleep: Callable[[float], None], clock: Callable[[], float]
    ) -> None:
        self._waiting = waiting
        self._sleep = sleep
        self._clock = clock

    def ask(self, question: Callable[[], T]) -> T:
        """The answer. Raises `Unanswered` once patience has ended, and whatever else the question raises."""
        ends = self._clock() + PATIENCE
        for tried, wait in enumerate(WAITS):
            try:
                return question()
            except Unanswered as error:
                if self._clock() + wait > ends:
                    raise
                self._waiting(Waiting(error, wait, len(WAITS) - tried))
                self._sleep(wait)
        return question()


class _Run:
    """One run over the rows. Places are their positions, from 0."""

    def __init__(
        self, rows: Sequence[GrantRow], programme: str, by: str, target: Target, patience: "_Patience"
    ) -> None:
        self.report = Report(["not_sent"] * len(rows), [])
        self._rows = rows
        self._programme = programme
        self._by = by
        self._target = target
        self._patience = patience
        self._on_end = 0
        self._why = ("", "")
        self._counts = {"granted": 0, "skipped": 0}

    def progress(self, done: int) -> Progress:
        """How far this is."""
        counts = self._counts
        return Progress(done, len(self._rows), counts["granted"], counts["skipped"], self.report.refused)

    def batch(self, places: list[int]) -> None:
        """Grant up to a thousand rows, whatever it takes."""
        waiting = [self._missing(places)]
        while waiting:
            places = waiting.pop()
            if not places:
                continue
            self._mark(places, "unknown")
            try:
                result = self._submit(places)
            except MadangError as error:
                if error.code == _EXPIRED:
                    waiting.append(self._missing(places))
                    continue
                if not isinstance(error, Unanswered):
                    self._mark(places, "not_sent")
                raise
            if result.outcome == "accepted":
                self._mark(places, "granted")
                self._on_end = 0
                continue
            self._mark(places, "not_sent")
            # The last is taken first, so that rows stay in the order of the file.
            waiting += reversed(self._after_refusal(places, result))

    def _missing(self, places: list[int]) -> list[int]:
        """Those of these rows that are not granted yet; the others are passed over."""
        references = [self._rows[place].reference for place in places]
        held = set(self._patience.ask(lambda: self._target.granted(self._programme, references)))
        self._mark([place for place in places if self._rows[place].reference in held], "skipped")
        return [place for place in places if self._rows[place].reference not in held]

    def _submit(self, places: list[int]) -> Result:
        grant = Grant(by=self._by, programme=self._programme, rows=[self._rows[place] for place in places])
        signed = self._target.sign([grant])
        return self._patience.ask(lambda: self._target.submit(signed))

    def _after_refusal(self, places: list[int], result: Result) -> list[list[int]]:
        """What to send next, in order, after a refusal. Raises `MadangError` where it was not a row's fault."""
        named = next((at for at, place in enumerate(places) if self._rows[place].reference == result.reason), None)
        if named is not None:
            if result.code == "vouchers.granted":
                self._mark([places[named]], "skipped")
            else:
                self._refuse(places[named], result)
            return [places[:named], places[named + 1 :]]
        if result.code not in _OF_A_ROW:
            raise MadangError(result.code, result.message)
        if len(places) == 1:
            self._refuse(places[0], result)
            return []
        middle = len(places) // 2
        return [places[:middle], places[middle:]]

    def _refuse(self, place: int, result: Result) -> None:
        row = self._rows[place]
        self._mark([place], "refused")
        self.report.refusals.append(
            Refusal(place + FIRST_ROW, row.reference, result.code, result.reason, result.message)
        )
        why = (result.code, "" if result.reason == row.reference else result.reason)
        self._on_end = self._on_end + 1 if why == self._why else 1
        self._why = why
        if self._on_end >= MOST_ON_END:
            raise MadangError(
                "bulk.all_refused",
                f"{MOST_ON_END} rows on end were refused with {result.code} ({result.message}). Look into it first.",
            )

    def _mark(self, places: list[int], status: Status) -> None:
        for place in places:
            self.report.statuses[place] = status
        if status in self._counts:
            self._counts[status] += len(places)


def write_report(report: Report, rows: Sequence[GrantRow], path: Path) -> None:
    """Write what became of each row as CSV: row, reference, status, code, reason, message. The file must not exist.

    No cell begins as a formula does: such a text gets an apostrophe in front.
    """
    refusals = {one.row: one for one in report.refusals}
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "reference", "status", "code", "reason", "message"])
        for number, (row, status) in enumerate(zip(rows, report.statuses, strict=True), FIRST_ROW):
            one = refusals.get(number)
            why = [one.code, one.reason, one.message] if one else ["", "", ""]
            writer.writerow([number, *(_harmless(cell) for cell in (row.reference, status, *why))])


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
