"""Asking the solver, within a bound that is the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import z3

from madang.prover.encoding import Term

Answer = Literal["sat", "unsat", "unknown"]

STEP_RESOURCES = 20_000_000
"""What one question about one action may use, in the solver's own count: never a time, which differs by machine."""
RUN_RESOURCES = 400_000_000
"""The same for one question about a whole run."""


class Questions:
    """A solver with what is assumed; questions are asked on top and leave nothing behind."""

    def __init__(self, assumed: Iterable[Term], resources: int) -> None:
        self._solver = z3.Solver()
        self._solver.set("rlimit", resources)
        self._solver.set("random_seed", 0)
        self.assume(*assumed)

    def assume(self, *assumed: Term) -> None:
        """Assume more from here on."""
        self._solver.add(*assumed)

    def ask(self, *terms: Term) -> tuple[Answer, Any]:
        """Whether all terms can hold together with what is assumed, and a model if they can."""
        self._solver.push()
        try:
            self._solver.add(*terms)
            answer = str(self._solver.check())
            if answer == "sat":
                return "sat", self._solver.model()
            return ("unsat", None) if answer == "unsat" else ("unknown", None)
        finally:
            self._solver.pop()

    def conflict(self, named: Iterable[tuple[str, Term]], others: Sequence[Term] = ()) -> tuple[str, ...]:
        """Names of terms that can't hold together with others, none of which can be left out.

        They must be unsatisfiable.
        """
        left = list(named)
        for each in list(left):
            without = [one for one in left if one is not each]
            if self.ask(*[term for _, term in without], *others)[0] == "unsat":
                left = without
        return tuple(name for name, _ in left)
