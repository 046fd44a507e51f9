"""Who may read what of fraud: sponsor and auditors all, a party its own cases, whoever flagged its own flags."""

import msgspec

from madang.base.parties.queries import acts_for, has_role, party
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.fields import Name, PartyId
from madang.kernel.state import State
from madang.services.fraud.state import (
    CASES,
    DEADLINES,
    FIRST_DEADLINES,
    FLAGS,
    TOLD,
    Case,
    Deadlines,
    Flag,
    Outcome,
    Statement,
)
from madang.services.fraud.transactions import DatedId

MAX_PAGE = 500


class CaseView(msgspec.Struct, frozen=True):
    """What a party sees of its own case: what is said of when, until when it may answer, and what was decided.

    Not who reported or flagged it, nor on which evidence: the notice, sent on its own way, says what it must know.
    """

    programme: str
    case: str
    opened_at: int
    conduct_at: int
    notice: str
    hearing_ends: int
    decide_by: int
    statements: list[Statement]
    outcome: Outcome
    closed_at: int
    reasons: str
    recalled: list[str]
    debt: str
    suspended: bool


def deadlines(state: State, programme: Name) -> Deadlines:
    """How many days a hearing lasts in a programme, and how many a decision may take after it."""
    return state.get(DEADLINES, programme) or FIRST_DEADLINES


def flag(state: State, reader: PartyId, programme: Name, number: DatedId) -> Flag | None:
    """A flag, for whoever raised it, the sponsor's officers and auditors; nothing for others.

    Whoever raised it is not told what became of it: that concerns the party, if there is a case.
    """
    found = state.get(FLAGS, programme, number)
    if found is None or _may_list(state, reader, programme):
        return found
    return msgspec.structs.replace(found, case="", reasons="") if acts_for(state, reader, found.raised_by) else None


def flags(state: State, reader: PartyId, programme: Name, after: str = "", limit: int = 100) -> list[tuple[str, Flag]]:
    """Up to `limit` (at most 500) flags of a programme behind `after`, oldest first; for sponsor and auditors."""
    if not _may_list(state, reader, programme):
        return []
    found = []
    for (_, name), one in state.scan_after(FLAGS, programme, after):
        found.append((name, one))
        if len(found) >= min(max(limit, 1), MAX_PAGE):
            break
    return found


def cases(state: State, reader: PartyId, programme: Name, after: str = "", limit: int = 100) -> list[tuple[str, Case]]:
    """Up to `limit` (at most 500) cases of a programme behind `after`, oldest first; for sponsor and auditors."""
    if not _may_list(state, reader, programme):
        return []
    found = []
    for (_, name), one in state.scan_after(CASES, programme, after):
        found.append((name, one))
        if len(found) >= min(max(limit, 1), MAX_PAGE):
            break
    return found


def own_cases(state: State, reader: PartyId, after: str = "", limit: int = 100) -> list[CaseView]:
    """Up to `limit` (at most 500) cases against the reader behind the case `after`, oldest first."""
    found = []
    for (_, name), told in state.scan_after(TOLD, reader, after):
        case = state.get(CASES, told.programme, name)
        if case is not None:
            found.append(_view(told.programme, name, case))
        if len(found) >= min(max(limit, 1), MAX_PAGE):
            break
    return found


def own_case(state: State, reader: PartyId, programme: Name, number: DatedId) -> CaseView | None:
    """A case against the reader; nothing where there is none, or it is somebody else's."""
    case = state.get(CASES, programme, number)
    return None if case is None or case.party != reader else _view(programme, number, case)


def _may_list(state: State, reader: str, programme: str) -> bool:
    found = state.get(PROGRAMMES, programme)
    own = party(state, reader)
    if found is None or own is None:
        return False
    is_auditor = has_role(state, reader, "auditor") or has_role(state, own.parent, "auditor")
    return acts_for(state, reader, found.sponsor) or is_auditor


def _view(programme: str, name: str, case: Case) -> CaseView:
    return CaseView(
        programme,
        name,
        case.opened_at,
        case.conduct_at,
        case.notice,
        case.hearing_ends,
        case.decide_by,
        list(case.statements),
        case.outcome,
        case.closed_at,
        case.reasons,
        list(case.recalled),
        case.debt,
        case.suspended,
    )


ALL = (deadlines, flag, flags, cases, own_cases, own_case)
