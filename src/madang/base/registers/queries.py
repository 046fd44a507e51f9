"""Reading registers."""

from madang.base.registers.state import ENTRIES, OWNERS, REGISTERS, Entry, Register
from madang.kernel.state import State


def holds(state: State, register: str, code: str, time: int) -> bool:
    """Whether a register holds a code at a time (seconds); an unknown register holds nothing."""
    found = state.get(ENTRIES, register, code)
    return found is not None and found.since <= time < found.until


def version(state: State, register: str) -> int:
    """The latest version of a register; 0 before its first."""
    found = state.get(REGISTERS, register)
    return found.version if found else 0


def latest(state: State, register: str) -> Register | None:
    """The latest version of a register and when it last changed, or None where it was never published. For rules."""
    return state.get(REGISTERS, register)


def entry(state: State, register: str, code: str) -> Entry | None:
    """When a code counts, or None where it was never published."""
    return state.get(ENTRIES, register, code)


def owner(state: State, register: str) -> str | None:
    """The sponsor that a register belongs to; None for one of the operator, or one that was never published."""
    found = state.get(OWNERS, register)
    return None if found is None else found.party


QUERIES = (holds, version, entry, owner)
