"""The detectors: each is shown payments in order, and says what somebody should look at, with the numbers behind it.

Whole numbers only, nothing but the payments and what the ledger lists of the shop. Each remembers a bounded number of
shops or pairs, forgets the one it has not seen for longest, and counts what it forgot.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from madang.base.merchants.state import Merchant
from madang.base.merchants.transactions import SalesClass
from madang.detection.payments import Payment
from madang.services.fraud.transactions import Reason, Sort

DAY = 86_400
SEOUL = 9 * 3_600
MAX_REMEMBERED = 100_000

Places = Mapping[tuple[str, str], str]
"""The legal-dong code where the till stood, by merchant and order."""
Sales = Literal["declared", "synthetic"]
K = TypeVar("K")
V = TypeVar("V")

YEARLY: Mapping[SalesClass, int] = {
    "up_to_300m": 300_000_000,
    "up_to_500m": 500_000_000,
    "up_to_1b": 1_000_000_000,
    "up_to_3b": 3_000_000_000,
}
"""The most won a year that a class of sales declares. Over three billion, it declares no most."""

_Count = Annotated[int, Meta(ge=2, le=1_000)]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when on something is worth a look. Each is a choice of whoever looks; these are to begin with.

    `burst`: so many payments within `burst_seconds` at a shop of each class of sales. `pair`: payments of one payer at
    one shop on a day in Seoul. `sales_percent`: of what the class declares for `sales_days`, by even sales.
    `place_digits`: how much of the legal-dong codes of shop and till must be the same; five are a city, county or
    district.
    """

    burst_seconds: Annotated[int, Meta(ge=1, le=DAY)] = 600
    burst: dict[SalesClass, _Count] = msgspec.field(
        default_factory=lambda: {
            "up_to_300m": 12,
            "up_to_500m": 16,
            "up_to_1b": 24,
            "up_to_3b": 48,
            "over_3b": 120,
        }
    )
    pair: _Count = 5
    sales_days: Annotated[int, Meta(ge=1, le=366)] = 7
    sales_percent: Annotated[int, Meta(ge=1, le=100_000)] = 150
    place_digits: Annotated[int, Meta(ge=2, le=10)] = 5


class Finding(msgspec.Struct, frozen=True):
    """What somebody should look at: a reason, its subject, the shop, when it was reached (seconds), and the numbers."""

    reason: Reason
    sort: Sort
    subject: str
    merchant: str
    at: int
    numbers: dict[str, int | str]


class _Memory(Generic[K, V]):
    """A dictionary of at most `most` things, which forgets the one unused for longest."""

    def __init__(self, make: Callable[[], V], most: int) -> None:
        self._make = make
        self._most = most
        self._kept: dict[K, V] = {}
        self.forgotten = 0

    def __getitem__(self, key: K) -> V:
        value = self._kept.pop(key, None)
        if value is None:
            value = self._make()
            if len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
                self.forgotten += 1
        self._kept[key] = value
        return value

    def clear(self) -> None:
        """Forget all, as a day begins."""
        self._kept.clear()


class _Tally(msgspec.Struct):
    """What is remembered of a shop or a pair."""

    count: int = 0
    won: int = 0
    quiet_until: int = 0
    recent: deque[tuple[int, int]] = msgspec.field(default_factory=deque)


def day_of(time: int) -> int:
    """The day of a time in Seoul, in days since 1970."""
    return (time + SEOUL) // DAY


