"""One action on symbolic records: what it demands, what it writes and posts, and what would go wrong with it.

The same for a single step from any state, and for each step of a run from the empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
import z3

from madang.contract.limits import WON_HIGH
from madang.contract.syntax import Value
from madang.contract.typed import Constant, Given, ParameterOf, TypedInvariant
from madang.contract.valuetypes import Number
from madang.contract.walk import walk
from madang.prover.encoding import Encoder, Scope, Term
from madang.prover.matter import Matter
from madang.prover.sides import Unnamed, sides_of

Sums = Mapping[tuple[str, str], Term]
Record = Mapping[str, Term]

Fault = Literal[
    "out_of_range",
    "unbalanced",
    "violated",
    "budget",
    "wider",
    "narrower",
    "broken",
    "stranded",
    "unnamed",
    "worse",
    "costlier",
    "unprotected",
]
"""How a wrong step shows: four checks that fire when the action runs, then those that nothing stops.

wider: accepted, though the specification (or the programme before) says no. narrower: refused, though it says yes.
broken: an invariant of accounts is false afterwards. stranded: money that no action can move. unnamed: a rule about
what is bought is met by naming nothing. Of a successor only: worse: the result is not as good; costlier: it takes more
of the payer's own money; unprotected: a clause that protects the holder is gone.
"""


class Before(msgspec.Struct, frozen=True):
    """What an action meets: its records and facts by alias, given values, time, and the totals of accounts.

    A new record is not among `records`.
    """

    records: Mapping[str, Record]
    given: Mapping[str, Term]
    at: Term
    totals: Mapping[str, Term]
    sums: Sums
    moment: str = ""


class Step(msgspec.Struct, frozen=True):
    """What an action does. `specification` is None where the programme gives none; `after` has changed records only.

    `kept` is what the keeper of totals demands of running totals: never below zero.
    """

    action: str
    clauses: tuple[tuple[str, Term], ...]
    specification: Term
    postings: tuple[tuple[int, int, Term], ...]
    after: Mapping[str, Record]
    totals: Mapping[str, Term]
    kept: Term


class Danger(msgspec.Struct, frozen=True):
    """Something that must never happen in an action. `what` is named as the error that tells it names it.

    `happens` holds in a step where it does, under the clauses; it must not be satisfiable.
    """

    property: str
    action: str
    what: str
    fault: Fault
    happens: Term


def step(matter: Matter, encoder: Encoder, name: str, before: Before) -> Step:
    """The action `name` from what it meets."""
    typed = matter.typed.actions[name]
    scope = scope_of(matter, before)
    postings = tuple((each.source, each.target, encoder.expression(each.amount, scope)) for each in typed.post)
    written: dict[str, dict[str, Term]] = {}
    for each in typed.set:
        written.setdefault(each.alias, {})[each.field] = encoder.expression(each.value, scope)
    after = {alias: {**before.records.get(alias, {}), **fields} for alias, fields in written.items()}
    specified = matter.values.specification.get(name)
    totals, kept = _post(matter, before.totals, postings)
    return Step(
        name,
        tuple((clause.name, encoder.expression(clause.when, scope)) for clause in matter.clauses(name)),
        None if specified is None else encoder.expression(specified, scope),
        postings,
        after,
        totals,
        kept,
    )


def scope_of(
    matter: Matter, before: Before, parameters: Mapping[str, Value | tuple[Value, ...]] | None = None
) -> Scope:
    """What the names of an action mean before it; with other parameters where those of another programme are wanted."""
    fields = {(alias, field): term for alias, record in before.records.items() for field, term in record.items()}
    values = matter.values.parameters if parameters is None else parameters
    return Scope(values, before.at, before.given, fields, before.totals, before.sums, before.moment)


def allowed(taken: Step) -> Term:
    """Every clause holds."""
    return z3.And([when for _, when in taken.clauses])


def _post(
    matter: Matter, totals: Mapping[str, Term], postings: tuple[tuple[int, int, Term], ...]
) -> tuple[dict[str, Term], Term]:
    """Totals after the postings, and that no running total fell below zero at its posting."""
    accounts = matter.kind.accounts
    after = dict(totals)
    kept = []
    for source, target, amount in postings:
        payer, payee = accounts[source], accounts[target]
        if payer.sort != "outside":
            after[payer.name] = after[payer.name] - amount
        if payee.sort != "outside":
            after[payee.name] = after[payee.name] + amount
        if payer.sort == "total":
            kept.append(after[payer.name] >= 0)
    return after, z3.And(kept)


def dangers(matter: Matter, encoder: Encoder, before: Before, taken: Step) -> list[Danger]:
    """Everything that must not happen in this step, in the order in which running it checks them."""
    happens = [*_ranges(matter, encoder, taken), *_money(matter, before, taken), *_records(matter, encoder, taken)]
    goes = z3.And(allowed(taken), taken.kept)
    found = [
        Danger(name, taken.action, what, fault, z3.And(goes, happening)) for name, what, fault, happening in happens
    ]
    if taken.specification is not None:
        name, said = f"specification/{taken.action}", taken.specification
        found.append(Danger(name, taken.action, "", "wider", z3.And(allowed(taken), z3.Not(said))))
        found.append(Danger(name, taken.action, "", "narrower", z3.And(said, z3.Not(allowed(taken)))))
    nothing = _unnamed(matter, taken.action)
    if nothing is not None:
        named = before.given[nothing.given] == encoder.texts.place(nothing.text)
        name = f"unnamed/{taken.action}"
        found.append(Danger(name, taken.action, nothing.given, "unnamed", z3.And(goes, named)))
    return found


def _unnamed(matter: Matter, action: str) -> Unnamed | None:
    """The value that says nothing, where the programme has rules about it that don't name it themselves."""
    nothing = sides_of(matter.kind).unnamed.get(action)
    if nothing is None:
        return None
    about = [
        list(walk(clause.when))
        for clause in matter.values.require.get(action, ())
        if any(isinstance(part, Given) and part.name == nothing.given for part in walk(clause.when))
    ]
    values = [
        part.value if isinstance(part, Constant) else matter.values.parameters[part.name]
        for parts in about
        for part in parts
        if isinstance(part, (Constant, ParameterOf))
    ]
    is_named = any(nothing.text in value if isinstance(value, tuple) else value == nothing.text for value in values)
    return nothing if about and not is_named else None


