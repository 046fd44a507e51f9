"""Public totals of one moment, and the laws of conservation between them, both sides as numbers.

The same laws run over every record in `madang verify` and in the tests (`INVARIANTS` of money and programmes). Here
they are said of what is public anyway: totals, never an account or a record.
"""

from collections.abc import Iterator

import msgspec

from madang.base.money import queries as money
from madang.base.programmes import queries as programmes
from madang.base.programmes.queries import ProgrammeView
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.state import State


class Law(msgspec.Struct, frozen=True):
    """One law: two sums that must be equal, or of which the first must not be below the second (`at_least`)."""

    name: str
    of: str
    left: int
    right: int
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.left >= self.right if self.at_least else self.left == self.right


class BankSum(msgspec.Struct, frozen=True):
    """A bank: its reserve in institutional currency, the least that its tokens demand, and the tokens it owes (won)."""

    name: str
    reserve: int
    required: int
    owed: int


class Sums(msgspec.Struct, frozen=True):
    """The totals of a block, its height and time (seconds): currency issued, banks, programmes with their accounts,
    and the laws.
    """

    height: int
    time: int
    issued: int
    banks: tuple[BankSum, ...]
    programmes: tuple[ProgrammeView, ...]
    laws: tuple[Law, ...]

    @property
    def owed(self) -> int:
        """Deposit tokens of all banks."""
        return sum(one.owed for one in self.banks)

    @property
    def held(self) -> int:
        """What is in the escrow of all programmes."""
        return sum(law.right for law in self.laws if law.name == "escrow")


def sums(state: State, height: int, time: int) -> Sums:
    """Everything at once, of one state."""
    banks = tuple(
        BankSum(name, money.reserve(state, name), money.required_reserve(state, name), record.liability)
        for name, record in money.banks(state)
    )
    found = tuple(programmes.all_programmes(state))
    laws = [*_money(state, banks), *(law for one in found for law in _programme(state, one))]
    return Sums(height, time, money.supply(state).issued, banks, found, tuple(laws))


def _money(state: State, banks: tuple[BankSum, ...]) -> Iterator[Law]:
    held = sum(record.free + record.locked for _, record in money.banks(state))
    yield Law("currency", "", money.supply(state).issued, held)
    positions = [money.position(state, one.name) for one in banks]
    yield Law("window", "", sum(one.net for one in positions if one is not None), 0)
    for one in banks:
        yield Law("reserve", one.name, one.reserve, one.required, at_least=True)


def _programme(state: State, view: ProgrammeView) -> Iterator[Law]:
    record = state.get(PROGRAMMES, view.name)
    outside = {one.name for one in record.accounts if one.sort == "outside"} if record is not None else set()
    inside = sum(amount for name, amount in view.totals.items() if name not in outside)
    came_in = sum(amount for name, amount in view.totals.items() if name in outside)
    yield Law("conserved", view.name, came_in, inside)
    escrow = money.account(state, money.escrow_of(view.name))
    yield Law("escrow", view.name, inside, escrow.balance if escrow is not None else 0)
