"""Who may do what with debts. In order: who asks and which debt, whether anything is left, the amounts; then the write.

A party that is neither debtor nor creditor is told the same as if there were no such debt.
"""

from collections.abc import Mapping

import msgspec

from madang.base.debts import ledger
from madang.base.debts.refusals import REFUSALS, refuse
from madang.base.debts.state import DEBTS, PROPOSALS, TERMS, Debt, Instalment, Proposal, Terms, done, left
from madang.base.debts.transactions import (
    AgreeInstalments,
    AgreeSetOff,
    Impose,
    NewInstalment,
    Object,
    Pay,
    ProposeInstalments,
    SetTerms,
    Waive,
)
from madang.base.money import ledger as money
from madang.base.parties import queries as parties
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act

__all__ = ["REFUSALS", "RULES", "refuse"]

_replace = msgspec.structs.replace


def set_terms(call: Call, act: SetTerms) -> None:
    """Terms for conduct from now on."""
    if not parties.has_role(call.state, act.by, "sponsor"):
        raise refuse("not_sponsor", by=act.by)
    call.state.put(TERMS, Terms(act.surcharge_most, act.bar), act.by, call.time)


def impose(call: Call, act: Impose) -> None:
    """A debt by the quorum's own decision."""
    ledger.impose(
        call,
        act.by,
        act.debtor,
        ground=act.ground,
        principal=act.principal,
        surcharge=act.surcharge,
        conduct_at=act.conduct_at,
        due_at=act.due_at,
    )


def pay(call: Call, act: Pay) -> None:
    """The debtor's tokens go to the creditor's account."""
    debt = _owed_by(call, act.by, act.debt)
    _check_left(debt, act.amount)
    money.transfer(call, act.by, debt.creditor, act.amount)
    ledger.lessen(call, act.debt, _replace(debt, paid=debt.paid + act.amount))


def propose_instalments(call: Call, act: ProposeInstalments) -> None:
    """A plan waits for the other side."""
    debt = _between(call, act.by, act.debt)
    _check_left(debt)
    plan = _plan(act.instalments)
    _check_plan(call, debt, plan)
    call.state.put(PROPOSALS, Proposal(act.by, plan), act.debt)


def agree_instalments(call: Call, act: AgreeInstalments) -> None:
    """Another plan for all that is left, which both sides signed."""
    debt = _between(call, act.by, act.debt)
    _check_left(debt)
    proposal = call.state.get(PROPOSALS, act.debt)
    if proposal is None:
        raise refuse("no_proposal")
    if proposal.by == act.by:
        raise refuse("own_proposal", by=act.by)
    if proposal.plan != _plan(act.instalments):
        raise refuse("other_plan")
    # Time has passed since it was proposed, and money may have been paid.
    _check_plan(call, debt, proposal.plan)
    call.state.delete(PROPOSALS, act.debt)
    call.state.put(DEBTS, _replace(debt, plan=proposal.plan, unplanned=done(debt)), act.debt)


def agree_set_off(call: Call, act: AgreeSetOff) -> None:
    """Whether more than what is overdue may be set off."""
    debt = _owed_by(call, act.by, act.debt)
    _check_left(debt)
    call.state.put(DEBTS, _replace(debt, freely_set_off=act.agreed), act.debt)


def waive(call: Call, act: Waive) -> None:
    """Less is owed. The reason stands in the log."""
    debt = _owed_to(call, act.by, act.debt)
    _check_left(debt, act.amount)
    ledger.lessen(call, act.debt, _replace(debt, waived=debt.waived + act.amount))


def object_(call: Call, act: Object) -> None:
    """The mark of an objection, on a settled debt, too: who has paid may still be in the right."""
    debt = _owed_by(call, act.by, act.debt)
    if debt.objected_at:
        raise refuse("objected")
    call.state.put(DEBTS, _replace(debt, objected_at=call.time, objection=act.statement), act.debt)


def _owed_by(call: Call, debtor: str, name: str) -> Debt:
    debt = call.state.get(DEBTS, name)
    if debt is None or debt.debtor != debtor:
        raise refuse("unknown_debt")
    return debt


def _owed_to(call: Call, creditor: str, name: str) -> Debt:
    debt = call.state.get(DEBTS, name)
    if debt is None or debt.creditor != creditor:
        raise refuse("unknown_debt")
    return debt


def _between(call: Call, by: str, name: str) -> Debt:
    debt = call.state.get(DEBTS, name)
    if debt is None or by not in (debt.debtor, debt.creditor):
        raise refuse("unknown_debt")
    return debt


def _check_left(debt: Debt, amount: int = 0) -> None:
    if left(debt) == 0:
        raise refuse("settled")
    if amount > left(debt):
        raise refuse("too_much", left=left(debt), amount=amount)


def _plan(instalments: list[NewInstalment]) -> tuple[Instalment, ...]:
    return tuple(Instalment(one.due_at, one.amount) for one in instalments)


def _check_plan(call: Call, debt: Debt, plan: tuple[Instalment, ...]) -> None:
    for place, one in enumerate(plan):
        ledger.check_due(call, one.due_at)
        if place and one.due_at <= plan[place - 1].due_at:
            raise refuse("order")
    found = sum(one.amount for one in plan)
    if found != left(debt):
        raise refuse("sum", left=left(debt), found=found)


RULES: Mapping[type[Act], Rule] = {
    SetTerms: set_terms,
    Impose: impose,
    Pay: pay,
    ProposeInstalments: propose_instalments,
    AgreeInstalments: agree_instalments,
    AgreeSetOff: agree_set_off,
    Waive: waive,
    Object: object_,
}
