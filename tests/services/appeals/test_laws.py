"""Laws of appeals over random lives, and that planted contradictions are found."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.kernel.module import InvariantBroken
from madang.kernel.state import State
from madang.services.appeals.state import (
    APPEALS,
    INVARIANTS,
    OPEN_APPEALS,
    OWN,
    STEPS,
    WAITING,
    Named,
    Step,
    Waiting,
)
from tests.services.appeals.scene import (
    DESK,
    SECOND,
    THIRD,
    appeals_world,
    decide,
    digest,
    lodge,
    lodge_in,
    lodged,
    supplement,
    take,
    withdraw,
)
from tests.support.cast import ALICE, BORA

PEOPLE = [ALICE, BORA]
OFFICERS = [DESK, SECOND, THIRD]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2)), max_size=40))
def test_whatever_is_asked_nobody_decides_what_he_had_and_one_appeal_is_open(moves):
    world = appeals_world()
    numbers: list[str] = []
    for what, which, who in moves:
        officer, person = OFFICERS[who], PEOPLE[which % 2]
        number = numbers[which % len(numbers)] if numbers else "A" * 22
        act: Any
        if what == 0:
            act, by = lodge(by=person.party, matter=("amount", "freeze")[who % 2]), person
        elif what == 1:
            act, by = lodge(by=officer.party, for_party=person.party), officer
        elif what == 2:
            act, by = take(number, by=officer.party), officer
        elif what == 3:
            act, by = decide(number, by=officer.party), officer
        elif what == 4:
            act, by = supplement(number, digest(which + 50), by=person.party), person
        else:
            act, by = withdraw(number, by=person.party), person
        if world.submit(act, by=by).outcome == "accepted" and what < 2:
            numbers.append(lodged(world))
        world.check()
    state = world.state()
    for (_,), appeal in state.scan(APPEALS):
        assert appeal.decided_by not in (appeal.lodged_by, *appeal.handlers)


def _decided() -> tuple[Any, str]:
    world = appeals_world()
    number = lodge_in(world)
    world.accept(take(number), by=DESK)
    world.accept(decide(number), by=SECOND)
    return world, number


def _forge(state: State, number: str, **values: object) -> None:
    appeal = state.get(APPEALS, number)
    state.put(APPEALS, msgspec.structs.replace(appeal, **values), number)


def handler_decides(state: State, number: str) -> None:
    _forge(state, number, decided_by=DESK.party)


def appellant_decides(state: State, number: str) -> None:
    _forge(state, number, decided_by=ALICE.party)


def no_reason(state: State, number: str) -> None:
    _forge(state, number, reason="")


def granted_without_reference(state: State, number: str) -> None:
    _forge(state, number, outcome="granted")


def open_again(state: State, number: str) -> None:
    _forge(state, number, status="taken")


def not_among_own(state: State, number: str) -> None:
    state.delete(OWN, ALICE.party, state.get(APPEALS, number).lodged_at, number)


def still_open_in_the_index(state: State, number: str) -> None:
    state.put(OPEN_APPEALS, Named(number), "consumption-coupon-2025", ALICE.party, "amount")


def still_waiting(state: State, number: str) -> None:
    state.put(WAITING, Waiting("consumption-coupon-2025"), "desk", 1, number)


def a_step_is_missing(state: State, number: str) -> None:
    state.delete(STEPS, number, 2)


def a_step_was_added(state: State, number: str) -> None:
    state.put(STEPS, Step("withdrawn", ALICE.party, 1), number, 3)


PLANTED = [
    handler_decides,
    appellant_decides,
    no_reason,
    granted_without_reference,
    open_again,
    not_among_own,
    still_open_in_the_index,
    still_waiting,
    a_step_is_missing,
    a_step_was_added,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda one: one.__name__)
def test_a_planted_contradiction_is_found(plant):
    world, number = _decided()
    state = world.state()
    for law in INVARIANTS:
        law(state)
    plant(state, number)
    with pytest.raises(InvariantBroken):
        for law in INVARIANTS:
            law(state)
