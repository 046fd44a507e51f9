"""From the syntax of expressions to phrases: names become labels, numbers get units, idioms are recognised.

Every node and every function of the language is known here; one that is not raises `TypeError`, since a rule that is
shown in part is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from madang.contract.syntax import (
    Action,
    Binary,
    BoolLiteral,
    Call,
    Conditional,
    Expression,
    Index,
    IntLiteral,
    Items,
    Junction,
    Kind,
    Member,
    Name,
    Programme,
    TextLiteral,
    Unary,
)
from madang.contract.syntax import Value as Written
from madang.contract.valuetypes import TIME, Bool, Declared, Enum, Id, List, Number, Published, Table, Text
from madang.presentation import phrases as say
from madang.presentation.labels import Glossary, Label, find
from madang.presentation.phrases import Condition, Value

_OPPOSITE: Final[dict[str, say.Order]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED: Final[dict[str, say.Order]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CALENDAR: Final = {
    "day": "date",
    "hour": "hour",
    "month": "month",
    "month_of_year": "month_of_year",
    "weekday": "weekday",
}
_MOMENTS: Final = ("date", "time", "month")
_DAY: Final = 86_400
_NOW: Final = Label(ko="현재 시각", en="the present time")


class Reader:
    """Reads the expressions of one action, or (with none) of invariants. `values` are those of the parameters."""

    def __init__(
        self,
        glossary: Glossary,
        kind: Kind,
        programme: Programme | None = None,
        action: Action | None = None,
        values: Mapping[str, Written | tuple[Written, ...]] | None = None,
    ) -> None:
        self.glossary = glossary
        self.action = "" if action is None else action.name
        self.programme = "" if programme is None else programme.programme
        self.values = values or {}
        self.parameters: dict[str, Declared] = {one.name: one.type for one in kind.parameters}
        if programme is not None:
            self.parameters.update({one.name: one.declared for one in programme.parameters if one.declared is not None})
        self.types = {one.name: one for one in (*kind.records, *kind.facts)}
        self.given = {} if action is None else {one.name: one.type for one in action.given}
        self.owners = {one.name: one.name for one in kind.records}
        self.accounts = {one.name for one in kind.accounts} if action is None else set()
        self.twice: set[str] = set()
        if action is not None:
            self.owners = {one.alias: one.type for one in action.on}
            types = [one.type for one in action.on]
            self.twice = {one.alias for one in action.on if types.count(one.type) > 1}

    # ---- names

    def field(self, owner: str, field: str) -> Label:
        """What a field of a record is called."""
        type_ = self.owners.get(owner, owner)
        known = self.glossary.fields.get(f"{type_}.{field}")
        if known is None:
            of, what = find(self.glossary.records, type_), find(self.glossary.fields, field)
            known = Label(ko=f"{of.ko}의 {what.ko}", en=f"{what.en} of {of.en}")
        if owner not in self.twice:
            return known
        which = find(self.glossary.values, f"{self.action}.{owner}")
        return Label(ko=f"{known.ko}({which.ko})", en=f"{known.en} ({which.en})")

    def label(self, name: str) -> Label:
        """What a given value or parameter is called."""
        if name == "at":
            return _NOW
        if name in self.accounts:
            return find(self.glossary.accounts, name)
        return find(self.glossary.values, f"{self.action}.{name}", f"{self.programme}.{name}", name)

    def dimension(self, table: str, name: str) -> Label:
        """What a dimension of a table is called."""
        return find(self.glossary.values, f"{table}.{name}", name)

    def type(self, name: str) -> Declared | None:
        """The type of a bare name; None for an account."""
        if name == "at":
            return TIME
        return self.given.get(name) or self.parameters.get(name)

    def written(self, value: Written, type_: Declared | None) -> Value:
        """A value as a document holds it."""
        if isinstance(type_, Bool):
            return say.Truth(bool(value))
        if isinstance(type_, Number) or type(value) is int:
            return say.Amount(cast(int, value), type_.unit if isinstance(type_, Number) else "int")
        if isinstance(type_, Enum):
            return self.member(str(value))
        return say.Quoted(Label(ko=str(value), en=str(value)))

    def member(self, name: str) -> say.Quoted:
        return say.Quoted(find(self.glossary.members, name))

    def named(self, name: str) -> Value:
        """A bare name, with its value where the programme fixes it."""
        type_ = self.parameters.get(name)
        value = self.values.get(name)
        if name in self.given or value is None or isinstance(value, tuple) or type_ is None:
            return say.Named(self.label(name))
        return say.Named(self.label(name), self.written(value, type_))

    # ---- what a value counts

    def sort(self, expression: Expression) -> str | Enum | None:
        """The unit of an expression, the enum that it is of, or None for a bare number and for texts."""
        match expression:
            case Name():
                return _sort(self.type(expression.name)) if expression.name not in self.accounts else "won"
            case Member():
                return self.sort_of_field(expression.owner, expression.field)
            case Index():
                table = self.parameters.get(expression.table)
                return _sort(table.of) if isinstance(table, Table) else None
            case Conditional():
                return self.sort(expression.then) or self.sort(expression.otherwise)
            case Call() if expression.function in _CALENDAR:
                return _CALENDAR[expression.function]
            case Call() if expression.function in ("min", "max"):
                return next((found for one in expression.arguments if (found := self.sort(one))), None)
            case Call():
                return "won" if expression.function == "sum" else "int" if expression.function == "version" else None
            case Unary(operator="-"):
                return _calculated(self.sort(expression.operand))
            case Binary():
                return self.sort_of_two(expression)
            case _:
                return None

    def sort_of_field(self, owner: str, field: str) -> str | Enum | None:
        """The unit of a field of a record or fact, or the enum that it is of."""
        record = self.types.get(self.owners.get(owner, ""))
        return next((_sort(one.type) for one in record.fields if one.name == field), None) if record else None

    def sort_of_two(self, expression: Binary) -> str | Enum | None:
        left, right = self.sort(expression.left), self.sort(expression.right)
        if expression.operator == "-" and left == right and left in _MOMENTS:
            return {"date": "days", "time": "seconds"}.get(str(left), "int")
        if expression.operator in ("+", "-"):
            return next((one for one in (left, right) if one in _MOMENTS), _calculated(left or right))
        if expression.operator == "/" and left == right == "won":
            return "int"
        if expression.operator in ("*", "/", "%"):
            return "won" if "won" in (left, right) else _calculated(left or right)
        return None

    # ---- values

    def value(self, expression: Expression, sort: str | Enum | None = None) -> Value:
        """What an expression gives. `sort` is what is expected here, for literals."""
        match expression:
            case IntLiteral():
                return say.Amount(expression.value, sort if isinstance(sort, str) else "int")
            case TextLiteral():
                text = expression.value
                return self.member(text) if isinstance(sort, Enum) else say.Quoted(Label(ko=text, en=text))
            case BoolLiteral():
                return say.Truth(expression.value)
            case Name():
                return self.named(expression.name)
            case Member():
                return say.Named(self.field(expression.owner, expression.field))
            case Items():
                return say.Listing(tuple([self.value(one, sort) for one in expression.items]))
            case Index():
                return self.cell(expression)
            case Conditional():
                return self.choice(expression, sort)
            case Unary(operator="-"):
                return say.Negative(self.value(expression.operand, sort))
            case Binary(operator="+" | "-" | "*" | "/" | "%"):
                return self.arithmetic(expression, sort)
            case Call() if expression.function in ("has_prefix", "starts_with", "listed"):
                return say.Whether(self.condition(expression))
            case Call():
                return self.call(expression, sort)
            case Junction() | Binary() | Unary():
                return say.Whether(self.condition(expression))
            case _:
                raise TypeError(f"{type(expression).__name__} can't be said yet")

    def cell(self, expression: Index) -> Value:
        table = self.parameters.get(expression.table)
        dimensions = table.by if isinstance(table, Table) else ()
        keys = [
            (self.dimension(expression.table, dimension.name), self.value(key, _sort(dimension.type)))
            for dimension, key in zip(dimensions, expression.keys, strict=False)
        ]
        return say.Cell(say.Named(self.label(expression.table)), tuple(keys))

    def choice(self, expression: Conditional, sort: str | Enum | None) -> Value:
        condition, otherwise = expression.condition, expression.otherwise
        period = _period(condition) if otherwise == IntLiteral(value=0) else None
        if period is not None and isinstance(condition, Binary):
            return say.Counter(self.value(expression.then, sort), self.value(condition.left), period)
        inner = sort or self.sort(expression)
        then, other = self.value(expression.then, inner), self.value(otherwise, inner)
        return say.Choice(self.condition(condition), then, other)

    def call(self, expression: Call, sort: str | Enum | None) -> Value:
        arguments = expression.arguments
        if expression.function in _CALENDAR:
            of = arguments[0]
            return say.Part(expression.function, self.value(of), isinstance(of, Name) and of.name == "at")
        if expression.function in ("min", "max"):
            inner = sort or self.sort(expression)
            return say.Extreme(expression.function == "max", tuple([self.value(one, inner) for one in arguments]))
        if expression.function == "version":
            return say.Version(self.value(arguments[0]))
        if expression.function == "sum" and isinstance(arguments[0], Member):
            return say.SumOfAll(self.field(arguments[0].owner, arguments[0].field))
        raise TypeError(f"{expression.function}() can't be said yet")

    def arithmetic(self, expression: Binary, sort: str | Enum | None) -> Value:
        left, right = expression.left, expression.right
        match expression.operator:
            case "+" | "-":
                return self.sum(expression, sort)
            case "*":
                if sort == "seconds" and right == IntLiteral(value=_DAY):
                    return say.Days(self.value(left, "int"))
                return say.Product(self.value(left), self.value(right))
            case "/":
                if isinstance(left, Binary) and left.operator == "*" and right == IntLiteral(value=100):
                    return say.Percent(self.value(left.right), self.value(left.left), cut=True)
                return say.Quotient(self.value(left, sort), self.value(right))
            case _:
                return say.Remainder(self.value(left, sort), self.value(right))

    def sum(self, expression: Binary, sort: str | Enum | None) -> Value:
        left, right = expression.left, expression.right
        sorts = self.sort(left), self.sort(right)
        minus = expression.operator == "-"
        if minus and sorts[0] == sorts[1] and sorts[0] in _MOMENTS:
            return say.Elapsed(self.value(right), self.value(left))
        for moment, length, unit in ((left, right, sorts[0]), (right, left, sorts[1])):
            if unit in _MOMENTS:
                counted = {"time": "seconds", "date": "days"}.get(str(unit), "months")
                return say.Shifted(self.value(moment), self.value(length, counted), str(unit), minus)
        inner = sort or _calculated(sorts[0] or sorts[1])
        whole, part = self.value(left, inner), self.value(right, inner)
        if minus:
            if isinstance(whole, say.Difference):
                return say.Difference(whole.whole, (*whole.parts, part))
            return say.Difference(whole, (part,))
        return say.Sum((*whole.parts, part)) if isinstance(whole, say.Sum) else say.Sum((whole, part))

    # ---- conditions

    def condition(self, expression: Expression, negated: bool = False) -> Condition:
        """What an expression demands, or (`negated`) its opposite."""
        match expression:
            case BoolLiteral():
                return say.Always(expression.value is not negated)
            case Unary(operator="!"):
                return self.condition(expression.operand, not negated)
            case Junction():
                return self.junction(expression, negated)
            case Conditional():
                condition, otherwise = expression.condition, expression.otherwise
                then = self.condition(expression.then, negated)
                return say.Depends(self.condition(condition), then, self.condition(otherwise, negated))
            case Binary(operator="in"):
                sort = self.sort(expression.left)
                return say.OneOf(self.value(expression.left), self.value(expression.right, sort), negated)
            case Binary(operator="==" | "!=" | "<" | "<=" | ">" | ">="):
                return self.comparison(expression, negated)
            case Call(function="has_prefix" | "starts_with"):
                text, prefix = expression.arguments
                several = expression.function == "has_prefix"
                return say.Begins(self.value(text), self.value(prefix), several, negated)
            case Call(function="listed"):
                value, names = expression.arguments
                return say.Listed(self.value(value), self.value(names), negated)
            case Name() | Member() | Index():
                return say.Flag(self.value(expression), negated)
            case _:
                raise TypeError(f"{type(expression).__name__} can't be said as a condition yet")

    def junction(self, expression: Junction, negated: bool) -> Condition:
        if expression.operator == "||" and not negated:
            found = _alternatives(expression)
            if found is not None:
                member, literals = found
                listed = say.Listing(tuple([self.value(one, self.sort(member)) for one in literals]))
                return say.OneOf(self.value(member), listed, negated=False)
        parts = tuple([self.condition(one, negated) for one in expression.operands])
        return say.Every(parts) if (expression.operator == "&&") is not negated else say.Some(parts)

    def comparison(self, expression: Binary, negated: bool) -> Condition:
        left, right = expression.left, expression.right
        operator: str = expression.operator
        if self.weight(right) > self.weight(left):
            left, right = right, left
            operator = _MIRRORED.get(operator, operator)
        sorts = self.sort(left), self.sort(right)
        sort = "seconds" if "seconds" in sorts else sorts[0] or sorts[1]
        values = self.share(left, right) or (self.value(left, sort), self.value(right, sort))
        if operator in ("==", "!="):
            return say.Same(*values, (operator == "!=") is not negated)
        order = _OPPOSITE[operator] if negated else cast(say.Order, operator)
        return say.Compare(order, *values, moments=sort in _MOMENTS)

    def share(self, left: Expression, right: Expression) -> tuple[Value, Value] | None:
        """`a * 100` beside `b * c` says that a is c percent of b."""
        for hundredth, other, turned in ((left, right, False), (right, left, True)):
            if not (isinstance(hundredth, Binary) and isinstance(other, Binary)):
                continue
            if hundredth.operator == other.operator == "*" and hundredth.right == IntLiteral(value=100):
                part = self.value(hundredth.left)
                whole = say.Percent(self.value(other.right), self.value(other.left), cut=False)
                return (whole, part) if turned else (part, whole)
        return None

    def weight(self, expression: Expression) -> int:
        """What a sentence is about rather: the present, then records, then what was given, then fixed values."""
        match expression:
            case Name(name="at"):
                return 4
            case Member():
                return 3
            case Name():
                return 4 if expression.name in self.accounts else 2 if expression.name in self.given else 1
            case Binary():
                return max(self.weight(expression.left), self.weight(expression.right))
            case Conditional():
                return max(self.weight(expression.then), self.weight(expression.otherwise))
            case Unary():
                return self.weight(expression.operand)
            case Call():
                return max((self.weight(one) for one in expression.arguments), default=0)
            case Index():
                return 1
            case _:
                return 0


def _sort(type_: Declared | None) -> str | Enum | None:
    """The unit or enum of a declared type."""
    match type_:
        case Number():
            return type_.unit
        case Enum():
            return type_
        case Bool() | Text() | Id() | List() | Table() | Published() | None:
            return None


def _period(condition: Expression) -> say.Period | None:
    """The period of a counter that begins anew: of `a.day == day(at)`, the day."""
    match condition:
        case Binary(operator="==", left=Member(), right=Call(function="day", arguments=(Name(name="at"),))):
            return "day"
        case Binary(operator="==", left=Member(), right=Call(function="month", arguments=(Name(name="at"),))):
            return "month"
    return None


def _calculated(sort: str | Enum | None) -> str | Enum | None:
    """What is calculated from hours or weekdays is a number like others."""
    return "int" if sort in ("hour", "weekday", "month_of_year") else sort


def _alternatives(expression: Junction) -> tuple[Expression, list[Expression]] | None:
    """`x == "a" || x == "b"` says that x is one of these."""
    members: list[Expression] = []
    literals: list[Expression] = []
    for operand in expression.operands:
        if (
            not isinstance(operand, Binary)
            or operand.operator != "=="
            or not isinstance(operand.right, TextLiteral | IntLiteral)
        ):
            return None
        if members and operand.left != members[0]:
            return None
        members.append(operand.left)
        literals.append(operand.right)
    return members[0], literals
