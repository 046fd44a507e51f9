"""A bank's conversions on the ledger: deposits that became tokens, and tokens that became deposits again."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from madang.base.money.state import ACCOUNTS, ISSUE_REFERENCES, REDEEM_REFERENCES
from madang.base.parties.queries import party
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.exchange.books.calendar import Days
from madang.exchange.books.log import Logged, logged, written_before
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.state import State

Direction = Literal["issue", "redemption"]


class Movement(msgspec.Struct, frozen=True):
    """Won that a bank issued as tokens, or took back, under a reference; on which day, in which transaction.

    `account` is whose tokens were redeemed, '' for an issue. `day` is '' for what belongs to a business day that was
    not opened yet.
    """

    account: str
    reference: str
    direction: Direction
    amount: int
    day: str
    transaction: str


def movements(view: View, bank: str, days: Days, since: int, until: int) -> Iterator[Movement]:
    """A bank's conversions in blocks from the second `since` up to, not including, `until`, in order.

    Raises `MadangError` (`books.bank`) where the ledger has no such bank, active or not.
    """
    found = party(State(Durable(view)), bank)
    if found is None or "bank" not in found.roles:
        raise MadangError("books.bank", f"This ledger has no bank {bank[:43]!r}. Check its name.")
    return _movements(view, bank, days, since, until)


def _movements(view: View, bank: str, days: Days, since: int, until: int) -> Iterator[Movement]:
    for one in logged(view, since, until):
        day = days.date_of(one.height, one.time)
        for key, value in one.writes.items():
            if value is None:
                continue
            if key.startswith(ISSUE_REFERENCES.prefix):
                owner, reference = ISSUE_REFERENCES.split(key)
                if owner == bank:
                    yield Movement("", reference, "issue", ISSUE_REFERENCES.decode(value).amount, day, one.id)
            elif key.startswith(REDEEM_REFERENCES.prefix):
                account, reference = REDEEM_REFERENCES.split(key)
                if _bank_of(view, one, account) == bank:
                    amount = REDEEM_REFERENCES.decode(value).amount
                    yield Movement(account, reference, "redemption", amount, day, one.id)


def _bank_of(view: View, one: Logged, account: str) -> str:
    """The bank whose tokens were redeemed from an account."""
    key = ACCOUNTS.key(account)
    found = _bank(one.writes.get(key))
    if not found:
        # Redeemed and closed in one transaction: the bank is the one that the account had before.
        found = _bank(written_before(view, one.position, [key])[key])
    if not found:
        raise StoreFailure("store.corrupt", "An account redeemed tokens that was never open. Verify the folder.")
    return found


def _bank(stored: bytes | None) -> str:
    return "" if stored is None else ACCOUNTS.decode(stored).bank
