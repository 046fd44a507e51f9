"""Whether a programme only widens another of its kind, for the holder: nobody who was promised something loses it.

For every action and every state that keeps the laws of the old one. What is the holder's to ask stays allowed, with a
result that is at least as good; what is done against the holder is allowed no more than before, with no worse result;
everything else stays exactly as it was. Clauses that protect the holder still hold of whatever is allowed, no payment
takes more of the payer's own money than it could before, and the laws of the new one hold. Which action is which, and
which result is better, is said by `sides`. So a new document that is shown to widen can take the place of the old one
for vouchers that were granted under it.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from madang.contract.typed import ParameterOf, TypedExpression
from madang.contract.walk import walk
from madang.kernel.errors import MadangError
from madang.prover.encoding import Encoder, Term
from madang.prover.induction import Single, any_state, single
from madang.prover.matter import Matter
from madang.prover.sides import PROTECTS, Sides, sides_of
from madang.prover.steps import Before, Danger, Fault, Step, allowed, invariant_of, net, step


def check_comparable(old: Matter, new: Matter) -> None:
    """Refuse what can't be compared: raises `MadangError` (`prover.other_kind`) for programmes of two kinds."""
    if old.digests[0] != new.digests[0]:
        raise MadangError(
            "prover.other_kind", "The two programmes are of different kinds. Draft a programme of its own."
        )


def widening(old: Matter, new: Matter, name: str, *, exact: bool = False) -> Single:
    """The action `name` under both: what must not happen if `new` only widens `old`."""
    asked = single(old, name, exact=exact, named=new.texts())
    compared = _Compared(old, new, asked)
    return Single(name, asked.encoder, asked.before, asked.taken, asked.assumed, tuple(compared.dangers()))


class _Compared:
    """One action under two programmes, from the same state."""

    def __init__(self, old: Matter, new: Matter, asked: Single) -> None:
        self.old = old
        self.new = new
        self.sides: Sides = sides_of(old.kind)
        self.name = asked.action
        self.encoder: Encoder = asked.encoder
        self.before: Before = asked.before
        self.was: Step = asked.taken
        self.will: Step = step(new, asked.encoder, asked.action, asked.before)

    def dangers(self) -> Iterator[Danger]:
        was, will = allowed(self.was), allowed(self.will)
        theirs, against, neither = self._whose()
        yield self._danger("allowed", "narrower", z3.Or(theirs, neither), was, z3.Not(will))
        yield self._danger("allowed", "wider", z3.Or(against, neither), will, z3.Not(was))
        for what, worse in self._worse():
            yield self._danger(what, "worse", z3.Not(neither), was, will, worse)
        for what, other in self._other():
            yield self._danger(what, "worse", neither, was, will, other)
        for given in self.sides.costs.get(self.name, ()):
            yield self._danger(given, "costlier", will, z3.Not(was), self._was_cheaper(given))
        for clause, holds in self.was.clauses:
            if clause.startswith(PROTECTS):
                yield self._danger(clause, "unprotected", will, z3.Not(holds))

    def _danger(self, what: str, fault: Fault, *happens: Term) -> Danger:
        return Danger(f"widens/{self.name}", self.name, what, fault, z3.And(happens))

    def _whose(self) -> tuple[Term, Term, Term]:
        """Whether it is the holder's to ask, against the holder, or neither."""
        asks = self.sides.by_holder.get(self.name)
        if asks is not None:
            alias, _, field = asks.field.partition(".")
            theirs = self.before.given[asks.given] == self.before.records[alias][field]
            return theirs, z3.BoolVal(False), z3.Not(theirs)
        theirs, against = self.name in self.sides.theirs, self.name in self.sides.against
        return z3.BoolVal(theirs), z3.BoolVal(against), z3.BoolVal(not theirs and not against)

    def _fields(self) -> Iterator[tuple[str, str, Term, Term]]:
        """Every field that is set: its name, its name by type, and what it becomes under each."""
        types = {subject.alias: subject.type for subject in self.old.actions[self.name].on}
        for alias, record in self.was.after.items():
            for field, term in record.items():
                yield f"{alias}.{field}", f"{types[alias]}.{field}", term, self.will.after[alias][field]

    def _worse(self) -> Iterator[tuple[str, Term]]:
        """What the result may be worse in for the holder."""
        for what, of_type, one, other in self._fields():
            if not one.eq(other):
                if of_type in self.sides.more_is_better:
                    yield what, other < one
                elif of_type in self.sides.less_is_better:
                    yield what, other > one
                else:
                    yield what, other != one
        for place, account in enumerate(self.old.kind.accounts):
            if account.sort == "outside":
                one, other = net(self.was, place), net(self.will, place)
                yield account.name, other < one if account.name in self.sides.receives else other != one

    def _other(self) -> Iterator[tuple[str, Term]]:
        """What may differ at all."""
        for what, _, one, other in self._fields():
            if not one.eq(other):
                yield what, one != other
        for number, ((_, _, one), (_, _, other)) in enumerate(
            zip(self.was.postings, self.will.postings, strict=True), start=1
        ):
            if not one.eq(other):
                yield f"post {number}", one != other

    def _was_cheaper(self, given: str) -> Term:
        """The old one allowed the same for less of this value."""
        declared = next(each.type for each in self.old.actions[self.name].given if each.name == given)
        less = self.encoder.unknown(f"less {given}", declared)
        cheaper = Before(
            self.before.records,
            {**self.before.given, given: less},
            self.before.at,
            self.before.totals,
            self.before.sums,
            self.before.moment,
        )
        same = allowed(step(self.old, self.encoder, self.name, cheaper))
        return z3.And(self.encoder.within(less, declared), less < self.before.given[given], same)


def laws(old: Matter, new: Matter, *, exact: bool = False) -> Single | None:
    """What holds of every record and account under the old programme must satisfy the laws of the new one."""
    if not old.actions:
        return None
    name = next(iter(old.actions))
    encoder = Encoder((*old.texts(), *new.texts()), exact=exact)
    before, others, assumed = any_state(old, encoder, name)
    dangers = []
    for invariant in old.typed.invariants:
        record = others[invariant.record] if invariant.record else {}
        was, must = (invariant_of(each, encoder, invariant, record, before.totals, before.sums) for each in (old, new))
        dangers.append(Danger("widens/laws", "", invariant.name, "broken", z3.And(was, z3.Not(must))))
    return Single(name, encoder, before, step(old, encoder, name, before), tuple(assumed), tuple(dangers))


def unread_that_differ(old: Matter, new: Matter) -> tuple[str, ...]:
    """Parameters of the kind that no rule reads and that differ: what they mean to a service is not proven."""
    read = {part.name for expression in _expressions(old) for part in walk(expression) if isinstance(part, ParameterOf)}
    return tuple(
        field.name
        for field in old.kind.parameters
        if field.name not in read and old.values.parameters[field.name] != new.values.parameters[field.name]
    )


def _expressions(matter: Matter) -> Iterator[TypedExpression]:
    for action in matter.typed.actions.values():
        yield from [clause.when for clause in action.require]
        yield from [posting.amount for posting in action.post]
        yield from [assignment.value for assignment in action.set]
    yield from [invariant.holds for invariant in matter.typed.invariants]
