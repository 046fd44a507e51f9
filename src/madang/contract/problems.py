"""Collecting problems, so that an author sees several at once."""

from __future__ import annotations

from madang.contract.errors import ContractError, Problem
from madang.contract.limits import PROBLEMS
from madang.contract.yamltree import unpack


class Problems:
    """Problems in the order they are found; `stop_if_any` raises them in the order of the text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Problem] = []

    def add(self, position: int, code: str, message: str, instead: str) -> None:
        """Report a problem at a packed position."""
        line, column = unpack(position)
        problem = Problem(code, line, column, message, instead)
        if problem not in self.found and len(self.found) < 4 * PROBLEMS:
            self.found.append(problem)

    def stop_if_any(self) -> None:
        """Raise `ContractError` if anything was reported."""
        if self.found:
            ordered = sorted(self.found, key=lambda problem: (problem.line, problem.column))
            raise ContractError(ordered[:PROBLEMS], self.name)
