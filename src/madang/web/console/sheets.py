"""Small CSV files that officers upload: read whole, with everything that is wrong named row by row, or all of its rows.

RFC 4180 in UTF-8, with or without a byte order mark (spreadsheets write one). The first line names the columns. Rows
are numbered as a spreadsheet does: the header is row 1. No answer repeats what a cell holds.
"""

import csv
import io
from collections.abc import Callable, Sequence

import msgspec
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from madang.web.api.problems import Refused
from madang.web.site.visit import Visit

FIRST_ROW = 2
MOST_SHOWN = 100
MOST_FILE_BYTES = 2 * 1024 * 1024
_FORMULA = ("=", "+", "-", "@", "\t")


class Wrong(msgspec.Struct, frozen=True):
    """One thing wrong: in which row (0: the file), in which column ('': all of it), and the key of its words."""

    row: int
    column: str
    code: str


class Sheet(msgspec.Struct, frozen=True):
    """What a file holds: its rows where nothing is wrong, else the first hundred problems, and how many there are."""

    rows: list[tuple[str, ...]]
    problems: list[Wrong]
    count: int


def read_sheet(data: bytes, columns: Sequence[str], fits: Callable[[str, str], bool], most: int) -> Sheet:
    """The rows of a file of these columns, at most so many. `fits` says whether a column may hold a cell.

    The first column names a row: nothing may stand there twice. Its cells may begin like a formula, for names on the
    ledger do.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _failed(Wrong(data.count(b"\n", 0, error.start) + 1, "", "file_encoding"))
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: dict[str, tuple[str, ...]] = {}
    problems: list[Wrong] = []
    try:
        if tuple(cell.strip() for cell in next(lines, [])) != tuple(columns):
            return _failed(Wrong(1, "", "file_header"))
        for number, cells in enumerate(lines, FIRST_ROW):
            if number - FIRST_ROW >= most:
                return _failed(Wrong(number, "", "file_rows"))
            row = tuple(cell.strip() for cell in cells)
            found = _problems(number, row, columns, fits)
            if not found and row[0] in rows:
                found = [Wrong(number, columns[0], "row_twice")]
            problems += found
            if not found:
                rows[row[0]] = row
    except csv.Error:
        return _failed(Wrong(lines.line_num, "", "file_quotes"))
    if problems:
        return Sheet([], problems[:MOST_SHOWN], len(problems))
    return Sheet(list(rows.values()), [], 0) if rows else _failed(Wrong(0, "", "file_empty"))


def _problems(
    number: int, row: tuple[str, ...], columns: Sequence[str], fits: Callable[[str, str], bool]
) -> list[Wrong]:
    if len(row) != len(columns):
        return [Wrong(number, "", "row_cells")]
    found = []
    for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if place and cell.startswith(_FORMULA):
            found.append(Wrong(number, column, "cell_formula"))
        elif not fits(column, cell):
            found.append(Wrong(number, column, "cell_value"))
    return found


def _failed(problem: Wrong) -> Sheet:
    return Sheet([], [problem], 1)


async def sent_file(visit: Visit) -> bytes:
    """The file of a form's field `file`. Raises `Refused` (400, `site.form` or `console.file`)."""
    try:
        form = await visit.request.form()
    except (HTTPException, ValueError):
        raise Refused(400, "site.form", "This form can't be read. Choose the file again.") from None
    sent = form.get("file")
    if not isinstance(sent, UploadFile):
        raise Refused(400, "console.file", "No file was sent. Choose a CSV file.")
    return await sent.read()
