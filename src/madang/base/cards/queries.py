"""Who may read what of cards: a holder and desks the card in use, a card service its own cards. Shops nothing."""

import msgspec

from madang.base.cards.state import CARDS, HOLDINGS
from madang.base.parties import queries as parties
from madang.base.parties.ledger import party_of_card
from madang.kernel.fields import KeyId, PartyId
from madang.kernel.state import State


class CardView(msgspec.Struct, frozen=True):
    """A person's card in use: its limits (won), and from when it works (seconds)."""

    card: str
    per_payment: int
    per_day: int
    works_from: int


class KeptCard(msgspec.Struct, frozen=True):
    """What a card service must know of a card: whether it is in use, and how often a desk allowed PIN and tries."""

    status: str
    works_from: int
    pins: int
    resets: int


def card_of(state: State, reader: PartyId, holder: PartyId) -> CardView | None:
    """The card in use of a person, for that person and for officers of desks; nothing for others."""
    if reader != holder and not _is_at_desk(state, reader):
        return None
    holding = state.get(HOLDINGS, holder)
    card = state.get(CARDS, holding.card) if holding is not None else None
    if holding is None or card is None:
        return None
    return CardView(holding.card, card.per_payment, card.per_day, card.works_from)


def kept_card(state: State, reader: PartyId, card: KeyId) -> KeptCard | None:
    """A card's standing, for the service that keeps its key and for the card itself; nothing for others."""
    found = state.get(CARDS, card)
    if found is None or not (reader == party_of_card(card) or parties.acts_for(state, reader, found.service)):
        return None
    return KeptCard(found.status, found.works_from, found.pins, found.resets)


def _is_at_desk(state: State, reader: str) -> bool:
    own = parties.party(state, reader)
    return own is not None and any(
        name and parties.acts_for(state, reader, name) and parties.has_role(state, name, "desk")
        for name in (reader, own.parent)
    )


ALL = (card_of, kept_card)
