"""Appeals through their whole life: what each act leaves, and what follows from a decision in the same transaction."""

import pytest

from madang.base.mandates import queries as mandate_queries
from madang.base.mandates.ledger import use as use_mandate
from madang.base.mandates.transactions import Grant as MandateGrant
from madang.base.mandates.transactions import Register, Revoke, Scope
from madang.base.parties.transactions import Reinstate, Suspend
from madang.base.programmes.transactions import Close
from madang.kernel.errors import Rejected
from madang.kernel.module import Call
from madang.services.appeals import queries
from madang.services.appeals.state import DAY, deadline_of
from madang.services.vouchers.transactions import Freeze, Grant, Reclaim, Unfreeze
from tests.services.appeals.scene import (
    DAYS,
    DESK,
    HANDLE,
    OFFICIAL,
    OTHER_OFFICIAL,
    SECOND,
    THIRD,
    UNTIL,
    appeals_world,
    decide,
    digest,
    lodge,
    lodge_in,
    lodged,
    seen,
    supplement,
    take,
    terms,
    withdraw,
)
from tests.services.vouchers.scene import CLOSES, COUPON, OPENS, grant, row, voucher_for
from tests.support.cast import ALICE, BORA, CHUL, officer, quorum


def frozen_world():
    """Alice's keys are frozen; Chul is her legal representative, as a desk registered."""
    world = appeals_world()
    scope = Scope(acts=["appeals.lodge", "vouchers.claim"], until=OPENS + 30 * DAY)
    paper = Register(
        by="desk",
        principal=ALICE.party,
        delegate=CHUL.party,
        ground="legal_representative",
        evidence=digest(7),
        scope=scope,
    )
    world.accept(paper, by=[DESK, SECOND])
    world.accept(Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    return world


def test_a_frozen_person_appeals_at_a_desk_and_is_heard():
    world = frozen_world()
    world.refuse("authority.suspended", lodge(matter="freeze", office="ministry"), by=ALICE)
    number = lodge_in(world, DESK, for_party=ALICE.party, matter="freeze", office="ministry")
    assert seen(world, number, "ministry").appellant == ALICE.party
    world.accept(supplement(number, digest(2), by=DESK.party), by=DESK)
    world.accept(take(number, by=OFFICIAL.party), by=OFFICIAL)
    world.accept(decide(number, "corrected", by=OTHER_OFFICIAL.party), by=OTHER_OFFICIAL)
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    assert [one.outcome for one in queries.own_appeals(world.state(), ALICE.party)] == ["corrected"]
    world.check()


def test_a_frozen_persons_representative_appeals_and_does_nothing_else():
    world = frozen_world()
    number = lodge_in(world, CHUL, for_party=ALICE.party, matter="freeze")
    world.accept(supplement(number, digest(2), by=CHUL.party), by=CHUL)
    assert seen(world, number).channel == "delegate"
    assert [one.act for one in mandate_queries.uses(world.state(), ALICE.party)] == ["appeals.lodge"] * 2
    for act in ("vouchers.claim", "vouchers.pay", "applications.apply"):
        with pytest.raises(Rejected, match=r"mandates\.principal_suspended"):
            use_mandate(call_of(world, CHUL), ALICE.party, CHUL.party, act, COUPON, 0)
    world.check()


def call_of(world, *signers):
    """What a rule is given in the next block."""
    signed_by = frozenset(one.party for one in signers)
    return Call(world.state(), world.time, world.height + 1, b"seed", signed_by, lambda *_: None)


def happened(world, number, reader="desk"):
    return [(step.what, step.by) for step in queries.steps(world.state(), reader, number)]


def test_an_appeal_is_lodged_taken_decided_by_another_and_leaves_every_step():
    world = appeals_world()
    number = lodge_in(world)
    assert seen(world, number).deadline == deadline_of(OPENS, DAYS)
    world.advance(60)
    world.accept(supplement(number, digest(2)), by=ALICE)
    world.accept(take(number), by=DESK)
    world.advance(DAY)
    world.accept(decide(number), by=SECOND)
    found = seen(world, number)
    assert (found.status, found.outcome, found.follows, found.reason) == ("decided", "dismissed", "", digest(99))
    assert found.evidence == (digest(1), digest(2))
    assert found.closed_at == OPENS + 60 + DAY
    assert happened(world, number) == [
        ("lodged", ALICE.party),
        ("supplemented", ALICE.party),
        ("taken", DESK.party),
        ("decided", SECOND.party),
    ]
    world.accept(lodge(evidence=[digest(3)]), by=ALICE)
    assert [one.status for one in queries.own_appeals(world.state(), ALICE.party)] == ["decided", "lodged"]
    world.check()


def test_what_is_granted_stands_in_the_same_transaction_or_nothing_does():
    world = appeals_world()
    number = lodge_in(world, matter="refusal")
    world.accept(take(number), by=DESK)
    decision = decide(number, "granted", follows="after-appeal-1")
    too_late = Grant(by="ministry", programme=COUPON, rows=[row("after-appeal-1", "nobody")])
    world.refuse("vouchers.unknown_holder", decision, too_late, by=[SECOND, OFFICIAL])
    assert seen(world, number).status == "taken"
    right = Grant(by="ministry", programme=COUPON, rows=[row("after-appeal-1", ALICE.party)])
    world.refuse("authority.not_signed", decision, right, by=SECOND)
    world.accept(decision, right, by=[SECOND, OFFICIAL])
    assert (seen(world, number).outcome, seen(world, number).follows) == ("granted", "after-appeal-1")
    assert voucher_for(world, "after-appeal-1") is not None
    world.check()


def test_a_freeze_is_lifted_with_the_decision_about_it():
    world = appeals_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(Freeze(by="desk", programme=COUPON, vouchers=[voucher]), by=DESK)
    number = lodge_in(world, matter="freeze")
    world.accept(take(number), by=DESK)
    decision = decide(number, "corrected", by=THIRD.party, follows="freeze-1")
    world.accept(decision, Unfreeze(by="desk", programme=COUPON, vouchers=[voucher]), by=THIRD)
    assert seen(world, number).outcome == "corrected"
    world.check()


def test_a_desk_lodges_for_somebody_without_a_key_and_any_of_its_officers_goes_on():
    world = appeals_world()
    number = lodge_in(world, DESK, for_party=HANDLE)
    assert (seen(world, number).channel, seen(world, number).appellant) == ("desk", HANDLE)
    world.accept(supplement(number, digest(2), by=SECOND.party), by=SECOND)
    # Who added evidence had it in hand: three officers, of whom the third decides.
    world.accept(take(number), by=DESK)
    world.refuse("appeals.handled_it", decide(number, by=SECOND.party), by=SECOND)
    world.accept(decide(number, by=THIRD.party), by=THIRD)
    world.check()


def test_a_desk_lodges_for_a_person_who_then_withdraws_with_an_own_key():
    world = appeals_world()
    number = lodge_in(world, DESK, for_party=ALICE.party)
    world.refuse("appeals.open_already", lodge(), by=ALICE)
    world.accept(withdraw(number), by=ALICE)
    assert (seen(world, number).status, seen(world, number).outcome) == ("withdrawn", "withdrawn")
    world.accept(lodge(), by=ALICE)
    world.check()


def test_a_delegate_appeals_by_mandate_and_goes_on_only_as_long_as_that_holds():
    world = appeals_world()
    scope = Scope(acts=["appeals.lodge"], programme=COUPON, until=UNTIL)
    world.accept(MandateGrant(by=ALICE.party, delegate=BORA.party, scope=scope), by=ALICE)
    number = lodge_in(world, BORA, for_party=ALICE.party)
    assert (seen(world, number).channel, seen(world, number).appellant) == ("delegate", ALICE.party)
    world.accept(supplement(number, digest(2), by=BORA.party), by=BORA)
    used = [(one.delegate, one.act) for one in mandate_queries.uses(world.state(), ALICE.party)]
    assert used == [(BORA.party, "appeals.lodge")] * 2
    world.accept(Revoke(by=ALICE.party, principal=ALICE.party, delegate=BORA.party, programme=COUPON), by=ALICE)
    world.refuse("mandates.none", withdraw(number, by=BORA.party), by=BORA)
    world.refuse("mandates.none", supplement(number, digest(3), by=BORA.party), by=BORA)
    world.accept(withdraw(number), by=ALICE)
    world.check()


def test_a_region_is_moved_by_the_office_that_was_named():
    world = appeals_world()
    number = lodge_in(world, matter="region", office="ministry", ground="move")
    world.accept(take(number, by=OFFICIAL.party), by=OFFICIAL)
    world.accept(decide(number, "region_moved", by=OTHER_OFFICIAL.party), by=OTHER_OFFICIAL)
    assert seen(world, number, "ministry").outcome == "region_moved"
    world.check()


def test_late_decisions_stand_and_are_listed_as_overdue_until_they_are_made():
    world = appeals_world()
    numbers = [lodge_in(world, ALICE), lodge_in(world, BORA)]
    deadline = seen(world, numbers[0]).deadline
    world.time = deadline
    assert queries.due(world.state(), "desk", "desk", deadline) == []
    late = queries.due(world.state(), DESK.party, "desk", deadline + 1)
    assert sorted(one.number for one in late) == sorted(numbers)
    world.advance(3 * DAY)
    world.accept(take(numbers[0]), by=DESK)
    world.accept(decide(numbers[0]), by=SECOND)
    assert [one.number for one in queries.due(world.state(), "desk", "desk", world.time)] == [numbers[1]]
    world.check()


def test_appeals_outlive_the_programme_itself():
    world = appeals_world()
    world.accept(terms(until=CLOSES + 30 * DAY), by=quorum("ministry"))
    world.time = CLOSES
    world.accept(Reclaim(by="ministry", programme=COUPON, amount=10_000_000), by=OFFICIAL)
    world.accept(Close(by="ministry", programme=COUPON), by=quorum("ministry"))
    number = lodge_in(world, matter="recovery")
    world.accept(take(number), by=DESK)
    world.accept(decide(number, "corrected"), by=SECOND)
    world.check()


def test_new_terms_bind_new_appeals_only():
    world = appeals_world()
    before = lodge_in(world)
    world.accept(terms(days=3, until=UNTIL, offices=["ministry"]), by=quorum("ministry"))
    world.refuse("appeals.not_office", lodge(matter="region"), by=ALICE)
    after = lodge_in(world, matter="region", office="ministry")
    assert seen(world, before).deadline == deadline_of(OPENS, DAYS)
    assert seen(world, after, "ministry").deadline == deadline_of(OPENS, 3)
    world.accept(take(before), by=DESK)
    world.accept(decide(before), by=SECOND)
    assert queries.terms(world.state(), COUPON) == queries.TermsView(3, UNTIL, ["ministry"])
    world.check()


@pytest.mark.parametrize(
    ("lodged_at", "days", "ends"),
    [
        (1_753_056_000, 14, 1_754_319_599),  # 2025-07-21 09:00 in Seoul; the end of 2025-08-04 there
        (1_753_023_600, 1, 1_753_196_399),  # the first second of 2025-07-21; the end of 2025-07-22
        (1_753_023_599, 1, 1_753_109_999),  # the last second of 2025-07-20; the end of 2025-07-21
    ],
)
def test_days_are_counted_in_seoul_from_the_day_after(lodged_at, days, ends):
    assert deadline_of(lodged_at, days) == ends


def test_an_appeal_has_a_number_that_nobody_can_guess():
    world = appeals_world()
    world.accept(lodge(), by=ALICE)
    first = lodged(world)
    world.accept(lodge(by=BORA.party), by=BORA)
    assert len(first) == 22
    assert first != lodged(world)
