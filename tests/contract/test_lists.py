"""Published lists: what an action is told of them, and every way to be wrong about them."""

from __future__ import annotations

from typing import Any

import pytest

from madang import contract
from madang.contract import (
    NO_LISTS,
    ContractError,
    Kind,
    OutOfRange,
    Programme,
    Refused,
    WrittenList,
    WrittenLists,
    canonical,
    load_kind,
    load_programme,
)
from tests.contract.sampling import Broken

KIND = """\
kind: stalls
language: 2
facts:
  Shop: {merchant: id, item: text}
records:
  slip: {merchant: id, list_version: {int: 0..4_294_967_296}}
parameters:
  usable: {published: id}
  items: {published: text}
  plain: {list: text}
actions:
  pay:
    on: {s: new slip, shop: Shop}
    given: {number: {int: 1..6}}
    require:
      usable: {when: "listed(shop.merchant, usable)", words: {ko: 쓸 수 없는 가게입니다., en: Not on the list.}}
      clause: "CLAUSE"
    set: {s.merchant: shop.merchant, s.list_version: version(usable)}
  idle:
    on: {s: slip}
"""
PROGRAMME = """\
programme: mine
kind: stalls
parameters: {usable: city-shops, items: city-items, plain: ["a"]}
"""
LISTS = WrittenLists(
    {"city-shops": WrittenList(7, frozenset(("m1", "m2"))), "city-items": WrittenList(2, frozenset("a"))}
)


def kind_of(clause: str = "true") -> Kind:
    return contract.read_kind(KIND.replace("CLAUSE", clause))


def pay(clause: str = "true", merchant: str = "m1", item: str = "a", lists: Any = LISTS) -> Any:
    """Pay at a shop; compiled and interpreted, which must agree."""
    kind = kind_of(clause)
    programme = contract.read_programme(PROGRAMME, kind)
    ready = contract.compile(kind, programme)
    inputs = ((None, ready.facts["Shop"](merchant, item)), (1,), 0, lists)
    found: list[Any] = []
    for run in (ready.actions["pay"].run, lambda *each: contract.interpret(kind, programme, "pay", *each)):
        try:
            after, _ = run(*inputs)
            found.append(after[0].list_version)
        except contract.RunError as error:
            found.append((type(error), str(error)))
    assert found[0] == found[1]
    return found[0]


def test_a_list_is_asked_for_and_its_version_recorded() -> None:
    assert pay() == pay(merchant="m2") == 7
    assert pay(merchant="m3") == (Refused, "pay: usable")
    assert pay("listed(shop.item, items) && version(items) == 2") == 7
    assert pay("listed(shop.item, items)", item="b") == (Refused, "pay: clause")
    assert pay("!listed('b', items)") == 7


def test_nothing_is_on_a_list_that_was_never_published() -> None:
    assert pay(lists=NO_LISTS) == (Refused, "pay: usable")
    assert LISTS.version("nothing") == 0 and not LISTS.holds("nothing", "m1")
    kind = kind_of()
    run = contract.compile(kind, contract.read_programme(PROGRAMME, kind)).actions["pay"].run
    with pytest.raises(Refused, match="usable"):
        run((None, contract.compile(kind, contract.read_programme(PROGRAMME, kind)).facts["Shop"]("m1", "a")), (1,), 0)


@pytest.mark.parametrize("version", [-1, 2**32 + 1, True, "1", None, 1.0])
def test_a_version_that_can_not_be_is_refused_before_any_clause(version: Any) -> None:
    assert pay(lists=Broken(version, False)) == (OutOfRange, "pay: version(usable) is out of range")


def test_a_version_is_checked_though_it_decides_nothing() -> None:
    clause = "true || version(items) > 0"
    assert pay(clause, lists=Broken(-1, True)) == (OutOfRange, "pay: version(items) is out of range")
    assert pay(clause) == 7


@pytest.mark.parametrize("held", [1, "yes", None, [True]])
def test_only_true_is_yes(held: Any) -> None:
    assert pay(lists=Broken(7, True)) == 7
    assert pay(lists=Broken(7, held)) == (Refused, "pay: usable")


def test_the_contract_says_which_lists_it_asks_for() -> None:
    kind = kind_of("listed(shop.item, items)")
    ready = contract.compile(kind, contract.read_programme(PROGRAMME, kind))
    assert ready.lists == ready.actions["pay"].lists == ("city-items", "city-shops")
    assert ready.actions["idle"].lists == ()
    plain = contract.compile(kind_of(), contract.read_programme(PROGRAMME, kind_of()))
    assert plain.actions["pay"].lists == ("city-shops",)
    assert plain.lists == ("city-items", "city-shops"), "named by a parameter, though no action asks"


