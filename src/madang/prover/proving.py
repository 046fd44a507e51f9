"""Proving a programme: induction for every property, and runs from nothing for those that it does not show."""

from __future__ import annotations

from typing import Any

import msgspec
import z3

from madang.contract import Kind, Programme
from madang.contract.scope import TOTAL
from madang.contract.syntax import Account
from madang.contract.typed import ParameterOf
from madang.contract.valuetypes import TEXT, TIME, Declared
from madang.contract.walk import walk
from madang.prover.bounded import Key, Reading, Runs, key_of
from madang.prover.comparing import Difference, difference, likely
from madang.prover.encoding import Encoder, Term
from madang.prover.induction import Single, empty_state, single
from madang.prover.matter import Matter, matter
from madang.prover.reaching import Reach
from madang.prover.receipts import Status
from madang.prover.replay import Replay
from madang.prover.results import PROPERTIES, Counterexample, Proof, Result
from madang.prover.solving import STEP_RESOURCES, Questions
from madang.prover.steps import Danger, allowed
from madang.prover.stranding import Pattern, stranding
from madang.prover.traces import Trace, TraceStep
from madang.prover.unmoved import Unmoved
from madang.prover.widening import check_comparable, laws, unread_that_differ, widening

PROVER = "madang 2"
"""This prover: the translation, what is assumed, and how runs are searched."""
STEPS = 10
"""How long a run is searched for, in steps."""
TRACES = 3
"""Counterexamples of one property that are kept."""


def prove(
    kind: Kind, programme: Programme, *, widens: tuple[Kind, Programme] | None = None, steps: int = STEPS
) -> Proof:
    """Prove every property of a programme, and that it only widens another one if that is given.

    Runs of at most `steps` steps are searched for what is not proved. Raises `MadangError`: `prover.unknown_part` for
    a document with a part that this prover does not know, `prover.other_kind` for a programme that can't widen another.
    """
    subject = matter(kind, programme)
    old = None if widens is None else matter(*widens)
    if old is not None:
        check_comparable(old, subject)
    findings = Findings(subject)
    findings.induct()
    if old is not None:
        findings.compare(old)
    runs = _search(subject, findings, steps)
    results = findings.results(runs)
    return Proof(*subject.digests, "" if old is None else old.digests[1], PROPERTIES, PROVER, solver(), results)


def solver() -> str:
    """The solver and its version."""
    return f"z3 {z3.get_version_string()}"


Unknown = tuple[str, Term, Declared]
"""What is unknown in a question: its name, its term, and its type."""


class Open(msgspec.Struct):
    """A danger that induction does not exclude: a state before it as plain values, empty if the solver gave up."""

    danger: Danger
    state: dict[str, int | bool | str]
    difference: Difference | None = None


