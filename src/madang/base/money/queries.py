"""Reading money. Amounts are whole won. Totals are public; accounts are for their owners, banks and auditors."""

import msgspec

from madang.base.money import state as tables
from madang.base.money.ledger import balance, escrow_of, free_balance
from madang.base.money.state import Account, Bank, Day, Export, Hold, Policy, Position, Supply, Used, Window
from madang.base.money.transactions import Height
from madang.base.parties.queries import acts_for, may_see
from madang.kernel.fields import PartyId, Reference
from madang.kernel.state import State

__all__ = [
    "QUERIES",
    "account",
    "balance",
    "bank",
    "banks",
    "business_day",
    "escrow_of",
    "finality",
    "policy",
    "position",
    "required_reserve",
    "reserve",
    "show_account",
    "show_exports",
    "show_holds",
    "show_issue",
    "show_redemption",
    "supply",
    "window",
]


class Finality(msgspec.Struct, frozen=True):
    """To which business day a block belongs ('': the next that is opened), and when that day was closed (0: open).

    What a block holds is final from the moment at which the block is durable, which is before anybody is answered.
    """

    height: int
    business_date: str
    cut_off: int
    closed_at: int


class Holds(msgspec.Struct, frozen=True):
    """What courts' orders hold of an account (won), what its owner can use, and each order by its digest."""

    held: int
    free: int
    orders: list[tuple[str, Hold]]


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


def business_day(state: State) -> Day | None:
    """The latest business day, or None before the first."""
    return state.get(tables.DAY)


def finality(state: State, height: Height) -> Finality:
    """The business day of what was ordered in a block: a transaction's answer and its receipt name the height."""
    day = tables.day_of_height(state, height)
    return Finality(height, day.date, day.cut_off, day.closed_at) if day else Finality(height, "", 0, 0)


def show_holds(state: State, reader: PartyId, account: PartyId) -> Holds | None:
    """What courts' orders hold of an account, for those who may see the account; None for others."""
    if show_account(state, reader, account) is None:
        return None
    orders = [(order, hold) for (_, order), hold in state.scan(tables.HOLDS, account)]
    return Holds(tables.held(state, account), free_balance(state, account), orders)


def show_issue(state: State, reader: PartyId, bank: PartyId, reference: Reference) -> Used | None:
    """Height, amount and business day of a conversion by the bank's reference, for the bank; None for others."""
    return state.get(tables.ISSUE_REFERENCES, bank, reference) if acts_for(state, reader, bank) else None


def show_redemption(state: State, reader: PartyId, account: PartyId, reference: Reference) -> Used | None:
    """The same of a conversion back, by the owner's reference, for those who may see the account; None for others."""
    visible = show_account(state, reader, account) is not None
    return state.get(tables.REDEEM_REFERENCES, account, reference) if visible else None


def show_exports(state: State, reader: PartyId, by: PartyId) -> list[tuple[str, Export]]:
    """The exports that an institution recorded, by digest, for its officers and for auditors; none for others."""
    if not may_see(state, reader, by):
        return []
    return [(digest, record) for (_, digest), record in state.scan(tables.EXPORTS, by)]


QUERIES = (
    supply,
    policy,
    bank,
    banks,
    required_reserve,
    window,
    show_account,
    business_day,
    finality,
    show_holds,
    show_issue,
    show_redemption,
    show_exports,
)
