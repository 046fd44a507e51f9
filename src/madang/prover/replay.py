"""A trace run through the compiled contract: the functions that the ledger runs, with records and totals kept here.

So a counterexample is never only the solver's word. What the keeper of records and totals does beside the function is
done here too: records are there or not, no record is named twice, no total falls below zero.
"""

from __future__ import annotations

from typing import Any

import msgspec
import z3

from madang.contract import Contract, Kind, OutOfRange, Refused, RunError, Unbalanced, Violated, digest
from madang.contract import compile as compile_contract
from madang.contract.lists import WrittenList, WrittenLists
from madang.contract.syntax import Clause, Expression, Programme, ProgrammeAction
from madang.contract.valuetypes import Id, Number, Text
from madang.prover.encoding import Encoder, Term
from madang.prover.matter import Matter
from madang.prover.solving import STEP_RESOURCES, Questions
from madang.prover.steps import invariant_of
from madang.prover.stranding import is_stuck
from madang.prover.traces import Trace, TraceStep, TraceSubject


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a step: accepted; refused (`what` is the clause, or what a refusal says is wrong with a record);
    out_of_range, unbalanced, violated or budget, as `ledger.apply` refuses them.
    """

    result: str
    what: str = ""


class Replay:
    """A programme run step by step from nothing. `records` are by type and key, `totals` by account."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.contract: Contract = compile_contract(matter.kind, matter.programme)
        self.restart()

    def restart(self) -> None:
        """Begin again from nothing."""
        self.records: dict[tuple[str, str], Any] = {}
        self.totals = {account.name: 0 for account in self.contract.accounts if account.sort != "outside"}

    def step(self, taken: TraceStep) -> Outcome:
        """Run one step. A step that is not accepted changes nothing."""
        keys = [(each.type, each.key) for each in taken.on if each.key]
        for each in taken.on:
            if each.key and each.is_new == ((each.type, each.key) in self.records):
                return Outcome("refused", "record_exists" if each.is_new else "record_unknown")
        if len(set(keys)) < len(keys):
            return Outcome("refused", "same_record")
        action = self.contract.actions[taken.action]
        before, given, lists = self._arguments(taken)
        try:
            after, postings = action.run(before, given, taken.at, lists)
        except Refused as refusal:
            return Outcome("refused", refusal.clause)
        except OutOfRange as refusal:
            return Outcome("out_of_range", refusal.what)
        except Unbalanced as refusal:
            return Outcome("unbalanced", refusal.account)
        except Violated as refusal:
            return Outcome("violated", refusal.alias)
        totals = dict(self.totals)
        for source, target, amount in postings:
            payer, payee = self.contract.accounts[source], self.contract.accounts[target]
            if payer.sort != "outside":
                totals[payer.name] -= amount
                if totals[payer.name] < 0:
                    return Outcome("budget", payer.name)
            if payee.sort != "outside":
                totals[payee.name] += amount
        self.totals = totals
        aliases = {each.alias: (each.type, each.key) for each in taken.on}
        self.records |= {aliases[alias]: record for alias, record in zip(action.changes, after, strict=True)}
        return Outcome("accepted")

    def _arguments(self, taken: TraceStep) -> tuple[tuple[Any, ...], tuple[Any, ...], WrittenLists]:
        lists = {name: WrittenList(each.version, frozenset(each.holds)) for name, each in taken.lists.items()}
        given = tuple(taken.given[each.name] for each in self.contract.actions[taken.action].given)
        return tuple(self._before(each) for each in taken.on), given, WrittenLists(lists)

    def _before(self, subject: TraceSubject) -> Any:
        if subject.key:
            return self.records.get((subject.type, subject.key))
        return self.contract.facts[subject.type](**subject.fact)

    def shows(self, trace: Trace) -> tuple[bool, tuple[Outcome, ...]]:
        """Whether the contract, run so, ends as the trace says; and what became of each step."""
        self.restart()
        outcomes = [self.step(each) for each in trace.steps[:-1]]
        reached = all(outcome.result == "accepted" for outcome in outcomes)
        said = reached and self._specified(trace.steps[-1])
        outcomes.append(self.step(trace.steps[-1]))
        return reached and self._ends(trace, outcomes[-1], said=said), tuple(outcomes)

    def _ends(self, trace: Trace, last: Outcome, *, said: bool) -> bool:
        fault = trace.ending.fault
        if fault == "wider":
            return not said and last.result != "refused"
        if fault == "narrower":
            return said and last.result == "refused"
        if fault == "broken":
            return last.result == "accepted" and not self.keeps(trace.ending.what)
        if fault == "unnamed":
            return last.result == "accepted"
        if fault == "stranded":
            return last.result == "accepted" and self.is_stranded(trace.ending.what, trace.steps[-1].at)
        return last.result == fault

    def is_stranded(self, what: str, now: int) -> bool:
        """Whether some record holds money in a field (`voucher.left`) that no action moves from a time on."""
        record, _, field = what.partition(".")
        encoder = self._encoder()
        questions = Questions([], STEP_RESOURCES)
        return any(
            questions.ask(is_stuck(self.matter, encoder, account, ground, z3.IntVal(now)))[0] == "sat"
            for _, account in self.matter.summed(record, field)
            for ground in self._ground(encoder, record)
        )

    def _encoder(self) -> Encoder:
        """An encoder that names every text of the records, so that nothing about them is approximated."""
        texts = [
            value
            for (type_, _), record in self.records.items()
            for field, declared in self.matter.types[type_].items()
            if isinstance(declared, Text) and (value := getattr(record, field))
        ]
        return Encoder((*self.matter.texts(), *texts), exact=True)

    def _ground(self, encoder: Encoder, type_: str) -> list[dict[str, Term]]:
        """The records of a type as constants. Ids are numbered; equal ones have equal numbers."""
        ids: dict[str, int] = {}
        return [
            {
                field: z3.IntVal(ids.setdefault(getattr(record, field), len(ids)))
                if isinstance(declared, Id)
                else encoder.constant(getattr(record, field), declared)
                for field, declared in self.matter.types[type_].items()
            }
            for (of, _), record in self.records.items()
            if of == type_
        ]

    def _specified(self, taken: TraceStep) -> bool:
        """Whether the specification allows a step: run as the only clause of its action, in the language itself."""
        specified = [each for each in self.matter.programme.specification if each.action == taken.action]
        if not specified:
            return False
        kind, programme = _only(self.matter.kind, self.matter.programme, taken.action, specified[0].allowed)
        before, given, lists = self._arguments(taken)
        try:
            compile_contract(kind, programme).actions[taken.action].run(before, given, taken.at, lists)
        except Refused:
            return False
        except RunError:
            return True
        return True

    def keeps(self, name: str) -> bool:
        """Whether an invariant holds of the records and totals as they are now."""
        invariant = next(each for each in self.matter.typed.invariants if each.name == name)
        encoder = self._encoder()
        totals = {account: z3.IntVal(amount) for account, amount in self.totals.items()}
        sums = {
            (type_, field): z3.IntVal(
                sum(getattr(each, field) for (of, _), each in self.records.items() if of == type_)
            )
            for type_, fields in self.matter.types.items()
            for field, declared in fields.items()
            if isinstance(declared, Number)
        }
        bound = self._ground(encoder, invariant.record) if invariant.record else [{}]
        return all(
            z3.is_true(z3.simplify(invariant_of(self.matter, encoder, invariant, each, totals, sums))) for each in bound
        )


def _only(kind: Kind, programme: Programme, action: str, allowed: Expression) -> tuple[Kind, Programme]:
    """The same kind and programme with one clause only, for one action."""
    bare = msgspec.structs.replace(
        kind, actions=tuple(msgspec.structs.replace(each, require=()) for each in kind.actions), invariants=()
    )
    clause = Clause(name="specified", when=allowed, words=())
    return bare, msgspec.structs.replace(
        programme,
        kind_digest=digest(bare).hex(),
        actions=(ProgrammeAction(action=action, require=(clause,)),),
        specification=(),
    )
