"""A bank's file of a day, as camt.053 or as CSV: all of it, or one error that names every row that is wrong.

CSV is UTF-8, with or without byte order mark; its header names columns as `Columns` declares, in any order and with
others between. Row numbers count as a spreadsheet does: the header is row 1. No message repeats what a cell holds.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterator

import msgspec

from madang.exchange.books import Direction
from madang.exchange.iso20022 import Entry, read_statements
from madang.kernel.errors import MadangError
from madang.kernel.fields import MAX_WON

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 1_000_000
MOST_SHOWN = 100
FIRST_ROW = 2

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_WON = re.compile(r"[1-9][0-9]{0,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Booking(msgspec.Struct, frozen=True):
    """A conversion as the bank booked it: under a reference, in won, on a day such as `2026-11-20`."""

    reference: str
    direction: Direction
    amount: int
    day: str


class Columns(msgspec.Struct, frozen=True):
    """What a bank's CSV calls its columns, and its two directions."""

    reference: str = "reference"
    direction: str = "direction"
    amount: str = "amount"
    day: str = "day"
    issue: str = "issue"
    redemption: str = "redemption"


class RowProblem(msgspec.Struct, frozen=True):
    """One thing wrong: in which row and column (as declared), a stable code, what to write instead."""

    row: int
    column: str
    code: str
    instead: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.code}: {self.instead}"


class BankFileError(MadangError):
    """A file of which nothing was compared. `problems` are the first hundred things wrong, `count` counts them all."""

    def __init__(self, problems: list[RowProblem], count: int) -> None:
        listed = "\n".join(str(one) for one in problems)
        more = f"\nand {count - len(problems)} more" if count > len(problems) else ""
        super().__init__("reconcile.rows", f"Nothing was compared: {count} problem(s). Correct them.\n{listed}{more}")
        self.problems = problems
        self.count = count


def read_bookings(data: bytes, day: datetime.date, columns: Columns | None = None) -> list[Booking]:
    """The bookings of a bank's file for a business day, in its order.

    Raises `MadangError`: `reconcile.size`, `.empty`; of camt.053 what `read_statements` raises, `reconcile.statements`
    (not exactly one), `.statement_day` (of another day); of CSV `reconcile.encoding`, `.nul`, `.columns`, `.quotes`,
    `.row_count`, and `BankFileError` with `cell.reference`, `.direction`, `.amount`, `.day`, `row.cells`.
    """
    if len(data) > MOST_BYTES:
        raise MadangError("reconcile.size", f"The file has {len(data)} bytes; at most {MOST_BYTES}. Split the day.")
    text = data.removeprefix(b"\xef\xbb\xbf")
    if not text.strip():
        raise MadangError(
            "reconcile.empty", "The file is empty. A day without conversions has a header or a statement."
        )
    if text.lstrip().startswith(b"<"):
        return _of_statement(data, day)
    return _of_csv(text, columns or Columns())


def _of_statement(data: bytes, day: datetime.date) -> list[Booking]:
    statements = read_statements(data)
    if len(statements) != 1:
        raise MadangError(
            "reconcile.statements",
            f"The file has {len(statements)} statements. Export the account of the tokens' deposits alone.",
        )
    if statements[0].day != day:
        raise MadangError(
            "reconcile.statement_day", f"The statement is of {statements[0].day}. Name that day, or its file."
        )
    return [_booking(one) for one in statements[0].entries]


def _booking(entry: Entry) -> Booking:
    return Booking(entry.reference, "issue" if entry.is_credit else "redemption", entry.amount, entry.day.isoformat())


def _of_csv(data: bytes, columns: Columns) -> list[Booking]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise MadangError(
            "reconcile.encoding", "The file is not UTF-8. Save it as CSV in UTF-8, not as CP949."
        ) from None
    if "\0" in text:
        raise MadangError("reconcile.nul", "The file holds a NUL character. Export it again as CSV in UTF-8.")
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    found = _Found(columns)
    try:
        found.header(next(records))
        for number, cells in enumerate(records, FIRST_ROW):
            if number - FIRST_ROW >= MOST_ROWS:
                raise MadangError("reconcile.row_count", f"There are more than {MOST_ROWS} rows. Split the day.")
            found.add(number, cells)
    except csv.Error:
        line = records.line_num
        raise MadangError(
            "reconcile.quotes", f"Line {line}: a quotation mark is not closed. Export it again."
        ) from None
    return found.finish()


class _Found:
    """Bookings and problems as rows are read."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._directions: dict[str, Direction] = {columns.issue: "issue", columns.redemption: "redemption"}
        self._places: tuple[int, ...] = ()
        self._width = 0
        self._bookings: list[Booking] = []
        self._problems: list[RowProblem] = []
        self._count = 0

    def header(self, names: list[str]) -> None:
        """Find the declared columns."""
        columns = self._columns
        wanted = (columns.reference, columns.direction, columns.amount, columns.day)
        missing = [one for one in wanted if names.count(one) != 1]
        if missing or len(set(wanted)) < len(wanted):
            raise MadangError(
                "reconcile.columns",
                f"The header must have each of {', '.join(wanted)} once. Declare what the bank calls them: --column.",
            )
        self._places = tuple(names.index(one) for one in wanted)
        self._width = len(names)

    def add(self, number: int, cells: list[str]) -> None:
        """Take one row."""
        if len(cells) != self._width:
            self._report(number, "all", "row.cells", f"Write {self._width} cells, as the header has.")
            return
        reference, direction, amount, day = (cells[place] for place in self._places)
        problems = list(self._wrong(number, reference, direction, amount, day))
        for problem in problems:
            self._report(problem.row, problem.column, problem.code, problem.instead)
        if not problems:
            self._bookings.append(Booking(reference, self._directions[direction], int(amount), day))

    def finish(self) -> list[Booking]:
        """The bookings, if all rows are right."""
        if self._problems:
            raise BankFileError(self._problems, self._count)
        return self._bookings

    def _wrong(self, number: int, reference: str, direction: str, amount: str, day: str) -> Iterator[RowProblem]:
        columns = self._columns
        if _REFERENCE.fullmatch(reference) is None:
            instead = "Write the reference of the conversion: 1 to 64 letters, digits or . _ : / -."
            yield RowProblem(number, columns.reference, "cell.reference", instead)
        if direction not in self._directions:
            instead = f"Write {columns.issue} or {columns.redemption}, or declare other words: --word."
            yield RowProblem(number, columns.direction, "cell.direction", instead)
        if _WON.fullmatch(amount) is None or int(amount) > MAX_WON:
            instead = "Write whole won in digits alone, such as 150000: no comma, point, sign or leading zero."
            yield RowProblem(number, columns.amount, "cell.amount", instead)
        if not _is_day(day):
            yield RowProblem(number, columns.day, "cell.day", "Write a day such as 2026-11-20.")

    def _report(self, row: int, column: str, code: str, instead: str) -> None:
        self._count += 1
        if len(self._problems) < MOST_SHOWN:
            self._problems.append(RowProblem(row, column, code, instead))


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False
