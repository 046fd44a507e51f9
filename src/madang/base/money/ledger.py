"""The only writer of balances: currency, tokens, and net positions. For money's own rules and for other modules.

Other modules call `open_escrow`, `transfer`, `refund_transfer`, `balance` and `free_balance`; they decide who may move
what, this file decides whether the money is there, and free of pauses and of courts' orders. Each function checks first
and writes last, and leaves every law of `state.INVARIANTS` standing.
"""

from typing import Literal

import msgspec

from madang.base.money.refusals import refuse
from madang.base.money.state import (
    ACCOUNTS,
    BANKS,
    CURRENCY,
    DAY,
    NO_SUPPLY,
    PAUSES,
    POLICY,
    POSITIONS,
    SUPPLY,
    WINDOW,
    Account,
    Bank,
    Policy,
    Position,
    Supply,
    Window,
    bank,
    held,
    policy,
    reserve,
    reserve_suffices,
)
from madang.base.parties.queries import has_role
from madang.kernel.fields import MAX_WON
from madang.kernel.module import Call
from madang.kernel.state import State

_replace = msgspec.structs.replace

Way = Literal["payment", "refund", "order"]
"""Why tokens move: a payment is bound by everything; a refund neither by limits nor by a pause of spending; a court's
order may take what it holds."""

# ------------------------------------------------------------------------------------------ for every module


def escrow_of(programme: str) -> str:
    """The id of a programme's escrow account; no party's name holds a colon."""
    return f"escrow:{programme}"


def balance(state: State, account: str) -> int:
    """Tokens on an account in won; 0 where there is none."""
    found = state.get(ACCOUNTS, account)
    return found.balance if found else 0


def free_balance(state: State, account: str) -> int:
    """Tokens on an account (won) that no court's order holds: what its owner can use."""
    return max(0, balance(state, account) - held(state, account))


def open_escrow(call: Call, programme: str, bank: str) -> str:
    """Open the escrow account of a programme at a bank, empty and without limits; returns its id.

    Who may do so is the caller's to decide. Raises `Rejected`: `money.not_bank`, `money.escrow_exists`.
    """
    if not has_role(call.state, bank, "bank"):
        raise refuse("not_bank", bank=bank)
    account = escrow_of(programme)
    if call.state.get(ACCOUNTS, account) is not None:
        raise refuse("escrow_exists", programme=programme)
    call.state.put(ACCOUNTS, Account(account, bank, 0, False, 0), account)
    return account


def transfer(call: Call, source: str, target: str, amount: int) -> None:
    """Move `amount` won of tokens between two accounts, across banks if need be; 0 moves nothing.

    Who may do so is the caller's to decide. Raises `Rejected`, in this order: `money.same_account`,
    `money.no_account` (of source, of target), `money.bank_paused`, `money.currency_paused` (across banks),
    `money.balance`, `money.held`, `money.holding_limit` (a person's account would hold too much), and across banks
    `money.supply_limit`, `money.no_reserve`, `money.reserve_floor`. A negative amount is a defect of the caller
    (ValueError).
    """
    _move(call, source, target, amount, "payment")


def refund_transfer(call: Call, source: str, target: str, amount: int) -> None:
    """`transfer` for money that goes back to whoever had it: no holding limit or pause of spending keeps it away."""
    _move(call, source, target, amount, "refund")


def open_account(state: State, name: str) -> Account:
    """The account of this id, which must be open. Raises `Rejected` (`money.no_account`)."""
    account = state.get(ACCOUNTS, name)
    if account is None or not account.bank:
        raise refuse("no_account", account=name)
    return account


def _move(call: Call, source: str, target: str, amount: int, way: Way) -> None:
    if amount < 0:
        raise ValueError("a negative amount was to be moved")
    if amount == 0:
        return
    if source == target:
        raise refuse("same_account")
    payer = open_account(call.state, source)
    payee = open_account(call.state, target)
    check_running(call, payer.bank, payee.bank, spending=way == "payment")
    if payer.balance < amount:
        raise refuse("balance", account=source, amount=amount)
    if way != "order":
        check_free(call.state, source, payer, amount)
    if way == "payment":
        check_holding(call.state, target, payee, amount)
    if payer.bank != payee.bank:
        _move_between(call, payer.bank, payee.bank, amount)
    call.state.put(ACCOUNTS, _replace(payer, balance=payer.balance - amount), source)
    call.state.put(ACCOUNTS, _replace(payee, balance=payee.balance + amount), target)


