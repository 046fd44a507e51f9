"""Records and tables of money, and the laws that bind them. All amounts are whole won."""

from typing import Literal

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
    """The latest netting window: its number from 1, whether it is open, and when that last changed (seconds).

    `cut_off` is when it stops to net: the business day's, or 0 where none was open.
    """

    number: int
    is_open: bool
    time: int
    cut_off: int = 0


class Position(Record, frozen=True):
    """What a bank is due from the window (negative: owes it), never below minus `cap`."""

    net: int
    cap: int


class Used(Record, frozen=True):
    """That a reference was used, at a height, for an amount, on a business day ('' where none was open)."""

    height: int
    amount: int
    business_date: str = ""


class Day(Record, frozen=True):
    """A business day (an ISO 8601 date): what is ordered behind the block that closed the one before bears its date.

    That is up to the block that closes it, itself included; both are 0 while it is open. Times are in seconds.
    """

    date: str
    opened_at: int
    cut_off: int
    closed_at: int
    closed_height: int

    def holds(self, height: int) -> bool:
        """Whether what is ordered now, in the block of this height, still belongs to it."""
        return not self.closed_height or height <= self.closed_height


Stops = Literal["spending", "all"]


class Pause(Record, frozen=True):
    """What stands still until a block time (seconds): spending alone, so that refunds and redemptions go on, or all.

    `reason` is a code. Written by `base/operations`, which decides who may.
    """

    by: str
    stops: Stops
    reason: str
    until: int


class Hold(Record, frozen=True):
    """What a court's order holds of an account: the bank that placed it, how much, and how much of that is left.

    What is no longer left was released, or executed in favour of the creditor.
    """

    bank: str
    amount: int
    left: int
    executed: int
    placed_at: int


class Held(Record, frozen=True):
    """What all orders together hold of an account; it may be more than is on it, and then holds what comes."""

    amount: int


class Export(Record, frozen=True):
    """That what was found in blocks `since` to `until` was exported, recorded at a block time (seconds)."""

    since: int
    until: int
    time: int


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
DAY = Table("money.day", Day, public=True)
"""The latest business day."""
DAYS = Table("money.closed_day", Day, int, public=True)
"""(height of the block that closed it): so that the first from a height on is the day that the height belongs to."""
PAUSES = Table("money.pause", Pause, str, public=True, sparse=True)
"""A bank's name, or `CURRENCY`."""
HOLDS = Table("money.hold", Hold, str, str)
"""(account, digest of the order)"""
HELD = Table("money.held", Held, str)
EXPORTS = Table("money.export", Export, str, str)
"""(bank or auditor, digest of the export)"""

CURRENCY = ":currency"
"""Where the pause of the currency itself stands; no party's name holds a colon."""

TABLES = (
    POLICY,
    SUPPLY,
    BANKS,
    ACCOUNTS,
    WINDOW,
    POSITIONS,
    ISSUE_REFERENCES,
    REDEEM_REFERENCES,
    DAY,
    DAYS,
    PAUSES,
    HOLDS,
    HELD,
    EXPORTS,
)

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


def held(state: State, account: str) -> int:
    """What courts' orders hold of an account; may be more than is on it."""
    found = state.get(HELD, account)
    return found.amount if found else 0


def business_date(state: State, height: int) -> str:
    """The business day of what is ordered now, in the block of this height; '' between one day and the next."""
    day = state.get(DAY)
    return day.date if day is not None and day.holds(height) else ""


def day_of_height(state: State, height: int) -> Day | None:
    """The business day that an ordered block belongs to; None where it belongs to the next that will be opened."""
    for _, day in state.scan_after(DAYS, max(0, height - 1)):
        return day
    latest = state.get(DAY)
    return latest if latest is not None and latest.holds(height) else None


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


def holds_add_up(state: State) -> None:
    """What is held of an account is what its orders have left, and an account that is held is open."""
    left: dict[str, int] = {}
    for (account, order), hold in state.scan(HOLDS):
        if hold.left < 0 or hold.executed < 0 or hold.left + hold.executed > hold.amount:
            raise InvariantBroken(f"order {order} has {hold.left} left and {hold.executed} executed of {hold.amount}")
        left[account] = left.get(account, 0) + hold.left
    for (account,), record in state.scan(HELD):
        if record.amount <= 0 or left.pop(account, 0) != record.amount:
            raise InvariantBroken(f"account {account} is held for {record.amount}, its orders say otherwise")
        found = state.get(ACCOUNTS, account)
        if found is None or not found.bank:
            raise InvariantBroken(f"account {account} is held and not open")
    if any(left.values()):
        raise InvariantBroken("orders hold accounts that are not held")


def days_follow(state: State) -> None:
    """Business days follow one another without a gap, each closed at its cut-off or later, the last perhaps open."""
    before = None
    for (height,), day in state.scan(DAYS):
        if day.closed_height != height or not day.opened_at < day.cut_off <= day.closed_at:
            raise InvariantBroken(f"business day {day.date} was closed at {day.closed_at}, in block {height}")
        if before is not None and (before.date >= day.date or before.closed_at > day.opened_at):
            raise InvariantBroken(f"business day {day.date} began before {before.date} was closed")
        before = day
    latest = state.get(DAY)
    if latest is not None and latest.closed_at:
        if latest != before:
            raise InvariantBroken(f"the latest business day is {latest.date}, which is not the last that was closed")
    elif latest is not None and before is not None and before.date >= latest.date:
        raise InvariantBroken(f"business day {latest.date} began before {before.date} was closed")


INVARIANTS: tuple[Invariant, ...] = (
    currency_is_held,
    tokens_are_owed,
    reserves_suffice,
    window_can_close,
    holds_add_up,
    days_follow,
)
