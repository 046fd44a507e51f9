"""Small CSV files: read whole, or everything that is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.web.console.sheets import Sheet, Wrong, read_sheet

COLUMNS = ("code", "note")


def fits(column: str, cell: str) -> bool:
    return cell.isalnum() if column == "code" else len(cell) < 9


def read(data: bytes, most: int = 5) -> Sheet:
    return read_sheet(data, COLUMNS, fits, most)


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (b"", [(1, "", "file_header")]),
        (b"\xc7\xf6\nx,y\n", [(1, "", "file_encoding")]),
        (b"code;note\n", [(1, "", "file_header")]),
        (b"note,code\na,b\n", [(1, "", "file_header")]),
        (b"code,note\n", [(0, "", "file_empty")]),
        (b'code,note\n"a,b\n', [(2, "", "file_quotes")]),
        (b"code,note\n" + b"".join(b"%d,x\n" % number for number in range(6)), [(7, "", "file_rows")]),
        (b"code,note\na\n", [(2, "", "row_cells")]),
        (b"code,note\n\na,b\n", [(2, "", "row_cells")]),
        (b"code,note\na,=cmd()\n", [(2, "note", "cell_formula")]),
        (b"code,note\na b,ok\n", [(2, "code", "cell_value")]),
        (b"code,note\n-,much too long\n", [(2, "code", "cell_value"), (2, "note", "cell_value")]),
        (b"code,note\na,b\nc,d\na,e\n", [(4, "code", "row_twice")]),
        (b"code,note\na b,c\nd\na b,e\n", [(2, "code", "cell_value"), (3, "", "row_cells"), (4, "code", "cell_value")]),
    ],
)
def test_everything_wrong_is_named_with_its_row(data, problems):
    found = read(data)
    assert [(one.row, one.column, one.code) for one in found.problems] == problems
    assert found.count == len(problems)
    assert found.rows == []


def test_only_the_first_hundred_are_shown_and_all_are_counted():
    found = read_sheet(b"code,note\n" + b"!,x\n" * 150, COLUMNS, fits, 1_000)
    assert (len(found.problems), found.count) == (100, 150)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_file_as_spreadsheets_write_it_is_read(mark, end):
    assert read(mark + end.join([b"code,note", b'"a","b, c"', b"d, ", b""])).rows == [("a", "b, c"), ("d", "")]


@given(st.binary(max_size=200))
def test_whatever_is_uploaded_gets_an_answer(data):
    found = read(b"code,note\n" + data)
    assert bool(found.rows) != bool(found.problems)
    assert all(isinstance(one, Wrong) for one in found.problems)
