"""Mandates, who holds them, and their uses."""

from typing import Literal

from madang.base.mandates.transactions import SPENDING, Ground, MandatedAct
from madang.kernel.authority import PARTIES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

MAX_GIVEN = 16
MAX_DAYS = 1_096
WAIT = 72 * 3600
"""Seconds until a mandate to spend works that the principal did not sign: as long as a recovery of keys waits."""


class Mandate(Record, frozen=True):
    """What a delegate may do between `since` and `until` (seconds), and how much of it was used.

    `ground` is `signed` where the principal granted it; else `registered_by` is the desk and `evidence` its digest.
    """

    acts: tuple[MandatedAct, ...]
    ground: Ground | Literal["signed"]
    evidence: str
    registered_by: str
    per_use: int
    total: int
    since: int
    until: int
    used: int
    uses: int


class Held(Record, frozen=True):
    """That somebody holds a mandate, since a block time."""

    since: int


class Use(Record, frozen=True):
    """One use of a mandate: for the principal to be told of. `amount` is in won."""

    delegate: str
    act: MandatedAct
    programme: str
    amount: int


ALL_PROGRAMMES = ""
MANDATES = Table("mandates.mandate", Mandate, str, str, str)
"""(principal, delegate, programme or '')"""
HELD = Table("mandates.held", Held, str, str)
"""(delegate, place: principal, a slash, and programme or '')"""
USES = Table("mandates.use", Use, str, str)
"""(principal, ten hexadecimal digits of the block time and a handle)"""
TABLES = (MANDATES, HELD, USES)


def spends(acts: tuple[MandatedAct, ...]) -> bool:
    """Whether one of these acts spends money."""
    return any(act in SPENDING for act in acts)


def place_of(principal: str, programme: str) -> str:
    """Where a mandate stands among those of its delegate."""
    return f"{principal}/{programme}"


def mandates_are_held(state: State) -> None:
    """Every mandate is listed with its delegate, and nothing else is; nobody gave more than `MAX_GIVEN`."""
    count: dict[str, int] = {}
    given = []
    for (principal, delegate, programme), _ in state.scan(MANDATES):
        count[principal] = count.get(principal, 0) + 1
        given.append((delegate, place_of(principal, programme)))
    held = [parts for parts, _ in state.scan(HELD)]
    if sorted(given) != sorted(held):
        raise InvariantBroken(f"{len(given)} mandates are given, {len(held)} held, and not the same")
    if any(each > MAX_GIVEN for each in count.values()):
        raise InvariantBroken(f"somebody gave more than {MAX_GIVEN} mandates")


def mandates_keep_their_caps(state: State) -> None:
    """No mandate was used above its cap, and none that spends is held by anybody but a person."""
    for (principal, delegate, _), mandate in state.scan(MANDATES):
        if not 0 <= mandate.used <= mandate.total:
            raise InvariantBroken(f"{delegate} used {mandate.used} of {mandate.total} won of {principal}")
        party = state.get(PARTIES, delegate)
        if spends(mandate.acts) and (party is None or "person" not in party.roles):
            raise InvariantBroken(f"{delegate} is no person and may spend for {principal}")


INVARIANTS: tuple[Invariant, ...] = (mandates_are_held, mandates_keep_their_caps)
