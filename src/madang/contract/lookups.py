"""Typing what reads tables and published lists: that a look-up always finds a cell is shown here."""

from __future__ import annotations

from typing import Protocol

from madang.contract.names import near
from madang.contract.scope import Scope
from madang.contract.syntax import Call, Expression, Index, Name
from madang.contract.typed import Constant, Listed, Lookup, ParameterOf, TypedExpression, VersionOf
from madang.contract.units import fits
from madang.contract.valuetypes import BOOL, VERSION, Dimension, Number, Published, Table, Type, Unknown, describe


class Inference(Protocol):
    """What types the parts of an expression: the one in `inference`, which calls these functions."""

    scope: Scope

    def infer(self, node: Expression, expected: Type | None, depth: int) -> TypedExpression:
        """The typed part; `expected` decides whether a text is a member of an enum."""

    def wrong(self, at: Expression, code: str, message: str, instead: str) -> Constant:
        """Report a problem. Returns what stands for it, of the unknown type."""


def advice(name: str, type_: Table | Published) -> str:
    """How a parameter that is no value is used."""
    if isinstance(type_, Published):
        return f"listed(x, {name}) or version({name})"
    return name + "".join([f"[{dimension.name}]" for dimension in type_.by])


def lookup(inference: Inference, node: Index, depth: int) -> TypedExpression:
    """A cell of a table, with a key for each dimension that is shown to be one of its keys."""
    parameters = inference.scope.parameters
    if inference.scope.language < 2:
        return inference.wrong(node, "later-language", "Tables are of language 2.", "language: 2")
    table = parameters.get(node.table)
    if isinstance(table, Table):
        return _cell(inference, node, table, depth)
    if table is None:
        tables = [name for name, type_ in parameters.items() if isinstance(type_, Table)]
        return inference.wrong(
            node, "unknown-name", f"There is no table `{node.table}` here.", near(node.table, tables)
        )
    if isinstance(table, Unknown):
        return Constant(0, table)
    instead = advice(node.table, table) if isinstance(table, Published) else f"{node.table} without brackets"
    return inference.wrong(node, "type-mismatch", f"`{node.table}` is {describe(table)}, not a table.", instead)


def _cell(inference: Inference, node: Index, table: Table, depth: int) -> TypedExpression:
    if len(node.keys) != len(table.by):
        return inference.wrong(
            node,
            "wrong-arguments",
            f"`{node.table}` has {len(table.by)} dimensions, and here stand {len(node.keys)} keys.",
            advice(node.table, table),
        )
    typed = [_key(inference, key, dimension, depth + 1) for key, dimension in zip(node.keys, table.by, strict=True)]
    for key in typed:
        if isinstance(key.type, Unknown):
            return key
    return Lookup(ParameterOf(node.table, table), tuple(typed), table.of)


def _key(inference: Inference, node: Expression, dimension: Dimension, depth: int) -> TypedExpression:
    wanted = dimension.type
    typed = inference.infer(node, wanted, depth)
    found = typed.type
    if not fits(found, wanted):
        return inference.wrong(
            node,
            "type-mismatch",
            f"The key `{dimension.name}` is {describe(wanted)}, not {describe(found)}.",
            f"a value that is {describe(wanted)}",
        )
    if isinstance(found, Number) and isinstance(wanted, Number):
        low, high = wanted.low, wanted.high
        if found.low < low or found.high > high:
            below = f"max(…, {low})" if found.low < low else "…"
            bounded = f"min({below}, {high})" if found.high > high else below
            return inference.wrong(
                node,
                "outside-table",
                f"The key `{dimension.name}` is {low}..{high}, and this can be {found.low}..{found.high}.",
                f"{bounded}, or a declared range within {low}..{high}",
            )
    return typed


def listed(inference: Inference, node: Call, depth: int) -> TypedExpression:
    """Whether a published list holds a value."""
    value = inference.infer(node.arguments[0], None, depth + 1)
    published = _published(inference, node, node.arguments[1])
    if isinstance(value.type, Unknown):
        return value
    if not isinstance(published, ParameterOf) or not isinstance(published.type, Published):
        return published
    if not fits(value.type, published.type.element):
        return inference.wrong(
            node,
            "type-mismatch",
            f"The list holds {describe(published.type.element)}, not {describe(value.type)}.",
            "a value of the type of the list",
        )
    return Listed(value, published, BOOL)


def version(inference: Inference, node: Call) -> TypedExpression:
    """The version of a published list."""
    published = _published(inference, node, node.arguments[0])
    return VersionOf(published, VERSION) if isinstance(published, ParameterOf) else published


def _published(inference: Inference, call: Call, node: Expression) -> ParameterOf | Constant:
    """The parameter that names a published list."""
    if not inference.scope.has_time:
        return inference.wrong(
            call, "unknown-function", f"An invariant holds whatever is published: no `{call.function}`.", "a clause"
        )
    type_: Type | None = inference.scope.parameters.get(node.name) if isinstance(node, Name) else None
    if isinstance(node, Name) and isinstance(type_, Published):
        return ParameterOf(node.name, type_)
    if isinstance(type_, Unknown):
        return Constant(0, type_)
    names = [name for name, each in inference.scope.parameters.items() if isinstance(each, Published)]
    wanted = near(node.name, names) if isinstance(node, Name) and names else "a parameter: {published: id}"
    return inference.wrong(node, "type-mismatch", f"`{call.function}` reads a published list.", wanted)