_Found = list[tuple[str, str, Fault, Term]]


def _ranges(matter: Matter, encoder: Encoder, taken: Step) -> _Found:
    found: _Found = []
    for each in matter.typed.actions[taken.action].set:
        if isinstance(each.type, Number):
            inside = encoder.within(taken.after[each.alias][each.field], each.type)
            found.append((f"ranges/{taken.action}", f"{each.alias}.{each.field}", "out_of_range", z3.Not(inside)))
    for number, (_, _, amount) in enumerate(taken.postings, start=1):
        outside = z3.Or(amount < 0, amount > WON_HIGH)
        found.append((f"ranges/{taken.action}", f"post {number}", "out_of_range", outside))
    return found


def _money(matter: Matter, before: Before, taken: Step) -> _Found:
    """Sums move as their fields do, no sum falls below zero, and what came in less what went out is what is inside."""
    found: _Found = []
    name = f"money/{taken.action}"
    accounts = matter.kind.accounts
    for place, account in enumerate(accounts):
        if account.sort != "sum":
            continue
        posted = net(taken, place)
        changed = changes(matter, before, taken, account.record, account.field)
        if not (z3.is_int_value(posted) and z3.is_int_value(changed)):
            found.append((name, account.name, "unbalanced", posted != changed))
        if any(source == place for source, _, _ in taken.postings):
            found.append((name, account.name, "budget", taken.totals[account.name] < 0))
    if taken.postings:
        inside = [place for place, account in enumerate(accounts) if account.sort != "outside"]
        inner = z3.Sum([taken.totals[accounts[place].name] - before.totals[accounts[place].name] for place in inside])
        outer = z3.Sum([net(taken, place) for place in range(len(accounts)) if place not in inside])
        found.append((name, "conserved", "broken", inner + outer != 0))
    return found


def net(taken: Step, place: int) -> Term:
    """What arrives at an account less what leaves it."""
    posted = [amount for _, target, amount in taken.postings if target == place]
    posted += [-amount for source, _, amount in taken.postings if source == place]
    return z3.Sum(posted) if posted else z3.IntVal(0)


def changes(matter: Matter, before: Before, taken: Step, record: str, field: str) -> Term:
    """By how much an action changes the sum of a field over all records."""
    changed = []
    for subject in matter.actions[taken.action].on:
        if subject.type == record and subject.alias in taken.after:
            changed.append(taken.after[subject.alias][field])
            if not subject.is_new:
                changed.append(-before.records[subject.alias][field])
    return z3.Sum(changed) if changed else z3.IntVal(0)


def _records(matter: Matter, encoder: Encoder, taken: Step) -> _Found:
    """Invariants of single records, of those that the action changed."""
    found: _Found = []
    for invariant in matter.typed.invariants:
        for subject in matter.actions[taken.action].on:
            if invariant.local and subject.type == invariant.record and subject.alias in taken.after:
                holds = invariant_of(matter, encoder, invariant, taken.after[subject.alias], {}, {})
                found.append((f"invariant/{invariant.name}", subject.alias, "violated", z3.Not(holds)))
    return found


def invariant_of(
    matter: Matter,
    encoder: Encoder,
    invariant: TypedInvariant,
    record: Record,
    totals: Mapping[str, Term],
    sums: Sums,
) -> Term:
    """An invariant of one record (of none where it speaks of accounts and sums only)."""
    fields = {(invariant.record, field): term for field, term in record.items()}
    return encoder.expression(invariant.holds, Scope(matter.values.parameters, fields=fields, totals=totals, sums=sums))
