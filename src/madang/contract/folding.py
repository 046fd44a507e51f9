"""What a programme's parameters decide beforehand: its expressions with those parts replaced by their values.

A kind that covers many programmes asks in each action for what most of them do not use; nobody should pay for that.
"""

from __future__ import annotations

import msgspec

from madang.contract.intervals import combine, quotient
from madang.contract.syntax import Value
from madang.contract.typed import (
    AllOf,
    AnyOf,
    Arithmetic,
    Calendar,
    Choice,
    Comparison,
    Constant,
    Contains,
    HasPrefix,
    Listed,
    Lookup,
    Negation,
    Not,
    ParameterOf,
    StartsWith,
    TypedExpression,
)
from madang.contract.valuetypes import BOOL, Number, Published, Type, Unit

Parameters = dict[str, Value | tuple[Value, ...]]


def fold(node: TypedExpression, parameters: Parameters) -> TypedExpression:
    """An expression of the same value for these parameters. Its interval is the same or narrower."""
    if isinstance(node, ParameterOf):
        value = parameters[node.name]
        if isinstance(value, tuple) or isinstance(node.type, Published):
            return node
        return _constant(value, node.type)
    if isinstance(node, (AllOf, AnyOf)):
        return _junction(node, parameters)
    if isinstance(node, Choice):
        condition = fold(node.condition, parameters)
        if isinstance(condition, Constant):
            return fold(node.then if condition.value else node.otherwise, parameters)
        return msgspec.structs.replace(
            node, condition=condition, then=fold(node.then, parameters), otherwise=fold(node.otherwise, parameters)
        )
    if isinstance(node, Not):
        operand = fold(node.operand, parameters)
        return Constant(not operand.value, BOOL) if isinstance(operand, Constant) else Not(operand, BOOL)
    if isinstance(node, Comparison):
        return _comparison(node, fold(node.left, parameters), fold(node.right, parameters))
    if isinstance(node, Arithmetic):
        return _arithmetic(node, fold(node.left, parameters), fold(node.right, parameters))
    if isinstance(node, (Negation, Calendar)):
        return msgspec.structs.replace(node, operand=fold(node.operand, parameters))
    if isinstance(node, (Contains, HasPrefix)) and not _items(node, parameters):
        return Constant(False, BOOL)
    if isinstance(node, (Contains, Listed)):
        return msgspec.structs.replace(node, value=fold(node.value, parameters))
    if isinstance(node, HasPrefix):
        return msgspec.structs.replace(node, text=fold(node.text, parameters))
    if isinstance(node, StartsWith):
        return StartsWith(fold(node.text, parameters), fold(node.prefix, parameters), BOOL)
    if isinstance(node, Lookup):
        return msgspec.structs.replace(node, keys=tuple([fold(key, parameters) for key in node.keys]))
    return node


def _constant(value: Value, type_: Type) -> Constant:
    if isinstance(type_, Number) and isinstance(value, int):
        return _number(value, type_.unit)
    return Constant(value, type_)


def _number(value: int, unit: Unit) -> Constant:
    return Constant(value, Number(unit, value, value))


def _items(node: Contains | HasPrefix, parameters: Parameters) -> object:
    found = node.list if isinstance(node, Contains) else node.prefixes
    return found.value if isinstance(found, Constant) else parameters[found.name]


def _junction(node: AllOf | AnyOf, parameters: Parameters) -> TypedExpression:
    decides = isinstance(node, AnyOf)
    operands = []
    for each in node.operands:
        operand = fold(each, parameters)
        if not isinstance(operand, Constant):
            operands.append(operand)
        elif operand.value is decides:
            return operand
    if not operands:
        return Constant(not decides, BOOL)
    if len(operands) == 1:
        return operands[0]
    return msgspec.structs.replace(node, operands=tuple(operands))


def _comparison(node: Comparison, left: TypedExpression, right: TypedExpression) -> TypedExpression:
    if not isinstance(left, Constant) or not isinstance(right, Constant):
        return Comparison(node.operator, left, right, BOOL)
    if node.operator in ("==", "!="):
        return Constant((left.value == right.value) is (node.operator == "=="), BOOL)
    if not isinstance(left.value, int) or not isinstance(right.value, int):
        return Comparison(node.operator, left, right, BOOL)
    less, same = left.value < right.value, left.value == right.value
    holds = {"<": less, "<=": less or same, ">": not less and not same, ">=": not less}[node.operator]
    return Constant(holds, BOOL)


def _arithmetic(node: Arithmetic, left: TypedExpression, right: TypedExpression) -> TypedExpression:
    a, b = left.type, right.type
    if isinstance(a, Number) and isinstance(b, Number):
        if isinstance(left, Constant) and isinstance(right, Constant):
            return _number(_calculate(node.operator, a.low, b.low), node.type.unit)
        low, high = combine(node.operator, (a.low, a.high), (b.low, b.high))
        return Arithmetic(node.operator, left, right, Number(node.type.unit, low, high))
    return Arithmetic(node.operator, left, right, node.type)


def _calculate(operator: str, left: int, right: int) -> int:
    if operator == "/":
        return quotient(left, right)
    if operator == "%":
        return left - right * quotient(left, right)
    low, _ = combine(operator, (left, left), (right, right))
    return low
