"""How a service lets a delegate act: the only writer of what a mandate was used for."""

import msgspec

from madang.base.mandates.refusals import refuse
from madang.base.mandates.state import ALL_PROGRAMMES, MANDATES, USES, Mandate, Use
from madang.base.mandates.transactions import WHILE_FROZEN, MandatedAct
from madang.base.parties import queries as parties
from madang.kernel.module import Call


def use(call: Call, principal: str, delegate: str, act: MandatedAct, programme: str, amount: int) -> None:
    """Let `delegate` make `act` for `principal` in a programme, spending `amount` won (0 where nothing is spent).

    The mandate for the programme counts, or else the one for all. What is used is counted against its cap, and
    recorded for the principal. For a principal whose keys are frozen only appeals are made, under mandates that a desk
    registered.

    Raises `Rejected`, in this order: `mandates.not_delegate_key` (the delegate did not sign), `.principal_suspended`
    (no appeal), `.none`, `.principal_suspended` (no desk registered it), `.not_yet`, `.ended`, `.act`, `.per_use`,
    `.total`. A negative amount is a defect of the caller (ValueError).
    """
    if amount < 0:
        raise ValueError("a negative amount was to be used")
    if delegate not in call.signed_by:
        raise refuse("not_delegate_key", delegate=delegate)
    frozen = not parties.has_role(call.state, principal, "person")
    if frozen and act not in WHILE_FROZEN:
        raise refuse("principal_suspended")
    under, mandate = _mandate_for(call, principal, delegate, programme)
    if frozen and not mandate.registered_by:
        # Whoever has a stolen phone could have made out a mandate with it: a freeze stops these too.
        raise refuse("principal_suspended")
    _check(call, mandate, act, amount)
    counted = msgspec.structs.replace(mandate, used=mandate.used + amount, uses=mandate.uses + 1)
    call.state.put(MANDATES, counted, principal, delegate, under)
    call.state.put(USES, Use(delegate, act, programme, amount), principal, f"{call.time:010x}{call.handle()}")


def _mandate_for(call: Call, principal: str, delegate: str, programme: str) -> tuple[str, Mandate]:
    """The mandate that counts, with the programme under which it is kept."""
    own = call.state.get(MANDATES, principal, delegate, programme)
    if own is not None and call.time < own.until:
        return programme, own
    general = call.state.get(MANDATES, principal, delegate, ALL_PROGRAMMES)
    if general is not None:
        return ALL_PROGRAMMES, general
    if own is None:
        raise refuse("none", delegate=delegate, programme=programme)
    return programme, own


def _check(call: Call, mandate: Mandate, act: MandatedAct, amount: int) -> None:
    if call.time < mandate.since:
        raise refuse("not_yet", since=mandate.since)
    if call.time >= mandate.until:
        raise refuse("ended", until=mandate.until)
    if act not in mandate.acts:
        raise refuse("act", act=act)
    if amount > mandate.per_use:
        raise refuse("per_use", per_use=mandate.per_use)
    if mandate.used + amount > mandate.total:
        raise refuse("total", left=mandate.total - mandate.used)
