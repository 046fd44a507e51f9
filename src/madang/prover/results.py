"""What a proof says of each property."""

from __future__ import annotations

import msgspec

from madang.prover.comparing import Difference
from madang.prover.receipts import Status
from madang.prover.steps import Fault
from madang.prover.traces import Trace, TraceStep

PROPERTIES = 2
"""The version of the set of properties: what is asked of every programme. A receipt of another set is another proof."""


class Counterexample(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a property is not proved: in which action, and what.

    `trace` is a run from nothing that shows it, and `replayed` that the compiled contract runs so. Without one, `state`
    is a single step from a state that keeps every law, which perhaps no run reaches; where that is empty too, the
    solver did not find an answer within its bound. Of a successor, `difference` is a request that the two programmes
    treat otherwise, run on both compiled contracts; it too is from a state that perhaps no run reaches.
    """

    action: str
    what: str
    fault: Fault
    trace: Trace | None = None
    replayed: bool = False
    state: dict[str, int | bool | str] = {}
    difference: Difference | None = None


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """One property: `claims` is how many single-step claims make it up, `clauses` those that contradict each other.

    `run` shows that an action happens: a run from nothing that the compiled contract accepts.
    """

    property: str
    status: Status
    claims: int
    clauses: tuple[str, ...] = ()
    counterexamples: tuple[Counterexample, ...] = ()
    run: tuple[TraceStep, ...] = ()


class Proof(msgspec.Struct, frozen=True):
    """All properties of a kind and programme, named by the digests of their canonical forms.

    `widens` is the digest of the programme that this one is shown to widen, "" for none. The solver is named with its
    version.
    """

    kind: str
    programme: str
    widens: str
    properties: int
    prover: str
    solver: str
    results: tuple[Result, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to show."""
        return all(result.status in ("proved", "off") for result in self.results)
