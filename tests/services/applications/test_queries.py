"""Who may read what: applicant and holder their own, desks what they entered, authorities all of a programme."""

import pytest

from madang.base.parties.transactions import DismissOfficer, Suspend
from madang.services.applications import MODULE, queries
from madang.services.applications.state import TABLES
from tests.services.applications.scene import (
    DESK,
    HANDLE,
    OFFICIAL,
    THIRD,
    UNTIL,
    WELFARE,
    applications_world,
    apply_in,
    change,
    decide,
    declined,
    granted,
    seen,
    terms,
)
from tests.services.vouchers.scene import COUPON, OPENS, TILL
from tests.support.cast import ALICE, BORA, CHUL, INSTITUTIONS, officer, officers, quorum

EVERYBODY = [ALICE.party, BORA.party, CHUL.party, "bakery", "grocer", TILL.party, HANDLE, "nobody", *INSTITUTIONS]
EVERYBODY += [one.party for name in INSTITUTIONS for one in officers(name)]
OF_THE_DESK = {"desk", *(one.party for one in officers("desk"))}
DECIDING = {name for one in ("ministry", "welfare") for name in (one, *(each.party for each in officers(one)))}


def numbers(found):
    return [one.number for one in found]


def test_an_application_and_its_steps_are_shown_to_those_whom_it_concerns_alone():
    world = applications_world()
    cases = [
        (apply_in(world, 1), {ALICE.party}),
        (apply_in(world, 2, holder=CHUL.party), {ALICE.party, CHUL.party}),
        (apply_in(world, 3, by=DESK, for_party=CHUL.party), {CHUL.party} | OF_THE_DESK),
        (apply_in(world, 4, by=DESK, for_party=HANDLE, holder=BORA.party), {BORA.party} | OF_THE_DESK),
        (apply_in(world, 5, by=DESK, for_party=HANDLE), OF_THE_DESK),
    ]
    state = world.state()
    for number, allowed in cases:
        assert {one for one in EVERYBODY if queries.application(state, one, number) is not None} == allowed | DECIDING
        assert {one for one in EVERYBODY if queries.steps(state, one, number)} == allowed | DECIDING
    assert queries.application(state, ALICE.party, "A" * 22) is None


def test_who_is_no_longer_the_holder_reads_nothing_and_a_desk_that_changed_it_does():
    world = applications_world()
    number = apply_in(world, 1, holder=CHUL.party)
    world.accept(change(number, holder=BORA.party, correction="mistake"), by=ALICE)
    world.accept(decide(number), by=OFFICIAL)
    world.accept(change(number, 1, 2, by=DESK.party), by=DESK)
    state = world.state()
    found = {one for one in EVERYBODY if queries.application(state, one, number) is not None}
    assert found == {ALICE.party, BORA.party} | OF_THE_DESK | DECIDING
    assert queries.own_applications(state, CHUL.party) == []
    assert numbers(queries.own_applications(state, BORA.party)) == [number]
    assert numbers(queries.desk_applications(state, DESK.party, "desk")) == [number]


def test_own_applications_are_the_applicants_and_the_holders_paged_oldest_first():
    world = applications_world()
    made = []
    for subject in (1, 2, 3):
        made.append(apply_in(world, subject))
        world.advance(1)
    made.append(apply_in(world, 4, by=DESK, for_party=HANDLE, holder=ALICE.party))
    apply_in(world, 5, by=DESK, for_party=HANDLE)
    world.accept(granted(made[0]), by=OFFICIAL)
    state = world.state()
    assert numbers(queries.own_applications(state, ALICE.party)) == made
    assert numbers(queries.own_applications(state, ALICE.party, limit=2)) == made[:2]
    assert numbers(queries.own_applications(state, ALICE.party, made[1], 1)) == made[2:3]
    assert queries.own_applications(state, ALICE.party, made[-1]) == []
    assert [one for one in EVERYBODY if queries.own_applications(state, one)] == [ALICE.party]


