"""Runs from the empty state, one step longer each time, until something that must not happen does.

There are a few places for records of each type. A step is any action on any of them, at any later time, with any
values; it goes through all that running it checks. The first length at which a danger can happen is the shortest there
is with so many places, and its model is a trace, which the compiled contract has to repeat: months may be too coarse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import z3

from madang.contract.syntax import Action, Subject, Value
from madang.contract.valuetypes import TIME, Bool, Declared, Enum, Id, Number, Text
from madang.prover.encoding import Encoder, Term
from madang.prover.matter import Matter
from madang.prover.solving import RUN_RESOURCES, Questions
from madang.prover.steps import Before, Danger, Fault, Record, Step, allowed, changes, dangers, invariant_of, step
from madang.prover.stranding import Pattern, matches
from madang.prover.traces import Ending, Trace, TraceList, TraceStep, TraceSubject

PLACES = 2
"""Records of each type that a run can make, at least: as many as one action names, if that is more."""

_DAY = 86_400
STOPPING: tuple[Fault, ...] = ("out_of_range", "unbalanced", "violated", "budget")
"""What is checked when an action runs."""
Key = tuple[str, str, str, Fault]
"""Of a danger: property, action, what and fault."""


def key_of(danger: Danger) -> Key:
    """What tells one danger of a programme from another."""
    return danger.property, danger.action, danger.what, danger.fault


class State(msgspec.Struct):
    """What there is before a step: how many records of each type, their fields by place, and totals."""

    counts: dict[str, Term]
    records: dict[str, list[Record]]
    totals: dict[str, Term]
    at: Term


class Attempt(msgspec.Struct):
    """One action as the step of a run. `meets` holds if it is the one that is tried, on what is there."""

    name: str
    places: dict[str, Term]
    before: Before
    taken: Step
    meets: Term
    dangers: dict[Key, Term]


class Moment(msgspec.Struct):
    """One step of a run: every action as an attempt, and which one it is."""

    chosen: Term
    attempts: list[Attempt]


class Runs:
    """All runs of a programme, grown step by step. `patterns` tell, by account, which records' money is stuck.

    Months are exact if they are written out `between` two days.
    """

    def __init__(
        self,
        matter: Matter,
        patterns: Mapping[str, tuple[Pattern, ...]],
        resources: int = RUN_RESOURCES,
        between: tuple[int, int] | None = None,
    ) -> None:
        self.matter = matter
        self.patterns = patterns
        self.encoder = Encoder(matter.texts(), exact=between is not None, between=between)
        self.questions = Questions([], resources)
        self.actions = list(matter.kind.actions)
        self.places = {record.name: max(PLACES, self._most(record.name)) for record in matter.kind.records}
        self.moments: list[Moment] = []
        self.known: set[int] = set()
        self.state = self._empty()

    def _most(self, type_: str) -> int:
        return max([sum(subject.type == type_ for subject in action.on) for action in self.actions], default=0)

    def _empty(self) -> State:
        zero = z3.IntVal(0)
        records: dict[str, list[Record]] = {}
        for name, places in self.places.items():
            types = self.matter.types[name]
            blank = {field: z3.BoolVal(False) if isinstance(type_, Bool) else zero for field, type_ in types.items()}
            records[name] = [blank] * places
        totals = {account.name: zero for account in self.matter.kind.accounts if account.sort != "outside"}
        return State(dict.fromkeys(self.places, zero), records, totals, zero)

    # ------------------------------------------------------------------------------------------------- one step

    def look(self) -> None:
        """Make the next step possible to ask about."""
        number = len(self.moments)
        at = z3.Int(f"{number} at")
        chosen = z3.Int(f"{number} action")
        self._assume(self.encoder.within(at, TIME), at >= self.state.at, chosen >= 0, chosen < len(self.actions))
        attempts = [self._attempt(number, place, action, chosen, at) for place, action in enumerate(self.actions)]
        self.moments.append(Moment(chosen, attempts))
        self._assume(*self.encoder.facts(searching=True))

    def _attempt(self, number: int, place: int, action: Action, chosen: Term, at: Term) -> Attempt:
        demands = [chosen == place]
        records: dict[str, Record] = {}
        places: dict[str, Term] = {}
        for subject in action.on:
            if self.matter.is_fact(subject.type):
                records[subject.alias] = self._fact(f"{number} fact {action.name}", subject, demands)
                continue
            # The same unknowns serve every action of the step, since only one is chosen.
            order = [each.alias for each in action.on if each.type == subject.type].index(subject.alias)
            chosen_place = places[subject.alias] = z3.Int(f"{number} place {subject.type} {order}")
            count = self.state.counts[subject.type]
            if subject.is_new:
                demands += [chosen_place == count, count < self.places[subject.type]]
            else:
                demands += [chosen_place >= 0, chosen_place < count]
                records[subject.alias] = self._read(number, order, subject.type, chosen_place)
            demands += [
                chosen_place != places[other.alias]
                for other in action.on
                if other.type == subject.type and other.alias in places and other.alias != subject.alias
            ]
        given = {}
        for field in action.given:
            given[field.name] = self.encoder.unknown(f"{number} given {action.name}.{field.name}", field.type)
            demands.append(self.encoder.within(given[field.name], field.type))
        before = Before(records, given, at, self.state.totals, self._sums(), str(number))
        taken = step(self.matter, self.encoder, action.name, before)
        meets = z3.And(demands)
        happens: dict[Key, list[Term]] = {}
        for danger in dangers(self.matter, self.encoder, before, taken):
            happens.setdefault(key_of(danger), []).append(danger.happens)
        return Attempt(action.name, places, before, taken, meets, {key: z3.Or(terms) for key, terms in happens.items()})

    def _fact(self, prefix: str, subject: Subject, demands: list[Term]) -> Record:
        fact = {}
        for field, type_ in self.matter.types[subject.type].items():
            fact[field] = self.encoder.unknown(f"{prefix} {subject.alias}.{field}", type_)
            demands.append(self.encoder.within(fact[field], type_))
        return fact

    def _read(self, number: int, order: int, type_: str, place: Term) -> Record:
        """The record at a place, under names of its own, so that no formula holds the choice more than once."""
        record = {}
        for field, declared in self.matter.types[type_].items():
            record[field] = self.encoder.unknown(f"{number} read {type_} {order}.{field}", declared)
            for index, known in enumerate(self.state.records[type_]):
                self._assume(z3.Implies(place == index, record[field] == known[field]))
        return record

    def _sums(self) -> dict[tuple[str, str], Term]:
        # An absent record has zeros in all its fields, so it adds nothing.
        return {
            (name, field): z3.Sum([each[field] for each in records])
            for name, records in self.state.records.items()
            for field, type_ in self.matter.types[name].items()
            if isinstance(type_, Number)
        }

    def _assume(self, *terms: Term) -> None:
        """Assume what was not assumed before. Facts are found anew at each step, mostly the same."""
        fresh = [term for term in terms if term.get_id() not in self.known]
        self.known |= {term.get_id() for term in fresh}
        self.questions.assume(*fresh)

    # ----------------------------------------------------------------------------------------------------- going on

    def go(self) -> None:
        """Let the step happen: whatever running it checks held, and the state is the one after it."""
        number = len(self.moments) - 1
        moment = self.moments[-1]
        for attempt in moment.attempts:
            self._assume(z3.Implies(moment.chosen == self._place(attempt), self._goes(attempt)))
        counts = {name: self._count_after(name, moment) for name in self.places}
        records = {name: self._records_after(number, name, moment) for name in self.places}
        totals = {name: self._total_after(number, name, moment) for name in self.state.totals}
        self.state = State(counts, records, totals, moment.attempts[0].before.at)

    def _place(self, attempt: Attempt) -> int:
        return [action.name for action in self.actions].index(attempt.name)

    def _count_after(self, name: str, moment: Moment) -> Term:
        makes = [
            (moment.chosen == place, sum(subject.is_new and subject.type == name for subject in action.on))
            for place, action in enumerate(self.actions)
        ]
        count = self.state.counts[name]
        return count + z3.Sum([z3.If(when, made, 0) for when, made in makes if made] or [z3.IntVal(0)])

    def _records_after(self, number: int, name: str, moment: Moment) -> list[Record]:
        after: list[Record] = []
        for index, old in enumerate(self.state.records[name]):
            record = {}
            for field, type_ in self.matter.types[name].items():
                record[field] = self.encoder.unknown(f"{number + 1} record {name} {index}.{field}", type_)
                writes = []
                for attempt in moment.attempts:
                    for alias, changed in attempt.taken.after.items():
                        if self._type_of(attempt, alias) == name:
                            hit = z3.And(moment.chosen == self._place(attempt), attempt.places[alias] == index)
                            self._assume(z3.Implies(hit, record[field] == changed[field]))
                            writes.append(hit)
                self._assume(z3.Implies(z3.Not(z3.Or(writes)), record[field] == old[field]))
            after.append(record)
        return after

    def _type_of(self, attempt: Attempt, alias: str) -> str:
        return next(each.type for each in self.matter.actions[attempt.name].on if each.alias == alias)

    def _total_after(self, number: int, name: str, moment: Moment) -> Term:
        after = z3.Int(f"{number + 1} total {name}")
        for attempt in moment.attempts:
            self._assume(z3.Implies(moment.chosen == self._place(attempt), after == attempt.taken.totals[name]))
        return after

    # ------------------------------------------------------------------------------------------------------ asking

    def find(self, wanted: Key) -> tuple[str, Any]:
        """Whether a danger can happen in the last step that was looked at: the answer, and a model."""
        terms = self._wanted(wanted)
        if not terms:
            return "unsat", None
        answer, model = self.questions.ask(*terms)
        if answer == "sat":
            # The same run while the programme is open, if there is one: it reads better.
            likely, better = self.questions.ask(*terms, *self._likely())
            model = better if likely == "sat" else model
        return answer, model

    def _wanted(self, wanted: Key) -> list[Term]:
        property_, action, _, fault = wanted
        if fault == "stranded":
            return self._stranded(property_.removeprefix("stranded/"))
        if fault == "broken" and property_.startswith("invariant/"):
            return self._broken(property_.removeprefix("invariant/"), action)
        attempt = next(each for each in self.moments[-1].attempts if each.name == action)
        happens = attempt.dangers.get(wanted)
        return [] if happens is None else [attempt.meets, happens]

    def _stranded(self, name: str) -> list[Term]:
        """An action leaves money on a record of such a pattern, which nothing moves from then on."""
        account = next(each for each in self.matter.kind.accounts if each.name == name)
        ends = [
            z3.And(
                self._goes(attempt),
                record[account.field] >= 1,
                matches(record, pattern),
            )
            for attempt in self.moments[-1].attempts
            for alias, record in attempt.taken.after.items()
            if self._type_of(attempt, alias) == account.record
            for pattern in self.patterns.get(name, ())
        ]
        return [z3.Or(ends)] if ends else []

    def _goes(self, attempt: Attempt) -> Term:
        """The attempt is the step, and nothing that is checked when it runs stops it."""
        stopped = [term for (_, _, _, fault), term in attempt.dangers.items() if fault in STOPPING]
        return z3.And(attempt.meets, allowed(attempt.taken), attempt.taken.kept, z3.Not(z3.Or(stopped)))

    def _likely(self) -> list[Term]:
        """Every time lies between the times that the programme names, or a little outside."""
        named = self.matter.times()
        times = [moment.attempts[0].before.at for moment in self.moments]
        if not named:
            return []
        return [times[0] >= named[0] - _DAY, times[-1] <= named[-1] + _DAY]

    def _broken(self, name: str, action: str) -> list[Term]:
        """An invariant of accounts is not checked when run: whether the action can be the one that breaks it."""
        invariant = next(each for each in self.matter.typed.invariants if each.name == name)
        attempt = next(each for each in self.moments[-1].attempts if each.name == action)
        before = attempt.before
        sums = {key: term + changes(self.matter, before, attempt.taken, *key) for key, term in before.sums.items()}
        fails = [
            z3.And(
                there, z3.Not(invariant_of(self.matter, self.encoder, invariant, record, attempt.taken.totals, sums))
            )
            for there, record in self._bound(attempt, invariant.record)
        ]
        return [self._goes(attempt), z3.Or(fails)]

    def _bound(self, attempt: Attempt, type_: str) -> list[tuple[Term, Record]]:
        """The records of a type after an attempt; an empty one for an invariant of none."""
        if not type_:
            return [(z3.BoolVal(True), {})]
        bound = [
            (z3.BoolVal(True), record)
            for alias, record in attempt.taken.after.items()
            if self._type_of(attempt, alias) == type_
        ]
        changed = [attempt.places[alias] for alias in attempt.taken.after if self._type_of(attempt, alias) == type_]
        for index, record in enumerate(self.state.records[type_]):
            there = z3.And(index < self.state.counts[type_], *[place != index for place in changed])
            bound.append((there, record))
        return bound

    # ----------------------------------------------------------------------------------------------------- reading

    def trace(self, model: Any, wanted: Key) -> Trace:
        """The run that a model of `find` describes."""
        return Reading(self.matter, self.encoder, model).trace(self.moments, wanted)


class Reading:
    """Reads plain values out of a model."""

    def __init__(self, matter: Matter, encoder: Encoder, model: Any) -> None:
        self.matter = matter
        self.encoder = encoder
        self.model = model
        self.ids: dict[int, str] = {}
        self.texts: dict[int, str] = {}

    def trace(self, moments: list[Moment], wanted: Key) -> Trace:
        """The steps of a run, the last of which goes wrong."""
        _, _, what, fault = wanted
        taken = [moment.attempts[self.number(moment.chosen)] for moment in moments]
        return Trace(self.steps(taken), Ending(fault, taken[-1].name, what))

    def steps(self, taken: list[Attempt]) -> tuple[TraceStep, ...]:
        """These actions, one after the other, as plain values."""
        self.read_texts(self._texts_of(taken))
        return tuple(self._step(attempt) for attempt in taken)

    def number(self, term: Term) -> int:
        """The whole number that a term is in the model."""
        value: int = self.model.eval(term, model_completion=True).as_long()
        return value

    def value(self, term: Term, type_: Declared) -> Value:
        """The value of a type that a term is in the model."""
        if isinstance(type_, Bool):
            return bool(z3.is_true(self.model.eval(term, model_completion=True)))
        number = self.number(term)
        read: Value = number
        if isinstance(type_, Enum):
            read = type_.members[number]
        elif isinstance(type_, Text):
            read = self.texts[number]
        elif isinstance(type_, Id):
            read = self.id(number)
        return read

    def id(self, number: int) -> str:
        """A name for the id of this number: equal numbers have equal names."""
        return self.ids.setdefault(number, f"id-{len(self.ids) + 1}")

    def read_texts(self, terms: list[Term]) -> None:
        """Make up texts for these terms, all at once, since one may begin with another."""
        self.texts = self.encoder.texts.read(self.model, [self.number(term) for term in terms])

    def _texts_of(self, taken: list[Attempt]) -> list[Term]:
        terms = []
        for attempt in taken:
            action = self.matter.actions[attempt.name]
            terms += [attempt.before.given[field.name] for field in action.given if isinstance(field.type, Text)]
            for subject in action.on:
                if self.matter.is_fact(subject.type):
                    fields = self.matter.types[subject.type]
                    record = attempt.before.records[subject.alias]
                    terms += [record[field] for field, type_ in fields.items() if isinstance(type_, Text)]
            for _, held in self.encoder.lists.read(self.model, attempt.before.moment).values():
                terms += [z3.IntVal(number) for number, is_text in held if is_text]
        return terms

    def _step(self, attempt: Attempt) -> TraceStep:
        action = self.matter.actions[attempt.name]
        given = {field.name: self.value(attempt.before.given[field.name], field.type) for field in action.given}
        lists = {
            name: TraceList(version, tuple(self.texts[each] if is_text else self.id(each) for each, is_text in held))
            for name, (version, held) in self.encoder.lists.read(self.model, attempt.before.moment).items()
            if name in self._lists_of(attempt)
        }
        return TraceStep(
            attempt.name,
            self.number(attempt.before.at),
            tuple(self._subject(attempt, subject) for subject in action.on),
            given,
            lists,
        )

    def _lists_of(self, attempt: Attempt) -> set[str]:
        return set(self.matter.lists(attempt.name))

    def _subject(self, attempt: Attempt, subject: Subject) -> TraceSubject:
        if not self.matter.is_fact(subject.type):
            key = f"{subject.type}-{self.number(attempt.places[subject.alias]) + 1}"
            return TraceSubject(subject.alias, subject.type, key, subject.is_new)
        record = attempt.before.records[subject.alias]
        types = self.matter.types[subject.type]
        fact = {field: self.value(record[field], type_) for field, type_ in types.items()}
        return TraceSubject(subject.alias, subject.type, fact=fact)
