"""The typed syntax: what the checker makes, and what the compiler, the interpreter and a prover read.

Every name is resolved, every operator chosen, every number carries the interval it can take. Inside one action all
fields are those before the action; in an invariant a field is that of any record of the type.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from madang.contract.syntax import Value
from madang.contract.valuetypes import Declared, Number, Type


class Constant(msgspec.Struct, frozen=True):
    """A value that is written in the document; a list is a tuple."""

    value: Value | tuple[Value, ...]
    type: Type


class Now(msgspec.Struct, frozen=True):
    """`at`: the time of the block, in seconds."""

    type: Number


class Given(msgspec.Struct, frozen=True):
    """A value that came with the request."""

    name: str
    type: Declared


class ParameterOf(msgspec.Struct, frozen=True):
    """A parameter of the kind or programme."""

    name: str
    type: Declared


class FieldOf(msgspec.Struct, frozen=True):
    """A field of a record or fact of the action."""

    alias: str
    field: str
    type: Declared


class FieldOfEach(msgspec.Struct, frozen=True):
    """In an invariant: a field of any one record of a type."""

    record: str
    field: str
    type: Declared


class TotalOf(msgspec.Struct, frozen=True):
    """In an invariant: the running total of an account."""

    account: str
    type: Number


class SumOf(msgspec.Struct, frozen=True):
    """In an invariant: the sum of a field over all records of a type."""

    record: str
    field: str
    type: Number


class Arithmetic(msgspec.Struct, frozen=True):
    """Whole-number arithmetic. `/` rounds towards zero and `%` has the sign of its left side; no divisor can be 0."""

    operator: Literal["+", "-", "*", "/", "%", "min", "max"]
    left: TypedExpression
    right: TypedExpression
    type: Number


class Negation(msgspec.Struct, frozen=True):
    """Minus."""

    operand: TypedExpression
    type: Number


class Comparison(msgspec.Struct, frozen=True):
    """Compares two numbers, or for == and != two values of one type."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: TypedExpression
    right: TypedExpression
    type: Type


class Not(msgspec.Struct, frozen=True):
    """Logical not."""

    operand: TypedExpression
    type: Type


class AllOf(msgspec.Struct, frozen=True):
    """&&"""

    operands: tuple[TypedExpression, ...]
    type: Type


class AnyOf(msgspec.Struct, frozen=True):
    """||"""

    operands: tuple[TypedExpression, ...]
    type: Type


class Choice(msgspec.Struct, frozen=True):
    """condition ? then : otherwise"""

    condition: TypedExpression
    then: TypedExpression
    otherwise: TypedExpression
    type: Type


class Contains(msgspec.Struct, frozen=True):
    """`value in list`; the list is a constant or a parameter."""

    value: TypedExpression
    list: Constant | ParameterOf
    type: Type


class HasPrefix(msgspec.Struct, frozen=True):
    """The text begins with one of the list; the list is a constant or a parameter."""

    text: TypedExpression
    prefixes: Constant | ParameterOf
    type: Type


class StartsWith(msgspec.Struct, frozen=True):
    """The text begins with the prefix."""

    text: TypedExpression
    prefix: TypedExpression
    type: Type


class Lookup(msgspec.Struct, frozen=True):
    """`table[key]…`: the cell of a table under one key for each of its dimensions, in order. Always defined.

    `table.type` is a `valuetypes.Table`, and the value of that parameter (`TypedProgramme.parameters`) a flat tuple of
    all its cells, the last dimension running fastest: the cell of keys k1, k2, k3 is number
    (p1 * n2 + p2) * n3 + p3, where n is how many keys a dimension has and p is where the key stands among them:
    `k - low` for a dimension of whole numbers, the place in `members` for one of an enum. So for a prover a look-up is
    a finite function, nested choices over constants.

    No key can be outside: the checker refuses a look-up unless the interval of a number lies within its dimension, and
    unless the type of any other key is the very enum of its dimension. `type` is `table.type.of`, with its declared
    interval; each cell of the value was checked to be of it.
    """

    table: ParameterOf
    keys: tuple[TypedExpression, ...]
    type: Type


class Listed(msgspec.Struct, frozen=True):
    """`listed(value, list)`: whether a published list holds a text or an id at the time of the block.

    `list.type` is a `valuetypes.Published`; the value of that parameter is the name of the list. An uninterpreted
    predicate of (name of the list, value): during one action it is fixed, so that equal values give equal answers and
    two parameters that name one list agree; between two actions it may become any other. Always defined: a list that
    was never published holds nothing. Compares by the characters of the text or id alone. Not in invariants.
    """

    value: TypedExpression
    list: ParameterOf
    type: Type


class VersionOf(msgspec.Struct, frozen=True):
    """`version(list)`: the version of a published list at the time of the block, 0 if it was never published.

    An uninterpreted whole number from 0 to 2^32 for each name of a list: fixed during one action, never smaller in a
    later one. Nothing relates it to `Listed`, but that a list of version 0 holds nothing. Not in invariants.
    """

    list: ParameterOf
    type: Number


class Calendar(msgspec.Struct, frozen=True):
    """A part of a time or date, in Korea (UTC+09:00)."""

    function: Literal["day", "hour", "month", "month_of_year", "weekday"]
    operand: TypedExpression
    type: Number


TypedExpression = (
    Constant
    | Now
    | Given
    | ParameterOf
    | FieldOf
    | FieldOfEach
    | TotalOf
    | SumOf
    | Arithmetic
    | Negation
    | Comparison
    | Not
    | AllOf
    | AnyOf
    | Choice
    | Contains
    | HasPrefix
    | StartsWith
    | Lookup
    | Listed
    | VersionOf
    | Calendar
)


class TypedClause(msgspec.Struct, frozen=True):
    """A condition with the words of its refusal, by language."""

    name: str
    when: TypedExpression
    words: dict[str, str]


class TypedPosting(msgspec.Struct, frozen=True):
    """Indexes of the accounts of the kind, and an amount of won."""

    source: int
    target: int
    amount: TypedExpression


class TypedAssignment(msgspec.Struct, frozen=True):
    """The value of a field after the action."""

    alias: str
    field: str
    type: Declared
    value: TypedExpression


class TypedAction(msgspec.Struct, frozen=True):
    """An action with the clauses of its kind, in written order."""

    name: str
    require: tuple[TypedClause, ...]
    post: tuple[TypedPosting, ...]
    set: tuple[TypedAssignment, ...]


class TypedInvariant(msgspec.Struct, frozen=True):
    """`record` is the type that it quantifies over, "" if it speaks of accounts and sums only.

    `local` tells that it speaks of one record and parameters alone, so that it can be checked when a record changes.
    """

    name: str
    record: str
    local: bool
    holds: TypedExpression


class TypedKind(msgspec.Struct, frozen=True):
    """The typed part of a kind."""

    actions: dict[str, TypedAction]
    invariants: tuple[TypedInvariant, ...]


class TypedProgramme(msgspec.Struct, frozen=True):
    """The typed part of a programme: further clauses by action, specifications by action, values of all parameters.

    The value of a list is the tuple of its items, of a table the tuple of its cells, of a published list its name.
    """

    require: dict[str, tuple[TypedClause, ...]]
    specification: dict[str, TypedExpression]
    parameters: dict[str, Value | tuple[Value, ...]]
