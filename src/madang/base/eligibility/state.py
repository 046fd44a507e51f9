"""Offers, their keys and tallies, and the tokens that were spent.

What bounds each table: OFFERS, KEYS and TALLIES: one for each offer, which a quorum opens. SPENT: one for each token
that was spent, of which no offer has more than were counted. They stay: a token is spent once for ever.
"""

from typing import Any

from madang.base.eligibility.transactions import AmountClass, Test
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table


class Requirement(Record, frozen=True):
    """What a claim of a credential must be, or that it says who a person is.

    `unnamed`: nothing need connect it with the person whom the others name.
    """

    credential: str
    claim: str
    test: Test
    values: tuple[str, ...]
    unnamed: bool = False


class Offer(Record, frozen=True):
    """What a token is worth (won, area, instalment, class and size) and what it takes. It never changes.

    `since` and `until` bound the use of what it brings; None is the programme's own time. Tokens are spent from `opens`
    up to, not including, `closes` (seconds). `key` is the modulus in base64url, with the exponent 65537.
    """

    authority: str
    requirements: tuple[Requirement, ...]
    amount: int
    region: str
    instalment: int
    size: int
    amount_class: AmountClass
    since: int | None
    until: int | None
    key: str
    opens: int
    closes: int
    most: int


class Tally(Record, frozen=True):
    """How many tokens of an offer were signed, as its authority counts, and how many spent; whether it was closed."""

    issued: int
    spent: int
    closed: bool


class KeyUse(Record, frozen=True):
    """For which offer a key signs."""

    programme: str
    offer: str


class Spent(Record, frozen=True):
    """Of which offer a spent token was."""

    offer: str


OFFERS = Table("eligibility.offer", Offer, str, str, public=True)
"""(programme, offer)"""
TALLIES = Table("eligibility.tally", Tally, str, str, public=True)
"""(programme, offer)"""
KEYS = Table("eligibility.key", KeyUse, str, public=True)
"""(SHA-256 of the key as it is written)"""
SPENT = Table("eligibility.spent", Spent, str, str)
"""(programme, nullifier)"""

TABLES: tuple[Table[Any], ...] = (OFFERS, TALLIES, KEYS, SPENT)


def no_more_is_spent_than_was_counted(state: State) -> None:
    """An offer's spent tokens are no more than its authority counted, and that no more than it was opened for."""
    for (programme, name), tally in state.scan(TALLIES):
        offer = state.get(OFFERS, programme, name)
        if offer is None or not 0 <= tally.spent <= tally.issued <= offer.most:
            raise InvariantBroken(f"{programme}: of {name} {tally.spent} were spent and {tally.issued} counted")


def spent_tokens_have_offers(state: State) -> None:
    """Every spent token is of an offer that there is, and each offer has as many as its tally says."""
    found: dict[tuple[str, str], int] = {}
    for (programme, _), token in state.scan(SPENT):
        found[programme, token.offer] = found.get((programme, token.offer), 0) + 1
    tallied = {parts: tally.spent for parts, tally in state.scan(TALLIES) if tally.spent}
    if found != tallied:
        raise InvariantBroken(f"spent tokens are {found}, tallies say {tallied}")


def offers_have_keys_of_their_own(state: State) -> None:
    """Every offer is of a programme, has a tally, and a key that no other offer has."""
    offers = [parts for parts, _ in state.scan(OFFERS)]
    used = sorted((use.programme, use.offer) for _, use in state.scan(KEYS))
    if offers != used or offers != [parts for parts, _ in state.scan(TALLIES)]:
        raise InvariantBroken(f"offers are {offers}, and keys are used by {used}")
    if any(state.get(PROGRAMMES, programme) is None for programme, _ in offers):
        raise InvariantBroken("there is an offer without a programme")


INVARIANTS: tuple[Invariant, ...] = (
    no_more_is_spent_than_was_counted,
    spent_tokens_have_offers,
    offers_have_keys_of_their_own,
)
