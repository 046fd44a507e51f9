"""Sheets: read by spreadsheets in Korean, and never run by them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.exchange.sheets import write_sheet


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_sheet_begins_with_a_byte_order_mark_and_keeps_hangul() -> None:
    data = write_sheet(("가맹점", "금액(원)"), [("바다빵집", 12_000)])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    assert cells(data) == [["가맹점", "금액(원)"], ["바다빵집", "12000"]]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "  =1", "\u3000=1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_of_text_runs(cell: str) -> None:
    assert cells(write_sheet(("x",), [(cell,)]))[1] == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["바다", "a=b", "2026-11-20", "1-2", ""])
def test_other_text_is_left_alone(cell: str) -> None:
    assert cells(write_sheet(("x", "y"), [(cell, "z")]))[1] == [cell, "z"]


def test_a_number_may_be_negative() -> None:
    assert cells(write_sheet(("x",), [(-5,)]))[1] == ["-5"]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2, max_size=2)))
def test_every_cell_comes_back_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    found = cells(write_sheet(("a", "b"), rows))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in found] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
