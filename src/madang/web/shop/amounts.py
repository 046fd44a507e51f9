"""Amounts as people type them."""

MOST = 1_000_000_000
"""Won that one sale may cost: what the kind of vouchers bounds a payment by."""
_DIGITS = 13


def read_amount(text: str, most: int = MOST) -> int | None:
    """Whole won from 1 to `most`, with or without thousands' commas and 원; None for anything else."""
    digits = text.replace(",", "").replace("원", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        return None
    amount = int(digits)
    return amount if 0 < amount <= most else None
