"""From a tree of texts to the syntax of a kind or programme. Here is the shape; the checker holds the meaning."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from typing import Final, TypeVar, cast

from madang.contract.canonical import digest
from madang.contract.checks import expectation
from madang.contract.errors import ContractError
from madang.contract.expressions import SyntaxProblem, parse
from madang.contract.limits import INTEGER_HIGH, INTEGER_LOW, LANGUAGE, LANGUAGE_VERSIONS, VERSIONS_WORDS, WON_HIGH
from madang.contract.names import near
from madang.contract.problems import Problems
from madang.contract.syntax import (
    Account,
    Action,
    Assignment,
    Broken,
    Call,
    Clause,
    Expression,
    Field,
    Invariant,
    Kind,
    Member,
    Parameter,
    ParameterDeclaration,
    Posting,
    Programme,
    ProgrammeAction,
    RecordType,
    Specification,
    Subject,
    Value,
    Words,
)
from madang.contract.tablereader import TableReader
from madang.contract.values import read_integer, read_value, some_value
from madang.contract.valuetypes import (
    BOOL,
    DATE,
    ID,
    MONTH,
    TEXT,
    TIME,
    UNKNOWN,
    Bool,
    Declared,
    Dimension,
    Enum,
    Id,
    List,
    Number,
    Published,
    Table,
    Text,
    Unknown,
    describe,
)
from madang.contract.valuetypes import (
    Scalar as ScalarType,
)
from madang.contract.yamltree import Entry, Mapping, Scalar, Sequence, Tree, TreeProblem, pack, read_tree

Item = TypeVar("Item")

_KIND_KEYS: Final = ("kind", "language", "facts", "records", "accounts", "parameters", "actions", "invariants")
_ACTION_KEYS: Final = ("on", "given", "require", "post", "set")
_PROGRAMME_KEYS: Final = ("programme", "kind", "title", "parameters", "specification")
_SIMPLE_TYPES: Final[dict[str, Declared]] = {
    "bool": BOOL,
    "text": TEXT,
    "id": ID,
    "date": DATE,
    "time": TIME,
    "month": MONTH,
    "won": Number("won", 0, WON_HIGH),
}
_TYPE_WORDS: Final = (
    "bool, text, id, date, time, month, {won: 0..100}, {int: 0..100}, {enum: [a, b]}; "
    "for parameters {list: …}, {table: …}, {published: …}"
)


def kind_of(text: str, name: str) -> tuple[Kind, Problems]:
    """The kind that `text` writes, unchecked, with the problems of its shape. Raises `ContractError` if it has none."""
    problems = Problems(name)
    return _Reader(text, problems).kind(), problems


def programme_of(text: str, kind: Kind, name: str) -> tuple[Programme, Problems]:
    """The programme that `text` writes, unchecked, likewise."""
    problems = Problems(name)
    return _Reader(text, problems).programme(kind), problems


class _Reader:
    def __init__(self, text: str, problems: Problems) -> None:
        self.text = text
        self.problems = problems
        self.lines = [0]
        for index, character in enumerate(text):
            if character == "\n":
                self.lines.append(index + 1)

    # ---- shapes

    def root(self) -> Mapping:
        try:
            tree, found = read_tree(self.text)
        except TreeProblem as stop:
            raise ContractError([stop.problem], self.problems.name) from None
        self.problems.found.extend(found)
        if isinstance(tree, Mapping):
            return tree
        self.problems.add(tree.position, "wrong-shape", "A document is a mapping.", "kind: … or programme: …")
        raise ContractError(self.problems.found, self.problems.name)

    def wrong_shape(self, tree: Tree, wanted: str) -> None:
        found = {Mapping: "a mapping", Sequence: "a list", Scalar: "a text"}[type(tree)]
        self.problems.add(tree.position, "wrong-shape", f"Here stands {found}.", wanted)

    def entries(self, tree: Tree | None, wanted: str) -> tuple[Entry, ...]:
        if tree is None:
            return ()
        if isinstance(tree, Mapping):
            return tree.entries
        self.wrong_shape(tree, wanted)
        return ()

    def keys(self, tree: Tree, known: tuple[str, ...], wanted: str) -> dict[str, Tree]:
        found = {}
        for entry in self.entries(tree, wanted):
            if entry.key in known:
                found[entry.key] = entry.value
            else:
                self.problems.add(
                    entry.position, "unknown-key", f"`{entry.key}` is not a key here.", near(entry.key, known)
                )
        return found

    def plain(self, tree: Tree | None, wanted: str) -> str:
        if tree is None:
            return ""
        if isinstance(tree, Scalar):
            if not tree.text:
                self.problems.add(tree.position, "wrong-shape", "Nothing stands here.", wanted)
            return tree.text
        self.wrong_shape(tree, wanted)
        return ""

    def each(self, tree: Tree | None, wanted: str, make: Callable[[Entry], Item]) -> tuple[Item, ...]:
        return tuple([make(entry) for entry in self.entries(tree, wanted)])

    def needs(self, found: dict[str, Tree], keys: tuple[str, ...], position: int) -> None:
        for key in keys:
            if key not in found:
                self.problems.add(position, "missing-key", f"`{key}` is missing.", f"{key}: …")

    def place(self, index: int) -> int:
        line = bisect.bisect_right(self.lines, index)
        return pack(line, index - self.lines[line - 1] + 1)

    def expression(self, tree: Tree | None, position: int = 0) -> Expression:
        if not isinstance(tree, Scalar):
            if tree is not None:
                self.wrong_shape(tree, "an expression")
            return cast(Expression, Broken(position=position))
        scalar = tree

        def place(offset: int) -> int:
            return self.place(scalar.exact + offset) if scalar.exact >= 0 else scalar.position

        try:
            return parse(scalar.text, place)
        except SyntaxProblem as problem:
            self.problems.add(place(problem.offset), problem.code, problem.message, problem.instead)
            return cast(Expression, Broken(position=scalar.position))

    # ---- types

    def type(self, tree: Tree) -> Declared:
        if isinstance(tree, Scalar):
            type_ = _SIMPLE_TYPES.get(tree.text)
            if type_ is None:
                instead = "{int: 0..100}" if tree.text == "int" else near(tree.text, _SIMPLE_TYPES)
                self.problems.add(
                    tree.position,
                    "unknown-type",
                    f"There is no type `{tree.text}`.",
                    instead if not instead.startswith("one of") else _TYPE_WORDS,
                )
                return cast(Declared, UNKNOWN)
            return type_
        if not isinstance(tree, Mapping) or len(tree.entries) != 1:
            self.problems.add(tree.position, "unknown-type", "This is not a type.", _TYPE_WORDS)
            return cast(Declared, UNKNOWN)
        entry = tree.entries[0]
        if entry.key in ("won", "int"):
            return self.range(entry)
        if entry.key == "enum":
            if not isinstance(entry.value, Sequence):
                self.wrong_shape(entry.value, "{enum: [a, b]}")
                return cast(Declared, UNKNOWN)
            return Enum(tuple([self.plain(item, "a name") for item in entry.value.items]))
        if entry.key == "list":
            element = self.type(entry.value)
            if isinstance(element, List):
                self.problems.add(tree.position, "unknown-type", "There are no lists of lists.", "{list: text}")
                return cast(Declared, UNKNOWN)
            if isinstance(element, (Table, Published)):
                self.problems.add(tree.position, "unknown-type", "A list holds single values.", "{list: text}")
                return cast(Declared, UNKNOWN)
            return List(element)
        if entry.key == "table":
            return self.table(entry.value)
        if entry.key == "published":
            return self.published(entry.value)
        self.problems.add(
            entry.position,
            "unknown-type",
            f"There is no type `{entry.key}`.",
            near(entry.key, ("won", "int", "enum", "list", "table", "published")),
        )
        return cast(Declared, UNKNOWN)

    def table(self, tree: Tree) -> Declared:
        wanted = "{by: {size: {int: 1..10}}, of: won}"
        found = self.keys(tree, ("by", "of"), wanted)
        self.needs(found, ("by", "of"), tree.position)
        of = self.type(found["of"]) if "of" in found else UNKNOWN
        if not isinstance(of, (Bool, Number, Enum, Text)):
            if not isinstance(of, Unknown):
                self.problems.add(tree.position, "unknown-type", f"A cell can't be {describe(of)}.", "of: won")
            return cast(Declared, UNKNOWN)
        by = []
        for entry in self.entries(found.get("by"), "{size: {int: 1..10}}"):
            type_ = self.type(entry.value)
            if isinstance(type_, Unknown):
                return cast(Declared, UNKNOWN)
            if not isinstance(type_, (Number, Enum)) or (isinstance(type_, Number) and type_.unit != "int"):
                self.problems.add(
                    entry.value.position,
                    "unknown-type",
                    f"Keys of a table can't be {describe(type_)}.",
                    "{int: 1..10} or {enum: [a, b]}",
                )
                return cast(Declared, UNKNOWN)
            by.append(Dimension(entry.key, type_))
        return Table(tuple(by), of)

    def published(self, tree: Tree) -> Declared:
        element = self.type(tree)
        if isinstance(element, (Text, Id)):
            return Published(element)
        if not isinstance(element, Unknown):
            self.problems.add(
                tree.position, "unknown-type", f"A published list can't hold {describe(element)}.", "text or id"
            )
        return cast(Declared, UNKNOWN)

    def range(self, entry: Entry) -> Declared:
        text = self.plain(entry.value, f"{{{entry.key}: 0..100}}")
        low_text, dots, high_text = text.partition("..")
        low = read_integer(low_text)
        high = read_integer(high_text) if high_text or entry.key != "won" else WON_HIGH
        if not dots or low is None or high is None or low < INTEGER_LOW or high > INTEGER_HIGH:
            self.problems.add(
                entry.value.position, "bad-range", f"`{text}` is not a range.", f"{{{entry.key}: 0..100_000}}"
            )
            return cast(Declared, UNKNOWN)
        return Number("won" if entry.key == "won" else "int", low, high)

    def field(self, entry: Entry) -> Field:
        return Field(name=entry.key, type=self.type(entry.value), position=entry.position)

    def fields(self, tree: Tree | None) -> tuple[Field, ...]:
        return self.each(tree, "{name: type}", self.field)

    def record(self, entry: Entry) -> RecordType:
        return RecordType(name=entry.key, fields=self.fields(entry.value), position=entry.position)

    # ---- a kind

    def kind(self) -> Kind:
        root = self.root()
        found = self.keys(root, _KIND_KEYS, "a mapping")
        self.needs(found, ("kind", "language", "records", "actions"), root.position)
        language = LANGUAGE
        if "language" in found:
            text = self.plain(found["language"], "1")
            number = read_integer(text)
            if number not in LANGUAGE_VERSIONS:
                message = f"Language `{text}` is not known here."
                self.problems.add(found["language"].position, "unknown-language", message, VERSIONS_WORDS)
            else:
                language = number
        return Kind(
            kind=self.plain(found.get("kind"), "a name") if "kind" in found else "missing",
            language=language,
            facts=self.each(found.get("facts"), "{Shop: {region: text}}", self.record),
            records=self.each(found.get("records"), "{voucher: {left: won}}", self.record),
            accounts=self.each(found.get("accounts"), "{issued: sum(voucher.left)}", self.account),
            parameters=self.each(found.get("parameters"), "{name: type}", self.declaration),
            actions=self.each(found.get("actions"), "{spend: {on: …}}", self.action),
            invariants=self.each(found.get("invariants"), "{name: expression}", self.invariant),
            position=found["kind"].position if "kind" in found else root.position,
        )

    def declaration(self, entry: Entry) -> ParameterDeclaration:
        """A parameter of a kind: a type, or a type with the value of programmes that give none."""
        keys = {one.key for one in entry.value.entries} if isinstance(entry.value, Mapping) else set()
        if not keys & {"type", "default"}:
            return ParameterDeclaration(name=entry.key, type=self.type(entry.value), position=entry.position)
        found = self.keys(entry.value, ("type", "default"), "{type: …, default: …}")
        self.needs(found, ("type", "default"), entry.position)
        type_ = self.type(found["type"]) if "type" in found else cast(Declared, UNKNOWN)
        default = self.value(entry.key, found["default"], type_) if "default" in found else None
        return ParameterDeclaration(name=entry.key, type=type_, default=default, position=entry.position)

    def account(self, entry: Entry) -> Account:
        wanted = "total, outside or sum(record.field)"
        text = self.plain(entry.value, wanted)
        if text == "total":
            return Account(name=entry.key, sort="total", record="", field="", position=entry.position)
        if text == "outside":
            return Account(name=entry.key, sort="outside", record="", field="", position=entry.position)
        if not text.startswith("sum"):
            if text:
                self.problems.add(
                    entry.value.position, "unknown-account", f"`{text}` is not a sort of account.", wanted
                )
            return Account(name=entry.key, sort="total", record="", field="", position=entry.position)
        call = self.expression(entry.value)
        if isinstance(call, Call) and len(call.arguments) == 1 and call.function == "sum":
            member = call.arguments[0]
            if isinstance(member, Member):
                return Account(
                    name=entry.key, sort="sum", record=member.owner, field=member.field, position=entry.value.position
                )
        if not isinstance(call, Broken):
            self.problems.add(entry.value.position, "unknown-account", f"`{text}` is not a sum.", "sum(record.field)")
        return Account(name=entry.key, sort="total", record="", field="", position=entry.position)

    def action(self, entry: Entry) -> Action:
        found = self.keys(entry.value, _ACTION_KEYS, "on, given, require, post, set")
        post: tuple[Posting, ...] = ()
        if "post" in found:
            tree = found["post"]
            if isinstance(tree, Sequence):
                post = tuple([self.posting(item) for item in tree.items])
            else:
                self.wrong_shape(tree, "[{from: …, to: …, amount: …}]")
        return Action(
            name=entry.key,
            on=self.each(found.get("on"), "{v: voucher}", self.subject),
            given=self.fields(found.get("given")),
            require=self.clauses(found.get("require")),
            post=post,
            set=self.each(found.get("set"), "{v.left: expression}", self.assignment),
            position=entry.position,
        )

    def subject(self, entry: Entry) -> Subject:
        words = self.plain(entry.value, "a record type").split(" ")
        is_new = words[0] == "new" and len(words) == 2
        return Subject(
            alias=entry.key, type=words[-1] if is_new else " ".join(words), is_new=is_new, position=entry.value.position
        )

    def clauses(self, tree: Tree | None) -> tuple[Clause, ...]:
        return self.each(tree, "{name: expression}", self.clause)

    def clause(self, entry: Entry) -> Clause:
        if not isinstance(entry.value, Mapping):
            when = self.expression(entry.value)
            return Clause(name=entry.key, when=when, words=(), position=entry.position)
        found = self.keys(entry.value, ("when", "words"), "when, words")
        self.needs(found, ("when",), entry.position)
        when = self.expression(found.get("when"), entry.position)
        return Clause(name=entry.key, when=when, words=self.words(found.get("words")), position=entry.position)

    def words(self, tree: Tree | None) -> tuple[Words, ...]:
        found = self.each(tree, '{ko: "…", en: "…"}', self.word)
        return tuple(sorted(found, key=lambda word: word.language))

    def word(self, entry: Entry) -> Words:
        text = self.plain(entry.value, "a sentence")
        return Words(language=entry.key, text=text, position=entry.position)

    def posting(self, tree: Tree) -> Posting:
        found = self.keys(tree, ("from", "to", "amount"), "{from: …, to: …, amount: …}")
        self.needs(found, ("from", "to", "amount"), tree.position)
        return Posting(
            source=self.plain(found.get("from"), "an account"),
            target=self.plain(found.get("to"), "an account"),
            amount=self.expression(found.get("amount"), tree.position),
            position=tree.position,
        )

    def assignment(self, entry: Entry) -> Assignment:
        alias, dot, field = entry.key.partition(".")
        if not dot:
            self.problems.add(entry.position, "bad-name", f"`{entry.key}` is not a field.", "v.left: …")
        return Assignment(alias=alias, field=field, value=self.expression(entry.value), position=entry.position)

    def invariant(self, entry: Entry) -> Invariant:
        return Invariant(name=entry.key, holds=self.expression(entry.value), position=entry.position)

    # ---- a programme

    def programme(self, kind: Kind) -> Programme:
        root = self.root()
        actions = tuple([action.name for action in kind.actions])
        found = self.keys(root, (*_PROGRAMME_KEYS, *actions), "a mapping")
        self.needs(found, ("programme", "kind"), root.position)
        written = [entry for entry in root.entries if entry.key in actions]
        return Programme(
            programme=self.plain(found.get("programme"), "a name") if "programme" in found else "missing",
            kind=self.plain(found.get("kind"), kind.kind) if "kind" in found else kind.kind,
            kind_digest=digest(kind).hex(),
            title=self.words(found.get("title")),
            parameters=self.each(found.get("parameters"), "{name: value}", lambda entry: self.parameter(entry, kind)),
            actions=tuple([self.programme_action(entry) for entry in written]),
            specification=self.each(found.get("specification"), "{action: expression}", self.specified),
            position=root.position,
        )

    def programme_action(self, entry: Entry) -> ProgrammeAction:
        found = self.keys(entry.value, ("require",), "require: {…}")
        return ProgrammeAction(action=entry.key, require=self.clauses(found.get("require")), position=entry.position)

    def specified(self, entry: Entry) -> Specification:
        return Specification(action=entry.key, allowed=self.expression(entry.value), position=entry.position)

    def parameter(self, entry: Entry, kind: Kind) -> Parameter:
        declared = {field.name: field.type for field in kind.parameters}
        if entry.key in declared:
            value = self.value(entry.key, entry.value, declared[entry.key])
            return Parameter(name=entry.key, declared=None, value=value, position=entry.value.position)
        if not isinstance(entry.value, Mapping):
            return Parameter(name=entry.key, declared=None, value=0, position=entry.position)
        found = self.keys(entry.value, ("type", "value"), "{type: …, value: …}")
        self.needs(found, ("type", "value"), entry.position)
        type_ = self.type(found["type"]) if "type" in found else cast(Declared, UNKNOWN)
        own = self.value(entry.key, found["value"], type_) if "value" in found else 0
        return Parameter(
            name=entry.key,
            declared=type_ if "value" in found else cast(Declared, UNKNOWN),
            value=own,
            position=entry.position,
        )

    def value(self, name: str, tree: Tree, type_: Declared) -> Value | tuple[Value, ...]:
        if isinstance(type_, Unknown):
            return 0
        if isinstance(type_, Table):
            return TableReader(name, type_, self.problems, self.scalar).cells(tree)
        if not isinstance(type_, List):
            return self.scalar(name, tree, type_)
        if not isinstance(tree, Sequence):
            self.wrong_shape(tree, "a list: [a, b]")
            return ()
        return tuple([self.scalar(name, item, type_.element) for item in tree.items])

    def scalar(self, name: str, tree: Tree, type_: ScalarType | Published) -> Value:
        text = self.plain(tree, expectation(type_))
        value = read_value(text, type_)
        if value is not None:
            return value
        if isinstance(tree, Scalar) and text:
            self.problems.add(
                tree.position, "bad-value", f"`{text}` is not {describe(type_)} ({name}).", expectation(type_)
            )
        return some_value(type_)  # reported already, and must not be reported twice
