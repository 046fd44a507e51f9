"""Files of grants: what is read, and that everything wrong is named, by row and column, before anything is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.bulk import GrantFileError, GrantRow, read_grants
from madang.bulk.reading import COLUMNS, FURTHER, MAX_BYTES
from tests.bulk.town import as_csv, digest_of, held, waiting

HEADER = "reference,amount,region,holder,code"
CODE, HOLDER = digest_of("a code"), "A" * 43


def problems_of(data: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(GrantFileError) as caught:
        read_grants(data)
    assert caught.value.code == "bulk.file"
    assert caught.value.count >= len(caught.value.problems) > 0
    assert all(one.instead.endswith(".") or HEADER in one.instead for one in caught.value.problems)
    return [(one.row, one.column, one.code) for one in caught.value.problems]


def file_of(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


GOOD = f"r1,150000,26,,{CODE}"


def test_a_right_file_is_read_in_its_order(tmp_path):
    rows = [waiting(2), held(1), waiting(3)]
    path = tmp_path / "grants.csv"
    path.write_bytes(as_csv(rows))
    assert read_grants(path) == rows == read_grants(as_csv(rows))


@pytest.mark.parametrize(
    "data",
    [
        file_of(GOOD),
        file_of(GOOD, ""),
        file_of(GOOD, "", "", ""),
        file_of(GOOD).replace(b"\n", b"\r\n") + b"\r\n",
        file_of(",".join(f'"{cell}"' for cell in GOOD.split(","))),
    ],
)
def test_line_ends_and_quotes_are_as_csv_allows(data):
    assert read_grants(data) == [GrantRow(reference="r1", amount=150_000, region="26", code=CODE)]


def test_a_thumbprint_may_begin_with_a_hyphen():
    assert read_grants(file_of(f"r1,1,26,-{'A' * 42},"))[0].holder == "-" + "A" * 42


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        (b"", "file.empty", 0),
        (b"\n\n", "file.empty", 0),
        (HEADER.encode(), "file.empty", 0),
        (HEADER.encode() + b"\n\n", "file.empty", 0),
        (b"\xef\xbb\xbf" + file_of(GOOD), "file.byte_order_mark", 0),
        (file_of(GOOD).decode().encode("utf-16"), "file.byte_order_mark", 0),
        (file_of(GOOD) + "\n가나".encode("cp949"), "file.encoding", 3),
        (file_of(GOOD) + b"\n\xff\xff\xff", "file.encoding", 3),
        (file_of(GOOD) + b"\nr2\0,1,26,,", "file.nul", 3),
        (file_of(GOOD).decode().encode("utf-16-le"), "file.nul", 1),
        (GOOD.encode(), "file.header", 1),
        (file_of(GOOD, header=HEADER.replace(",", ";")), "file.header", 1),
        (file_of(GOOD, header=HEADER.upper()), "file.header", 1),
        (file_of(GOOD, header="reference,amount,region,holder"), "file.column_missing", 1),
        (file_of(GOOD, header="reference,amount,region,holder,Code"), "file.column_missing", 1),
        (file_of(GOOD, header=HEADER + ",name"), "file.column_unknown", 1),
        (file_of(GOOD, header=HEADER + ",code"), "file.column_twice", 1),
        (file_of(GOOD, header="amount,reference,region,holder,code"), "file.column_order", 1),
        (file_of(GOOD, '"r2,1,26,,'), "file.quotes", 3),
        (file_of(GOOD, '"r2"x,1,26,,'), "file.quotes", 3),
        (file_of(GOOD, f"{'x' * 200_000},1,26,,"), "file.quotes", 3),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_with_one_error(data, code, row):
    assert problems_of(data) == [(row, "", code)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("r1,1,26,", [("", "row.cells")]),
        (f"r1,1,26,,{CODE},", [("", "row.cells")]),
        (f",1,26,,{CODE}", [("reference", "cell.value")]),
        (f" r1,1,26,,{CODE}", [("reference", "cell.value")]),
        (f"홍길동,1,26,,{CODE}", [("reference", "cell.value")]),
        (f"{'r' * 65},1,26,,{CODE}", [("reference", "cell.value")]),
        (f'"r1\n",1,26,,{CODE}', [("reference", "cell.value")]),
        *((f"r1,{amount},26,,{CODE}", [("amount", "cell.value")]) for amount in ("", "0", "01", "1.0", "1e3", " 1")),
        *((f"r1,{amount},26,,{CODE}", [("amount", "cell.value")]) for amount in ("1_000", "１", "9007199254740992")),
        (f'r1,"1,000",26,,{CODE}', [("amount", "cell.value")]),
        (f"r1,{'9' * 5000},26,,{CODE}", [("amount", "cell.value")]),
        (f"r1,1,2,,{CODE}", [("region", "cell.value")]),
        (f"r1,1,부산,,{CODE}", [("region", "cell.value")]),
        ("r1,1,26,!,", [("holder", "cell.value")]),
        (f"r1,1,26,,{CODE[:-1]}", [("code", "cell.value")]),
        (f"r1,1,26,,{CODE.upper()}", [("code", "cell.value")]),
        ("r1,1,26,,", [("", "row.target")]),
        (f"r1,1,26,{HOLDER},{CODE}", [("", "row.target")]),
        (f"=r1,1,26,,{CODE}", [("reference", "cell.formula")]),
        (f"r1,+1,26,,{CODE}", [("amount", "cell.formula")]),
        (f"r1,-1,26,,{CODE}", [("amount", "cell.formula")]),
        (f"r1,1,@26,,{CODE}", [("region", "cell.formula")]),
        (f"\tr1,1,26,,{CODE}", [("reference", "cell.formula")]),
        ("r1,1,26,=cmd|' /C calc'!A0,", [("holder", "cell.formula")]),
        ("r1,1,26,-!,", [("holder", "cell.value")]),
        ("=,-1,x,!,@", [("reference", "cell.formula"), ("amount", "cell.formula"), ("region", "cell.value"),
                        ("holder", "cell.value"), ("code", "cell.formula"), ("", "row.target")]),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_named_with_all_that_is_wrong(line, expected):
    assert problems_of(file_of(f"r0,1,26,{HOLDER},", line)) == [(3, *one) for one in expected]


def test_what_is_there_twice_is_named_with_the_first():
    data = file_of(GOOD, f"r2,1,26,,{CODE}", f"r1,1,26,{HOLDER},", f"r3,1,26,{HOLDER},")
    assert problems_of(data) == [(3, "code", "code.twice"), (4, "reference", "reference.twice")]


def test_an_empty_line_in_the_middle_is_named():
    assert problems_of(file_of(GOOD, "", f"r2,1,26,{HOLDER},")) == [(3, "", "row.empty")]


def test_a_hundred_problems_are_shown_and_all_are_counted():
    with pytest.raises(GrantFileError) as caught:
        read_grants(file_of(*[f"r{number},zero,26,{HOLDER}," for number in range(250)]))
    assert (len(caught.value.problems), caught.value.count) == (100, 250)
    assert "and 150 more" in caught.value.message


def test_no_error_repeats_what_a_cell_holds():
    with pytest.raises(GrantFileError) as caught:
        read_grants(file_of("900101-1234567,1,26,홍길동,", "r2,홍길동,26,,"))
    assert "900101" not in caught.value.message
    assert "홍길동" not in caught.value.message


def test_too_many_rows_or_bytes_are_refused(monkeypatch):
    monkeypatch.setattr("madang.bulk.reading.MAX_ROWS", 3)
    assert len(read_grants(as_csv([held(number) for number in range(3)]))) == 3
    assert problems_of(as_csv([held(number) for number in range(4)])) == [(0, "", "file.rows")]
    monkeypatch.setattr("madang.bulk.reading.MAX_BYTES", 100)
    assert problems_of(as_csv([waiting(1)])) == [(0, "", "file.size")]
    assert MAX_BYTES > 1_000_000 * 200


def test_a_file_that_is_not_there_is_one_error_too(tmp_path):
    with pytest.raises(GrantFileError) as caught:
        read_grants(tmp_path / "none.csv")
    assert caught.value.problems[0].code == "file.unreadable"


@given(st.binary(max_size=300) | st.text(alphabet='ab1,"\n\r=0', max_size=300).map(lambda text: file_of(text)))
def test_whatever_the_bytes_are_there_are_rows_or_that_error(data):
    try:
        rows = read_grants(data)
    except GrantFileError:
        return
    assert rows


@given(st.lists(st.integers(1, 2**53 - 1), min_size=1, max_size=20))
def test_what_is_written_is_read_again(amounts):
    rows = [waiting(number, amount) for number, amount in enumerate(amounts)]
    assert read_grants(as_csv(rows)) == rows


def test_the_columns_are_those_of_the_act():
    named = {"first_day": "since", "last_day": "until"}
    assert {named.get(one, one) for one in (*COLUMNS, *FURTHER)} == set(GrantRow.__struct_fields__)


ALL = HEADER + ",instalment,first_day,last_day,size,amount_class,subjects"
HOUSE, MEMBER = "1" * 64, "2" * 64


def test_further_columns_are_read():
    line = f"r1,65000,26,,{CODE},3,2026-03-01,2026-03-31,2,b,{HOUSE} {MEMBER}"
    assert read_grants(file_of(line, header=ALL)) == [
        GrantRow(
            reference="r1",
            amount=65_000,
            region="26",
            code=CODE,
            instalment=3,
            since=1_772_290_800,
            until=1_772_290_800 + 31 * 86_400,
            size=2,
            amount_class="b",
            subjects=[HOUSE, MEMBER],
        )
    ]


def test_a_further_cell_may_be_empty_and_a_further_column_missing():
    assert read_grants(file_of(GOOD + ",,,,,,", header=ALL)) == read_grants(file_of(GOOD))
    (row,) = read_grants(file_of(GOOD + ",4", header=HEADER + ",size"))
    assert (row.size, row.since, row.subjects) == (4, None, [])


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        *(("instalment", cell, "cell.value") for cell in ("0", "1001", "x", "1.0")),
        *(("first_day", cell, "cell.value") for cell in ("2026-02-30", "20260301", "2026-3-1", "2026-W09-7")),
        ("last_day", "2026-13-01", "cell.value"),
        *(("size", cell, "cell.value") for cell in ("0", "21", "two")),
        *(("amount_class", cell, "cell.value") for cell in ("g", "A", "ab")),
        *(("subjects", cell, "cell.value") for cell in ("x", f"{HOUSE},{MEMBER}", f"{HOUSE}  {MEMBER}")),
        ("subjects", " ".join([HOUSE] * 25), "cell.value"),
        ("subjects", "=1", "cell.formula"),
    ],
)
def test_what_is_wrong_in_a_further_column_is_named(column, cell, code):
    line = f'{GOOD},"{cell}"'
    assert problems_of(file_of(line, header=f"{HEADER},{column}")) == [(2, column, code)]


def test_further_columns_stand_in_their_order():
    assert problems_of(file_of(GOOD, header=HEADER + ",size,instalment")) == [(1, "", "file.column_order")]
