"""Who may read what of appeals: an appellant its own, an office's officers all of theirs, nobody anything else.

Terms are public, since whoever may appeal must find them. A delegate or desk that lodged an appeal for another reads
nothing here: what became of it goes to the person.
"""

from collections.abc import Iterable
from itertools import islice, takewhile
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.parties import queries as parties
from madang.kernel.fields import Handle, Name, PartyId, Time
from madang.kernel.state import State
from madang.services.appeals.state import (
    APPEALS,
    OFFICES,
    OWN,
    STEPS,
    TERMS,
    WAITING,
    Appeal,
    Channel,
    Ending,
    Status,
    Step,
)
from madang.services.appeals.transactions import Ground, Matter

Limit = Annotated[int, Meta(ge=1, le=500, description="How many at most.")]


class TermsView(msgspec.Struct, frozen=True):
    """A programme's terms: days to decide, the last second to lodge, and which institutions decide."""

    days: int
    until: int
    offices: list[str]


class AppealView(msgspec.Struct, frozen=True):
    """An appeal as its appellant and its office see it. Times are seconds; digests are keyed by the vault."""

    number: str
    programme: str
    appellant: str
    matter: Matter
    ground: Ground
    office: str
    channel: Channel
    lodged_at: int
    deadline: int
    evidence: tuple[str, ...]
    status: Status
    closed_at: int
    outcome: Ending
    reason: str
    follows: str


def terms(state: State, programme: Name) -> TermsView | None:
    """A programme's terms for appeals, or nothing where it takes none."""
    found = state.get(TERMS, programme)
    if found is None:
        return None
    return TermsView(found.days, found.until, [office for (_, office), _ in state.scan(OFFICES, programme)])


def appeal(state: State, reader: PartyId, number: Handle) -> AppealView | None:
    """An appeal, for its appellant and the officers of its office; nothing for others."""
    found = _seen(state, reader, number)
    return None if found is None else _view(number, found)


def steps(state: State, reader: PartyId, number: Handle) -> list[Step]:
    """What happened to an appeal in order, and who did it, for those who may see the appeal."""
    if _seen(state, reader, number) is None:
        return []
    return [step for _, step in state.scan(STEPS, number)]


def own_appeals(state: State, reader: PartyId, since: Time = 0, limit: Limit = 100) -> list[AppealView]:
    """Up to `limit` appeals in the reader's own name, lodged from the second `since` on, oldest first."""
    if not parties.has_role(state, reader, "person"):
        return []
    numbers = (number for (_, at, number), _ in state.scan(OWN, reader) if at >= since)
    return _views(state, numbers, limit)


def due(state: State, reader: PartyId, institution: PartyId, time: Time, limit: Limit = 100) -> list[AppealView]:
    """Up to `limit` open appeals that an office had to decide before the second `time`, the most urgent first.

    With the present time they are the overdue ones. For the office's officers; nothing for others.
    """
    if not parties.acts_for(state, reader, institution):
        return []
    # They lie in order of deadlines: what an office still has time for is not looked at.
    late = takewhile(lambda one: one[0][1] < time, state.scan(WAITING, institution))
    return _views(state, (number for (_, _, number), _ in late), limit)


def _seen(state: State, reader: str, number: str) -> Appeal | None:
    found = state.get(APPEALS, number)
    if found is None:
        return None
    is_own = reader == found.appellant and parties.has_role(state, reader, "person")
    return found if is_own or parties.acts_for(state, reader, found.office) else None


def _views(state: State, numbers: Iterable[str], limit: int) -> list[AppealView]:
    found = ((number, state.get(APPEALS, number)) for number in islice(numbers, limit))
    return [_view(number, one) for number, one in found if one is not None]


def _view(number: str, found: Appeal) -> AppealView:
    values = {name: getattr(found, name) for name in AppealView.__struct_fields__ if name != "number"}
    return AppealView(number, **values)


ALL = (terms, appeal, steps, own_appeals, due)
