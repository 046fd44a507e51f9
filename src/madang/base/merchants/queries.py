"""What anyone may read of merchants: where vouchers can be spent is public."""

from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.merchants.state import AGENCIES, MERCHANTS, Merchant
from madang.base.parties import queries as parties
from madang.kernel.fields import PartyId
from madang.kernel.state import State

MAX_PAGE = 1000
MAX_LOOKED_AT = 2000
RegionPrefix = Annotated[str, Meta(pattern=r"^[0-9]{0,10}\Z", description="The first digits of a legal-dong code.")]


def merchant(state: State, name: PartyId) -> Merchant | None:
    """A shop's facts and standing."""
    return state.get(MERCHANTS, name)


def may_sell_for(state: State, by: str, merchant: str) -> bool:
    """Whether `by` may sell in this merchant's name: the merchant itself, a till of it, or an agent it appointed.

    All of them must be active; whether the shop is approved is not looked at. For rules: who signs for `by` was
    checked before.
    """
    if not parties.has_role(state, merchant, "merchant"):
        return False
    if by == merchant:
        return True
    seller = parties.party(state, by)
    if seller is None or seller.standing != "active":
        return False
    if "till" in seller.roles:
        return seller.parent == merchant
    return "agent" in seller.roles and state.get(AGENCIES, merchant, by) is not None


def agents(state: State, merchant: PartyId) -> list[str]:
    """The agents that may sell in a merchant's name, suspended ones too, by name."""
    return [agent for (_, agent), _ in state.scan(AGENCIES, merchant)]


class MerchantPage(msgspec.Struct, frozen=True):
    """Approved shops by name. Ask again with `after` for the next page; it is empty where there is none."""

    merchants: dict[str, Merchant]
    after: str


def merchants(state: State, region: RegionPrefix = "", after: str = "", limit: int = 100) -> MerchantPage:
    """A page of at most `limit` (up to 1,000) approved shops in a region, from behind the name `after`.

    A page looks at no more than 2,000 shops, so that it may hold few of a small region and still not be the last.
    """
    found: dict[str, Merchant] = {}
    most = min(max(limit, 1), MAX_PAGE)
    for looked_at, ((name,), record) in enumerate(state.scan_after(MERCHANTS, after), 1):
        if record.standing == "approved" and record.region.startswith(region):
            found[name] = record
        if len(found) == most or looked_at == MAX_LOOKED_AT:
            return MerchantPage(found, name)
    return MerchantPage(found, "")


ALL = (merchant, merchants, agents)