def _move_between(call: Call, payer: str, payee: str, amount: int) -> None:
    """Move liability and reserve from one bank to another: net while the window and the cap allow, else gross."""
    state = call.state
    giving, taking = bank(state, payer), bank(state, payee)
    if taking.liability + amount > MAX_WON:
        raise refuse("supply_limit")
    owing, due = state.get(POSITIONS, payer), state.get(POSITIONS, payee)
    nets = owing is not None and due is not None and owing.net - amount >= -owing.cap and _window_nets(call)
    if not nets and giving.free < amount:
        raise refuse("no_reserve", bank=payer)
    # Either way the paying bank's reserve falls by the amount, and so does what it owes.
    ratio = policy(state).reserve_ratio
    if not reserve_suffices(reserve(state, payer) - amount, giving.liability - amount, ratio):
        raise refuse("reserve_floor", bank=payer)
    moved = 0 if nets else amount
    state.put(BANKS, Bank(giving.free - moved, giving.locked, giving.liability - amount), payer)
    state.put(BANKS, Bank(taking.free + moved, taking.locked, taking.liability + amount), payee)
    if owing is not None and due is not None and nets:
        state.put(POSITIONS, Position(owing.net - amount, owing.cap), payer)
        state.put(POSITIONS, Position(due.net + amount, due.cap), payee)


def _window_nets(call: Call) -> bool:
    """Whether the open window still nets: until the cut-off of its business day."""
    window = call.state.get(WINDOW)
    return window is not None and (not window.cut_off or call.time < window.cut_off)


# -------------------------------------------------------------------------------------------- for money's rules


def check_running(call: Call, payer: str, payee: str, *, spending: bool) -> None:
    """Refuse what a pause of either bank, or of the currency between two, stops.

    `money.bank_paused`, `money.currency_paused`.
    """
    for name in (payer,) if payer == payee else (payer, payee, CURRENCY):
        pause = call.state.get(PAUSES, name)
        if pause is not None and call.time < pause.until and (spending or pause.stops == "all"):
            if name == CURRENCY:
                raise refuse("currency_paused", pause.reason, until=pause.until)
            raise refuse("bank_paused", pause.reason, bank=name, until=pause.until)


def check_currency(call: Call) -> None:
    """Refuse to issue or withdraw while the currency is paused (`money.currency_paused`)."""
    pause = call.state.get(PAUSES, CURRENCY)
    if pause is not None and call.time < pause.until:
        raise refuse("currency_paused", pause.reason, until=pause.until)


def check_free(state: State, name: str, account: Account, amount: int) -> None:
    """Refuse to touch what a court's order holds of an account (`money.held`)."""
    bound = held(state, name)
    if bound and account.balance - bound < amount:
        raise refuse("held", account=name, free=max(0, account.balance - bound))


def execute_order(call: Call, source: str, target: str, amount: int) -> None:
    """`transfer` of what a court's order holds, to the creditor; no holding limit keeps it away."""
    _move(call, source, target, amount, "order")


def check_holding(state: State, name: str, account: Account, amount: int) -> None:
    """Refuse what would make a person's account hold too much (`money.holding_limit`)."""
    if account.limited:
        limit = policy(state).holding_limit
        if account.balance + amount > limit:
            raise refuse("holding_limit", account=name, limit=limit)


def set_policy(call: Call, new: Policy) -> None:
    """Put a policy in force that every bank already meets. Raises `Rejected` (`money.ratio_unmet`)."""
    for (name,), record in call.state.scan(BANKS):
        if not reserve_suffices(reserve(call.state, name), record.liability, new.reserve_ratio):
            raise refuse("ratio_unmet", bank=name)
    call.state.put(POLICY, new)


def issue_currency(call: Call, name: str, amount: int, day: int) -> None:
    """Issue currency to a bank on a day.

    Raises `Rejected`: `money.currency_paused`, `money.daily_cap`, `money.supply_limit`.
    """
    check_currency(call)
    supply = call.state.get(SUPPLY) or NO_SUPPLY
    today = supply.issued_on_day if supply.day == day else 0
    left = max(0, policy(call.state).daily_issue - today)
    if amount > left:
        raise refuse("daily_cap", left=left)
    if supply.issued + amount > MAX_WON:
        raise refuse("supply_limit")
    record = bank(call.state, name)
    call.state.put(SUPPLY, Supply(supply.issued + amount, day, today + amount))
    call.state.put(BANKS, _replace(record, free=record.free + amount), name)


