"""What anyone may read: offers with their tallies, and whether a token that one knows was spent."""

import msgspec

from madang.base.eligibility.state import OFFERS, SPENT, TALLIES, Offer, Tally
from madang.base.programmes.state import PROGRAMMES, Programme, compiled
from madang.kernel.fields import Digest, Name, PartyId
from madang.kernel.state import State

MAX_PAGE = 500


class OfferView(msgspec.Struct, frozen=True):
    """An offer of a programme, and how many of its tokens were counted and spent.

    `purpose`: a subject gets one token for a purpose and instalment, whichever offer or programme of the sponsor it is
    for. `subject` is whom a token stands for: a person or a household; `anyone` where the programme locks nobody.
    """

    programme: str
    name: str
    purpose: str
    subject: str
    offer: Offer
    tally: Tally


def offer(state: State, programme: Name, name: Name) -> OfferView | None:
    """An offer, or nothing where there is none of this name."""
    ruled, found = state.get(PROGRAMMES, programme), state.get(OFFERS, programme, name)
    tally = state.get(TALLIES, programme, name)
    if ruled is None or found is None or tally is None:
        return None
    purpose, subject = _bounds(state, programme, ruled)
    return OfferView(programme, name, purpose, subject, found, tally)


def offers(state: State, programme: Name, after: str = "", limit: int = 100) -> list[OfferView]:
    """Up to `limit` (at most 500) offers of a programme by name, behind the name `after`."""
    most = min(max(limit, 1), MAX_PAGE)
    found: list[OfferView] = []
    for (_, name), _offer in state.scan_after(OFFERS, programme, after):
        view = offer(state, programme, name)
        if view is not None:
            found.append(view)
        if len(found) == most:
            break
    return found


def offers_of(state: State, authority: PartyId) -> list[OfferView]:
    """All offers of an authority that are not closed, by programme and name."""
    named = [(programme, name) for (programme, name), one in state.scan(OFFERS) if one.authority == authority]
    views = [view for programme, name in named if (view := offer(state, programme, name)) is not None]
    return [view for view in views if not view.tally.closed]


def is_spent(state: State, programme: Name, nullifier: Digest) -> bool:
    """Whether the token with this nullifier was spent: whoever does not know the token can't guess its nullifier."""
    return state.get(SPENT, programme, nullifier) is not None


def _bounds(state: State, name: str, programme: Programme) -> tuple[str, str]:
    """The purpose for which, and the subject to whom, a programme pays once, as its document says."""
    parameters = compiled(state, programme).contract.parameters
    purpose, subject = parameters.get("purpose", name), parameters.get("subject", "person")
    return f"{programme.sponsor}/{purpose}", str(subject)


ALL = (offer, offers, is_spent)
