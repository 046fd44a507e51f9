"""Running actions: every refusal of `apply` as a table in order of precedence, and totals."""

import pytest

from madang.base.money import ledger as money
from madang.base.programmes import MODULE, ledger, queries
from madang.base.programmes.state import DOCUMENTS, PROGRAMMES, TOTALS, WAITING, Totals, Waiting, compiled
from madang.kernel.module import InvariantBroken
from tests.base.programmes.toys import NAME, Run, world_at
from tests.services.vouchers.scene import COUPON, coupon_world
from tests.support.cast import officer
from tests.support.world import World

ONE = officer("ministry")
LONG = "a_name_of_an_action_as_long_as_they_get"


def act(action: str, *on: str, given: tuple[int | str, ...] = (), programme: str = NAME, **outside: str) -> Run:
    return Run(by="ministry", programme=programme, action=action, on=on, given=given, outside=outside)


def fund(amount: int) -> Run:
    return act("fund", given=(amount,), sponsor="ministry")


def make(key: str, amount: int, owner: str = "o") -> Run:
    return act("make", key, given=(owner, amount, "n"))


def boxes() -> World:
    """Boxes a (400) and b (100) of one owner, c (0) of another, and 200 won free."""
    world = world_at(4)
    world.accept(fund(700), make("a", 400), make("b", 100), make("c", 0, "other"), by=ONE)
    return world


def totals(world: World) -> dict[str, int]:
    return queries.programme(world.state(), NAME).totals


def box(world: World, key: str) -> tuple[str, int, str] | None:
    found = ledger.record(world.state(), NAME, "box", key)
    return None if found is None else (found.owner, found.left, found.note)


# The code, the reason, and the act. Where two refusals apply, the first of the list below is given.
CASES = [
    ("programmes.unknown", "", act("make", "z", given=("o", 1, "n"), programme="nothing")),
    ("programmes.record_unknown", "", act("pour", "z", "z", given=(1_001,))),
    ("programmes.record_unknown", "", act("pour", "a", "z", given=(1_001,))),
    ("programmes.record_exists", "", make("a", 1_001)),
    ("programmes.record_unknown", "", act("cover", "z", "l")),
    ("programmes.same_record", "", act("pour", "a", "a", given=(1_001,))),
    ("programmes.out_of_range", "amount", act("pour", "a", "c", given=(1_001,))),
    ("programmes.out_of_range", "amount", act("pour", "a", "c", given=(-1,))),
    ("programmes.out_of_range", "amount", act("pour", "a", "c", given=("1",))),
    ("programmes.out_of_range", "owner", act("make", "z", given=("o o", 1, "n"))),
    ("programmes.out_of_range", "note", act("make", "z", given=("o", 1, "\u202e"))),
    ("programmes.clause", "pour.full", act("pour", "a", "c", given=(401,))),
    ("programmes.clause", "pour.same_owner", act("pour", "a", "c", given=(1,))),
    ("programmes.clause", "sell.dry", act("sell", "a", "rain", buyer="nobody")),
    ("programmes.clause", f"{LONG}.a_name_of_a_clause_as_lo", act(LONG, "a")),
    ("programmes.unsound", "make", make("z", 501)),
    ("programmes.budget", "free", make("z", 201)),
    ("programmes.budget", "free", act("defund", given=(201,), sponsor="nobody")),
    ("money.no_account", "", act("defund", given=(200,), sponsor="nobody")),
    ("money.no_account", "", act("sell", "a", "clear", buyer="nobody")),
    ("money.balance", "", act("fund", given=(1,), sponsor="bakery")),
]


@pytest.mark.parametrize(("code", "reason", "asked"), CASES)
def test_refusals(code, reason, asked):
    world = boxes()
    before = totals(world)
    result = world.refuse(code, asked, by=ONE)
    assert result.reason == reason
    assert result.message.endswith(".") or reason == "pour.same_owner", "a clause without words has only its name"
    assert totals(world) == before
    world.check()


def test_a_clause_of_the_programme_comes_after_those_of_the_kind():
    world = boxes()
    world.time = 1_753_056_000 - 1  # a second before the programme opens; block time of this world is later
    result = world.refuse("programmes.clause", act("pour", "a", "b", given=(401,)), by=ONE)
    assert result.reason == "pour.full"
    result = world.refuse("programmes.clause", act("pour", "a", "b", given=(400,)), by=ONE)
    assert result.reason == "pour.open"
    world.advance(1)
    world.accept(act("pour", "a", "b", given=(400,)), by=ONE)


