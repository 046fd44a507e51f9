"""The treasury bank's own file of merchants' accounts: `merchant,bank,account,name`, CSV in UTF-8.

It holds what the ledger never does. Keep it where only the bank's payout officers can read it: nothing here copies it
anywhere but into orders, and no message repeats what a cell holds.
"""

import csv
import io
import re
from collections.abc import Iterator

from madang.exchange.banks import find_bank
from madang.exchange.iso20022 import Account
from madang.exchange.iso20022.parts import check_account
from madang.kernel.errors import MadangError

COLUMNS = ("merchant", "bank", "account", "name")
MOST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 200_000
MOST_SHOWN = 100
FIRST_ROW = 2
_MERCHANT = re.compile(r"[A-Za-z0-9_-]{2,43}")


class AccountFileError(MadangError):
    """A file that is not used. `problems` are the first hundred rows with what is wrong, `count` counts them all."""

    def __init__(self, problems: list[tuple[int, str]], count: int) -> None:
        listed = "\n".join(f"row {row}: {what}" for row, what in problems)
        more = f"\nand {count - len(problems)} more" if count > len(problems) else ""
        super().__init__(
            "accounts.rows", f"Nothing was ordered: {count} row(s) are wrong. Correct them.\n{listed}{more}"
        )
        self.problems = problems
        self.count = count


def read_accounts(data: bytes) -> dict[str, Account]:
    """Accounts by merchant.

    Raises `MadangError`: `accounts.size`, `.encoding`, `.columns`, `.quotes`, `.row_count`, and `AccountFileError`
    (`accounts.rows`).
    """
    if len(data) > MOST_BYTES:
        raise MadangError("accounts.size", f"The file has {len(data)} bytes; at most {MOST_BYTES}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MadangError(
            "accounts.encoding", "The file is not UTF-8. Save it as CSV in UTF-8, not as CP949."
        ) from None
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(records, ())) != COLUMNS:
            raise MadangError("accounts.columns", f"The first line must be {','.join(COLUMNS)}. Write it so.")
        return _read_rows(records)
    except csv.Error:
        line = records.line_num
        raise MadangError("accounts.quotes", f"Line {line}: a quotation mark is not closed. Export it again.") from None


def _read_rows(records: Iterator[list[str]]) -> dict[str, Account]:
    found: dict[str, Account] = {}
    problems: list[tuple[int, str]] = []
    count = 0
    for number, cells in enumerate(records, FIRST_ROW):
        if number - FIRST_ROW >= MOST_ROWS:
            raise MadangError("accounts.row_count", f"There are more than {MOST_ROWS} rows. Leave out who is closed.")
        wrong = _wrong(cells, found)
        if not wrong:
            found[cells[0]] = Account(*cells[1:])
            continue
        count += 1
        if len(problems) < MOST_SHOWN:
            problems.append((number, wrong))
    if problems:
        raise AccountFileError(problems, count)
    return found


def _wrong(cells: list[str], found: dict[str, Account]) -> str:
    """What is wrong with a row, in words; '' if nothing is."""
    if len(cells) != len(COLUMNS):
        return f"write {len(COLUMNS)} cells"
    merchant, bank, number, name = cells
    if _MERCHANT.fullmatch(merchant) is None:
        return "merchant: write the merchant's name on the ledger"
    if merchant in found:
        return "merchant: it stands there twice"
    try:
        find_bank(bank)
        check_account(Account(bank, number, name), "creditor")
    except MadangError as error:
        return error.message
    return ""
