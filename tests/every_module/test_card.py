"""A card's key signs one act, `cards.present`, and no other that there is or will be.

Whatever an act is: asked in the name under which the key signs, it is none; in any other name, the key is not the one
that may. So who writes a new act needs no check for cards.
"""

from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from madang.app import MODULES
from madang.base.cards.state import code_digest
from madang.base.cards.transactions import Present
from madang.base.parties.ledger import party_of_card
from madang.base.parties.transactions import AppointInstitution
from madang.kernel.errors import Malformed
from madang.kernel.transaction import Act, type_name
from tests.base.cards.scene import CARD, SERVER, SERVICE, bind, code, stock
from tests.every_module.strategies import strategy_of
from tests.services.vouchers.scene import COUPON, coupon_world, grant, row
from tests.support.cast import ALICE, new_key, officer, quorum
from tests.support.world import World

ACTS = {type_name(act): act for module in MODULES for act in module.rules}
CARDS_PARTY = party_of_card(CARD.kid)


@cache
def _made() -> World:
    world = coupon_world()
    grant(world, row("card-1", ALICE.party))
    service = AppointInstitution(
        by="operator", party=SERVICE, roles=["card_service"], threshold=1, officers=[new_key(SERVER)]
    )
    world.accept(service, by=quorum("operator"))
    world.accept(stock(CARD), by=SERVER)
    world.accept(bind(), by=[officer("desk"), ALICE])
    return world


@pytest.mark.parametrize("name", sorted(set(ACTS) - {"cards.present"}))
def test_a_card_signs_no_other_act(name: str):
    @settings(max_examples=2, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy_of(ACTS[name], True))
    def sign(act: Act):
        world = _made().fork()
        with pytest.raises(Malformed, match=r"json\.invalid"):
            world.submit(msgspec.structs.replace(act, by=CARDS_PARTY), by=CARD)
        for by in (CARD.kid, ALICE.party, SERVICE, "desk", "ministry"):
            result = world.submit(msgspec.structs.replace(act, by=by), by=CARD)
            assert result.outcome == "rejected", act
            assert result.code.startswith("authority."), result

    sign()


def test_a_card_shows_a_code():
    world = _made().fork()
    shown = Present(by=CARDS_PARTY, code=code_digest(code()), programme=COUPON, limit=9_000, until=world.time + 180)
    world.accept(shown, by=CARD)
    world.refuse("authority.unknown_party", msgspec.structs.replace(shown, by=CARD.kid), by=CARD)
    world.refuse("authority.not_signed", msgspec.structs.replace(shown, by=CARDS_PARTY), by=officer("desk"))
    world.check()
