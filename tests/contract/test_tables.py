"""Tables: how they are written, what a look-up gives, and every way to be wrong about them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang import contract
from madang.contract import ContractError, Kind, Programme, canonical, load_kind, load_programme
from madang.contract.limits import TABLE_CELLS

KIND = """\
kind: grants
language: 2
records:
  gift: {size: {int: 1..20}, tier: {enum: [basic, other]}, amount: {won: 0..1_000}}
accounts: {sponsor: outside, issued: sum(gift.amount)}
parameters:
  amounts: {table: {by: {size: {int: 1..6}, tier: {enum: [basic, other]}}, of: {won: 0..1_000}}}
actions:
  give:
    on: {g: new gift}
    given: {size: {int: 1..20}, tier: {enum: [basic, other]}, note: text}
    post: [{from: sponsor, to: issued, amount: "amounts[min(size, 6)][tier]"}]
    set: {g.size: size, g.tier: tier, g.amount: "amounts[min(size, 6)][tier]"}
  look:
    on: {g: gift}
    given: {number: {int: 1..6}}
    require: {clause: "CLAUSE"}
"""
PROGRAMME = "programme: mine\nkind: grants\nparameters:\n  amounts: "


def kind_of(clause: str = "true") -> Kind:
    return contract.read_kind(KIND.replace("CLAUSE", clause))


def programme_of(amounts: str) -> Programme:
    return contract.read_programme(PROGRAMME + amounts + "\n", kind_of())


def amount(programme: Programme, size: int, tier: str) -> int:
    """What is given, in won; compiled and interpreted, which must agree."""
    inputs: tuple[Any, ...] = ((None,), (size, tier, "x"), 0)
    after, postings = contract.compile(kind_of(), programme).actions["give"].run(*inputs)
    assert (after, postings) == contract.interpret(kind_of(), programme, "give", *inputs)
    assert postings == ((0, 1, after[0].amount),)
    return int(after[0].amount)


# What is written, and the amounts of sizes 1 to 6, of tier basic and of tier other.
WRITTEN = [
    ("7", [7] * 6, [7] * 6),
    ("{default: 7}", [7] * 6, [7] * 6),
    ("{1+: 7}", [7] * 6, [7] * 6),
    ("{1..6: {basic: 1, other: 2}}", [1] * 6, [2] * 6),
    ("{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6}", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
    ("{6+: 6, 4..5: {other: 4, basic: 5}, 1..3: 3}", [3, 3, 3, 5, 5, 6], [3, 3, 3, 4, 4, 6]),
    ("{2: {basic: 9, default: 8}, default: {default: 0, basic: 1}}", [1, 9, 1, 1, 1, 1], [0, 8, 0, 0, 0, 0]),
    ("{1..1: 1_000, 2+: {basic: 0, other: 10}}", [1000, 0, 0, 0, 0, 0], [1000, 10, 10, 10, 10, 10]),
]


@pytest.mark.parametrize(("amounts", "basic", "other"), WRITTEN, ids=[case[0] for case in WRITTEN])
def test_a_table_as_written(amounts: str, basic: list[int], other: list[int]) -> None:
    programme = programme_of(amounts)
    assert [amount(programme, size, "basic") for size in range(1, 7)] == basic
    assert [amount(programme, size, "other") for size in range(1, 7)] == other
    assert amount(programme, 20, "other") == other[-1], "beyond the last row the kind asks for the last"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1_000), min_size=12, max_size=12))
def test_a_look_up_gives_the_cell_that_was_written(cells: list[int]) -> None:
    rows = ", ".join(
        f"{size}: {{other: {cells[2 * size - 1]}, basic: {cells[2 * size - 2]}}}" for size in range(6, 0, -1)
    )
    programme = programme_of(f"{{{rows}}}")
    stored = json.loads(canonical(programme))["parameters"][0]["value"]
    assert stored == cells, "in canonical form the last dimension runs fastest"
    assert load_programme(canonical(programme), kind_of()) == programme
    for size in range(1, 7):
        assert [amount(programme, size, tier) for tier in ("basic", "other")] == cells[2 * size - 2 : 2 * size]


def test_how_a_table_is_written_does_not_show() -> None:
    texts = [
        "7",
        "{default: 7}",
        "{1..3: 7, 4+: {basic: 7, other: 7}}",
        "\n    1: 7\n    default:\n      basic: 7\n      other: 7",
    ]
    assert len({canonical(programme_of(text)) for text in texts}) == 1


# What is written, the code, line and column, and what to write instead.
BAD_VALUES = [
    ("{1: 1}", "missing-row", 4, 12, "2: …, or default"),
    ("{2..3: 1, 5+: 1}", "missing-row", 4, 12, "1: …, or default"),
    ("{1+: {basic: 1}}", "missing-row", 4, 17, "other: …"),
    ("{1..4: 1, 4+: 1}", "duplicate-key", 4, 22, "one of the two"),
    ("{1: 1, 1..1: 1, default: 1}", "duplicate-key", 4, 19, "one of the two"),
    ("{1: 1, 1: 2, default: 1}", "duplicate-key", 4, 19, "one of the two"),
    ("{0: 1, default: 1}", "bad-key", 4, 13, "within 1..6"),
    ("{7: 1, default: 1}", "bad-key", 4, 13, "within 1..6"),
    ("{7+: 1, default: 1}", "bad-key", 4, 13, "1+"),
    ("{3..2: 1, default: 1}", "bad-key", 4, 13, "1..6"),
    ("{3..9: 1, default: 1}", "bad-key", 4, 13, "1..6"),
    ("{3..: 1, default: 1}", "bad-key", 4, 13, "1..6"),
    ("{3..5+: 1, default: 1}", "bad-key", 4, 13, "1..6"),
    ("{one: 1, default: 1}", "bad-key", 4, 13, "1, 1..6 or 1+"),
    ("{1+: {bsic: 1, default: 2}}", "unknown-member", 4, 18, "basic"),
    ("{1+: {1: 1, default: 2}}", "unknown-member", 4, 18, "one of basic, default, other"),
    ("{1: 1_001, default: 2}", "bad-value", 4, 16, "0..1000"),
    ("{1: -1, default: 2}", "bad-value", 4, 16, "0..1000"),
    ("{1: 1.5, default: 2}", "bad-value", 4, 16, "0..1000"),
    ("{1+: {basic: , other: 1}}", "wrong-shape", 4, 24, "0..1000"),
    ("[1, 2]", "wrong-shape", 4, 12, "a row for each size"),
    ("{1+: [1, 2]}", "wrong-shape", 4, 17, "a row for each tier"),
    ("{1+: {basic: {capital: 1}, other: 1}}", "wrong-shape", 4, 25, "0..1000"),
]


@pytest.mark.parametrize(
    ("amounts", "code", "line", "column", "instead"), BAD_VALUES, ids=[f"{case[1]} {case[0]}" for case in BAD_VALUES]
)
def test_a_bad_table(amounts: str, code: str, line: int, column: int, instead: str) -> None:
    with pytest.raises(ContractError) as caught:
        programme_of(amounts)
    (problem,) = caught.value.problems
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert instead in problem.instead


CLAUSES = [
    ("amounts[number] > 0", "wrong-arguments", 0, "amounts[size][tier]"),
    ("amounts[number][g.tier][1] > 0", "wrong-arguments", 0, "amounts[size][tier]"),
    ("amounts > 0", "type-mismatch", 0, "amounts[size][tier]"),
    ("amounts == amounts", "type-mismatch", 0, "amounts[size][tier]"),
    ("number in amounts", "type-mismatch", 10, "amounts[size][tier]"),
    ("amounts[number, g.tier] > 0", "syntax", 14, "amounts[a][b]"),
    ("amounts[] > 0", "syntax", 8, "a value"),
    ("amounts[number", "syntax", 14, "]"),
    ("amonts[number][g.tier] > 0", "unknown-name", 0, "amounts"),
    ("number[number] > 0", "unknown-name", 0, "amounts"),
    ("g.size[number] > 0", "syntax", 6, "operator or the end"),
    ("amounts[g.size][g.tier] > 0", "outside-table", 8, "min(…, 6)"),
    ("amounts[number - 1][g.tier] > 0", "outside-table", 15, "max(…, 1)"),
    ("amounts[number * 2 - 1 - number][g.tier] > 0", "outside-table", 23, "min(max(…, 1), 6)"),
    ("amounts[7][g.tier] > 0", "outside-table", 8, "within 1..6"),
    ("amounts[g.amount][g.tier] > 0", "type-mismatch", 8, "a whole number"),
    ("amounts[g.tier][number] > 0", "type-mismatch", 8, "a whole number"),
    ("amounts[number]['basc'] > 0", "unknown-member", 16, "basic"),
    ("amounts[number][basic] > 0", "unknown-name", 16, '"basic"'),
    ("amounts[nummer][g.tier] > 0", "unknown-name", 8, "number"),
    ("amounts[number][g.tier]", "not-boolean", 0, "a comparison"),
    ("amounts[number][g.tier] > at", "type-mismatch", 24, "one unit"),
    ("amounts[number][g.tier] * 9_223_372_036_854_775_807 > 0", "overflow", 24, "narrower"),
    ("1 / amounts[number][g.tier] > 0", "type-mismatch", 2, "won / int"),
    ("g.amount / amounts[number][g.tier] > 0", "division-by-zero", 9, "max(divisor, 1)"),
]


@pytest.mark.parametrize(("clause", "code", "offset", "instead"), CLAUSES, ids=[case[0][:40] for case in CLAUSES])
def test_a_bad_look_up(clause: str, code: str, offset: int, instead: str) -> None:
    with pytest.raises(ContractError) as caught:
        kind_of(clause)
    problem = caught.value.problems[0]
    assert (problem.code, problem.line, problem.column) == (code, 17, 24 + offset)
    assert instead in problem.instead


def test_a_list_is_no_table() -> None:
    text = KIND.replace("CLAUSE", "sizes[number] > 0").replace("  amounts:", "  sizes: {list: text}\n  amounts:")
    with pytest.raises(ContractError) as caught:
        contract.read_kind(text)
    assert [(each.code, each.instead) for each in caught.value.problems] == [
        ("type-mismatch", "sizes without brackets")
    ]


# The type of the table of the kind, the code, line and column, and what to write instead.
BAD_TYPES = [
    ("{table: {of: won}}", "missing-key", 7, 20, "by: …"),
    ("{table: {by: {}, of: won}}", "too-large", 7, 3, "by: {size"),
    ("{table: {by: {a: {int: 1..2}, b: {int: 1..2}, c: {int: 1..2}, d: {int: 1..2}}, of: won}}", "too-large", 7, 3, ""),
    ("{table: {by: {size: {int: 1..6}}}}", "missing-key", 7, 20, "of: …"),
    ("{table: {by: {size: {int: 1..6}}, off: won}}", "unknown-key", 7, 46, "of"),
    ("{table: won}", "wrong-shape", 7, 20, "{by: {size"),
    ("{table: {by: [size], of: won}}", "wrong-shape", 7, 25, "{size: {int"),
    ("{table: {by: {size: won}, of: won}}", "unknown-type", 7, 32, "{enum: [a, b]}"),
    ("{table: {by: {size: text}, of: won}}", "unknown-type", 7, 32, "{enum: [a, b]}"),
    ("{table: {by: {size: date}, of: won}}", "unknown-type", 7, 32, "{int: 1..10}"),
    ("{table: {by: {size: {int: 1..9}}, of: id}}", "unknown-type", 7, 20, "of: won"),
    ("{table: {by: {size: {int: 1..9}}, of: {list: won}}}", "unknown-type", 7, 20, "of: won"),
    ("{table: {by: {size: {int: 9..1}}, of: won}}", "bad-range", 7, 3, "{int: 1..10}"),
    ("{table: {by: {size: {enum: []}}, of: won}}", "bad-enum", 7, 3, "{enum: [a, b]}"),
    ("{table: {by: {size: {enum: [default]}}, of: won}}", "reserved-name", 7, 3, "another member"),
    ("{table: {by: {Size: {int: 1..2}}, of: won}}", "bad-name", 7, 3, "small letter"),
    ("{table: {by: {size: {int: 1..2}}, of: {won: 9..1}}}", "bad-range", 7, 3, "0..9007199254740991"),
    (f"{{table: {{by: {{size: {{int: 0..{TABLE_CELLS}}}}}, of: won}}}}", "too-large", 7, 3, f"at most {TABLE_CELLS}"),
    ("{table: {by: {size: {int: 0..9_000_000_000_000_000_000}}, of: won}}", "too-large", 7, 3, "at most"),
    ("{tabel: {by: {size: {int: 1..2}}, of: won}}", "unknown-type", 7, 13, "table"),
    ("{list: {table: {by: {size: {int: 1..2}}, of: won}}}", "unknown-type", 7, 12, "{list: text}"),
]


@pytest.mark.parametrize(
    ("type_", "code", "line", "column", "instead"), BAD_TYPES, ids=[f"{case[1]} {case[0][:60]}" for case in BAD_TYPES]
)
def test_a_bad_type_of_a_table(type_: str, code: str, line: int, column: int, instead: str) -> None:
    before, _, after = KIND.replace("CLAUSE", "true").partition("  amounts: ")
    with pytest.raises(ContractError) as caught:
        contract.read_kind(f"{before}  amounts: {type_}\n{after.partition(chr(10))[2]}")
    found = caught.value.problems
    assert (code, line, column) in [(problem.code, problem.line, problem.column) for problem in found]
    assert any(instead in problem.instead for problem in found if problem.code == code)


def test_only_parameters_are_tables() -> None:
    table = "{table: {by: {size: {int: 1..2}}, of: won}}"
    for old, new in (("note: text", f"note: {table}"), ("tier: {enum: [basic, other]}", f"tier: {table}")):
        with pytest.raises(ContractError) as caught:
            contract.read_kind(KIND.replace("CLAUSE", "true").replace(old, new, 1))
        assert "unknown-type" in [problem.code for problem in caught.value.problems]


def test_a_table_of_the_programme_itself() -> None:
    own = "7\n  steps: {type: {table: {by: {size: {int: 1..20}}, of: bool}}, value: {1..3: true, default: false}}\n"
    programme = programme_of(own + "look: {require: {mine: 'steps[g.size]'}}")
    ready = contract.compile(kind_of(), programme)
    assert ready.actions["look"].run((ready.records["gift"](3, "basic", 0),), (1,), 0) == ((), ())
    with pytest.raises(contract.Refused, match="mine"):
        ready.actions["look"].run((ready.records["gift"](4, "basic", 0),), (1,), 0)


def test_the_largest_table_and_one_cell_more() -> None:
    text = KIND.replace("CLAUSE", "true").replace("size: {int: 1..6}", f"size: {{int: 1..{TABLE_CELLS // 2}}}")
    kind = contract.read_kind(text)
    programme = contract.read_programme(PROGRAMME + "{1: 5, 2+: 6}\n", kind)
    stored = programme.parameters[0].value
    assert isinstance(stored, tuple) and len(stored) == TABLE_CELLS
    assert load_programme(canonical(programme), kind) == programme
    with pytest.raises(ContractError, match=f"{TABLE_CELLS + 2} cells"):
        contract.read_kind(text.replace(f"1..{TABLE_CELLS // 2}", f"0..{TABLE_CELLS // 2}"))


KIND_BYTES = canonical(kind_of("amounts[number][g.tier] > 10"))
BY = b'{"name":"size","type":{"high":6,"low":1,"type":"number","unit":"int"}}'
KEYS = b'{"keys":[{"name":"number","node":"name"},{"field":"tier","node":"member","owner":"g"}],"node":"index",'
HOSTILE = [
    (BY, BY.replace(b'"low":1', b'"low":7'), "bad-range"),
    (BY, BY.replace(b'"unit":"int"', b'"unit":"won"'), "bad-range"),
    (BY, BY.replace(b'"unit":"int"', b'"unit":"literal"'), "bad-range"),
    (BY, BY.replace(b'"high":6', b'"high":9223372036854775807'), "too-large"),
    (BY, BY.replace(b'"high":6', b'"high":9223372036854775808'), "not-a-document"),
    (BY, BY.replace(b'"name":"size"', b'"name":"tier"'), "duplicate-name"),
    (BY, BY.replace(b'"name":"size"', b'"name":"__class__"'), "bad-name"),
    (BY, b'{"name":"size","type":{"type":"text"}}', "not-a-document"),
    (BY, BY.replace(b'"name":"size"', b'"more":1,"name":"size"'), "not-a-document"),
    (b'"of":{"high":1000', b'"of":{"high":-1', "bad-range"),
    (KEYS, b'{"keys":[],"node":"index",', "wrong-arguments"),
    (KEYS, KEYS.replace(b'"number"', b'"__class__"'), "unknown-name"),
    (b'"table":"amounts"', b'"table":"__class__"', "unknown-name"),
    (b'"language":2', b'"language":1', "later-language"),
]


@pytest.mark.parametrize(("old", "new", "code"), HOSTILE, ids=[f"{each[2]} {each[1][:50]!r}" for each in HOSTILE])
def test_hostile_bytes(old: bytes, new: bytes, code: str) -> None:
    assert load_kind(KIND_BYTES)
    assert old in KIND_BYTES
    with pytest.raises(ContractError) as caught:
        load_kind(KIND_BYTES.replace(old, new, 1))
    assert code in [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    "cells",
    [b"[]", b"[1]", b"[1,1,1,1,1,1,1,1,1,1,1]", b"[" + b"1," * 12 + b"1]", b"7", b'"7"', b"[" + b"1," * 11 + b"1001]"],
)
def test_hostile_cells(cells: bytes) -> None:
    data = canonical(programme_of("1"))
    whole = b"[1,1,1,1,1,1,1,1,1,1,1,1]"
    assert whole in data and load_programme(data, kind_of())
    with pytest.raises(ContractError) as caught:
        load_programme(data.replace(whole, cells), kind_of())
    assert [(problem.code, problem.instead) for problem in caught.value.problems] == [
        ("bad-value", "12 cells, each 0..1000")
    ]
