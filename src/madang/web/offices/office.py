"""Who signed in: an officer, the institution that the officer acts for, and the programmes that concern it."""

import msgspec

from madang.base.parties import queries as parties
from madang.base.programmes import queries as programmes
from madang.base.programmes.queries import ProgrammeView
from madang.kernel.authority import Party
from madang.kernel.state import State
from madang.services.vouchers.state import FUNDERS
from madang.web.api.problems import Refused
from madang.web.site.visit import Visit

WATCHING = ("operator", "central_bank", "auditor")
"""Whoever watches over the ledger sees every programme; others see those that they have a part in."""


class Office(msgspec.Struct, frozen=True):
    """An officer, and the institution: its short name, roles and threshold."""

    officer: str
    name: str
    party: Party

    @property
    def roles(self) -> tuple[str, ...]:
        """The institution's roles."""
        return self.party.roles

    @property
    def threshold(self) -> int:
        """How many officers a quorum act needs."""
        return self.party.threshold

    def has(self, *roles: str) -> bool:
        """Whether the institution has one of these roles."""
        return any(one in self.party.roles for one in roles)


def admits(state: State, name: str) -> bool:
    """Whether this party is an active officer of an active institution."""
    institution = parties.institution_of(state, name)
    found = parties.institution(state, institution) if institution else None
    return found is not None and found.standing == "active" and parties.acts_for(state, name, institution)


def office(visit: Visit) -> Office:
    """The officer that is signed in. Raises `NotSignedIn`."""
    officer = visit.party
    name = parties.institution_of(visit.state, officer)
    found = parties.institution(visit.state, name)
    if found is None:  # `admits` looked at this very state
        raise Refused(403, "console.office", "You act for no institution any more. Sign in again.")
    return Office(officer, name, found)


def concerns(state: State, view: ProgrammeView, one: Office) -> bool:
    """Whether a programme is this institution's business: as sponsor, bank, authority, funder, or as who watches."""
    funders = state.get(FUNDERS, view.name)
    named = (view.sponsor, view.bank, *view.authorities, *(funders.names if funders else ()))
    return one.name in named or one.has(*WATCHING)


def own_programmes(state: State, one: Office) -> list[ProgrammeView]:
    """The programmes that concern this institution, by name."""
    return [view for view in programmes.all_programmes(state) if concerns(state, view, one)]


def programme_of(visit: Visit, name: str) -> ProgrammeView:
    """A programme that concerns the institution that is signed in. Raises `Refused` (404, `console.programme`)."""
    one = office(visit)
    known = len(name) <= 48 and name.isascii() and name.isprintable()
    view = programmes.programme(visit.state, name) if known else None
    if view is None or not concerns(visit.state, view, one):
        raise Refused(404, "console.programme", "Your institution has no such programme. Choose one of its list.")
    return view
