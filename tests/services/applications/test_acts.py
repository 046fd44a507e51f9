"""Applications through their whole life: what each act leaves, and what follows from a decision."""

import pytest

from madang.base.mandates import queries as mandate_queries
from madang.base.mandates.transactions import Grant as MandateGrant
from madang.base.mandates.transactions import Register as MandateRegister
from madang.base.mandates.transactions import Revoke, Scope
from madang.base.programmes.transactions import Close
from madang.services.applications import queries
from madang.services.applications.state import DAY, deadline_of
from madang.services.vouchers.transactions import Reclaim
from tests.services.applications.scene import (
    DAYS,
    DESK,
    HANDLE,
    OFFICIAL,
    OTHER_WELFARE,
    SECOND,
    THIRD,
    UNTIL,
    WELFARE,
    applications_world,
    applied,
    apply,
    apply_in,
    change,
    decide,
    declined,
    digest,
    granted,
    seen,
    terms,
    withdraw,
)
from tests.services.vouchers.scene import CLOSES, COUPON, OPENS
from tests.support.cast import ALICE, BORA, CHUL, quorum


def happened(world, number):
    return [(step.what, step.by) for step in queries.steps(world.state(), "ministry", number)]


def test_a_person_applies_for_a_household_and_an_authority_decides():
    world = applications_world()
    number = apply_in(world, 1, 2, 3)
    found = seen(world, number)
    assert (found.applicant, found.holder, found.channel, found.status) == (ALICE.party, ALICE.party, "own", "entered")
    assert (found.subjects, found.evidence) == ((digest(1), digest(2), digest(3)), (digest(901),))
    assert (found.entered_at, found.deadline) == (OPENS, deadline_of(OPENS, DAYS))
    world.advance(60)
    world.accept(granted(number, by=WELFARE.party), by=WELFARE)
    found = seen(world, number)
    assert (found.status, found.reference, found.authority, found.declined) == ("granted", "ref-1", "welfare", "")
    assert found.closed_at == OPENS + 60
    assert happened(world, number) == [("entered", ALICE.party), ("granted", WELFARE.party)]
    world.check()


def test_one_applies_for_each_instalment_and_again_after_a_decision():
    world = applications_world()
    first = apply_in(world, 1, instalment=1)
    apply_in(world, 1, instalment=2)
    world.accept(declined(first, ground="evidence_missing"), by=OFFICIAL)
    assert seen(world, first).declined == "evidence_missing"
    apply_in(world, 1, instalment=1)
    world.check()


def test_the_first_of_two_applications_in_one_block_is_the_only_one():
    world = applications_world()
    mine = world.sign(apply(ALICE.party, 1, 2), by=ALICE)
    others = world.sign(apply(BORA.party, 3, 2), by=BORA)
    at_desk = world.sign(apply(DESK.party, 3, for_party=HANDLE), by=DESK)
    results = world.send(mine, others, at_desk)
    assert [(one.outcome, one.code) for one in results] == [
        ("accepted", ""),
        ("rejected", "applications.open_already"),
        ("accepted", ""),
    ]
    world.check()


def test_of_two_decisions_in_one_block_the_first_stands():
    world = applications_world()
    number = apply_in(world)
    yes = world.sign(granted(number, by=WELFARE.party), by=WELFARE)
    no = world.sign(declined(number), by=OFFICIAL)
    back = world.sign(withdraw(number), by=ALICE)
    assert [one.code for one in world.send(yes, no, back)] == ["", "applications.closed", "applications.closed"]
    assert seen(world, number).status == "granted"
    world.check()


def test_a_change_and_an_application_for_the_same_child_in_one_block():
    world = applications_world()
    number = apply_in(world, 1)
    changed = world.sign(change(number, 1, 7), by=ALICE)
    other = world.sign(apply(BORA.party, 7), by=BORA)
    assert [one.code for one in world.send(changed, other)] == ["", "applications.open_already"]
    world.accept(change(number, 1), by=ALICE)
    apply_in(world, 7, by=BORA)
    world.refuse("applications.open_already", change(number, 1, 7), by=ALICE)
    world.check()


