"""Checks that kinds and programmes share: names, types, words, clauses, values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from madang.contract.inference import infer
from madang.contract.limits import (
    CLAUSES,
    DEFAULT_KEY,
    DIMENSIONS,
    ENUM_MEMBERS,
    LANGUAGES,
    LIST_ITEMS,
    TABLE_CELLS,
    WON_HIGH,
    WORDS_CHARACTERS,
)
from madang.contract.names import (
    LOWER,
    is_id,
    is_list_name,
    is_name,
    is_text,
    reserved,
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
from madang.contract.units import fits
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
    Published,
    Table,
    Text,
    Type,
    Unknown,
    describe,
)

_SORTS: Final[dict[type[Type], str]] = {Table: "Tables", Published: "Published lists"}


class Checker:
    """Adds what it finds to `problems`. `language` is the version that the kind is written in."""

    def __init__(self, problems: Problems, language: int) -> None:
        self.problems = problems
        self.language = language

    def count(self, what: str, items: tuple[object, ...], most: int, position: int) -> None:
        if len(items) > most:
            self.problems.add(position, "too-large", f"There are {len(items)} {what}.", f"at most {most}")

    def name(self, name: str, position: int, taken: Iterable[str] = (), unusable: frozenset[str] | None = None) -> None:
        """A name that is well formed and free. `unusable` has a meaning of its own there (none: in an expression)."""
        if not is_name(name):
            self.problems.add(
                position,
                "bad-name",
                f"`{name}` is not a name.",
                "a small letter, then at most 39 small letters, digits and _",
            )
        elif name in (reserved(self.language) if unusable is None else unusable):
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
        elif isinstance(type_, (Table, Published)):
            if self.language < 2:
                self.problems.add(
                    position, "later-language", f"{_SORTS[type(type_)]} are of language 2.", "language: 2"
                )
            if not lists:
                self.problems.add(
                    position, "unknown-type", f"{_SORTS[type(type_)]} are parameters.", "a parameter of this type"
                )
            if isinstance(type_, Table):
                self.table(type_, position)

    def table(self, table: Table, position: int) -> None:
        self.type(table.of, position)
        if not 1 <= len(table.by) <= DIMENSIONS:
            self.problems.add(
                position, "too-large", f"A table has 1 to {DIMENSIONS} dimensions.", "by: {size: {int: 1..10}}"
            )
        self.unique([(dimension.name, position) for dimension in table.by], "dimensions")
        known = len(self.problems.found)
        for dimension in table.by:
            if not is_name(dimension.name):
                self.name(dimension.name, position)
            if isinstance(dimension.type, Enum):
                self.type(dimension.type, position)
                if DEFAULT_KEY in dimension.type.members:
                    self.problems.add(
                        position, "reserved-name", f"`{DEFAULT_KEY}` is the key of all other rows.", "another member"
                    )
            elif dimension.type.unit != "int" or dimension.type.low > dimension.type.high:
                self.problems.add(
                    position, "bad-range", f"The keys of `{dimension.name}` have no order.", "{int: 1..10} or an enum"
                )
        if len(self.problems.found) == known and table.cells() > TABLE_CELLS:
            self.problems.add(position, "too-large", f"The table has {table.cells()} cells.", f"at most {TABLE_CELLS}")

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

    def value(self, name: str, value: object, type_: Type, position: int) -> None:
        """The value of a parameter."""
        if isinstance(type_, List):
            if not isinstance(value, tuple) or len(value) > LIST_ITEMS:
                self.bad_value(name, type_, position, f"at most {LIST_ITEMS} items")
            elif not all(valid(item, type_.element) for item in value):
                self.bad_value(name, type_, position, "items of that type and in its range")
        elif isinstance(type_, Table):
            # A table that is too large was refused with its type, and none of its cells is looked at.
            cells = type_.cells()
            if 0 < cells <= TABLE_CELLS and not (
                isinstance(value, tuple) and len(value) == cells and all(valid(item, type_.of) for item in value)
            ):
                self.bad_value(name, type_, position, f"{cells} cells, each {expectation(type_.of)}")
        elif isinstance(value, tuple) or not valid(value, type_):
            if isinstance(type_, Number) and type(value) is int:
                self.problems.add(
                    position, "bad-value", f"The value of `{name}` is out of its range.", expectation(type_)
                )
            else:
                self.bad_value(name, type_, position, expectation(type_))

    def bad_value(self, name: str, type_: Type, position: int, instead: str) -> None:
        self.problems.add(position, "bad-value", f"The value of `{name}` is not {describe(type_)}.", instead)

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
    """Whether a stored value is of a type that is no list or table, and in its range."""
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
    if isinstance(type_, Published):
        return is_list_name(value)
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
    if isinstance(type_, Published):
        return "the name of a list such as usable-shops"
    return "1 to 128 characters" if isinstance(type_, Text) else "1 to 128 visible ASCII characters"
