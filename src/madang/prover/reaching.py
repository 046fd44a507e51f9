"""For each action a run from nothing that performs it: what is proved of an action that never happens says nothing.

A run is sought as a path: actions in a fixed order, each on the newest records of its types, with everything else open
for the solver. Paths that are known are gone on with by the action that is wanted, if need be with one more between
them, or with one that is repeated (milestones). What is found is run on the compiled contract. The search is bounded by
a number of questions; an action that it does not reach is a finding, as is one that can never happen.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import z3

from madang.contract.syntax import Action, Subject
from madang.contract.valuetypes import TIME
from madang.prover.bounded import Attempt, Reading
from madang.prover.encoding import Encoder, Term
from madang.prover.matter import Matter, leads
from madang.prover.replay import Replay
from madang.prover.solving import STEP_RESOURCES, Questions
from madang.prover.steps import Before, Record, allowed, step
from madang.prover.traces import TraceStep

QUESTIONS = 400
"""Paths that are tried for one programme, at most."""
REPEATS = 12
"""How often an action is repeated on the way to another: more often than a voucher has milestones."""


class Path(msgspec.Struct, frozen=True):
    """Actions in an order, from nothing: what there is afterwards, and what must hold on the way."""

    taken: tuple[Attempt, ...]
    encoder: Encoder
    records: dict[str, tuple[Record, ...]]
    totals: dict[str, Term]
    terms: tuple[Term, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the actions in order."""
        return tuple(each.name for each in self.taken)


