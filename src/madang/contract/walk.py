"""All parts of a typed expression."""

from __future__ import annotations

from collections.abc import Iterator

from madang.contract.typed import (
    AllOf,
    AnyOf,
    Arithmetic,
    Calendar,
    Choice,
    Comparison,
    Contains,
    HasPrefix,
    Listed,
    Lookup,
    Negation,
    Not,
    StartsWith,
    TypedExpression,
    VersionOf,
)


def parts(expression: TypedExpression) -> tuple[TypedExpression, ...]:
    """The direct parts, in written order."""
    if isinstance(expression, (AllOf, AnyOf)):
        return expression.operands
    if isinstance(expression, (Arithmetic, Comparison)):
        return (expression.left, expression.right)
    if isinstance(expression, (Negation, Not, Calendar)):
        return (expression.operand,)
    if isinstance(expression, Choice):
        return (expression.condition, expression.then, expression.otherwise)
    if isinstance(expression, Contains):
        return (expression.value, expression.list)
    if isinstance(expression, HasPrefix):
        return (expression.text, expression.prefixes)
    if isinstance(expression, StartsWith):
        return (expression.text, expression.prefix)
    if isinstance(expression, Lookup):
        return (expression.table, *expression.keys)
    if isinstance(expression, Listed):
        return (expression.value, expression.list)
    if isinstance(expression, VersionOf):
        return (expression.list,)
    return ()


def walk(expression: TypedExpression) -> Iterator[TypedExpression]:
    """The expression and everything in it, outside first."""
    yield expression
    for part in parts(expression):
        yield from walk(part)
