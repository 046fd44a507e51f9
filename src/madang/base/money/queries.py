"""Reading money. Amounts are whole won. Totals are public; accounts are for their owners, banks and auditors."""

from madang.base.money import state as tables
from madang.base.money.ledger import balance, escrow_of
from madang.base.money.state import Account, Bank, Policy, Position, Supply, Window
from madang.base.parties.queries import acts_for, may_see
from madang.kernel.state import State

__all__ = [
    "QUERIES",
    "account",
    "balance",
    "bank",
    "banks",
    "escrow_of",
    "policy",
    "position",
    "required_reserve",
    "reserve",
    "show_account",
    "supply",
    "window",
]


def account(state: State, name: str) -> Account | None:
    """The account of a party, or of `escrow_of(programme)`; None where it never had one."""
    return state.get(tables.ACCOUNTS, name)


def supply(state: State) -> Supply:
    """Currency issued in all, and today."""
    return state.get(tables.SUPPLY) or tables.NO_SUPPLY


def policy(state: State) -> Policy:
    """The policy in force."""
    return tables.policy(state)


def bank(state: State, name: str) -> Bank:
    """What a bank has and owes."""
    return tables.bank(state, name)


def banks(state: State) -> list[tuple[str, Bank]]:
    """All banks that ever took part, by name."""
    return [(name, record) for (name,), record in state.scan(tables.BANKS)]


def reserve(state: State, name: str) -> int:
    """A bank's reserve as the floor counts it: free, locked, and net position in the window."""
    return tables.reserve(state, name)


def required_reserve(state: State, name: str) -> int:
    """The least reserve that covers the ratio of what a bank owes."""
    return -(-tables.bank(state, name).liability * tables.policy(state).reserve_ratio // 10_000)


def window(state: State) -> Window | None:
    """The latest netting window, or None before the first."""
    return state.get(tables.WINDOW)


def position(state: State, name: str) -> Position | None:
    """A bank's position in the open window, or None outside one."""
    return state.get(tables.POSITIONS, name)


def show_account(state: State, reader: str, name: str) -> Account | None:
    """The account of a party for those who may see that party, or for its bank; None for others."""
    found = state.get(tables.ACCOUNTS, name)
    if found is None or not (may_see(state, reader, found.owner) or acts_for(state, reader, found.bank)):
        return None
    return found


QUERIES = (supply, policy, bank, banks, required_reserve, window, show_account)
