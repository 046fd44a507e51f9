"""The formulas and the compiled function agree, on the inputs at boundaries on which compiler and interpreter must."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import z3

from madang import contract
from madang.contract import Kind, OutOfRange, Programme, Refused, Unbalanced, Violated, WrittenLists
from madang.contract.checks import valid
from madang.contract.valuetypes import TIME, Bool, Enum, Id, Number, Text
from madang.prover.encoding import Encoder
from madang.prover.matter import Matter, matter
from madang.prover.steps import Before, dangers, step
from tests.contract.pairs import random_pair
from tests.contract.sampling import Sampler, random_small
from tests.contract.support import compiled, coupon, voucher
from tests.contract.vectors import documents


class Ground:
    """One step on plain values: the formulas with constants in them, so that they can be read off."""

    def __init__(self, subject: Matter, action: str, inputs: tuple[Any, ...]) -> None:
        records, given, at, lists = inputs
        self.matter = subject
        declared = subject.actions[action]
        fields: list[tuple[str, str, Any, Any]] = [
            (each.alias, name, type_, getattr(record, name))
            for each, record in zip(declared.on, records, strict=True)
            if record is not None
            for name, type_ in subject.types[each.type].items()
        ]
        values: list[tuple[str, Any, Any]] = [
            (each.name, each.type, value) for each, value in zip(declared.given, given, strict=True)
        ]
        # With every text named, nothing is approximated.
        named = [each[-1] for each in (*fields, *values) if isinstance(each[-2], Text)]
        self.ids: dict[str, int] = {}
        self.encoder = Encoder((*subject.texts(), *named), exact=True)
        known: dict[str, dict[str, Any]] = {}
        for alias, name, type_, value in fields:
            known.setdefault(alias, {})[name] = self.term(value, type_)
        totals = {account.name: z3.IntVal(10**15) for account in subject.kind.accounts if account.sort != "outside"}
        before = Before(
            known, {name: self.term(value, type_) for name, type_, value in values}, z3.IntVal(at), totals, {}
        )
        self.step = step(subject, self.encoder, action, before)
        self.dangers = dangers(subject, self.encoder, before, self.step)
        solver = z3.Solver()
        solver.add(self.encoder.facts())
        self.codes = {number: text for text, number in self.ids.items()}
        self.codes_of_texts = dict(enumerate(self.encoder.texts.named, start=1))
        for name, held, number, is_text in self.asked():
            text = self.codes_of_texts[number] if is_text else self.codes[number]
            solver.add(held == lists.holds(name, text))
        for name in subject.lists(action):
            solver.add(self.encoder.lists.version(name, "") == lists.version(name))
        assert solver.check() == z3.sat
        self.model = solver.model()

    def asked(self) -> Iterator[tuple[str, Any, int, bool]]:
        for name, moments in self.encoder.lists.asked.items():
            for held, value, is_text in moments.get("", ()):
                yield name, held, z3.simplify(value).as_long(), is_text

    def term(self, value: Any, type_: Any) -> Any:
        if isinstance(type_, Id):
            return z3.IntVal(self.ids.setdefault(value, len(self.ids)))
        return self.encoder.constant(value, type_)

    def holds(self, term: Any) -> bool:
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def value(self, term: Any, type_: Any) -> Any:
        read = self.model.eval(term, model_completion=True)
        if isinstance(type_, Bool):
            return z3.is_true(read)
        number = read.as_long()
        if isinstance(type_, Enum):
            return type_.members[number]
        if isinstance(type_, Text):
            return self.codes_of_texts[number]
        return self.codes[number] if isinstance(type_, Id) else number

    def outcome(self) -> Any:
        for name, when in self.step.clauses:
            if not self.holds(when):
                return "refused", name
        # The keeper of totals is not asked here: there is always enough.
        for danger in self.dangers:
            if danger.fault in ("out_of_range", "unbalanced", "violated") and self.holds(danger.happens):
                return danger.fault, danger.what
        types = {each.alias: each.type for each in self.matter.actions[self.step.action].on}
        after = {
            alias: tuple(self.value(term, self.matter.types[types[alias]][name]) for name, term in fields.items())
            for alias, fields in self.step.after.items()
        }
        return after, [
            (source, target, self.value(amount, Number("won", 0, 1))) for source, target, amount in self.step.postings
        ]


def compiled_outcome(subject: Matter, ready: Any, action: str, inputs: tuple[Any, ...]) -> Any:
    try:
        after, postings = ready.actions[action].run(*inputs)
    except Refused as refusal:
        return "refused", refusal.clause
    except OutOfRange as refusal:
        return "out_of_range", refusal.what
    except Unbalanced as refusal:
        return "unbalanced", refusal.account
    except Violated as refusal:
        return "violated", refusal.alias
    return {
        alias: tuple(getattr(record, name) for name in record.__struct_fields__)
        for alias, record in zip(ready.actions[action].changes, after, strict=True)
    }, list(postings)


def fit(subject: Matter, action: str, inputs: tuple[Any, ...]) -> bool:
    """Inputs that stand in their declared ranges: the others are refused before any formula speaks of them."""
    records, given, at, _ = inputs
    declared = subject.actions[action]
    good = valid(at, TIME) and all(valid(value, each.type) for each, value in zip(declared.given, given, strict=True))
    return good and all(
        valid(getattr(record, name), type_)
        for each, record in zip(declared.on, records, strict=True)
        if record is not None
        for name, type_ in subject.types[each.type].items()
    )


def agree(kind: Kind, programme: Programme, action: str, seed: int, times: int) -> Counter[str]:
    subject, ready = matter(kind, programme), contract.compile(kind, programme)
    sampler = Sampler(kind, ready, seed)
    found: Counter[str] = Counter()
    for _ in range(times):
        lists = sampler.lists()
        inputs = (*sampler.inputs(action), lists)
        if not isinstance(lists, WrittenLists) or not fit(subject, action, inputs):
            continue
        expected = compiled_outcome(subject, ready, action, inputs)
        ground = Ground(subject, action, inputs).outcome()
        if isinstance(expected[0], dict):
            # Records are written in the order of their type, formulas in the order of the document.
            ground = ({alias: Counter(map(repr, values)) for alias, values in ground[0].items()}, ground[1])
            expected = ({alias: Counter(map(repr, values)) for alias, values in expected[0].items()}, expected[1])
            found["done"] += 1
        else:
            found[expected[0]] += 1
        assert ground == expected, inputs
    return found


@pytest.mark.parametrize("action", list(compiled().actions))
def test_every_action_of_the_coupon(action):
    assert sum(agree(voucher(), coupon(), action, 20250721, 40).values()) >= 3


@pytest.mark.parametrize("seed", range(40))
def test_random_programmes(seed):
    agree(*random_small(seed), "pay", seed, 30)


@pytest.mark.parametrize("seed", range(25))
def test_random_programmes_on_two_records_of_one_type(seed):
    agree(*random_pair(seed), "pay", seed, 30)


@pytest.mark.parametrize("action", [each.name for each in documents(2)[0].actions])
def test_every_action_with_tables_and_lists(action):
    assert agree(*documents(2), action, 20260101, 120)["done"] >= 1
