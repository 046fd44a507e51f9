"""Who stands at the counter: a merchant with its own key, or one of its tills."""

import msgspec

from madang.base.merchants.queries import merchant
from madang.base.merchants.state import Merchant
from madang.base.parties.queries import merchant_of
from madang.web.api.problems import Refused
from madang.web.site.visit import NotSignedIn, Visit


class Seller(msgspec.Struct, frozen=True):
    """Who signs (`party`), for which merchant, what that is called, and its entry: None before it applied."""

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


def owner(visit: Visit) -> Seller:
    """The same, where it is the merchant itself. Raises `NotSignedIn`, `Refused` (403, `shop.owner`)."""
    found = seller(visit)
    if not found.is_owner:
        raise Refused(403, "shop.owner", "Only the merchant's own key does this. Use the merchant's device.")
    return found
