"""A phone is lost: it is frozen at once, its owner is identified, and what was the person's still is, under a new key.

Everything is kept by party, and a party's name is the thumbprint of its first key for good, whatever keys it has later.
"""

import pytest

from madang.base.cards.state import CARDS
from madang.base.cards.transactions import Bind, Block
from madang.base.mandates.transactions import Grant, Revoke
from madang.base.money import ledger as money
from madang.base.parties import queries
from madang.base.parties.state import RECOVERY_WAIT
from madang.base.parties.transactions import (
    AppointInstitution,
    CompleteRecovery,
    EnrolKey,
    Recover,
    RegisterPeople,
    Reinstate,
    RevokeKey,
    RotateKey,
    Suspend,
    VetoRecovery,
)
from madang.kernel.errors import Malformed
from madang.services.vouchers import queries as vouchers
from madang.services.vouchers.transactions import Refund, Void
from tests.base.cards.scene import CARD, SERVER, SERVICE, stock
from tests.base.mandates.scene import DAY, errand, mandates_world, scope
from tests.services.vouchers import everything
from tests.services.vouchers.scene import COUPON, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BAKERY, BORA, new_key, officer, quorum, standard_world
from tests.support.signing import Wallet, wallet

TABLET = wallet("alice's tablet", party=ALICE.party)
NEW_PHONE = wallet("alice's new phone", party=ALICE.party)
DESK, BANK = officer("desk"), officer("bank-a")
FREEZE = Suspend(by="desk", party=ALICE.party)


def paid_number(world, vouchers_of: dict[str, int], signer: Wallet) -> str:
    """Pay at the bakery; the payment's number."""
    since = world.time
    world.accept(pay(vouchers_of), by=signer)
    return vouchers.shop_payments(world.state(), "bakery", COUPON, since)[-1].payment


def left(world, number: str) -> int:
    return vouchers.voucher(world.state(), ALICE.party, COUPON, number).left


def recovered(world) -> None:
    """Alice's bank, which registered her, identifies her and binds her new phone."""
    world.accept(Recover(by="bank-a", party=ALICE.party, key=new_key(NEW_PHONE)), by=quorum("bank-a"))
    world.advance(RECOVERY_WAIT)
    world.accept(CompleteRecovery(by="bank-a", party=ALICE.party), by=BANK)


def test_vouchers_own_money_and_refunds_follow_the_person_to_a_new_key():
    world = coupon_world()
    (number,) = grant(world, row("r-1", ALICE.party))
    own = money.balance(world.state(), ALICE.party)
    payment = paid_number(world, {number: 30_000}, ALICE)
    world.accept(FREEZE, by=DESK)
    world.refuse("authority.suspended", pay({number: 1_000}), by=ALICE)
    recovered(world)
    refund = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment, amount=10_000)
    world.accept(refund, by=BAKERY)
    world.refuse("authority.suspended", pay({number: 1_000}), by=NEW_PHONE)
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=BANK)
    world.accept(pay({number: 60_000}), by=NEW_PHONE)
    world.refuse("authority.key_revoked", pay({number: 1_000}), by=ALICE)
    assert left(world, number) == 180_000 - 30_000 + 10_000 - 60_000
    assert money.balance(world.state(), ALICE.party) == own
    assert queries.party(world.state(), ALICE.party).keys == (NEW_PHONE.kid,)
    world.check()


def test_what_a_shop_holds_for_an_order_is_let_go_for_the_person_under_the_new_key():
    world = everything.world_of()
    (number,) = everything.grant(world, everything.row("r-1"))
    payment = everything.pay(world, (number, 50_000), later=True)
    world.accept(FREEZE, by=DESK)
    recovered(world)
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=BANK)
    void = Void(by="bakery", programme=everything.FULL, merchant="bakery", payment=payment)
    world.accept(void, by=BAKERY)
    assert vouchers.voucher(world.state(), ALICE.party, everything.FULL, number).left == 100_000
    world.accept(everything.paying((number, 100_000)), by=NEW_PHONE)
    world.check()


def test_another_device_stops_the_lost_one_at_once_and_pays_on():
    world = coupon_world()
    (number,) = grant(world, row("r-1", ALICE.party))
    world.accept(EnrolKey(by=ALICE.party, key=new_key(TABLET)), by=ALICE)
    world.accept(RevokeKey(by=ALICE.party, party=ALICE.party, key=ALICE.kid), by=TABLET)
    world.refuse("authority.key_revoked", pay({number: 1_000}), by=ALICE)
    world.accept(pay({number: 1_000}), by=TABLET)
    assert left(world, number) == 179_000
    world.check()


def test_a_person_keeps_the_name_through_every_change_of_keys():
    world = standard_world()
    world.accept(EnrolKey(by=ALICE.party, key=new_key(TABLET)), by=ALICE)
    world.accept(RotateKey(by=ALICE.party, old=ALICE.kid, key=new_key(NEW_PHONE)), by=TABLET)
    assert queries.party(world.state(), ALICE.party).keys == (TABLET.kid, NEW_PHONE.kid)
    assert {queries.key(world.state(), one.kid).party for one in (ALICE, TABLET, NEW_PHONE)} == {ALICE.party}
    world.check()


