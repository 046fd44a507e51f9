"""What people type, as values."""

from madang.kernel.fields import MAX_WON

MOST_DIGITS = 16


def read_amount(text: str) -> int | None:
    """An amount of won as people type it (`12,000원`), or None: it must be whole, at least 1 and one that exists."""
    digits = text.replace(",", "").replace("원", "").replace("₩", "").strip()
    plain = digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS
    return int(digits) if plain and 1 <= int(digits) <= MAX_WON else None