def test_an_action_changes_records_and_totals_by_what_it_says():
    world = boxes()
    assert totals(world) == {"sponsor": 700, "free": 200, "held": 500, "buyer": 0}
    world.accept(act("pour", "a", "b", given=(150,)), by=ONE)
    assert (box(world, "a"), box(world, "b")) == (("o", 250, "n"), ("o", 250, "n"))
    assert totals(world)["held"] == 500
    world.accept(act("sell", "b", "clear", buyer="bakery"), act("defund", given=(200,), sponsor="ministry"), by=ONE)
    assert totals(world) == {"sponsor": 500, "free": 0, "held": 250, "buyer": -250}
    assert money.balance(world.state(), "bakery") == 250
    assert money.balance(world.state(), money.escrow_of(NAME)) == 250
    world.check()


def test_a_record_that_is_only_read_stays_as_it_was_and_one_may_be_of_another_type_under_the_same_key():
    world = boxes()
    world.accept(act("cover", "a", "a"), by=ONE)
    assert ledger.record(world.state(), NAME, "lid", "a").box == "o"
    assert box(world, "a") == ("o", 400, "n")
    world.refuse("programmes.record_exists", act("cover", "b", "a"), by=ONE)
    assert ledger.record(world.state(), NAME, "lid", "b") is None
    assert ledger.record(world.state(), "nothing", "lid", "a") is None


def test_acts_of_one_transaction_see_what_the_ones_before_did_and_fall_together():
    world = boxes()
    world.refuse("programmes.clause", act("pour", "a", "b", given=(300,)), act("pour", "a", "b", given=(101,)), by=ONE)
    assert box(world, "a") == ("o", 400, "n")
    world.accept(act("pour", "a", "b", given=(300,)), act("pour", "b", "a", given=(400,)), by=ONE)
    assert (box(world, "a"), box(world, "b")) == (("o", 500, "n"), ("o", 0, "n"))
    world.refuse("programmes.budget", make("x", 200), make("y", 1), by=ONE)
    assert box(world, "x") is None


def test_one_programme_never_touches_anothers_money():
    """Two programmes of one sponsor at one bank: what the empty one lacks is not taken from the full one."""
    world = coupon_world()
    assert queries.programme(world.state(), COUPON).totals["free"] == 10_000_000
    boxed = world_at(4)
    boxed.refuse("programmes.budget", make("a", 1), by=ONE)
    assert money.escrow_of(NAME) != money.escrow_of(COUPON)


# -------------------------------------------------------------------------------------------------------- laws


def test_the_laws_see_what_is_wrong():
    """Each invariant is shown a state that breaks it alone."""

    def broken(write):
        state = boxes().state()
        write(state)
        found = []
        for law in MODULE.invariants:
            try:
                law(state)
            except InvariantBroken:
                found.append(law.__name__)
        return found

    def fill(state, left):
        table = compiled(state, state.get(PROGRAMMES, NAME)).tables["box"]
        state.put(table, table.record("o", left, "n"), NAME, "box", "a")

    matches, conserved, escrow, waits = (law.__name__ for law in MODULE.invariants)
    assert broken(lambda s: None) == []
    assert broken(lambda s: fill(s, 401)) == [matches]
    assert broken(lambda s: s.put(TOTALS, Totals((700, 200, 499, -1)), NAME)) == [matches, escrow]
    assert broken(lambda s: s.put(TOTALS, Totals((701, 200, 500, 0)), NAME)) == [conserved]
    assert broken(lambda s: s.put(TOTALS, Totals((701, 201, 500, 0)), NAME)) == [escrow]
    assert broken(lambda s: s.put(TOTALS, Totals((499, -1, 500, 0)), NAME)) == [matches, escrow]
    assert broken(lambda s: s.put(TOTALS, Totals((0,)), "nothing")) == [matches]
    assert broken(lambda s: s.put(WAITING, Waiting(1), NAME)) == [waits]
    assert broken(lambda s: s.delete(DOCUMENTS, s.get(PROGRAMMES, NAME).document)) == [waits]
