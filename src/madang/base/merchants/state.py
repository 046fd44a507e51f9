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


class Agency(Record, frozen=True):
    """That an agent sells in a merchant's name, since a block time."""

    since: int


MAX_AGENTS = 16
MERCHANTS = Table("merchants.merchant", Merchant, str, public=True)
AGENCIES = Table("merchants.agency", Agency, str, str, public=True)
"""(merchant, agent)"""
TABLES = (MERCHANTS, AGENCIES)


def every_merchant_is_a_party(state: State) -> None:
    """No shop is listed that is not registered as a merchant with keys of its own."""
    for (name,), _ in state.scan(MERCHANTS):
        party = state.get(PARTIES, name)
        if party is None or "merchant" not in party.roles:
            raise InvariantBroken(f"{name} is listed as a merchant and is no such party")


def every_agency_is_between_a_merchant_and_an_agent(state: State) -> None:
    """Only merchants have agents, only parties that were appointed as agents are such, and a merchant has few."""
    count: dict[str, int] = {}
    for (merchant, agent), _ in state.scan(AGENCIES):
        shop, seller = state.get(PARTIES, merchant), state.get(PARTIES, agent)
        if shop is None or "merchant" not in shop.roles or seller is None or "agent" not in seller.roles:
            raise InvariantBroken(f"{agent} is agent of {merchant}, and one of them is no such party")
        count[merchant] = count.get(merchant, 0) + 1
        if count[merchant] > MAX_AGENTS:
            raise InvariantBroken(f"{merchant} has more than {MAX_AGENTS} agents")


INVARIANTS = (every_merchant_is_a_party, every_agency_is_between_a_merchant_and_an_agent)
