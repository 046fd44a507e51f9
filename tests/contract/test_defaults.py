"""Parameters of a kind that programmes need not give."""

from __future__ import annotations

import json

import pytest

from madang import contract
from madang.contract import ContractError, Kind, canonical, load_kind, load_programme

KIND = """\
kind: stall
language: 2
records:
  slip: {count: {int: 0..100}}
parameters:
  least: {type: {int: 0..9}, default: 3}
  days: {type: {list: {int: 1..7}}, default: [1, 2]}
  rates: {type: {table: {by: {size: {int: 1..3}}, of: {int: 0..9}}}, default: {1: 4, 2+: 5}}
  shops: {type: {published: id}, default: all-shops}
  most: {int: 0..100}
actions:
  count:
    on: {s: slip}
    given: {number: {int: 1..3}}
    require: {enough: least <= number, day: number in days, table: "rates[number] <= most"}
    set: {s.count: s.count + least}
"""


def kind() -> Kind:
    return contract.read_kind(KIND)


def parameters(text: str) -> dict[str, object]:
    programme = contract.read_programme(f"programme: mine\nkind: stall\nparameters: {{{text}}}\n", kind())
    assert load_programme(canonical(programme), kind()) == programme
    return contract.compile(kind(), programme).parameters


def test_a_programme_gives_what_differs() -> None:
    defaults = {"least": 3, "days": (1, 2), "rates": (4, 5, 5), "shops": "all-shops"}
    assert parameters("most: 9") == {**defaults, "most": 9}
    given = parameters("most: 9, least: 0, days: [], rates: 1, shops: few-shops")
    assert given == {"least": 0, "days": (), "rates": (1, 1, 1), "shops": "few-shops", "most": 9}


def test_defaults_rule_what_runs() -> None:
    programme = contract.read_programme("programme: mine\nkind: stall\nparameters: {most: 4, least: 1}\n", kind())
    ready = contract.compile(kind(), programme)
    assert ready.lists == ("all-shops",)
    slip = ready.records["slip"](0)
    for number, clause in ((1, None), (2, "table"), (3, "day")):
        inputs = ("count", (slip,), (number,), 0)
        if clause is None:
            assert ready.actions["count"].run(*inputs[1:]) == contract.interpret(kind(), programme, *inputs)
            continue
        for run in (ready.actions["count"].run, lambda *each: contract.interpret(kind(), programme, "count", *each)):
            with pytest.raises(contract.Refused, match=clause):
                run(*inputs[1:])


def test_a_default_is_part_of_the_kind() -> None:
    assert load_kind(canonical(kind())) == kind()
    first, *_, last = json.loads(canonical(kind()))["parameters"]
    assert first["default"] == 3 and "default" not in last
    assert contract.digest(kind()) != contract.digest(contract.read_kind(KIND.replace("default: 3", "default: 4")))


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column", "instead"),
    [
        ("language: 2", "language: 1", "later-language", 6, 3, "language: 2"),
        (", default: 3", "", "missing-key", 6, 3, "default: …"),
        ("type: {int: 0..9}, default", "default", "missing-key", 6, 3, "type: …"),
        ("default: 3", "value: 3", "unknown-key", 6, 30, "default"),
        ("default: 3", "default: 10", "bad-value", 6, 3, "0..9"),
        ("default: 3", "default: x", "bad-value", 6, 39, "0..9"),
        ("default: [1, 2]", "default: [1, 8]", "bad-value", 7, 3, "in its range"),
        ("default: {1: 4, 2+: 5}", "default: {1: 4}", "missing-row", 8, 79, "2: …"),
        ("default: all-shops", "default: All shops", "bad-value", 9, 3, "usable-shops"),
    ],
)
def test_a_bad_default(old: str, new: str, code: str, line: int, column: int, instead: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.read_kind(KIND.replace(old, new))
    found = caught.value.problems
    assert (code, line, column) in [(problem.code, problem.line, problem.column) for problem in found]
    assert any(instead in problem.instead for problem in found if problem.code == code)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"default":3', b'"default":10', "bad-value"),
        (b'"default":3', b'"default":"3"', "bad-value"),
        (b'"default":3', b'"default":[3]', "bad-value"),
        (b'"default":3', b'"default":null', "not-canonical"),
        (b'"default":3', b'"default":{}', "not-a-document"),
        (b'"default":[1,2]', b'"default":1', "bad-value"),
        (b'"default":[4,5,5]', b'"default":[4,5]', "bad-value"),
        (b'"language":2', b'"language":1', "later-language"),
    ],
)
def test_hostile_bytes(old: bytes, new: bytes, code: str) -> None:
    data = canonical(kind())
    assert old in data
    with pytest.raises(ContractError) as caught:
        load_kind(data.replace(old, new, 1))
    assert code in [problem.code for problem in caught.value.problems]


def test_what_has_no_default_must_be_given() -> None:
    with pytest.raises(ContractError) as caught:
        parameters("least: 1")
    assert [(each.code, each.instead) for each in caught.value.problems] == [
        ("missing-parameter", "most: a whole number")
    ]
