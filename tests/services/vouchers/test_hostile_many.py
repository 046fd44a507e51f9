"""Old vouchers, however many, hide none that can be spent."""

from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Expire
from tests.services.vouchers.everything import DAY, FULL, MIDDLE, OPENS, grant, row, view, world_of
from tests.services.vouchers.test_paying import collecting, shown
from tests.support.cast import ALICE, BAKERY, CHUL
from tests.support.world import World


def with_many_old() -> tuple[World, list[str]]:
    """Three vouchers of 1,000 won that can be spent, and 300 that lapsed."""
    world = world_of(carry="none")
    live = grant(world, *(row(f"live-{place}", amount=1_000, until=MIDDLE + place) for place in range(3)))
    old = grant(world, *(row(f"old-{place}", amount=1, until=OPENS + DAY) for place in range(300)))
    world.advance(DAY)
    world.accept(Expire(by=CHUL.party, programme=FULL, vouchers=old[:150]), by=CHUL)
    return world, live


def test_a_code_finds_the_vouchers_that_pay():
    world, live = with_many_old()
    world.accept(collecting(shown(world, 1), 2_500), by=BAKERY)
    assert [view(world, one).left for one in live] == [0, 0, 500]


def test_a_holder_is_shown_what_can_be_spent_before_what_ended():
    world, live = with_many_old()
    world.accept(
        Expire(by=CHUL.party, programme=FULL, vouchers=[one.number for one in own(world) if one.until < MIDDLE][:1]),
        by=CHUL,
    )
    shown_first = [one.number for one in own(world) if one.status == "active" and one.until > world.time]
    assert shown_first == live
    assert len(own(world)) == queries.MAX_VOUCHERS


def own(world: World) -> list[queries.VoucherView]:
    return queries.own_vouchers(world.state(), ALICE.party, FULL)
