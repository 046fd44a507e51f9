"""The only writer of debts. For their own rules, for cases that end in recovery, and for services that pay merchants.

`impose` and `set_off` are for other modules. Who may call them is the caller's to decide; whether there is a debt, how
much of it may be taken and that no sum is passed is decided here.
"""

import msgspec

from madang.base.debts.refusals import refuse
from madang.base.debts.state import (
    DEBTS,
    GROUNDS,
    MAX_OPEN,
    NOTHING,
    NUMBERS,
    OPEN,
    PROPOSALS,
    TOTALS,
    Debt,
    Instalment,
    Named,
    Owing,
    added,
    left,
    overdue,
    terms_at,
)
from madang.base.debts.transactions import FIVE_YEARS
from madang.base.parties import queries as parties
from madang.kernel.fields import MAX_WON
from madang.kernel.module import Call

_replace = msgspec.structs.replace

# ------------------------------------------------------------------------------------------ for every module


def impose(
    call: Call, creditor: str, debtor: str, *, ground: str, principal: int, surcharge: int, conduct_at: int, due_at: int
) -> str:
    """Impose a debt of `principal` won and a surcharge of so many basis points of it; returns its handle.

    The surcharge is rounded down to a won. `conduct_at` is when that happened for which it is owed, `due_at` from when
    on it is overdue (seconds). Raises `Rejected`, in this order: `debts.not_sponsor`, `.not_debtor`, `.ground_used`,
    `.conduct_ahead`, `.barred`, `.surcharge`, `.too_large`, `.due_date`, `.too_many`.
    """
    if not parties.has_role(call.state, creditor, "sponsor"):
        raise refuse("not_sponsor", by=creditor)
    party = parties.party(call.state, debtor)
    if party is None or not ("merchant" in party.roles or "person" in party.roles):
        raise refuse("not_debtor", debtor=debtor)
    if call.state.get(GROUNDS, creditor, ground) is not None:
        raise refuse("ground_used", ground=ground)
    if conduct_at > call.time:
        raise refuse("conduct_ahead")
    terms = terms_at(call.state, creditor, conduct_at)
    if call.time - conduct_at > terms.bar:
        raise refuse("barred", days=terms.bar // 86_400)
    if surcharge > terms.surcharge_most:
        raise refuse("surcharge", most=terms.surcharge_most)
    added_won = principal * surcharge // 10_000
    totals = call.state.get(TOTALS, creditor) or NOTHING
    if totals.imposed + principal + added_won > MAX_WON:
        raise refuse("too_large")
    check_due(call, due_at)
    owing = call.state.get(OPEN, debtor, creditor)
    before = owing.debts if owing is not None else ()
    if len(before) >= MAX_OPEN:
        raise refuse("too_many", debtor=debtor, creditor=creditor, limit=MAX_OPEN)
    plan = (Instalment(due_at, principal + added_won),)
    number, name = totals.count + 1, call.handle()
    debt = Debt(
        debtor, creditor, ground, number, principal, added_won, conduct_at, call.time, 0, 0, 0, plan, 0, False, 0, ""
    )
    call.state.put(OPEN, Owing((*before, name)), debtor, creditor)
    call.state.put(NUMBERS, Named(name), creditor, number)
    call.state.put(GROUNDS, Named(name), creditor, ground)
    call.state.put(DEBTS, debt, name)
    call.state.put(TOTALS, added(totals, debt), creditor)
    return name


def set_off(call: Call, debtor: str, creditor: str, due: int) -> list[tuple[int, str]]:
    """Take from `due` won, which `creditor` is about to pay `debtor`, what the debtor owes it; (won, debt) of each.

    Oldest debts first. Of each only what is overdue is taken, or all that is left where the debtor agreed to that; all
    together is never more than `due`. The debts are lessened here and now; **no money is moved**: in the same act the
    caller pays the creditor what was taken, and the debtor the rest. Refuses nothing; a negative `due` is a defect of
    the caller (ValueError).
    """
    if due < 0:
        raise ValueError("a negative amount was to be set off against")
    taken: list[tuple[int, str]] = []
    owing = call.state.get(OPEN, debtor, creditor)
    for name in owing.debts if owing is not None else ():
        debt = call.state.get(DEBTS, name)
        if debt is None:
            raise ValueError(f"the open debt {name} is not there")
        amount = min(due, left(debt) if debt.freely_set_off else overdue(debt, call.time))
        if amount:
            lessen(call, name, _replace(debt, set_off=debt.set_off + amount))
            taken.append((amount, name))
            due -= amount
    return taken


# -------------------------------------------------------------------------------------------- for debts' rules


def check_due(call: Call, due_at: int) -> None:
    """Refuse a date on which nothing can fall due (`debts.due_date`)."""
    if not call.time < due_at <= call.time + FIVE_YEARS:
        raise refuse("due_date", years=5)


def lessen(call: Call, name: str, debt: Debt) -> None:
    """Write a debt of which more was paid, set off or waived than before, and what follows from it."""
    before = call.state.get(DEBTS, name)
    totals = call.state.get(TOTALS, debt.creditor)
    if before is None or totals is None:
        raise ValueError(f"the debt {name} is not there")
    lessened = _replace(
        totals,
        paid=totals.paid + debt.paid - before.paid,
        set_off=totals.set_off + debt.set_off - before.set_off,
        waived=totals.waived + debt.waived - before.waived,
    )
    call.state.put(TOTALS, lessened, debt.creditor)
    call.state.put(DEBTS, debt, name)
    if left(debt) == 0:
        owing = call.state.get(OPEN, debt.debtor, debt.creditor)
        rest = tuple(one for one in owing.debts if one != name) if owing is not None else ()
        if rest:
            call.state.put(OPEN, Owing(rest), debt.debtor, debt.creditor)
        else:
            call.state.delete(OPEN, debt.debtor, debt.creditor)
        call.state.delete(PROPOSALS, name)
