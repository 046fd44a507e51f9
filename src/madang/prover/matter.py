"""What a proof is about: a kind and a programme of it, typed, with what the prover looks up again and again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from madang.contract import Kind, Programme, digest
from madang.contract.checker import check_kind, check_programme
from madang.contract.limits import DATE_HIGH, OFFSET_SECONDS
from madang.contract.syntax import Account, Action, Value
from madang.contract.typed import (
    Constant,
    FieldOf,
    Listed,
    TypedAction,
    TypedClause,
    TypedExpression,
    TypedKind,
    TypedProgramme,
    VersionOf,
)
from madang.contract.valuetypes import TIME, Declared, List, Table, Text, Type
from madang.contract.walk import walk
from madang.prover.sides import sides_of

_DAY = 86_400
_AROUND = 400
"""Days before the first and after the last time that is named."""
_LOOKED_AT = 366 * 12


class Matter(msgspec.Struct, frozen=True):
    """A kind and one of its programmes. `types` are the fields of records and facts by type, in order."""

    kind: Kind
    programme: Programme
    typed: TypedKind
    values: TypedProgramme
    types: dict[str, dict[str, Declared]]
    actions: dict[str, Action]

    @property
    def digests(self) -> tuple[str, str]:
        """SHA-256 of the canonical kind and programme, in hexadecimal."""
        return digest(self.kind).hex(), digest(self.programme).hex()

    def is_fact(self, type_: str) -> bool:
        """Whether a service supplies it."""
        return any(fact.name == type_ for fact in self.kind.facts)

    def clauses(self, action: str) -> tuple[TypedClause, ...]:
        """The clauses of the kind, then of the programme."""
        return (*self.typed.actions[action].require, *self.values.require.get(action, ()))

    def summed(self, record: str, field: str) -> Iterator[tuple[int, Account]]:
        """The accounts that are sums of this field, with their places."""
        for place, account in enumerate(self.kind.accounts):
            if account.sort == "sum" and (account.record, account.field) == (record, field):
                yield place, account

    def lists(self, action: str) -> tuple[str, ...]:
        """The names of the published lists that an action asks about."""
        used = [clause.when for clause in self.clauses(action)]
        used += _effects(self.typed.actions[action])
        parts = [part for expression in used for part in walk(expression) if isinstance(part, (Listed, VersionOf))]
        return tuple(sorted({str(self.values.parameters[part.list.name]) for part in parts}))

    def times(self) -> list[int]:
        """The times that the parameters name, in order, without defaults of the kind, which say 'never'."""
        declared = {field.name: field.type for field in self.kind.parameters}
        declared |= {each.name: each.declared for each in self.programme.parameters if each.declared is not None}
        never = {field.default for field in self.kind.parameters if field.type == TIME}
        named = [value for name, value in self.values.parameters.items() if declared[name] == TIME]
        return sorted(value for value in named if isinstance(value, int) and value not in never)

    def days(self) -> tuple[int, int]:
        """The first and the last day (since 1970-01-01) of the time that the parameters name, with some around it.

        Where they name none, or a longer time than is easily looked at, some years from the first on.
        """
        times = [(time + OFFSET_SECONDS) // _DAY for time in self.times()] or [0]
        first = max(times[0] - _AROUND, 0)
        return first, min(times[-1] + _AROUND, first + _LOOKED_AT, DATE_HIGH)

    def texts(self) -> tuple[str, ...]:
        """Every text that the documents name."""
        return tuple(sorted({*self._texts()}))

    def _texts(self) -> Iterator[str]:
        declared = {field.name: field.type for field in self.kind.parameters}
        declared |= {each.name: each.declared for each in self.programme.parameters if each.declared is not None}
        for name, value in self.values.parameters.items():
            yield from _texts_in(value, declared[name])
        for expression in self._expressions():
            for part in walk(expression):
                if isinstance(part, Constant):
                    yield from _texts_in(part.value, part.type)
        yield from [each.text for each in sides_of(self.kind).unnamed.values()]

    def _expressions(self) -> Iterator[TypedExpression]:
        for name, action in self.typed.actions.items():
            yield from [clause.when for clause in self.clauses(name)]
            yield from _effects(action)
        yield from [invariant.holds for invariant in self.typed.invariants]
        yield from self.values.specification.values()


def leads(matter: Matter, name: str, other: str) -> bool:
    """Whether an action makes records that another is on, or sets a field that its clauses ask about."""
    on = {each.alias: each.type for each in matter.actions[other].on}
    made = {each.type for each in matter.actions[name].on if each.is_new}
    if made & {each.type for each in matter.actions[other].on if not each.is_new}:
        return True
    types = {each.alias: each.type for each in matter.actions[name].on}
    written = {(types[each.alias], each.field) for each in matter.typed.actions[name].set}
    parts = [part for clause in matter.clauses(other) for part in walk(clause.when)]
    return any(isinstance(part, FieldOf) and (on[part.alias], part.field) in written for part in parts)


def matter(kind: Kind, programme: Programme) -> Matter:
    """Type a kind and programme. Raises `ContractError` for documents that do not hold what the language demands."""
    return Matter(
        kind,
        programme,
        check_kind(kind),
        check_programme(programme, kind),
        {record.name: {field.name: field.type for field in record.fields} for record in (*kind.records, *kind.facts)},
        {action.name: action for action in kind.actions},
    )


def _effects(action: TypedAction) -> Iterator[TypedExpression]:
    yield from [posting.amount for posting in action.post]
    yield from [assignment.value for assignment in action.set]


def _texts_in(value: Value | tuple[Value, ...], type_: Type) -> Iterator[str]:
    element = type_.element if isinstance(type_, List) else type_.of if isinstance(type_, Table) else type_
    if isinstance(element, Text):
        for each in value if isinstance(value, tuple) else (value,):
            yield str(each)
