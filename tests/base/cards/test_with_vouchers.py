"""Codes at a till for real: of a phone and of a card, at a shop and behind an agent; the shop can't tell them apart."""

import pytest

from madang.base.cards.state import code_digest
from madang.base.cards.transactions import Present
from madang.base.merchants.transactions import AppointAgent, DismissAgent
from madang.base.parties.ledger import party_of_card
from madang.base.parties.transactions import AppointInstitution
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Collect
from tests.base.cards.scene import CARD, SERVER, SERVICE, WITH_ALICE, bind, code, stock
from tests.services.vouchers.scene import CENTRE, COUPON, TILL, coupon_world, grant, row
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, new_key, officer, quorum
from tests.support.signing import Wallet, wallet
from tests.support.world import World

APP = "delivery-app"
APP_SERVER = wallet("a server of the delivery app")


def appoint(name: str, role: str, key: Wallet) -> AppointInstitution:
    return AppointInstitution(by="operator", party=name, roles=[role], threshold=1, officers=[new_key(key)])  # type: ignore[list-item]


def town() -> tuple[World, str]:
    """A world in which Alice has a voucher of 180,000 won and a card, and an app is an agent of nobody's yet."""
    world = coupon_world()
    (number,) = grant(world, row("c-1", ALICE.party))
    world.accept(appoint(SERVICE, "card_service", SERVER), appoint(APP, "agent", APP_SERVER), by=quorum("operator"))
    world.accept(stock(CARD), by=SERVER)
    world.accept(bind(), by=WITH_ALICE)
    return world, number


def show(world: World, presenter: Wallet, seed: str = "first", limit: int = 10_000) -> None:
    digest = code_digest(code(seed))
    by = party_of_card(CARD.kid) if presenter is CARD else presenter.kid
    act = Present(by=by, code=digest, programme=COUPON, limit=limit, until=world.time + 180)
    world.accept(act, by=presenter)


def collect(amount: int = 10_000, seed: str = "first", by: str = "bakery", merchant: str = "bakery") -> Collect:
    return Collect(by=by, programme=COUPON, merchant=merchant, order="o-1", code=code(seed), amount=amount)


@pytest.mark.parametrize("presenter", [ALICE, CARD], ids=["phone", "card"])
def test_a_code_pays_with_the_vouchers_of_whoever_showed_it(presenter: Wallet):
    world, number = town()
    show(world, presenter)
    world.accept(collect(8_000, by=TILL.party), by=TILL)
    assert queries.voucher(world.state(), ALICE.party, COUPON, number).left == 172_000
    assert queries.takings(world.state(), "bakery", COUPON) == 8_000
    world.refuse("cards.code", collect(1), by=BAKERY)
    world.check()


def test_a_shop_reads_the_same_of_a_phone_and_of_a_card_and_nothing_of_who_paid():
    world, number = town()
    for seed, presenter in (("phone", ALICE), ("card", CARD)):
        show(world, presenter, seed)
        world.accept(collect(9_000, seed), by=BAKERY)
    phone, card = queries.shop_payments(world.state(), "bakery", COUPON)
    assert (phone.amount, phone.order, len(phone.number)) == (card.amount, card.order, len(card.number))
    for name in (ALICE.party, CARD.party, number):
        assert name not in f"{phone}{card}"


def test_a_code_that_can_not_be_paid_stays_good_and_the_refusal_names_no_balance():
    world, _ = town()
    show(world, ALICE, limit=500_000)
    refused = world.submit(collect(180_001), by=BAKERY)
    assert refused.outcome == "rejected"
    assert "180" not in refused.message.replace("180001", "").replace("180,001", "")
    world.accept(collect(180_000), by=BAKERY)


def test_nobody_who_does_not_sell_there_uses_a_code_they_saw():
    world, _ = town()
    show(world, ALICE)
    for signer in (CHUL, BORA, officer("desk"), GROCER, TILL, APP_SERVER):
        at = "bakery" if signer is not TILL else "grocer"
        world.refuse("vouchers.not_shop", collect(by=signer.party, merchant=at), by=signer)
    world.accept(collect(), by=BAKERY)


def test_behind_an_agent_the_rules_test_the_shop_and_not_the_agent():
    world, _ = town()
    show(world, ALICE)
    by_app = collect(by=APP)
    world.refuse("vouchers.not_shop", by_app, by=APP_SERVER)
    world.accept(AppointAgent(by="bakery", agent=APP), by=BAKERY)
    world.accept(AppointAgent(by="centre", agent=APP), by=CENTRE)
    elsewhere = world.submit(collect(by=APP, merchant="centre"), by=APP_SERVER)
    assert elsewhere.outcome == "rejected", "the centre is in Seoul, the voucher counts in Busan"
    world.accept(by_app, by=APP_SERVER)
    assert queries.takings(world.state(), "bakery", COUPON) == 10_000
    show(world, ALICE, "second")
    world.accept(DismissAgent(by="bakery", agent=APP), by=BAKERY)
    world.refuse("vouchers.not_shop", collect(seed="second", by=APP), by=APP_SERVER)
    world.check()
