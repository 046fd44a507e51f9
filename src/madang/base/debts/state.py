"""Debts with their plans, the terms of each creditor, and the laws that bind them. Amounts are whole won."""

from typing import Any

from madang.base.debts.transactions import FIVE_YEARS, MAX_SURCHARGE
from madang.kernel.fields import MAX_WON
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

MAX_OPEN = 64
"""Open debts of one debtor to one creditor: what a set-off looks at."""


class Terms(Record, frozen=True):
    """What a creditor may impose for conduct from a time on: surcharge (basis points), and for how many seconds."""

    surcharge_most: int
    bar: int


FIRST_TERMS = Terms(0, FIVE_YEARS)
"""No surcharge, five years: for conduct before a creditor set any terms."""


class Instalment(Record, frozen=True):
    """A part of a debt that is overdue from `due_at` (seconds) on."""

    due_at: int
    amount: int


class Debt(Record, frozen=True):
    """What a debtor owes a creditor, on which ground, for conduct of when, and what became of it.

    `number` counts a creditor's debts from 1. The plan covers all but the first `unplanned` won, which were paid, set
    off or waived before it was made. `freely_set_off`: all that is left may be set off, not the overdue part alone.
    `objected_at` is 0 where nobody objected; then `objection` is ''.
    """

    debtor: str
    creditor: str
    ground: str
    number: int
    principal: int
    surcharge: int
    conduct_at: int
    imposed_at: int
    paid: int
    set_off: int
    waived: int
    plan: tuple[Instalment, ...]
    unplanned: int
    freely_set_off: bool
    objected_at: int
    objection: str


class Proposal(Record, frozen=True):
    """A plan for all that is left of a debt, which its debtor or creditor, `by`, proposed."""

    by: str
    plan: tuple[Instalment, ...]


class Totals(Record, frozen=True):
    """A creditor's debts added up: how many, won imposed with surcharge, paid, set off, waived."""

    count: int
    imposed: int
    paid: int
    set_off: int
    waived: int


class Owing(Record, frozen=True):
    """The debts of one debtor to one creditor of which something is left, oldest first."""

    debts: tuple[str, ...]


NOTHING = Totals(0, 0, 0, 0, 0)


class Named(Record, frozen=True):
    """The debt that stands here, by its handle."""

    debt: str


TERMS = Table("debts.terms", Terms, str, int, public=True)
"""(creditor, time from which on conduct is judged by them)"""
DEBTS = Table("debts.debt", Debt, str)
OPEN = Table("debts.open", Owing, str, str)
"""(debtor, creditor); where nothing is owed there is no record, so that a payout costs one look."""
NUMBERS = Table("debts.number", Named, str, int)
"""(creditor, number): every debt, in the order in which they were imposed."""
GROUNDS = Table("debts.ground", Named, str, str)
"""(creditor, ground)"""
TOTALS = Table("debts.total", Totals, str)
PROPOSALS = Table("debts.proposal", Proposal, str)
"""(debt)"""

TABLES: tuple[Table[Any], ...] = (TERMS, DEBTS, OPEN, NUMBERS, GROUNDS, TOTALS, PROPOSALS)


def terms_at(state: State, creditor: str, time: int) -> Terms:
    """The terms by which a creditor's debts for conduct at a time are judged."""
    found = FIRST_TERMS
    for (_, since), terms in state.scan(TERMS, creditor):
        if since > time:
            break
        found = terms
    return found


def owed(debt: Debt) -> int:
    """All that was imposed."""
    return debt.principal + debt.surcharge


def done(debt: Debt) -> int:
    """What was paid, set off or waived."""
    return debt.paid + debt.set_off + debt.waived


def left(debt: Debt) -> int:
    """What is still owed."""
    return owed(debt) - done(debt)


def overdue(debt: Debt, time: int) -> int:
    """What should have been paid by a time, and was not. What lessens a debt counts for the earliest instalments."""
    fallen_due = sum(one.amount for one in debt.plan if one.due_at <= time)
    return max(0, fallen_due + debt.unplanned - done(debt))


def debts_are_bounded(state: State) -> None:
    """No debt is settled beyond what was imposed, none is negative, and each plan covers the rest."""
    for (name,), debt in state.scan(DEBTS):
        parts = (debt.paid, debt.set_off, debt.waived, debt.surcharge, debt.unplanned, left(debt))
        if min(parts) < 0 or debt.principal < 1 or owed(debt) > MAX_WON:
            raise InvariantBroken(f"debt {name} of {owed(debt)} won has {left(debt)} left of {debt}")
        if debt.surcharge * 10_000 > debt.principal * MAX_SURCHARGE:
            raise InvariantBroken(f"debt {name} has a surcharge of {debt.surcharge} on {debt.principal}")
        planned = sum(one.amount for one in debt.plan)
        if planned + debt.unplanned != owed(debt) or debt.unplanned > done(debt):
            raise InvariantBroken(f"debt {name} of {owed(debt)} won: {planned} planned, {debt.unplanned} before it")
        if not 0 <= debt.imposed_at - debt.conduct_at <= terms_at(state, debt.creditor, debt.conduct_at).bar:
            raise InvariantBroken(f"debt {name} was imposed at {debt.imposed_at} for conduct at {debt.conduct_at}")


def indexes_lead_to_debts(state: State) -> None:
    """Every debt is found by number and by ground, and by its debtor exactly while something is left."""
    numbers, grounds = {}, {}
    still_open: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for (name,), debt in state.scan(DEBTS):
        numbers[debt.creditor, debt.number] = name
        grounds[debt.creditor, debt.ground] = name
        if left(debt):
            still_open.setdefault((debt.debtor, debt.creditor), []).append((debt.number, name))
    if numbers != {parts: named.debt for parts, named in state.scan(NUMBERS)}:
        raise InvariantBroken("the numbers of debts do not lead to them")
    if grounds != {parts: named.debt for parts, named in state.scan(GROUNDS)}:
        raise InvariantBroken("the grounds of debts do not lead to them")
    oldest_first = {parts: tuple(name for _, name in sorted(named)) for parts, named in still_open.items()}
    if oldest_first != {parts: owing.debts for parts, owing in state.scan(OPEN)}:
        raise InvariantBroken("the open debts are not those of which something is left")


def proposals_wait_for_the_other(state: State) -> None:
    """A plan is proposed by the debtor or creditor of a debt of which something is left."""
    for (name,), proposal in state.scan(PROPOSALS):
        debt = state.get(DEBTS, name)
        if debt is None or not left(debt) or proposal.by not in (debt.debtor, debt.creditor):
            raise InvariantBroken(f"a plan is proposed by {proposal.by} for the debt {name}: {debt}")


def totals_add_up(state: State) -> None:
    """A creditor's totals are the sums over its debts."""
    found: dict[str, Totals] = {}
    for _, debt in state.scan(DEBTS):
        found[debt.creditor] = added(found.get(debt.creditor, NOTHING), debt)
    kept = {creditor: totals for (creditor,), totals in state.scan(TOTALS)}
    if kept != found:
        raise InvariantBroken(f"the totals of debts are {kept}, the debts add up to {found}")


def added(totals: Totals, debt: Debt) -> Totals:
    """Totals with one debt more."""
    return Totals(
        totals.count + 1,
        totals.imposed + owed(debt),
        totals.paid + debt.paid,
        totals.set_off + debt.set_off,
        totals.waived + debt.waived,
    )


INVARIANTS: tuple[Invariant, ...] = (
    debts_are_bounded,
    indexes_lead_to_debts,
    proposals_wait_for_the_other,
    totals_add_up,
)
