"""What happens when two people want the same at once: the first in a block wins, and the laws hold."""

from itertools import permutations

from tests.base.cards.scene import (
    CARD,
    DESK,
    FIRST,
    SECOND,
    SPARE,
    WITH_ALICE,
    bind,
    block,
    cards_world,
    new_pin,
    present,
    taking,
)
from tests.support.cast import ALICE, BAKERY, BORA, GROCER
from tests.support.signing import Wallet
from tests.support.world import World


def together(world: World, *acts: tuple[object, Wallet | list[Wallet]]) -> list[str]:
    """Execute acts in one block; how each ended ('' is accepted)."""
    results = world.send(*[world.sign(act, by=by) for act, by in acts])  # type: ignore[arg-type]
    world.check()
    return [one.code for one in results]


def test_one_blank_card_is_given_out_once():
    world = cards_world()
    both = together(world, (bind(), WITH_ALICE), (bind(holder=BORA.party), [SECOND, BORA]))
    assert both == ["", "cards.not_blank"]


def test_of_two_cards_for_one_person_the_later_is_in_use():
    world = cards_world()
    assert together(world, (bind(), WITH_ALICE), (bind(SPARE), WITH_ALICE)) == ["", ""]
    world.refuse("cards.not_presenter", present(world, CARD.kid), by=CARD)
    world.accept(present(world, SPARE.kid), by=SPARE)


def test_in_whatever_order_a_card_is_blocked_shown_and_used_nothing_is_used_after_the_block():
    for order in permutations(range(4)):
        world = cards_world()
        world.accept(bind(), by=WITH_ALICE)
        acts = [
            (present(world, CARD.kid), CARD),
            (taking(), BAKERY),
            (taking(by="grocer"), GROCER),
            (block(), FIRST),
        ]
        ended = dict(zip(order, together(world, *[acts[place] for place in order]), strict=True))
        paid = [place for place in (1, 2) if not ended[place]]
        assert len(paid) <= 1
        assert all(order.index(0) < order.index(place) < order.index(3) for place in paid)
        assert not ended[3]


def test_two_devices_of_one_person_leave_one_code():
    world = cards_world()
    ended = together(
        world,
        (present(world, seed="first"), ALICE),
        (present(world, seed="second"), ALICE),
        (taking(seed="first"), BAKERY),
        (taking(seed="second"), BAKERY),
    )
    assert ended == ["", "", "cards.code", ""]


def test_of_two_desks_that_allow_a_new_pin_each_is_counted():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    assert together(world, (new_pin(), DESK), (new_pin(), WITH_ALICE)) == ["", ""]
    world.refuse("cards.not_yet", present(world, CARD.kid), by=CARD)
