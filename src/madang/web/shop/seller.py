"""Who stands at the counter: a merchant with its own key, or one of its tills."""

import asyncio

import msgspec

from madang.base.merchants.queries import merchant
from madang.base.merchants.state import Merchant
from madang.base.parties.queries import merchant_of
from madang.records import reading
from madang.web.api.problems import Refused
from madang.web.site.visit import NotSignedIn, Visit


class Seller(msgspec.Struct, frozen=True):
    """Who signs (`party`), for which merchant, what that is called, and its entry: None before it applied.

    Without a directory it is called by its name on the ledger."""

    party: str
    merchant: str
    name: str
    listed: Merchant | None

    @property
    def is_owner(self) -> bool:
        """Whether the merchant's own key is signed in, which alone adds tills and agents, and applies."""
        return self.party == self.merchant

    @property
    def is_open(self) -> bool:
        """Whether the shop may take payments."""
        return self.listed is not None and self.listed.standing == "approved"


def seller(visit: Visit) -> Seller:
    """Who is signed in; the merchant itself where its key and a till's are. Raises `NotSignedIn`."""
    pairs = [(party, merchant_of(visit.state, party)) for party in visit.parties]
    party, shop = next((pair for pair in pairs if pair[0] == pair[1]), pairs[0])
    if shop is None:
        raise NotSignedIn(visit)
    return Seller(party, shop, shop, merchant(visit.state, shop))


async def named_seller(visit: Visit) -> Seller:
    """The same, with what the operator's directory calls the shop, where it names it."""
    found = seller(visit)
    if visit.site.records is None:
        return found

    def read() -> str | None:
        with visit.site.records.reading() as connection:
            return reading.shop_names(connection, [found.merchant]).get(found.merchant)

    name = await asyncio.to_thread(read)
    return msgspec.structs.replace(found, name=name) if name else found


def owner(visit: Visit) -> Seller:
    """The same, where it is the merchant itself. Raises `NotSignedIn`, `Refused` (403, `shop.owner`)."""
    found = seller(visit)
    if not found.is_owner:
        raise Refused(403, "shop.owner", "Only the merchant's own key does this. Use the merchant's device.")
    return found
