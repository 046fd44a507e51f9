"""Inputs at boundaries, and random kinds, from a seeded generator."""

from __future__ import annotations

from random import Random
from typing import Any

from madang.contract import (
    Contract,
    ContractError,
    Kind,
    Programme,
    RunError,
    WrittenList,
    WrittenLists,
    read_kind,
    read_programme,
)
from madang.contract.interpreter import Interpreter
from madang.contract.valuetypes import MONTH, Bool, Enum, Id, Number, Text
from tests.contract.support import SMALL_PROGRAMME, korea, small

MOMENTS = [
    0,
    korea("1970-01-01T09:00"),
    korea("2025-07-21T09:00"),
    korea("2025-12-01T00:00"),
    korea("2025-01-01T00:00"),
    korea("2000-02-29T23:59"),
    korea("2100-03-01T00:00"),
    korea("2025-08-03T23:00"),
    253_402_268_399,
]
TEXTS = [
    "11",
    "1",
    "11680",
    "26",
    "26110",
    "2",
    "41",
    "5",
    "56211",
    "562",
    "9124",
    "91241",
    "4791",
    "가",
    "11\u0000",
    "",
]
IDS = ["a", "a", "a", "a", "b"]


class Sampler:
    """Draws inputs for the actions of one programme."""

    def __init__(self, kind: Kind, contract: Contract, seed: int) -> None:
        self.kind = kind
        self.contract = contract
        self.random = Random(seed)
        self.quietness = 0.0
        self.texts = list(TEXTS)
        self.numbers: list[int] = []
        for value in contract.parameters.values():
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, str):
                    self.texts.append(item)
                elif type(item) is int:
                    self.numbers.append(item)
        self.fields = {
            record.name: [(field.name, field.type) for field in record.fields]
            for record in (*kind.records, *kind.facts)
        }

    def number(self, type_: Number, valid: bool) -> int:
        random = self.random
        if type_.unit == "month":
            value = random.choice((0, 666, 666, 667, 667, 668, 671, 672, MONTH.high)) + random.choice((-1, 0, 0, 0, 1))
        elif type_.unit in ("time", "date"):
            moment = random.choice([*MOMENTS, *(n for n in self.numbers if n > 10**6)]) + random.choice((-1, 0, 0, 1))
            value = moment if type_.unit == "time" else (moment + 32_400) // 86_400
        else:
            known = random.choice(self.numbers or [0])
            middle = random.choice([known, known, 0, 1, 100, 150_000, random.randint(type_.low, type_.high)])
            value = random.choice([type_.low, type_.high, middle]) + random.choice((-1, 0, 0, 0, 1))
        return min(max(value, type_.low), type_.high) if valid else value

    def quiet(self, type_: Any) -> Any:
        """A value that most clauses like, so that an input fails in few places if at all."""
        if isinstance(type_, Number):
            if type_.unit == "time":
                return self.random.choice(
                    (korea("2025-08-01T12:00"), korea("2025-11-30T23:59"), korea("2026-01-05T00:00"))
                )
            if type_.unit == "date":
                return (korea("2025-08-01T12:00") + 32_400) // 86_400
            if type_.unit == "month":
                return self.random.choice((666, 667))  # July and August of 2025
            return min(max(self.random.choice((0, 100, 1_000, 100_000)), type_.low), type_.high)
        if isinstance(type_, Enum):
            return type_.members[0]
        return "11" if isinstance(type_, Text) else "a" if isinstance(type_, Id) else True

    def value(self, type_: Any, valid: bool) -> Any:
        random = self.random
        if random.random() < self.quietness:
            return self.quiet(type_)
        if isinstance(type_, Number):
            return self.number(type_, valid)
        if isinstance(type_, Enum):
            return random.choice(
                [*type_.members, *type_.members[:1] * 3] if valid else [*type_.members, *type_.members, "other"]
            )
        if isinstance(type_, Bool):
            return random.random() < 0.5
        if isinstance(type_, Text):
            return random.choice([text for text in self.texts if text.isprintable() and text] if valid else self.texts)
        if isinstance(type_, Id):
            return random.choice(IDS if valid else [*IDS, *IDS, *IDS, "", "a b", "가"])
        raise TypeError(type_)

    def record(self, name: str, is_fact: bool) -> Any:
        classes = self.contract.facts if is_fact else self.contract.records
        values = {field: self.value(type_, not is_fact) for field, type_ in self.fields[name]}
        return classes[name](**values)

    def lists(self) -> Any:
        """Published lists, most of which hold the values that are drawn most; rarely answers that can't be."""
        random = self.random
        if random.random() < 0.02:
            return Broken(random.choice((-1, True, 2**32 + 1, "1", None)), random.choice((1, "yes", None)))
        return WrittenLists(
            {
                name: WrittenList(
                    random.choice((1, 2, 2**32)),
                    frozenset(code for code in ("a", "b", *TEXTS[:4]) if code and random.random() < 0.8),
                )
                for name in self.contract.lists
                if random.random() < 0.95
            }
        )

    def inputs(self, action: str) -> tuple[tuple[Any, ...], tuple[Any, ...], Any]:
        """Records, given values and a time; mostly such that clauses are reached."""
        self.quietness = self.random.choice((0.0, 0.5, 0.8, 0.95))
        declared = self.contract.actions[action]
        records = tuple(
            None if subject.is_new else self.record(subject.type, subject.is_fact) for subject in declared.on
        )
        given = tuple(self.value(each.type, self.random.random() < 0.8) for each in declared.given)
        at: Any = self.value(Number("time", 0, MOMENTS[-1]), self.random.random() < 0.95)
        if self.random.random() < 0.01:
            at, given = True, tuple(self.random.choice((True, None, "1", 1)) for _ in given)
        return records, given, at


