"""Two records of one type in one action: balances over both, what is written to each, which one breaks an invariant."""

from __future__ import annotations

from typing import Any

import pytest

from madang import contract
from madang.contract import Contract, ContractError, RunError
from madang.contract.checker import check_kind
from madang.contract.linear import balances

KIND = """\
kind: purses
language: 2
records:
  purse: {owner: id, left: {won: 0..1_000}}
accounts: {free: total, issued: sum(purse.left)}
parameters: {most: {won: 1..1_000}}
actions:
  move:
    on: {a: purse, b: purse}
    given: {amount: {won: 0..500}}
    post: [POST]
    set: {SET}
  split:
    on: {a: purse, n: new purse, m: new purse}
    given: {amount: {won: 0..500}}
    set: {a.left: a.left - 2 * amount, n.owner: a.owner, n.left: amount, m.owner: a.owner, m.left: amount}
invariants:
  small: purse.left <= most
"""
ALL = "a.left: 0, b.left: b.left + a.left"


def text(post: str, written: str) -> str:
    return KIND.replace("[POST]", f"[{post}]").replace("{SET}", f"{{{written}}}")


def run(post: str, written: str, left: int, right: int, amount: int, action: str = "move") -> Any:
    """Left of each purse and what is posted, or how it is refused; compiled and interpreted, which must agree."""
    kind = contract.read_kind(text(post, written))
    programme = contract.read_programme("programme: mine\nkind: purses\nparameters: {most: 900}\n", kind)
    ready: Contract = contract.compile(kind, programme)
    purse = ready.records["purse"]
    records = (purse("x", left), purse("y", right)) if action == "move" else (purse("x", left), None, None)
    found: list[Any] = []
    for one in (ready.actions[action].run, lambda *each: contract.interpret(kind, programme, action, *each)):
        try:
            after, postings = one(records, (amount,), 0)
            found.append(([record.left for record in after], [posting[2] for posting in postings]))
        except RunError as error:
            found.append(str(error))
    assert found[0] == found[1]
    return found[0]


OUT = "{from: issued, to: free, amount: amount}"


@pytest.mark.parametrize(
    ("post", "written", "expected"),
    [
        ("", ALL, ([0, 500], [])),
        ("", "a.left: a.left - amount, b.left: b.left + amount", ([100, 400], [])),
        ("", "a.left: b.left, b.left: a.left", ([300, 200], [])),
        (OUT, "a.left: a.left - amount", ([100], [100])),
        (OUT, "b.left: b.left - amount", ([200], [100])),
        (OUT, "a.left: 0, b.left: b.left + a.left - amount", ([0, 400], [100])),
        (
            "{from: issued, to: free, amount: 'amount - min(amount, 30)'}",
            "a.left: a.left - amount, b.left: 'b.left + min(amount, 30)'",
            ([100, 330], [70]),
        ),
        # Equal only for these values, so that it is found when it runs.
        (OUT, "a.left: a.left / 2, b.left: b.left", ([100, 300], [100])),
    ],
)
def test_what_leaves_one_arrives_at_the_other_or_is_posted(post: str, written: str, expected: Any) -> None:
    assert run(post, written, 200, 300, 100) == expected


@pytest.mark.parametrize(
    ("post", "written"),
    [
        ("", ALL),
        ("", "a.left: a.left - amount, b.left: b.left + amount"),
        (OUT, "a.left: 0, b.left: b.left + a.left - amount"),
    ],
)
def test_what_always_balances_is_shown_before_it_runs(post: str, written: str) -> None:
    kind = contract.read_kind(text(post, written))
    (balance,) = balances(kind, "move", check_kind(kind).actions["move"])
    assert (balance.low, balance.high, balance.changes) == (0, 0, (("a", False), ("b", False)))


@pytest.mark.parametrize(
    ("post", "written"),
    [
        ("", "a.left: 0, b.left: b.left + a.left + 1"),
        ("", "a.left: a.left - 1, b.left: b.left - 1"),
        (OUT, "a.left: 0, b.left: b.left + a.left - amount - 1"),
        ("{from: free, to: issued, amount: amount + 1}", "a.left: 0, b.left: b.left + a.left"),
    ],
)
def test_what_never_balances_is_refused(post: str, written: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.read_kind(text(post, written))
    assert [problem.code for problem in caught.value.problems] == ["unbalanced"]


UNBALANCED = "move: the postings of issued differ from the change of its records"


def test_what_sometimes_balances_is_checked_each_time() -> None:
    assert run("", "a.left: a.left - amount, b.left: 'b.left + min(amount, 30)'", 200, 300, 30) == ([170, 330], [])
    assert run("", "a.left: a.left - amount, b.left: 'b.left + min(amount, 30)'", 200, 300, 31) == UNBALANCED
    assert run(OUT, "a.left: a.left / 2", 201, 300, 101) == ([100], [101])
    assert run(OUT, "a.left: a.left / 2", 201, 300, 100) == UNBALANCED


def test_ranges_and_invariants_name_the_record() -> None:
    moved = "a.left: a.left - amount, b.left: b.left + amount"
    assert run("", moved, 99, 300, 100) == "move: a.left is out of range"
    assert run("", moved, 500, 901, 100) == "move: b.left is out of range"
    assert run("", moved, 500, 801, 100) == "move: b would break the invariant small"
    assert run("", moved, 1_000, 100, 99) == "move: a would break the invariant small"
    assert run("", moved, 1_000, 100, 100) == ([900, 200], [])


def test_two_new_records() -> None:
    assert run("", ALL, 300, 0, 100, "split") == ([100, 100, 100], [])
    assert run("", ALL, 199, 0, 100, "split") == "split: a.left is out of range"


def test_four_records_of_one_type() -> None:
    four = text("", ALL).replace("on: {a: purse, b: purse}", "on: {a: purse, b: purse, c: purse, d: purse}")
    kind = contract.read_kind(four.replace(ALL, "a.left: b.left, b.left: c.left, c.left: d.left, d.left: a.left"))
    programme = contract.read_programme("programme: mine\nkind: purses\nparameters: {most: 900}\n", kind)
    ready = contract.compile(kind, programme)
    purses = tuple(ready.records["purse"](name, left) for name, left in zip("abcd", (1, 2, 3, 4), strict=True))
    after, postings = ready.actions["move"].run(purses, (0,), 0)
    assert ([record.left for record in after], postings) == ([2, 3, 4, 1], ())
    with pytest.raises(ContractError, match="5 records in one action"):
        contract.read_kind(four.replace("d: purse}", "d: purse, e: purse}"))