class Counting:
    """Lists that count how often they are asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def holds(self, name: str, code: str) -> bool:
        """Everything is on every list."""
        self.asked.append(f"{name} {code}")
        return True

    def version(self, name: str) -> int:
        """Always 1."""
        self.asked.append(name)
        return 1


def test_a_list_is_asked_once_for_each_place_and_once_for_its_version() -> None:
    lists = Counting()
    kind = kind_of("version(usable) == version(usable) && listed(shop.item, items)")
    ready = contract.compile(kind, contract.read_programme(PROGRAMME, kind))
    ready.actions["pay"].run((None, ready.facts["Shop"]("m1", "a")), (1,), 0, lists)
    assert lists.asked == ["city-shops", "city-shops m1", "city-items a"]


CLAUSES = [
    ("usable", "type-mismatch", 0, "listed(x, usable)"),
    ("shop.merchant in usable", "type-mismatch", 17, "listed(x, usable)"),
    ("usable == usable", "type-mismatch", 0, "listed(x, usable)"),
    ("usable[number] > 0", "type-mismatch", 0, "listed(x, usable)"),
    ("has_prefix(shop.item, items)", "type-mismatch", 22, "listed(x, items)"),
    ("listed(shop.item)", "wrong-arguments", 0, "listed(text or id, list)"),
    ("version() > 0", "wrong-arguments", 0, "version(list)"),
    ("listed(shop.item, usable)", "type-mismatch", 0, "type of the list"),
    ("listed(shop.merchant, items)", "type-mismatch", 0, "type of the list"),
    ("listed(number, items)", "type-mismatch", 0, "type of the list"),
    ("listed('m1', usable)", "type-mismatch", 0, "type of the list"),
    ("listed(shop.item, plain)", "type-mismatch", 18, "items, usable"),
    ("listed(shop.item, itms)", "type-mismatch", 18, "items"),
    ("listed(shop.item, 'city-items')", "type-mismatch", 18, "a parameter: {published: id}"),
    ("listed(shop.itm, items)", "unknown-field", 7, "item"),
    ("version(plain) > 0", "type-mismatch", 8, "items, usable"),
    ("version(usable)", "not-boolean", 0, "a comparison"),
    ("version(usable) > at", "type-mismatch", 16, "one unit"),
    ("list(shop.item, items)", "unknown-function", 0, "listed"),
]


@pytest.mark.parametrize(("clause", "code", "offset", "instead"), CLAUSES, ids=[case[0][:40] for case in CLAUSES])
def test_a_bad_clause(clause: str, code: str, offset: int, instead: str) -> None:
    with pytest.raises(ContractError) as caught:
        kind_of(clause)
    problem = caught.value.problems[0]
    assert (problem.code, problem.line, problem.column) == (code, 17, 16 + offset)
    assert instead in problem.instead


@pytest.mark.parametrize("holds", ["slip.list_version <= version(usable)", "listed(slip.merchant, usable)"])
def test_an_invariant_holds_whatever_is_published(holds: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.read_kind(KIND.replace("CLAUSE", "true") + f"invariants:\n  rule: {holds}\n")
    assert [(each.code, each.line) for each in caught.value.problems] == [("unknown-function", 22)]


@pytest.mark.parametrize(
    ("old", "new", "code", "instead"),
    [
        ("{published: id}", "{published: won}", "unknown-type", "text or id"),
        ("{published: id}", "{published: [id]}", "unknown-type", "{list: …}"),
        ("{published: id}", "{publishd: id}", "unknown-type", "published"),
        ("{published: id}", "{list: {published: id}}", "unknown-type", "{list: text}"),
        ("{published: id}", "{published: {list: id}}", "unknown-type", "text or id"),
        ("{merchant: id, list", "{merchant: {published: id}, list", "unknown-type", "a parameter of this type"),
        ("number: {int: 1..6}", "number: {published: id}", "unknown-type", "a parameter of this type"),
        ("usable: {published: id}", "version: {published: id}", "reserved-name", "version_value"),
        ("plain: {list", "listed: {list", "reserved-name", "listed_value"),
    ],
)
def test_a_bad_declaration(old: str, new: str, code: str, instead: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.read_kind(KIND.replace("CLAUSE", "true").replace(old, new, 1))
    found = caught.value.problems
    assert any(problem.code == code and instead in problem.instead for problem in found), found


@pytest.mark.parametrize(
    "name", ["City-shops", "c", "-shops", "city_shops", "city shops", "가게", "a" * 49, "[city-shops]"]
)
def test_a_bad_name_of_a_list(name: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.read_programme(PROGRAMME.replace("city-shops", name), kind_of())
    assert {problem.code for problem in caught.value.problems} <= {"bad-value", "wrong-shape"}
    assert "such as usable-shops" in caught.value.problems[-1].instead


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"value":"city-shops"', b'"value":"city shops"', "bad-value"),
        (b'"value":"city-shops"', b'"value":["city-shops"]', "bad-value"),
        (b'"value":"city-shops"', b'"value":7', "bad-value"),
        (b'"declared":null', b'"declared":{"element":{"type":"bool"},"type":"published"}', "not-a-document"),
        (b'"declared":null', b'"declared":{"element":{"type":"id"},"more":1,"type":"published"}', "not-a-document"),
    ],
)
def test_hostile_bytes(old: bytes, new: bytes, code: str) -> None:
    data = canonical(contract.read_programme(PROGRAMME, kind_of()))
    assert old in data
    with pytest.raises(ContractError) as caught:
        load_programme(data.replace(old, new, 1), kind_of())
    assert code in [problem.code for problem in caught.value.problems]


def test_round_trip() -> None:
    kind = kind_of("listed(shop.item, items)")
    programme: Programme = contract.read_programme(PROGRAMME, kind)
    assert load_kind(canonical(kind)) == kind
    assert load_programme(canonical(programme), kind) == programme
    assert {each.name: each.value for each in programme.parameters}["usable"] == "city-shops"