class Reach:
    """The actions of a programme that are reached: a run for each, as the compiled contract runs it."""

    def __init__(self, matter: Matter, replay: Replay) -> None:
        self.matter = matter
        self.replay = replay
        self.runs: dict[str, tuple[TraceStep, ...]] = {}
        self.paths: list[Path] = [self._nothing(Encoder(matter.texts(), exact=False))]
        self.left = QUESTIONS
        self.tried: dict[tuple[str, ...], Path | None] = {(): self.paths[0]}

    def find(self, wanted: list[str]) -> None:
        """Seek a run for each of these actions."""
        waiting = self._directly(wanted)
        while waiting:
            found = next((name for name in waiting if self._indirectly(name)), None)
            if found is None:
                return
            waiting = self._directly([name for name in waiting if name != found])

    def _directly(self, wanted: list[str]) -> list[str]:
        """Go on with known paths by what is wanted, as long as that leads further; returns what is not reached."""
        waiting = list(wanted)
        while True:
            found = [name for name in waiting if any(self._reached(path, name) for path in list(self.paths))]
            waiting = [name for name in waiting if name not in found]
            if not found or not waiting:
                return waiting

    def _indirectly(self, name: str) -> bool:
        """Reach an action by a known path and one more action between, or one that is repeated."""
        between = [each for each in self.runs if leads(self.matter, each, name)]
        for path in list(self.paths):
            for each in between:
                longer = self._longer(path, each)
                if longer is not None and self._reached(longer, name):
                    return True
        for each in between:
            repeated: Path | None = next(path for path in self.paths if path.actions[-1:] == (each,))
            for _ in range(REPEATS):
                repeated = None if repeated is None else self._longer(repeated, each)
                if repeated is None:
                    break
                if self._reached(repeated, name):
                    return True
        return False

    def _reached(self, path: Path, name: str) -> bool:
        longer = self._longer(path, name)
        if longer is None or name in self.runs:
            return longer is not None
        for path in self._truly(longer):
            run = self._accepted(path)
            if run is not None:
                self.runs[name] = run
                self.paths.append(path)
                self.paths.sort(key=lambda each: len(each.taken))
                return True
        return False

    def _longer(self, path: Path, name: str) -> Path | None:
        """The path and one action more, if that can happen; records that it lacks are made before."""
        for type_ in self._lacking(path, self.matter.actions[name]):
            makers = [each for each in self.runs if any(on.is_new and on.type == type_ for on in self._on(each))]
            made = next((longer for each in makers if (longer := self._tried(path, each)) is not None), None)
            if made is None:
                return None
            path = made
        return self._tried(path, name)

    def _tried(self, path: Path, name: str) -> Path | None:
        actions = (*path.actions, name)
        if actions not in self.tried:
            self.tried[actions] = None
            if self.left > 0 and not self._lacking(path, self.matter.actions[name]):
                self.left -= 1
                longer = self._go(path, name)
                if _asked(longer)[0] == "sat":
                    self.tried[actions] = longer
        return self.tried[actions]

    def _on(self, name: str) -> tuple[Subject, ...]:
        return self.matter.actions[name].on

    def _truly(self, path: Path) -> Iterator[Path]:
        """The path, and where its months are not exact the same with exact ones."""
        yield path
        if path.encoder.calendars.approximated:
            exact = self._nothing(Encoder(self.matter.texts(), exact=True, between=self.matter.days()))
            for name in path.actions:
                exact = self._go(exact, name)
            yield exact

    def _accepted(self, path: Path) -> tuple[TraceStep, ...] | None:
        """The run of a model, if the compiled contract accepts every step of it."""
        answer, model = _asked(path)
        if answer != "sat":
            return None
        run = Reading(self.matter, path.encoder, model).steps(list(path.taken))
        self.replay.restart()
        return run if all(self.replay.step(each).result == "accepted" for each in run) else None

    # ------------------------------------------------------------------------------------------------- one step

    def _nothing(self, encoder: Encoder) -> Path:
        records: dict[str, tuple[Record, ...]] = {each.name: () for each in self.matter.kind.records}
        totals = {each.name: z3.IntVal(0) for each in self.matter.kind.accounts if each.sort != "outside"}
        return Path((), encoder, records, totals, ())

    def _lacking(self, path: Path, action: Action) -> list[str]:
        """Which records an action is on that are not there, by type."""
        needed = [each.type for each in action.on if not each.is_new and not self.matter.is_fact(each.type)]
        types = dict.fromkeys(needed)
        return [type_ for type_ in types for _ in range(needed.count(type_) - len(path.records[type_]))]

    def _go(self, path: Path, name: str) -> Path:
        """The path and one action more, on the newest records."""
        action = self.matter.actions[name]
        number = len(path.taken)
        encoder = path.encoder.branch()
        at = z3.Int(f"{number} at")
        terms = [encoder.within(at, TIME)]
        if path.taken:
            terms.append(at >= path.taken[-1].before.at)
        records: dict[str, Record] = {}
        places: dict[str, int] = {}
        for subject in action.on:
            if self.matter.is_fact(subject.type):
                records[subject.alias] = self._unknown(encoder, f"{number} {subject.alias}", subject.type, terms)
                continue
            used = [places[each.alias] for each in action.on if each.type == subject.type and each.alias in places]
            count = len(path.records[subject.type])
            place = count if subject.is_new else max(each for each in range(count) if each not in used)
            places[subject.alias] = place
            if not subject.is_new:
                records[subject.alias] = path.records[subject.type][place]
        given = {}
        for field in action.given:
            given[field.name] = encoder.unknown(f"{number} given {field.name}", field.type)
            terms.append(encoder.within(given[field.name], field.type))
        before = Before(records, given, at, path.totals, {}, str(number))
        taken = step(self.matter, encoder, name, before)
        after = {type_: list(known) for type_, known in path.records.items()}
        for subject in action.on:
            if subject.alias in taken.after:
                known = after[subject.type]
                known[places[subject.alias] : places[subject.alias] + 1] = [taken.after[subject.alias]]
        attempt = Attempt(name, {alias: z3.IntVal(place) for alias, place in places.items()}, before, taken, [], {})
        return Path(
            (*path.taken, attempt),
            encoder,
            {type_: tuple(known) for type_, known in after.items()},
            dict(taken.totals),
            (*path.terms, *terms, allowed(taken), taken.kept),
        )

    def _unknown(self, encoder: Encoder, prefix: str, type_: str, terms: list[Term]) -> Record:
        record = {}
        for field, declared in self.matter.types[type_].items():
            record[field] = encoder.unknown(f"{prefix}.{field}", declared)
            terms.append(encoder.within(record[field], declared))
        return record


def _asked(path: Path) -> tuple[str, object]:
    return Questions([*path.terms, *path.encoder.facts(searching=True)], STEP_RESOURCES).ask()
