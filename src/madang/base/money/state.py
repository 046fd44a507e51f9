"""Records and tables of money, and the laws that bind them. All amounts are whole won."""

from madang.kernel.fields import MAX_WON
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table


class Policy(Record, frozen=True):
    """What the central bank sets: reserve ratio in basis points, cap of issuance a day, limits on people's tokens."""

    reserve_ratio: int
    daily_issue: int
    holding_limit: int
    conversion_limit: int


FIRST_POLICY = Policy(700, 1_000_000_000_000, 1_000_000, 5_000_000)
"""7 %, a trillion won a day, a million held, five million converted: what holds until the central bank sets others."""


class Supply(Record, frozen=True):
    """Currency issued and not withdrawn; how much was issued on `day` (days since 1970, +09:00)."""

    issued: int
    day: int
    issued_on_day: int


class Bank(Record, frozen=True):
    """What a bank has and owes: currency free and locked for the window; tokens on its accounts."""

    free: int
    locked: int
    liability: int


class Account(Record, frozen=True):
    """Tokens of one owner at one bank; `bank` is '' once closed. `limited`: a person's, bound by the limits.

    `converted` is what was ever issued to a limited account.
    """

    owner: str
    bank: str
    balance: int
    limited: bool
    converted: int


class Window(Record, frozen=True):
    """The latest netting window: its number from 1, whether it is open, and when that last changed (seconds)."""

    number: int
    is_open: bool
    time: int


class Position(Record, frozen=True):
    """What a bank is due from the window (negative: owes it), never below minus `cap`."""

    net: int
    cap: int


class Used(Record, frozen=True):
    """That a reference was used, at a height, for an amount."""

    height: int
    amount: int


POLICY = Table("money.policy", Policy, public=True)
SUPPLY = Table("money.supply", Supply, public=True)
BANKS = Table("money.bank", Bank, str, public=True)
ACCOUNTS = Table("money.account", Account, str)
"""An account's id is its owner's, or `escrow:` and the name of a programme."""
WINDOW = Table("money.window", Window, public=True)
POSITIONS = Table("money.position", Position, str)
ISSUE_REFERENCES = Table("money.issue_reference", Used, str, str)
"""(bank, reference)"""
REDEEM_REFERENCES = Table("money.redeem_reference", Used, str, str)
"""(account, reference): in the owner's own name, so that nobody can use up a reference of somebody else's."""

TABLES = (POLICY, SUPPLY, BANKS, ACCOUNTS, WINDOW, POSITIONS, ISSUE_REFERENCES, REDEEM_REFERENCES)

NO_BANK = Bank(0, 0, 0)
NO_SUPPLY = Supply(0, 0, 0)


def policy(state: State) -> Policy:
    """The policy in force."""
    return state.get(POLICY) or FIRST_POLICY


def bank(state: State, name: str) -> Bank:
    """What a bank has and owes; nothing, for one that never took part."""
    return state.get(BANKS, name) or NO_BANK


def reserve(state: State, name: str) -> int:
    """A bank's reserve: currency free and locked, and its net position in the open window, which is certain."""
    position = state.get(POSITIONS, name)
    found = bank(state, name)
    return found.free + found.locked + (position.net if position else 0)


def reserve_suffices(reserve: int, liability: int, ratio: int) -> bool:
    """Whether a reserve covers `ratio` basis points of a liability, exactly: nothing is rounded."""
    return reserve * 10_000 >= liability * ratio


def currency_is_held(state: State) -> None:
    """Currency issued is exactly what banks hold, free and locked."""
    issued = (state.get(SUPPLY) or NO_SUPPLY).issued
    held = 0
    for (name,), record in state.scan(BANKS):
        if record.free < 0 or record.locked < 0:
            raise InvariantBroken(f"bank {name} holds {record.free} free and {record.locked} locked")
        held += record.free + record.locked
    if not issued == held <= MAX_WON:
        raise InvariantBroken(f"{issued} won of currency are issued, banks hold {held}")


def tokens_are_owed(state: State) -> None:
    """Each bank owes exactly the tokens on its accounts, and a closed account is empty."""
    owed: dict[str, int] = {}
    for (name,), account in state.scan(ACCOUNTS):
        if not 0 <= account.balance <= MAX_WON:
            raise InvariantBroken(f"account {name} holds {account.balance}")
        owed[account.bank] = owed.get(account.bank, 0) + account.balance
    if owed.pop("", 0):
        raise InvariantBroken("a closed account holds tokens")
    for (name,), record in state.scan(BANKS):
        accounts = owed.pop(name, 0)
        if not record.liability == accounts <= MAX_WON:
            raise InvariantBroken(f"bank {name} owes {record.liability}, its accounts hold {accounts}")
    if any(owed.values()):
        raise InvariantBroken(f"accounts hold tokens of banks that owe nothing: {owed}")


def reserves_suffice(state: State) -> None:
    """Every bank's reserve covers the ratio of its liability."""
    ratio = policy(state).reserve_ratio
    for (name,), record in state.scan(BANKS):
        if not reserve_suffices(reserve(state, name), record.liability, ratio):
            raise InvariantBroken(f"bank {name} has {reserve(state, name)} won against {record.liability}")


def window_can_close(state: State) -> None:
    """Net positions cancel out, and locked reserve covers each; nothing is locked while no window is open."""
    window = state.get(WINDOW)
    total = 0
    members = set()
    for (name,), position in state.scan(POSITIONS):
        total += position.net
        members.add(name)
        if position.net < -position.cap or position.cap > bank(state, name).locked:
            raise InvariantBroken(f"bank {name} is due {position.net} with a cap of {position.cap}")
    if total:
        raise InvariantBroken(f"net positions add up to {total}")
    if members and not (window and window.is_open):
        raise InvariantBroken("there are positions without a window")
    for (name,), record in state.scan(BANKS):
        if record.locked and name not in members:
            raise InvariantBroken(f"bank {name} has {record.locked} locked outside a window")


INVARIANTS: tuple[Invariant, ...] = (currency_is_held, tokens_are_owed, reserves_suffice, window_can_close)
