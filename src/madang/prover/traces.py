"""A run of a programme from nothing to something that must not happen, as plain values."""

from __future__ import annotations

import msgspec

from madang.contract.syntax import Value
from madang.prover.steps import Fault


class TraceSubject(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a step is on: a record under a key, or the fields of a fact. A new record is made under its key."""

    alias: str
    type: str
    key: str = ""
    is_new: bool = False
    fact: dict[str, Value] = {}


class TraceList(msgspec.Struct, frozen=True):
    """A published list at the time of a step."""

    version: int
    holds: tuple[str, ...]


class TraceStep(msgspec.Struct, frozen=True):
    """One action: on what, with which given values (in order), at which block time (seconds)."""

    action: str
    at: int
    on: tuple[TraceSubject, ...]
    given: dict[str, Value]
    lists: dict[str, TraceList]


class Ending(msgspec.Struct, frozen=True):
    """What goes wrong in the last step. `what` is the value, account, alias or law that it concerns."""

    fault: Fault
    action: str
    what: str


class Trace(msgspec.Struct, frozen=True):
    """Steps that all happen but the last, in which something goes wrong; no shorter run gets there."""

    steps: tuple[TraceStep, ...]
    ending: Ending
