"""What may be asked about merchants."""

from typing import Annotated, Literal

from msgspec import Meta

from madang.kernel.fields import CategoryCode, IndustryCode, PartyId, RegionCode
from madang.kernel.transaction import Act, Part

SalesClass = Literal["up_to_300m", "up_to_500m", "up_to_1b", "up_to_3b", "over_3b"]
"""Yearly sales in won, as card fees class them: up to 300 million, 500 million, 1 billion, 3 billion, or over."""


class Facts(Part, frozen=True, kw_only=True):
    """A shop's legal-dong code, KSIC industry, ISO 18245 category, and class of yearly sales."""

    region: RegionCode
    industry: IndustryCode
    category: CategoryCode
    sales_class: SalesClass


class Entry(Part, frozen=True, kw_only=True):
    """A shop to register, with its facts."""

    merchant: PartyId
    facts: Facts


class Apply(Act, frozen=True, kw_only=True, tag="merchants.apply"):
    """A shop asks to be a merchant, with its facts; again, with other facts, once it was declined."""

    facts: Facts


class Approve(Act, frozen=True, kw_only=True, tag="merchants.approve"):
    """The operator accepts the applications of up to 1,000 shops."""

    merchants: Annotated[list[PartyId], Meta(min_length=1, max_length=1000)]


class Decline(Act, frozen=True, kw_only=True, tag="merchants.decline"):
    """The operator declines a shop's application; the shop may apply again."""

    merchant: PartyId


class Register(Act, frozen=True, kw_only=True, tag="merchants.register"):
    """The operator registers up to 1,000 shops whose papers it has checked."""

    entries: Annotated[list[Entry], Meta(min_length=1, max_length=1000)]


class Suspend(Act, frozen=True, kw_only=True, tag="merchants.suspend"):
    """The operator suspends a merchant: nobody can pay there until it is reinstated."""

    merchant: PartyId


class Reinstate(Act, frozen=True, kw_only=True, tag="merchants.reinstate"):
    """The operator lets a suspended merchant sell again."""

    merchant: PartyId


class Close(Act, frozen=True, kw_only=True, tag="merchants.close"):
    """A merchant that shuts closes its entry for good; what it is owed is still paid out."""


class AppointAgent(Act, frozen=True, kw_only=True, tag="merchants.appoint_agent"):
    """A merchant lets an agent (결제대행: a payment agent, a table-order or delivery app) sell in its name.

    The agent's acts name the merchant, whose facts the rules of a programme test, never the agent's.
    """

    agent: PartyId


class DismissAgent(Act, frozen=True, kw_only=True, tag="merchants.dismiss_agent"):
    """A merchant takes an agent's leave to sell in its name back, at once."""

    agent: PartyId