def withdraw_currency(call: Call, name: str, amount: int) -> None:
    """Withdraw free currency from a bank.

    Raises `Rejected`: `money.currency_paused`, `money.no_reserve`, `money.reserve_floor`.
    """
    check_currency(call)
    supply = call.state.get(SUPPLY) or NO_SUPPLY
    record = bank(call.state, name)
    if record.free < amount:
        raise refuse("no_reserve", bank=name)
    ratio = policy(call.state).reserve_ratio
    if not reserve_suffices(reserve(call.state, name) - amount, record.liability, ratio):
        raise refuse("reserve_floor", bank=name)
    call.state.put(SUPPLY, _replace(supply, issued=supply.issued - amount))
    call.state.put(BANKS, _replace(record, free=record.free - amount), name)


def put_account(call: Call, account: Account) -> None:
    """Write a new or reopened account, or one closed: what moves no money."""
    call.state.put(ACCOUNTS, account, account.owner)


def issue_tokens(call: Call, name: str, amount: int) -> None:
    """Add tokens to an account and to what its bank owes.

    Raises `Rejected`: `money.bank_paused`, `money.holding_limit`, `money.conversion_limit`, `money.supply_limit`,
    `money.reserve_floor`.
    """
    account = open_account(call.state, name)
    check_running(call, account.bank, account.bank, spending=True)
    check_holding(call.state, name, account, amount)
    rules = policy(call.state)
    if account.limited and account.converted + amount > rules.conversion_limit:
        left = max(0, rules.conversion_limit - account.converted)
        raise refuse("conversion_limit", account=name, limit=rules.conversion_limit, left=left)
    record = bank(call.state, account.bank)
    if record.liability + amount > MAX_WON:
        raise refuse("supply_limit")
    if not reserve_suffices(reserve(call.state, account.bank), record.liability + amount, rules.reserve_ratio):
        raise refuse("reserve_floor", bank=account.bank)
    converted = account.converted + amount if account.limited else 0
    call.state.put(ACCOUNTS, _replace(account, balance=account.balance + amount, converted=converted), name)
    call.state.put(BANKS, _replace(record, liability=record.liability + amount), account.bank)


def redeem_tokens(call: Call, name: str, amount: int) -> None:
    """Take tokens from an account and from what its bank owes.

    Raises `Rejected`: `money.bank_paused`, `money.balance`, `money.held`.
    """
    account = open_account(call.state, name)
    check_running(call, account.bank, account.bank, spending=False)
    if account.balance < amount:
        raise refuse("balance", account=name, amount=amount)
    check_free(call.state, name, account, amount)
    record = bank(call.state, account.bank)
    call.state.put(ACCOUNTS, _replace(account, balance=account.balance - amount), name)
    call.state.put(BANKS, _replace(record, liability=record.liability - amount), account.bank)


def open_window(call: Call, locks: list[tuple[str, int, int]]) -> None:
    """Open a window between banks given as (name, lock, cap), cap at most lock. Raises `Rejected` (`money.no_reserve`).

    A reserve that is locked still counts as reserve. On a business day it nets until the day's cut-off.
    """
    window, day = call.state.get(WINDOW), call.state.get(DAY)
    for name, lock, cap in locks:
        record = bank(call.state, name)
        if record.free < lock:
            raise refuse("no_reserve", bank=name)
        call.state.put(BANKS, _replace(record, free=record.free - lock, locked=record.locked + lock), name)
        call.state.put(POSITIONS, Position(0, cap), name)
    cut_off = day.cut_off if day is not None else 0
    call.state.put(WINDOW, Window(window.number + 1 if window else 1, True, call.time, cut_off))


def close_window(call: Call, window: Window) -> None:
    """Pay net positions out of locked reserve and free the rest. Can't fail: no bank owes more than it locked."""
    for (name,), position in call.state.scan(POSITIONS):
        record = bank(call.state, name)
        free = record.free + record.locked + position.net
        call.state.put(BANKS, Bank(free, 0, record.liability), name)
        call.state.delete(POSITIONS, name)
    call.state.put(WINDOW, Window(window.number, False, call.time, window.cut_off))
