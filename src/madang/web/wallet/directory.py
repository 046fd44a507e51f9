"""What shops are called: the operator's directory first, which no shop writes itself."""

from collections.abc import Collection

from sqlalchemy import select

from madang.records.schema import SHOP_NAMES
from madang.web.site.visit import Visit


def shop_names(visit: Visit, merchants: Collection[str]) -> dict[str, str]:
    """Names by merchant, of those that the directory names. Asks the records: not for the event loop."""
    if visit.site.records is None or not merchants:
        return {}
    asked = select(SHOP_NAMES).where(SHOP_NAMES.c.merchant.in_(sorted(merchants)))
    with visit.site.records.reading() as connection:
        return {row.merchant: row.name for row in connection.execute(asked)}
