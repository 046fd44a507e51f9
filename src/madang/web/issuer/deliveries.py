"""What somebody has, as pages show it: a line for what was delivered together, and not one for each copy."""

from collections.abc import Sequence

from madang.identity.issuer.store import Issued


def deliveries(issued: Sequence[Issued]) -> list[tuple[Issued, int]]:
    """One credential for each delivery, type, format and standing, and how many of them there are, newest first."""
    counted: dict[tuple[str, str, str, str], tuple[Issued, int]] = {}
    for one in issued:
        place = (one.delivery, one.type, one.format, one.standing)
        first, count = counted.get(place, (one, 0))
        counted[place] = first, count + 1
    return list(counted.values())
