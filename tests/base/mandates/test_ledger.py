"""What a service gets when it asks for a mandate: refusals in their order, caps that hold, uses that are told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.mandates import queries
from madang.base.mandates.ledger import use
from madang.base.mandates.transactions import Grant, Revoke
from madang.base.parties.transactions import Suspend
from madang.kernel.module import Call
from tests.base.mandates.scene import DAY, PROGRAMME, errand, mandates_world, scope
from tests.support.cast import ALICE, BORA, CHUL, officer
from tests.support.world import START


def grant(**changes) -> Grant:
    acts = changes.pop("acts", ["vouchers.pay"])
    return Grant(by=ALICE.party, delegate=BORA.party, scope=scope(*acts, **changes))


GRANTED = [(grant(), ALICE)]
FROZEN = [(Suspend(by="bank-a", party=ALICE.party), officer("bank-a"))]
TOMORROW = grant(since=START + DAY)

# What happens before, how many seconds pass, then the code, the act that is refused so, and who signs.
CASES = [
    ([], 0, "authority.not_signed", errand(ALICE.party), CHUL),
    ([], 0, "mandates.not_delegate_key", errand("nobody", by="bank-a"), officer("bank-a")),
    ([*GRANTED, *FROZEN], 0, "mandates.principal_suspended", errand(ALICE.party), BORA),
    ([], 0, "mandates.principal_suspended", errand("nobody"), BORA),
    ([], 0, "mandates.none", errand(ALICE.party), BORA),
    (GRANTED, 0, "mandates.none", errand(ALICE.party, by=CHUL.party), CHUL),
    (GRANTED, 0, "mandates.none", errand(CHUL.party), BORA),
    ([(grant(programme="another"), ALICE)], 0, "mandates.none", errand(ALICE.party), BORA),
    ([(TOMORROW, ALICE)], DAY - 1, "mandates.not_yet", errand(ALICE.party, 10_001, act="vouchers.claim"), BORA),
    (GRANTED, 30 * DAY, "mandates.ended", errand(ALICE.party, 10_001, act="vouchers.claim"), BORA),
    ([(grant(programme=PROGRAMME), ALICE)], 30 * DAY, "mandates.ended", errand(ALICE.party), BORA),
    (GRANTED, 0, "mandates.act", errand(ALICE.party, 10_001, act="vouchers.claim"), BORA),
    (GRANTED, 0, "mandates.per_use", errand(ALICE.party, 10_001), BORA),
    ([(grant(acts=["appeals.lodge"]), ALICE)], 0, "mandates.act", errand(ALICE.party, act="applications.apply"), BORA),
    (
        [(grant(acts=["appeals.lodge"]), ALICE)],
        0,
        "mandates.per_use",
        errand(ALICE.party, 1, act="appeals.lodge"),
        BORA,
    ),
    (
        [*GRANTED, (errand(ALICE.party, 10_000), BORA), (errand(ALICE.party, 10_000), BORA)],
        0,
        "mandates.total",
        errand(ALICE.party, 5_001),
        BORA,
    ),
]


@pytest.mark.parametrize(("before", "seconds", "code", "act", "by"), CASES)
def test_refusals(before, seconds, code, act, by):
    world = mandates_world()
    for step, signer in before:
        world.accept(step, by=signer)
    world.advance(seconds)
    world.refuse(code, act, by=by)
    world.check()


def test_a_mandate_works_in_its_first_second_and_its_last_and_to_its_last_won():
    world = mandates_world()
    world.accept(grant(since=START + DAY), by=ALICE)
    world.advance(DAY)
    world.accept(errand(ALICE.party, 10_000), by=BORA)
    world.advance(29 * DAY - 1)
    world.accept(errand(ALICE.party, 10_000), errand(ALICE.party, 5_000), by=BORA)
    world.refuse("mandates.total", errand(ALICE.party, 1), by=BORA)
    world.check()


def test_the_mandate_of_the_programme_counts_before_the_one_for_all_until_it_ends():
    world = mandates_world()
    general = grant(total=50_000)
    own = grant(programme=PROGRAMME, per_use=1_000, total=1_000, until=START + DAY)
    world.accept(general, own, by=ALICE)
    world.refuse("mandates.per_use", errand(ALICE.party, 5_000), by=BORA)
    world.accept(errand(ALICE.party, 1_000), by=BORA)
    assert [(one.programme, one.mandate.used) for one in queries.given(world.state(), ALICE.party)] == [
        ("", 0),
        (PROGRAMME, 1_000),
    ]
    world.advance(DAY)
    world.accept(errand(ALICE.party, 5_000), by=BORA)
    assert [one.mandate.used for one in queries.held(world.state(), BORA.party)] == [5_000, 1_000]


def test_the_principal_reads_each_use_and_nobody_else():
    world = mandates_world()
    world.accept(grant(acts=["vouchers.pay", "vouchers.claim"]), by=ALICE)
    world.accept(errand(ALICE.party, act="vouchers.claim"), by=BORA)
    world.advance(60)
    world.accept(errand(ALICE.party, 3_000), errand(ALICE.party, 4_000), by=BORA)
    seen = queries.uses(world.state(), ALICE.party)
    assert [(one.at, one.act) for one in seen] == [
        (START, "vouchers.claim"),
        (START + 60, "vouchers.pay"),
        (START + 60, "vouchers.pay"),
    ]
    assert sorted(one.amount for one in seen) == [0, 3_000, 4_000]
    assert {(one.delegate, one.programme) for one in seen} == {(BORA.party, PROGRAMME)}
    assert len({one.use for one in seen}) == 3
    assert [one.at for one in queries.uses(world.state(), ALICE.party, START + 1)] == [START + 60] * 2
    assert len(queries.uses(world.state(), ALICE.party, limit=1)) == 1
    assert queries.uses(world.state(), ALICE.party, START + 61) == []
    assert queries.uses(world.state(), ALICE.party, 2**40) == []
    for other in (BORA.party, CHUL.party, "desk"):
        assert queries.uses(world.state(), other) == []


def test_a_refused_transaction_counts_nothing():
    world = mandates_world()
    world.accept(grant(), by=ALICE)
    world.refuse("mandates.per_use", errand(ALICE.party, 5_000), errand(ALICE.party, 10_001), by=BORA)
    assert queries.held(world.state(), BORA.party)[0].mandate.used == 0
    assert queries.uses(world.state(), ALICE.party) == []


def test_a_negative_amount_is_a_defect_of_the_service():
    state = mandates_world().state()
    call = Call(state, START, 1, b"seed", frozenset({BORA.party}), lambda *_: None)
    with pytest.raises(ValueError, match="negative"):
        use(call, ALICE.party, BORA.party, "vouchers.pay", PROGRAMME, -1)


STEPS = st.lists(st.one_of(st.integers(0, 12_000), st.sampled_from(["grant", "revoke", "day"])), max_size=25)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(STEPS)
def test_whatever_happens_no_mandate_spends_more_than_its_total(steps):
    world = mandates_world()
    spent = 0
    for step in steps:
        if step == "grant":
            if world.submit(grant(until=world.time + 3 * DAY), by=ALICE).outcome == "accepted":
                spent = 0
        elif step == "revoke":
            world.submit(Revoke(by=ALICE.party, principal=ALICE.party, delegate=BORA.party), by=ALICE)
        elif step == "day":
            world.advance(DAY)
        elif world.submit(errand(ALICE.party, step), by=BORA).outcome == "accepted":
            spent += step
            assert step <= 10_000
            assert spent <= 25_000
    world.check()