def test_a_desks_list_is_its_officers():
    world = applications_world()
    apply_in(world, 1)
    made = [apply_in(world, 2, by=DESK, for_party=HANDLE)]
    world.advance(1)
    made.append(apply_in(world, 3, by=THIRD, for_party=CHUL.party))
    state = world.state()
    assert {one for one in EVERYBODY if queries.desk_applications(state, one, "desk")} == OF_THE_DESK
    assert numbers(queries.desk_applications(state, "desk", "desk")) == made
    assert numbers(queries.desk_applications(state, "desk", "desk", made[0])) == made[1:]
    # A person is no desk, though the same index holds both.
    assert queries.desk_applications(state, ALICE.party, ALICE.party) == []


def test_who_decides_lists_a_programme_by_status_in_pages_that_stay_whole_while_statuses_change():
    world = applications_world()
    made = []
    for subject in range(5):
        made.append(apply_in(world, subject, by=(ALICE, BORA, CHUL)[subject % 3]))
        world.advance(1)
    world.accept(decide(made[3]), by=OFFICIAL)
    state = world.state()
    waiting = [made[0], made[1], made[2], made[4]]
    assert numbers(queries.of_programme(state, OFFICIAL.party, COUPON)) == waiting
    assert numbers(queries.of_programme(state, "welfare", COUPON, "to_desk")) == [made[3]]
    first = numbers(queries.of_programme(state, "welfare", COUPON, limit=2))
    assert first == made[:2]
    world.accept(declined(made[1]), by=OFFICIAL)
    state = world.state()
    assert numbers(queries.of_programme(state, "welfare", COUPON, "entered", first[-1])) == [made[2], made[4]]
    assert numbers(queries.of_programme(state, "welfare", COUPON, "declined")) == [made[1]]
    for status in ("entered", "to_desk", "declined"):
        assert {one for one in EVERYBODY if queries.of_programme(state, one, COUPON, status)} == DECIDING
    assert queries.of_programme(state, "ministry", "another") == []


def test_what_is_due_is_shown_to_who_decides_most_urgent_first():
    world = applications_world()
    first = apply_in(world, 1)
    world.advance(86_400)
    second = apply_in(world, 2, by=BORA)
    state, ever = world.state(), 2**40
    assert numbers(queries.due(state, WELFARE.party, COUPON, ever)) == [first, second]
    assert numbers(queries.due(state, "ministry", COUPON, ever, 1)) == [first]
    assert numbers(queries.due(state, "ministry", COUPON, seen(world, second).deadline)) == [first]
    assert {one for one in EVERYBODY if queries.due(state, one, COUPON, ever)} == DECIDING


def test_who_left_is_suspended_or_is_named_no_longer_is_shown_nothing():
    world = applications_world()
    number = apply_in(world, 1)
    assert seen(world, number, WELFARE.party).number == number
    world.accept(DismissOfficer(by="welfare", officer=WELFARE.party), by=quorum("welfare"))
    assert queries.application(world.state(), WELFARE.party, number) is None
    world.accept(terms(authorities=[]), by=quorum("ministry"))
    assert queries.of_programme(world.state(), "welfare", COUPON) == []
    world.accept(Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    assert queries.application(world.state(), ALICE.party, number) is None
    assert queries.own_applications(world.state(), ALICE.party) == []


def test_the_public_reads_terms_and_nothing_of_an_application():
    world = applications_world()
    apply_in(world, 1)
    assert queries.terms(world.state(), COUPON) == queries.TermsView(OPENS, UNTIL, 7, False, ["welfare"])
    assert queries.terms(world.state(), "nothing") is None
    open_to_all = [one for one in MODULE.queries if "reader" not in one.__annotations__]
    assert open_to_all == [queries.terms]
    assert {table.name for table in TABLES if table.public} == {"applications.terms", "applications.authority"}


@pytest.mark.parametrize("query", [one for one in MODULE.queries if one is not queries.terms])
def test_every_other_query_asks_who_reads(query):
    assert "reader" in query.__annotations__
