"""Codes: used once, within their time, programme and limit, and whatever is wrong with one is answered alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.cards import state as tables
from madang.base.cards.ledger import redeem
from madang.base.cards.state import DAY
from madang.base.parties.transactions import Suspend
from madang.kernel.errors import Rejected
from madang.kernel.module import Call
from tests.base.cards.scene import (
    CARD,
    COUPON,
    TAKEN,
    WITH_ALICE,
    bind,
    block,
    cards_world,
    code,
    new_pin,
    present,
    taking,
)
from tests.support.cast import ALICE, BAKERY, BORA, GROCER, officer
from tests.support.signing import compact
from tests.support.world import START


def carded():
    """A world in which Alice has a card that works."""
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    return world


def test_a_code_pays_once_for_whoever_presented_it():
    for presenter in (ALICE, CARD):
        world = carded()
        world.accept(present(world, presenter.kid), by=presenter)
        world.accept(taking(9_999), by=BAKERY)
        assert TAKEN[-1] == ALICE.party
        world.refuse("cards.code", taking(1), by=BAKERY)
        world.refuse("cards.code", taking(1, by="grocer"), by=GROCER)
        assert list(world.state().scan(tables.CODES)) == list(world.state().scan(tables.PRESENTATIONS)) == []
        world.check()


def bad_codes():
    """What can be wrong with a code, as (what happens, what is taken)."""
    world = carded()
    yield world, taking(seed="never shown")
    world = carded()
    world.accept(present(world), by=ALICE)
    world.accept(taking(), by=BAKERY)
    yield world, taking()
    world = carded()
    world.accept(present(world), by=ALICE)
    yield world, taking(10_001)
    yield world.fork(), taking(programme="another")
    world = carded()
    world.accept(present(world), by=ALICE)
    world.advance(181)
    yield world, taking()
    world = carded()
    world.accept(present(world), present(world, seed="second"), by=ALICE)
    yield world, taking()
    for stop in ((block(), officer("desk")), (new_pin(), WITH_ALICE)):
        world = carded()
        world.accept(present(world, CARD.kid), by=CARD)
        world.accept(stop[0], by=stop[1])
        yield world, taking()
    for presenter in (ALICE, CARD):
        world = carded()
        world.accept(present(world, presenter.kid), by=presenter)
        world.accept(Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
        yield world, taking()


def test_whatever_is_wrong_with_a_code_the_answer_is_the_same():
    answers = set()
    for world, act in bad_codes():
        result = world.refuse("cards.code", act, by=BAKERY)
        answers.add((result.outcome, result.code, result.reason, result.message))
        world.check()
    assert len(answers) == 1


def test_a_code_is_good_to_its_last_second_and_won():
    world = cards_world()
    world.accept(present(world, seconds=180), by=ALICE)
    world.advance(180)
    world.accept(taking(10_000), by=BAKERY)


def test_of_two_shops_in_one_block_the_first_is_paid():
    world = cards_world()
    world.accept(present(world), by=ALICE)
    both = world.send(world.sign(taking(), by=BAKERY), world.sign(taking(by="grocer"), by=GROCER))
    assert [one.code for one in both] == ["", "cards.code"]


def test_a_code_stays_good_when_the_transaction_that_used_it_is_refused():
    world = cards_world()
    world.accept(present(world), by=ALICE)
    world.refuse("cards.code", taking(4_000), taking(4_000), by=BAKERY)
    world.accept(taking(4_000), by=BAKERY)


def test_nobody_else_shows_the_code_of_another_that_waits():
    world = cards_world()
    world.accept(present(world), by=ALICE)
    world.refuse("cards.code_taken", present(world, BORA.party), by=BORA)
    world.accept(present(world, limit=5_000), by=ALICE)
    world.refuse("cards.code", taking(5_001), by=BAKERY)
    world.check()


def test_a_signature_is_sent_twice_and_pays_once():
    world = cards_world()
    world.accept(present(world), by=ALICE)
    signed = compact(world.payload(taking()), BAKERY)
    first, again = world.send(signed)[0], world.send(signed)[0]
    assert (first.outcome, again.outcome, again.repeated) == ("accepted", "accepted", True)
    assert len(TAKEN) == 1


def test_a_card_pays_within_its_day_which_begins_at_midnight_in_korea():
    world = carded()
    assert (START + 9 * 3_600) % DAY == 9 * 3_600
    for _ in range(2):
        world.accept(present(world, CARD.kid), by=CARD)
        world.accept(taking(), by=BAKERY)
    world.refuse("cards.per_day", present(world, CARD.kid, limit=5_001), by=CARD)
    world.accept(present(world, CARD.kid, limit=5_000), by=CARD)
    world.advance(15 * 3_600 - 1)
    world.refuse("cards.per_day", present(world, CARD.kid, limit=5_001), by=CARD)
    world.advance(1)
    world.accept(present(world, CARD.kid, limit=10_000), by=CARD)
    world.accept(present(world, seed="phone", limit=400_000), by=ALICE)
    world.check()


def test_less_than_a_won_is_a_defect_of_the_service():
    call = Call(cards_world().state(), START, 1, b"seed", frozenset(), lambda *_: None)
    with pytest.raises(ValueError, match="less than a won"):
        redeem(call, code(), COUPON, 0)


def test_a_code_is_found_by_the_whole_of_it_only():
    world = cards_world()
    world.accept(present(world), by=ALICE)
    call = Call(world.state(), START, 9, b"seed", frozenset(), lambda *_: None)
    for other in (code()[:-1] + "A", code().lower(), "", code() + "A"):
        if other != code():
            with pytest.raises(Rejected, match=r"cards\.code"):
                redeem(call, other, COUPON, 1)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["card", "phone"]), st.integers(1, 12_000)),
        st.tuples(st.just("take"), st.integers(1, 12_000)),
        st.tuples(st.just("wait"), st.sampled_from([1, 180, 181, 30_000])),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(STEPS)
def test_whatever_is_shown_and_taken_a_card_keeps_its_limits_and_a_code_pays_once(steps):
    world = carded()
    paid: dict[int, int] = {}
    shown, source = "", ""
    for number, (what, value) in enumerate(steps):
        if what == "wait":
            world.advance(value)
        elif what == "take":
            if shown and world.submit(taking(value, shown), by=BAKERY).outcome == "accepted":
                day = (world.time + 9 * 3_600) // DAY
                if source == "card":
                    assert value <= 10_000
                    paid[day] = paid.get(day, 0) + value
                    assert paid[day] <= 25_000
                world.refuse("cards.code", taking(1, shown), by=BAKERY)
        else:
            presenter = CARD if what == "card" else ALICE
            made = present(world, presenter.kid, f"{number}", value)
            if world.submit(made, by=presenter).outcome == "accepted":
                shown, source = f"{number}", what
    world.check()
