"""What a name means where it is written."""

from __future__ import annotations

import msgspec

from madang.contract.limits import WON_HIGH
from madang.contract.syntax import Action, Kind, RecordType
from madang.contract.valuetypes import Declared, Number

TOTAL = Number("won", 0, WON_HIGH)


class Owner(msgspec.Struct, frozen=True):
    """What stands before the dot. A new record has nothing to read yet; `fields` is None if its type is unknown."""

    fields: dict[str, Declared] | None
    is_new: bool = False


class Scope(msgspec.Struct, frozen=True):
    """The names of one place. An invariant has records and accounts, an action given values and aliases."""

    given: dict[str, Declared]
    parameters: dict[str, Declared]
    owners: dict[str, Owner]
    accounts: dict[str, Number]
    sums: dict[str, Owner]
    has_time: bool
    language: int


def fields_of(record: RecordType) -> dict[str, Declared]:
    """Types by name."""
    return {field.name: field.type for field in record.fields}


def of_action(kind: Kind, action: Action, parameters: dict[str, Declared]) -> Scope:
    """The names that the clauses, postings and assignments of an action may use."""
    types = {record.name: fields_of(record) for record in (*kind.records, *kind.facts)}
    return Scope(
        given={field.name: field.type for field in action.given},
        parameters=parameters,
        owners={subject.alias: Owner(types.get(subject.type), subject.is_new) for subject in action.on},
        accounts={},
        sums={},
        has_time=True,
        language=kind.language,
    )


def of_invariants(kind: Kind) -> Scope:
    """The names that an invariant may use: parameters, accounts, `sum(record.field)` and `record.field`."""
    owners = {record.name: Owner(fields_of(record)) for record in kind.records}
    return Scope(
        given={},
        parameters={field.name: field.type for field in kind.parameters},
        owners=owners,
        accounts={account.name: TOTAL for account in kind.accounts if account.sort != "outside"},
        sums=owners,
        has_time=False,
        language=kind.language,
    )
