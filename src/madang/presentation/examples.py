"""One request in plain values, said in words: what a clause asks for, and what the request says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from madang.contract.checker import check_kind, check_programme
from madang.contract.syntax import Action, Field, Kind, Programme, Value
from madang.contract.typed import FieldOf, Given, Now
from madang.contract.valuetypes import TIME, Declared, Number
from madang.contract.walk import walk
from madang.presentation.explanation import Explainer
from madang.presentation.labels import Language, find, standard

_WON: Final = Number("won", 0, 0)


class Said(msgspec.Struct, frozen=True):
    """What something is called, and its value."""

    label: str
    value: str


class Example(msgspec.Struct, frozen=True):
    """A clause that a request meets or not: what it asks for, what people are told, what it reads of the request."""

    condition: str
    refusal: str | None
    values: list[Said]


def action_label(kind: Kind, name: str, language: Language) -> str:
    """What an action is called."""
    return find(standard().actions, name).text(language)


def example(
    kind: Kind, programme: Programme, action: str, clause: str, state: Mapping[str, Value], language: Language
) -> Example | None:
    """A clause of an action, and the values of a request that it reads; None where there is no such clause.

    `state` has the time (`at`), given values, and fields before the action (`v.left`), by name.
    """
    explainer = Explainer(kind, programme, language, standard())
    syntax = next(each for each in kind.actions if each.name == action)
    row = next((row for row in explainer.action(syntax).rows if row.clause == clause), None)
    if row is None:
        return None
    typed = (*check_kind(kind).actions[action].require, *check_programme(programme, kind).require.get(action, ()))
    parts = [part for each in typed if each.name == clause for part in walk(each.when)]
    names = [
        "at" if isinstance(part, Now) else part.name if isinstance(part, Given) else f"{part.alias}.{part.field}"
        for part in parts
        if isinstance(part, (Now, Given, FieldOf))
    ]
    read = {name: state[name] for name in dict.fromkeys(names) if name in state}
    return Example(row.condition, row.refusal, values(kind, programme, action, read, language))


def values(kind: Kind, programme: Programme, action: str, state: Mapping[str, Value], language: Language) -> list[Said]:
    """Values of a request or of its result, with what they are called: fields, given values, amounts by account."""
    explainer = Explainer(kind, programme, language, standard())
    syntax = next(each for each in kind.actions if each.name == action)
    reader = explainer.reader(syntax)
    said = []
    for name, value in state.items():
        alias, dot, field = name.partition(".")
        if dot:
            label = reader.field(alias, field).text(language)
        elif name in {each.name for each in kind.accounts}:
            label = find(standard().accounts, name).text(language)
        else:
            label = reader.label(name).text(language)
        said.append(Said(label, explainer.written(value, _type(kind, syntax, name))))
    return said


def _type(kind: Kind, action: Action, name: str) -> Declared:
    alias, dot, field = name.partition(".")
    if dot:
        type_ = next(each.type for each in action.on if each.alias == alias)
        return _named(next(each for each in (*kind.records, *kind.facts) if each.name == type_).fields, field)
    if name == "at":
        return TIME
    if any(each.name == name for each in action.given):
        return _named(action.given, name)
    return _WON


def _named(fields: Iterable[Field], name: str) -> Declared:
    return next(each.type for each in fields if each.name == name)
