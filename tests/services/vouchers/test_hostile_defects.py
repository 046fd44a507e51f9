"""Whatever is asked, in whatever order and with whatever values an act can hold, no rule fails in an unforeseen way.

A defect pauses an act for everybody: one crafted request would stop payments.
"""

import hashlib
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.base.cards.transactions import Present
from madang.base.mandates.transactions import Grant as Mandate
from madang.base.mandates.transactions import Scope
from madang.client.letters import claim_by_code, digest_of_code
from madang.kernel.fields import MAX_WON
from madang.kernel.transaction import Act, type_name
from madang.services.vouchers.rules import RULES
from madang.services.vouchers.transactions import Buy, Freeze, Line, Order, Refund
from tests.base.eligibility.scene import OFFER, WELFARE, counting, opening, signed_token
from tests.services.vouchers.everything import (
    CARRY_UNTIL,
    CLOSES,
    DAY,
    FULL,
    MIDDLE,
    OPENS,
    SIBLING,
    UNUSED_BY,
    grant,
    pay,
    payments,
    row,
    world_of,
)
from tests.services.vouchers.test_paying import code_of
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, officer, quorum
from tests.support.signing import Wallet
from tests.support.world import World

LETTER = "A" * 26
SIGNERS: dict[str, Wallet | Sequence[Wallet]] = {
    ALICE.party: ALICE,
    BORA.party: BORA,
    CHUL.party: CHUL,
    "bakery": BAKERY,
    "grocer": GROCER,
    "ministry": quorum("ministry"),
    **{name: officer(name) for name in ("welfare", "desk", "treasury-bank", "bank-a")},
}


@cache
def _busy() -> tuple[World, tuple[str, ...], tuple[str, ...]]:
    """A world where something of everything is under way; its vouchers and payments."""
    world = world_of()
    vouchers = grant(
        world,
        row("r1", until=MIDDLE),
        row("r2", instalment=2, since=MIDDLE),
        row("r3", BORA.party, amount=900_000, subjects=["1" * 64]),
        row("r4", BORA.party),
        msgspec.structs.replace(row("r5"), holder=None, code=digest_of_code(FULL, LETTER)),
    )
    world.accept(Buy(by=CHUL.party, programme=FULL, amount=100_000, price=90_000), by=CHUL)
    lines = [Line(goods="film", amount=10_000), Line(goods="bread", amount=MAX_WON)]
    world.accept(Order(by="bakery", merchant="bakery", order="order-1", lines=lines), by=BAKERY)
    pay(world, (vouchers[2], 20_000), by=BORA)
    pay(world, (vouchers[0], 10_000), own=5_000)
    pay(world, (vouchers[0], 10_000), later=True)
    paid = tuple(one.payment for one in payments(world))
    owed = Refund(by="bakery", programme=FULL, merchant="bakery", payment=paid[0], amount=10, promised=True)
    world.accept(owed, by=BAKERY)
    world.accept(Freeze(by="desk", programme=FULL, vouchers=[vouchers[3]]), by=officer("desk"))
    scope = Scope(acts=["vouchers.pay", "vouchers.claim"], per_use=MAX_WON, total=MAX_WON, until=world.time + 200 * DAY)
    world.accept(Mandate(by=ALICE.party, delegate=CHUL.party, scope=scope), by=ALICE)
    shown = hashlib.sha256(code_of(1).encode()).hexdigest()
    presented = Present(by=ALICE.party, code=shown, programme=FULL, limit=MAX_WON, until=world.time + 180)
    world.accept(presented, by=ALICE)
    world.accept(opening(), by=quorum("welfare"))
    world.accept(counting(10), by=WELFARE)
    return world, tuple(vouchers), paid


@cache
def _token() -> tuple[str, str]:
    """A token of the offer, and its signature."""
    return signed_token(ALICE)


