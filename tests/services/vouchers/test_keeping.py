"""Between grant and end: carried over, moved, earned by milestones, recalled if never used."""

import pytest

from madang.base.money import ledger as money
from madang.services.vouchers.transactions import (
    CarryOver,
    Confirm,
    Freeze,
    Move,
    Recall,
    RecallUnused,
    Reimburse,
    Succession,
)
from tests.services.vouchers.everything import (
    CARRY_UNTIL,
    CLOSES,
    DAY,
    FULL,
    MIDDLE,
    OPENS,
    UNUSED_BY,
    grant,
    pay,
    paying,
    row,
    view,
    world_of,
)
from tests.support.cast import ALICE, BORA, CHUL, officer
from tests.support.world import World

WELFARE, DESK, MINISTRY = officer("welfare"), officer("desk"), officer("ministry")

# ------------------------------------------------------------------------------------------------------ carry-over


def carrying(old: str, new: str) -> CarryOver:
    return CarryOver(by=CHUL.party, programme=FULL, vouchers=[Succession(voucher=old, into=new)])


def instalments(carry: str, left: int) -> tuple[World, str, str]:
    """Two instalments of 100,000 won; of the first so much is left, and it has just ended."""
    world = world_of(carry=carry)
    first, second = grant(
        world,
        row("first", until=MIDDLE),
        row("second", instalment=2, since=MIDDLE, until=CLOSES),
    )
    if left < 100_000:
        pay(world, (first, 100_000 - left))
    world.time = MIDDLE
    return world, first, second


@pytest.mark.parametrize(
    ("carry", "left", "carried"),
    [
        ("up_to", 0, 0),
        ("up_to", 9_999, 9_999),
        ("up_to", 10_000, 10_000),
        ("up_to", 100_000, 10_000),
        ("all_if_below", 9_999, 9_999),
        ("all_if_below", 10_000, 0),
        ("all_if_below", 100_000, 0),
    ],
)
def test_carry_over(carry, left, carried):
    world, first, second = instalments(carry, left)
    world.accept(carrying(first, second), by=CHUL)
    assert (view(world, first).left, view(world, first).status) == (0, "expired")
    assert (view(world, second).left, view(world, second).granted) == (100_000 + carried, 100_000 + carried)
    assert world.refuse("programmes.clause", carrying(first, second), by=CHUL).reason == "carry.ended"
    world.check()


def test_what_is_not_carried_over_by_the_programmes_date_is_not():
    world, first, second = instalments("up_to", 5_000)
    world.time = CARRY_UNTIL
    assert world.refuse("programmes.clause", carrying(first, second), by=CHUL).reason == "carry.carried"


def test_a_programme_without_carry_over():
    world, first, second = instalments("none", 5_000)
    assert world.refuse("programmes.clause", carrying(first, second), by=CHUL).reason == "carry.carried"


@pytest.mark.parametrize(
    ("reason", "holder", "instalment", "wait"),
    [
        ("carry.same_holder", BORA.party, 2, 0),
        ("carry.next", ALICE.party, 3, 0),
        ("carry.next", ALICE.party, 1, 0),
        ("carry.ended", ALICE.party, 2, -1),
    ],
)
def test_only_into_the_next_instalment_of_the_same_holder(reason, holder, instalment, wait):
    world = world_of()
    first, second = grant(world, row("a", until=MIDDLE), row("b", holder, instalment=instalment))
    world.time = MIDDLE + wait
    assert world.refuse("programmes.clause", carrying(first, second), by=CHUL).reason == reason
    world.refuse("programmes.same_record", carrying(first, first), by=CHUL)


# ------------------------------------------------------------------------------------------------------ other acts


