"""Typing one expression: names resolved, units and intervals computed, everything else refused."""

from __future__ import annotations

from typing import Final

from madang.contract import lookups
from madang.contract.intervals import combine
from madang.contract.limits import (
    DATE_HIGH,
    EXPRESSION_DEPTH,
    EXPRESSION_NODES,
    INTEGER_HIGH,
    INTEGER_LOW,
    LANGUAGE,
    LIST_ITEMS,
    OPERANDS,
    TIME_HIGH,
)
from madang.contract.names import functions, is_text, near
from madang.contract.problems import Problems
from madang.contract.scope import TOTAL, Scope
from madang.contract.syntax import (
    Binary,
    BoolLiteral,
    Broken,
    Call,
    Conditional,
    Expression,
    Index,
    IntLiteral,
    Items,
    Junction,
    Member,
    Name,
    TextLiteral,
    Unary,
    Value,
)
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
    Negation,
    Not,
    Now,
    ParameterOf,
    StartsWith,
    SumOf,
    TotalOf,
    TypedExpression,
)
from madang.contract.units import UNIT_ADVICE, conversion, fits, joint, unit_of
from madang.contract.valuetypes import (
    BOOL,
    DATE,
    MONTH,
    TEXT,
    TIME,
    UNKNOWN,
    Bool,
    Enum,
    Id,
    List,
    Number,
    Published,
    Table,
    Text,
    Type,
    Unit,
    Unknown,
    describe,
)

_WRONG: Final = Constant(0, UNKNOWN)
_ARGUMENTS: Final = {
    "day": ("time",),
    "hour": ("time",),
    "weekday": ("time or date",),
    "month": ("time or date",),
    "month_of_year": ("time or date",),
    "min": ("number", "number"),
    "max": ("number", "number"),
    "starts_with": ("text", "prefix"),
    "has_prefix": ("text", "list"),
    "sum": ("record.field",),
    "listed": ("text or id", "list"),
    "version": ("list",),
}
_CALENDAR_TYPES: Final = {
    "day": DATE,
    "hour": Number("int", 0, 23),
    "weekday": Number("int", 1, 7),
    "month": MONTH,
    "month_of_year": Number("int", 1, 12),
}
_CALENDAR_HIGH: Final = {"time": TIME_HIGH, "date": DATE_HIGH}


def infer(expression: Expression, scope: Scope, problems: Problems, expected: Type | None = None) -> TypedExpression:
    """The typed expression. Problems are reported; what is wrong gets the unknown type, which fits everything.

    `expected` decides whether a text is a member of an enum. It is not enforced: the caller says what must fit.
    """
    return _Inference(scope, problems).infer(expression, expected, 1)