def pools() -> dict[str, list[Any]]:
    """Values for each member of an act, by name: what there is here, what there is not, and the ends of each range."""
    _, vouchers, paid = _busy()
    numbers = [*vouchers, "A" * 22]
    won = [1, 9, 10_000, 90_000, 100_000, 100_000_000, 100_000_001, MAX_WON]
    times = [0, OPENS, MIDDLE, CLOSES, 253_402_300_800, 2**40]
    people = [ALICE.party, BORA.party, CHUL.party, "bakery", "nobody", vouchers[0]]
    token, signature = _token()
    claims = [claim_by_code(by=one, programme=FULL, code=LETTER) for one in people[:3]]
    return {
        "by": list(SIGNERS),
        "programme": [FULL, FULL, SIBLING, "none"],
        "merchant": ["bakery", "grocer", "ministry", "nobody"],
        "merchants": [["bakery"], ["bakery", "bakery"], ["nobody", "grocer"]],
        "voucher": numbers,
        "into": numbers,
        "payment": [*paid, "0" * 10 + "A" * 22],
        "vouchers": [[one] for one in numbers] + [[numbers[0], numbers[0]], numbers],
        "amount": won,
        "price": won,
        "own": [0, *won],
        "line": [0, 0, 1, 2, 3, 64],
        "order": ["order-1", "other"],
        "later": [False, True],
        "promised": [False, True],
        "customer": ["c" * 64, "d" * 64],
        "code": [LETTER, code_of(1), digest_of_code(FULL, LETTER), "0" * 64, None],
        "code_key": [claims[0].code_key, claims[0].code_key, "A" * 86],
        "code_signature": [*(one.code_signature for one in claims), "A" * 86],
        "holder": [None, *people],
        "offer": [OFFER, OFFER, "none"],
        "token": [token, "t" * 43],
        "signature": [signature, signature, "A" * 342, "_" * 342],
        "region": ["26", "00", "2611010100"],
        "stage": [1, 2, 3, 10],
        "evidence": ["e" * 64],
        "reference": ["r1", "new"],
        "instalment": [1, 2, 1_000],
        "since": [None, *times],
        "until": [None, *times],
        "size": [1, 20],
        "amount_class": ["a", "f"],
        "subject": ["1" * 64, "2" * 64],
        "subjects": [[], ["1" * 64], ["2" * 64, "2" * 64]],
        "goods": ["film", "bread", "drink", "-x"[1:]],
        "funder": ["ministry", "welfare", "nobody"],
        "share": [0, 1, 5_000, 10_000],
    }


def _members(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    pool, made = pools(), {}
    for field in msgspec.structs.fields(kind):
        inner = getattr(msgspec.inspect.type_info(field.type), "item_type", None)
        if isinstance(inner, msgspec.inspect.StructType) and field.name not in pool:
            made[field.name] = st.lists(_members(inner.cls), min_size=1, max_size=3)
        else:
            made[field.name] = st.sampled_from(pool[field.name])
    return st.fixed_dictionaries(made)


def _read(kind: type[Act], members: dict[str, Any]) -> Act | None:
    try:
        return msgspec.convert(members | {"type": type_name(kind)}, kind)
    except msgspec.ValidationError:
        return None


def acts() -> st.SearchStrategy[Act]:
    """Any act of vouchers."""
    each = [_members(kind).map(partial(_read, kind)) for kind in RULES]
    return st.one_of(each).filter(lambda act: act is not None)


MOMENTS = st.sampled_from([0, 0, 0, 1, DAY, UNUSED_BY - OPENS, MIDDLE - OPENS, CARRY_UNTIL - OPENS, CLOSES - OPENS])


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(st.data())
def test_no_act_fails_in_a_way_that_was_not_foreseen(data):
    world = _busy()[0].fork()
    for _ in range(data.draw(st.integers(1, 12))):
        world.time = max(world.time, OPENS + data.draw(MOMENTS))
        act = data.draw(acts())
        result = world.submit(act, by=SIGNERS[act.by])
        assert result.outcome != "defect", result
    world.check()
