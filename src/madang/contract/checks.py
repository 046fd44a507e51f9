"""Checks that kinds and programmes share: names, types, words, clauses, values."""

from __future__ import annotations

from collections.abc import Iterable

from madang.contract.inference import fits, infer
from madang.contract.limits import (
    CLAUSES,
    ENUM_MEMBERS,
    LANGUAGES,
    WON_HIGH,
    WORDS_CHARACTERS,
)
from madang.contract.names import (
    LOWER,
    RESERVED,
    is_id,
    is_name,
    is_text,
)
from madang.contract.problems import Problems
from madang.contract.scope import Scope
from madang.contract.syntax import (
    Clause,
    Expression,
    Field,
    Words,
)
from madang.contract.typed import (
    TypedClause,
    TypedExpression,
)
from madang.contract.valuetypes import (
    BOOL,
    DATE,
    MONTH,
    TIME,
    Bool,
    Enum,
    Id,
    List,
    Number,
    Text,
    Type,
    Unknown,
    describe,
)


class Checker:
    """Adds what it finds to `problems`."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def count(self, what: str, items: tuple[object, ...], most: int, position: int) -> None:
        if len(items) > most:
            self.problems.add(position, "too-large", f"There are {len(items)} {what}.", f"at most {most}")

    def name(self, name: str, position: int, taken: Iterable[str] = (), reserved: frozenset[str] = RESERVED) -> None:
        if not is_name(name):
            self.problems.add(
                position,
                "bad-name",
                f"`{name}` is not a name.",
                "a small letter, then at most 39 small letters, digits and _",
            )
        elif name in reserved:
            self.problems.add(position, "reserved-name", f"`{name}` has a meaning of its own.", f"{name}_value")
        elif name in taken:
            self.problems.add(position, "name-taken", f"`{name}` already means something here.", f"another_{name}")

    def unique(self, named: Iterable[tuple[str, int]], what: str) -> None:
        seen: dict[str, int] = {}
        for name, position in named:
            if name in seen:
                self.problems.add(position, "duplicate-name", f"There are two {what} `{name}`.", "one of the two")
            seen[name] = position

    def type(self, type_: Type, position: int, *, lists: bool = False) -> None:
        if isinstance(type_, Number):
            self.number(type_, position)
        elif isinstance(type_, Enum):
            if not 0 < len(type_.members) <= ENUM_MEMBERS:
                self.problems.add(position, "bad-enum", f"An enum has 1 to {ENUM_MEMBERS} members.", "{enum: [a, b]}")
            for member in type_.members:
                if not is_name(member):
                    self.problems.add(position, "bad-name", f"`{member}` is not a name.", "small letters, digits and _")
            self.unique([(member, position) for member in type_.members], "members")
        elif isinstance(type_, List):
            if not lists:
                self.problems.add(
                    position, "unknown-type", "Only parameters are lists.", "a field of the element's type"
                )
            self.type(type_.element, position)

    def number(self, type_: Number, position: int) -> None:
        if type_.unit == "won":
            if not 0 <= type_.low <= type_.high <= WON_HIGH:
                self.problems.add(
                    position,
                    "bad-range",
                    f"{type_.low}..{type_.high} is not a range of won.",
                    f"0..{WON_HIGH} or within",
                )
        elif type_.unit == "int":
            if type_.low > type_.high:
                self.problems.add(
                    position,
                    "bad-range",
                    f"{type_.low}..{type_.high} is not a range.",
                    f"{type_.high}..{type_.low}",
                )
        elif type_ not in (DATE, TIME, MONTH):
            self.problems.add(position, "bad-range", f"The range of a {type_.unit} is fixed.", "date, time or month")

    def values(self, fields: tuple[Field, ...], what: str, taken: Iterable[str], *, lists: bool = False) -> None:
        """Declarations of values that expressions read by their bare names."""
        self.unique([(field.name, field.position) for field in fields], what)
        for field in fields:
            self.name(field.name, field.position, taken)
            self.type(field.type, field.position, lists=lists)

    def words(self, words: tuple[Words, ...], position: int) -> dict[str, str]:
        self.count("languages", words, LANGUAGES, position)
        before = ""
        for word in words:
            if not 2 <= len(word.language) <= 3 or any(letter not in LOWER for letter in word.language):
                self.problems.add(word.position, "bad-name", f"`{word.language}` is not a language.", "ko or en")
            if word.language <= before:
                self.problems.add(word.position, "duplicate-name", "Languages stand once each, in order.", "en, ko")
            before = word.language
            if not is_text(word.text, WORDS_CHARACTERS):
                self.problems.add(
                    word.position,
                    "bad-value",
                    f"Words have 1 to {WORDS_CHARACTERS} characters, none of them invisible.",
                    "a sentence",
                )
        return {word.language: word.text for word in words}

    def boolean(self, expression: Expression, scope: Scope, what: str) -> TypedExpression:
        typed = infer(expression, scope, self.problems, BOOL)
        if not fits(typed.type, BOOL):
            self.problems.add(
                expression.position,
                "not-boolean",
                f"{what} is {describe(typed.type)}, not true or false.",
                "a comparison",
            )
        return typed

    def clauses(
        self, clauses: tuple[Clause, ...], scope: Scope, position: int, taken: Iterable[str] = ()
    ) -> tuple[TypedClause, ...]:
        self.count("clauses", clauses, CLAUSES, position)
        self.unique([(clause.name, clause.position) for clause in clauses], "clauses")
        typed = []
        for clause in clauses:
            if not is_name(clause.name):
                self.name(clause.name, clause.position)
            elif clause.name in taken:
                self.problems.add(
                    clause.position,
                    "name-taken",
                    f"The kind already has a clause `{clause.name}`, which holds too.",
                    f"another_{clause.name}",
                )
            when = self.boolean(clause.when, scope, "A clause")
            typed.append(TypedClause(clause.name, when, self.words(clause.words, clause.position)))
        return tuple(typed)


def valid(value: object, type_: Type) -> bool:
    """Whether a stored value is of a type that is no list, and in its range."""
    if isinstance(type_, Bool):
        return type(value) is bool
    if isinstance(type_, Number):
        return isinstance(value, int) and type(value) is int and type_.low <= value <= type_.high
    if isinstance(type_, Enum):
        return type(value) is str and value in type_.members
    if isinstance(type_, Text):
        return is_text(value)
    if isinstance(type_, Id):
        return is_id(value)
    return isinstance(type_, Unknown)


def expectation(type_: Type) -> str:
    """How a value of the type is written."""
    if isinstance(type_, Number):
        if type_.unit == "date":
            return "a date such as 2025-11-30"
        if type_.unit == "time":
            return "a time such as 2025-11-30T00:00:00+09:00"
        if type_.unit == "month":
            return "a month such as 2025-11"
        return f"{type_.low}..{type_.high}"
    if isinstance(type_, Enum):
        return ", ".join(type_.members)
    if isinstance(type_, Bool):
        return "true or false"
    return "1 to 128 characters" if isinstance(type_, Text) else "1 to 128 visible ASCII characters"
