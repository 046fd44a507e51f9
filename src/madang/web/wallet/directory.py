"""What shops are called: by the operator's directory, which no shop writes itself, else by what they sell and where."""

from collections.abc import Collection

from madang.base.merchants.queries import merchant
from madang.records import reading
from madang.records.tradenames import category, district
from madang.web.site.visit import Visit


def shop_names(visit: Visit, merchants: Collection[str]) -> dict[str, str]:
    """Names by merchant, of those that have one. Asks the records: not for the event loop."""
    named: dict[str, str] = {}
    if visit.site.records is not None and merchants:
        with visit.site.records.reading() as connection:
            named = reading.shop_names(connection, merchants)
    return {one: named.get(one) or _described(visit, one) for one in merchants}


def _described(visit: Visit, name: str) -> str:
    """A shop that nobody named: its sort and district, or its name on the ledger where not even that is known."""
    found = merchant(visit.state, name)
    if found is None:
        return name
    sort = category(found.category)
    words = (sort.ko if visit.wanted.language == "ko" else sort.en, district(found.region))
    return " · ".join(one for one in words if one) or name