def test_a_desk_applies_for_somebody_without_a_key_and_any_of_its_officers_goes_on():
    world = applications_world()
    number = apply_in(world, 1, 2, by=DESK, for_party=HANDLE)
    found = seen(world, number)
    assert (found.channel, found.applicant, found.holder) == ("desk", HANDLE, "")
    world.accept(change(number, by=SECOND.party, holder=BORA.party, correction="mistake"), by=SECOND)
    assert seen(world, number).holder == BORA.party
    assert happened(world, number) == [("entered", DESK.party), ("changed", SECOND.party)]
    world.accept(withdraw(number, by=THIRD.party), by=THIRD)
    world.check()


def test_a_desk_applies_for_a_person_who_goes_on_with_an_own_key():
    world = applications_world()
    number = apply_in(world, 1, by=DESK, for_party=ALICE.party)
    assert seen(world, number).holder == ALICE.party
    world.accept(change(number, 1, 2), by=ALICE)
    world.accept(withdraw(number), by=ALICE)
    assert seen(world, number).status == "withdrawn"
    world.check()


def test_whom_data_does_not_determine_is_sent_to_any_desk_and_then_decided_anew():
    world = applications_world()
    number = apply_in(world, 1)
    world.advance(3 * DAY)
    world.accept(decide(number), by=OFFICIAL)
    assert (seen(world, number).status, seen(world, number).closed_at) == ("to_desk", 0)
    world.advance(30 * DAY)
    assert queries.due(world.state(), "ministry", COUPON, world.time) == []
    world.refuse("applications.waits_for_desk", declined(number), by=OFFICIAL)
    world.refuse("applications.at_a_desk", change(number, 1, 2), by=ALICE)
    world.accept(change(number, 1, 2, by=DESK.party, evidence=[digest(902)], correction="evidence"), by=DESK)
    found = seen(world, number)
    assert (found.status, found.deadline) == ("entered", deadline_of(world.time, DAYS))
    assert (found.channel, found.evidence) == ("own", (digest(901), digest(902)))
    world.accept(granted(number), by=OFFICIAL)
    world.check()


def test_what_waits_for_a_desk_can_be_granted_when_data_turns_up_or_be_withdrawn():
    world = applications_world()
    mine, others = apply_in(world, 1), apply_in(world, 2, by=BORA)
    for number in (mine, others):
        world.accept(decide(number, by=WELFARE.party), by=WELFARE)
    world.accept(granted(mine, by=WELFARE.party), by=WELFARE)
    world.accept(withdraw(others, by=BORA.party), by=BORA)
    world.check()


def test_a_delegate_applies_by_mandate_for_the_principal_and_only_as_long_as_that_holds():
    world = applications_world()
    scope = Scope(acts=["applications.apply"], programme=COUPON, until=UNTIL)
    world.accept(MandateGrant(by=ALICE.party, delegate=BORA.party, scope=scope), by=ALICE)
    number = apply_in(world, 1, by=BORA, for_party=ALICE.party)
    assert (seen(world, number).channel, seen(world, number).holder) == ("delegate", ALICE.party)
    world.accept(change(number, 1, 2, by=BORA.party), by=BORA)
    used = [(one.delegate, one.act) for one in mandate_queries.uses(world.state(), ALICE.party)]
    assert used == [(BORA.party, "applications.apply")] * 2
    world.accept(Revoke(by=ALICE.party, principal=ALICE.party, delegate=BORA.party, programme=COUPON), by=ALICE)
    world.refuse("mandates.none", change(number, 1, by=BORA.party), by=BORA)
    world.refuse("mandates.none", withdraw(number, by=BORA.party), by=BORA)
    world.accept(withdraw(number), by=ALICE)
    world.check()


def test_an_officer_who_visits_applies_as_a_desk_does():
    world = applications_world()
    scope = Scope(acts=["applications.apply"], until=UNTIL)
    visit = MandateRegister(
        by="desk", principal=ALICE.party, delegate=THIRD.party, ground="official_visit", evidence=digest(5), scope=scope
    )
    world.accept(visit, by=[DESK, SECOND])
    number = apply_in(world, 1, by=THIRD, for_party=ALICE.party)
    assert seen(world, number).channel == "desk"
    world.check()


