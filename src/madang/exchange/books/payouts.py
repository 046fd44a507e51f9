"""Payouts of a programme: takings that left its escrow for the merchants' own accounts."""

import datetime
from collections.abc import Iterator
from typing import Any

import msgspec

from madang.base.money.queries import escrow_of
from madang.base.money.state import ACCOUNTS
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.exchange.books.calendar import Days
from madang.exchange.books.log import Logged, logged, written_before
from madang.kernel.errors import MadangError
from madang.kernel.state import State, Table

TAKINGS = "takings"
MOST_PLACES = 1_000
_Written = dict[bytes, bytes | None]


class Payout(msgspec.Struct, frozen=True):
    """Won that a merchant received, without what it owed and was set off.

    `place` counts the merchants of one transaction, by name.

    `end_to_end` stays with the payment at banks: the transaction's id, and the place in three digits. It fits the 35
    characters that ISO 20022 has for it.
    """

    merchant: str
    amount: int
    transaction: str
    place: int
    time: int

    @property
    def end_to_end(self) -> str:
        """The identifier that leads from a bank's file to the ledger."""
        return f"{self.transaction}{self.place:03}"


def payouts(
    view: View, programme: str, days: Days, day: datetime.date, last: datetime.date | None = None
) -> list[Payout]:
    """What merchants were paid out of a programme on a business day, or on all from `day` to `last`, in order.

    Raises `MadangError`: `payout.programme` (none of this name, or it has no takings), `payout.unclear` (a transaction
    that also moved other money to a merchant, which its signers must have wanted).
    """
    table = _takings_table(view, programme)
    return list(_Payouts(view, programme, table).of(days, day, last))


def _takings_table(view: View, programme: str) -> "Table[Any]":
    state = State(Durable(view))
    found = state.get(PROGRAMMES, programme)
    table = compiled(state, found).tables.get(TAKINGS) if found is not None else None
    if table is None:
        raise MadangError("payout.programme", f"This ledger has no programme {programme} with takings. Check its name.")
    return table


class _Payouts:
    """Goes through the log and keeps what accounts and takings held last."""

    def __init__(self, view: View, programme: str, table: "Table[Any]") -> None:
        self._view = view
        self._table = table
        self._takings = table.range(programme, TAKINGS)[0]
        self._escrow = ACCOUNTS.key(escrow_of(programme))
        self._last: _Written = {}

    def of(self, days: Days, day: datetime.date, last: datetime.date | None) -> Iterator[Payout]:
        """Payouts of the day, or of the period."""
        first, final = day.isoformat(), (last or day).isoformat()
        for one in logged(self._view, *days.around(day, last)):
            ours = {key: value for key, value in one.writes.items() if self._is_ours(key)}
            if self._escrow in ours and first <= days.date_of(one.height, one.time) <= final:
                yield from self._paid(one, ours)
            self._last.update(ours)

    def _is_ours(self, key: bytes) -> bool:
        return key == self._escrow or key.startswith(self._takings)

    def _paid(self, one: Logged, ours: _Written) -> Iterator[Payout]:
        """What merchants received of what left the escrow in a transaction.

        Takings that fall by more are refunds made before, or went to a creditor that set them off.
        """
        merchants = {key[len(self._takings) :].decode(): key for key in ours if key != self._escrow}
        accounts = {name: ACCOUNTS.key(name) for name in merchants}
        unknown = {key for key in ours if key not in self._last}
        before = written_before(self._view, one.position, unknown | set(accounts.values()))
        self._last.update({key: before[key] for key in unknown})
        left = _balance(self._last[self._escrow]) - _balance(ours[self._escrow])
        received: dict[str, int] = {}
        for name in sorted(merchants):
            account, takings = accounts[name], merchants[name]
            fell = self._due(self._last[takings]) - self._due(ours[takings])
            rose = _balance(one.writes[account]) - _balance(before[account]) if account in one.writes else 0
            if fell > 0 and rose > 0:
                received[name] = rose
            if rose > max(fell, 0):
                raise _unclear(one.id)
        if sum(received.values()) > max(left, 0) or len(received) > MOST_PLACES:
            raise _unclear(one.id)
        for place, (name, amount) in enumerate(received.items()):
            yield Payout(name, amount, one.id, place, one.time)

    def _due(self, stored: bytes | None) -> int:
        return 0 if stored is None else int(self._table.decode(stored).due)


def _balance(stored: bytes | None) -> int:
    return 0 if stored is None else ACCOUNTS.decode(stored).balance


def _unclear(transaction: str) -> MadangError:
    return MadangError(
        "payout.unclear",
        f"Transaction {transaction} moved more to a merchant than its takings fell by: it did more than pay out. "
        "Look at it, and order its payouts by hand.",
    )
