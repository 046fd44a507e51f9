"""Actions that never happen, since nothing leads to them: what parameters switch off, and what is a mistake.

Where vouchers are not sold no price is ever above zero, so that none is given back. Shown by induction: fields that
begin at zero and that no action moves from there (or never at zero, and none moves to it), and records that none makes.
Parameters switch off what the clauses of the kind exclude by themselves. Clauses of the programme do not: if they make
an action impossible that is a mistake, as it is where no parameter has a part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import z3

from madang.contract.typed import FieldOf, ParameterOf, TypedClause
from madang.contract.valuetypes import Bool, Declared, Number
from madang.contract.walk import walk
from madang.prover.encoding import Term
from madang.prover.induction import Single
from madang.prover.matter import Matter, leads
from madang.prover.solving import Questions

Still = tuple[str, str, bool]
"""A record type, one of its fields, and whether that is always zero (True) or never (False)."""


class Unmoved:
    """Which actions never happen. `asked` are single steps of all actions with their questions, `off` what is known.

    With `whole` it asks about all clauses, else about those of the kind alone.
    """

    def __init__(
        self, matter: Matter, asked: Mapping[str, tuple[Single, Questions]], off: Iterable[str], *, whole: bool = False
    ) -> None:
        self.matter = matter
        self.asked = asked
        self.whole = whole
        self.switched = tuple(off)
        self.off: dict[str, tuple[str, ...]] = dict.fromkeys(self.switched, ())
        self.still: set[Still] = set()

    def find(self) -> dict[str, tuple[str, ...]]:
        """Actions that never happen, with the clauses that nothing can meet: none where there is no record to be on."""
        self._records()
        self.still = {still for name in self.matter.actions if name not in self.off for still in self._stills(name)}
        self._settle()
        for name in self.matter.actions:
            if name not in self.off and (clauses := self._never(name)) is not None:
                self.off[name] = clauses
        self._records()
        return self.off

    def is_switched(self, name: str) -> bool:
        """Whether parameters have a part in it: in the action, or in any that could have led to it."""
        related: set[str] = set()
        waiting = [name]
        while waiting:
            action = waiting.pop()
            if action not in related:
                related.add(action)
                waiting += [each for each in self.matter.actions if leads(self.matter, each, action)]
        return any(each in self.switched or self._asks_parameter(each) for each in related)

    def _asks_parameter(self, name: str) -> bool:
        whens = [clause.when for clause in self.matter.typed.actions[name].require]
        return any(isinstance(part, ParameterOf) for when in whens for part in walk(when))

    def _records(self) -> None:
        """An action on records that no action makes is off, and so is what needs the records that it would make."""
        while True:
            live = [action for name, action in self.matter.actions.items() if name not in self.off]
            made = {each.type for action in live for each in action.on if each.is_new}
            made |= {fact.name for fact in self.matter.kind.facts}
            found = [each.name for each in live if any(on.type not in made for on in each.on)]
            if not found:
                return
            self.off |= dict.fromkeys(found, ())

    def _stills(self, name: str) -> set[Still]:
        """Of each field that the clauses of an action ask about: that it is always zero, or that it never is."""
        types = {each.alias: each.type for each in self.matter.actions[name].on}
        parts = [part for clause in self._required(name) for part in walk(clause.when)]
        return {
            (types[part.alias], part.field, zero)
            for part in parts
            for zero in (True, False)
            if isinstance(part, FieldOf) and not self.matter.is_fact(types[part.alias]) and _can_be_zero(part.type)
        }

    def _settle(self) -> None:
        """Leave only what stays so if all of it is so: drop whatever some action moves, until none does."""
        moved = True
        while moved:
            moved = False
            for name in self.matter.actions:
                while name not in self.off and self._moves(name):
                    moved = True

    def _moves(self, name: str) -> bool:
        """Drop what one run of an action moves; False if it moves nothing."""
        single, questions = self.asked[name]
        types = {each.alias: each.type for each in self.matter.actions[name].on}
        written = [
            (still, _stays(single.taken.after[each.alias][each.field], still))
            for each in self.matter.typed.actions[name].set
            for still in self._of(types[each.alias], each.field)
        ]
        if not written:
            return False
        answer, model = questions.ask(*self._goes(name), z3.Not(z3.And([stays for _, stays in written])))
        if answer == "unsat":
            return False
        self.still -= {still for still, stays in written if model is None or not _true(model, stays)}
        return True

    def _of(self, type_: str, field: str) -> list[Still]:
        return [(type_, field, zero) for zero in (True, False) if (type_, field, zero) in self.still]

    def _goes(self, name: str) -> list[Term]:
        """It may happen, on records that are still so."""
        return [*[when for _, when in self._clauses(name)], self.asked[name][0].taken.kept, *self._before(name)]

    def _clauses(self, name: str) -> tuple[tuple[str, Term], ...]:
        return self.asked[name][0].taken.clauses[: len(self._required(name))]

    def _required(self, name: str) -> tuple[TypedClause, ...]:
        return self.matter.clauses(name) if self.whole else self.matter.typed.actions[name].require

    def _before(self, name: str) -> list[Term]:
        records = self.asked[name][0].before.records
        return [
            _stays(term, still)
            for each in self.matter.actions[name].on
            for field, term in records.get(each.alias, {}).items()
            for still in self._of(each.type, field)
        ]

    def _never(self, name: str) -> tuple[str, ...] | None:
        """The clauses that can't be met while this is so; None if they can."""
        _, questions = self.asked[name]
        still = self._before(name)
        if not still or questions.ask(*self._goes(name))[0] != "unsat":
            return None
        return questions.conflict(self._clauses(name), still)


def _can_be_zero(type_: Declared) -> bool:
    return isinstance(type_, Bool) or (isinstance(type_, Number) and type_.low <= 0 <= type_.high)


def _stays(term: Term, still: Still) -> Term:
    zero = z3.Not(term) if z3.is_bool(term) else term == 0
    return zero if still[2] else z3.Not(zero)


def _true(model: Any, term: Term) -> bool:
    return bool(z3.is_true(model.eval(term, model_completion=True)))
