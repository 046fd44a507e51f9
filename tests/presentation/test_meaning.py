"""The words mean what runs: phrases, valued by themselves, agree with the interpreter over random kinds and inputs."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any, assert_never

import pytest

from madang.contract import Kind, Programme, read_kind, read_programme
from madang.contract import compile as compile_contract
from madang.contract.interpreter import Interpreter
from madang.presentation import phrases as say
from madang.presentation.labels import Glossary, Label
from madang.presentation.phrases import Condition, Value
from madang.presentation.reading import Reader
from tests.contract.sampling import Sampler, outcome, random_small
from tests.contract.support import SMALL_PROGRAMME, small

START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Judge:
    """Values phrases by what their names stand for, as their sentences would be understood."""

    def __init__(self, named: dict[str, Any]) -> None:
        self.named = named

    def holds(self, phrase: Condition) -> bool:
        match phrase:
            case say.Compare():
                left, right = self.value(phrase.left), self.value(phrase.right)
                return bool(
                    {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[phrase.order]
                )
            case say.Same():
                return (self.value(phrase.left) == self.value(phrase.right)) is not phrase.negated
            case say.OneOf():
                return (self.value(phrase.value) in self.value(phrase.list)) is not phrase.negated
            case say.Begins():
                prefixes = self.value(phrase.prefix) if phrase.any_of else (self.value(phrase.prefix),)
                return any(self.value(phrase.text).startswith(one) for one in prefixes) is not phrase.negated
            case say.Flag():
                return self.value(phrase.value) is not phrase.negated
            case say.Always():
                return phrase.value
            case say.Every():
                return all(map(self.holds, phrase.parts))
            case say.Some():
                return any(map(self.holds, phrase.parts))
            case say.Depends():
                return self.holds(phrase.then if self.holds(phrase.condition) else phrase.otherwise)
            case say.Listed():
                raise AssertionError("random kinds have no published lists")
            case _:
                assert_never(phrase)

    def value(self, phrase: Value) -> Any:
        match phrase:
            case say.Named():
                return self.named[phrase.label.en]
            case say.Amount():
                return phrase.number
            case say.Quoted():
                return phrase.label.en
            case say.Truth():
                return phrase.value
            case say.Listing():
                return tuple(map(self.value, phrase.items))
            case say.Sum():
                return sum(map(self.value, phrase.parts))
            case say.Difference():
                return self.value(phrase.whole) - sum(map(self.value, phrase.parts))
            case say.Product():
                return self.value(phrase.left) * self.value(phrase.right)
            case say.Quotient():
                return int(Fraction(self.value(phrase.left), self.value(phrase.right)))
            case say.Remainder():
                left, right = self.value(phrase.left), self.value(phrase.right)
                return left - right * int(Fraction(left, right))
            case say.Negative():
                return -self.value(phrase.value)
            case say.Percent():
                share = Fraction(self.value(phrase.of) * self.value(phrase.rate), 100)
                return int(share) if phrase.cut else share
            case say.Extreme():
                return (max if phrase.larger else min)(map(self.value, phrase.parts))
            case say.Elapsed():
                return self.value(phrase.end) - self.value(phrase.start)
            case say.Days():
                return self.value(phrase.number) * 86_400
            case say.Shifted():
                length = self.value(phrase.length)
                return self.value(phrase.moment) + (-length if phrase.earlier else length)
            case say.Part():
                return self.part(phrase)
            case say.Counter():
                this = self.part(
                    say.Part(phrase.period, say.Named(Label(ko="현재 시각", en="the present time")), now=True)
                )
                return self.value(phrase.value) if self.value(phrase.of) == this else 0
            case say.Choice():
                return self.value(phrase.then if self.holds(phrase.condition) else phrase.otherwise)
            case say.Whether():
                return self.holds(phrase.condition)
            case say.Cell() | say.Version() | say.SumOfAll():
                raise AssertionError("random kinds have none of these in clauses")
            case _:
                assert_never(phrase)

    def part(self, phrase: say.Part) -> int:
        number = self.value(phrase.of)
        dated = isinstance(phrase.of, say.Named) and phrase.of.label.en.startswith(("day of", "born"))
        moment = START + (datetime.timedelta(days=number) if dated else datetime.timedelta(hours=9, seconds=number))
        match phrase.function:
            case "day":
                return (moment - START).days
            case "hour":
                return moment.hour
            case "weekday":
                return moment.isoweekday()
            case "month":
                return (moment.year - 1970) * 12 + moment.month - 1
        return moment.month


@pytest.mark.parametrize("seed", range(60))
def test_the_words_of_random_rules_mean_what_runs(seed: int) -> None:
    kind, programme = random_small(seed)
    judge_all(kind, programme, seed)


IDIOMS = [
    "x.left * 100 <= amount * step",
    "amount * step >= x.left * 100",
    "amount * step / 100 < x.left % 7",
    "(x.day == day(at) ? x.left : 0) + amount <= cap",
    "(x.day == day(x.seen) ? x.left : 0) + amount <= cap",
    "at - x.seen < step * 86_400",
    "step * 86_400 <= at - x.seen",
    "at < opens + step * 86_400",
    "step * 86_400 < number * 100_000",
    "day(at) >= born + step * 86_400",
    'x.status == "on" || x.status == "off"',
    '!(x.status == "on" || x.status == "off")',
    '!(x.status == "on" || number == 3 || number == 3)',
    "!(flag ? amount < 10 : !shop.open)",
    "(flag ? shop.open : amount < 10) ? number < 0 : x.count < 0",
    "flag == (amount < 10 && shop.open)",
    "-number - step - 3 < x.count",
    "x.left - (amount - cap) > 0",
]


@pytest.mark.parametrize("clause", IDIOMS)
def test_the_words_of_idioms_mean_what_runs(clause: str) -> None:
    kind = read_kind(small(clause))
    judge_all(kind, read_programme(SMALL_PROGRAMME, kind), 7)


def judge_all(kind: Kind, programme: Programme, seed: int) -> None:
    interpreter = Interpreter(kind, programme)
    sampler = Sampler(kind, compile_contract(kind, programme), seed)
    action = kind.actions[0]
    reader = Reader(Glossary(), kind, programme, action, interpreter.programme.parameters)
    clauses = [*action.require, *[clause for one in programme.actions for clause in one.require]]
    conditions = {clause.name: reader.condition(clause.when) for clause in clauses}
    opposites = {clause.name: reader.condition(clause.when, negated=True) for clause in clauses}
    judged = 0
    for _ in range(60):
        records, given, at = sampler.inputs(action.name)
        result = outcome(interpreter.run, action.name, records, given, at)
        if isinstance(result[0], str) and result[0] == "OutOfRange":
            continue  # what was given is wrong, or what would come out of it
        named = {reader.label(name).en: value for name, value in interpreter.programme.parameters.items()}
        named |= {reader.label(field.name).en: value for field, value in zip(action.given, given, strict=True)}
        for subject, record in zip(action.on, records, strict=True):
            if record is not None:
                fields = record.__struct_fields__
                named |= {reader.field(subject.alias, name).en: getattr(record, name) for name in fields}
        judge = Judge({**named, "the present time": at})
        refused = result[1][1] if result[0] == "Refused" else None
        failed = [name for name, condition in conditions.items() if not judge.holds(condition)]
        assert (failed[0] if failed else None) == refused
        for name, opposite in opposites.items():
            assert judge.holds(opposite) is (name in failed)
        judged += 1
    assert judged > 3
