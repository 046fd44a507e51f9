"""Published lists, tables and two records of one type, on the ledger."""

from functools import cache

import pytest

from madang.base.programmes import ledger, queries
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.base.registers.transactions import Publish as PublishList
from madang.base.registers.transactions import WithdrawCodes
from tests.base.programmes.test_rules import CITY, appoint
from tests.base.programmes.toys import MODULES, Run, documents
from tests.support.cast import officer, quorum, standard_world
from tests.support.proofs import vouched
from tests.support.world import World

KIND = """
kind: pantry
language: 2
records:
  jar: {owner: id, left: {won: 0..1_000}, list_version: {int: 0..4_294_967_296}}
accounts: {sponsor: outside, free: total, held: sum(jar.left), shop: outside}
parameters:
  usable: {published: id}
  fillings: {table: {by: {size: {int: 1..6}, tier: {enum: [low, high]}}, of: {won: 0..1_000}}}
actions:
  fund:
    given: {amount: {won: 1..1_000_000}}
    post: [{from: sponsor, to: free, amount: amount}]
  fill:
    on: {j: new jar}
    given: {owner: id, size: {int: 1..6}, tier: {enum: [low, high]}}
    post: [{from: free, to: held, amount: "fillings[size][tier]"}]
    set: {j.owner: owner, j.left: "fillings[size][tier]", j.list_version: 0}
  carry_over:                       # what is left at most up to a tenth goes on, the rest goes back
    on: {old: jar, next: jar}
    require:
      one_owner: old.owner == next.owner
      both: old.left > 0
    post: [{from: held, to: free, amount: "old.left - min(old.left, next.left / 10)"}]
    set: {old.left: 0, next.left: "next.left + min(old.left, next.left / 10)"}
  start_two:
    on: {a: new jar, b: new jar}
    given: {owner: id}
    set:
      {a.owner: owner, a.left: 0, a.list_version: 0, b.owner: owner, b.left: 0, b.list_version: 0}
  spend:
    on: {j: jar}
    given: {at_shop: id, amount: {won: 1..1_000}}
    require:
      usable: {when: "listed(at_shop, usable)", words: {ko: 쓸 수 없는 가게입니다., en: This shop is not on the list.}}
    post: [{from: held, to: shop, amount: amount}]
    set: {j.left: j.left - amount, j.list_version: version(usable)}
"""
PROGRAMME = """
programme: pantry
kind: pantry
parameters:
  usable: LIST
  fillings: {1: {low: 100, high: 200}, 2..3: 300, 4+: {low: 500, default: 900}}
"""
NAME, SHOPS = "pantry", "ministry-shops"
ONE, MINISTRY, OPERATOR = officer("ministry"), quorum("ministry"), quorum("operator")


def draft(shops: str = SHOPS) -> Draft:
    kind, document, _, _ = documents(KIND, PROGRAMME.replace("LIST", shops))
    return Draft(by="ministry", programme=NAME, bank="treasury-bank", kind=kind, document=document)


def publish(codes: list[str], version: int = 1, by: str = "ministry", register: str = SHOPS) -> PublishList:
    return PublishList(by=by, register=register, version=version, codes=codes, since=0)


def act(action: str, *on: str, given: tuple[int | str, ...] = (), **outside: str) -> Run:
    return Run(by="ministry", programme=NAME, action=action, on=on, given=given, outside=outside)


@cache
def _opened() -> World:
    world = standard_world(MODULES)
    _, _, kind, document = documents(KIND, PROGRAMME.replace("LIST", SHOPS))
    world.accept(publish(["bakery"]), by=MINISTRY)
    world.accept(draft(), by=ONE)
    world.accept(
        Approve(by="ministry", programme=NAME, bank="treasury-bank", kind=kind, document=document), by=MINISTRY
    )
    world.accept(Publish(by="operator", programme=NAME, proof=vouched(kind, document)), by=OPERATOR)
    world.accept(Open(by="ministry", programme=NAME), by=ONE)
    world.accept(act("fund", given=(10_000,), sponsor="ministry"), by=ONE)
    return world


def opened() -> World:
    """A world in which the programme runs and has 10,000 won."""
    return _opened().fork()


def jar(world: World, key: str) -> tuple[str, int, int]:
    found = ledger.record(world.state(), NAME, "jar", key)
    return found.owner, found.left, found.list_version


