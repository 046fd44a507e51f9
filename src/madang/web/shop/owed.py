"""What stands between a shop and a programme: what is due, what a payment was of, and what can still go back of it."""

import msgspec

from madang.base.money.queries import account
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.kernel.state import State
from madang.services.vouchers.queries import ShopPayment, confirmation_number, takings
from madang.services.vouchers.refunding import in_ratio
from madang.services.vouchers.state import OWN, PROMISES, parts_of

UNNAMED = "-"


class PaidGoods(msgspec.Struct, frozen=True):
    """What of a payment was for a class of goods, and what of that went back (won)."""

    goods: str
    amount: int
    refunded: int


class Promise(msgspec.Struct, frozen=True):
    """A refund that is made from what the shop takes next: since which second, of which payment, won."""

    at: int
    payment: str
    amount: int

    @property
    def number(self) -> str:
        """The number that both screens showed."""
        return confirmation_number(self.payment)


class Split(msgspec.Struct, frozen=True):
    """Where a refund comes from (won): from what is `due` for vouchers, and from the shop's `own` money."""

    due: int
    own: int


class Owed(msgspec.Struct, frozen=True):
    """A payment as its shop may know it: classes of goods, what was promised of it, and what can still go back."""

    payment: ShopPayment
    goods: tuple[PaidGoods, ...]
    promised: int
    left: int
    rooms: tuple[int, ...]
    has_own: bool

    def split(self, amount: int) -> Split:
        """Where a refund of `amount` comes from: in ratio to what is left of each part, as the rule divides it."""
        shares = in_ratio(amount, list(self.rooms))
        own = shares.pop() if self.has_own else 0
        return Split(sum(shares), own)


def owed(state: State, programme: str, merchant: str, payment: str) -> Owed | None:
    """A payment of a shop, or None where it has none of this name."""
    found = state.get(PROGRAMMES, programme)
    parts = parts_of(state, compiled(state, found), programme, merchant, payment) if found is not None else []
    if not parts:
        return None
    records = [part for _, part in parts]
    own = state.get(OWN, programme, merchant, payment)
    rooms = [one.amount - one.held - one.refunded for one in records] + ([own.amount - own.refunded] if own else [])
    promised = sum(one.amount for one in promises(state, programme, merchant) if one.payment == payment)
    seen = ShopPayment(
        payment,
        records[0].order,
        records[0].at,
        sum(one.amount for one in records) + (own.amount if own else 0),
        sum(one.refunded for one in records) + (own.refunded if own else 0),
        sum(one.held for one in records),
        confirmation_number(payment),
    )
    named = [one.goods for one in records if one.goods != UNNAMED]
    goods = [
        PaidGoods(
            name,
            sum(one.amount for one in records if one.goods == name),
            sum(one.refunded for one in records if one.goods == name),
        )
        for name in dict.fromkeys(named)
    ]
    return Owed(seen, tuple(goods), promised, sum(rooms) - promised, tuple(rooms), own is not None)


def promises(state: State, programme: str, merchant: str) -> list[Promise]:
    """Refunds that a shop promised and still owes, the oldest first."""
    return [
        Promise(int(name[:10], 16), one.payment, one.amount)
        for (_, _, name), one in state.scan(PROMISES, programme, merchant)
    ]


def due(state: State, party: str, programme: str) -> int:
    """What the programme owes the shop now (won)."""
    return takings(state, party, programme)


def own_money(state: State, merchant: str) -> int:
    """What lies on the shop's own account (won); 0 where it has none."""
    found = account(state, merchant)
    return found.balance if found is not None and found.bank else 0
