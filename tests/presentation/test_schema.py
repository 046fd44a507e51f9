"""The schema for editors, judged by jsonschema: it takes every document that the language takes, in every form that an
editor may see, and refuses what has the wrong shape."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from madang.contract import ContractError, Kind, read_kind, read_programme
from madang.contract.syntax import Node
from madang.presentation import kind_schema, programme_schema, schema
from tests.contract.support import SMALL_PROGRAMME, small
from tests.presentation.documents import KINDS, PROGRAMMES, kind_of, plain
from tests.presentation.test_explanation import KIND, PROGRAMME


class Editor(yaml.SafeLoader):
    """Reads values as YAML 1.2 tells editors to: true, 26 and 1.5, but dates and 30_000 are texts."""


Editor.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def as_json(value: Any) -> Any:
    """Keys are texts in JSON."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): as_json(inner) for key, inner in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def readings(text: str) -> list[Any]:
    """As an editor reads it, and with every value a text."""
    return [as_json(yaml.load(text, Editor)), plain(text)]


def judge(made: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


KIND_JUDGE = judge(kind_schema())


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.name)
def test_shipped_kinds_are_valid(path: Path) -> None:
    for value in readings(path.read_text(encoding="utf-8")):
        KIND_JUDGE.validate(value)


@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda path: path.name)
def test_shipped_programmes_are_valid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for value in readings(text):
        judge(programme_schema(kind_of(text))).validate(value)


BROKEN_KINDS = [
    ("kind: meal\n", ""),
    ("language: 2", "language: 3"),
    ("language: 2", "langauge: 2"),
    ("kind: meal", "kind: Meal"),
    ("holder: id,", "holder: string,"),
    ("{won: 0..100_000}", "{won: 0-100_000}"),
    ("{won: 0..100_000}", "{krw: 0..100_000}"),
    ("[basic, other]", "[]"),
    ("[basic, other]", "basic"),
    ("free: total", "free: balance"),
    ("closes: time", "closes: {type: time}"),
    ("t: new ticket", "t: a new ticket"),
    ("require:", "requires:"),
    ("words: {ko: ", "words: {korean: "),
    ("{when: amount < 9_000, ", "{if: amount < 9_000, "),
    ("from: free, to: issued, ", "from: free, "),
    ("post: [{from: sponsor, to: free, amount: amount}]", "post: {from: sponsor, to: free, amount: amount}"),
    ("t.left: amount", "left: amount"),
    ("invariants: {some: ticket.left <= 50_000}", "invariants: [ticket.left <= 50_000]"),
    ("invariants: {some: ticket.left <= 50_000}", "invariants: {some: {when: ticket.left <= 50_000}}"),
    ("by: {size: {int: 1..5}}", "by: {}"),
    ("by: {size: {int: 1..5}}, ", ""),
]
BROKEN_PROGRAMMES = [
    ("programme: lunch", "programme: Lunch!"),
    ("kind: meal", "kind: voucher"),
    ("  closes: 2027-01-01T00:00:00+09:00\n", ""),
    ("2027-01-01T00:00:00+09:00", "2027-01-01"),
    ("2027-01-01T00:00:00+09:00", "2027-01-01T00:00:00Z"),
    ("{1: {basic: 5_000, other: 100}", "{one: {basic: 5_000, other: 100}"),
    ("{basic: 5_000, other: 100}", "{basic: 5_000, mid: 100}"),
    ("basic: 5_000", "basic: 5.000,00"),
    ("days: {1..4: 3, 5: 5}", "days: [3, 3, 3, 3, 5]"),
    ("days: {1..4: 3, 5: 5}", "days: {1..4: 3, 5: 50}"),
    ("{type: {list: text}, value", "{type: {lists: text}, value"),
    ("{type: {list: text}, value", "{values"),
    ("grant:\n  require:", "grants:\n  require:"),
    ("grant:\n  require:", "grant:\n  set:"),
    ("specification:\n  grant:", "specification:\n  grants:"),
    ("title: {ko: 점심, en: Lunch}", "title: Lunch"),
]


@pytest.mark.parametrize(("old", "new"), BROKEN_KINDS)
def test_a_broken_kind_is_refused_by_both(old: str, new: str) -> None:
    assert KIND.count(old) >= 1
    text = KIND.replace(old, new)
    assert not KIND_JUDGE.is_valid(readings(text)[0])
    with pytest.raises(ContractError):
        read_kind(text)


@pytest.mark.parametrize(("old", "new"), BROKEN_PROGRAMMES)
def test_a_broken_programme_is_refused_by_both(old: str, new: str) -> None:
    meal = read_kind(KIND)
    assert PROGRAMME.count(old) >= 1
    text = PROGRAMME.replace(old, new, 1)
    assert not judge(programme_schema(meal)).is_valid(readings(text)[0])
    with pytest.raises(ContractError):
        read_programme(text, meal)


# ------------------------------------------------------------------------------------------- against the reader

SHAPES = {"unknown-key", "wrong-shape", "missing-key"}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values inside."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(value: Any) -> Iterator[Any]:
    """The document with one thing taken out, renamed, or of another shape, everywhere."""
    for path in places(value):
        for change in ("out", "renamed", "x", ["x"], {"x": "x"}):
            made = copy.deepcopy(value)
            holder = made
            for key in path[:-1]:
                holder = holder[key]
            if change == "out":
                del holder[path[-1]]
            elif change == "renamed":
                if isinstance(holder, dict):
                    holder["zzz"] = holder.pop(path[-1])
            else:
                holder[path[-1]] = change
            yield made


def problems_of(document: Any, kind: Kind | None) -> set[str]:
    text = yaml.dump(document, allow_unicode=True, sort_keys=False)
    try:
        if kind is None:
            read_kind(text)
        else:
            read_programme(text, kind)
    except ContractError as error:
        return {problem.code for problem in error.problems}
    return set()


@pytest.mark.parametrize(
    ("text", "kind_text"),
    [(KIND, None), (small(), None), (PROGRAMME, KIND), (SMALL_PROGRAMME, small())],
    ids=["kind", "small-kind", "programme", "small-programme"],
)
def test_the_schema_and_the_reader_agree_about_shapes(text: str, kind_text: str | None) -> None:
    kind = None if kind_text is None else read_kind(kind_text)
    judges = KIND_JUDGE if kind is None else judge(programme_schema(kind))
    refused = 0
    for document in changed(plain(text)):
        codes = problems_of(document, kind)
        valid = judges.is_valid(document)
        if not codes:
            assert valid, f"the language takes it, the schema does not:\n{yaml.dump(document)}"
        if codes & SHAPES:
            assert not valid, f"{codes}: the schema takes it:\n{yaml.dump(document)}"
            refused += 1
    assert refused > 20


def test_what_is_not_known_is_an_error_and_not_left_out() -> None:
    class Unheard(Node, frozen=True):
        """A part that nobody knows."""

    for part in (
        lambda: schema._part(tuple[Unheard, ...]),
        lambda: schema._part(list[str]),
        lambda: schema._entry(Unheard),
    ):
        with pytest.raises(TypeError):
            part()
