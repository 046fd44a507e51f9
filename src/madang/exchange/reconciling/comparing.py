"""Compares conversions on both sides and names every difference.

Conversions are joined by reference and direction. Where a reference occurs several times on a side, equal ones are
joined first, so that a duplicate never hides behind a difference of amount.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from madang.exchange.books import Direction, Movement
from madang.exchange.reconciling.reading import Booking

Kind = Literal[
    "missing_on_ledger",
    "missing_at_bank",
    "amount",
    "wrong_day",
    "wrong_direction",
    "duplicate_at_bank",
    "duplicate_on_ledger",
]
_Key = tuple[str, Direction]
_OPPOSITE: dict[Direction, Direction] = {"issue": "redemption", "redemption": "issue"}


class Difference(msgspec.Struct, frozen=True):
    """One difference. What a side does not have is None, '' for its day.

    `direction` is the ledger's, else the bank's. `transaction` is the ledger's, '' where it has none.
    """

    kind: Kind
    reference: str
    direction: Direction
    ledger_amount: int | None
    bank_amount: int | None
    ledger_day: str
    bank_day: str
    transaction: str


class Side(msgspec.Struct, frozen=True):
    """A side's conversions of the day: how many, and how many won each way."""

    count: int
    issued: int
    redeemed: int


class Reconciliation(msgspec.Struct, frozen=True):
    """A bank's day. `matched` counts conversions that agree in everything."""

    bank: str
    day: str
    ledger: Side
    at_bank: Side
    matched: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether both sides say the same."""
        return not self.differences


def reconcile(bank: str, day: str, movements: Iterable[Movement], bookings: Sequence[Booking]) -> Reconciliation:
    """Compare the ledger's conversions of a day with the bank's bookings for it.

    `movements` may hold other days too: they are looked at only for what the bank booked and the day does not have.
    """
    on_ledger: dict[_Key, list[Movement]] = defaultdict(list)
    for movement in movements:
        on_ledger[movement.reference, movement.direction].append(movement)
    at_bank: dict[_Key, list[Booking]] = defaultdict(list)
    for booking in bookings:
        at_bank[booking.reference, booking.direction].append(booking)
    found = _Found(day)
    for key in sorted(on_ledger.keys() | at_bank.keys()):
        found.join(on_ledger.get(key, []), at_bank.get(key, []))
    found.turn_round()
    todays = [one for each in on_ledger.values() for one in each if one.day == day]
    return Reconciliation(bank, day, _side(todays), _side(bookings), found.matched, tuple(found.differences()))


class _Found:
    """What joins, and what is left over on either side."""

    def __init__(self, day: str) -> None:
        self.matched = 0
        self._day = day
        self._named: list[Difference] = []
        self._only_ledger: list[Movement] = []
        self._only_bank: list[Booking] = []

    def join(self, movements: list[Movement], bookings: list[Booking]) -> None:
        """Join conversions of one reference and direction."""
        # The day's come first: what another day has is only an explanation of what the bank booked.
        left = sorted(movements, key=lambda one: (one.day != self._day, one.day))
        waiting: list[Booking] = []
        for booking in bookings:
            same = next((one for one in left if (one.amount, one.day) == (booking.amount, booking.day)), None)
            if same is None:
                waiting.append(booking)
            else:
                left.remove(same)
                self.matched += 1
        for movement, booking in zip(left, waiting, strict=False):
            if movement.amount != booking.amount:
                self._named.append(_difference("amount", movement, booking))
            if movement.day != booking.day:
                self._named.append(_difference("wrong_day", movement, booking))
        joined = min(len(left), len(waiting))
        self._keep_bookings(waiting[joined:], is_known=bool(movements))
        self._keep_movements([one for one in left[joined:] if one.day == self._day], is_known=bool(bookings))

    def _keep_bookings(self, rest: list[Booking], *, is_known: bool) -> None:
        for place, booking in enumerate(rest):
            if is_known or place:
                self._named.append(_difference("duplicate_at_bank", None, booking))
            else:
                self._only_bank.append(booking)

    def _keep_movements(self, rest: list[Movement], *, is_known: bool) -> None:
        for place, movement in enumerate(rest):
            if is_known or place:
                self._named.append(_difference("duplicate_on_ledger", movement, None))
            else:
                self._only_ledger.append(movement)

    def turn_round(self) -> None:
        """Join what each side has only in the other direction; the rest is missing."""
        reversed_ = {(one.reference, _OPPOSITE[one.direction]): one for one in self._only_bank}
        for movement in self._only_ledger:
            booking = reversed_.pop((movement.reference, movement.direction), None)
            kind: Kind = "missing_at_bank" if booking is None else "wrong_direction"
            self._named.append(_difference(kind, movement, booking))
        self._named += [_difference("missing_on_ledger", None, one) for one in reversed_.values()]

    def differences(self) -> list[Difference]:
        """All differences by reference."""
        return sorted(self._named, key=lambda one: (one.reference, one.kind, one.direction))


def _difference(kind: Kind, movement: Movement | None, booking: Booking | None) -> Difference:
    known = next(one for one in (movement, booking) if one is not None)
    return Difference(
        kind,
        known.reference,
        known.direction,
        movement.amount if movement is not None else None,
        booking.amount if booking is not None else None,
        movement.day if movement is not None else "",
        booking.day if booking is not None else "",
        movement.transaction if movement is not None else "",
    )


def _side(conversions: Sequence[Movement | Booking]) -> Side:
    issued = sum(one.amount for one in conversions if one.direction == "issue")
    redeemed = sum(one.amount for one in conversions if one.direction == "redemption")
    return Side(len(conversions), issued, redeemed)
