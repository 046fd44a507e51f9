"""Differences in words for people, and as a sheet for those who clear them."""

from madang.exchange.books import Direction
from madang.exchange.reconciling.comparing import Difference, Kind, Reconciliation
from madang.exchange.sheets import write_sheet

DIFFERENCES: dict[Kind, tuple[str, str]] = {
    "missing_on_ledger": ("원장에 없음", "missing on the ledger"),
    "missing_at_bank": ("은행에 없음", "missing at the bank"),
    "amount": ("금액 불일치", "amounts differ"),
    "wrong_day": ("영업일 불일치", "on another business day"),
    "wrong_direction": ("방향 불일치", "in the other direction"),
    "duplicate_at_bank": ("은행 중복", "booked again at the bank"),
    "duplicate_on_ledger": ("원장 중복", "again on the ledger"),
}
"""What each kind means, in Korean and in English."""

_DIRECTIONS: dict[Direction, str] = {"issue": "발행", "redemption": "환급"}
_HEADINGS = ("차이", "참조번호", "방향", "원장 금액", "은행 금액", "원장 영업일", "은행 영업일", "거래 번호")


def difference_sheet(found: Reconciliation) -> bytes:
    """The differences as CSV in Korean; a day without any has the headings alone."""
    return write_sheet(_HEADINGS, map(_row, found.differences))


def _row(one: Difference) -> list[str | int]:
    return [
        DIFFERENCES[one.kind][0],
        one.reference,
        _DIRECTIONS[one.direction],
        "" if one.ledger_amount is None else one.ledger_amount,
        "" if one.bank_amount is None else one.bank_amount,
        one.ledger_day,
        one.bank_day,
        one.transaction,
    ]
