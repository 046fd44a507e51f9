"""A bank's file: read whole, or every row that is wrong is named."""

import datetime

import msgspec
import pytest

from madang.exchange.iso20022 import write_statement
from madang.exchange.reconciling import BankFileError, Booking, Columns, read_bookings, reading
from madang.kernel.errors import MadangError
from tests.exchange.iso20022.judges import DAY
from tests.exchange.iso20022.messages import STATEMENT

HEADER = "reference,direction,amount,day\n"
GOOD = HEADER + "a-1,issue,5000,2026-11-20\nb-2,redemption,700,2026-11-20\n"
BOOKINGS = [Booking("a-1", "issue", 5_000, "2026-11-20"), Booking("b-2", "redemption", 700, "2026-11-20")]


def test_csv_is_read_with_and_without_byte_order_mark() -> None:
    assert read_bookings(GOOD.encode(), DAY) == BOOKINGS
    assert read_bookings(GOOD.encode("utf-8-sig"), DAY) == BOOKINGS
    assert read_bookings(GOOD.replace("\n", "\r\n").encode(), DAY) == BOOKINGS
    assert read_bookings(HEADER.encode(), DAY) == []


def test_a_banks_own_columns_and_words_are_declared() -> None:
    text = '일자,적요,금액,거래번호,구분\n2026-11-20,"예금, 토큰",5000,a-1,입금\n2026-11-20,,700,b-2,출금\n'
    columns = Columns("거래번호", "구분", "금액", "일자", "입금", "출금")
    assert read_bookings(text.encode(), DAY, columns) == BOOKINGS


def test_a_statement_is_read() -> None:
    found = read_bookings(write_statement(STATEMENT), DAY)
    assert found == [Booking("first", "issue", 700, "2026-11-20"), Booking("second", "redemption", 200, "2026-11-20")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "reconcile.empty"),
        (b"\xef\xbb\xbf \n", "reconcile.empty"),
        (GOOD.replace("issue", "발행").encode("cp949"), "reconcile.encoding"),
        (GOOD.replace("a-1", "a\0").encode(), "reconcile.nul"),
        (GOOD.replace("amount", "won").encode(), "reconcile.columns"),
        (GOOD.replace("day", "amount").encode(), "reconcile.columns"),
        (GOOD.replace("a-1", '"a-1').encode(), "reconcile.quotes"),
        (b"<html></html>", "iso.message"),
        (write_statement(STATEMENT).replace(b"</Stmt>", b""), "iso.xml"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        read_bookings(data, DAY)
    assert refused.value.code == code


def test_a_statement_of_another_day_or_account_is_refused() -> None:
    with pytest.raises(MadangError) as refused:
        read_bookings(write_statement(STATEMENT), DAY + datetime.timedelta(days=1))
    assert refused.value.code == "reconcile.statement_day"
    text = write_statement(STATEMENT).decode()
    start, stop = text.index("<Stmt>"), text.index("</Stmt>") + len("</Stmt>")
    with pytest.raises(MadangError) as refused:
        read_bookings((text[:stop] + text[start:stop] + text[stop:]).encode(), DAY)
    assert refused.value.code == "reconcile.statements"


def test_everything_wrong_is_named_at_once_and_nothing_repeated() -> None:
    rows = [
        "=cmd(),issue,5000,2026-11-20",
        "a-1,in,5000,2026-11-20",
        'a-1,issue,"5,000",2026-11-20',
        "a-1,issue,05,20261120",
        "a-1,issue,0,2026-02-30",
        "a-1,issue,9007199254740992,2026-11-20",
        "a-1,issue",
        "",
    ]
    with pytest.raises(BankFileError) as refused:
        read_bookings((HEADER + "\n".join(rows) + "\n").encode(), DAY)
    assert [(one.row, one.column, one.code) for one in refused.value.problems] == [
        (2, "reference", "cell.reference"),
        (3, "direction", "cell.direction"),
        (4, "amount", "cell.amount"),
        (5, "amount", "cell.amount"),
        (5, "day", "cell.day"),
        (6, "amount", "cell.amount"),
        (6, "day", "cell.day"),
        (7, "amount", "cell.amount"),
        (8, "all", "row.cells"),
        (9, "all", "row.cells"),
    ]
    assert "cmd" not in refused.value.message


def test_rows_and_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    with pytest.raises(MadangError) as refused:
        read_bookings(GOOD.encode(), DAY)
    assert refused.value.code == "reconcile.row_count"
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(MadangError) as refused:
        read_bookings(GOOD.encode(), DAY)
    assert refused.value.code == "reconcile.size"


def test_only_the_first_problems_are_listed_and_all_are_counted() -> None:
    with pytest.raises(BankFileError) as refused:
        read_bookings((HEADER + "x\n" * 150).encode(), DAY)
    assert (len(refused.value.problems), refused.value.count) == (100, 150)
    assert "and 50 more" in refused.value.message


def test_columns_with_one_name_for_two_are_refused() -> None:
    columns = msgspec.structs.replace(Columns(), day="amount")
    with pytest.raises(MadangError) as refused:
        read_bookings(GOOD.encode(), DAY, columns)
    assert refused.value.code == "reconcile.columns"
