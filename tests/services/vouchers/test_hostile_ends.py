"""No money is left where nobody can move it: after a settlement, behind a promised refund."""

from madang.base.money import ledger as money
from madang.base.money.transactions import CloseAccount, PlaceHold
from madang.base.money.transactions import Pay as PayMoney
from madang.base.programmes.queries import programme
from madang.services.vouchers import queries
from madang.services.vouchers.state import HELD
from madang.services.vouchers.transactions import Expire, KeepPromises, PayOut, Refund, Repay
from tests.services.vouchers.everything import DAY, FULL, REISSUE_DAYS, grant, pay, payments, row, view, world_of
from tests.services.vouchers.test_funding import MINISTRY, seen, settling, several, spent
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officer, quorum
from tests.support.world import World, present

MINISTRYS = officer("ministry")
PAYING_OUT = PayOut(by="ministry", programme=FULL, merchants=["bakery"])
KEEPING = KeepPromises(by=CHUL.party, programme=FULL, merchant="bakery")


def refunding(payment: str, amount: int, *, promised: bool = False) -> Refund:
    return Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=amount, promised=promised)


def due(world: World) -> int:
    return queries.takings(world.state(), "bakery", FULL)


def test_what_comes_back_after_the_settlement_is_settled_too():
    world = several()
    spent(world, 100_003)
    (payment,) = payments(world)
    world.accept(settling(), by=MINISTRY)
    before = [one.returned for one in seen(world).funders]
    world.accept(Repay(by="bakery", programme=FULL, merchant="bakery", amount=1_001), by=BAKERY)
    world.refuse("vouchers.settled", settling(), by=MINISTRY)
    world.accept(refunding(payment.payment, 1_001), by=BAKERY)
    world.advance(REISSUE_DAYS * DAY)
    ((_, _, number), _) = next(iter(world.state().scan(HELD, FULL)))
    world.accept(Expire(by=CHUL.party, programme=FULL, vouchers=[number]), by=CHUL)
    world.accept(settling(), by=MINISTRY)
    more = [one.returned - was for one, was in zip(seen(world).funders, before, strict=True)]
    # In all 99,002 won are spent: 73,261.48, 15,840.32 and 9,900.20, as if the refund had come before.
    assert more == [740, 161, 100]
    assert not any(present(programme(world.state(), FULL)).totals[name] for name in ("free", "issued", "held", "due"))
    world.refuse("vouchers.settled", settling(), by=MINISTRY)
    world.check()


def promised_own() -> tuple[World, str, str]:
    """Alice paid 20,000 with a voucher and 10,000 of her own; an empty shop has promised to give back 3,000."""
    world = world_of()
    number, boras = grant(world, row("r1"), row("r2", BORA.party))
    payment = pay(world, (number, 20_000), own=10_000)
    world.accept(PAYING_OUT, by=MINISTRYS)
    emptied = money.balance(world.state(), "bakery")
    world.accept(PayMoney(by="bakery", to="grocer", amount=emptied), by=BAKERY)
    world.accept(refunding(payment, 3_000, promised=True), by=BAKERY)
    world.advance(1)
    pay(world, (boras, 50_000), by=BORA)
    return world, number, boras


def test_a_refund_of_own_money_does_not_keep_the_shop_from_the_takings_that_it_needs_for_it():
    world, number, _ = promised_own()
    world.accept(PAYING_OUT, by=MINISTRYS)
    assert (due(world), money.balance(world.state(), "bakery")) == (3_000, 47_000)
    world.accept(KEEPING, by=CHUL)
    assert (due(world), money.balance(world.state(), "bakery"), view(world, number).left) == (1_000, 46_000, 82_000)
    world.accept(PAYING_OUT, by=MINISTRYS)
    assert due(world) == 0
    world.check()


def test_a_court_that_holds_the_shops_account_does_not_stop_its_payouts():
    world, _, _ = promised_own()
    order = PlaceHold(by="bank-a", account="bakery", order="0" * 64, amount=1_000_000)
    world.accept(order, by=quorum("bank-a"))
    world.accept(PAYING_OUT, by=MINISTRYS)
    world.refuse("vouchers.nothing_promised", KEEPING, by=CHUL)
    assert due(world) == 3_000
    world.check()


def test_a_payer_who_closed_the_account_holds_up_nobodys_refund():
    world, number, boras = promised_own()
    gone = money.balance(world.state(), ALICE.party)
    world.accept(PayMoney(by=ALICE.party, to="grocer", amount=gone), by=ALICE)
    world.accept(CloseAccount(by=ALICE.party), by=ALICE)
    later = payments(world)[-1]
    world.accept(PAYING_OUT, by=MINISTRYS)
    world.accept(refunding(later.payment, 5_000, promised=True), by=BAKERY)
    world.advance(1)
    pay(world, (boras, 4_000), by=BORA)
    world.accept(KEEPING, by=CHUL)
    assert (view(world, boras, BORA.party).left, view(world, number).left) == (51_000, 80_000)
    world.check()
