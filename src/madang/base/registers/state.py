"""Registers and their entries, and the laws that bind them."""

from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

FOREVER = 2**63
"""The `until` of a code without an end."""


class Register(Record, frozen=True):
    """A register's latest version, and when that last changed (seconds)."""

    version: int
    changed_at: int


class Owner(Record, frozen=True):
    """The sponsor that a register belongs to."""

    party: str


class Entry(Record, frozen=True):
    """A code counts from `since` up to, not including, `until` (seconds); the version that last wrote it."""

    since: int
    until: int
    version: int


REGISTERS = Table("registers.register", Register, str, public=True)
ENTRIES = Table("registers.entry", Entry, str, str, public=True)
"""(register, code)"""

OWNERS = Table("registers.owner", Owner, str, public=True)
"""Registers of sponsors; what has no owner here belongs to the operator."""

TABLES = (REGISTERS, ENTRIES, OWNERS)


def entries_have_registers(state: State) -> None:
    """Every entry counts for some time and was written by a version of its register."""
    for (register, code), entry in state.scan(ENTRIES):
        record = state.get(REGISTERS, register)
        if record is None or not 1 <= entry.version <= record.version:
            raise InvariantBroken(f"{register} {code} is of version {entry.version}, the register is {record}")
        if entry.since >= entry.until:
            raise InvariantBroken(f"{register} {code} counts from {entry.since} until {entry.until}")


def owners_have_registers(state: State) -> None:
    """Every sponsor's register was published, under a name that begins with its owner's."""
    for (register,), owner in state.scan(OWNERS):
        if state.get(REGISTERS, register) is None or not register.startswith(f"{owner.party}-"):
            raise InvariantBroken(f"{register} belongs to {owner.party}, which can't have published it")


INVARIANTS: tuple[Invariant, ...] = (entries_have_registers, owners_have_registers)