class Findings:
    """What single steps show, property by property."""

    def __init__(self, subject: Matter) -> None:
        self.matter = subject
        self.claims: dict[str, int] = {}
        self.open: dict[str, list[Open]] = {}
        self.impossible: dict[str, tuple[Status, tuple[str, ...]]] = {}
        self.possible: list[str] = []
        self.patterns: dict[str, tuple[Pattern, ...]] = {}
        self.runs: dict[str, tuple[TraceStep, ...]] = {}
        self.asked: dict[str, tuple[Single, Questions]] = {}
        self.replay = Replay(subject)

    def induct(self) -> None:
        """Ask about every action, and the empty state."""
        for invariant, holds in empty_state(self.matter):
            self._claim(f"invariant/{invariant.name}")
            if Questions([], STEP_RESOURCES).ask(z3.Not(holds))[0] != "unsat":
                danger = Danger(f"invariant/{invariant.name}", "", invariant.name, "broken", z3.Not(holds))
                self.open.setdefault(danger.property, []).append(Open(danger, {}))
        for name in self.matter.actions:
            self._action(name)
        self._reach()
        for account in self.matter.kind.accounts:
            if account.sort == "sum":
                self._stuck(account)

    def _action(self, name: str) -> None:
        asked = single(self.matter, name)
        questions = _questions(asked)
        self.asked[name] = (asked, questions)
        self._possible(asked, questions)
        if not self._exclude(asked, questions) and asked.encoder.calendars.approximated:
            for opened in self.open.values():
                opened[:] = [each for each in opened if each.danger.action != name]
            exact = single(self.matter, name, exact=True)
            self._exclude(exact, _questions(exact), again=True)

    def _reach(self) -> None:
        """A run for each action; else what is proved of it would be proved of nothing."""
        known = {name: self.impossible.get(f"possible/{name}", ("proved", ())) for name in self.matter.actions}
        unmoved = Unmoved(self.matter, self.asked, [name for name, (status, _) in known.items() if status == "off"])
        off = {name: clauses for name, clauses in unmoved.find().items() if unmoved.is_switched(name)}
        reach = Reach(self.matter, self.replay)
        reach.find([name for name in self.possible if name not in off])
        self.runs = reach.runs
        never: dict[str, tuple[str, ...]] = {}
        if any(name not in off and name not in self.runs for name in self.matter.actions):
            never = Unmoved(
                self.matter, self.asked, [name for name in known if name not in self.possible], whole=True
            ).find()
        for name in self.matter.actions:
            self._claim(f"reachable/{name}")
            if name in off:
                self.impossible[f"reachable/{name}"] = ("off", off[name] or known[name][1])
            elif name in never:
                self.impossible[f"reachable/{name}"] = ("refuted", never[name] or known[name][1])
            elif name not in self.runs:
                self.impossible[f"reachable/{name}"] = ("not_proved", ())

    def compare(self, old: Matter) -> None:
        """Ask whether this programme only widens an old one."""
        self._claim("widens/parameters")
        differ = unread_that_differ(old, self.matter)
        if differ:
            self.impossible["widens/parameters"] = ("refuted", differ)
        for name in old.actions:
            self._compare_action(old, name)
        self._compare_laws(old)

    def _compare_laws(self, old: Matter) -> None:
        asked = laws(old, self.matter)
        if asked is None or self._exclude(asked, _questions(asked)) or not asked.encoder.calendars.approximated:
            return
        self.open.pop("widens/laws")
        exact = laws(old, self.matter, exact=True)
        if exact is not None:
            self._exclude(exact, _questions(exact), again=True)

    def _compare_action(self, old: Matter, name: str) -> None:
        asked = widening(old, self.matter, name)
        questions = _questions(asked)
        if not self._exclude(asked, questions) and asked.encoder.calendars.approximated:
            self.open.pop(f"widens/{name}")
            asked = widening(old, self.matter, name, exact=True)
            questions = _questions(asked)
            self._exclude(asked, questions, again=True)
        for opened in self.open.get(f"widens/{name}", ()):
            opened.difference = self._example(old, asked, opened.danger)

    def _example(self, old: Matter, asked: Single, danger: Danger) -> Difference | None:
        """A request that both contracts treat as the solver says, one that reads well if there is one."""
        questions = Questions([*asked.assumed, *asked.encoder.facts(searching=True)], STEP_RESOURCES)
        for further in (likely(old, self.matter, asked), []):
            answer, model = questions.ask(danger.happens, *further)
            if answer == "sat" and (found := difference(old, self.matter, asked, danger, model)) is not None:
                return found
        return None

    def _exclude(self, asked: Single, questions: Questions, *, again: bool = False) -> bool:
        """Whether none of the dangers of a step can happen; those that can are noted."""
        for danger in asked.dangers:
            if not again:
                self._claim(danger.property)
        # One question answers for all of them where nothing is wrong, which is nearly always.
        if not asked.dangers or questions.ask(z3.Or([danger.happens for danger in asked.dangers]))[0] == "unsat":
            return True
        excluded = True
        for danger in asked.dangers:
            answer, model = questions.ask(danger.happens)
            if answer != "unsat":
                excluded = False
                state = {} if model is None else _state(self.matter, asked, model)
                self.open.setdefault(danger.property, []).append(Open(danger, state))
        return excluded

    def _stuck(self, account: Account) -> None:
        name = f"stranded/{account.name}"
        self._claim(name)
        stuck = stranding(self.matter, account)
        answer, model = Questions([], STEP_RESOURCES).ask(stuck.happens)
        if answer != "unsat" and stuck.encoder.calendars.approximated:
            stuck = stranding(self.matter, account, exact=True)
            answer, model = Questions([], STEP_RESOURCES).ask(stuck.happens)
        if answer != "unsat":
            state = {} if model is None else _values(self.matter, stuck.encoder, model, stuck.terms())
            danger = Danger(name, "", f"{stuck.record}.{stuck.field}", "stranded", stuck.happens)
            self.open.setdefault(name, []).append(Open(danger, state))
            self.patterns[stuck.account] = stuck.patterns()

    def _claim(self, name: str) -> None:
        self.claims[name] = self.claims.get(name, 0) + 1

    def _possible(self, asked: Single, questions: Questions) -> None:
        name = f"possible/{asked.action}"
        self._claim(name)
        answer, _ = questions.ask(allowed(asked.taken), asked.taken.kept)
        if answer == "sat":
            self.possible.append(asked.action)
        elif answer == "unsat":
            clauses = questions.conflict(asked.taken.clauses)
            self.impossible[name] = ("off" if self._is_switch(asked.action, clauses) else "refuted", clauses)
        else:
            self.impossible[name] = ("not_proved", ())

    def _is_switch(self, action: str, clauses: tuple[str, ...]) -> bool:
        """Whether parameters switch the action off: one clause of the kind, which asks for one, suffices."""
        whens = [clause.when for clause in self.matter.typed.actions[action].require if clause.name in clauses]
        return len(clauses) == 1 == len(whens) and any(isinstance(part, ParameterOf) for part in walk(whens[0]))

    def results(self, runs: dict[Key, Trace]) -> tuple[Result, ...]:
        """All properties in order, with what was found of each."""
        found = []
        for name, claims in [*self.claims.items(), *self._flows().items()]:
            status, clauses = self.impossible.get(name, ("proved", ()))
            examples = [
                Counterexample(
                    each.danger.action or _last_action(runs.get(key_of(each.danger))),
                    each.danger.what,
                    each.danger.fault,
                    runs.get(key_of(each.danger)),
                    key_of(each.danger) in runs,
                    {} if key_of(each.danger) in runs else each.state,
                    each.difference,
                )
                for each in self.open.get(name, ())
            ]
            if examples:
                status = "refuted" if any(example.replayed for example in examples) else "not_proved"
            examples.sort(key=lambda example: not example.replayed)
            run = self.runs.get(name.removeprefix("reachable/"), ()) if name.startswith("reachable/") else ()
            found.append(Result(name, status, claims, clauses, tuple(examples[:TRACES]), run))
        return tuple(found)

    def _flows(self) -> dict[str, int]:
        """Money that comes into an account can leave it, and some of it gets from one outside account to another.

        An account that no action fills or empties is not used by this programme.
        """
        flows = {}
        live = sorted(self._live())
        for place, account in enumerate(self.matter.kind.accounts):
            if account.sort == "outside":
                continue
            name = f"flows/{account.name}"
            flows[name] = 1
            is_filled = any(target == place for action in live for _, target in self._posting(action))
            is_emptied = any(source == place for action in live for source, _ in self._posting(action))
            if not is_filled and not is_emptied:
                self.impossible[name] = ("off", ())
            elif not is_emptied:
                self.impossible[name] = ("refuted", (account.name,))
        outside = [place for place, account in enumerate(self.matter.kind.accounts) if account.sort == "outside"]
        if len(outside) > 1:
            flows["flows/through"] = 1
            if not any(self._reached(place, live) & set(outside) - {place} for place in outside):
                self.impossible["flows/through"] = (
                    "refuted",
                    tuple(self.matter.kind.accounts[p].name for p in outside),
                )
        return flows

    def _reached(self, start: int, actions: list[str]) -> set[int]:
        """The accounts that money from this one gets to, over inner accounts."""
        accounts = self.matter.kind.accounts
        edges = [edge for action in actions for edge in self._posting(action)]
        reached: set[int] = set()
        waiting = [start]
        while waiting:
            place = waiting.pop()
            for source, target in edges:
                if source == place and target not in reached:
                    reached.add(target)
                    if accounts[target].sort != "outside":
                        waiting.append(target)
        return reached

    def _live(self) -> set[str]:
        """Actions that can happen in some run, as far as records and money for them come from other such actions."""
        live: set[str] = set()
        made: set[str] = {fact.name for fact in self.matter.kind.facts}
        reached = {place for place, account in enumerate(self.matter.kind.accounts) if account.sort == "outside"}
        while True:
            fresh = {
                name
                for name in set(self.possible) - live
                if all(each.is_new or each.type in made for each in self.matter.actions[name].on)
                and all(source in reached or self._fills(name, source) for source, _ in self._posting(name))
            }
            if not fresh:
                return live
            live |= fresh
            made |= {each.type for name in sorted(fresh) for each in self.matter.actions[name].on if each.is_new}
            reached |= {target for name in sorted(fresh) for _, target in self._posting(name)}

    def _fills(self, action: str, account: int) -> bool:
        return any(target == account for _, target in self._posting(action))

    def _posting(self, action: str) -> list[tuple[int, int]]:
        return [(posting.source, posting.target) for posting in self.matter.typed.actions[action].post]


