"""A plain walk over the typed syntax: the same results and exceptions as the compiled function, by other means.

It shares no code with the generator, so that a mistake in one shows as a difference between the two.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

import msgspec

from madang.contract.checker import check_kind, check_programme
from madang.contract.checks import valid
from madang.contract.errors import OutOfRange, Refused, Unbalanced, Violated
from madang.contract.limits import WON_HIGH
from madang.contract.lists import NO_LISTS, Lists
from madang.contract.recordtypes import record_class
from madang.contract.syntax import Action, Kind, Programme, Value
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
    TypedExpression,
    TypedKind,
    TypedProgramme,
    VersionOf,
)
from madang.contract.valuetypes import TIME, VERSION, Number, Table
from madang.contract.walk import walk

_START: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def interpret(
    kind: Kind,
    programme: Programme,
    action: str,
    records: tuple[Any, ...],
    given: tuple[Any, ...],
    at: int,
    lists: Lists = NO_LISTS,
) -> tuple[tuple[Any, ...], tuple[tuple[int, int, int], ...]]:
    """What `compile(kind, programme).actions[action].run(records, given, at, lists)` returns or raises, slowly.

    `at` is in seconds since 1970-01-01T00:00:00Z. Raises `Refused`, `OutOfRange`, `Unbalanced` or `Violated`;
    `ContractError` if a document is not valid, and `KeyError` for an action that the kind does not have.
    """
    return Interpreter(kind, programme).run(action, records, given, at, lists)


class Interpreter:
    """A kind and programme that were checked once, for many runs. See `interpret`."""

    def __init__(self, kind: Kind, programme: Programme) -> None:
        self.kind = kind
        self.typed = check_kind(kind)
        self.programme = check_programme(programme, kind)
        self.actions = {action.name: action for action in kind.actions}

    def run(
        self, action: str, records: tuple[Any, ...], given: tuple[Any, ...], at: int, lists: Lists = NO_LISTS
    ) -> tuple[tuple[Any, ...], tuple[tuple[int, int, int], ...]]:
        """Run one action; arguments, result and exceptions are those of `Action.run`."""
        return _Machine(self.kind, self.typed, self.programme, self.actions[action], lists).run(records, given, at)


class _Machine:
    def __init__(self, kind: Kind, typed: TypedKind, programme: TypedProgramme, action: Action, lists: Lists) -> None:
        self.kind = kind
        self.typed = typed
        self.programme = programme
        self.action = action
        self.lists = lists
        self.types = {record.name: record for record in (*kind.records, *kind.facts)}
        self.facts = [fact.name for fact in kind.facts]
        self.before: dict[str, Any] = {}
        self.given: dict[str, Any] = {}
        self.now = 0
        self.each: dict[str, Any] = {}

    def run(
        self, records: tuple[Any, ...], given: tuple[Any, ...], at: int
    ) -> tuple[tuple[Any, ...], tuple[tuple[int, int, int], ...]]:
        action = self.action
        typed = self.typed.actions[action.name]
        if len(records) != len(action.on) or len(given) != len(action.given):
            raise ValueError("records and given have the lengths that the action declares")
        self.before = {subject.alias: record for subject, record in zip(action.on, records, strict=True)}
        self.given = {field.name: value for field, value in zip(action.given, given, strict=True)}
        self.now = at
        clauses = [*typed.require, *self.programme.require.get(action.name, ())]

        for field in action.given:
            if not valid(self.given[field.name], field.type):
                raise OutOfRange(action.name, field.name)
        if not valid(at, TIME):
            raise OutOfRange(action.name, "at")
        used = [clause.when for clause in clauses]
        used += [assignment.value for assignment in typed.set] + [posting.amount for posting in typed.post]
        for subject in action.on:
            if subject.type in self.facts:
                for field in self.types[subject.type].fields:
                    wanted = FieldOf(subject.alias, field.name, field.type)
                    read = any(wanted in list(walk(expression)) for expression in used)
                    if read and not valid(getattr(self.before[subject.alias], field.name), field.type):
                        raise OutOfRange(action.name, f"{subject.alias}.{field.name}")

        self.check_versions(used)
        for clause in clauses:
            if self.evaluate(clause.when) is not True:
                raise Refused(action.name, clause.name, clause.words)

        written: dict[str, dict[str, Any]] = {}
        for assignment in typed.set:
            written.setdefault(assignment.alias, {})[assignment.field] = self.evaluate(assignment.value)
        postings = [(each.source, each.target, self.evaluate(each.amount)) for each in typed.post]
        for assignment in typed.set:
            value = written[assignment.alias][assignment.field]
            if isinstance(assignment.type, Number) and not valid(value, assignment.type):
                raise OutOfRange(action.name, f"{assignment.alias}.{assignment.field}")
        for number, posting in enumerate(postings, start=1):
            if posting[2] < 0 or posting[2] > WON_HIGH:
                raise OutOfRange(action.name, f"post {number}")

        after = {}
        for subject in action.on:
            if subject.alias in written:
                record = self.types[subject.type]
                old = self.before[subject.alias]
                values = {} if subject.is_new else {name: getattr(old, name) for name in old.__struct_fields__}
                values.update(written[subject.alias])
                after[subject.alias] = record_class(record)(**values)
        self.balance(postings, after)
        for subject in action.on:
            if subject.alias in after:
                for invariant in self.typed.invariants:
                    self.each = {subject.type: after[subject.alias]}
                    if invariant.local and invariant.record == subject.type and not self.evaluate(invariant.holds):
                        raise Violated(action.name, invariant.name, subject.alias)
        return tuple(after.values()), tuple(postings)

    def check_versions(self, used: list[TypedExpression]) -> None:
        for part in [part for expression in used for part in walk(expression)]:
            if isinstance(part, VersionOf) and not valid(self.evaluate(part), VERSION):
                raise OutOfRange(self.action.name, f"version({part.list.name})")

    def balance(self, postings: list[tuple[int, int, int]], after: dict[str, msgspec.Struct]) -> None:
        types = {subject.alias: subject for subject in self.action.on}
        for index, account in enumerate(self.kind.accounts):
            if account.sort != "sum":
                continue
            posted = sum(amount for _, target, amount in postings if target == index)
            posted -= sum(amount for source, _, amount in postings if source == index)
            changed = 0
            for alias, record in after.items():
                if types[alias].type == account.record:
                    old = 0 if types[alias].is_new else getattr(self.before[alias], account.field)
                    changed += getattr(record, account.field) - old
            if posted != changed:
                raise Unbalanced(self.action.name, account.name)

    def items(self, node: Constant | ParameterOf) -> tuple[Value, ...]:
        value = self.evaluate(node)
        return value if isinstance(value, tuple) else ()

    def cell(self, node: Lookup) -> Value:
        """By the number of the cell, as `typed.Lookup` defines it."""
        table = node.table.type
        number = 0
        for dimension, key in zip(table.by if isinstance(table, Table) else (), node.keys, strict=True):
            type_, value = dimension.type, self.evaluate(key)
            place = value - type_.low if isinstance(type_, Number) else type_.members.index(value)
            number = number * dimension.size() + place
        return self.items(node.table)[number]

    def evaluate(self, node: TypedExpression) -> Any:
        """The value of an expression. Every part is total, so the order of evaluation does not show."""
        match node:
            case Constant():
                return node.value
            case Now():
                return self.now
            case Given():
                return self.given[node.name]
            case ParameterOf():
                return self.programme.parameters[node.name]
            case FieldOf():
                return getattr(self.before[node.alias], node.field)
            case FieldOfEach():
                return getattr(self.each[node.record], node.field)
            case AllOf():
                return all(self.evaluate(operand) for operand in node.operands)
            case AnyOf():
                return any(self.evaluate(operand) for operand in node.operands)
            case Not():
                return not self.evaluate(node.operand)
            case Choice():
                return self.evaluate(node.then if self.evaluate(node.condition) else node.otherwise)
            case Negation():
                return -self.evaluate(node.operand)
            case Comparison():
                return _compare(node.operator, self.evaluate(node.left), self.evaluate(node.right))
            case Arithmetic():
                return _calculate(node.operator, self.evaluate(node.left), self.evaluate(node.right))
            case Calendar():
                return _calendar(node, self.evaluate(node.operand))
            case Contains():
                value = self.evaluate(node.value)
                return any(item == value for item in self.items(node.list))
            case StartsWith():
                prefix = self.evaluate(node.prefix)
                return self.evaluate(node.text)[: len(prefix)] == prefix
            case HasPrefix():
                text = self.evaluate(node.text)
                return any(text.startswith(prefix) for prefix in self.items(node.prefixes) if isinstance(prefix, str))
            case Lookup():
                return self.cell(node)
            case Listed():
                return self.lists.holds(self.evaluate(node.list), self.evaluate(node.value)) is True
            case VersionOf():
                return self.lists.version(self.evaluate(node.list))
            case _:
                raise KeyError("totals are not known to one action")


def _compare(operator: str, left: Any, right: Any) -> bool:
    result: bool
    match operator:
        case "==":
            result = left == right
        case "!=":
            result = left != right
        case "<":
            result = left < right
        case "<=":
            result = left <= right
        case ">":
            result = left > right
        case _:
            result = left >= right
    return result


def _calculate(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "min":
            return left if left <= right else right
        case "max":
            return left if left >= right else right
    whole, rest = divmod(left, right)
    if rest != 0 and (left < 0) != (right < 0):
        whole, rest = whole + 1, rest - right
    return whole if operator == "/" else rest


def _calendar(node: Calendar, value: int) -> int:
    """Korean time, in the proleptic Gregorian calendar of the standard library."""
    type_ = node.operand.type
    if isinstance(type_, Number) and type_.unit == "date":
        moment = _START + datetime.timedelta(days=value)
    else:
        moment = _START + datetime.timedelta(hours=9, seconds=value)
    match node.function:
        case "day":
            return (moment - _START).days
        case "hour":
            return moment.hour
        case "weekday":
            return moment.isoweekday()
        case "month":
            return (moment.year - 1970) * 12 + moment.month - 1
        case _:
            return moment.month
