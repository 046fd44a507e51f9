"""The abstract syntax of kinds and programmes: what the ledger stores, as canonical JSON.

`position` is presentation: line * 65,536 + column of the text, 0 in everything that is stored, hashed or compared.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from madang.contract.valuetypes import Declared, Integer, Scalar

# --------------------------------------------------------------------------------------------------------- expressions


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The base of everything that has a place in a text."""

    position: int = 0


class BoolLiteral(Node, frozen=True, tag_field="node", tag="bool"):
    """true or false."""

    value: bool


class IntLiteral(Node, frozen=True, tag_field="node", tag="int"):
    """A whole number without a unit; it fits won and int."""

    value: Integer


class TextLiteral(Node, frozen=True, tag_field="node", tag="text"):
    """A text, or a member of an enum where one is expected."""

    value: str


class Name(Node, frozen=True, tag_field="node", tag="name"):
    """A given value, a parameter, `at`, or (in invariants) an account."""

    name: str


class Member(Node, frozen=True, tag_field="node", tag="member"):
    """A field of a record or fact: `v.left`. In invariants the owner is a record type."""

    owner: str
    field: str


class Items(Node, frozen=True, tag_field="node", tag="items"):
    """A written list of literals: `["a", "b"]`."""

    items: tuple[Expression, ...]


class Unary(Node, frozen=True, tag_field="node", tag="unary"):
    """! or -."""

    operator: Literal["!", "-"]
    operand: Expression


BinaryOperator = Literal["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in"]


class Binary(Node, frozen=True, tag_field="node", tag="binary"):
    """Arithmetic, a comparison, or `x in list`."""

    operator: BinaryOperator
    left: Expression
    right: Expression


class Junction(Node, frozen=True, tag_field="node", tag="junction"):
    """Two or more operands joined by && or ||, kept flat: a long rule is wide, not deep."""

    operator: Literal["&&", "||"]
    operands: tuple[Expression, ...]


class Conditional(Node, frozen=True, tag_field="node", tag="conditional"):
    """condition ? then : otherwise."""

    condition: Expression
    then: Expression
    otherwise: Expression


class Call(Node, frozen=True, tag_field="node", tag="call"):
    """A function of the language; there are no others."""

    function: str
    arguments: tuple[Expression, ...]


class Index(Node, frozen=True, tag_field="node", tag="index"):
    """A look-up in a table, a key for each dimension: `amounts[size][tier]`. Of language 2."""

    table: str
    keys: tuple[Expression, ...]


Expression = (
    BoolLiteral
    | IntLiteral
    | TextLiteral
    | Name
    | Member
    | Items
    | Unary
    | Binary
    | Junction
    | Conditional
    | Call
    | Index
)


class Broken(Node, frozen=True, tag_field="node", tag="broken"):
    """Stands where a text could not be parsed, so that the rest is checked too. The decoder does not know it."""


# ----------------------------------------------------------------------------------------------------------- documents


Value = bool | Integer | str
"""A date, time or month is a number here; a member of an enum is a str, and so is the name of a published list."""


class Field(Node, frozen=True):
    """A named, typed field of a record or fact, or a given value."""

    name: str
    type: Declared


class ParameterDeclaration(Field, frozen=True):
    """A parameter of a kind. `default` is the value of programmes that give none; None if each must give one.

    Defaults are of language 2.
    """

    default: Value | tuple[Value, ...] | None = None


class RecordType(Node, frozen=True):
    """A type of record (or fact) with its fields in order. The order is the order on the wire."""

    name: str
    fields: tuple[Field, ...]


class Account(Node, frozen=True):
    """Where money of a programme can be. `sort` is total, sum or outside; `record` and `field` are "" but for sum."""

    name: str
    sort: Literal["total", "sum", "outside"]
    record: str
    field: str


class Subject(Node, frozen=True):
    """What an action is on: `type` is a record type, or a fact type when it begins with a capital letter."""

    alias: str
    type: str
    is_new: bool


class Words(Node, frozen=True):
    """What people are told, in one language ("ko")."""

    language: str
    text: str


class Clause(Node, frozen=True):
    """A named condition that must hold before an action happens."""

    name: str
    when: Expression
    words: tuple[Words, ...]


class Posting(Node, frozen=True):
    """Double entry: `amount` leaves account `source` and arrives at account `target`."""

    source: str
    target: str
    amount: Expression


class Assignment(Node, frozen=True):
    """A field of a record after the action. Every value is computed from the state before the action."""

    alias: str
    field: str
    value: Expression


class Action(Node, frozen=True):
    """Something that can be asked for."""

    name: str
    on: tuple[Subject, ...]
    given: tuple[Field, ...]
    require: tuple[Clause, ...]
    post: tuple[Posting, ...]
    set: tuple[Assignment, ...]


class Invariant(Node, frozen=True):
    """What always holds, of accounts and sums or of every record of one type."""

    name: str
    holds: Expression


class Kind(Node, frozen=True):
    """A kind of programme, such as a voucher. Made by `read_kind` and `load_kind` only."""

    kind: str
    language: int
    facts: tuple[RecordType, ...]
    records: tuple[RecordType, ...]
    accounts: tuple[Account, ...]
    parameters: tuple[ParameterDeclaration, ...]
    actions: tuple[Action, ...]
    invariants: tuple[Invariant, ...]


class Parameter(Node, frozen=True):
    """The value of a parameter. `declared` is set for a programme's own parameter and null for one of its kind.

    Of a list its items; of a table its cells, the last dimension running fastest.
    """

    name: str
    declared: Declared | None
    value: Value | tuple[Value, ...]


class ProgrammeAction(Node, frozen=True):
    """Further clauses of a programme for an action of its kind, checked after those of the kind."""

    action: str
    require: tuple[Clause, ...]


class Specification(Node, frozen=True):
    """An action is allowed if and only if this holds. Type-checked now; proven by the prover."""

    action: str
    allowed: Expression


class Programme(Node, frozen=True):
    """A programme of a kind. Made by `read_programme` and `load_programme` only.

    `kind_digest` is the SHA-256 of the canonical kind in hexadecimal: a programme means nothing without its exact kind.
    """

    programme: str
    kind: str
    kind_digest: str
    title: tuple[Words, ...]
    parameters: tuple[Parameter, ...]
    actions: tuple[ProgrammeAction, ...]
    specification: tuple[Specification, ...]


__all__ = [
    "Account",
    "Action",
    "Assignment",
    "Binary",
    "BinaryOperator",
    "BoolLiteral",
    "Broken",
    "Call",
    "Clause",
    "Conditional",
    "Declared",
    "Expression",
    "Field",
    "Index",
    "IntLiteral",
    "Invariant",
    "Items",
    "Junction",
    "Kind",
    "Member",
    "Name",
    "Node",
    "Parameter",
    "ParameterDeclaration",
    "Posting",
    "Programme",
    "ProgrammeAction",
    "RecordType",
    "Scalar",
    "Specification",
    "Subject",
    "TextLiteral",
    "Unary",
    "Value",
    "Words",
]
