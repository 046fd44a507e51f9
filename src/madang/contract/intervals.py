"""The interval that arithmetic on two intervals can take, exactly for + - * and soundly for / and %."""

from __future__ import annotations

Interval = tuple[int, int]


def quotient(left: int, right: int) -> int:
    """Division that rounds towards zero."""
    result = abs(left) // abs(right)
    return result if (left < 0) == (right < 0) else -result


def combine(operator: str, left: Interval, right: Interval) -> Interval:
    """The interval of `left operator right`. For / and % the right interval does not hold 0."""
    low, high = left
    least, most = right
    if operator == "+":
        return low + least, high + most
    if operator == "-":
        return low - most, high - least
    if operator == "min":
        return min(low, least), min(high, most)
    if operator == "max":
        return max(low, least), max(high, most)
    if operator == "*":
        corners = [low * least, low * most, high * least, high * most]
        return min(corners), max(corners)
    if operator == "/":
        # Rounding towards zero is monotonic in each side on either side of zero, so the corners bound it; 0 may lie
        # between two corners of different sign and is then between them anyway.
        corners = [quotient(low, least), quotient(low, most), quotient(high, least), quotient(high, most)]
        return min(corners), max(corners)
    # The remainder is smaller than the divisor, not larger than the dividend, and has the dividend's sign.
    largest = max(abs(least), abs(most)) - 1
    return (-min(largest, -low) if low < 0 else 0), (min(largest, high) if high > 0 else 0)
