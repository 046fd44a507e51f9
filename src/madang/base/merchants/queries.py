"""What anyone may read of merchants: where vouchers can be spent is public."""

from typing import Annotated

from msgspec import Meta

from madang.base.merchants.state import MERCHANTS, Merchant
from madang.kernel.fields import PartyId
from madang.kernel.state import State

MAX_PAGE = 1000
RegionPrefix = Annotated[str, Meta(pattern=r"^[0-9]{0,10}\Z", description="The first digits of a legal-dong code.")]


def merchant(state: State, name: PartyId) -> Merchant | None:
    """A shop's facts and standing."""
    return state.get(MERCHANTS, name)


def merchants(state: State, region: RegionPrefix = "", after: str = "", limit: int = 100) -> dict[str, Merchant]:
    """Up to `limit` (at most 1,000) approved shops in a region, by name, from behind the name `after`."""
    found: dict[str, Merchant] = {}
    for (name,), record in state.scan_after(MERCHANTS, after):
        if len(found) >= min(max(limit, 1), MAX_PAGE):
            break
        if record.standing == "approved" and record.region.startswith(region):
            found[name] = record
    return found


ALL = (merchant, merchants)
