"""What shops are called: the operator's directory first, which no shop writes itself."""

from collections.abc import Collection

from madang.records import reading
from madang.web.site.visit import Visit


def shop_names(visit: Visit, merchants: Collection[str]) -> dict[str, str]:
    """Names by merchant, of those that the directory names. Asks the records: not for the event loop."""
    if visit.site.records is None or not merchants:
        return {}
    with visit.site.records.reading() as connection:
        return reading.shop_names(connection, merchants)
