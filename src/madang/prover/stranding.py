"""Whether money can get stuck: for every record that holds money, some action can still move it, now or later.

Asked of each account that sums a field: is there a state that keeps every law, with money in the field of a record, in
which no action that posts from the account moves anything of it, whatever the time from now on, the values given, and
the other records and facts? Others are taken at their best: the kind's links (a payment and its voucher) make sure of
them. The question has a quantifier, which the solver decides for the arithmetic of this language or gives up.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import z3

from madang.contract.syntax import Account
from madang.contract.valuetypes import TIME, Declared
from madang.prover.encoding import Encoder, Term
from madang.prover.matter import Matter
from madang.prover.steps import Before, Record, allowed, invariant_of, step


class Stuck(msgspec.Struct, frozen=True):
    """A record with money that nothing moves: `record` and `field` name it, `happens` must not be satisfiable."""

    account: str
    record: str
    field: str
    types: dict[str, Declared]
    encoder: Encoder
    unknowns: Record
    happens: Term

    def terms(self) -> list[tuple[str, Term, Declared]]:
        """The unknown fields of the record, with their names and types."""
        return [(f"{self.record}.{field}", self.unknowns[field], type_) for field, type_ in self.types.items()]


def strandings(matter: Matter) -> Iterator[Stuck]:
    """One question for each account that sums a field."""
    for account in matter.kind.accounts:
        if account.sort == "sum":
            yield _stuck(matter, account)


def _stuck(matter: Matter, account: Account) -> Stuck:
    encoder = Encoder(matter.texts(), exact=False)
    types = matter.types[account.record]
    held = {field: encoder.unknown(f"held {field}", type_) for field, type_ in types.items()}
    now = z3.Int("now")
    state = [encoder.within(held[field], type_) for field, type_ in types.items()]
    state += [encoder.within(now, TIME), held[account.field] >= 1]
    state += [
        invariant_of(matter, encoder, invariant, held, {}, {})
        for invariant in matter.typed.invariants
        if invariant.local and invariant.record == account.record
    ]
    place = list(matter.kind.accounts).index(account)
    for action in matter.actions.values():
        if any(posting.source == place for posting in matter.typed.actions[action.name].post):
            for subject in action.on:
                if subject.type == account.record and not subject.is_new:
                    state.append(z3.Not(_escapes(matter, encoder, action.name, subject.alias, place, held, now)))
    return Stuck(account.name, account.record, account.field, types, encoder, held, z3.And([*state, *encoder.facts()]))


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
