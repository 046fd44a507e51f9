"""A delegate pays with a principal's vouchers for real: the cap counts whole payments, and own money is the payer's."""

import msgspec

from madang.base.mandates import queries
from madang.base.mandates.state import WAIT
from madang.base.mandates.transactions import Grant, MandatedAct, Revoke, Scope
from madang.base.money import ledger as money
from madang.base.parties.transactions import Suspend
from madang.services.vouchers import queries as vouchers
from madang.services.vouchers.transactions import Pay, PaymentPart
from tests.base.mandates.scene import DAY, DESK, registering
from tests.services.vouchers.scene import COUPON, coupon_world, grant, row
from tests.support.cast import ALICE, BORA, CHUL, officer
from tests.support.world import World


def town() -> tuple[World, str]:
    """A world in which Chul has a voucher of 180,000 won; its number."""
    world = coupon_world()
    (number,) = grant(world, row("m-1", CHUL.party))
    return world, number


def scope(world: World, *acts: MandatedAct, days: int = 30) -> Scope:
    until = world.time + days * DAY
    return Scope(acts=[*acts, "vouchers.pay"], programme=COUPON, per_use=20_000, total=50_000, until=until)


def pay(number: str, *amounts: int, by: str = ALICE.party, holder: str | None = CHUL.party, own: int = 0) -> Pay:
    parts = [PaymentPart(voucher=number, amount=amount) for amount in amounts]
    return Pay(by=by, programme=COUPON, merchant="bakery", order="o-1", parts=parts, holder=holder, own=own)


def left(world: World, number: str) -> int:
    return vouchers.voucher(world.state(), CHUL.party, COUPON, number).left


def test_a_delegate_pays_up_to_the_cap_and_the_principal_reads_it():
    world, number = town()
    world.accept(Grant(by=CHUL.party, delegate=ALICE.party, scope=scope(world)), by=CHUL)
    world.accept(pay(number, 20_000), by=ALICE)
    world.refuse("mandates.per_use", pay(number, 20_001), by=ALICE)
    world.accept(pay(number, 20_000), by=ALICE)
    world.refuse("mandates.total", pay(number, 10_001), by=ALICE)
    assert left(world, number) == 140_000
    assert [one.amount for one in queries.uses(world.state(), CHUL.party)] == [20_000, 20_000]
    world.check()


def test_own_money_beside_the_vouchers_is_the_delegates():
    world, number = town()
    world.accept(Grant(by=CHUL.party, delegate=ALICE.party, scope=scope(world)), by=CHUL)
    before = {one.party: money.balance(world.state(), one.party) for one in (ALICE, CHUL)}
    world.accept(pay(number, 5_000, own=3_000), by=ALICE)
    after = {one.party: money.balance(world.state(), one.party) for one in (ALICE, CHUL)}
    assert after == before | {ALICE.party: before[ALICE.party] - 3_000}


def test_nobody_without_a_mandate_and_no_officer_pays_for_another():
    world, number = town()
    world.refuse("mandates.none", pay(number, 1_000), by=ALICE)
    world.refuse("mandates.none", pay(number, 1_000, by=officer("desk").party), by=officer("desk"))
    world.refuse("authority.not_signed", pay(number, 1_000, by=CHUL.party, holder=None), by=DESK)
    world.accept(Grant(by=CHUL.party, delegate=ALICE.party, scope=scope(world)), by=CHUL)
    world.refuse("mandates.none", pay(number, 1_000, by=BORA.party), by=BORA)
    assert left(world, number) == 180_000


def test_a_payment_that_the_programme_refuses_uses_up_nothing():
    world, number = town()
    world.accept(Grant(by=CHUL.party, delegate=ALICE.party, scope=scope(world)), by=CHUL)
    elsewhere = msgspec.structs.replace(pay(number, 1_000), merchant="centre")
    world.refuse("vouchers.not_paid_for", elsewhere, by=ALICE)
    assert queries.given(world.state(), CHUL.party)[0].mandate.used == 0


def test_what_a_desk_registered_waits_and_a_revocation_in_the_same_block_comes_first():
    world, number = town()
    world.accept(registering(CHUL.party, ALICE.party, scope(world), "legal_representative"), by=DESK)
    world.refuse("mandates.not_yet", pay(number, 1_000), by=ALICE)
    world.advance(WAIT)
    revoke = Revoke(by=CHUL.party, principal=CHUL.party, delegate=ALICE.party, programme=COUPON)
    results = world.send(
        world.sign(pay(number, 1_000), by=ALICE),
        world.sign(revoke, by=CHUL),
        world.sign(pay(number, 1_000), by=ALICE),
    )
    assert [one.code for one in results] == ["", "", "mandates.none"]
    assert left(world, number) == 179_000


def test_two_payments_in_one_block_share_the_cap():
    world, number = town()
    world.accept(Grant(by=CHUL.party, delegate=ALICE.party, scope=scope(world)), by=CHUL)
    results = world.send(*[world.sign(pay(number, 20_000), by=ALICE) for _ in range(3)])
    assert [one.code for one in results] == ["", "", "mandates.total"]


def test_a_frozen_principal_spends_through_nobody():
    world, number = town()
    world.accept(Grant(by=CHUL.party, delegate=ALICE.party, scope=scope(world)), by=CHUL)
    world.accept(Suspend(by="desk", party=CHUL.party), by=officer("desk"))
    world.refuse("mandates.principal_suspended", pay(number, 1_000), by=ALICE)
