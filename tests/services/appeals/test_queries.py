"""Who may read what of appeals: the appellant its own, the office's officers all of theirs, nobody anything else."""

import pytest

from madang.base.parties.transactions import DismissOfficer
from madang.kernel.state import State
from madang.services.appeals import MODULE, queries
from madang.services.appeals.state import TABLES
from tests.services.appeals.scene import (
    DESK,
    HANDLE,
    SECOND,
    THIRD,
    UNTIL,
    appeals_world,
    lodge_in,
    seen,
    take,
)
from tests.services.vouchers.scene import COUPON, OPENS, TILL
from tests.support.cast import ALICE, BORA, CHUL, INSTITUTIONS, officers, quorum
from tests.support.world import DictStore

EVERYBODY = [ALICE.party, BORA.party, CHUL.party, "bakery", "grocer", TILL.party, HANDLE, "nobody", *INSTITUTIONS]
EVERYBODY += [one.party for name in INSTITUTIONS for one in officers(name)]
OF_THE_DESK = {"desk", *(one.party for one in officers("desk"))}
OF_THE_MINISTRY = {"ministry", *(one.party for one in officers("ministry"))}


def test_an_appeal_and_its_steps_are_shown_to_its_appellant_and_its_office_alone():
    world = appeals_world()
    cases = [
        (lodge_in(world, ALICE), {ALICE.party} | OF_THE_DESK),
        (lodge_in(world, BORA, office="ministry"), {BORA.party} | OF_THE_MINISTRY),
        (lodge_in(world, DESK, for_party=CHUL.party, office="ministry"), {CHUL.party} | OF_THE_MINISTRY),
        (lodge_in(world, DESK, for_party=HANDLE, office="ministry"), OF_THE_MINISTRY),
    ]
    state = world.state()
    for number, allowed in cases:
        assert {one for one in EVERYBODY if queries.appeal(state, one, number) is not None} == allowed
        assert {one for one in EVERYBODY if queries.steps(state, one, number)} == allowed
    assert queries.appeal(state, ALICE.party, "A" * 22) is None


def test_own_appeals_are_those_in_ones_own_name_paged_by_second():
    world = appeals_world()
    numbers = []
    for matter in ("amount", "region", "freeze"):
        numbers.append(lodge_in(world, ALICE, matter=matter))
        world.advance(1)
    lodge_in(world, DESK, for_party=HANDLE)
    state = world.state()
    assert [one.number for one in queries.own_appeals(state, ALICE.party)] == numbers
    assert [one.number for one in queries.own_appeals(state, ALICE.party, OPENS + 1)] == numbers[1:]
    assert [one.number for one in queries.own_appeals(state, ALICE.party, OPENS, 1)] == numbers[:1]
    assert [one for one in EVERYBODY if queries.own_appeals(state, one)] == [ALICE.party]


def test_what_is_due_is_shown_to_the_office_most_urgent_first():
    world = appeals_world()
    first = lodge_in(world, ALICE)
    world.advance(86_400)
    second = lodge_in(world, BORA)
    third = lodge_in(world, CHUL, office="ministry")
    world.accept(take(second), by=DESK)
    state, ever = world.state(), 2**40
    assert [one.number for one in queries.due(state, SECOND.party, "desk", ever)] == [first, second]
    assert [one.number for one in queries.due(state, SECOND.party, "desk", ever, 1)] == [first]
    assert [one.number for one in queries.due(state, "ministry", "ministry", ever)] == [third]
    assert {one for one in EVERYBODY if queries.due(state, one, "desk", ever)} == OF_THE_DESK


class Counting(DictStore):
    """A store that counts what a scan was handed."""

    handed = 0

    def scan(self, start, stop):
        for pair in super().scan(start, stop):
            self.handed += 1
            yield pair


def test_whoever_asks_what_is_due_costs_no_look_at_what_is_not():
    world = appeals_world()
    for appellant in (ALICE, BORA, CHUL):
        lodge_in(world, appellant)
        world.advance(86_400)
    store = Counting()
    store.write(world.store.dump())
    assert queries.due(State(store), SECOND.party, "desk", world.time) == []
    assert store.handed == 1


def test_an_officer_who_left_is_shown_nothing():
    world = appeals_world()
    number = lodge_in(world)
    assert seen(world, number, THIRD.party).number == number
    world.accept(DismissOfficer(by="desk", officer=THIRD.party), by=quorum("desk"))
    assert queries.appeal(world.state(), THIRD.party, number) is None
    assert queries.due(world.state(), THIRD.party, "desk", 2**40) == []


def test_the_public_reads_terms_and_nothing_of_an_appeal():
    world = appeals_world()
    lodge_in(world)
    assert queries.terms(world.state(), COUPON) == queries.TermsView(14, UNTIL, ["desk", "ministry"])
    assert queries.terms(world.state(), "nothing") is None
    open_to_all = [one for one in MODULE.queries if "reader" not in one.__annotations__]
    assert open_to_all == [queries.terms]
    assert {table.name for table in TABLES if table.public} == {"appeals.terms", "appeals.office"}


@pytest.mark.parametrize("query", [one for one in MODULE.queries if one is not queries.terms])
def test_every_other_query_asks_who_reads(query):
    assert "reader" in query.__annotations__
