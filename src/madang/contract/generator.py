"""From the typed syntax of one action to the source of one plain Python function.

Nothing that a document says is copied into the source but integers, made by `repr`, and names of fields, which the
checker has shown to be plain names. Texts, lists and words are variables of an enclosing function.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec

from madang.contract.errors import OutOfRange, Refused, Unbalanced, Violated
from madang.contract.folding import fold
from madang.contract.intervals import quotient
from madang.contract.limits import OFFSET_SECONDS, TEXT_CHARACTERS, TIME_HIGH, WON_HIGH
from madang.contract.linear import balances
from madang.contract.lists import NO_LISTS, Lists
from madang.contract.months import MONTHS, month_of
from madang.contract.names import is_text
from madang.contract.recordtypes import record_class
from madang.contract.repeated import repeated
from madang.contract.scope import fields_of
from madang.contract.syntax import Action, Kind, Subject, Value
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
    TypedAction,
    TypedClause,
    TypedExpression,
    TypedInvariant,
    VersionOf,
)
from madang.contract.valuetypes import BOOL, DATE, VERSION, Bool, Enum, Number, Table, Text, Type
from madang.contract.walk import parts, walk


class Run(Protocol):
    """What an action compiles to; `Action.run` says what it takes, returns and raises."""

    def __call__(
        self, records: tuple[Any, ...], given: tuple[Any, ...], at: int, lists: Lists = NO_LISTS, /
    ) -> tuple[tuple[Any, ...], tuple[tuple[int, int, int], ...]]:
        """Run the action once."""
        ...


ALWAYS: Final = Constant(True, BOOL)

_FEW: Final = 8
"""Up to so many prefixes `str.startswith` is quicker than a look-up for each length."""


def generate(
    kind: Kind,
    action: Action,
    typed: TypedAction,
    further: tuple[TypedClause, ...],
    invariants: tuple[TypedInvariant, ...],
    parameters: dict[str, Value | tuple[Value, ...]],
) -> Run:
    """The function of an action of a checked programme. `further` are the programme's clauses."""
    source, constants = _Generator(kind, action, typed, further, invariants, parameters).source()
    namespace: dict[str, Any] = {"__builtins__": {}}
    exec(compile(source, f"<contract {kind.kind} {action.name}>", "exec"), namespace)  # noqa: S102 - our own source
    run: Run = namespace["make"](**constants)
    return run


def remainder(left: int, right: int) -> int:
    """The remainder of a division that rounds towards zero; it has the sign of `left`."""
    return left - right * quotient(left, right)