class Watch:
    """All detectors over one programme's payments. `see` is called with each payment in order; it returns findings.

    `merchants` gives what the ledger lists of a shop, `places` where tills stood; `sales` says whether the shops'
    classes were declared or made up.
    """

    def __init__(
        self,
        merchants: Callable[[str], Merchant | None],
        thresholds: Thresholds,
        places: Places,
        sales: Sales,
        remembered: int = MAX_REMEMBERED,
    ) -> None:
        self._merchants = merchants
        self._limits = thresholds
        self._places = places
        self._sales = sales
        self._shops: _Memory[str, _Tally] = _Memory(_Tally, remembered)
        self._pairs: _Memory[tuple[str, str], _Tally] = _Memory(_Tally, remembered)
        self._weeks: _Memory[str, _Tally] = _Memory(_Tally, remembered)
        self._today = -1

    @property
    def forgotten(self) -> int:
        """How many shops and pairs had to be forgotten: with any, something may have been missed."""
        return self._shops.forgotten + self._pairs.forgotten + self._weeks.forgotten

    def see(self, payment: Payment) -> list[Finding]:
        """What this payment makes worth a look, given those before it."""
        today = day_of(payment.at)
        if today != self._today:
            self._today = today
            self._pairs.clear()
        shop = self._merchants(payment.merchant)
        found = [self._burst(payment, shop), self._pair(payment), self._above_sales(payment, shop)]
        found.append(self._off_premises(payment, shop))
        return [one for one in found if one is not None]

    def _burst(self, payment: Payment, shop: Merchant | None) -> Finding | None:
        """Many payments at a shop in a short time; told once a burst."""
        tally = self._shops[payment.merchant]
        most = self._limits.burst.get(shop.sales_class, 0) if shop is not None else 0
        if not most:
            return None
        tally.recent.append((payment.at, payment.amount))
        while tally.recent[0][0] < payment.at - self._limits.burst_seconds:
            tally.recent.popleft()
        if len(tally.recent) < most:
            return None
        seconds = payment.at - tally.recent[0][0]
        won = sum(amount for _, amount in tally.recent)
        tally.recent.clear()
        return _on_shop("burst", payment, {"payments": most, "seconds": seconds, "won": won})

    def _pair(self, payment: Payment) -> Finding | None:
        """One payer again and again at one shop on a day; told once a day."""
        if not payment.payer:
            return None
        tally = self._pairs[payment.payer, payment.merchant]
        tally.count += 1
        tally.won += payment.amount
        if tally.count != self._limits.pair:
            return None
        numbers: dict[str, int | str] = {"payer": payment.payer, "payments": tally.count, "won": tally.won}
        return _on_shop("repeated_pair", payment, numbers)

    def _above_sales(self, payment: Payment, shop: Merchant | None) -> Finding | None:
        """More vouchers in some days than the shop declared to sell of everything; told once in those days."""
        yearly = YEARLY.get(shop.sales_class) if shop is not None else None
        if shop is None or yearly is None:
            return None
        today, days = day_of(payment.at), self._limits.sales_days
        tally = self._weeks[payment.merchant]
        if tally.recent and tally.recent[-1][0] == today:
            tally.recent[-1] = (today, tally.recent[-1][1] + payment.amount)
        else:
            tally.recent.append((today, payment.amount))
        while tally.recent[0][0] <= today - days:
            tally.recent.popleft()
        won = sum(amount for _, amount in tally.recent)
        if won * 365 * 100 <= yearly * days * self._limits.sales_percent or today < tally.quiet_until:
            return None
        tally.quiet_until = today + days
        numbers: dict[str, int | str] = {
            "won": won,
            "days": days,
            "declared_for_these_days": yearly * days // 365,
            "sales_class": shop.sales_class,
            "sales": self._sales,
        }
        return _on_shop("above_declared_sales", payment, numbers)

    def _off_premises(self, payment: Payment, shop: Merchant | None) -> Finding | None:
        """A till that stood elsewhere than the shop is listed; told of each payment."""
        place = self._places.get((payment.merchant, payment.order))
        digits = self._limits.place_digits
        if shop is None or place is None or place[:digits] == shop.region[:digits]:
            return None
        numbers: dict[str, int | str] = {"listed": shop.region, "till": place, "won": payment.amount}
        return Finding("off_premises", "payment", payment.payment, payment.merchant, payment.at, numbers)


def _on_shop(reason: Reason, payment: Payment, numbers: dict[str, int | str]) -> Finding:
    return Finding(reason, "merchant", payment.merchant, payment.merchant, payment.at, numbers)


class Looked(msgspec.Struct, frozen=True):
    """What was looked at and found. `left_out` findings were too many to keep; `forgotten` see `Watch`."""

    payments: int
    merchants: int
    flagged_merchants: int
    findings: list[Finding]
    left_out: int
    forgotten: int


MAX_FINDINGS = 10_000


def look(watch: Watch, payments: Iterator[Payment], day: int | None = None) -> Looked:
    """Show a watch all payments; what was found on `day` (days since 1970 in Seoul), or on every day.

    Earlier payments are looked at all the same, since a week may end on that day. At most 10,000 findings are kept.
    """
    findings: list[Finding] = []
    shops: set[str] = set()
    count = left_out = 0
    for payment in payments:
        found = watch.see(payment)
        if day is not None and day_of(payment.at) != day:
            continue
        count += 1
        shops.add(payment.merchant)
        kept = found[: MAX_FINDINGS - len(findings)]
        findings += kept
        left_out += len(found) - len(kept)
    flagged = {finding.merchant for finding in findings}
    return Looked(count, len(shops), len(flagged), findings, left_out, watch.forgotten)
