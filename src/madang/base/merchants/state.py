"""The facts of each shop and its standing."""

from typing import Literal

from madang.base.merchants.transactions import SalesClass
from madang.kernel.authority import PARTIES
from madang.kernel.module import InvariantBroken
from madang.kernel.state import Record, State, Table

Standing = Literal["applied", "approved", "suspended", "closed"]


class Merchant(Record, frozen=True):
    """A shop: legal-dong code, KSIC, ISO 18245, class of yearly sales, and its standing."""

    region: str
    industry: str
    category: str
    sales_class: SalesClass
    standing: Standing


MERCHANTS = Table("merchants.merchant", Merchant, str, public=True)
TABLES = (MERCHANTS,)


def every_merchant_is_a_party(state: State) -> None:
    """No shop is listed that is not registered as a merchant with keys of its own."""
    for (name,), _ in state.scan(MERCHANTS):
        party = state.get(PARTIES, name)
        if party is None or "merchant" not in party.roles:
            raise InvariantBroken(f"{name} is listed as a merchant and is no such party")


INVARIANTS = (every_merchant_is_a_party,)
