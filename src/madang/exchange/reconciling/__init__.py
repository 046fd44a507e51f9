"""A bank's own books against the ledger: every conversion of a business day on both sides, every difference named.

For a bank that issues deposit tokens, each evening. Its core banking writes the day of the account that holds the
deposits behind the tokens: as camt.053, where a credit is an issue and a debit a redemption; or as CSV with columns
that are declared. The ledger's side is read from a node's folder (`exchange/books`). What joins them is the reference
that `money.issue_tokens` and `money.redeem_tokens` carry.

Limits: 1,000,000 rows; a reference further than two weeks away from the day counts as missing. Payments between
accounts are not compared: they change no deposit.
"""

from madang.exchange.reconciling.comparing import Difference, Kind, Reconciliation, reconcile
from madang.exchange.reconciling.reading import BankFileError, Booking, Columns, RowProblem, read_bookings
from madang.exchange.reconciling.report import DIFFERENCES, difference_sheet

__all__ = [
    "DIFFERENCES",
    "BankFileError",
    "Booking",
    "Columns",
    "Difference",
    "Kind",
    "Reconciliation",
    "RowProblem",
    "difference_sheet",
    "read_bookings",
    "reconcile",
]
