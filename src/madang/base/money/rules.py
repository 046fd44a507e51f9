"""Rules of money: who may issue, convert, pay and settle. What moves and whether it is there is in `ledger`.

Business days and courts' orders have files of their own, `days` and `orders`.
"""

from collections.abc import Mapping

import msgspec

from madang.base.money import days, ledger, orders
from madang.base.money.refusals import REFUSALS, refuse
from madang.base.money.state import (
    ACCOUNTS,
    DAY,
    EXPORTS,
    ISSUE_REFERENCES,
    REDEEM_REFERENCES,
    WINDOW,
    Account,
    Export,
    Policy,
    Used,
    business_date,
    held,
)
from madang.base.money.transactions import (
    CloseAccount,
    CloseDay,
    CloseWindow,
    ExecuteHold,
    IssueCurrency,
    IssueTokens,
    OpenAccounts,
    OpenDay,
    OpenWindow,
    Pay,
    PlaceHold,
    RecordExport,
    RedeemTokens,
    ReleaseHold,
    Remit,
    SetPolicy,
    WithdrawCurrency,
)
from madang.base.parties.queries import has_role, officers_among, party
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act

__all__ = ["REFUSALS", "RULES", "refuse"]

WITHOUT_MONEY = ("officer", "till", "card")
"""What acts or pays for others and holds nothing of its own."""


def set_policy(call: Call, act: SetPolicy) -> None:
    """Other ratio, cap and limits; a ratio that a bank does not meet is refused."""
    _check_central_bank(call, act.by)
    ledger.set_policy(call, Policy(act.reserve_ratio, act.daily_issue, act.holding_limit, act.conversion_limit))


def issue_currency(call: Call, act: IssueCurrency) -> None:
    """Currency for a bank, within the cap of the Korean day."""
    _check_central_bank(call, act.by)
    _check_bank(call, act.bank)
    ledger.issue_currency(call, act.bank, act.amount, days.day_of(call.time))


def withdraw_currency(call: Call, act: WithdrawCurrency) -> None:
    """Currency out of a bank's free reserve. The bank may be suspended."""
    _check_central_bank(call, act.by)
    ledger.withdraw_currency(call, act.bank, act.amount)


def open_accounts(call: Call, act: OpenAccounts) -> None:
    """Empty accounts; a person's is bound by the limits, and what it converted before stays counted."""
    _check_bank(call, act.by)
    for owner in act.owners:
        found = party(call.state, owner)
        if found is None:
            raise refuse("no_party", owner=owner)
        if any(role in found.roles for role in WITHOUT_MONEY):
            raise refuse("not_holder", owner=owner)
        before = call.state.get(ACCOUNTS, owner)
        if before is not None and before.bank:
            raise refuse("has_account", owner=owner)
        converted = before.converted if before else 0
        ledger.put_account(call, Account(owner, act.by, 0, "person" in found.roles, converted))


def close_account(call: Call, act: CloseAccount) -> None:
    """An empty account without a bank."""
    account = ledger.open_account(call.state, act.by)
    if account.balance:
        raise refuse("not_empty", account=act.by, balance=account.balance)
    if held(call.state, act.by):
        raise refuse("held", account=act.by, free=0)
    ledger.put_account(call, msgspec.structs.replace(account, bank=""))


def issue_tokens(call: Call, act: IssueTokens) -> None:
    """Tokens against a deposit at the bank."""
    _check_bank(call, act.by)
    if ledger.open_account(call.state, act.account).bank != act.by:
        raise refuse("other_bank", account=act.account)
    if call.state.get(ISSUE_REFERENCES, act.by, act.reference) is not None:
        raise refuse("reference_used", reference=act.reference)
    ledger.issue_tokens(call, act.account, act.amount)
    call.state.put(ISSUE_REFERENCES, _used(call, act.amount), act.by, act.reference)


def redeem_tokens(call: Call, act: RedeemTokens) -> None:
    """Tokens back into a deposit; the bank pays when it reads the entry. No single officer empties an account."""
    ledger.open_account(call.state, act.by)
    owner = party(call.state, act.by)
    if owner is None or officers_among(call.state, call.signed_by, act.by) < owner.threshold:
        raise refuse("by_quorum")
    if call.state.get(REDEEM_REFERENCES, act.by, act.reference) is not None:
        raise refuse("reference_used", reference=act.reference)
    ledger.redeem_tokens(call, act.by, act.amount)
    call.state.put(REDEEM_REFERENCES, _used(call, act.amount), act.by, act.reference)


def _used(call: Call, amount: int) -> Used:
    return Used(call.height, amount, business_date(call.state, call.height))


def pay(call: Call, act: Pay) -> None:
    """Own tokens to another party's account, signed with a key of one's own: no single officer spends."""
    if act.by not in call.signed_by:
        raise refuse("by_quorum")
    ledger.transfer(call, act.by, act.to, act.amount)


def remit(call: Call, act: Remit) -> None:
    """An institution's tokens to another party's account."""
    ledger.transfer(call, act.by, act.to, act.amount)


def open_window(call: Call, act: OpenWindow) -> None:
    """Lock reserve and let payments between these banks net."""
    _check_central_bank(call, act.by)
    window, day = call.state.get(WINDOW), call.state.get(DAY)
    if window is not None and window.is_open:
        raise refuse("window_open")
    if day is not None and (call.time >= day.cut_off or not day.holds(call.height)):
        raise refuse("past_cut_off", date=day.date)
    names = [one.bank for one in act.banks]
    for position, one in enumerate(act.banks):
        _check_bank(call, one.bank)
        if one.bank in names[:position]:
            raise refuse("bank_twice", bank=one.bank)
        if one.cap > one.lock:
            raise refuse("cap_above_lock", bank=one.bank)
    ledger.open_window(call, [(one.bank, one.lock, one.cap) for one in act.banks])


def close_window(call: Call, act: CloseWindow) -> None:
    """Settle the window."""
    _check_central_bank(call, act.by)
    window = call.state.get(WINDOW)
    if window is None or not window.is_open:
        raise refuse("no_window")
    ledger.close_window(call, window)


def record_export(call: Call, act: RecordExport) -> None:
    """The digest of the export, under the name of who made it."""
    if not (has_role(call.state, act.by, "bank") or has_role(call.state, act.by, "auditor")):
        raise refuse("not_reviewer")
    if not act.since <= act.until < call.height:
        raise refuse("export_range", height=call.height)
    if call.state.get(EXPORTS, act.by, act.digest) is not None:
        raise refuse("export_recorded")
    call.state.put(EXPORTS, Export(act.since, act.until, call.time), act.by, act.digest)


def _check_central_bank(call: Call, name: str) -> None:
    if not has_role(call.state, name, "central_bank"):
        raise refuse("not_central_bank")


def _check_bank(call: Call, name: str) -> None:
    if not has_role(call.state, name, "bank"):
        raise refuse("not_bank", bank=name)


RULES: Mapping[type[Act], Rule] = {
    SetPolicy: set_policy,
    IssueCurrency: issue_currency,
    WithdrawCurrency: withdraw_currency,
    OpenAccounts: open_accounts,
    CloseAccount: close_account,
    IssueTokens: issue_tokens,
    RedeemTokens: redeem_tokens,
    Pay: pay,
    Remit: remit,
    OpenWindow: open_window,
    CloseWindow: close_window,
    OpenDay: days.open_day,
    CloseDay: days.close_day,
    PlaceHold: orders.place_hold,
    ReleaseHold: orders.release_hold,
    ExecuteHold: orders.execute_hold,
    RecordExport: record_export,
}
