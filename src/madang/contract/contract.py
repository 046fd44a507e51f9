"""A programme made ready to run: classes of records, accounts, and one function for each action."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from madang.contract.canonical import digest
from madang.contract.checker import check_kind, check_programme
from madang.contract.generator import Run, generate
from madang.contract.recordtypes import annotation, record_class
from madang.contract.syntax import Action as ActionSyntax
from madang.contract.syntax import Kind, Programme
from madang.contract.typed import Listed, TypedAction, TypedClause, TypedProgramme, VersionOf
from madang.contract.valuetypes import Declared, Published
from madang.contract.walk import walk

Effect: TypeAlias = tuple[tuple[Any, ...], tuple[tuple[int, int, int], ...]]
"""What an action does: the records after it, in the order of `Action.changes`, and its postings.

A posting is (index of the account that it leaves, index of the account that it reaches, won). The indexes are those of
`Contract.accounts`. An amount may be 0.
"""


class Account(msgspec.Struct, frozen=True):
    """Where money of a programme can be.

    total: a running total. sum: a running total that equals the sum of `field` over all records of type `record`.
    outside: money comes from or leaves to outside the programme, and no total is kept. `record` and `field` are "" but
    for sum.
    """

    name: str
    sort: Literal["total", "sum", "outside"]
    record: str
    field: str


class Subject(msgspec.Struct, frozen=True):
    """A record or fact that an action is on. For a new record the place in `records` holds None."""

    alias: str
    type: str
    is_new: bool
    is_fact: bool


class GivenValue(msgspec.Struct, frozen=True):
    """A value that comes with a request. `annotation` is the same type as msgspec checks it."""

    name: str
    type: Declared
    annotation: Any


class Action(msgspec.Struct, frozen=True):
    """One action of a programme.

    `changes` are the aliases of the records that it changes or makes, in the order of `on`. `lists` are the names of
    the published lists that it asks about, in order.

    `run(records, given, at, lists)` takes tuples in the order of `on` and `given`, the block time in seconds since
    1970-01-01T00:00:00Z, and who answers for published lists (by default nothing was ever published). It returns an
    `Effect` or raises, checking in this order: `OutOfRange` (given values, `at`, facts that are read, versions of
    lists), `Refused` (clauses of the kind, then of the programme, the first that fails), `OutOfRange` (new values, then
    amounts), `Unbalanced`, `Violated`. A tuple of another length raises ValueError. It has no state
    and changes nothing. Records must be of the classes in `Contract.records`, and distinct: two names for one record
    are the caller's to refuse.
    """

    name: str
    on: tuple[Subject, ...]
    given: tuple[GivenValue, ...]
    changes: tuple[str, ...]
    lists: tuple[str, ...]
    run: Run


class Contract(msgspec.Struct, frozen=True):
    """A compiled programme. `digest` is the SHA-256 of the canonical programme, which names its kind by digest.

    `lists` are the names of all published lists that its parameters name, in order.
    """

    kind: str
    programme: str
    digest: bytes
    records: dict[str, type[msgspec.Struct]]
    facts: dict[str, type[msgspec.Struct]]
    accounts: tuple[Account, ...]
    parameters: dict[str, Any]
    lists: tuple[str, ...]
    actions: dict[str, Action]


def compile(kind: Kind, programme: Programme) -> Contract:  # noqa: A001 - the field's word for it
    """Compile a programme of a kind. Raises `ContractError` if either does not hold what the language demands."""
    typed = check_kind(kind)
    values = check_programme(programme, kind)
    actions = {}
    for action in kind.actions:
        checked = typed.actions[action.name]
        further = values.require.get(action.name, ())
        run = generate(kind, action, checked, further, typed.invariants, values.parameters)
        lists = _lists(checked, further, values)
        actions[action.name] = _action(kind, action, lists, run)
    return Contract(
        kind=kind.kind,
        programme=programme.programme,
        digest=digest(programme),
        records={record.name: record_class(record) for record in kind.records},
        facts={fact.name: record_class(fact) for fact in kind.facts},
        accounts=tuple([Account(each.name, each.sort, each.record, each.field) for each in kind.accounts]),
        parameters=values.parameters,
        lists=_named_lists(kind, programme, values),
        actions=actions,
    )


def _named_lists(kind: Kind, programme: Programme, values: TypedProgramme) -> tuple[str, ...]:
    declared = [(each.name, each.type) for each in kind.parameters]
    declared += [(each.name, each.declared) for each in programme.parameters if each.declared is not None]
    named = [str(values.parameters[name]) for name, type_ in declared if isinstance(type_, Published)]
    return tuple(sorted(dict.fromkeys(named)))


def _lists(action: TypedAction, further: tuple[TypedClause, ...], programme: TypedProgramme) -> tuple[str, ...]:
    """The names of the published lists that an action asks about, in order."""
    used = [clause.when for clause in (*action.require, *further)]
    used += [posting.amount for posting in action.post] + [assignment.value for assignment in action.set]
    parts = [part for expression in used for part in walk(expression) if isinstance(part, (Listed, VersionOf))]
    return tuple(sorted(dict.fromkeys(str(programme.parameters[part.list.name]) for part in parts)))


def _action(kind: Kind, action: ActionSyntax, lists: tuple[str, ...], run: Run) -> Action:
    facts = [fact.name for fact in kind.facts]
    written = [assignment.alias for assignment in action.set]
    return Action(
        name=action.name,
        on=tuple([Subject(each.alias, each.type, each.is_new, each.type in facts) for each in action.on]),
        given=tuple([GivenValue(each.name, each.type, annotation(each.type)) for each in action.given]),
        changes=tuple([subject.alias for subject in action.on if subject.alias in written]),
        lists=lists,
        run=run,
    )
