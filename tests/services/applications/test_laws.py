"""Laws of applications over random lives, and that planted contradictions are found."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.kernel.module import InvariantBroken
from madang.kernel.state import State
from madang.services.applications.state import (
    APPLICATIONS,
    CONCERNED,
    INVARIANTS,
    LISTED,
    OPEN,
    OPEN_OF,
    OPEN_ONES,
    REFERENCES,
    STEPS,
    WAITING,
    Named,
    Opened,
    Step,
    place_of,
)
from tests.services.applications.scene import (
    DESK,
    HANDLE,
    OFFICIAL,
    SECOND,
    THIRD,
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
    withdraw,
)
from tests.services.vouchers.scene import COUPON
from tests.support.cast import ALICE, BORA

PEOPLE = [ALICE, BORA]
DESKS = [DESK, SECOND, THIRD]
DECIDING = [OFFICIAL, WELFARE]
MOVES = st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(0, 5), st.integers(0, 2))


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(st.lists(MOVES, max_size=40))
def test_whatever_is_asked_no_subject_is_asked_for_twice_and_nobody_is_declined_on_the_way_to_a_desk(moves):
    world = applications_world()
    made: list[str] = []
    for what, which, subject, who in moves:
        person, desk, official = PEOPLE[who % 2], DESKS[who], DECIDING[who % 2]
        number = made[which % len(made)] if made else HANDLE
        act: Any
        if what == 0:
            act, by = apply(person.party, subject, subject + 1, instalment=1 + which % 2), person
        elif what == 1:
            act, by = apply(desk.party, subject, for_party=(HANDLE, person.party)[which % 2]), desk
        elif what == 2:
            changer = (person, desk)[which % 2]
            act, by = change(number, subject, subject + 1, by=changer.party), changer
        elif what == 3:
            act, by = decide(number, by=official.party), official
        elif what == 4:
            act, by = granted(number, f"ref-{which}", by=official.party), official
        elif what == 5:
            act, by = declined(number, by=official.party), official
        else:
            act, by = withdraw(number, by=person.party), person
        before = {parts[0]: one for parts, one in world.state().scan(APPLICATIONS)}
        accepted = world.submit(act, by=by).outcome == "accepted"
        if accepted and what < 2:
            made.append(applied(world))
        world.check()
        _nothing_but_what_was_asked(world.state(), before, number, what, accepted)


def _nothing_but_what_was_asked(state: State, before: Any, number: str, what: int, accepted: bool) -> None:
    """Only the application that was named changed; closed ones never; what waits for a desk was not declined."""
    after = {parts[0]: one for parts, one in state.scan(APPLICATIONS)}
    changed = [one for one in before if before[one] != after[one]]
    assert changed == ([number] if accepted and what >= 2 else [])
    assert all(before[one].status in OPEN for one in changed)
    if accepted and what == 5:
        assert before[number].status == "entered"
    asked = [
        (one.programme, one.instalment, subject)
        for one in after.values()
        if one.status in OPEN
        for subject in one.subjects
    ]
    assert len(asked) == len(set(asked))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.sets(st.integers(0, 6), min_size=1, max_size=4)), max_size=12))
def test_in_one_block_exactly_those_are_taken_that_share_no_subject_with_one_before(asked):
    world = applications_world()
    signed = [world.sign(apply(PEOPLE[who].party, *sorted(named)), by=PEOPLE[who]) for who, named in asked]
    taken: set[int] = set()
    expected = []
    for _, named in asked:
        expected.append("" if not taken & named else "applications.open_already")
        taken |= set() if taken & named else named
    assert [one.code for one in world.send(*signed)] == expected
    world.check()


# ----------------------------------------------------------------------------------------------------- planted


def _scene() -> tuple[Any, str, str]:
    """One that was granted after a desk changed it, and one that is open."""
    world = applications_world()
    number = apply_in(world, 1, 2)
    world.accept(decide(number, by=WELFARE.party), by=WELFARE)
    world.accept(change(number, 1, 2, 3, by=DESK.party), by=DESK)
    world.accept(granted(number), by=OFFICIAL)
    return world, number, apply_in(world, 3, 4, by=BORA)


def _forge(state: State, number: str, **values: object) -> None:
    found = state.get(APPLICATIONS, number)
    state.put(APPLICATIONS, msgspec.structs.replace(found, **values), number)


def entered_it_decides(state: State, number: str, _other: str) -> None:
    _forge(state, number, decided_by=DESK.party)


def other_hands(state: State, number: str, _other: str) -> None:
    _forge(state, number, hands=(ALICE.party,))


def declined_from_a_desk(state: State, number: str, _other: str) -> None:
    _forge(state, number, status="declined", reference="", declined="not_resident")
    state.put(STEPS, Step("declined", OFFICIAL.party, 1, ""), number, 2)
    state.delete(STEPS, number, 3)


def granted_without_reference(state: State, number: str, _other: str) -> None:
    state.delete(REFERENCES, COUPON, "ref-1")
    _forge(state, number, reference="")


def decided_by_nobody(state: State, number: str, _other: str) -> None:
    _forge(state, number, decided_by="")


def decided_for_no_authority(state: State, number: str, _other: str) -> None:
    _forge(state, number, authority="")


def declined_and_granted(state: State, number: str, _other: str) -> None:
    _forge(state, number, declined="not_entitled")


def two_are_open_for_one_subject(state: State, _number: str, other: str) -> None:
    found = state.get(APPLICATIONS, other)
    state.put(APPLICATIONS, msgspec.structs.replace(found, applicant=ALICE.party), "C" * 22)


def a_subject_is_not_locked(state: State, _number: str, _other: str) -> None:
    state.delete(OPEN_ONES, COUPON, 1, digest(4))


def a_subject_is_still_locked(state: State, number: str, _other: str) -> None:
    state.put(OPEN_ONES, Named(number), COUPON, 1, digest(1))


def still_waiting(state: State, number: str, _other: str) -> None:
    state.put(WAITING, Named(number), COUPON, 1, number)


def still_counted_as_open(state: State, number: str, _other: str) -> None:
    state.put(OPEN_OF, Opened(1), state.get(APPLICATIONS, number).applicant)


def not_listed(state: State, number: str, _other: str) -> None:
    state.delete(LISTED, COUPON, "granted", place_of(state.get(APPLICATIONS, number), number))


def a_stranger_is_concerned(state: State, number: str, _other: str) -> None:
    state.put(CONCERNED, Named(number), BORA.party, place_of(state.get(APPLICATIONS, number), number))


def an_index_leads_elsewhere(state: State, number: str, other: str) -> None:
    state.put(REFERENCES, Named(other), COUPON, "ref-1")


def too_many_changes(state: State, number: str, _other: str) -> None:
    _forge(state, number, changes=17)


def birth_after_nothing(state: State, number: str, _other: str) -> None:
    _forge(state, number, ground="birth")


def a_step_is_missing(state: State, number: str, _other: str) -> None:
    state.delete(STEPS, number, 3)


def a_step_was_added(state: State, _number: str, other: str) -> None:
    state.put(STEPS, Step("withdrawn", BORA.party, 1, ""), other, 1)


def a_place_is_left_out(state: State, _number: str, other: str) -> None:
    state.put(STEPS, Step("changed", BORA.party, 1, "birth"), other, 2)


PLANTED = [
    (entered_it_decides, "decided by somebody who entered"),
    (other_hands, "not in the hands"),
    (declined_from_a_desk, "while it waited for the person at a desk"),
    (granted_without_reference, "its end is"),
    (decided_by_nobody, "decided by ''"),
    (decided_for_no_authority, "is granted, decided by"),
    (declined_and_granted, "its end is"),
    (two_are_open_for_one_subject, "applications.open is not"),
    (a_subject_is_not_locked, "applications.open is not"),
    (a_subject_is_still_locked, "applications.open is not"),
    (still_waiting, "applications.waiting is not"),
    (still_counted_as_open, "not counted as they are"),
    (not_listed, "applications.listed is not"),
    (a_stranger_is_concerned, "applications.concerned is not"),
    (an_index_leads_elsewhere, "applications.reference is not"),
    (too_many_changes, "out of bounds"),
    (birth_after_nothing, "out of bounds"),
    (a_step_is_missing, "do not end where"),
    (a_step_was_added, "do not end where"),
    (a_place_is_left_out, "step 2 of"),
]


def broken(state: State) -> str:
    """What all laws say of a state."""
    found = []
    for law in INVARIANTS:
        try:
            law(state)
        except InvariantBroken as error:
            found.append(str(error))
    return "; ".join(found)


@pytest.mark.parametrize(("plant", "words"), PLANTED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_planted_contradiction_is_found(plant, words):
    world, number, other = _scene()
    state = world.state()
    assert broken(state) == ""
    plant(state, number, other)
    assert words in broken(state)


def test_an_applicant_with_too_many_open_ones_is_found():
    world, _, other = _scene()
    state = world.state()
    found = state.get(APPLICATIONS, other)
    for place in range(17):
        state.put(APPLICATIONS, msgspec.structs.replace(found, subjects=(digest(100 + place),)), f"{place:022d}")
    state.put(OPEN_OF, Opened(18), BORA.party)
    assert "more than 16 open applications" in broken(state)