class _Inference:
    def __init__(self, scope: Scope, problems: Problems) -> None:
        self.scope = scope
        self.problems = problems
        self.nodes = 0

    def wrong(self, at: Expression | Broken, code: str, message: str, instead: str) -> Constant:
        self.problems.add(at.position, code, message, instead)
        return _WRONG

    def infer(self, node: Expression | Broken, expected: Type | None, depth: int) -> TypedExpression:
        self.nodes += 1
        if depth > EXPRESSION_DEPTH:
            return self.wrong(
                node, "too-deep", "The expression is nested too deeply.", f"at most {EXPRESSION_DEPTH} levels"
            )
        if self.nodes > EXPRESSION_NODES:
            return self.wrong(node, "too-large", "The expression has too many parts.", f"at most {EXPRESSION_NODES}")
        if isinstance(node, BoolLiteral):
            return Constant(node.value, BOOL)
        if isinstance(node, IntLiteral):
            return Constant(node.value, Number("literal", node.value, node.value))
        if isinstance(node, TextLiteral):
            return self.text(node, expected)
        if isinstance(node, Name):
            return self.name(node, expected)
        if isinstance(node, Member):
            return self.member(node)
        if isinstance(node, Unary):
            return self.unary(node, depth)
        if isinstance(node, Junction):
            return self.junction(node, depth)
        if isinstance(node, Conditional):
            return self.conditional(node, expected, depth)
        if isinstance(node, Binary):
            return self.binary(node, depth)
        if isinstance(node, Call):
            return self.call(node, depth)
        if isinstance(node, Index):
            return lookups.lookup(self, node, depth)
        if isinstance(node, Items):
            return self.wrong(
                node,
                "type-mismatch",
                "A list stands after `in` and in has_prefix only.",
                "x in [..], has_prefix(x, [..])",
            )
        return _WRONG  # a text that was not parsed, already reported

    # ---- leaves

    def text(self, node: TextLiteral, expected: Type | None) -> TypedExpression:
        if not is_text(node.value):
            return self.wrong(node, "bad-value", "A text has 1 to 128 characters, none of them invisible.", '"26"')
        if isinstance(expected, Enum):
            if node.value not in expected.members:
                return self.wrong(
                    node,
                    "unknown-member",
                    f"`{node.value}` is not among the possible values.",
                    near(node.value, expected.members),
                )
            return Constant(node.value, expected)
        if isinstance(expected, Id):
            return self.wrong(
                node, "type-mismatch", "An id is opaque and compared with ids only.", "a field of type text"
            )
        return Constant(node.value, TEXT)

    def name(self, node: Name, expected: Type | None) -> TypedExpression:
        scope, name = self.scope, node.name
        if name in scope.given:
            return Given(name, scope.given[name])
        if name in scope.parameters:
            type_ = scope.parameters[name]
            if isinstance(type_, (Table, Published)):
                return self.wrong(node, "type-mismatch", f"`{name}` is {describe(type_)}.", lookups.advice(name, type_))
            return ParameterOf(name, type_)
        if name in scope.accounts:
            return TotalOf(name, scope.accounts[name])
        if name == "at":
            if scope.has_time:
                return Now(TIME)
            return self.wrong(node, "unknown-name", "An invariant holds at all times and can't read `at`.", "a field")
        if name in scope.owners:
            fields = scope.owners[name].fields or {}
            return self.wrong(
                node, "unknown-name", f"`{name}` is a record, not a value.", f"{name}.{next(iter(fields), 'field')}"
            )
        if isinstance(expected, Enum) and name in expected.members:
            return self.wrong(node, "unknown-name", f"`{name}` is a text and stands in quotes.", f'"{name}"')
        known = [*scope.given, *scope.parameters, *scope.accounts, *scope.owners]
        if scope.has_time:
            known.append("at")
        return self.wrong(node, "unknown-name", f"Nothing here is called `{name}`.", near(name, known))

    def member(self, node: Member) -> TypedExpression:
        owner = self.scope.owners.get(node.owner)
        if owner is None:
            return self.wrong(
                node, "unknown-name", f"No record here is called `{node.owner}`.", near(node.owner, self.scope.owners)
            )
        if owner.fields is None:
            return _WRONG
        type_ = owner.fields.get(node.field)
        if type_ is None:
            return self.wrong(
                node, "unknown-field", f"`{node.owner}` has no field `{node.field}`.", near(node.field, owner.fields)
            )
        if owner.is_new:
            return self.wrong(
                node, "reads-new-record", f"`{node.owner}` is new: it has no values before the action.", "a given value"
            )
        if self.scope.has_time:
            return FieldOf(node.owner, node.field, type_)
        return FieldOfEach(node.owner, node.field, type_)

    # ---- logic

    def boolean(self, node: Expression, depth: int, what: str) -> TypedExpression:
        typed = self.infer(node, BOOL, depth)
        if not fits(typed.type, BOOL):
            return self.wrong(
                node, "not-boolean", f"{what} is {describe(typed.type)}, not true or false.", "a comparison"
            )
        return typed

    def unary(self, node: Unary, depth: int) -> TypedExpression:
        if node.operator == "!":
            return Not(self.boolean(node.operand, depth + 1, "The operand of !"), BOOL)
        operand = self.infer(node.operand, None, depth + 1)
        if isinstance(operand.type, Unknown):
            return _WRONG
        if not isinstance(operand.type, Number) or operand.type.unit not in ("won", "int", "literal"):
            return self.wrong(node, "type-mismatch", f"There is no minus of {describe(operand.type)}.", "a number")
        type_ = Number(operand.type.unit, -operand.type.high, -operand.type.low)
        return Negation(operand, type_) if self.bounded(node, type_) else _WRONG

    def junction(self, node: Junction, depth: int) -> TypedExpression:
        if not 2 <= len(node.operands) <= OPERANDS:
            return self.wrong(node, "too-large", f"{node.operator} has 2 to {OPERANDS} operands.", "several clauses")
        operands = tuple(
            [self.boolean(operand, depth + 1, f"An operand of {node.operator}") for operand in node.operands]
        )
        return AllOf(operands, BOOL) if node.operator == "&&" else AnyOf(operands, BOOL)

    def conditional(self, node: Conditional, expected: Type | None, depth: int) -> TypedExpression:
        condition = self.boolean(node.condition, depth + 1, "What stands before ?")
        then, otherwise = self.pair(node.then, node.otherwise, expected, depth + 1)
        if isinstance(then.type, Unknown) or isinstance(otherwise.type, Unknown):
            return _WRONG
        if not fits(then.type, otherwise.type):
            return self.wrong(
                node,
                "type-mismatch",
                f"The two values differ in type: {describe(then.type)} and {describe(otherwise.type)}.",
                "two values of one type",
            )
        type_: Type = then.type
        if isinstance(then.type, Number) and isinstance(otherwise.type, Number):
            unit = joint(then.type.unit, otherwise.type.unit)
            type_ = Number(unit, min(then.type.low, otherwise.type.low), max(then.type.high, otherwise.type.high))
        return Choice(condition, then, otherwise, type_)

    def pair(
        self, left: Expression, right: Expression, expected: Type | None, depth: int
    ) -> tuple[TypedExpression, TypedExpression]:
        """Both sides, each knowing the type of the other: a text beside an enum is a member of it."""
        if expected is None and _is_literal_text(left):
            second = self.infer(right, None, depth)
            return self.infer(left, second.type, depth), second
        first = self.infer(left, expected, depth)
        return first, self.infer(right, expected if expected is not None else first.type, depth)

    # ---- comparison and arithmetic

    def binary(self, node: Binary, depth: int) -> TypedExpression:
        if node.operator == "in":
            return self.contains(node, depth)
        if node.operator in ("==", "!=", "<", "<=", ">", ">="):
            return self.comparison(node, depth)
        left = self.infer(node.left, None, depth + 1)
        right = self.infer(node.right, None, depth + 1)
        if isinstance(left.type, Unknown) or isinstance(right.type, Unknown):
            return _WRONG
        if not isinstance(left.type, Number) or not isinstance(right.type, Number):
            other = right.type if isinstance(left.type, Number) else left.type
            return self.wrong(
                node, "type-mismatch", f"There is no `{node.operator}` with {describe(other)}.", "numbers"
            )
        unit = unit_of(node.operator, left.type.unit, right.type.unit)
        if unit is None:
            return self.wrong(
                node,
                "type-mismatch",
                f"`{node.operator}` does not join {describe(left.type)} and {describe(right.type)}.",
                UNIT_ADVICE.get(node.operator, "two numbers of one unit"),
            )
        return self.arithmetic(node, node.operator, left, right, unit)

    def arithmetic(
        self, node: Expression, operator: str, left: TypedExpression, right: TypedExpression, unit: Unit
    ) -> TypedExpression:
        a, b = left.type, right.type
        if not isinstance(a, Number) or not isinstance(b, Number):
            return _WRONG
        if operator in ("/", "%") and b.low <= 0 <= b.high:
            return self.wrong(
                node,
                "division-by-zero",
                f"The divisor can be 0: its range is {b.low}..{b.high}.",
                "a divisor whose declared range excludes 0, or max(divisor, 1)",
            )
        low, high = combine(operator, (a.low, a.high), (b.low, b.high))
        type_ = Number(unit, low, high)
        if not self.bounded(node, type_):
            return _WRONG
        if operator == "+":
            return Arithmetic("+", left, right, type_)
        if operator == "-":
            return Arithmetic("-", left, right, type_)
        if operator == "*":
            return Arithmetic("*", left, right, type_)
        if operator == "/":
            return Arithmetic("/", left, right, type_)
        if operator == "%":
            return Arithmetic("%", left, right, type_)
        if operator == "min":
            return Arithmetic("min", left, right, type_)
        return Arithmetic("max", left, right, type_)

    def bounded(self, node: Expression, type_: Number) -> bool:
        if type_.low >= INTEGER_LOW and type_.high <= INTEGER_HIGH:
            return True
        self.wrong(
            node,
            "overflow",
            f"The result can be {type_.low}..{type_.high}, beyond 64 bits.",
            "narrower declared ranges",
        )
        return False

    def comparison(self, node: Binary, depth: int) -> TypedExpression:
        left, right = self.pair(node.left, node.right, None, depth + 1)
        if isinstance(left.type, Unknown) or isinstance(right.type, Unknown):
            return _WRONG
        if isinstance(left.type, List) or isinstance(right.type, List):
            return self.wrong(node, "type-mismatch", "Lists are not compared.", "x in list")
        if not fits(left.type, right.type):
            return self.wrong(
                node,
                "type-mismatch",
                f"`{node.operator}` does not compare {describe(left.type)} with {describe(right.type)}.",
                conversion(left.type, right.type),
            )
        if node.operator in ("==", "!="):
            return Comparison("==" if node.operator == "==" else "!=", left, right, BOOL)
        if not isinstance(left.type, Number):
            return self.wrong(node, "type-mismatch", f"There is no order of {describe(left.type)}.", "== or !=")
        if node.operator == "<":
            return Comparison("<", left, right, BOOL)
        if node.operator == "<=":
            return Comparison("<=", left, right, BOOL)
        if node.operator == ">":
            return Comparison(">", left, right, BOOL)
        return Comparison(">=", left, right, BOOL)

    # ---- lists

    def contains(self, node: Binary, depth: int) -> TypedExpression:
        found: Constant | ParameterOf | None
        if isinstance(node.right, Items):
            value = self.infer(node.left, None, depth + 1)
            found = self.items(node.right, value.type, depth + 1)
        else:
            found = self.listed(node.right, depth + 1)
            element = found.type.element if found is not None and isinstance(found.type, List) else None
            value = self.infer(node.left, element, depth + 1)
        if found is None or isinstance(value.type, Unknown) or not isinstance(found.type, List):
            return _WRONG
        if not fits(value.type, found.type.element):
            return self.wrong(
                node,
                "type-mismatch",
                f"The list holds {describe(found.type.element)}, not {describe(value.type)}.",
                "a value of the type of the list",
            )
        return Contains(value, found, BOOL)

    def listed(self, node: Expression, depth: int) -> Constant | ParameterOf | None:
        typed = self.infer(node, None, depth)
        if isinstance(typed, ParameterOf) and isinstance(typed.type, List):
            return typed
        if not isinstance(typed.type, Unknown):
            self.wrong(
                node, "type-mismatch", f"This is {describe(typed.type)}, not a list.", "a parameter that is a list"
            )
        return None

    def items(self, node: Items, element: Type, depth: int) -> Constant | None:
        if not 0 < len(node.items) <= LIST_ITEMS:
            self.wrong(node, "too-large", f"A list has 1 to {LIST_ITEMS} items.", "a parameter")
            return None
        if isinstance(element, Unknown):
            return None
        values: list[Value] = []
        for item in node.items:
            if not isinstance(item, (IntLiteral, TextLiteral, BoolLiteral)):
                self.wrong(item, "type-mismatch", "A written list holds literals only.", "a parameter that is a list")
                return None
            typed = self.infer(item, element, depth)
            if isinstance(typed.type, Unknown):
                return None
            if not fits(typed.type, element) or not isinstance(typed, Constant):
                self.wrong(
                    item, "type-mismatch", f"The list is compared with {describe(element)}.", "items of that type"
                )
                return None
            values.append(item.value)
        if isinstance(element, (Bool, Number, Enum, Text)):
            return Constant(tuple(values), List(element))
        return None

    # ---- functions

    def call(self, node: Call, depth: int) -> TypedExpression:
        known = functions(self.scope.language)
        wanted = _ARGUMENTS.get(node.function)
        if wanted is not None and node.function not in known:
            return self.wrong(
                node, "later-language", f"`{node.function}` is of language {LANGUAGE}.", f"language: {LANGUAGE}"
            )
        if wanted is None:
            return self.wrong(
                node, "unknown-function", f"There is no function `{node.function}`.", near(node.function, known)
            )
        if len(node.arguments) != len(wanted):
            return self.wrong(
                node,
                "wrong-arguments",
                f"`{node.function}` takes {len(wanted)}, not {len(node.arguments)}.",
                f"{node.function}({', '.join(wanted)})",
            )
        if node.function == "sum":
            return self.sum(node)
        if node.function == "listed":
            return lookups.listed(self, node, depth)
        if node.function == "version":
            return lookups.version(self, node)
        if node.function in _CALENDAR_TYPES:
            return self.calendar(node, depth)
        if node.function in ("min", "max"):
            left = self.infer(node.arguments[0], None, depth + 1)
            right = self.infer(node.arguments[1], None, depth + 1)
            if isinstance(left.type, Unknown) or isinstance(right.type, Unknown):
                return _WRONG
            if (
                not isinstance(left.type, Number)
                or not isinstance(right.type, Number)
                or not fits(left.type, right.type)
            ):
                return self.wrong(
                    node,
                    "type-mismatch",
                    f"`{node.function}` does not join {describe(left.type)} and {describe(right.type)}.",
                    "two numbers of one unit",
                )
            return self.arithmetic(node, node.function, left, right, joint(left.type.unit, right.type.unit))
        text = self.infer(node.arguments[0], TEXT, depth + 1)
        second = node.arguments[1]
        if node.function == "starts_with":
            prefix = self.infer(second, TEXT, depth + 1)
            if not self.is_text(node, text) or not self.is_text(node, prefix):
                return _WRONG
            return StartsWith(text, prefix, BOOL)
        prefixes: Constant | ParameterOf | None
        if isinstance(second, Items):
            prefixes = self.items(second, TEXT, depth + 1)
        else:
            prefixes = self.listed(second, depth + 1)
        if prefixes is None or not self.is_text(node, text):
            return _WRONG
        if prefixes.type != List(TEXT):
            return self.wrong(
                second, "type-mismatch", f"This is {describe(prefixes.type)}, not a list of texts.", "{list: text}"
            )
        return HasPrefix(text, prefixes, BOOL)

    def is_text(self, node: Call, value: TypedExpression) -> bool:
        if isinstance(value.type, Unknown):
            return False
        if isinstance(value.type, Text):
            return True
        self.wrong(node, "type-mismatch", f"`{node.function}` reads texts, not {describe(value.type)}.", "a text")
        return False

    def calendar(self, node: Call, depth: int) -> TypedExpression:
        operand = self.infer(node.arguments[0], None, depth + 1)
        if isinstance(operand.type, Unknown):
            return _WRONG
        units = ("time",) if node.function in ("day", "hour") else ("time", "date")
        if not isinstance(operand.type, Number) or operand.type.unit not in units:
            return self.wrong(
                node,
                "type-mismatch",
                f"`{node.function}` reads a {' or a '.join(units)}, not {describe(operand.type)}.",
                f"{node.function}(at)",
            )
        if operand.type.low < 0 or operand.type.high > _CALENDAR_HIGH[operand.type.unit]:
            return self.wrong(
                node,
                "overflow",
                "The date can lie outside the years 1970 to 9999.",
                f"{node.function}(at), then arithmetic",
            )
        type_ = _CALENDAR_TYPES[node.function]
        if node.function == "day":
            return Calendar("day", operand, type_)
        if node.function == "hour":
            return Calendar("hour", operand, type_)
        if node.function == "month":
            return Calendar("month", operand, type_)
        if node.function == "month_of_year":
            return Calendar("month_of_year", operand, type_)
        return Calendar("weekday", operand, type_)

    def sum(self, node: Call) -> TypedExpression:
        argument = node.arguments[0]
        if not self.scope.sums:
            return self.wrong(node, "unknown-function", "`sum` stands in accounts and invariants only.", "the account")
        if not isinstance(argument, Member):
            return self.wrong(node, "wrong-arguments", "`sum` adds up a field.", "sum(record.field)")
        typed = self.member(argument)
        if isinstance(typed.type, Unknown):
            return _WRONG
        if not isinstance(typed.type, Number) or typed.type.unit != "won":
            return self.wrong(
                node, "type-mismatch", f"`sum` adds up won, not {describe(typed.type)}.", "a field of won"
            )
        return SumOf(argument.owner, argument.field, TOTAL)


def _is_literal_text(node: Expression) -> bool:
    """Whether the type of a text is for its surroundings to say."""
    if isinstance(node, Conditional):
        return _is_literal_text(node.then) and _is_literal_text(node.otherwise)
    return isinstance(node, TextLiteral)
