"""Laws of vouchers over random sequences of acts: every invariant of every module holds after each of them.

The rules are called as the machine calls them, without signatures; who may ask is tested elsewhere.
"""

import random
from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.app import MODULES
from madang.base.money import ledger as money
from madang.base.programmes.queries import programme
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.client.letters import claim_by_code, digest_of_code
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, InvariantBroken
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers import MODULE
from madang.services.vouchers.rules import RULES
from madang.services.vouchers.state import (
    BASKETS,
    EDITIONS,
    FUNDERS,
    INVARIANTS,
    LATEST,
    OWN,
    SHELVED,
    SHELVES,
    Basket,
    BasketLine,
    Edition,
    Funders,
    OwnMoney,
    Shelf,
    Shelved,
    voucher_of,
)
from madang.services.vouchers.transactions import (
    Claim,
    Expire,
    Freeze,
    Grant,
    GrantRow,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    Reclaim,
    Refund,
    Unfreeze,
)
from tests.services.vouchers.scene import CLOSES, COUPON, OPENS, coupon_world
from tests.support.cast import ALICE, BORA, CHUL
from tests.support.world import World

PEOPLE = [ALICE.party, BORA.party, CHUL.party]
HOLDERS = [*PEOPLE, "bakery", "centre", "ministry"]
SHOPS = ["bakery", "centre"]
LETTERS = "ABCDEFGHIJKLMNOP"


class Town:
    """A ledger without signatures, on which acts are tried one by one."""

    def __init__(self) -> None:
        self.state = _world().state()
        self.time = OPENS
        self.tried = 0
        self.vouchers: list[tuple[str, str]] = []
        self.payments: list[tuple[str, str]] = []
        self.met: Counter[str] = Counter()

    def try_act(self, act: Act) -> bool:
        """Run an act as a transaction of its own, then every law; whether it was accepted."""
        self.tried += 1
        seed = self.tried.to_bytes(4, "big")
        call = Call(self.state, self.time, 10, seed, frozenset([act.by]), lambda *_: None)
        name = type(act).__name__
        try:
            RULES[type(act)](call, act)
        except Rejected as refusal:
            self.state.drop()
            self.met[f"{name} {refusal.code} {refusal.reason}"] += 1
            return False
        self.state.accept()
        self.met[name] += 1
        numbers = Call(self.state, self.time, 10, seed, frozenset(), lambda *_: None)
        if isinstance(act, Grant):
            self.vouchers += [(numbers.handle(), row.holder or row.reference) for row in act.rows]
        if isinstance(act, Claim):
            ruled = compiled(self.state, self.state.get(PROGRAMMES, COUPON))
            self.vouchers = [
                (number, voucher_of(self.state, ruled, COUPON, number).holder) for number, _ in self.vouchers
            ]
        if isinstance(act, Pay):
            self.payments.append((act.merchant, f"{self.time:010x}{numbers.handle()}"))
        return True

    def check(self) -> None:
        """Every law of every module, and that no won appeared or disappeared among those who are here."""
        for module in MODULES:
            for law in module.invariants:
                law(self.state)
        held = sum(money.balance(self.state, holder) for holder in HOLDERS)
        assert held + money.balance(self.state, money.escrow_of(COUPON)) == _won()
        totals = programme(self.state, COUPON).totals
        assert totals["free"] + totals["issued"] + totals["due"] == totals["sponsor"] + totals["merchant"]
        ruled = compiled(self.state, self.state.get(PROGRAMMES, COUPON))
        paid: Counter[str] = Counter()
        for (_, _, _), part in self.state.scan(ruled.tables["payment"], COUPON, "payment"):
            paid[part.voucher] += part.amount - part.refunded
        for (_, _, number), voucher in self.state.scan(ruled.tables["voucher"], COUPON, "voucher"):
            spent = paid[number]
            if voucher.status in ("active", "frozen"):
                assert voucher.left + spent == voucher.granted
            else:
                assert voucher.left == 0
                assert spent <= voucher.granted


@cache
def _world() -> World:
    return coupon_world()


@cache
def _won() -> int:
    state = _world().state()
    return sum(money.balance(state, one) for one in [*HOLDERS, money.escrow_of(COUPON)])


def act_of(town: Town, dice: random.Random) -> Act:
    """Some act, mostly one that could be accepted."""
    kind = dice.choices(
        ["grant", "pay", "refund", "pay out", "freeze", "unfreeze", "claim", "recall", "expire", "reclaim"],
        [4, 12, 8, 2, 2, 4, 4, 1, 3 if town.time >= CLOSES else 0.2, 1],
    )[0]
    numbers = [number for number, _ in town.vouchers] or ["A" * 22]
    some = dice.sample(numbers, min(len(numbers), dice.choice([1, 1, 2])))
    if kind == "grant":
        return Grant(by="ministry", programme=COUPON, rows=[_row(town, dice, place) for place in range(2)])
    if kind == "pay":
        shop = dice.choice(SHOPS)
        by = dice.choice(PEOPLE)
        mine = [number for number, holder in town.vouchers if holder == by] or numbers
        mine = numbers if dice.random() < 0.1 else mine
        parts = [
            PaymentPart(voucher=dice.choice(mine), amount=dice.choice([1, 7, 10_000, 60_000, 150_000]))
            for _ in range(dice.randint(1, 3))
        ]
        own = dice.choice([0, 0, 0, 1, 999, 400_000])
        return Pay(by=by, programme=COUPON, merchant=shop, order="o", parts=parts, own=own)
    if kind == "refund" and town.payments:
        shop, payment = dice.choice(town.payments)
        amount = dice.choice([1, 3, 100, 10_000, 61_001])
        return Refund(by=shop, programme=COUPON, merchant=shop, payment=payment, amount=amount)
    if kind == "claim":
        return claim_by_code(by=dice.choice(PEOPLE), programme=COUPON, code=dice.choice(LETTERS) * 26)
    if kind == "reclaim":
        return Reclaim(by="ministry", programme=COUPON, amount=dice.choice([1, 1_000_000]))
    if kind in ("freeze", "unfreeze", "recall", "expire"):
        sorts: dict[str, Any] = {"freeze": Freeze, "unfreeze": Unfreeze, "recall": Recall, "expire": Expire}
        stop: Act = sorts[kind](by="ministry", programme=COUPON, vouchers=some)
        return stop
    shops = dice.sample(SHOPS, dice.randint(1, 2))
    return PayOut(by="ministry", programme=COUPON, merchants=shops)