def test_a_document_names_only_lists_that_its_sponsor_may_rely_on() -> None:
    world = standard_world(MODULES)
    assert world.refuse("programmes.list_unknown", draft(), by=ONE).reason == SHOPS
    foreign = "operator-shops"
    world.accept(publish(["a"], by="operator", register=foreign), by=OPERATOR)
    world.accept(draft(foreign), by=ONE)
    world.check()


def test_a_list_of_another_sponsor_is_refused() -> None:
    world = standard_world(MODULES)
    world.accept(publish(["a"]), by=MINISTRY)
    kind, document, _, _ = documents(KIND, PROGRAMME.replace("LIST", SHOPS))
    world.accept(appoint("city", ["sponsor"], CITY), by=OPERATOR)
    world.advance(1)
    theirs = Draft(by="city", programme=NAME, bank="treasury-bank", kind=kind, document=document)
    world.refuse("programmes.list_not_yours", theirs, by=CITY[0])


def test_the_table_says_what_is_given() -> None:
    world = opened()
    for number, (size, tier, amount) in enumerate(
        [(1, "low", 100), (1, "high", 200), (2, "low", 300), (3, "high", 300), (4, "low", 500), (6, "high", 900)]
    ):
        world.accept(act("fill", f"j{number}", given=("o", size, tier)), by=ONE)
        assert jar(world, f"j{number}") == ("o", amount, 0)
    for given in (("o", 0, "low"), ("o", 7, "low"), ("o", 1, "middle")):
        world.refuse("programmes.out_of_range", act("fill", "z", given=given), by=ONE)
    world.check()


def test_a_list_changes_while_the_programme_runs_and_payments_hold_its_version() -> None:
    world = opened()
    world.accept(act("fill", "j", given=("o", 1, "high")), by=ONE)
    at_grocer = act("spend", "j", given=("grocer", 10), shop="grocer")
    at_bakery = act("spend", "j", given=("bakery", 10), shop="bakery")
    assert world.refuse("programmes.clause", at_grocer, by=ONE).reason == "spend.usable"
    world.accept(at_bakery, by=ONE)
    assert jar(world, "j") == ("o", 190, 1)
    world.accept(publish(["grocer"], version=2), by=MINISTRY)
    world.accept(at_grocer, by=ONE)
    assert jar(world, "j") == ("o", 180, 2)
    world.accept(
        WithdrawCodes(by="ministry", register=SHOPS, version=3, codes=["bakery"], until=world.time + 100), by=MINISTRY
    )
    world.accept(act("spend", "j", given=("bakery", 5), shop="bakery"), by=ONE)
    world.advance(200)
    world.refuse("programmes.clause", act("spend", "j", given=("bakery", 6), shop="bakery"), by=ONE)
    assert jar(world, "j") == ("o", 175, 3)
    world.check()


@pytest.mark.parametrize(("old", "new", "carried"), [(100, 900, 90), (100, 500, 50), (500, 500, 50), (100, 100, 10)])
def test_what_is_left_is_carried_from_one_record_to_another(old: int, new: int, carried: int) -> None:
    sizes = {100: (1, "low"), 500: (4, "low"), 900: (5, "high")}
    world = opened()
    world.accept(act("fill", "old", given=("o", *sizes[old])), act("fill", "new", given=("o", *sizes[new])), by=ONE)
    before = queries.programme(world.state(), NAME).totals
    world.accept(act("carry_over", "old", "new"), by=ONE)
    assert (jar(world, "old")[1], jar(world, "new")[1]) == (0, new + carried)
    after = queries.programme(world.state(), NAME).totals
    assert (after["held"], after["free"]) == (new + carried, before["free"] + old - carried)
    world.refuse("programmes.clause", act("carry_over", "old", "new"), by=ONE)
    world.check()


def test_two_records_of_one_type_are_two() -> None:
    world = opened()
    world.accept(act("fill", "a", given=("o", 1, "low")), act("fill", "b", given=("other", 1, "low")), by=ONE)
    world.refuse("programmes.same_record", act("carry_over", "a", "a"), by=ONE)
    assert world.refuse("programmes.clause", act("carry_over", "a", "b"), by=ONE).reason == "carry_over.one_owner"
    world.refuse("programmes.record_unknown", act("carry_over", "a", "z"), by=ONE)
    world.refuse("programmes.same_record", act("start_two", "x", "x", given=("o",)), by=ONE)
    world.refuse("programmes.record_exists", act("start_two", "x", "a", given=("o",)), by=ONE)
    world.accept(act("start_two", "x", "y", given=("o",)), by=ONE)
    assert jar(world, "x") == jar(world, "y") == ("o", 0, 0)
    world.check()
