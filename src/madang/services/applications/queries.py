"""Who may read what of applications: whom one concerns, desks what they entered, authorities all of their programmes.

Terms are public, since whoever may apply must find them. A delegate who applied for another reads nothing here: what
became of it goes to the person. Lists are paged: `after` is the number that the page before ended with.
"""

from collections.abc import Iterable
from itertools import islice, takewhile
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.parties import queries as parties
from madang.kernel.fields import Handle, Name, PartyId, Time
from madang.kernel.state import State
from madang.services.applications.access import decides
from madang.services.applications.state import (
    APPLICATIONS,
    AUTHORITIES,
    CONCERNED,
    LISTED,
    STEPS,
    TERMS,
    WAITING,
    Application,
    Channel,
    Named,
    Status,
    Step,
    place_of,
)
from madang.services.applications.transactions import Ground

Limit = Annotated[int, Meta(ge=1, le=500, description="How many at most.")]


class TermsView(msgspec.Struct, frozen=True):
    """A programme's terms: the window in seconds, its last one included, days to decide, desks only, who decides."""

    since: int
    until: int
    days: int
    desk_only: bool
    authorities: list[str]


class ApplicationView(msgspec.Struct, frozen=True):
    """An application as those see it whom it concerns. Times are seconds; digests are keyed; '' is nothing.

    `declined` is the ground of a refusal, `reference` that of the grant.
    """

    number: str
    programme: str
    instalment: int
    ground: Ground
    earlier: str
    applicant: str
    holder: str
    subjects: tuple[str, ...]
    evidence: tuple[str, ...]
    channel: Channel
    entered_at: int
    deadline: int
    status: Status
    authority: str
    closed_at: int
    reference: str
    declined: str


def terms(state: State, programme: Name) -> TermsView | None:
    """A programme's terms for applications, or nothing where it takes none. Its sponsor decides too."""
    found = state.get(TERMS, programme)
    if found is None:
        return None
    named = [authority for (_, authority), _ in state.scan(AUTHORITIES, programme)]
    return TermsView(found.since, found.until, found.days, found.desk_only, named)


def application(state: State, reader: PartyId, number: Handle) -> ApplicationView | None:
    """An application, for its applicant, its holder, its desks and whoever decides on it; nothing for others."""
    found = _seen(state, reader, number)
    return None if found is None else _view(number, found)


def steps(state: State, reader: PartyId, number: Handle) -> list[Step]:
    """What happened to an application in order, and who did it, for those who may see the application."""
    if _seen(state, reader, number) is None:
        return []
    return [step for _, step in state.scan(STEPS, number)]


def own_applications(
    state: State, reader: PartyId, after: Handle | None = None, limit: Limit = 100
) -> list[ApplicationView]:
    """Up to `limit` applications in which the reader is the applicant or the holder, oldest first."""
    if not parties.has_role(state, reader, "person"):
        return []
    return _views(state, _concerned(state, reader, after), limit)


def desk_applications(
    state: State, reader: PartyId, desk: PartyId, after: Handle | None = None, limit: Limit = 100
) -> list[ApplicationView]:
    """Up to `limit` applications that a desk entered or changed, oldest first, for its officers; nothing for others."""
    if not parties.acts_for(state, reader, desk) or not parties.has_role(state, desk, "desk"):
        return []
    return _views(state, _concerned(state, desk, after), limit)


def of_programme(
    state: State,
    reader: PartyId,
    programme: Name,
    status: Status = "entered",
    after: Handle | None = None,
    limit: Limit = 100,
) -> list[ApplicationView]:
    """Up to `limit` applications for a programme of one status, oldest first, for whoever decides on it."""
    if not _decides(state, reader, programme):
        return []
    found = state.scan_after(LISTED, programme, status, _place(state, after))
    return _views(state, (named for _, named in found), limit)


def due(state: State, reader: PartyId, programme: Name, time: Time, limit: Limit = 100) -> list[ApplicationView]:
    """Up to `limit` applications that had to be decided before the second `time`, the most urgent first.

    With the present time they are the overdue ones; what waits for a person at a desk is not among them. For whoever
    decides; nothing for others.
    """
    if not _decides(state, reader, programme):
        return []
    found = takewhile(lambda one: one[0][1] < time, state.scan(WAITING, programme))
    return _views(state, (named for _, named in found), limit)


def _seen(state: State, reader: str, number: str) -> Application | None:
    found = state.get(APPLICATIONS, number)
    if found is None:
        return None
    own = reader in (found.applicant, found.holder) and parties.has_role(state, reader, "person")
    at_desk = any(parties.acts_for(state, reader, desk) for desk in found.desks)
    return found if own or at_desk or _decides(state, reader, found.programme) else None


def _decides(state: State, reader: str, programme: str) -> bool:
    """Whether the reader is an institution that decides on a programme, or an active officer of one."""
    institution = parties.institution_of(state, reader) or reader
    return parties.acts_for(state, reader, institution) and decides(state, programme, institution)


def _concerned(state: State, party: str, after: str | None) -> Iterable[Named]:
    return (named for _, named in state.scan_after(CONCERNED, party, _place(state, after)))


def _place(state: State, after: str | None) -> str:
    """Where a page begins: behind this application, however it stands by now; at the start where it is unknown."""
    found = state.get(APPLICATIONS, after) if after is not None else None
    return place_of(found, after) if found is not None and after is not None else ""


def _views(state: State, found: Iterable[Named], limit: int) -> list[ApplicationView]:
    numbers = [named.application for named in islice(found, limit)]
    return [_view(number, one) for number in numbers if (one := state.get(APPLICATIONS, number)) is not None]


def _view(number: str, found: Application) -> ApplicationView:
    values = {name: getattr(found, name) for name in ApplicationView.__struct_fields__ if name != "number"}
    return ApplicationView(number, **values)


ALL = (terms, application, steps, own_applications, desk_applications, of_programme, due)
