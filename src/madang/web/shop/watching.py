"""GET /shop/events: the shop's payments as they become durable, for whoever sells there.

An event has the amount, the order and the number that both screens show, and nothing of the payer. Its id is the second
of the payment: a browser that comes back is told again what was paid since.
"""

from collections.abc import Callable, Iterator

import msgspec
from litestar import get
from litestar.types import ASGIApp

from madang.base.programmes.state import PROGRAMMES, RECORDS
from madang.engine.ledger import Commit
from madang.engine.node import Node
from madang.kernel.machine import Sealed
from madang.services.vouchers.queries import ShopPayment, confirmation_number
from madang.services.vouchers.state import KINDS, OWN
from madang.web.shop.goods import taken
from madang.web.shop.payments import sales
from madang.web.shop.seller import seller
from madang.web.site.streams import Feed, event, feed_of
from madang.web.site.visit import Visit

FEED = "shop_feed"
LONGEST_BACK = 3_600
"""Seconds for which payments are told again."""
_FAR = 1 << 40


class PaymentEvent(msgspec.Struct, frozen=True):
    """A payment: won in all, how much of it is held for a delivery, and the number for both screens."""

    payment: str
    order: str
    at: int
    amount: int
    held: int
    number: str


@get("/events")
async def events(visit: Visit, since: int = 0) -> ASGIApp:
    """Follow the payments of the shop, from the second `since` on, or from the last that was seen."""
    who = seller(visit)
    node = visit.node
    feed = feed_of(visit.request.app.state, FEED, lambda made: node.engine.listen(Watch(node, made)))
    seen = visit.request.headers.get("last-event-id", "")
    begin = max(int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else since, visit.now - LONGEST_BACK)

    def missed() -> Iterator[bytes]:
        state = node.state()
        for one in reversed(sales(state, who.party, taken(state, "en"), begin, _FAR)):
            yield told(one.payment)

    return feed.stream(who.merchant, missed, lambda: visit.stays(who.party))  # type: ignore[return-value]


def told(payment: ShopPayment) -> bytes:
    """A payment as an event."""
    return _event(payment.payment, payment.order, payment.at, payment.amount, payment.held)


def _event(payment: str, order: str, at: int, amount: int, held: int) -> bytes:
    return event("payment", str(at), PaymentEvent(payment, order, at, amount, held, confirmation_number(payment)))


def payments_in(
    sealed: Sealed, follows: Callable[[str], bool], is_of_vouchers: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    """The payments that a block made at shops that somebody follows: each shop with an event, once a payment."""
    amounts: dict[tuple[str, str, str], list[int]] = {}
    orders: dict[tuple[str, str, str], str] = {}
    for key, record in sealed.records.items():
        if record is None or not key.startswith(RECORDS.prefix):
            continue
        programme, sort, name = RECORDS.split(key)
        merchant, _, rest = name.partition("/")
        if sort != "payment" or not follows(merchant) or not is_of_vouchers(programme):
            continue
        # A payment's name begins with its second; what else was written of it is a refund or a delivery.
        if record.at == sealed.time and not record.refunded:
            of = (programme, merchant, rest.partition("/")[0])
            amount, held = amounts.get(of, [0, 0])
            amounts[of] = [amount + record.amount, held + record.held]
            orders[of] = record.order
    for of, (amount, held) in amounts.items():
        own = sealed.records.get(OWN.key(*of))
        yield of[1], _event(of[2], orders[of], sealed.time, amount + (own.amount if own else 0), held)


class Watch:
    """Finds the payments in each durable block for those who follow; called on the engine's writing thread."""

    def __init__(self, node: Node, feed: Feed) -> None:
        self._node = node
        self._feed = feed
        self._kinds: dict[str, bool] = {}

    def __call__(self, commit: Commit) -> None:
        """Take a durable block."""
        if not self._feed.is_idle:
            self._feed.tell(payments_in(commit.sealed, self._feed.follows, self._is_of_vouchers))

    def _is_of_vouchers(self, programme: str) -> bool:
        if programme not in self._kinds:
            found = self._node.state().get(PROGRAMMES, programme)
            self._kinds[programme] = found is not None and found.kind in KINDS
        return self._kinds[programme]


ROUTES = (events,)
