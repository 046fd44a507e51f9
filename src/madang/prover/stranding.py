"""Whether money can get stuck: for every record that holds money, some action can still move it, now or later.

Asked of each account that sums a field: is there a state that keeps every law, with money in the field of a record, in
which no action that posts from the account moves anything of it, whatever the time from now on, the values given, and
the other records and facts? Others are taken at their best: the kind's links (a payment and its voucher) make sure of
them. The question has a quantifier, which the solver decides for the arithmetic of this language or gives up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import z3

from madang.contract.syntax import Account
from madang.contract.valuetypes import TIME, Bool, Declared, Enum
from madang.prover.encoding import Encoder, Term
from madang.prover.matter import Matter
from madang.prover.solving import STEP_RESOURCES, Questions
from madang.prover.steps import Before, Record, allowed, invariant_of, step

PATTERNS = 8
"""Patterns of records that are told apart, at most."""
Pattern = Mapping[str, Term]
"""Values of some fields of a record."""


class Stuck(msgspec.Struct, frozen=True):
    """A record with money that nothing moves: `record` and `field` name it, `happens` must not be satisfiable."""

    account: str
    record: str
    field: str
    types: dict[str, Declared]
    encoder: Encoder
    unknowns: Record
    happens: Term
    possible: Term

    def terms(self) -> list[tuple[str, Term, Declared]]:
        """The unknown fields of the record, with their names and types."""
        return [(f"{self.record}.{field}", self.unknowns[field], type_) for field, type_ in self.types.items()]

    def patterns(self) -> tuple[Pattern, ...]:
        """In which records money is stuck, as far as their enums and flags alone decide it."""
        found: list[Pattern] = []
        questions = Questions([self.happens], STEP_RESOURCES)
        while len(found) < PATTERNS:
            answer, model = questions.ask()
            pattern = self._pattern(model) if answer == "sat" else None
            if pattern is None:
                break
            found.append(pattern)
            questions.assume(z3.Not(matches(self.unknowns, pattern)))
        return tuple(found)

    def _pattern(self, model: Any) -> Pattern | None:
        """The fewest enums and flags of one model that suffice for money to be stuck; None if other fields matter."""
        fixed = {
            field: model.eval(self.unknowns[field], model_completion=True)
            for field, type_ in self.types.items()
            if isinstance(type_, (Enum, Bool))
        }
        if not self._suffices(fixed):
            return None
        for field in list(fixed):
            fewer = {name: value for name, value in fixed.items() if name != field}
            if self._suffices(fewer):
                fixed = fewer
        return fixed

    def _suffices(self, pattern: Pattern) -> bool:
        free = z3.And(self.possible, z3.Not(self.happens), matches(self.unknowns, pattern))
        return Questions([], STEP_RESOURCES).ask(free)[0] == "unsat"


def matches(record: Record, pattern: Pattern) -> Term:
    """The record has the values of the pattern."""
    return z3.And([record[field] == value for field, value in pattern.items()])


def stranding(matter: Matter, account: Account, *, exact: bool = False) -> Stuck:
    """The question for an account that sums a field."""
    encoder = Encoder(matter.texts(), exact=exact)
    types = matter.types[account.record]
    held = {field: encoder.unknown(f"held {field}", type_) for field, type_ in types.items()}
    now = z3.Int("now")
    state = [encoder.within(held[field], type_) for field, type_ in types.items()]
    state.append(encoder.within(now, TIME))
    stuck = is_stuck(matter, encoder, account, held, now)
    state += [
        invariant_of(matter, encoder, invariant, held, {}, {})
        for invariant in matter.typed.invariants
        if invariant.local and invariant.record == account.record
    ]
    possible = z3.And([*state, held[account.field] >= 1, *encoder.facts()])
    return Stuck(account.name, account.record, account.field, types, encoder, held, z3.And(possible, stuck), possible)


def is_stuck(matter: Matter, encoder: Encoder, account: Account, held: Record, now: Term) -> Term:
    """The record holds money of the account, and no action moves any of it from now on."""
    place = list(matter.kind.accounts).index(account)
    stuck = [held[account.field] >= 1]
    for name, action in matter.actions.items():
        if any(posting.source == place for posting in matter.typed.actions[name].post):
            for subject in action.on:
                if subject.type == account.record and not subject.is_new:
                    stuck.append(z3.Not(_escapes(matter, encoder, name, subject.alias, place, held, now)))
    return z3.And(stuck)


def _escapes(matter: Matter, encoder: Encoder, name: str, alias: str, place: int, held: Record, now: Term) -> Term:
    """Some time, values and other records let the action post something from the account at this place."""
    action = matter.actions[name]
    at = z3.Int(f"{name} at")
    bound, ranges = [at], [encoder.within(at, TIME), at >= now]
    given: dict[str, Term] = {}
    for each in action.given:
        given[each.name] = encoder.unknown(f"{name} given {each.name}", each.type)
        bound.append(given[each.name])
        ranges.append(encoder.within(given[each.name], each.type))
    records: dict[str, Record] = {alias: held}
    for subject in action.on:
        if subject.alias != alias and not subject.is_new:
            record = {}
            for field, type_ in matter.types[subject.type].items():
                record[field] = encoder.unknown(f"{name} {subject.alias}.{field}", type_)
                bound.append(record[field])
                ranges.append(encoder.within(record[field], type_))
            records[subject.alias] = record
            ranges += [
                invariant_of(matter, encoder, invariant, record, {}, {})
                for invariant in matter.typed.invariants
                if invariant.local and invariant.record == subject.type
            ]
    totals = {each.name: z3.Int(f"total {each.name}") for each in matter.kind.accounts if each.sort != "outside"}
    taken = step(matter, encoder, name, Before(records, given, at, totals, {}))
    moved = z3.Sum([amount for source, _, amount in taken.postings if source == place])
    return z3.Exists(bound, z3.And(*ranges, allowed(taken), moved >= 1))
