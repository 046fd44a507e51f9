"""The bank's own file of accounts: whole, or what is wrong is named without repeating it."""

import pytest

from madang.exchange.iso20022 import Account
from madang.exchange.payouts import AccountFileError, accounts, read_accounts
from madang.kernel.errors import MadangError

HEADER = "merchant,bank,account,name\n"
GOOD = HEADER + 'bakery,088,110-123-456789,바다빵집\ngrocer,090,3333012345678,"Grocer, Sons"\n'


def test_accounts_are_read_by_merchant() -> None:
    expected = {
        "bakery": Account("088", "110-123-456789", "바다빵집"),
        "grocer": Account("090", "3333012345678", "Grocer, Sons"),
    }
    assert read_accounts(GOOD.encode()) == read_accounts(GOOD.encode("utf-8-sig")) == expected
    assert read_accounts(HEADER.encode()) == {}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "accounts.columns"),
        (GOOD.replace("bank,", "bank_code,").encode(), "accounts.columns"),
        (GOOD.encode("cp949"), "accounts.encoding"),
        (GOOD.replace('"Grocer', '""Grocer').encode(), "accounts.quotes"),
        (GOOD.replace('Sons"', "Sons").encode(), "accounts.quotes"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        read_accounts(data)
    assert refused.value.code == code


def test_everything_wrong_is_named_by_row_and_nothing_repeated() -> None:
    rows = [
        "bakery,088,110-123-456789,바다빵집",
        "bakery,088,110-123-456789,바다빵집",
        "bakery 2,088,110-123-456789,바다빵집",
        "c,999,110-123-456789,바다빵집",
        "d1,999,110-123-456789,바다빵집",
        "e1,088,secret-123,바다빵집",
        "f1,088,110-123-456789,=cmd()",
        "g1,088,110-123-456789",
    ]
    with pytest.raises(AccountFileError) as refused:
        read_accounts((HEADER + "\n".join(rows)).encode())
    assert [row for row, _ in refused.value.problems] == [3, 4, 5, 6, 7, 8, 9]
    assert not any(one in refused.value.message for one in ("secret", "110-123", "cmd", "바다"))


def test_rows_and_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_ROWS", 1)
    with pytest.raises(MadangError) as refused:
        read_accounts(GOOD.encode())
    assert refused.value.code == "accounts.row_count"
    monkeypatch.setattr(accounts, "MOST_BYTES", 10)
    with pytest.raises(MadangError) as refused:
        read_accounts(GOOD.encode())
    assert refused.value.code == "accounts.size"
