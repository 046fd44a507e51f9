"""Cards, who holds them, and codes that wait."""

import hashlib
from typing import Literal

from madang.base.parties.ledger import party_of_card
from madang.kernel.authority import PARTIES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

WAIT = 72 * 3600
"""Seconds until what a desk did without the person's signature works: as long as a recovery of keys waits."""
MAX_RESETS = 3
RESET_DAYS = 30
KOREA = 9 * 3600
DAY = 86_400


class Card(Record, frozen=True):
    """A card: the service that keeps its key, and who holds it since when it works (seconds).

    `pins` and `resets` count how often a desk let a PIN be chosen and tries be reset, which the card service follows;
    `reset_since` begins the time in which the latest `recent_resets` count. `spent` won were paid on `day`.
    """

    service: str
    status: Literal["blank", "bound", "blocked"]
    holder: str = ""
    desk: str = ""
    per_payment: int = 0
    per_day: int = 0
    works_from: int = 0
    pins: int = 0
    resets: int = 0
    recent_resets: int = 0
    reset_since: int = 0
    day: int = 0
    spent: int = 0


class Holding(Record, frozen=True):
    """The one card in use of a person."""

    card: str


class Presentation(Record, frozen=True):
    """A code (by its digest) that waits for whoever reveals it before `until` (seconds); `holder` then pays.

    It is good in one programme, up to `limit` won.
    """

    code: str
    holder: str
    programme: str
    limit: int
    until: int


class Waiting(Record, frozen=True):
    """Who presents a code: a person, or the party of a card."""

    presenter: str


CARDS = Table("cards.card", Card, str)
"""(thumbprint of the card's key)"""
HOLDINGS = Table("cards.holding", Holding, str)
"""(person)"""
PRESENTATIONS = Table("cards.presentation", Presentation, str)
"""(who presents: a person, or the party of a card)"""
CODES = Table("cards.code", Waiting, str)
"""(SHA-256 of a code, in hexadecimal)"""
TABLES = (CARDS, HOLDINGS, PRESENTATIONS, CODES)


def card_at(state: State, presenter: str) -> tuple[str, Card] | None:
    """The card that presents, with the thumbprint of its key; None where a person does, or nobody."""
    _, colon, kid = presenter.partition(":")
    found = state.get(CARDS, kid) if colon else None
    return None if found is None else (kid, found)


def code_digest(code: str) -> str:
    """What the ledger holds of a code: SHA-256 of its letters, in hexadecimal. 130 random bits can't be tried."""
    return hashlib.sha256(code.encode()).hexdigest()


def spent_on(card: Card, time: int) -> int:
    """Won that a card paid on the Korean day of a block time."""
    return card.spent if card.day == day_of(time) else 0


def day_of(time: int) -> int:
    """The number of a Korean day."""
    return (time + KOREA) // DAY


def cards_are_held(state: State) -> None:
    """A card in use is the one card of one person, and every card is a party that is a card and nothing else."""
    in_use = {}
    for (name,), card in state.scan(CARDS):
        party = state.get(PARTIES, party_of_card(name))
        if party is None or party.roles != ("card",) or party.appointed_by or party.parent:
            raise InvariantBroken(f"card {name} is no party of that sort, or somebody answers for it")
        if (card.status == "blank") == bool(card.holder) or not card.spent <= card.per_day:
            raise InvariantBroken(f"card {name} is {card.status}, held by {card.holder!r}, spent {card.spent}")
        if card.status == "bound":
            holder = state.get(PARTIES, card.holder)
            if holder is None or "person" not in holder.roles:
                raise InvariantBroken(f"card {name} is held by {card.holder}, who is no person")
            if card.holder in in_use:
                raise InvariantBroken(f"{card.holder} has two cards")
            in_use[card.holder] = name
    if in_use != {person: holding.card for (person,), holding in state.scan(HOLDINGS)}:
        raise InvariantBroken("the cards in use are not those that people hold")


def codes_wait_once(state: State) -> None:
    """Every waiting code is presented by exactly one party, and each of them has one."""
    waiting = {code: waits.presenter for (code,), waits in state.scan(CODES)}
    presented = {shown.code: presenter for (presenter,), shown in state.scan(PRESENTATIONS)}
    if waiting != presented:
        raise InvariantBroken(f"{len(waiting)} codes wait, {len(presented)} are presented, and not the same")


INVARIANTS: tuple[Invariant, ...] = (cards_are_held, codes_wait_once)
