"""Whether a code may be paid now: held against the clock, and against what the ledger says of the shop."""

from typing import Protocol

from madang.exchange.qr.merchantcode import MerchantCode
from madang.kernel.errors import MadangError

LONGEST = 180
"""Seconds that a dynamic code may be valid (Korean QR payment standard of 2018-11-06)."""


class Entry(Protocol):
    """What is looked at of a shop's entry on the ledger (`base.merchants.state.Merchant`, or what a node answers)."""

    @property
    def category(self) -> str:
        """ISO 18245, four digits."""

    @property
    def standing(self) -> str:
        """Only at `approved` does the shop take payments."""


def check_code(code: MerchantCode, chain: str, merchant: Entry | None, now: int) -> None:
    """Refuse a code that must not be paid. `merchant` is the ledger's entry of `code.merchant`; `now` in seconds.

    Raises `MadangError`, in this order: `qr.other_ledger`, `qr.expired`, `qr.too_long` (it says it is valid for more
    than three minutes), `qr.unknown_shop`, `qr.shop_standing` (suspended, closed, or not approved yet),
    `qr.category` (not the shop's, as in a code that was printed before a change, or altered).
    """
    if code.chain != chain:
        raise MadangError("qr.other_ledger", f"This code is for the ledger {code.chain}, not {chain}. Don't pay it.")
    if code.expires is not None and code.expires <= now:
        raise MadangError("qr.expired", "This code has expired. Ask the shop for a new one.")
    if code.expires is not None and code.expires > now + LONGEST:
        raise MadangError("qr.too_long", "A code for one payment is valid for three minutes. Ask the shop for another.")
    if merchant is None:
        raise MadangError("qr.unknown_shop", "The ledger knows no such shop. Don't pay; tell the shop.")
    if merchant.standing != "approved":
        raise MadangError("qr.shop_standing", "This shop does not take payments now. Pay elsewhere, or ask the shop.")
    if merchant.category != code.category:
        raise MadangError("qr.category", "The code does not match the shop's entry. Ask the shop for its present code.")
