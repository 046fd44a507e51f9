"""Sums of multiples of atoms, to show that postings and changes of records are equal without running anything."""

from __future__ import annotations

import msgspec

from madang.contract.limits import INTEGER_HIGH, INTEGER_LOW
from madang.contract.syntax import Kind
from madang.contract.typed import Arithmetic, Constant, FieldOf, Negation, TypedAction, TypedExpression
from madang.contract.valuetypes import Number


class Linear:
    """constant + Σ coefficient · atom. An atom is an expression that is not a sum, named by its own representation."""

    def __init__(self) -> None:
        self.constant = 0
        self.atoms: dict[str, tuple[int, int, int]] = {}

    def add(self, expression: TypedExpression, factor: int) -> None:
        """Add `factor` times the expression."""
        if isinstance(expression, Constant) and type(expression.value) is int:
            self.constant += factor * expression.value
        elif isinstance(expression, Negation):
            self.add(expression.operand, -factor)
        elif isinstance(expression, Arithmetic) and expression.operator in ("+", "-"):
            self.add(expression.left, factor)
            self.add(expression.right, factor if expression.operator == "+" else -factor)
        else:
            type_ = expression.type
            low, high = (type_.low, type_.high) if isinstance(type_, Number) else (INTEGER_LOW, INTEGER_HIGH)
            atom = repr(expression)
            factor += self.atoms[atom][0] if atom in self.atoms else 0
            if factor:
                self.atoms[atom] = (factor, low, high)
            else:
                self.atoms.pop(atom, None)

    def interval(self) -> tuple[int, int]:
        """The values that it can take, if the atoms were independent."""
        low = high = self.constant
        for factor, least, most in self.atoms.values():
            low += min(factor * least, factor * most)
            high += max(factor * least, factor * most)
        return low, high


class Balance(msgspec.Struct, frozen=True):
    """Postings to an account that sums a field, less the change of that field, in one action.

    `changes` holds (alias, is_new) of the records whose summed field the action sets. `low` and `high` bound the
    difference: it is always zero if both are, and never if zero is outside.
    """

    account: int
    changes: tuple[tuple[str, bool], ...]
    low: int
    high: int


def balances(kind: Kind, name: str, typed: TypedAction) -> list[Balance]:
    """One balance for each `sum` account that the action posts to or whose records it changes, in order of accounts."""
    action = next(action for action in kind.actions if action.name == name)
    subjects = {subject.alias: subject for subject in action.on}
    found = []
    for index, account in enumerate(kind.accounts):
        if account.sort != "sum":
            continue
        difference = Linear()
        posted = False
        for posting in typed.post:
            if index in (posting.source, posting.target):
                posted = True
                difference.add(posting.amount, 1 if posting.target == index else -1)
        changes = []
        for assignment in typed.set:
            subject = subjects[assignment.alias]
            if subject.type == account.record and assignment.field == account.field:
                changes.append((assignment.alias, subject.is_new))
                difference.add(assignment.value, -1)
                if not subject.is_new:
                    difference.add(FieldOf(assignment.alias, assignment.field, assignment.type), 1)
        if posted or changes:
            low, high = difference.interval()
            found.append(Balance(index, tuple(changes), low, high))
    return found
