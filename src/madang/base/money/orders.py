"""Rules of courts' orders: a bank holds a customer's own tokens, releases them, or pays them to the creditor.

Always by the bank's quorum, and only at the account's own bank, which answers for having such an order. The ledger
knows a digest of it, and neither court nor reason. Nothing of a voucher is held: it is public money with a purpose, in
the sponsor's escrow until it is spent. What a shop took is held once it is paid out, since an order holds what comes.
"""

from madang.base.money import ledger
from madang.base.money.refusals import refuse
from madang.base.money.state import HELD, HOLDS, Held, Hold, held
from madang.base.money.transactions import ExecuteHold, PlaceHold, ReleaseHold
from madang.base.parties.queries import has_role, party
from madang.kernel.fields import MAX_WON
from madang.kernel.module import Call


def place_hold(call: Call, act: PlaceHold) -> None:
    """Up to this amount of the account can't be used. There may be less on it: what comes is held."""
    _check_bank_of(call, act.by, act.account)
    owner = party(call.state, act.account)
    if owner is None or not ("person" in owner.roles or "merchant" in owner.roles):
        raise refuse("not_attachable", account=act.account)
    if call.state.get(HOLDS, act.account, act.order) is not None:
        raise refuse("order_used", account=act.account)
    before = held(call.state, act.account)
    if before + act.amount > MAX_WON:
        raise refuse("hold_limit", account=act.account)
    call.state.put(HOLDS, Hold(act.by, act.amount, act.amount, 0, call.time), act.account, act.order)
    call.state.put(HELD, Held(before + act.amount), act.account)


def release_hold(call: Call, act: ReleaseHold) -> None:
    """So much of it can be used again."""
    hold = _order(call, act)
    _put(call, act, Hold(hold.bank, hold.amount, hold.left - act.amount, hold.executed, hold.placed_at))


def execute_hold(call: Call, act: ExecuteHold) -> None:
    """So much of it goes to the creditor; more than is on the account can't."""
    hold = _order(call, act)
    ledger.execute_order(call, act.account, act.to, act.amount)
    executed = hold.executed + act.amount
    _put(call, act, Hold(hold.bank, hold.amount, hold.left - act.amount, executed, hold.placed_at))


def _order(call: Call, act: ReleaseHold | ExecuteHold) -> Hold:
    """The order, which has as much left as the act asks for."""
    _check_bank_of(call, act.by, act.account)
    hold = call.state.get(HOLDS, act.account, act.order)
    if hold is None or not hold.left:
        raise refuse("no_order", account=act.account)
    if act.amount > hold.left:
        raise refuse("order_left", left=hold.left)
    return hold


def _put(call: Call, act: ReleaseHold | ExecuteHold, hold: Hold) -> None:
    call.state.put(HOLDS, hold, act.account, act.order)
    rest = held(call.state, act.account) - act.amount
    if rest:
        call.state.put(HELD, Held(rest), act.account)
    else:
        call.state.delete(HELD, act.account)


def _check_bank_of(call: Call, by: str, account: str) -> None:
    if not has_role(call.state, by, "bank"):
        raise refuse("not_bank", bank=by)
    if ledger.open_account(call.state, account).bank != by:
        raise refuse("other_bank", account=account)