def test_a_holder_who_moved_keeps_the_rest_in_the_new_area():
    world = world_of()
    (number,) = grant(world, row("r1"))
    pay(world, (number, 10_000))
    moving = Move(by="desk", programme=FULL, voucher=number, region="11")
    world.accept(moving, by=DESK)
    assert (view(world, number).region, view(world, number).left) == ("11", 90_000)
    for by, signer in ((ALICE.party, ALICE), ("bank-a", officer("bank-a"))):
        world.refuse("vouchers.not_desk", Move(by=by, programme=FULL, voucher=number, region="26"), by=signer)


def confirming(number: str, stage: int, by: str = "welfare") -> Confirm:
    return Confirm(by=by, programme=FULL, voucher=number, stage=stage, evidence="e" * 64)


def reimbursing(number: str, amount: int, by: str = ALICE.party) -> Reimburse:
    return Reimburse(by=by, programme=FULL, voucher=number, amount=amount)


def test_a_holder_is_paid_out_when_all_that_must_be_shown_was_confirmed():
    world = world_of()
    (number,) = grant(world, row("r1"))
    assert world.refuse("programmes.clause", reimbursing(number, 1), by=ALICE).reason == "reimburse.shown"
    assert world.refuse("programmes.clause", confirming(number, 2), by=WELFARE).reason == "confirm.next"
    world.refuse("vouchers.not_authority", confirming(number, 1, "desk"), by=DESK)
    world.accept(confirming(number, 1), by=WELFARE)
    assert world.refuse("programmes.clause", confirming(number, 1), by=WELFARE).reason == "confirm.next"
    assert world.refuse("programmes.clause", reimbursing(number, 1), by=ALICE).reason == "reimburse.shown"
    world.accept(confirming(number, 2, "ministry"), by=MINISTRY)
    assert world.refuse("programmes.clause", confirming(number, 3), by=WELFARE).reason == "confirm.next"
    world.refuse("vouchers.not_holder", reimbursing(number, 1, CHUL.party), by=CHUL)
    world.refuse("vouchers.not_holder", reimbursing(number, 1, "welfare"), by=WELFARE)
    world.accept(reimbursing(number, 60_000), by=ALICE)
    world.accept(reimbursing(number, 40_000, "ministry"), by=MINISTRY)
    assert money.balance(world.state(), ALICE.party) == 400_000
    assert world.refuse("programmes.clause", reimbursing(number, 1), by=ALICE).reason == "reimburse.enough"
    world.check()


def recalling(number: str) -> RecallUnused:
    return RecallUnused(by=CHUL.party, programme=FULL, vouchers=[number])


def test_what_was_never_used_by_a_date_is_recalled():
    world = world_of()
    unused, used = grant(world, row("r1"), row("r2", BORA.party))
    pay(world, (used, 1), by=BORA)
    world.time = UNUSED_BY - 1
    assert world.refuse("programmes.clause", recalling(unused), by=CHUL).reason == "recall_unused.late"
    world.advance(1)
    assert world.refuse("programmes.clause", recalling(used), by=CHUL).reason == "recall_unused.unused"
    world.accept(recalling(unused), by=CHUL)
    assert (view(world, unused).left, view(world, unused).status) == (0, "revoked")
    assert world.refuse("programmes.clause", recalling(unused), by=CHUL).reason == "recall_unused.usable"
    world.check()


@pytest.mark.parametrize("act", [Freeze, Recall], ids=lambda act: act.__name__)
def test_what_is_not_there_is_not_stopped(act):
    missing = act(by="ministry", programme=FULL, vouchers=["A" * 22])
    world_of().refuse("vouchers.unknown_voucher", missing, by=MINISTRY)


def test_a_voucher_works_from_its_first_second_to_its_last():
    world = world_of()
    (number,) = grant(world, row("r1", since=OPENS + DAY, until=OPENS + 2 * DAY))
    for time, reason in (
        (OPENS + DAY - 1, "spend.opened"),
        (OPENS + DAY, ""),
        (OPENS + 2 * DAY - 1, ""),
        (OPENS + 2 * DAY, "spend.in_time"),
    ):
        world.time = time
        result = world.submit(paying((number, 1)), by=ALICE)
        assert result.reason == reason
