"""Who may read what of debts: debtor and creditor their own, auditors all, anybody else nothing but the terms."""

from itertools import islice
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from madang.base.debts.state import (
    DEBTS,
    NOTHING,
    NUMBERS,
    OPEN,
    PROPOSALS,
    TERMS,
    TOTALS,
    Debt,
    Instalment,
    Terms,
    Totals,
    left,
)
from madang.base.parties.queries import acts_for, has_role, party
from madang.kernel.fields import Handle, PartyId, Time
from madang.kernel.state import State

MAX_PAGE = 500
Number = Annotated[int, Meta(ge=0, le=2**53 - 1, description="The number of a debt among its creditor's, from 1.")]

PartyOrNone = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,43}\Z", description="A party's name, or nothing.")]


class DebtView(msgspec.Struct, frozen=True):
    """A debt as its debtor and creditor see it, in won; `plan` says what is due when, before anything was paid.

    `proposed` is a plan that `proposed_by` wishes instead (empty and '' where nobody does).
    `set_off_agreed`: all that is left may be taken from what the debtor is due, not the overdue part alone.
    """

    debt: str
    number: int
    debtor: str
    creditor: str
    ground: str
    principal: int
    surcharge: int
    conduct_at: int
    imposed_at: int
    paid: int
    set_off: int
    waived: int
    left: int
    status: Literal["open", "settled"]
    plan: list[Instalment]
    proposed: list[Instalment]
    proposed_by: str
    set_off_agreed: bool
    objected_at: int


def terms(state: State, institution: PartyId, after: Time = 0, limit: int = 100) -> list[tuple[int, Terms]]:
    """By which terms a sponsor imposes debts: each with the second from which on conduct is judged by it.

    Up to `limit` (at most 500) of them, those that came into force behind the second `after`, oldest first.
    """
    behind = state.scan_after(TERMS, institution, after)
    return [(since, one) for (_, since), one in islice(behind, min(max(limit, 1), MAX_PAGE))]


def debt(state: State, reader: PartyId, number: Handle) -> DebtView | None:
    """A debt, for its debtor, its creditor and auditors; nothing for others."""
    found = state.get(DEBTS, number)
    if found is None or not (reader == found.debtor or _may_list(state, reader, found.creditor)):
        return None
    return _view(state, number, found)


def own_debts(state: State, reader: PartyId, after: PartyOrNone = "", limit: int = 100) -> list[DebtView]:
    """The reader's own open debts to creditors behind `after`, by creditor and oldest first for each.

    A creditor's (at most 64) are never parted: the page ends with the creditor with whom `limit` (at most 500) are
    reached. Ask again with that creditor's name for the next.
    """
    found: list[DebtView] = []
    for _, owing in state.scan_after(OPEN, reader, after):
        records = [(name, state.get(DEBTS, name)) for name in owing.debts]
        found += [_view(state, name, record) for name, record in records if record is not None]
        if len(found) >= min(max(limit, 1), MAX_PAGE):
            break
    return found


def debts(state: State, reader: PartyId, institution: PartyId, after: Number = 0, limit: int = 100) -> list[DebtView]:
    """Up to `limit` (at most 500) debts to a sponsor, from behind the number `after`; for its officers and auditors."""
    if not _may_list(state, reader, institution):
        return []
    found: list[DebtView] = []
    for _, named in state.scan_after(NUMBERS, institution, after):
        record = state.get(DEBTS, named.debt)
        if record is not None:
            found.append(_view(state, named.debt, record))
        if len(found) >= min(max(limit, 1), MAX_PAGE):
            break
    return found


def totals(state: State, reader: PartyId, institution: PartyId) -> Totals:
    """All debts to a sponsor added up, for its officers and auditors; zero for others, who could tell single debts."""
    return (state.get(TOTALS, institution) or NOTHING) if _may_list(state, reader, institution) else NOTHING


def _may_list(state: State, reader: str, creditor: str) -> bool:
    own = party(state, reader)
    is_auditor = has_role(state, reader, "auditor") or (own is not None and has_role(state, own.parent, "auditor"))
    return acts_for(state, reader, creditor) or is_auditor


def _view(state: State, name: str, record: Debt) -> DebtView:
    proposal = state.get(PROPOSALS, name)
    return DebtView(
        name,
        record.number,
        record.debtor,
        record.creditor,
        record.ground,
        record.principal,
        record.surcharge,
        record.conduct_at,
        record.imposed_at,
        record.paid,
        record.set_off,
        record.waived,
        left(record),
        "open" if left(record) else "settled",
        list(record.plan),
        list(proposal.plan) if proposal is not None else [],
        proposal.by if proposal is not None else "",
        record.freely_set_off,
        record.objected_at,
    )


ALL = (terms, debt, own_debts, debts, totals)
