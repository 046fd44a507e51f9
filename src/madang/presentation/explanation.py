"""What a kind or programme says, laid out for people: for each action a decision table, with every rule in words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Literal, assert_never

import msgspec

from madang.contract.canonical import digest
from madang.contract.checker import check_programme
from madang.contract.syntax import Action, Clause, Kind, Programme, Words
from madang.contract.syntax import Value as Written
from madang.contract.valuetypes import Bool, Declared, Enum, Id, List, Number, Published, Table, Text
from madang.presentation import english, korean
from madang.presentation.labels import Glossary, Language, find, standard
from madang.presentation.phrases import Condition, Every, Value
from madang.presentation.reading import Reader

Values = Mapping[str, Written | tuple[Written, ...]]


class Row(msgspec.Struct, frozen=True):
    """One clause: what must hold, and what people are told when it does not.

    `clause` is its name, `of` the document that it stands in. `refusal` is null if the document has no words for it;
    then people are told the name.
    """

    clause: str
    of: Literal["kind", "programme"]
    condition: str
    refusal: str | None


class Given(msgspec.Struct, frozen=True):
    """A value that comes with a request, and what it can be."""

    name: str
    label: str
    type: str


class Change(msgspec.Struct, frozen=True):
    """A field and the value that an action gives it."""

    name: str
    label: str
    value: str


class ActionTable(msgspec.Struct, frozen=True):
    """The decision table of an action: it happens if and only if every row holds.

    `specification` is what the programme says once more, in one formula: the conditions under which it is allowed.
    """

    name: str
    label: str
    makes: list[str]
    given: list[Given]
    rows: list[Row]
    moves: list[str]
    changes: list[Change]
    specification: list[str]


class Grid(msgspec.Struct, frozen=True):
    """A table of a parameter: headings of its columns, then its rows, each with the keys of the row first."""

    headings: list[str]
    rows: list[list[str]]


class ParameterRow(msgspec.Struct, frozen=True):
    """A parameter: what it can be, and what it is in a programme (null in a kind). `grid` is there for a table."""

    name: str
    label: str
    type: str
    value: str | None
    grid: Grid | None


class InvariantRow(msgspec.Struct, frozen=True):
    """What always holds."""

    name: str
    sentence: str


class Explanation(msgspec.Struct, frozen=True):
    """A document in words of one language. `digest` is the SHA-256 that names it, `title` what people call it.

    `own` tells that only what a programme adds to its kind is here: what the kind says besides is left out.
    """

    sort: Literal["kind", "programme"]
    name: str
    kind: str
    title: str
    digest: str
    language: Language
    parameters: list[ParameterRow]
    actions: list[ActionTable]
    invariants: list[InvariantRow]
    own: bool = False


def explain_kind(kind: Kind, language: Language, glossary: Glossary | None = None) -> Explanation:
    """A kind in words. `glossary` are the words for its names; those for vouchers if not said."""
    return Explainer(kind, None, language, glossary or standard()).all()


def explain_programme(
    kind: Kind, programme: Programme, language: Language, glossary: Glossary | None = None
) -> Explanation:
    """A programme in words: the clauses of its kind and its own, with the values of its parameters.

    Raises `ContractError` if the programme is not one of the kind.
    """
    return Explainer(kind, programme, language, glossary or standard()).all()


def only_own(explanation: Explanation, programme: Programme) -> Explanation:
    """Of the explanation of a programme what it adds to its kind: the parameters that it gives, and its own clauses.

    Its specification says again what the kind asks for, too, and is left out.
    """
    given = {one.name for one in programme.parameters}
    added = {one.action for one in programme.actions}
    return msgspec.structs.replace(
        explanation,
        own=True,
        parameters=[row for row in explanation.parameters if row.name in given],
        actions=[_own_rows(action) for action in explanation.actions if action.name in added],
        invariants=[],
    )


def _own_rows(action: ActionTable) -> ActionTable:
    rows = [row for row in action.rows if row.of == "programme"]
    return ActionTable(action.name, action.label, [], [], rows, [], [], [])


class Explainer:
    """Says the parts of one document in one language."""

    def __init__(self, kind: Kind, programme: Programme | None, language: Language, glossary: Glossary) -> None:
        self.kind = kind
        self.programme = programme
        self.language = language
        self.glossary = glossary
        self.values: Values = {} if programme is None else check_programme(programme, kind).parameters
        self.plain = Reader(glossary, kind, programme)

    # ---- words of the language

    def must(self, condition: Condition) -> str:
        return korean.must(condition) if self.language == "ko" else english.must(condition)

    def holds(self, condition: Condition) -> str:
        return korean.holds(condition) if self.language == "ko" else english.holds(condition)

    def value(self, phrase: Value) -> str:
        return korean.value(phrase) if self.language == "ko" else english.value(phrase)

    def choose(self, words: tuple[Words, ...]) -> str | None:
        """In the language, else in English, else in any: what `madang.contract.explain` tells people."""
        by_language = {word.language: word.text for word in words}
        for wanted in (self.language, "en", *by_language):
            if wanted in by_language:
                return by_language[wanted]
        return None

    # ---- the document

    def all(self) -> Explanation:
        document = self.kind if self.programme is None else self.programme
        name = self.kind.kind if self.programme is None else self.programme.programme
        title = None if self.programme is None else self.choose(self.programme.title)
        return Explanation(
            sort="kind" if self.programme is None else "programme",
            name=name,
            kind=self.kind.kind,
            title=title or name,
            digest=digest(document).hex(),
            language=self.language,
            parameters=self.parameters(),
            actions=[self.action(one) for one in self.kind.actions],
            invariants=self.invariants(),
        )

    def parameters(self) -> list[ParameterRow]:
        rows = []
        for name, type_ in self.plain.parameters.items():
            value = self.values.get(name)
            label = self.plain.label(name).text(self.language)
            grid = None if value is None or not isinstance(type_, Table) else self.grid(name, type_, value)
            text = None if value is None or grid is not None else self.written(value, type_)
            rows.append(ParameterRow(name, label, self.type(type_, name), text, grid))
        return rows

    def invariants(self) -> list[InvariantRow]:
        reader = Reader(self.glossary, self.kind, self.programme, None, self.values)
        return [InvariantRow(one.name, self.holds(reader.condition(one.holds))) for one in self.kind.invariants]

    def reader(self, action: Action) -> Reader:
        """Reads the expressions of an action, with the values of the parameters."""
        return Reader(self.glossary, self.kind, self.programme, action, self.values)

    def action(self, action: Action) -> ActionTable:
        """The decision table of an action."""
        reader = self.reader(action)
        rows = [self.row(reader, clause, "kind") for clause in action.require]
        specification = []
        if self.programme is not None:
            own = [one for one in self.programme.actions if one.action == action.name]
            rows += [self.row(reader, clause, "programme") for one in own for clause in one.require]
            allowed = [one.allowed for one in self.programme.specification if one.action == action.name]
            specification = [line for one in allowed for line in self.lines(reader.condition(one))]
        return ActionTable(
            name=action.name,
            label=find(self.glossary.actions, action.name).text(self.language),
            makes=[find(self.glossary.records, one.type).text(self.language) for one in action.on if one.is_new],
            given=[self.given(reader, one.name, one.type) for one in action.given],
            rows=rows,
            moves=self.moves(reader, action),
            changes=self.changes(reader, action),
            specification=specification,
        )

    def lines(self, condition: Condition) -> list[str]:
        """A condition as sentences, one for each part that must hold."""
        parts = condition.parts if isinstance(condition, Every) else (condition,)
        return [self.must(part) for part in parts]

    def row(self, reader: Reader, clause: Clause, of: Literal["kind", "programme"]) -> Row:
        return Row(clause.name, of, self.must(reader.condition(clause.when)), self.choose(clause.words))

    def given(self, reader: Reader, name: str, type_: Declared) -> Given:
        return Given(name, reader.label(name).text(self.language), self.type(type_))

    def moves(self, reader: Reader, action: Action) -> list[str]:
        moves = []
        for posting in action.post:
            source, target = (find(self.glossary.accounts, name) for name in (posting.source, posting.target))
            amount = self.value(reader.value(posting.amount, "won"))
            if self.language == "ko":
                moves.append(korean.move(amount, source.ko, target.ko))
            else:
                moves.append(english.move(amount, source.en, target.en))
        return moves

    def changes(self, reader: Reader, action: Action) -> list[Change]:
        changes = []
        for one in action.set:
            expected = reader.sort_of_field(one.alias, one.field)
            value = self.value(reader.value(one.value, expected))
            label = reader.field(one.alias, one.field).text(self.language)
            changes.append(Change(f"{one.alias}.{one.field}", label, value))
        return changes

    # ---- types and values

    def type(self, type_: Declared, name: str = "") -> str:
        """What a value can be, in words; `name` is that of a table."""
        words = korean.TYPES if self.language == "ko" else english.TYPES
        match type_:
            case Number(unit="won" | "int"):
                low, high = (self.value(self.plain.written(bound, type_)) for bound in (type_.low, type_.high))
                return f"{low}–{high}"
            case Number():
                return words[type_.unit]
            case Enum():
                return ", ".join([self.value(self.plain.member(member)) for member in type_.members])
            case Bool():
                return words["bool"]
            case Text():
                return words["text"]
            case Id():
                return words["id"]
            case List():
                return f"{words['list']}: {self.type(type_.element)}"
            case Table():
                by = ", ".join([self.plain.dimension(name, one.name).text(self.language) for one in type_.by])
                return f"{words['table']} ({by}): {self.type(type_.of)}"
            case Published():
                return words["published"]
            case _:
                assert_never(type_)

    def written(self, value: Written | tuple[Written, ...], type_: Declared) -> str:
        """A value of a parameter."""
        if isinstance(value, tuple):
            element = type_.element if isinstance(type_, List) else type_
            return ", ".join([self.value(self.plain.written(item, element)) for item in value])
        return self.value(self.plain.written(value, type_))

    def grid(self, name: str, type_: Table, cells: Written | tuple[Written, ...]) -> Grid:
        """A table with its smallest dimension across, so that it is narrow; equal rows of numbers share one."""
        values = cells if isinstance(cells, tuple) else (cells,)
        texts = iter([self.value(self.plain.written(value, type_.of)) for value in values])
        keys = [[self.key(key) for key in one.keys()] for one in type_.by]  # noqa: SIM118 - a method of its own
        names = [self.plain.dimension(name, one.name).text(self.language) for one in type_.by]
        if len(keys) == 1:
            return Grid([names[0], ""], _merged({(key,): [next(texts)] for key in keys[0]}))
        across = min(range(len(keys)), key=lambda place: (len(keys[place]), -place))
        rows: dict[tuple[str, ...], list[str]] = {}
        for combination in product(*keys):
            rows.setdefault(combination[:across] + combination[across + 1 :], []).append(next(texts))
        down = names[:across] + names[across + 1 :]
        return Grid([*down, *[f"{names[across]}: {column}" for column in keys[across]]], _merged(rows))

    def key(self, key: int | str) -> str:
        if isinstance(key, str):
            return find(self.glossary.members, key).text(self.language)
        return str(key)


def _merged(rows: dict[tuple[str, ...], list[str]]) -> list[list[str]]:
    """Rows by their keys. Those whose last key is a number run together where all else is equal: 4–20."""
    merged: list[tuple[tuple[str, ...], str, str, list[str]]] = []
    for (*before, last), cells in rows.items():
        if merged and last.isdigit():
            same, low, _, others = merged[-1]
            if same == tuple(before) and others == cells and low.isdigit():
                merged[-1] = (same, low, last, cells)
                continue
        merged.append((tuple(before), last, last, cells))
    return [[*before, low if low == high else f"{low}–{high}", *cells] for before, low, high, cells in merged]
