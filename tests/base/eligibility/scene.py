"""A world in which the welfare authority has opened an offer of `full`, and tokens of it as wallets get them."""

import functools
from typing import Any

from madang.base.eligibility.tokens import message
from madang.base.eligibility.transactions import Close, Count, Open, Requirement
from madang.identity.blind import SigningKey, blind, blind_sign, finalize, prepare
from madang.kernel.codec import to_base64url
from madang.services.vouchers.transactions import ClaimByToken
from tests.services.vouchers.everything import DAY, FULL, OPENS, world_of
from tests.support.cast import ALICE, officer, quorum
from tests.support.signing import Wallet
from tests.support.world import World

OFFER = "busan-b"
AMOUNT = 100_000
CLOSED = OPENS + 90 * DAY
"""When tokens of the offer are claimed no more."""
WELFARE = officer("welfare")
REQUIREMENTS = [
    Requirement(credential="resident", claim="connecting_information", test="identifies"),
    Requirement(credential="resident", claim="age_over_18", test="equals", values=["true"]),
    Requirement(credential="resident", claim="province", test="equals", values=["26"]),
]


@functools.cache
def _key(name: str, bits: int) -> SigningKey:
    assert name
    return SigningKey.generate(bits)


def key(name: str = OFFER, bits: int = 2048) -> SigningKey:
    """The authority's key for an offer, made once."""
    return _key(name, bits)


def modulus(name: str = OFFER, bits: int = 2048) -> str:
    """The same key's modulus, as an act holds it."""
    public = key(name, bits).public
    return to_base64url(public.modulus.to_bytes(public.length, "big"))


def opening(**members: Any) -> Open:
    """An offer for adults of Busan, open at once."""
    given: dict[str, Any] = {
        "by": "welfare",
        "programme": FULL,
        "offer": OFFER,
        "requirements": REQUIREMENTS,
        "amount": AMOUNT,
        "region": "26",
        "amount_class": "b",
        "key": modulus(),
        "opens": OPENS,
        "closes": CLOSED,
        "most": 1_000,
    }
    return Open(**given | members)


def counting(issued: int, **members: Any) -> Count:
    """So many tokens were signed."""
    given: dict[str, Any] = {"by": "welfare", "programme": FULL, "offer": OFFER, "issued": issued}
    return Count(**given | members)


def closing(**members: Any) -> Close:
    """The offer ends."""
    return Close(**{"by": "welfare", "programme": FULL, "offer": OFFER} | members)


def signed_token(
    holder: Wallet = ALICE, offer: str = OFFER, programme: str = FULL, by: str = "", bits: int = 2048
) -> tuple[str, str]:
    """A token for a holder and its signature, made as a wallet makes it; `by` names another offer's key."""
    signer = key(by or offer, bits)
    prepared = prepare(message(programme, offer, holder.party))
    blinded = blind(signer.public, prepared)
    signature = finalize(signer.public, prepared, blind_sign(signer, blinded.message), blinded.inverse)
    return to_base64url(prepared[:32]), to_base64url(signature)


def claiming(holder: Wallet = ALICE, made: tuple[str, str] | None = None, **members: Any) -> ClaimByToken:
    """A claim with a token, a fresh one if none is given."""
    token, signature = made or signed_token(holder)
    given = {"by": holder.party, "programme": FULL, "offer": OFFER, "token": token, "signature": signature}
    return ClaimByToken(**given | members)


@functools.cache
def _made(subject: str, issued: int) -> World:
    world = world_of(subject)
    world.accept(opening(), by=quorum("welfare"))
    if issued:
        world.accept(counting(issued), by=WELFARE)
    return world


def offered(subject: str = "person", issued: int = 10) -> World:
    """A fresh world with the offer open and so many tokens counted."""
    return _made(subject, issued).fork()
