"""What vouchers need beside their contract's records: grants by reference, codes that wait, and own money in payments.

Records of the contract lie in `base/programmes` under these keys: a voucher and an allowance by handle and holder, the
takings of a merchant by its name, the parts of a payment by merchant, payment and number, so that a shop's day is
one range.
"""

import hashlib
from typing import Any

from madang.base.programmes.state import Compiled
from madang.kernel.module import InvariantBroken
from madang.kernel.state import Record, State, Table
from madang.services.vouchers.transactions import MAX_PARTS

KINDS = ("c6b7ca5fb0a0bab209e5725a34810f40b3b004ce9befd724a67b94182a0dd693",)
"""The kinds that the rules were written for, by digest: what their actions are on, and that they check what is theirs.

Any sponsor may bring a kind of its own, with other actions under our names or none.
"""


class Granted(Record, frozen=True):
    """The voucher that a reference of the authority stands for: what makes a grant happen once."""

    voucher: str


class OwnMoney(Record, frozen=True):
    """Own money of the payer in a payment, and how much of it was given back (won)."""

    payer: str
    amount: int
    refunded: int


GRANTS = Table("vouchers.grant", Granted, str, str)
"""(programme, reference)"""
CODES = Table("vouchers.code", Granted, str, str)
"""(programme, SHA-256 of the code): vouchers that wait to be claimed."""
OWN = Table("vouchers.own", OwnMoney, str, str, str)
"""(programme, merchant, payment)"""

TABLES: tuple[Table[Any], ...] = (GRANTS, CODES, OWN)


def code_digest(programme: str, code: str) -> str:
    """What the ledger holds of a claim code: SHA-256 of the programme's name, a colon, and the code, in hexadecimal.

    A code has 130 random bits, so that its digest can't be turned back by trying.
    """
    return hashlib.sha256(f"{programme}:{code}".encode()).hexdigest()


def voucher_of(state: State, ruled: Compiled, programme: str, number: str) -> Any:
    """The contract's record of a voucher, or None."""
    return state.get(ruled.tables["voucher"], programme, "voucher", number)


def parts_of(state: State, ruled: Compiled, programme: str, merchant: str, payment: str) -> list[tuple[str, Any]]:
    """Keys and records of the parts of a merchant's payment, in order; none where there is no such payment."""
    parts: list[tuple[str, Any]] = []
    while (key := f"{merchant}/{payment}/{len(parts)}") and len(parts) < MAX_PARTS:
        part = state.get(ruled.tables["payment"], programme, "payment", key)
        if part is None:
            break
        parts.append((key, part))
    return parts


def own_refunds_are_bounded(state: State) -> None:
    """No more own money went back than was paid."""
    for parts, own in state.scan(OWN):
        if not 0 <= own.refunded <= own.amount:
            raise InvariantBroken(f"payment {parts[2]}: {own.refunded} of {own.amount} won own money went back")


INVARIANTS = (own_refunds_are_bounded,)
