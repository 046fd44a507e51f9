"""Who may grant, register and revoke mandates. In order: who asks, between whom, for what, how long and how much."""

from collections.abc import Mapping

from madang.base.mandates.refusals import refuse
from madang.base.mandates.state import (
    ALL_PROGRAMMES,
    HELD,
    MANDATES,
    MAX_DAYS,
    MAX_GIVEN,
    WAIT,
    Held,
    Mandate,
    place_of,
    spends,
)
from madang.base.mandates.transactions import Grant, Register, Revoke, Scope
from madang.base.parties import queries as parties
from madang.kernel.module import Call, Rule
from madang.kernel.state import State
from madang.kernel.transaction import Act


def grant(call: Call, act: Grant) -> None:
    """A principal's own mandate works from now on, or from when it says."""
    if act.by not in call.signed_by:
        raise refuse("not_own_key", by=act.by)
    since = max(act.scope.since, call.time)
    _check(call, act.by, act.delegate, act.scope, since, visiting=False)
    _enter(call, act.by, act.delegate, act.scope, _mandate(act.scope, since))


def register(call: Call, act: Register) -> None:
    """A mandate on paper works from now on; one to spend after a wait, in which the principal can revoke it."""
    if not parties.has_role(call.state, act.by, "desk"):
        raise refuse("not_desk", by=act.by)
    if parties.officers_among(call.state, call.signed_by, act.by) < 2:
        raise refuse("two_officers", by=act.by)
    if act.delegate in call.signed_by:
        raise refuse("own_mandate")
    earliest = call.time + (WAIT if spends(tuple(act.scope.acts)) else 0)
    since = max(act.scope.since, earliest)
    _check(call, act.principal, act.delegate, act.scope, since, visiting=act.ground == "official_visit")
    mandate = _mandate(act.scope, since, act)
    _enter(call, act.principal, act.delegate, act.scope, mandate)


def revoke(call: Call, act: Revoke) -> None:
    """The mandate is gone; its uses stay on record."""
    own = act.by in (act.principal, act.delegate)
    if not own and not parties.has_role(call.state, act.by, "desk"):
        raise refuse("not_yours", by=act.by)
    programme = act.programme or ALL_PROGRAMMES
    if call.state.get(MANDATES, act.principal, act.delegate, programme) is None:
        raise refuse("unknown")
    call.state.delete(MANDATES, act.principal, act.delegate, programme)
    call.state.delete(HELD, act.delegate, place_of(act.principal, programme))


def _check(call: Call, principal: str, delegate: str, scope: Scope, since: int, *, visiting: bool) -> None:
    if not parties.has_role(call.state, principal, "person"):
        raise refuse("not_person", principal=principal)
    if principal == delegate:
        raise refuse("itself", principal=principal)
    if not _may_be_delegate(call.state, delegate, visiting=visiting and not spends(tuple(scope.acts))):
        raise refuse("not_delegate", delegate=delegate)
    if len(dict.fromkeys(scope.acts)) != len(scope.acts):
        raise refuse("act_twice")
    if not since < scope.until <= call.time + MAX_DAYS * 86_400:
        raise refuse("dates", days=MAX_DAYS)
    if spends(tuple(scope.acts)):
        capped = 1 <= scope.per_use <= scope.total
    else:
        capped = scope.per_use == scope.total == 0
    if not capped:
        raise refuse("caps")


def _may_be_delegate(state: State, name: str, *, visiting: bool) -> bool:
    if parties.has_role(state, name, "person"):
        return True
    officer = parties.party(state, name)
    return (
        visiting
        and officer is not None
        and parties.acts_for(state, name, officer.parent)
        and parties.has_role(state, officer.parent, "desk")
    )


def _mandate(scope: Scope, since: int, registered: Register | None = None) -> Mandate:
    return Mandate(
        acts=tuple(scope.acts),
        ground=registered.ground if registered else "signed",
        evidence=registered.evidence if registered else "",
        registered_by=registered.by if registered else "",
        per_use=scope.per_use,
        total=scope.total,
        since=since,
        until=scope.until,
        used=0,
        uses=0,
    )


def _enter(call: Call, principal: str, delegate: str, scope: Scope, mandate: Mandate) -> None:
    programme = scope.programme or ALL_PROGRAMMES
    before = call.state.get(MANDATES, principal, delegate, programme)
    if before is not None and call.time < before.until:
        raise refuse("in_force")
    # How many a delegate holds is not bounded: the bound would be filled by strangers.
    given = sum(1 for _ in call.state.scan(MANDATES, principal))
    if before is None and given >= MAX_GIVEN:
        raise refuse("too_many", limit=MAX_GIVEN)
    call.state.put(MANDATES, mandate, principal, delegate, programme)
    call.state.put(HELD, Held(call.time), delegate, place_of(principal, programme))


RULES: Mapping[type[Act], Rule] = {Grant: grant, Register: register, Revoke: revoke}
