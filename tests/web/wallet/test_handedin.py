"""What of somebody's evidence stands on the ledger."""

from madang.services.appeals.queries import own_appeals
from madang.services.appeals.transactions import Lodge, Matter, SetTerms, Supplement
from madang.web.wallet.handedin import remains_of
from tests.services.vouchers.scene import COUPON, coupon_world
from tests.support.cast import ALICE, BORA, quorum

FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64


def test_every_digest_of_ones_own_matters_is_found_once():
    world = coupon_world()
    terms = SetTerms(by="ministry", programme=COUPON, days=14, until=world.time + 86_400, offices=["ministry"])
    world.accept(terms, by=quorum("ministry"))
    matters: list[tuple[Matter, str]] = [("amount", FIRST), ("region", SECOND)]
    for matter, digest in matters:
        lodge = Lodge(
            by=ALICE.party, programme=COUPON, matter=matter, ground="move", office="ministry", evidence=[digest]
        )
        world.accept(lodge, by=ALICE)
        world.advance(1)
    number = own_appeals(world.state(), ALICE.party)[0].number
    world.accept(Supplement(by=ALICE.party, appeal=number, evidence=[THIRD]), by=ALICE)
    found = remains_of(world.state(), ALICE.party)
    assert [(one.digest, one.where) for one in found] == [(one, "appeal") for one in (FIRST, THIRD, SECOND)]
    assert remains_of(world.state(), BORA.party) == []
