"""What places are called, by the first digits of legal-dong codes."""

from functools import cache

from madang.data import regions


@cache
def _names() -> dict[str, str]:
    """Names by code; those that there are win over those that were."""
    return {one.code: one.name for one in regions()}


def place_name(prefix: str) -> str:
    """A province, city or district by the first digits of its codes, in Korean; '' where unknown, or for `00`."""
    return _names().get(prefix.ljust(10, "0"), "")
