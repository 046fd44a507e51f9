"""Which parts of an action's expressions are written more than once, so that they are computed once."""

from __future__ import annotations

from collections.abc import Iterable

from madang.contract.typed import (
    Constant,
    FieldOf,
    FieldOfEach,
    Given,
    Now,
    ParameterOf,
    SumOf,
    TotalOf,
    TypedExpression,
    VersionOf,
)
from madang.contract.walk import parts

_LEAVES = (Constant, Now, Given, ParameterOf, FieldOf, FieldOfEach, TotalOf, SumOf, VersionOf)


def repeated(expressions: Iterable[TypedExpression]) -> frozenset[TypedExpression]:
    """The parts, leaves aside, that occur again where they are not inside a larger part that occurs again."""
    seen: set[TypedExpression] = set()
    again: set[TypedExpression] = set()

    def visit(expression: TypedExpression) -> None:
        if isinstance(expression, _LEAVES):
            return
        if expression in seen:
            again.add(expression)
            return
        seen.add(expression)
        for part in parts(expression):
            visit(part)

    for expression in expressions:
        visit(expression)
    return frozenset(again)
