"""From typed expressions to formulas over mathematical whole numbers.

Won, dates, times, months and plain numbers are whole numbers without bounds; the checker has shown that no intermediate
leaves 64 bits, so nothing is lost. Members of an enum are their places. An id is any number of its own, since ids are
only compared. Texts are in `texts`, calendars in `calendars`. A part of the language that is not translated here is
an error, never a guess.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import msgspec
import z3

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
    FieldOf,
    FieldOfEach,
    Given,
    HasPrefix,
    Listed,
    Lookup,
    Negation,
    Not,
    Now,
    ParameterOf,
    StartsWith,
    SumOf,
    TotalOf,
    TypedExpression,
    VersionOf,
)
from madang.contract.valuetypes import Bool, Enum, Number, Table, Text, Type
from madang.kernel.errors import MadangError
from madang.prover.calendars import Calendars
from madang.prover.publishedlists import PublishedLists
from madang.prover.texts import Texts

Term = Any
"""A term of the solver, whose Python interface has no types."""


class Scope(msgspec.Struct, frozen=True):
    """What the names of an expression stand for.

    `fields` are by alias and field (in an invariant by record type and field), `sums` by record type and field.
    `moment` tells one step of a run from another, since published lists may change in between.
    """

    parameters: Mapping[str, Value | tuple[Value, ...]]
    at: Term = None
    given: Mapping[str, Term] = msgspec.field(default_factory=dict)
    fields: Mapping[tuple[str, str], Term] = msgspec.field(default_factory=dict)
    totals: Mapping[str, Term] = msgspec.field(default_factory=dict)
    sums: Mapping[tuple[str, str], Term] = msgspec.field(default_factory=dict)
    moment: str = ""


class Encoder:
    """Translates expressions of one formula. `facts` are what must be assumed beside it.

    `exact` and `between` (two days since 1970-01-01) are about months: see `calendars`.
    """

    def __init__(self, named: tuple[str, ...], *, exact: bool, between: tuple[int, int] | None = None) -> None:
        self.texts = Texts(named)
        self.calendars = Calendars(exact=exact, between=between)
        self.lists = PublishedLists()

    def branch(self) -> Encoder:
        """An encoder of a longer formula: it knows what this one was asked about, and this one learns nothing of it."""
        branch = copy.copy(self)
        branch.texts = self.texts.branch()
        branch.calendars = self.calendars.branch()
        branch.lists = self.lists.branch()
        return branch

    def facts(self, *, searching: bool = False) -> list[Term]:
        """What holds of texts, calendars and published lists in this formula. See `Texts.facts`."""
        return [*self.texts.facts(searching=searching), *self.calendars.facts(), *self.lists.facts()]

    def unknown(self, name: str, type_: Type) -> Term:
        """A value of this type of which nothing else is known; `within` says what holds of every such value."""
        return z3.Bool(name) if isinstance(type_, Bool) else z3.Int(name)

    def within(self, term: Term, type_: Type) -> Term:
        """The value is one of its type, in its declared range."""
        if isinstance(type_, Number):
            return z3.And(term >= type_.low, term <= type_.high)
        if isinstance(type_, Enum):
            return z3.And(term >= 0, term < len(type_.members))
        if isinstance(type_, Text):
            return self.texts.is_text(term)
        return z3.BoolVal(True)

    def constant(self, value: Value, type_: Type) -> Term:
        """A value that is written in a document."""
        if isinstance(value, bool):
            return z3.BoolVal(value)
        if isinstance(value, int):
            return z3.IntVal(value)
        if isinstance(type_, Enum):
            return z3.IntVal(type_.members.index(value))
        if isinstance(type_, Text):
            return z3.IntVal(self.texts.place(value))
        raise _unknown("a constant", type(type_).__name__)

    def expression(self, node: TypedExpression, scope: Scope) -> Term:
        """The term of an expression. Raises `MadangError` (`prover.unknown_part`) for what it does not know."""
        match node:
            case Constant():
                return self.constant(_scalar(node.value), node.type)
            case ParameterOf():
                return self.constant(_scalar(scope.parameters[node.name]), node.type)
            case Now():
                return scope.at
            case Given():
                return scope.given[node.name]
            case FieldOf():
                return scope.fields[node.alias, node.field]
            case FieldOfEach():
                return scope.fields[node.record, node.field]
            case TotalOf():
                return scope.totals[node.account]
            case SumOf():
                return scope.sums[node.record, node.field]
            case Negation():
                return -self.expression(node.operand, scope)
            case Not():
                return z3.Not(self.expression(node.operand, scope))
            case AllOf():
                return z3.And([self.expression(operand, scope) for operand in node.operands])
            case AnyOf():
                return z3.Or([self.expression(operand, scope) for operand in node.operands])
            case Choice():
                parts = (node.condition, node.then, node.otherwise)
                return z3.If(*[self.expression(part, scope) for part in parts])
            case Comparison():
                return _compare(node.operator, self.expression(node.left, scope), self.expression(node.right, scope))
            case Arithmetic():
                return _calculate(node, self.expression(node.left, scope), self.expression(node.right, scope))
            case Calendar():
                return self.calendars.part(node, self.expression(node.operand, scope))
            case Lookup():
                return self._cell(node, scope)
            case Listed():
                value = self.expression(node.value, scope)
                name, is_text = str(scope.parameters[node.list.name]), isinstance(node.value.type, Text)
                return self.lists.holds(name, scope.moment, value, is_text=is_text)
            case VersionOf():
                return self.lists.version(str(scope.parameters[node.list.name]), scope.moment)
            case Contains() | HasPrefix() | StartsWith():
                return self._about_lists(node, scope)
            case _:
                raise _unknown("the part", type(node).__name__)

    def _cell(self, node: Lookup, scope: Scope) -> Term:
        """The cell by its number: choices between runs of equal cells."""
        table = node.table.type
        number: Term = 0
        for dimension, key in zip(table.by if isinstance(table, Table) else (), node.keys, strict=True):
            place = self.expression(key, scope) - (dimension.type.low if isinstance(dimension.type, Number) else 0)
            number = number * dimension.size() + place
        cells = _items(node.table, scope)
        value = self.constant(cells[-1], node.type)
        for place in range(len(cells) - 2, -1, -1):
            if cells[place] != cells[place + 1]:
                value = z3.If(number <= place, self.constant(cells[place], node.type), value)
        return value

    def _about_lists(self, node: Contains | HasPrefix | StartsWith, scope: Scope) -> Term:
        if isinstance(node, StartsWith):
            return self.texts.begins_with(self.expression(node.text, scope), self.expression(node.prefix, scope))
        if isinstance(node, HasPrefix):
            text = self.expression(node.text, scope)
            return self.texts.begins_with_one_of(text, [str(item) for item in _items(node.prefixes, scope)])
        value = self.expression(node.value, scope)
        items = _items(node.list, scope)
        if isinstance(node.value.type, Text):
            return self.texts.is_one_of(value, [str(item) for item in items])
        return z3.Or([value == self.constant(item, node.value.type) for item in items])


def _scalar(value: Value | tuple[Value, ...]) -> Value:
    if isinstance(value, tuple):
        raise _unknown("a list that stands", "alone")
    return value


def _items(node: Constant | ParameterOf, scope: Scope) -> tuple[Value, ...]:
    value = node.value if isinstance(node, Constant) else scope.parameters[node.name]
    return value if isinstance(value, tuple) else ()


def _compare(operator: str, left: Term, right: Term) -> Term:
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            raise _unknown("the comparison", operator)


def _calculate(node: Arithmetic, left: Term, right: Term) -> Term:
    match node.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "min":
            return z3.If(left <= right, left, right)
        case "max":
            return z3.If(left >= right, left, right)
        case "/":
            return _quotient(node, left, right)
        case "%":
            return left - right * _quotient(node, left, right)
        case _:
            raise _unknown("the operator", node.operator)


def _quotient(node: Arithmetic, left: Term, right: Term) -> Term:
    """Rounds towards zero; the solver's `/` rounds down for a divisor above zero, and up below it."""
    type_ = node.left.type
    if isinstance(type_, Number) and type_.low >= 0:
        return left / right
    return z3.If(left >= 0, left / right, -((-left) / right))


def _unknown(what: str, name: str) -> MadangError:
    return MadangError(
        "prover.unknown_part",
        f"The prover does not know {what} {name} of the language, so it proves nothing of this document. "
        "Use a prover that is as new as the document's language.",
    )
