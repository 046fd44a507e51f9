"""Induction: whatever the state before a single action, if it keeps every law then so does the state after it.

The state is one symbolic record for each that the action is on, one more of each type for an invariant of accounts and
records, and a rest: the sum over all others, which is not negative where the field never is. Assumed before are
declared ranges, invariants, and that sums are what their accounts hold; all of them are shown after each action and of
the empty state, so that they hold for ever.
"""

from __future__ import annotations

import msgspec
import z3

from madang.contract.typed import TypedInvariant
from madang.contract.valuetypes import TIME, Number
from madang.prover.encoding import Encoder, Term
from madang.prover.matter import Matter
from madang.prover.steps import (
    Before,
    Danger,
    Record,
    Step,
    allowed,
    changes,
    dangers,
    invariant_of,
    step,
)


class Single(msgspec.Struct, frozen=True):
    """One action from any state: what is assumed, what it does, and what must not happen.

    `terms` are the unknowns by the name that a person reads.
    """

    action: str
    encoder: Encoder
    before: Before
    taken: Step
    assumed: tuple[Term, ...]
    dangers: tuple[Danger, ...]


def single(matter: Matter, name: str, *, exact: bool = False, named: tuple[str, ...] = ()) -> Single:
    """The action `name` from any state. `named` are further texts, of another document that is compared."""
    encoder = Encoder((*matter.texts(), *named), exact=exact)
    before, others, assumed = any_state(matter, encoder, name)
    taken = step(matter, encoder, name, before)
    found = dangers(matter, encoder, before, taken)
    found += _accounts(matter, encoder, before, taken, others)
    return Single(name, encoder, before, taken, tuple(assumed), tuple(found))


def any_state(matter: Matter, encoder: Encoder, name: str) -> tuple[Before, dict[str, Record], list[Term]]:
    """What an action can meet, another record of each type, and what may be assumed of it all."""
    action = matter.actions[name]
    assumed: list[Term] = []
    at = z3.Int("at")
    assumed.append(encoder.within(at, TIME))
    given = {}
    for field in action.given:
        given[field.name] = encoder.unknown(f"given {field.name}", field.type)
        assumed.append(encoder.within(given[field.name], field.type))
    records: dict[str, Record] = {}
    for subject in action.on:
        if not subject.is_new:
            records[subject.alias] = _any_record(matter, encoder, f"record {subject.alias}", subject.type, assumed)
    others = {
        each.name: _any_record(matter, encoder, f"other {each.name}", each.name, assumed)
        for each in matter.kind.records
    }
    totals, sums = _any_totals(matter, name, records, others, assumed)
    before = Before(records, given, at, totals, sums)
    known = [(subject.type, records[subject.alias]) for subject in action.on if subject.alias in records]
    for invariant in matter.typed.invariants:
        for record in _bound(invariant, known):
            assumed.append(invariant_of(matter, encoder, invariant, record, totals, sums))
        if invariant.record and not invariant.local:
            holds = invariant_of(matter, encoder, invariant, others[invariant.record], totals, sums)
            assumed.append(z3.Implies(_there_is(invariant.record), holds))
    return before, others, assumed


def _there_is(record: str) -> Term:
    """There is one more record of this type than those that the action is on."""
    return z3.Bool(f"there is another {record}")


def _any_record(matter: Matter, encoder: Encoder, name: str, type_: str, assumed: list[Term]) -> Record:
    record = {}
    for field, declared in matter.types[type_].items():
        record[field] = encoder.unknown(f"{name}.{field}", declared)
        assumed.append(encoder.within(record[field], declared))
    return record


def _any_totals(
    matter: Matter, name: str, records: dict[str, Record], others: dict[str, Record], assumed: list[Term]
) -> tuple[dict[str, Term], dict[tuple[str, str], Term]]:
    types = {subject.alias: subject.type for subject in matter.actions[name].on}
    sums = {}
    for record in matter.kind.records:
        for field in record.fields:
            if isinstance(field.type, Number):
                known = [each[field.name] for alias, each in records.items() if types[alias] == record.name]
                rest = z3.Int(f"rest of {record.name}.{field.name}")
                if field.type.low >= 0:
                    assumed.append(rest >= 0)
                    assumed.append(z3.Implies(_there_is(record.name), rest >= others[record.name][field.name]))
                sums[record.name, field.name] = z3.Sum([*known, rest])
    totals = {}
    for account in matter.kind.accounts:
        if account.sort == "total":
            totals[account.name] = z3.Int(f"total {account.name}")
            assumed.append(totals[account.name] >= 0)
        elif account.sort == "sum":
            totals[account.name] = sums[account.record, account.field]
    return totals, sums


def _bound(invariant: TypedInvariant, records: list[tuple[str, Record]]) -> list[Record]:
    """The records that an invariant speaks of; one empty one where it speaks of none."""
    return [record for type_, record in records if type_ == invariant.record] if invariant.record else [{}]


def _accounts(matter: Matter, encoder: Encoder, before: Before, taken: Step, others: dict[str, Record]) -> list[Danger]:
    """Invariants of accounts and sums, for changed records and for one that was not."""
    action = matter.actions[taken.action]
    sums = {key: term + changes(matter, before, taken, *key) for key, term in before.sums.items()}
    after = [
        (subject.type, taken.after.get(subject.alias, before.records.get(subject.alias, {}))) for subject in action.on
    ]
    goes = z3.And(allowed(taken), taken.kept)
    found = []
    for invariant in matter.typed.invariants:
        if invariant.local:
            continue
        bound = [(z3.BoolVal(True), record) for record in _bound(invariant, after)]
        if invariant.record:
            bound.append((_there_is(invariant.record), others[invariant.record]))
        for there, record in bound:
            holds = invariant_of(matter, encoder, invariant, record, taken.totals, sums)
            name = f"invariant/{invariant.name}"
            found.append(Danger(name, taken.action, invariant.name, "broken", z3.And(goes, there, z3.Not(holds))))
    return found


def empty_state(matter: Matter) -> list[tuple[TypedInvariant, Term]]:
    """Invariants of accounts and sums where there is no record and no money."""
    encoder = Encoder(matter.texts(), exact=True)
    zero = z3.IntVal(0)
    totals = {account.name: zero for account in matter.kind.accounts if account.sort != "outside"}
    sums = {(record.name, field.name): zero for record in matter.kind.records for field in record.fields}
    return [
        (invariant, invariant_of(matter, encoder, invariant, {}, totals, sums))
        for invariant in matter.typed.invariants
        if not invariant.record
    ]
