"""Makes an order from payouts that merchants turned back into deposits, and from their accounts."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from madang.exchange.books import Movement, Payout
from madang.exchange.iso20022 import Account, Order, Transfer
from madang.kernel.errors import MadangError


class Made(msgspec.Struct, frozen=True):
    """An order; the payouts that merchants keep as tokens; and those whose merchants' accounts nobody gave."""

    order: Order
    kept: tuple[Payout, ...]
    without_account: tuple[Payout, ...]


def order_identifier(ledger: str, programme: str, bank: str, day: datetime.date) -> str:
    """How the order of a day is called: the same every time, so that a payment system takes it once.

    `ledger` is what tells this ledger from others, such as its `genesis_root`.
    """
    digest = hashlib.sha256(f"{ledger}:{programme}:{bank}:{day.isoformat()}".encode()).hexdigest()
    return f"{day:%Y%m%d}-{digest[:24]}"


def redeemed(payouts: Sequence[Payout], movements: Iterable[Movement]) -> list[Payout]:
    """The payouts that their merchants gave back, whole, under the end-to-end id, at the bank of these movements."""
    given_back = {(one.account, one.reference, one.amount) for one in movements if one.direction == "redemption"}
    return [one for one in payouts if (one.merchant, one.end_to_end, one.amount) in given_back]


def make_order(
    payouts: Sequence[Payout],
    movements: Iterable[Movement],
    accounts: Mapping[str, Account],
    debtor: Account,
    identifier: str,
    created: int,
    value_date: datetime.date,
) -> Made:
    """The order that pays from `debtor` what was given back at its bank. `created` is in seconds.

    Raises `MadangError` (`payout.nothing`) where there is nothing to order.
    """
    owed = redeemed(payouts, movements)
    known = [one for one in owed if one.merchant in accounts]
    if not known:
        raise MadangError(
            "payout.nothing",
            f"Of {len(payouts)} payouts {len(owed)} were given back at this bank, and none has an account in the file. "
            "Check day, bank and accounts.",
        )
    ids = {one.end_to_end for one in owed}
    transfers = tuple(Transfer(one.end_to_end, one.amount, accounts[one.merchant], identifier) for one in known)
    return Made(
        Order(identifier, created, value_date, debtor, transfers),
        tuple(one for one in payouts if one.end_to_end not in ids),
        tuple(one for one in owed if one.merchant not in accounts),
    )