def test_a_programme_for_desks_only_is_applied_for_and_changed_there_and_withdrawn_anywhere():
    world = applications_world()
    world.accept(terms(desk_only=True), by=quorum("ministry"))
    world.refuse("applications.desk_only", apply(), by=ALICE)
    number = apply_in(world, by=DESK, for_party=ALICE.party)
    world.refuse("applications.desk_only", change(number, 1, 2), by=ALICE)
    world.accept(change(number, 1, 2, by=SECOND.party), by=SECOND)
    world.accept(withdraw(number), by=ALICE)
    world.check()


@pytest.mark.parametrize("ground", ["birth", "split", "moved_in"])
def test_after_a_decision_a_new_application_names_the_earlier_one(ground):
    world = applications_world()
    before = apply_in(world, 1, 2)
    world.refuse("applications.earlier_open", apply(ALICE.party, 3, ground=ground, earlier=before), by=ALICE)
    world.accept(granted(before), by=OFFICIAL)
    number = apply_in(world, 3, ground=ground, earlier=before)
    assert (seen(world, number).ground, seen(world, number).earlier) == (ground, before)
    world.check()


def test_late_decisions_stand_and_are_listed_as_overdue_until_they_are_made():
    world = applications_world()
    numbers = [apply_in(world, 1), apply_in(world, 2, by=BORA)]
    deadline = seen(world, numbers[0]).deadline
    world.time = deadline
    assert queries.due(world.state(), "welfare", COUPON, deadline) == []
    late = queries.due(world.state(), WELFARE.party, COUPON, deadline + 1)
    assert sorted(one.number for one in late) == sorted(numbers)
    world.advance(3 * DAY)
    world.accept(declined(numbers[0], by=OTHER_WELFARE.party), by=OTHER_WELFARE)
    assert [one.number for one in queries.due(world.state(), "ministry", COUPON, world.time)] == [numbers[1]]
    world.check()


def test_what_was_entered_within_the_window_is_changed_decided_and_withdrawn_after_it():
    world = applications_world()
    world.time = UNTIL
    first, second, third = (apply_in(world, one) for one in (1, 2, 3))
    world.advance(1)
    world.refuse("applications.outside_window", apply(BORA.party, 4), by=BORA)
    world.accept(change(first, 1, 11), by=ALICE)
    world.accept(granted(first), by=OFFICIAL)
    world.accept(withdraw(second), by=ALICE)
    world.time = CLOSES
    world.accept(Reclaim(by="ministry", programme=COUPON, amount=10_000_000), by=OFFICIAL)
    world.accept(Close(by="ministry", programme=COUPON), by=quorum("ministry"))
    world.accept(declined(third), by=OFFICIAL)
    world.check()


def test_new_terms_bind_new_applications_and_take_the_place_of_the_authorities():
    world = applications_world()
    before = apply_in(world, 1)
    world.accept(terms(days=3, authorities=[]), by=quorum("ministry"))
    after = apply_in(world, 2)
    assert seen(world, before).deadline == deadline_of(OPENS, DAYS)
    assert seen(world, after).deadline == deadline_of(OPENS, 3)
    world.refuse("applications.not_authority", declined(before, by=WELFARE.party), by=WELFARE)
    assert queries.terms(world.state(), COUPON) == queries.TermsView(OPENS, UNTIL, 3, False, [])
    world.accept(terms(), by=quorum("ministry"))
    world.accept(declined(before, by=WELFARE.party), by=WELFARE)
    world.check()


@pytest.mark.parametrize(
    ("entered_at", "days", "ends"),
    [
        (1_753_056_000, 14, 1_754_319_599),  # 2025-07-21 09:00 in Seoul; the end of 2025-08-04 there
        (1_753_023_600, 1, 1_753_196_399),  # the first second of 2025-07-21; the end of 2025-07-22
        (1_753_023_599, 1, 1_753_109_999),  # the last second of 2025-07-20; the end of 2025-07-21
    ],
)
def test_days_are_counted_in_seoul_from_the_day_after(entered_at, days, ends):
    assert deadline_of(entered_at, days) == ends


def test_an_application_has_a_number_that_nobody_can_guess():
    world = applications_world()
    first, second = apply_in(world, 1), apply_in(world, 2, by=CHUL)
    assert len(first) == 22
    assert first != second == applied(world)