class Broken:
    """Lists whose keeper answers what no keeper may."""

    def __init__(self, version: Any, held: Any) -> None:
        self.answers = (version, held)

    def version(self, name: str) -> Any:
        """Never a version."""
        return self.answers[0]

    def holds(self, name: str, code: str) -> Any:
        """Never true or false."""
        return self.answers[1]


def outcome(run: Any, *arguments: Any) -> Any:
    """What a run gives, or how it refuses, in a form that can be compared."""
    try:
        return run(*arguments)
    except RunError as error:
        return (type(error).__name__, error.__reduce__()[1])


# ---- random kinds


WRITTEN = '["2", "116", "11"]'
OFF = '"off"'


class Writer:
    """Writes random expressions of a wanted type over the names of the small kind."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def won(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("amount", "x.left", "cap", "7", "0", "100")
        a, b = self.won(depth - 1), self.won(depth - 1)
        return self.pick(
            f"{a} + {b}",
            f"({a} - {b})",
            f"min({a}, {b})",
            f"max({a}, {b})",
            f"({self.condition(depth - 1)} ? {a} : {b})",
            f"({a}) / {self.divisor()}",
            f"({a}) % max({b}, 1)",
            f"({a}) * {self.pick('2', '-3', 'step')}",
            a,
        )

    def whole(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("number", "x.count", "step", "hour(at)", "weekday(at)", "month_of_year(x.seen)", "-7", "3")
        a, b = self.whole(depth - 1), self.whole(depth - 1)
        return self.pick(
            f"({a} + {b})",
            f"({a} - {b})",
            f"-({a})",
            f"({a}) / {self.divisor()}",
            f"({a}) % {self.divisor()}",
            f"({a}) * ({b})",
            f"(x.day - born) % {self.divisor()}",
            f"(at - opens) / {self.divisor()}",
            f"({self.won(depth - 1)}) / max({self.won(depth - 1)}, 1)",
            f"min({a}, {b})",
            "weekday(x.day) + month_of_year(x.day)",
        )

    def divisor(self) -> str:
        return self.pick("7", "-7", "2", "(step + 1)", "(-1 - step)", "86_400")

    def text(self) -> str:
        return self.pick("note", "shop.region", '"11"', '"1"')

    def condition(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(
                "flag", "shop.open", "true", 'x.status == "on"', "has_prefix(note, regions)", "x.owner == who"
            )
        compare = self.pick("<", "<=", ">", ">=", "==", "!=")
        a, b = self.condition(depth - 1), self.condition(depth - 1)
        return self.pick(
            f"{self.won(depth - 1)} {compare} {self.won(depth - 1)}",
            f"{self.whole(depth - 1)} {compare} {self.whole(depth - 1)}",
            f"({a} && {b})",
            f"({a} || {b} || {self.condition(0)})",
            f"!({a})",
            f"({a}) == ({b})",
            f"day(at) {compare} {self.pick('x.day', 'born', 'x.day + 1', 'day(x.seen)')}",
            f"at {compare} {self.pick('opens', 'x.seen + 86_400', 'x.seen')}",
            f"month(at) {compare} {self.pick('paid', 'month(x.day)', 'paid + 1')}",
            f"{self.text()} {self.pick('==', '!=')} {self.text()}",
            f"{self.text()} in {self.pick('regions', WRITTEN)}",
            f"starts_with({self.text()}, {self.text()})",
            f"has_prefix({self.text()}, {self.pick('regions', WRITTEN)})",
            f"x.status {self.pick('==', '!=')} {self.pick(OFF, 'x.status')}",
            'x.status in ["on"]',
            f"({a} ? {b} : {self.condition(0)})",
        )


def random_small(seed: int) -> tuple[Kind, Programme]:
    """A valid random kind and programme."""
    for attempt in range(200):
        writer = Writer(seed * 1_000 + attempt)
        amount = writer.pick("amount", "min(amount, x.left)", writer.won(1))
        left = writer.pick(f"x.left - {amount}", "x.left - amount", writer.won(2))
        text = small(
            writer.condition(2 + seed % 2),
            amount,
            left,
            writer.pick(
                "purse.left <= cap",
                'purse.left % 2 == 0 || purse.status == "on"',
                "purse.count > -4 && purse.day > born",
            ),
        )
        try:
            kind = read_kind(text)
            mine = f"\npay: {{require: {{mine: '{writer.condition(2)}'}}}}\n"
            return kind, read_programme(SMALL_PROGRAMME + mine, kind)
        except ContractError as error:
            if any(problem.code == "syntax" for problem in error.problems):
                raise
    raise AssertionError("no valid kind found")


__all__ = ["Interpreter", "Sampler", "outcome", "random_small"]