class _Generator:
    def __init__(
        self,
        kind: Kind,
        action: Action,
        typed: TypedAction,
        further: tuple[TypedClause, ...],
        invariants: tuple[TypedInvariant, ...],
        parameters: dict[str, Value | tuple[Value, ...]],
    ) -> None:
        self.kind = kind
        self.action = action
        self.parameters = parameters
        # What is read from outside is checked whether or not the parameters of this programme make use of it.
        self.read = [part for expression in _expressions(typed, further) for part in walk(expression)]
        self.clauses = [
            msgspec.structs.replace(clause, when=fold(clause.when, parameters)) for clause in (*typed.require, *further)
        ]
        self.post = [msgspec.structs.replace(each, amount=fold(each.amount, parameters)) for each in typed.post]
        self.set = [msgspec.structs.replace(each, value=fold(each.value, parameters)) for each in typed.set]
        self.typed = TypedAction(typed.name, tuple(self.clauses), tuple(self.post), tuple(self.set))
        self.invariants = [
            msgspec.structs.replace(each, holds=fold(each.holds, parameters)) for each in invariants if each.local
        ]
        self.constants: dict[str, Any] = {}
        self.lines: list[str] = []
        self.records = {subject.alias: f"r{index}" for index, subject in enumerate(action.on)}
        self.given = {field.name: f"g{index}" for index, field in enumerate(action.given)}
        self.fields: dict[tuple[str, str], str] = {}
        self.versions: dict[str, str] = {}
        self.repeated = repeated(_expressions(self.typed))
        self.shared: dict[TypedExpression, str] = {}
        self.temporaries = 0
        self.after: dict[tuple[str, str], str] = {}
        self.each: tuple[str, str] = ("", "")
        self.types = {record.name: record for record in (*kind.records, *kind.facts)}

    # ---- the function

    def source(self) -> tuple[str, dict[str, Any]]:
        """The source of `make`, and the constants that it takes."""
        self.constant("Refused", Refused)
        self.constant("OutOfRange", OutOfRange)
        self.constant("Unbalanced", Unbalanced)
        self.constant("Violated", Violated)
        self.constant("action", self.action.name)
        self.constant("no_lists", NO_LISTS)
        self.unpack("records", list(self.records.values()))
        self.unpack("given", list(self.given.values()))
        self.check_given()
        self.check_versions()
        self.hoist()
        for clause in self.clauses:
            if clause.when == ALWAYS:
                continue
            name = self.keep(clause.name)
            words = self.keep(dict(clause.words))
            self.line(f"if not {self.share(clause.when)}:")
            self.line(f"    raise Refused(action, {name}, {words})")
        postings = self.changes()
        self.check_balances(postings)
        self.check_invariants()
        self.line(f"return {self.results()}, {self.posted(postings)}")
        body = "\n".join(f"        {line}" for line in self.lines)
        head = ", ".join(self.constants)
        return (
            f"def make({head}):\n    def run(records, given, at, lists=no_lists):\n{body}\n    return run\n",
            self.constants,
        )

    def line(self, text: str) -> None:
        self.lines.append(text)

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = value
        return name

    def keep(self, value: Any) -> str:
        """A variable of the enclosing function that holds the value."""
        return self.constant(f"c{len(self.constants)}", value)

    def function(self, name: str, function: Any) -> str:
        self.constants.setdefault(name, function)
        return name

    def unpack(self, what: str, names: list[str]) -> None:
        self.line(f"({', '.join(names)}{',' if len(names) == 1 else ''}) = {what}")

    def out_of_range(self, condition: str, what: str) -> None:
        self.line(f"if {condition}:")
        self.line(f"    raise OutOfRange(action, {self.keep(what)})")

    def check_given(self) -> None:
        """What came from outside the contract is checked before anything reads it: given values, time, facts."""
        for field in self.action.given:
            self.out_of_range(self.is_not(self.given[field.name], field.type), field.name)
        function = self.function("type_of", type)
        whole = self.function("int", int)
        self.out_of_range(f"{function}(at) is not {whole} or not 0 <= at <= {TIME_HIGH}", "at")
        facts = [subject for subject in self.action.on if subject.type[:1].isupper()]
        read = {(part.alias, part.field) for part in self.read if isinstance(part, FieldOf)}
        for fact in facts:
            for name, type_ in fields_of(self.types[fact.type]).items():
                if (fact.alias, name) in read:
                    variable = f"f{len(self.fields)}"
                    self.fields[fact.alias, name] = variable
                    self.line(f"{variable} = {self.records[fact.alias]}.{name}")
                    self.out_of_range(self.is_not(variable, type_), f"{fact.alias}.{name}")

    def check_versions(self) -> None:
        """Versions of published lists come from outside too. Each is asked for once."""
        for part in self.read:
            if isinstance(part, VersionOf) and part.list.name not in self.versions:
                variable = self.versions[part.list.name] = f"v{len(self.versions)}"
                self.line(f"{variable} = lists.version({self.expression(part.list)})")
                self.out_of_range(self.is_not(variable, VERSION), f"version({part.list.name})")

    def is_not(self, variable: str, type_: Type) -> str:
        """A condition that holds when the variable does not hold a value of the type."""
        type_of = self.function("type_of", type)
        if isinstance(type_, Bool):
            return f"{type_of}({variable}) is not {self.function('bool', bool)}"
        if isinstance(type_, Number):
            whole = self.function("int", int)
            return f"{type_of}({variable}) is not {whole} or not {type_.low!r} <= {variable} <= {type_.high!r}"
        if isinstance(type_, Enum):
            members = self.keep(frozenset(type_.members))
            return f"{type_of}({variable}) is not {self.function('str', str)} or {variable} not in {members}"
        # Written out for what nearly all texts are, since a call costs more than the checks; `is_id` and `is_text` say
        # what they are.
        word, length = self.function("str", str), self.function("len", len)
        short = f"0 < {length}({variable}) <= {TEXT_CHARACTERS}"
        plain = f"{type_of}({variable}) is {word} and {short} and {variable}.isascii() and {variable}.isprintable()"
        if isinstance(type_, Text):
            return f"not ({plain} or {self.function('is_text', is_text)}({variable}))"
        return f"not ({plain} and ' ' not in {variable})"

    def hoist(self) -> None:
        """What is read more than once becomes a local variable."""
        times: dict[tuple[str, str], int] = {}
        for expression in _expressions(self.typed):
            for part in walk(expression):
                if isinstance(part, FieldOf):
                    times[part.alias, part.field] = times.get((part.alias, part.field), 0) + 1
        for alias, name in times:
            if times[alias, name] > 1 and (alias, name) not in self.fields:
                variable = f"f{len(self.fields)}"
                self.fields[alias, name] = variable
                self.line(f"{variable} = {self.records[alias]}.{name}")

    # ---- after the clauses

    def changes(self) -> list[str]:
        """New values and amounts, then the checks of their ranges. Returns the amounts."""
        for index, assignment in enumerate(self.set):
            self.after[assignment.alias, assignment.field] = self.assigned(f"s{index}", assignment.value)
        amounts = [self.assigned(f"p{index}", posting.amount) for index, posting in enumerate(self.post)]
        for assignment in self.set:
            wanted, value = assignment.type, assignment.value.type
            source = self.after[assignment.alias, assignment.field]
            if isinstance(wanted, Number) and not (
                isinstance(value, Number) and wanted.low <= value.low and value.high <= wanted.high
            ):
                self.out_of_range(
                    f"not {wanted.low!r} <= {source} <= {wanted.high!r}", f"{assignment.alias}.{assignment.field}"
                )
        for index, posting in enumerate(self.post):
            value = posting.amount.type
            if not (isinstance(value, Number) and value.low >= 0 and value.high <= WON_HIGH):
                self.out_of_range(f"not 0 <= {amounts[index]} <= {WON_HIGH}", f"post {index + 1}")
        return amounts

    def assigned(self, variable: str, expression: TypedExpression) -> str:
        """Source of a value that is read several times: a variable, unless it is as short as one."""
        source = self.share(expression)
        if _is_short(source):
            return source
        self.line(f"{variable} = {source}")
        return variable

    def check_balances(self, amounts: list[str]) -> None:
        for balance in balances(self.kind, self.action.name, self.typed):
            if balance.low == balance.high == 0:
                continue
            account = self.kind.accounts[balance.account]
            posted = []
            for amount, posting in zip(amounts, self.post, strict=True):
                if posting.target == balance.account:
                    posted.append(f"+ {amount}")
                if posting.source == balance.account:
                    posted.append(f"- {amount}")
            changed = []
            for alias, is_new in balance.changes:
                changed.append(f"+ {self.after[alias, account.field]}")
                if not is_new:
                    changed.append(f"- {self.field(alias, account.field)}")
            self.line(f"if 0 {' '.join(posted)} != 0 {' '.join(changed)}:")
            self.line(f"    raise Unbalanced(action, {self.keep(account.name)})")

    def check_invariants(self) -> None:
        """Invariants of one record, for every record that changes."""
        for subject in self.changed():
            for invariant in self.invariants:
                if invariant.record != subject.type or invariant.holds == ALWAYS:
                    continue
                self.each = (subject.type, subject.alias)
                self.line(f"if not {self.expression(invariant.holds)}:")
                self.line(f"    raise Violated(action, {self.keep(invariant.name)}, {self.keep(subject.alias)})")

    def changed(self) -> list[Subject]:
        return [subject for subject in self.action.on if any(alias == subject.alias for alias, _ in self.after)]

    def results(self) -> str:
        made = []
        for subject in self.changed():
            record = self.types[subject.type]
            values = [
                self.after.get((subject.alias, field.name)) or self.field(subject.alias, field.name)
                for field in record.fields
            ]
            made.append(f"{self.keep(record_class(record))}({', '.join(values)})")
        return _tuple(made)

    def posted(self, amounts: list[str]) -> str:
        return _tuple(
            [
                f"({posting.source!r}, {posting.target!r}, {amount})"
                for amount, posting in zip(amounts, self.post, strict=True)
            ]
        )

    # ---- expressions

    def field(self, alias: str, name: str) -> str:
        return self.fields.get((alias, name)) or f"{self.records[alias]}.{name}"

    def share(self, expression: TypedExpression) -> str:
        """Source of the expression, after lines that compute what it holds of repeated parts.

        Every part is total, so it may be computed before it is known to be needed.
        """
        self.compute(expression)
        return self.expression(expression)

    def compute(self, node: TypedExpression) -> None:
        if node in self.shared:
            return
        for part in parts(node):
            self.compute(part)
        if node in self.repeated:
            variable = f"e{len(self.shared)}"
            self.line(f"{variable} = {self.expression(node)}")
            self.shared[node] = variable

    def value(self, value: Value) -> str:
        return repr(value) if type(value) is int else self.keep(value)

    def expression(self, node: TypedExpression) -> str:
        """Source of the expression, in brackets unless it is one name, number or call."""
        if node in self.shared:
            return self.shared[node]
        if isinstance(node, Constant) and not isinstance(node.value, tuple):
            return self.value(node.value)
        if isinstance(node, ParameterOf):
            value = self.parameters[node.name]
            return self.value(value) if not isinstance(value, tuple) else self.keep(value)
        if isinstance(node, Now):
            return "at"
        if isinstance(node, Given):
            return self.given[node.name]
        if isinstance(node, FieldOf):
            return self.field(node.alias, node.field)
        if isinstance(node, FieldOfEach):
            alias = self.each[1]
            return self.after.get((alias, node.field)) or self.field(alias, node.field)
        if isinstance(node, Comparison):
            return f"({self.expression(node.left)} {node.operator} {self.expression(node.right)})"
        if isinstance(node, Not):
            return f"(not {self.expression(node.operand)})"
        if isinstance(node, AllOf):
            return f"({' and '.join([self.expression(operand) for operand in node.operands])})"
        if isinstance(node, AnyOf):
            return f"({' or '.join([self.expression(operand) for operand in node.operands])})"
        if isinstance(node, Choice):
            condition, then, otherwise = (self.expression(part) for part in (node.condition, node.then, node.otherwise))
            return f"({then} if {condition} else {otherwise})"
        if isinstance(node, Negation):
            return f"(-{self.expression(node.operand)})"
        if isinstance(node, Arithmetic):
            return self.arithmetic(node)
        if isinstance(node, Calendar):
            return self.calendar(node)
        if isinstance(node, Contains):
            return f"({self.expression(node.value)} in {self.keep(frozenset(self.items(node.list)))})"
        if isinstance(node, StartsWith):
            return f"{self.expression(node.text)}.startswith({self.expression(node.prefix)})"
        if isinstance(node, HasPrefix):
            return self.has_prefix(node)
        if isinstance(node, Lookup):
            return self.lookup(node)
        if isinstance(node, Listed):
            return f"(lists.holds({self.expression(node.list)}, {self.expression(node.value)}) is True)"
        if isinstance(node, VersionOf):
            return self.versions[node.list.name]
        return "None"  # totals stand in invariants that are not checked here

    def items(self, node: Constant | ParameterOf) -> tuple[Value, ...]:
        value = node.value if isinstance(node, Constant) else self.parameters[node.name]
        return value if isinstance(value, tuple) else ()

    def lookup(self, node: Lookup) -> str:
        cells, table = self.parameters[node.table.name], node.table.type
        if not isinstance(table, Table) or not isinstance(cells, tuple):
            raise TypeError(f"{node.table.name} is no table")
        rows = self.constant(f"t_{node.table.name}", _rows(table, cells))
        return rows + "".join([f"[{self.expression(key)}]" for key in node.keys])

    def has_prefix(self, node: HasPrefix) -> str:
        text = self.expression(node.text)
        prefixes = [item for item in self.items(node.prefixes) if isinstance(item, str)]
        if len(prefixes) <= _FEW:
            return f"{text}.startswith({self.keep(tuple(prefixes))})"
        by_length: dict[int, list[str]] = {}
        for prefix in prefixes:
            by_length.setdefault(len(prefix), []).append(prefix)
        tests = [f"{text}[:{length!r}] in {self.keep(frozenset(by_length[length]))}" for length in sorted(by_length)]
        return f"({' or '.join(tests)})"

    def arithmetic(self, node: Arithmetic) -> str:
        left, right = self.expression(node.left), self.expression(node.right)
        if node.operator in ("min", "max"):
            (first, least), (second, most) = self.named(left), self.named(right)
            return f"({least} if {first} {'<=' if node.operator == 'min' else '>='} {second} else {most})"
        if node.operator in ("/", "%"):
            a, b = node.left.type, node.right.type
            if isinstance(a, Number) and isinstance(b, Number) and a.low >= 0 and b.low > 0:
                return f"({left} {'//' if node.operator == '/' else '%'} {right})"
            if node.operator == "/":
                return f"{self.function('quotient', quotient)}({left}, {right})"
            return f"{self.function('remainder', remainder)}({left}, {right})"
        return f"({left} {node.operator} {right})"

    def named(self, source: str) -> tuple[str, str]:
        """Source to be read first, and again: what is no name or number is given a name at the first reading."""
        if _is_short(source):
            return source, source
        variable = f"m{self.temporaries}"
        self.temporaries += 1
        return f"({variable} := {source})", variable

    def calendar(self, node: Calendar) -> str:
        operand = self.expression(node.operand)
        if node.function == "hour":
            return f"(({operand} + {OFFSET_SECONDS}) // 3600 % 24)"
        type_ = node.operand.type
        day = f"(({operand} + {OFFSET_SECONDS}) // 86400)"
        if isinstance(type_, Number) and type_.unit == "date":
            day = operand
        elif node.function != "day":
            day = self.shared.get(Calendar("day", node.operand, DATE), day)
        if node.function == "day":
            return day
        if node.function == "weekday":
            return f"(({day} + 3) % 7 + 1)"
        first, again = self.named(day)
        near, far = self.function("MONTHS", MONTHS), self.function("month_of", month_of)
        month = f"({near}[{again}] if {first} < {len(MONTHS)} else {far}({again}))"
        return month if node.function == "month" else f"({month} % 12 + 1)"


@lru_cache(maxsize=256)
def _rows(table: Table, cells: tuple[Value, ...]) -> dict[Any, Any]:
    """A dictionary in a dictionary for each dimension: no key can mean another cell. Shared by actions."""
    rows: list[Any] = list(cells)
    for dimension in reversed(table.by):
        size = dimension.size()
        rows = [
            dict(zip(dimension.keys(), rows[start : start + size], strict=True)) for start in range(0, len(rows), size)
        ]
    whole: dict[Any, Any] = rows[0]
    return whole


def _expressions(action: TypedAction, further: tuple[TypedClause, ...] = ()) -> list[TypedExpression]:
    """All that an action with further clauses computes, in order."""
    return [
        *(clause.when for clause in (*action.require, *further)),
        *(assignment.value for assignment in action.set),
        *(posting.amount for posting in action.post),
    ]


def _is_short(source: str) -> bool:
    """Whether the source is a name or a number."""
    return source.isidentifier() or source.removeprefix("-").isdecimal()


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


__all__ = ["Run", "generate", "remainder"]
