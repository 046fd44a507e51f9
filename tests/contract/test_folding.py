"""What parameters decide beforehand is left out of what runs, and nothing else."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from madang import contract
from madang.contract import OutOfRange, Refused
from madang.contract.checker import check_kind, check_programme
from madang.contract.folding import fold
from madang.contract.typed import Constant
from madang.contract.valuetypes import BOOL

KIND = """\
kind: folded
language: 2
facts:
  Shop: {category: text}
records:
  slip: {count: {int: 0..100}}
parameters:
  on: bool
  least: {int: 0..9}
  empty: {list: text}
  some: {list: text}
  sort: {enum: [a, b]}
  word: text
  rates: {table: {by: {size: {int: 0..9}}, of: {int: 0..100}}}
  shops: {published: text}
actions:
  go:
    on: {s: slip, shop: Shop}
    given: {number: {int: 0..9}}
    require: {clause: "CLAUSE"}
"""
PROGRAMME = """\
programme: mine
kind: folded
parameters:
  on: true
  least: 3
  empty: []
  some: ["1", "22"]
  sort: b
  word: "220"
  rates: {0..2: 1, 3+: 50}
  shops: some-shops
"""


def folded(clause: str) -> Any:
    """The clause with the parameters put in."""
    kind = contract.read_kind(KIND.replace("CLAUSE", clause))
    programme = check_programme(contract.read_programme(PROGRAMME, kind), kind)
    return fold(check_kind(kind).actions["go"].require[0].when, programme.parameters)


@pytest.mark.parametrize(
    ("clause", "value"),
    [
        ("on", True),
        ("!on", False),
        ("on && least == 3", True),
        ("on && number > 1 && least > 3", False),
        ("!on || number > 20 || least >= 3", True),
        ("!on || least < 3", False),
        ("least <= 2", False),
        ("least != 3", False),
        ("sort == 'b' && sort != 'a' && word == '220'", True),
        ("(on ? least : number) * 7 / 2 % 4 == 2", True),
        ("-7 / max(least, 1) == -2 && -7 % max(least, 1) == -1", True),
        ("min(least, 5) == 3 && max(least, 5) == 5", True),
        ("shop.category in empty", False),
        ("has_prefix(shop.category, empty) || shop.category in empty", False),
        ("(on && least > 5 ? number : least) == 3", True),
    ],
)
def test_what_is_known_beforehand(clause: str, value: bool) -> None:
    assert folded(clause) == Constant(value, BOOL)


@pytest.mark.parametrize(
    "clause",
    [
        "number > least",
        "shop.category in some",
        "has_prefix(shop.category, some)",
        "starts_with(shop.category, word)",
        "rates[number] > 1",
        "listed(word, shops)",
        "version(shops) > least",
        "day(at) > day(at) - least",
    ],
)
def test_what_is_not_known(clause: str) -> None:
    assert not isinstance(folded(clause), Constant)


def test_what_does_not_matter_is_left_out() -> None:
    assert folded("on && number > least") == folded("number > least")
    assert folded("(on ? number : least) > 3") == folded("number > 3 || !on")


def test_facts_are_checked_though_the_parameters_make_no_use_of_them() -> None:
    for clause in ("on", "!(shop.category in empty)", "on || shop.category == word"):
        kind = contract.read_kind(KIND.replace("CLAUSE", clause))
        programme = contract.read_programme(PROGRAMME, kind)
        ready = contract.compile(kind, programme)
        slip = ready.records["slip"](0)
        good, bad = ready.facts["Shop"]("food"), ready.facts["Shop"]("\u202e")
        assert ready.actions["go"].run((slip, good), (1,), 0) == ((), ())
        for run in (ready.actions["go"].run, functools.partial(contract.interpret, kind, programme, "go")):
            if "shop.category" in clause:
                with pytest.raises(OutOfRange, match=r"shop\.category"):
                    run((slip, bad), (1,), 0)
            else:
                assert run((slip, bad), (1,), 0) == ((), ())


def test_a_clause_that_never_holds_refuses() -> None:
    kind = contract.read_kind(KIND.replace("CLAUSE", "!on"))
    ready = contract.compile(kind, contract.read_programme(PROGRAMME, kind))
    with pytest.raises(Refused, match="clause"):
        ready.actions["go"].run((ready.records["slip"](0), ready.facts["Shop"]("a")), (1,), 0)
