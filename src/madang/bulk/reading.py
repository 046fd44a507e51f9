"""Reads a CSV file of grants: all of it, or one error that names every row that is wrong.

The form is RFC 4180 in UTF-8 without a byte order mark, with the header `reference,amount,region,holder,code`, behind
which may stand any of `instalment,first_day,last_day,size,amount_class,subjects`, in this order. Each row names a
holder or a code; a further cell may be empty. Days are those of Korea. Row numbers count as a spreadsheet does: the
header is row 1.

A cell that a spreadsheet would run as a formula is refused. In `holder` a leading hyphen is allowed, since one
thumbprint in 64 begins with one.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from madang.kernel.errors import MadangError
from madang.services.vouchers.transactions import GrantRow

COLUMNS = ("reference", "amount", "region", "holder", "code")
FURTHER = ("instalment", "first_day", "last_day", "size", "amount_class", "subjects")
MAX_ROWS = 1_000_000
MAX_BYTES = 256 * 1024 * 1024
MOST_SHOWN = 100
FIRST_ROW = 2
"""The number of the first row behind the header."""

_FORMULA = ("=", "+", "-", "@", "\t")
_KOREA = datetime.timezone(datetime.timedelta(hours=9))
_DAY = 86_400
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INSTEAD = {
    "reference": "Write 1 to 64 letters, digits or . _ : / - that begin with a letter or digit: a keyed digest.",
    "amount": "Write whole won in digits alone, such as 150000: no comma, point, sign, space or leading zero.",
    "region": "Write 2 to 10 digits: the beginning of a legal-dong code, such as 26 for Busan. Keep leading zeros.",
    "holder": "Write the thumbprint of the holder's key, 43 letters, digits, - or _; or leave it empty, with a code.",
    "code": "Write the digest that madang letters make prints: 64 of 0-9 and a-f, in lower case; or leave it empty.",
    "instalment": "Write a number from 1 to 1000, or leave it empty for 1.",
    "first_day": "Write the first day of use as 2026-03-01, or leave it empty for the programme's.",
    "last_day": "Write the last day of use as 2026-03-31, or leave it empty for the programme's.",
    "size": "Write how many live in the household, 1 to 20, or leave it empty for 1.",
    "amount_class": "Write a, b, c, d, e or f as the authority attested it, or leave it empty for a.",
    "subjects": "Write keyed digests, 64 of 0-9 and a-f each, with one space between them; or leave it empty.",
}


class RowProblem(msgspec.Struct, frozen=True):
    """One thing wrong: in which row (0: the file) and column ('': the row), a stable code, what to write instead."""

    row: int
    column: str
    code: str
    instead: str

    def __str__(self) -> str:
        place = f"row {self.row}" + (f", {self.column}" if self.column else "") if self.row else "the file"
        return f"{place}: {self.code}: {self.instead}"


class GrantFileError(MadangError):
    """A file of which nothing was sent. `problems` are the first hundred things wrong, `count` counts them all."""

    def __init__(self, problems: list[RowProblem], count: int) -> None:
        listed = "\n".join(str(one) for one in problems)
        more = f"\nand {count - len(problems)} more" if count > len(problems) else ""
        super().__init__("bulk.file", f"Nothing was sent: {count} problem(s). Correct the file.\n{listed}{more}")
        self.problems = problems
        self.count = count


def read_grants(source: Path | bytes) -> list[GrantRow]:
    """All rows of a file, in its order. Raises `GrantFileError` with everything that is wrong.

    Codes: of the file `file.unreadable`, `.size`, `.empty`, `.byte_order_mark`, `.encoding`, `.nul`, `.header`,
    `.column_missing`, `.column_unknown`, `.column_twice`, `.column_order`, `.quotes`, `.rows`; of a row `row.cells`,
    `row.empty`, `row.target`, `cell.formula`, `cell.value`, `reference.twice`, `code.twice`.
    """
    records = csv.reader(io.StringIO(_text(_bytes(source)), newline=""), strict=True)
    found = _Found()
    try:
        found.columns = _header(next(records, []))
        for number, cells in enumerate(records, FIRST_ROW):
            found.add(number, cells)
    except csv.Error:
        raise _file_error(
            "quotes",
            'A quotation mark is not closed, or stands inside a cell. Write quotes only around whole cells, "" inside.',
            records.line_num,
        ) from None
    return found.finish()


def _bytes(source: Path | bytes) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MAX_BYTES:
            raise _file_error("size", f"The file has {size} bytes; at most {MAX_BYTES}. Split it.")
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise _file_error("unreadable", f"It can't be read: {error.strerror}. Check its name.") from None


def _text(data: bytes) -> str:
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _file_error("byte_order_mark", "The file begins with a byte order mark. Save it as UTF-8 without one.")
    if not data.strip():
        raise _file_error("empty", f"The file is empty. Its first line is {','.join(COLUMNS)}; a row a grant follows.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _file_error("encoding", _guess(data), line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _file_error("nul", "A cell holds a NUL character. Export the file again as CSV in UTF-8.", line)
    return text


def _guess(data: bytes) -> str:
    try:
        data.decode("cp949")
    except UnicodeDecodeError:
        return "This is not UTF-8. Save it as CSV in UTF-8."
    return "This is not UTF-8; it may be CP949 (EUC-KR), as spreadsheets write 'CSV'. Save it as CSV in UTF-8."


def _header(names: list[str]) -> tuple[str, ...]:
    """The columns of a file."""
    columns = (*COLUMNS, *(name for name in FURTHER if name in names))
    if tuple(names) == columns:
        return columns
    wanted = ",".join(columns)
    if not set(names) & set(COLUMNS):
        raise _file_error("header", f"The first line is no header, or not separated by commas. Write: {wanted}", 1)
    for name in columns:
        if names.count(name) > 1:
            raise _file_error("column_twice", f"The header has {name} twice. Write: {wanted}", 1)
        if name not in names:
            raise _file_error("column_missing", f"The header has no {name}. Write: {wanted}", 1)
    if len(names) > len(columns):
        raise _file_error("column_unknown", f"The header has a column nobody reads. Write only: {wanted}", 1)
    raise _file_error("column_order", f"The columns are in another order. Write: {wanted}", 1)


def _file_error(code: str, instead: str, row: int = 0) -> GrantFileError:
    return GrantFileError([RowProblem(row, "", f"file.{code}", instead)], 1)


class _Found:
    """Rows and problems as the file is read."""

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = COLUMNS
        self._rows: list[GrantRow] = []
        self._problems: list[RowProblem] = []
        self._count = 0
        self._references: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._blank = 0

    def add(self, number: int, cells: list[str]) -> None:
        """Take one record."""
        if number - FIRST_ROW >= MAX_ROWS:
            raise _file_error("rows", f"There are more than {MAX_ROWS} rows. Split the file.")
        if not cells:
            self._blank = self._blank or number
            return
        if self._blank:
            self._report(self._blank, "", "row.empty", "The line is empty. Remove it.")
            self._blank = 0
        if len(cells) != len(self.columns):
            count = len(self.columns)
            instead = f"The row has {len(cells)} cells, not {count}. Write a comma for each cell that is empty."
            self._report(number, "", "row.cells", instead)
            return
        reference, code = cells[0], cells[4]
        row = _fast(self.columns, cells)
        if row is None:
            for problem in _problems(number, self.columns, cells):
                self._report(problem.row, problem.column, problem.code, problem.instead)
        else:
            self._rows.append(row)
        self._once(self._references, number, "reference", reference, "Grant once under a reference.")
        if code:
            self._once(self._codes, number, "code", code, "Make a code of its own for each voucher.")

    def finish(self) -> list[GrantRow]:
        """The rows, if all are right."""
        if self._problems:
            raise GrantFileError(self._problems, self._count)
        if not self._rows:
            raise _file_error("empty", "There is a header and no row. Write a row for each grant.")
        return self._rows

    def _once(self, seen: dict[str, int], number: int, column: str, value: str, instead: str) -> None:
        first = seen.setdefault(value, number)
        if first != number and value:
            self._report(number, column, f"{column}.twice", f"Row {first} has it already. {instead}")

    def _report(self, row: int, column: str, code: str, instead: str) -> None:
        self._count += 1
        if len(self._problems) < MOST_SHOWN:
            self._problems.append(RowProblem(row, column, code, instead))


def _fast(columns: tuple[str, ...], cells: list[str]) -> GrantRow | None:
    """The row, or None where anything at all is wrong with it."""
    if any(not cell for cell in cells[:3]) or (not cells[3]) == (not cells[4]):
        return None
    try:
        fields = {
            field: value
            for column, cell in zip(columns, cells, strict=True)
            if cell
            for field, value in (_field(column, cell),)
        }
        return msgspec.convert(fields, GrantRow)
    except (ValueError, msgspec.ValidationError):
        return None


def _field(column: str, cell: str) -> tuple[str, Any]:
    """The field of a grant's row that a cell stands for, and its value. Raises `ValueError` if it can't be read."""
    if column in ("amount", "instalment", "size"):
        return column, _number(cell)
    if column == "first_day":
        return "since", _midnight(cell)
    if column == "last_day":
        return "until", _midnight(cell) + _DAY
    if column == "subjects":
        return column, cell.split(" ")
    return column, cell


def _number(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and cell[0] != "0" and len(cell) <= 16):
        raise ValueError
    return int(cell)


def _midnight(cell: str) -> int:
    """The first second of a day in Korea."""
    if not _DATE.match(cell):
        raise ValueError
    day = datetime.date.fromisoformat(cell)
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=_KOREA).timestamp())


def _problems(number: int, columns: tuple[str, ...], cells: list[str]) -> Iterator[RowProblem]:
    """Everything wrong with a row."""
    for column, cell in zip(columns, cells, strict=True):
        if cell.startswith(_FORMULA) and not (column == "holder" and cell[0] == "-"):
            instead = f"A spreadsheet would run this cell as a formula. {_INSTEAD[column]}"
            yield RowProblem(number, column, "cell.formula", instead)
        elif (cell or column in COLUMNS[:3]) and not _fits(column, cell):
            yield RowProblem(number, column, "cell.value", _INSTEAD[column])
    if bool(cells[3]) == bool(cells[4]):
        instead = "Name either a holder or a code, and leave the other cell empty."
        yield RowProblem(number, "", "row.target", instead)


def _fits(column: str, cell: str) -> bool:
    try:
        field, value = _field(column, cell)
        msgspec.convert(value, _TYPES[field])
    except (ValueError, msgspec.ValidationError):
        return False
    return True


_TYPES = {field.name: field.type for field in msgspec.structs.fields(GrantRow)}