def _row(town: Town, dice: random.Random, place: int) -> GrantRow:
    members: dict[str, Any] = {
        "reference": f"r{town.tried}-{place}",
        "amount": dice.choice([100_000, 150_000, 450_000]),
    }
    members["region"] = dice.choice(["26", "11", "2611"])
    if dice.random() < 0.25:
        return GrantRow(code=digest_of_code(COUPON, dice.choice(LETTERS) * 26), **members)
    return GrantRow(holder=dice.choice(PEOPLE), **members)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 2**32), st.sampled_from([0, 0, 0, 0, 3_600, 86_400, 9_000_000])), max_size=40))
def test_every_law_holds_after_every_act(steps):
    town = Town()
    for seed, passes in steps:
        town.time += passes
        if town.try_act(act_of(town, random.Random(seed))):
            town.check()


def test_a_long_walk_meets_every_act_and_most_clauses():
    """The same on one seeded walk, which is shown to have been where it matters."""
    dice = random.Random(20250721)
    town = Town()
    for step in range(2_000):
        town.time = max(town.time + dice.choice([0, 60, 3_600]), CLOSES - 1 if step == 1_500 else 0)
        if town.try_act(act_of(town, dice)) and step % 25 == 0:
            town.check()
    town.check()
    acts = ["Grant", "Pay", "Refund", "PayOut", "Freeze", "Unfreeze", "Claim", "Recall", "Expire", "Reclaim"]
    assert [act for act in acts if town.met[act] < 5] == []
    clauses = ["own_voucher", "active", "in_time", "enough", "region"]
    assert [one for one in clauses if not town.met[f"Pay programmes.clause spend.{one}"]] == []
    others = ["refund.covered", "refund_late.covered"]
    assert [one for one in others if not town.met[f"Refund programmes.clause {one}"]] == []


@pytest.mark.parametrize("own", [OwnMoney("a", 5, 6), OwnMoney("a", 5, -1)])
def test_the_law_of_own_money_sees_what_is_wrong(own):
    state: State = _world().state()
    MODULE.invariants[0](state)
    state.put(OWN, own, COUPON, "bakery", "0" * 32)
    with pytest.raises(InvariantBroken):
        MODULE.invariants[0](state)


NOTHING = (0, 0)
ONE = Edition(1, "a", (), (), ())
LIES = [
    ("a basket that lies nowhere", [(BASKETS, Basket((BasketLine("bread", 1),), 0), ("bakery", "o"))]),
    (
        "a basket where another lies",
        [
            (SHELVES, Shelf(1), ("bakery",)),
            (SHELVED, Shelved("other"), ("bakery", 0)),
            (BASKETS, Basket((BasketLine("bread", 1),), 0), ("bakery", "o")),
        ],
    ),
    ("a place beyond the shelf", [(SHELVES, Shelf(1), ("bakery",)), (SHELVED, Shelved("o"), ("bakery", 1))]),
    ("a place of no shelf", [(SHELVED, Shelved("o"), ("bakery", 0))]),
    ("an edition that was left out", [(EDITIONS, Edition(2, "a", (), (), ()), (COUPON, 2)), (LATEST, ONE, (COUPON,))]),
    ("an edition that is no latest", [(EDITIONS, ONE, (COUPON, 1))]),
    ("a latest that is no edition", [(LATEST, ONE, (COUPON,))]),
    (
        "an edition that changes nothing",
        [
            (EDITIONS, ONE, (COUPON, 1)),
            (EDITIONS, Edition(2, "a", (), (), ()), (COUPON, 2)),
            (LATEST, Edition(2, "a", (), (), ()), (COUPON,)),
        ],
    ),
    (
        "money that went back before the end",
        [(FUNDERS, Funders(("a", "b"), (1, 9_999), (5, 0), (1, 0), NOTHING, NOTHING, False), (COUPON,))],
    ),
    (
        "money that is kept before the end",
        [(FUNDERS, Funders(("a", "b"), (1, 9_999), (5, 0), NOTHING, (1, 0), NOTHING, False), (COUPON,))],
    ),
    (
        "more kept than there is",
        [(FUNDERS, Funders(("a", "b"), (1, 9_999), (5, 0), NOTHING, (10**12, 0), NOTHING, True), (COUPON,))],
    ),
    (
        "shares of less than the whole",
        [(FUNDERS, Funders(("a", "b"), (1, 9_998), (5, 0), NOTHING, NOTHING, NOTHING, False), (COUPON,))],
    ),
]


@pytest.mark.parametrize(("name", "records"), LIES, ids=[name for name, _ in LIES])
def test_the_laws_see_what_is_wrong(name: str, records: list[Any]):
    state: State = _world().state()
    for law in INVARIANTS:
        law(state)
    for table, record, parts in records:
        state.put(table, record, *parts)
    broken = []
    for law in INVARIANTS:
        try:
            law(state)
        except InvariantBroken as error:
            broken.append(str(error))
    assert len(broken) == 1, (name, broken)
