"""Writes rows as CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with: spreadsheets run it, some in full width too."""


def write_sheet(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """A file of these rows. Numbers stay numbers; text that looks like a formula does not run."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(headings)
    writer.writerows([cell if isinstance(cell, int) else _harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" \u00a0\u3000").startswith(_FORMULA) else cell
