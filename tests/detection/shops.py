"""Shops and payments made up for the detectors."""

import msgspec

from madang.base.merchants.state import Merchant
from madang.base.merchants.transactions import SalesClass
from madang.detection.detectors import Finding, Places, Sales, Thresholds, Watch
from madang.detection.payments import Payment

MORNING = 1_756_684_800
"""2025-09-01T09:00:00+09:00."""
BUSAN, SEOUL = "2611010100", "1111010100"


def shops(sales: SalesClass = "up_to_300m", region: str = BUSAN) -> dict[str, Merchant]:
    """Two shops of a class."""
    return {name: Merchant(region, "47121", "5411", sales, "approved") for name in ("shop", "other")}


def payment(number: int, at: int, *, payer: str = "", merchant: str = "shop", amount: int = 1_000) -> Payment:
    """A payment so many seconds after nine o'clock; by somebody new, if it is not said by whom."""
    return Payment(f"p{number}", merchant, payer or f"payer-{number}", f"o{number}", amount, MORNING + at)


def found(
    payments: list[Payment],
    *,
    sales_class: SalesClass = "up_to_300m",
    places: Places | None = None,
    sales: Sales = "declared",
    remembered: int = 100_000,
    **thresholds: int,
) -> list[Finding]:
    """What a watch finds in payments."""
    listed = shops(sales_class)
    limits = msgspec.convert(thresholds, Thresholds)
    watch = Watch(listed.get, limits, places or {}, sales, remembered)
    return [finding for one in payments for finding in watch.see(one)]
