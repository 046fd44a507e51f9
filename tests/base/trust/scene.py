"""A world with a driving licence that the ministry governs, and acts on it with what a test does not care about."""

from typing import Any

from msgspec.structs import replace

from madang.base import trust
from madang.base.trust.transactions import (
    DefineType,
    NameIssuer,
    NameStaffIssuers,
    NameVerifier,
    NameWalletProvider,
    WithdrawIssuer,
    WithdrawVerifier,
    WithdrawWalletProvider,
)
from tests.support.cast import BASE, quorum, standard_world
from tests.support.world import START, World

LICENCE = "driving_licence"
DAY = 86_400
YEAR = 366 * DAY
ROOT, NEXT_ROOT, OTHER_ROOT, LEAF, NEXT_LEAF = (f"{number:02x}" * 32 for number in range(1, 6))
KEY = "K" * 43
ORIGIN = "https://ask.example.kr"


def define(**members: Any) -> DefineType:
    """The operator defines the licence, which the ministry governs."""
    act = DefineType(by="operator", credential=LICENCE, governor="ministry", description="dd" * 32)
    return replace(act, **members)


def name_issuer(**members: Any) -> NameIssuer:
    """The ministry names the welfare authority, for a year from now on."""
    act = NameIssuer(
        by="ministry", credential=LICENCE, issuer="welfare", anchors=[ROOT], since=START, until=START + YEAR
    )
    return replace(act, **members)


def withdraw_issuer(**members: Any) -> WithdrawIssuer:
    """The ministry withdraws it from now on."""
    act = WithdrawIssuer(by="ministry", credential=LICENCE, issuer="welfare", void_from=START, reason="ended")
    return replace(act, **members)


def name_verifier(**members: Any) -> NameVerifier:
    """The ministry lets bank-a ask for two claims."""
    act = NameVerifier(
        by="ministry",
        credential=LICENCE,
        verifier="bank-a",
        purpose="accounts/opening",
        claims=["family_name", "age_over_19"],
        certificates=[LEAF],
        origins=[ORIGIN],
        since=START,
        until=START + YEAR,
    )
    return replace(act, **members)


def withdraw_verifier(**members: Any) -> WithdrawVerifier:
    """The ministry lets it ask no more."""
    act = WithdrawVerifier(
        by="ministry", credential=LICENCE, verifier="bank-a", purpose="accounts/opening", reason="ended"
    )
    return replace(act, **members)


def name_staff_issuers(*issuers: str, by: str = "bank-a") -> NameStaffIssuers:
    """The bank's quorum names who vouches for its officers."""
    return NameStaffIssuers(by=by, issuers=list(issuers))


def name_provider(**members: Any) -> NameWalletProvider:
    """The operator names bank-b as one who attests wallets."""
    act = NameWalletProvider(by="operator", provider="bank-b", attesters=[KEY, LEAF], since=START, until=START + YEAR)
    return replace(act, **members)


def withdraw_provider(**members: Any) -> WithdrawWalletProvider:
    """The operator withdraws it from now on."""
    act = WithdrawWalletProvider(by="operator", provider="bank-b", void_from=START, reason="ended")
    return replace(act, **members)


def trust_world() -> World:
    """A fresh world in which the licence is defined."""
    world = standard_world((*BASE, trust.MODULE))
    world.accept(define(), by=quorum("operator"))
    return world
