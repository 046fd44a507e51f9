"""Who may enter, change or leave the list of merchants. In order: who asks, the shop's standing, its facts."""

from collections.abc import Mapping

import msgspec

from madang.base.merchants.state import AGENCIES, MAX_AGENTS, MERCHANTS, Agency, Merchant, Standing
from madang.base.merchants.transactions import (
    Apply,
    AppointAgent,
    Approve,
    Close,
    Decline,
    DismissAgent,
    Facts,
    Register,
    Reinstate,
    Suspend,
)
from madang.base.parties import queries as parties
from madang.base.registers import queries as registers
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.state import State
from madang.kernel.transaction import Act

LEGAL_DONG = "legal-dong"
REFUSALS = {
    "not_merchant": "{merchant} is not registered as a merchant. Register the party first.",
    "not_operator": "{by} is no operator of this ledger. Only an operator decides about merchants.",
    "unknown_region": "{region} is no legal-dong code in force. Look the code up in the register 'legal-dong'.",
    "waiting": "{merchant} has applied and waits for the decision. To change facts, ask the operator to decline first.",
    "listed": "{merchant} is {standing} already. Nothing is left to decide.",
    "standing": "{merchant} is not {needed}. Look at its entry.",
    "not_listed": "{merchant} is not listed. It must apply first.",
    "not_agent": "{agent} is no active agent on this ledger. The operator appoints agents.",
    "agent_twice": "{agent} sells for {merchant} already. Nothing is left to do.",
    "too_many_agents": "A merchant has at most {limit} agents. Dismiss one first.",
    "no_agency": "{agent} does not sell for {merchant}. Nothing is left to do.",
}
refuse = refuser("merchants", REFUSALS)


def apply(call: Call, act: Apply) -> None:
    """A shop enters its facts and waits for a decision."""
    existing = call.state.get(MERCHANTS, act.by)
    if existing is not None and existing.standing == "applied":
        # Facts that could change while the operator reads them would make an approval mean nothing.
        raise refuse("waiting", merchant=act.by)
    if existing is not None:
        raise refuse("listed", merchant=act.by, standing=existing.standing)
    _enter(call, act.by, act.facts, "applied")


def approve(call: Call, act: Approve) -> None:
    """The operator accepts applications, all of those named or none."""
    _require_operator(call.state, act.by)
    for name in act.merchants:
        _move(call.state, name, "applied", "approved")


def decline(call: Call, act: Decline) -> None:
    """The operator declines an application."""
    _require_operator(call.state, act.by)
    _move(call.state, act.merchant, "applied", "applied")
    call.state.delete(MERCHANTS, act.merchant)


def register(call: Call, act: Register) -> None:
    """The operator enters shops it has checked, all of those named or none."""
    _require_operator(call.state, act.by)
    for entry in act.entries:
        existing = call.state.get(MERCHANTS, entry.merchant)
        if existing is not None and existing.standing != "applied":
            raise refuse("listed", entry.merchant, merchant=entry.merchant, standing=existing.standing)
        _enter(call, entry.merchant, entry.facts, "approved")


def suspend(call: Call, act: Suspend) -> None:
    """Nobody can pay at a suspended merchant."""
    _require_operator(call.state, act.by)
    _move(call.state, act.merchant, "approved", "suspended")


def reinstate(call: Call, act: Reinstate) -> None:
    """A suspended merchant sells again."""
    _require_operator(call.state, act.by)
    _move(call.state, act.merchant, "suspended", "approved")


def close(call: Call, act: Close) -> None:
    """A merchant shuts for good; a suspended one can't slip away so."""
    _move(call.state, act.by, "approved", "closed")


def appoint_agent(call: Call, act: AppointAgent) -> None:
    """An agent may sell in the merchant's name."""
    if not parties.has_role(call.state, act.by, "merchant"):
        raise refuse("not_merchant", merchant=act.by)
    if not parties.has_role(call.state, act.agent, "agent"):
        raise refuse("not_agent", agent=act.agent)
    if call.state.get(AGENCIES, act.by, act.agent) is not None:
        raise refuse("agent_twice", agent=act.agent, merchant=act.by)
    if sum(1 for _ in call.state.scan(AGENCIES, act.by)) >= MAX_AGENTS:
        raise refuse("too_many_agents", limit=MAX_AGENTS)
    call.state.put(AGENCIES, Agency(call.time), act.by, act.agent)


def dismiss_agent(call: Call, act: DismissAgent) -> None:
    """The agent sells in the merchant's name no more."""
    if call.state.get(AGENCIES, act.by, act.agent) is None:
        raise refuse("no_agency", agent=act.agent, merchant=act.by)
    call.state.delete(AGENCIES, act.by, act.agent)


def _require_operator(state: State, by: str) -> None:
    if not parties.has_role(state, by, "operator"):
        raise refuse("not_operator", by=by)


def _enter(call: Call, name: str, facts: Facts, standing: Standing) -> None:
    if not parties.has_role(call.state, name, "merchant"):
        raise refuse("not_merchant", name, merchant=name)
    if not registers.holds(call.state, LEGAL_DONG, facts.region, call.time):
        raise refuse("unknown_region", facts.region, region=facts.region)
    record = Merchant(facts.region, facts.industry, facts.category, facts.sales_class, standing)
    call.state.put(MERCHANTS, record, name)


def _move(state: State, name: str, needed: Standing, standing: Standing) -> None:
    merchant = state.get(MERCHANTS, name)
    if merchant is None:
        raise refuse("not_listed", name, merchant=name)
    if merchant.standing != needed:
        raise refuse("standing", name, merchant=name, needed=needed)
    state.put(MERCHANTS, msgspec.structs.replace(merchant, standing=standing), name)


RULES: Mapping[type[Act], Rule] = {
    Apply: apply,
    Approve: approve,
    Decline: decline,
    Register: register,
    Suspend: suspend,
    Reinstate: reinstate,
    Close: close,
    AppointAgent: appoint_agent,
    DismissAgent: dismiss_agent,
}