@pytest.mark.parametrize("signer", ["desk", "bank-a"])
def test_a_call_freezes_a_phone_at_the_bank_or_at_any_desk(signer: str):
    world = standard_world()
    world.accept(Suspend(by=signer, party=ALICE.party), by=officer(signer))
    world.refuse("authority.suspended", EnrolKey(by=ALICE.party, key=new_key(TABLET)), by=ALICE)
    assert queries.notice(world.state(), ALICE.party).by == signer
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=BANK)
    world.accept(EnrolKey(by=ALICE.party, key=new_key(TABLET)), by=ALICE)
    world.check()


@pytest.mark.parametrize(
    ("code", "act", "signers"),
    [
        ("parties.not_yours", Suspend(by="bank-b", party=ALICE.party), [officer("bank-b")]),
        ("parties.not_yours", Suspend(by="ministry", party=ALICE.party), [officer("ministry")]),
        ("parties.not_yours", Suspend(by="desk", party="bakery"), [DESK]),
        ("parties.not_yours", Suspend(by="desk", party=officer("ministry").party), [DESK]),
        ("parties.not_yours", Suspend(by="desk", party="bank-a"), [DESK]),
        ("parties.not_yours", Reinstate(by="desk", party=ALICE.party), [DESK]),
        ("parties.not_yours", RevokeKey(by="desk", party=ALICE.party, key=ALICE.kid), [DESK]),
        ("parties.not_yours", Recover(by="desk", party=ALICE.party, key=new_key(NEW_PHONE)), quorum("desk")),
        ("parties.not_yours", VetoRecovery(by="desk", party=ALICE.party), [DESK]),
    ],
)
def test_what_a_desk_may_do_to_people_whom_it_did_not_register_is_to_freeze_them(code, act, signers):
    world = standard_world()
    world.refuse(code, act, by=signers)
    world.check()


def test_a_desk_identifies_whom_it_registered_and_the_wait_is_longer_than_a_veto_takes():
    world = standard_world()
    first, second = wallet("grandmother"), wallet("grandmother's second phone")
    world.accept(RegisterPeople(by="desk", keys=[new_key(first)]), by=DESK)
    world.accept(Recover(by="desk", party=first.party, key=new_key(second)), by=quorum("desk"))
    vetoed = world.fork()
    vetoed.accept(VetoRecovery(by=first.party, party=first.party), by=first)
    vetoed.advance(RECOVERY_WAIT)
    vetoed.refuse("parties.no_recovery", CompleteRecovery(by="desk", party=first.party), by=DESK)
    world.advance(RECOVERY_WAIT - 1)
    world.refuse("parties.too_early", CompleteRecovery(by="desk", party=first.party), by=DESK)
    with pytest.raises(Malformed, match=r"key\.unknown"):
        world.submit(EnrolKey(by=first.party, key=new_key(TABLET)), by=second)
    world.advance(1)
    world.accept(CompleteRecovery(by="desk", party=first.party), by=DESK)
    world.accept(EnrolKey(by=first.party, key=new_key(TABLET)), by=second)
    world.check()


def test_a_freeze_stops_what_a_thief_prepared_with_the_phone():
    """A mandate made out with a stolen phone, and a device enrolled with it, are of no use once it is frozen."""
    world = mandates_world()
    thief = wallet("the thief's own key", party=ALICE.party)
    made = Grant(by=ALICE.party, delegate=BORA.party, scope=scope(until=world.time + 30 * DAY))
    world.accept(made, EnrolKey(by=ALICE.party, key=new_key(thief)), by=ALICE)
    world.accept(FREEZE, by=DESK)
    world.refuse("mandates.principal_suspended", errand(ALICE.party, 1_000), by=BORA)
    world.refuse("authority.suspended", made, by=thief)
    world.accept(Revoke(by="desk", principal=ALICE.party, delegate=BORA.party), by=DESK)
    recovered(world)
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=BANK)
    world.refuse("mandates.none", errand(ALICE.party, 1_000), by=BORA)
    world.refuse("authority.key_revoked", made, by=thief)
    world.check()


def test_a_card_and_a_voucher_from_a_time_without_a_phone_are_the_persons_once_there_is_one():
    world = coupon_world()
    service = AppointInstitution(
        by="operator", party=SERVICE, roles=["card_service"], threshold=1, officers=[new_key(SERVER)]
    )
    world.accept(service, by=quorum("operator"))
    world.accept(stock(CARD), by=SERVER)
    world.accept(Bind(by="desk", card=CARD.kid, holder=None, per_payment=10_000, per_day=20_000), by=quorum("desk"))
    newcomer = world.state().get(CARDS, CARD.kid).holder
    (number,) = grant(world, row("r-9", newcomer))
    phone = wallet("a first phone", party=newcomer)
    world.accept(Recover(by="desk", party=newcomer, key=new_key(phone)), by=quorum("desk"))
    world.advance(RECOVERY_WAIT)
    world.accept(CompleteRecovery(by="desk", party=newcomer), by=DESK)
    world.accept(pay({number: 5_000}, by=newcomer), by=phone)
    world.accept(Block(by=newcomer, card=CARD.kid), by=phone)
    world.check()
