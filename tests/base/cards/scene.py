"""A world with a card service and blank cards, and a small shop service: `counter.take` redeems a code."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache

from madang.base import cards
from madang.base.cards.ledger import redeem
from madang.base.cards.state import code_digest
from madang.base.cards.transactions import Bind, Block, Code, NewPin, Present, ResetTries, Stock
from madang.base.parties.ledger import party_of_card
from madang.base.parties.transactions import AppointInstitution
from madang.kernel.fields import Name, Won
from madang.kernel.module import Call, Module, Rule
from madang.kernel.transaction import Act
from tests.support.cast import ALICE, BASE, new_key, officers, quorum, standard_world
from tests.support.signing import Wallet, wallet
from tests.support.world import World

SERVICE = "card-service"
SERVER = wallet("a computer of the card service")
CARDS = [wallet(f"card {number}") for number in range(4)]
CARD, SPARE = CARDS[:2]
COUPON = "coupon"
FIRST, SECOND, THIRD = officers("desk")
DESK = [FIRST, SECOND]
WITH_ALICE = [FIRST, ALICE]


class Take(Act, frozen=True, kw_only=True, tag="counter.take"):
    """Whoever sells reveals a code."""

    code: Code
    programme: Name
    amount: Won


TAKEN: list[str] = []
"""Who paid, in order: what the shop service learns."""


def take(call: Call, act: Take) -> None:
    """What a service does first."""
    TAKEN.append(redeem(call, act.code, act.programme, act.amount))


RULES: Mapping[type[Act], Rule] = {Take: take}
COUNTER = Module("counter", RULES, (), (), {})


def code(seed: str = "first") -> str:
    """A code as a phone draws it, from a seed."""
    return base64.b32encode(hashlib.sha256(seed.encode()).digest())[:26].decode()


def bind(card: Wallet = CARD, holder: str | None = ALICE.party, by: str = "desk", **limits: int) -> Bind:
    """A card for Alice, or for somebody new."""
    return Bind(by=by, card=card.kid, holder=holder, **({"per_payment": 10_000, "per_day": 25_000} | limits))


def block(card: Wallet = CARD, by: str = "desk") -> Block:
    return Block(by=by, card=card.kid)


def reset(card: Wallet = CARD, by: str = "desk") -> ResetTries:
    return ResetTries(by=by, card=card.kid)


def new_pin(card: Wallet = CARD, by: str = "desk") -> NewPin:
    return NewPin(by=by, card=card.kid)


def stock(*keys: Wallet, by: str = SERVICE) -> Stock:
    return Stock(by=by, keys=[one.public_key for one in keys])


def present(
    world: World, by: str = ALICE.party, seed: str = "first", limit: int = 10_000, seconds: int = 180
) -> Present:
    """A code that is shown now; a card is named by its key."""
    by = party_of_card(by) if by in [one.kid for one in CARDS] else by
    return Present(by=by, code=code_digest(code(seed)), programme=COUPON, limit=limit, until=world.time + seconds)


def taking(amount: int = 10_000, seed: str = "first", by: str = "bakery", programme: str = COUPON) -> Take:
    return Take(by=by, code=code(seed), programme=programme, amount=amount)


@cache
def _made() -> World:
    world = standard_world((*BASE, cards.MODULE, COUNTER))
    service = AppointInstitution(
        by="operator", party=SERVICE, roles=["card_service"], threshold=1, officers=[new_key(SERVER)]
    )
    world.accept(service, by=quorum("operator"))
    world.accept(stock(*CARDS), by=SERVER)
    return world


def cards_world() -> World:
    """A fresh world with blank cards."""
    TAKEN.clear()
    return _made().fork()