def _questions(asked: Single) -> Questions:
    return Questions([*asked.assumed, *asked.encoder.facts()], STEP_RESOURCES)


def _last_action(trace: Trace | None) -> str:
    return "" if trace is None else trace.ending.action


def _state(subject: Matter, asked: Single, model: Any) -> dict[str, int | bool | str]:
    """The state before a step in a model, by the names of the documents."""
    action = subject.actions[asked.action]
    terms: list[Unknown] = [("at", asked.before.at, TIME)]
    terms += [(field.name, asked.before.given[field.name], field.type) for field in action.given]
    for each in action.on:
        for field, term in asked.before.records.get(each.alias, {}).items():
            terms.append((f"{each.alias}.{field}", term, subject.types[each.type][field]))
    terms += [(name, term, TOTAL) for name, term in asked.before.totals.items()]
    return _values(subject, asked.encoder, model, terms)


def _values(subject: Matter, encoder: Encoder, model: Any, terms: list[Unknown]) -> dict[str, int | bool | str]:
    reading = Reading(subject, encoder, model)
    reading.read_texts([term for _, term, type_ in terms if type_ == TEXT])
    return {name: reading.value(term, type_) for name, term, type_ in terms}


def _search(subject: Matter, findings: Findings, steps: int) -> dict[Key, Trace]:
    """Shortest runs, one for each property that has a danger open: that suffices to refuse it.

    The contract repeats every one of them. What it does not repeat is sought again with true months.
    """
    # How one programme differs from another shows in no run of either.
    wanted = [
        key_of(each.danger)
        for name, opened in findings.open.items()
        for each in opened
        if (each.danger.action or each.danger.fault == "stranded") and not name.startswith("widens/")
    ]
    found, alarms = _runs(Runs(subject, findings.patterns), findings.replay, wanted, steps)
    again = [key for key in wanted if key in alarms and not any(key[0] == other[0] for other in found)]
    if again:
        true = Runs(subject, findings.patterns, between=subject.days())
        found |= _runs(true, findings.replay, again, steps)[0]
    return found


def _runs(runs: Runs, replay: Replay, wanted: list[Key], steps: int) -> tuple[dict[Key, Trace], set[Key]]:
    """Runs that the contract repeats, and what it does not repeat."""
    found: dict[Key, Trace] = {}
    alarms: set[Key] = set()
    for _ in range(steps):
        waiting = [key for key in wanted if key not in alarms and not any(key[0] == other[0] for other in found)]
        if not waiting:
            break
        if runs.moments:
            runs.go()
        runs.look()
        for key in waiting:
            if any(key[0] == other[0] for other in found):
                continue
            answer, model = runs.find(key)
            if answer == "sat":
                trace = runs.trace(model, key)
                if replay.shows(trace)[0]:
                    found[key] = trace
                else:
                    alarms.add(key)
    return found, alarms
