"""JSON Schema (draft 2020-12) of the YAML documents, for editors: completion, hints, and mistakes while typing.

It is made from the declarations of the syntax: a section that the language gains appears here by itself, and one whose
form is not known raises `TypeError`. Editors read YAML before they ask the schema, so `26` is a number to them and
`30_000` a text: whatever the language reads as a value is allowed in every form that an editor may see. The schema
knows shapes, keys and types; names, units and ranges of expressions are for `madang programme compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, assert_never, get_args, get_type_hints

from madang.contract import limits
from madang.contract import syntax as of
from madang.contract.syntax import Kind
from madang.contract.valuetypes import (
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
    Unit,
)

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NAME: Final = f"^[a-z][a-z0-9_]{{0,{limits.NAME_CHARACTERS - 1}}}$"
_DOCUMENT_NAME: Final = f"^[a-z][a-z0-9_-]{{0,{limits.NAME_CHARACTERS - 1}}}$"
_LIST_NAME: Final = f"^[a-z][a-z0-9_-]{{0,{limits.LIST_NAME_CHARACTERS - 1}}}$"
_FACT: Final = f"[A-Z][A-Za-z0-9]{{0,{limits.NAME_CHARACTERS - 1}}}"
_INTEGER: Final = r"-?[0-9]+(_[0-9]+)*"
_MEMBER: Final = "[a-z][a-z0-9_]*"
_AS_READ: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
"""Names that an editor does not read as texts."""

# What an editor can make of a value without quotes.
_WRITTEN: Final[Schema] = {"type": ["string", "number", "boolean"], "minLength": 1}
_EXPRESSION: Final[Schema] = _WRITTEN | {"maxLength": limits.EXPRESSION_CHARACTERS}
_TEXT: Final[Schema] = _WRITTEN | {"maxLength": limits.TEXT_CHARACTERS}
_MONTH: Final = r"[0-9]{4}-[0-9]{2}"
_DATE: Final = rf"{_MONTH}-[0-9]{{2}}"
_UNITS: Final[dict[str, str]] = {
    "date": f"^{_DATE}$",
    "month": f"^{_MONTH}$",
    "time": rf"^{_DATE}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}\+09:00$",
}

_LIMITS: Final[dict[type[of.Node], int]] = {
    of.RecordType: limits.RECORD_TYPES,
    of.Field: limits.FIELDS,
    of.ParameterDeclaration: limits.PARAMETERS,
    of.Account: limits.ACCOUNTS,
    of.Action: limits.ACTIONS,
    of.Invariant: limits.INVARIANTS,
    of.Clause: limits.CLAUSES,
    of.Posting: limits.POSTINGS,
    of.Words: limits.LANGUAGES,
    of.Subject: limits.RECORDS_PER_ACTION + limits.FACTS_PER_ACTION,
}
_KEYS: Final[dict[type[of.Node], str]] = {
    of.Assignment: rf"^{_MEMBER}\.{_MEMBER}$",
    of.Words: "^[a-z]{2,3}$",
}
_REQUIRED: Final[dict[type[of.Node], tuple[str, ...]]] = {
    of.Kind: ("kind", "language", "records", "actions"),
    of.Posting: ("from", "to", "amount"),
    of.Clause: ("when",),
    of.Programme: ("programme", "kind"),
}
_RENAMED: Final[dict[type[of.Node], dict[str, str]]] = {of.Posting: {"source": "from", "target": "to"}}


def kind_schema() -> Schema:
    """The schema of kinds."""
    found = _object(of.Kind)
    found["properties"]["kind"] = {"type": "string", "pattern": _DOCUMENT_NAME}
    for section in ("records", "actions"):
        found["properties"][section]["minProperties"] = 1
    found["properties"]["facts"]["propertyNames"] = {"pattern": f"^{_FACT}$"}
    found["properties"]["language"] = {"enum": [*limits.LANGUAGE_VERSIONS, *map(str, limits.LANGUAGE_VERSIONS)]}
    return {"$schema": DIALECT, "title": "A kind of programmes", **found, "$defs": _definitions()}


def programme_schema(kind: Kind) -> Schema:
    """The schema of programmes of one kind: its actions, and its parameters with their types."""
    found = _object(of.Programme)
    actions = [action.name for action in kind.actions]
    properties = found["properties"]
    del properties["kind_digest"], properties["actions"]
    properties["programme"] = {"type": "string", "pattern": _DOCUMENT_NAME}
    properties["kind"] = {"const": kind.kind}
    properties["parameters"] = _parameters(kind)
    properties["specification"]["propertyNames"] = {"enum": actions}
    properties |= {action: {"$ref": "#/$defs/action"} for action in actions}
    if any(one.default is None for one in kind.parameters):
        found["required"].append("parameters")
    definitions = {**_definitions(), "action": _action_of_programme()}
    return {"$schema": DIALECT, "title": f"A programme of the kind {kind.kind}", **found, "$defs": definitions}


def _definitions() -> Schema:
    rows = {"type": "object", "additionalProperties": {"$ref": "#/$defs/rows"}}
    return {"type": _type(), "rows": {"description": "Rows of a table.", "anyOf": [dict(_WRITTEN), rows]}}


def _action_of_programme() -> Schema:
    found = _object(of.ProgrammeAction)
    del found["properties"]["action"]
    return found


# ------------------------------------------------------------------------------------------------------ the syntax


def _object(struct: type[of.Node]) -> Schema:
    """A part with fixed keys: the fields of its syntax."""
    renamed = _RENAMED.get(struct, {})
    hints = get_type_hints(struct)
    properties = {
        renamed.get(name, name): _part(hints[name])
        for name in struct.__struct_fields__
        if name not in ("position", "name")
    }
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = _REQUIRED.get(struct, ())
    return _described(struct, found | {"required": list(required)} if required else found)


def _described(struct: type, schema: Schema) -> Schema:
    """With the first line of what the syntax says of it, which editors show."""
    return {"description": (struct.__doc__ or "").strip().partition("\n")[0], **schema}


def _part(annotation: Any) -> Schema:
    """What stands under a key, by the type of its field."""
    if annotation in (str, int):
        return dict(_TEXT)
    if annotation == of.Expression:
        return dict(_EXPRESSION)
    if annotation == Declared:
        return {"$ref": "#/$defs/type"}
    items = get_args(annotation)
    if len(items) == 2 and items[1] is Ellipsis and isinstance(items[0], type) and issubclass(items[0], of.Node):
        return _section(items[0])
    raise TypeError(f"{annotation} has no form in the schema yet")


def _section(item: type[of.Node]) -> Schema:
    """Several parts of one sort: a mapping by their names, or a list where they have none."""
    if item is of.Posting:
        return {"type": "array", "items": _object(item), "maxItems": _LIMITS[item]}
    found: Schema = {"type": "object", "propertyNames": {"pattern": _KEYS.get(item, NAME)}}
    if item in _LIMITS:
        found["maxProperties"] = _LIMITS[item]
    return _described(item, {**found, "additionalProperties": _entry(item)})


def _entry(item: type[of.Node]) -> Schema:
    """What stands under the name of one such part."""
    if item is of.RecordType:
        return _section(of.Field)
    if item is of.Field:
        return {"$ref": "#/$defs/type"}
    if item is of.ParameterDeclaration:
        return {"anyOf": [{"$ref": "#/$defs/type"}, _typed("default")]}
    if item is of.Account:
        return {"type": "string", "pattern": r"^(total|outside|sum\b.*)$"}
    if item is of.Subject:
        return {"type": "string", "pattern": f"^((new )?{_MEMBER}|{_FACT})$"}
    if item is of.Words:
        return _WRITTEN | {"maxLength": limits.WORDS_CHARACTERS}
    if item is of.Clause:
        return {"anyOf": [dict(_EXPRESSION), _object(item)]}
    if item in (of.Assignment, of.Invariant, of.Specification):
        return dict(_EXPRESSION)
    if item in (of.Action, of.ProgrammeAction):
        return _object(item)
    if item is of.Parameter:
        return {}
    raise TypeError(f"{item.__name__} has no form in the schema yet")


# ----------------------------------------------------------------------------------------------- types as written


def _type() -> Schema:
    """A type as a document writes it."""
    this: Schema = {"$ref": "#/$defs/type"}
    simple = [unit for unit in get_args(Unit) if unit not in ("int", "literal")]
    forms: list[Schema] = []
    for sort in get_args(Declared):
        tag = str(sort.__struct_config__.tag)
        if sort in (Bool, Text, Id):
            simple.append(tag)
        elif sort is Number:
            spread = {"type": "string", "pattern": rf"^{_INTEGER}\.\.({_INTEGER})?$"}
            forms += [_only(unit, spread) for unit in ("won", "int")]
        elif sort is Enum:
            names = {"enum": list(_AS_READ.values())}
            member = {"anyOf": [{"type": "string", "pattern": NAME}, names]}
            forms.append(_only(tag, {"type": "array", "items": member, "minItems": 1, "maxItems": limits.ENUM_MEMBERS}))
        elif sort in (List, Published):
            forms.append(_only(tag, this))
        elif sort is Table:
            by = {
                "type": "object",
                "propertyNames": {"pattern": NAME},
                "additionalProperties": this,
                "minProperties": 1,
                "maxProperties": limits.DIMENSIONS,
            }
            shape = {"type": "object", "properties": {"by": by, "of": this}, "required": ["by", "of"]}
            forms.append(_only(tag, {**shape, "additionalProperties": False}))
        else:
            raise TypeError(f"{sort.__name__} has no form in the schema yet")
    return {"description": "A type of values.", "anyOf": [{"enum": sorted(simple)}, *forms]}


def _only(key: str, schema: Schema) -> Schema:
    return {"type": "object", "properties": {key: schema}, "required": [key], "additionalProperties": False}


# ---------------------------------------------------------------------------------------------- values as written


def _parameters(kind: Kind) -> Schema:
    """The parameters of a programme: those of its kind by their types, and further ones that name theirs."""
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "properties": {one.name: _value(one.type) for one in kind.parameters},
        "required": [one.name for one in kind.parameters if one.default is None],
        "additionalProperties": {
            "description": "A parameter of the programme's own: its type and value.",
            **_typed("value"),
        },
    }


def _typed(key: str) -> Schema:
    """A type with a value: a list or rows where the type is one of these."""

    def where(sort: str) -> Schema:
        return {"properties": {"type": {"type": "object", "required": [sort]}}, "required": ["type"]}

    def then(value: Schema) -> Schema:
        return {"properties": {key: value}}

    single = {"if": where("table"), "then": then({"$ref": "#/$defs/rows"}), "else": then(dict(_WRITTEN))}
    return {
        "type": "object",
        "properties": {"type": {"$ref": "#/$defs/type"}, key: {}},
        "required": ["type", key],
        "additionalProperties": False,
        "if": where("list"),
        "then": then({"type": "array", "items": dict(_WRITTEN), "maxItems": limits.LIST_ITEMS}),
        "else": single,
    }


def _value(type_: Declared) -> Schema:
    """A value of a declared type."""
    match type_:
        case Bool():
            return {"enum": [True, False, "true", "false"]}
        case Number(unit="won" | "int"):
            number = {"type": "integer", "minimum": type_.low, "maximum": type_.high}
            return {"anyOf": [number, {"type": "string", "pattern": f"^{_INTEGER}$"}]}
        case Number():
            return {"type": "string", "pattern": _UNITS[type_.unit]}
        case Enum():
            return {"enum": _as_read(type_.members)}
        case Text() | Id():
            return dict(_TEXT)
        case List():
            return {"type": "array", "items": _value(type_.element), "maxItems": limits.LIST_ITEMS}
        case Table():
            return _rows(type_.by, _value(type_.of))
        case Published():
            return {"type": "string", "pattern": _LIST_NAME}
        case _:
            assert_never(type_)


def _as_read(names: tuple[str, ...]) -> list[Any]:
    """Names, and what an editor takes some of them for."""
    return [*names, *[_AS_READ[name] for name in names if name in _AS_READ]]


def _rows(by: tuple[Dimension, ...], cell: Mapping[str, Any]) -> Schema:
    """A table as it is written: rows in rows, or a single value for all of them."""
    if not by:
        return dict(cell)
    first, *others = by
    if isinstance(first.type, Number):
        keys: Schema = {"pattern": rf"^({_INTEGER}(\+|\.\.{_INTEGER})?|{limits.DEFAULT_KEY})$"}
    else:
        keys = {"enum": [*first.type.members, limits.DEFAULT_KEY]}
    row = {"type": "object", "propertyNames": keys, "additionalProperties": _rows(tuple(others), cell)}
    return {"anyOf": [dict(cell), {**row, "minProperties": 1}]}
