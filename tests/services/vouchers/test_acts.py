"""What each act of vouchers does when it is accepted: who has how much afterwards, won for won."""

import msgspec
import pytest

from madang.base.approvals.transactions import Approve, Propose
from madang.base.money import ledger as money
from madang.base.money.transactions import IssueTokens
from madang.base.money.transactions import Pay as PayTokens
from madang.base.parties.transactions import AppointInstitution
from madang.base.programmes.queries import programme
from madang.base.programmes.transactions import Close
from madang.client.letters import claim_by_code, digest_of_code
from madang.kernel.transaction import MAX_TRANSACTION_BYTES
from madang.services.vouchers import queries
from madang.services.vouchers.state import CODES
from madang.services.vouchers.transactions import (
    Expire,
    Freeze,
    Fund,
    Grant,
    GrantRow,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    Reclaim,
    Refund,
    Unfreeze,
)
from tests.services.vouchers.scene import CLOSES, COUPON, OPENS, TILL, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, officers, quorum
from tests.support.signing import wallet
from tests.support.world import World

MINISTRY, WELFARE, DESK = officer("ministry"), officer("welfare"), officer("desk")
CODE, OTHER = "A" * 26, "B" * 26


def view(world: World, number: str, holder: str = ALICE.party) -> queries.VoucherView:
    found = queries.voucher(world.state(), holder, COUPON, number)
    assert found is not None
    return found


def totals(world: World) -> tuple[int, int, int]:
    """Won free, issued and due."""
    found = programme(world.state(), COUPON).totals
    return found["free"], found["issued"], found["due"]


def coded(reference: str, code: str, amount: int = 100_000) -> GrantRow:
    return GrantRow(reference=reference, amount=amount, region="26", code=digest_of_code(COUPON, code))


def refund(world: World, amount: int, place: int = 0, by: str = "bakery") -> Refund:
    payment = queries.shop_payments(world.state(), "bakery", COUPON)[place].payment
    return Refund(by=by, programme=COUPON, merchant="bakery", payment=payment, amount=amount)


def on(act, *numbers: str, by: str = "ministry"):
    return act(by=by, programme=COUPON, vouchers=list(numbers))


def pay_out(*merchants: str, by: str = "ministry") -> PayOut:
    return PayOut(by=by, programme=COUPON, merchants=list(merchants))


# ------------------------------------------------------------------------------------------ money in, money out


def test_funds_come_from_the_sponsor_and_what_is_left_goes_back_after_the_use_by_date():
    world = coupon_world()
    before = money.balance(world.state(), "ministry")
    world.accept(Fund(by="ministry", programme=COUPON, amount=500), by=MINISTRY)
    assert money.balance(world.state(), "ministry") == before - 500
    assert totals(world) == (10_000_500, 0, 0)
    world.time = CLOSES
    world.accept(Reclaim(by="ministry", programme=COUPON, amount=10_000_500), by=MINISTRY)
    assert money.balance(world.state(), "ministry") == before + 10_000_000
    assert totals(world) == (0, 0, 0)
    world.check()


def test_a_whole_life_ends_with_an_empty_escrow():
    world = coupon_world()
    before = money.balance(world.state(), "ministry")
    mine, letter = grant(world, row("r1", ALICE.party), coded("r2", CODE))
    world.accept(pay({mine: 50_000}, own=7_000), by=ALICE)
    world.time = CLOSES
    close = Close(by="ministry", programme=COUPON)
    reasons = []
    for step in (
        Reclaim(by="ministry", programme=COUPON, amount=9_720_000),
        on(Expire, mine, letter),
        Reclaim(by="ministry", programme=COUPON, amount=230_000),
        pay_out("bakery"),
    ):
        reasons.append(world.refuse("programmes.not_empty", close, by=quorum("ministry")).reason)
        world.accept(step, by=MINISTRY)
    assert reasons == ["free", "issued", "free", "due"]
    world.accept(close, by=quorum("ministry"))
    assert money.balance(world.state(), money.escrow_of(COUPON)) == 0
    assert money.balance(world.state(), "bakery") == 57_000
    assert money.balance(world.state(), "ministry") == before + 9_950_000
    assert programme(world.state(), COUPON).status == "closed"
    world.check()


# ------------------------------------------------------------------------------------------- granting and claiming


@pytest.mark.parametrize(("by", "signer"), [("ministry", MINISTRY), ("welfare", WELFARE)])
def test_sponsor_and_authority_grant(by, signer):
    world = coupon_world()
    rows = [row("r1", ALICE.party, 150_000, "2611"), row("r2", ALICE.party, 100_000), coded("r3", CODE)]
    world.accept(Grant(by=by, programme=COUPON, rows=rows), by=signer)
    numbers = [queries.granted(world.state(), by, COUPON, one.reference) for one in rows]
    assert len(set(numbers)) == 3
    seen = view(world, numbers[0])
    assert (seen.left, seen.granted, seen.region, seen.status) == (150_000, 150_000, "2611", "active")
    assert queries.voucher(world.state(), ALICE.party, COUPON, numbers[2]) is None
    assert totals(world) == (9_650_000, 350_000, 0)
    world.check()


def test_a_grant_may_go_through_a_proposal():
    world = coupon_world()
    first, second = officers("ministry")[:2]
    acts = msgspec.Raw(msgspec.json.encode([Grant(by="ministry", programme=COUPON, rows=[row("r1", ALICE.party)])]))
    proposal = Propose(by=first.party, acts=acts, deadline=world.time + 60)
    world.accept(proposal, by=first)
    key = next(key for key, _ in world.entries[-1].writes if key.startswith(b"approvals.proposal"))
    assert totals(world) == (10_000_000, 0, 0)
    world.accept(Approve(by=second.party, proposal=key.decode().rpartition("\0")[2]), by=second)
    assert totals(world) == (9_820_000, 180_000, 0)


def test_what_is_refused_in_a_batch_grants_nothing_and_may_be_granted_later():
    world = coupon_world()
    bad = Grant(by="ministry", programme=COUPON, rows=[row("r1", ALICE.party), row("r2", ALICE.party, 1)])
    world.refuse("programmes.clause", bad, by=MINISTRY)
    assert queries.granted(world.state(), "ministry", COUPON, "r1") is None
    grant(world, row("r1", ALICE.party), row("r2", ALICE.party))
    world.check()


def test_a_code_works_once_then_pays():
    world = coupon_world()
    first, second = grant(world, coded("r1", CODE), coded("r2", OTHER))
    claim = claim_by_code(by=CHUL.party, programme=COUPON, code=CODE)
    world.accept(claim, claim_by_code(by=CHUL.party, programme=COUPON, code=OTHER), by=CHUL)
    world.refuse("vouchers.unknown_code", claim, by=CHUL)
    assert list(world.state().scan(CODES)) == []
    world.accept(pay({first: 60_000, second: 100_000}, by=CHUL.party), by=CHUL)
    assert [view(world, number, CHUL.party).left for number in (first, second)] == [40_000, 0]
    world.check()


def test_a_code_is_of_one_programme():
    assert digest_of_code(COUPON, CODE) != digest_of_code("another", CODE)
    assert digest_of_code(COUPON, CODE) != digest_of_code(COUPON, OTHER)


def test_a_thousand_vouchers_are_granted_and_expired_in_one_transaction_each():
    world = coupon_world()
    tokens = IssueTokens(by="treasury-bank", account="ministry", amount=60_000_000, reference="more")
    funds = Fund(by="ministry", programme=COUPON, amount=90_000_000)
    world.accept(tokens, funds, by=[officer("treasury-bank"), MINISTRY])
    rows = [row(f"{number:064}", ALICE.party, 100_000, "2611010100") for number in range(500)]
    rows += [
        GrantRow(reference=f"l{number:063}", amount=100_000, region="2611010100", code=f"{number:064x}")
        for number in range(500)
    ]
    assert len(world.sign(Grant(by="ministry", programme=COUPON, rows=rows), by=MINISTRY)) < MAX_TRANSACTION_BYTES
    numbers = grant(world, *rows)
    assert totals(world) == (0, 100_000_000, 0)
    world.refuse(
        "programmes.budget", Grant(by="ministry", programme=COUPON, rows=[row("1001", BORA.party)]), by=MINISTRY
    )
    world.time = CLOSES
    world.refuse("programmes.record_unknown", on(Expire, *numbers[1:], "A" * 22, by=CHUL.party), by=CHUL)
    world.accept(on(Expire, *numbers, by=CHUL.party), by=CHUL)
    assert totals(world) == (100_000_000, 0, 0)
    assert view(world, numbers[0]).status == "expired"
    world.check()


# --------------------------------------------------------------------------------------------------------- paying


def test_one_voucher_twice_in_a_payment_is_two_spends_of_it_and_never_more_than_it_holds():
    """Single spends are folded, each on what the one before left; so the same voucher twice is no second voucher."""
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party, 100_000))
    parts = [PaymentPart(voucher=voucher, amount=amount) for amount in (60_000, 40_000)]
    payment = Pay(by=ALICE.party, programme=COUPON, merchant="bakery", order="o", parts=parts)
    over = msgspec.structs.replace(payment, parts=[*parts, PaymentPart(voucher=voucher, amount=1)])
    assert world.refuse("programmes.clause", over, by=ALICE).reason == "spend.enough"
    assert view(world, voucher).left == 100_000
    world.accept(payment, by=ALICE)
    assert view(world, voucher).left == 0
    assert [one.amount for one in queries.shop_payments(world.state(), "bakery", COUPON)] == [100_000]
    world.accept(refund(world, 100_000), by=BAKERY)
    assert view(world, voucher).left == 100_000
    world.check()


def test_eight_vouchers_pay_together():
    world = coupon_world()
    numbers = grant(world, *(row(f"r{number}", ALICE.party, 100_000) for number in range(8)))
    world.accept(pay(dict.fromkeys(numbers, 100_000)), by=ALICE)
    assert queries.takings(world.state(), "bakery", COUPON) == 800_000
    world.accept(refund(world, 799_999), by=BAKERY)
    assert sum(view(world, number).left for number in numbers) == 799_999
    world.accept(refund(world, 1), by=BAKERY)
    assert [view(world, number).left for number in numbers] == [100_000] * 8
    world.check()


def test_own_money_moves_only_as_signed_and_never_in_place_of_a_voucher():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party, 100_000))
    had = money.balance(world.state(), ALICE.party)
    for act in (
        pay({voucher: 100_001}, own=10_000),
        pay({voucher: 1_000}, merchant="grocer", own=10_000),
        pay({voucher: 1_000}, merchant="centre", own=10_000),
    ):
        world.refuse("programmes.clause", act, by=ALICE)
    world.refuse("money.balance", pay({voucher: 100_000}, own=had + 1), by=ALICE)
    assert (money.balance(world.state(), ALICE.party), view(world, voucher).left) == (had, 100_000)
    world.accept(pay({voucher: 100_000}, own=had), by=ALICE)
    assert (money.balance(world.state(), ALICE.party), view(world, voucher).left) == (0, 0)
    assert money.balance(world.state(), "bakery") == had
    world.check()


def test_two_payments_in_one_transaction_are_both_made_or_none():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party, 100_000))
    one, two = pay({voucher: 60_000}, own=1_000), pay({voucher: 40_001})
    assert world.refuse("programmes.clause", one, two, by=ALICE).reason == "spend.enough"
    assert queries.shop_payments(world.state(), "bakery", COUPON) == []
    world.accept(one, pay({voucher: 40_000}), by=ALICE)
    payments = queries.shop_payments(world.state(), "bakery", COUPON)
    assert sorted(payment.amount for payment in payments) == [40_000, 61_000]
    world.check()


def test_the_same_payment_sent_twice_is_made_once():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party, 100_000))
    signed = world.sign(pay({voucher: 10_000}), by=ALICE)
    (first,) = world.send(signed)
    (again,) = world.send(signed)
    assert (again.outcome, again.repeated, again.height) == ("accepted", True, first.height)
    assert view(world, voucher).left == 90_000


def test_the_first_second_counts():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.time = OPENS - 1
    assert world.refuse("programmes.clause", pay({voucher: 1}), by=ALICE).reason == "spend.opened"
    world.time = OPENS
    world.accept(pay({voucher: 1}), by=ALICE)


# ------------------------------------------------------------------------------------------------------ giving back


def test_refunds_in_many_small_steps_add_up_to_the_payment_and_not_a_won_more():
    world = coupon_world()
    numbers = grant(world, *(row(f"r{number}", ALICE.party, 100_000) for number in range(3)))
    had = money.balance(world.state(), ALICE.party)
    world.accept(pay(dict(zip(numbers, (7, 100, 13), strict=True)), own=11), by=ALICE)
    for step in (1, 1, 2, 3, 5, 8, 13, 21, 34, 42):
        world.accept(refund(world, step), by=BAKERY)
        (seen,) = queries.shop_payments(world.state(), "bakery", COUPON)
        world.refuse("vouchers.refund_too_much", refund(world, 131 - seen.refunded + 1), by=BAKERY)
        world.check()
    (seen,) = queries.shop_payments(world.state(), "bakery", COUPON)
    assert (seen.amount, seen.refunded) == (131, 130)
    world.accept(refund(world, 1), by=BAKERY)
    assert [view(world, number).left for number in numbers] == [100_000] * 3
    assert money.balance(world.state(), ALICE.party) == had
    world.refuse("vouchers.refund_too_much", refund(world, 1), by=BAKERY)
    world.check()


def test_a_refund_of_what_was_paid_out_waits_for_new_takings():
    world = coupon_world()
    mine, boras = grant(world, row("r1", ALICE.party), row("r2", BORA.party))
    world.accept(pay({mine: 50_000}), by=ALICE)
    act = refund(world, 50_000)
    world.accept(pay_out("bakery"), by=MINISTRY)
    assert world.refuse("programmes.clause", act, by=BAKERY).reason == "refund.covered"
    world.accept(pay({boras: 49_999}, by=BORA.party), by=BORA)
    assert world.refuse("programmes.clause", act, by=BAKERY).reason == "refund.covered"
    world.accept(pay({boras: 1}, by=BORA.party), by=BORA)
    world.accept(act, by=BAKERY)
    assert (view(world, mine).left, queries.takings(world.state(), "bakery", COUPON)) == (180_000, 0)
    world.time = CLOSES
    late = refund(world, 1, place=1)
    assert world.refuse("programmes.clause", late, by=BAKERY).reason == "refund_late.covered"
    world.check()


def test_a_refund_of_own_money_that_the_shop_has_spent_is_refused_whole():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 50_000}, own=50_000), by=ALICE)
    world.accept(PayTokens(by="bakery", to=BORA.party, amount=1), by=BAKERY)
    world.refuse("money.balance", refund(world, 100_000), by=BAKERY)
    assert view(world, voucher).left == 130_000
    world.accept(refund(world, 99_998), by=BAKERY)
    assert view(world, voucher).left == 179_999
    world.check()


@pytest.mark.parametrize("stop", [Recall, Expire])
def test_a_refund_to_a_voucher_that_is_gone_goes_to_the_programme(stop):
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 50_000}), by=ALICE)
    if stop is Expire:
        world.time = CLOSES
    world.accept(on(stop, voucher), by=MINISTRY)
    assert totals(world) == (9_950_000, 0, 50_000)
    world.accept(refund(world, 50_000, by=TILL.party), by=TILL)
    assert (totals(world), view(world, voucher).left) == ((10_000_000, 0, 0), 0)
    world.check()


# -------------------------------------------------------------------------------------- freezing, recall, paying out


WHO_STOPS_AND_WHO_LETS_GO = [
    (ALICE.party, ALICE, "ministry", MINISTRY),
    (ALICE.party, ALICE, "desk", DESK),
    ("ministry", MINISTRY, "ministry", MINISTRY),
    ("desk", DESK, "ministry", MINISTRY),
    ("desk", DESK, "desk", DESK),
]


@pytest.mark.parametrize(("by", "signer", "thaw", "thawer"), WHO_STOPS_AND_WHO_LETS_GO)
def test_a_frozen_voucher_is_not_spent_takes_refunds_and_is_spent_again(by, signer, thaw, thawer):
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 50_000}), by=ALICE)
    world.accept(on(Freeze, voucher, by=by), by=signer)
    assert world.refuse("programmes.clause", pay({voucher: 1}), by=ALICE).reason == "spend.active"
    world.accept(refund(world, 20_000), by=BAKERY)
    assert (view(world, voucher).left, view(world, voucher).status) == (150_000, "frozen")
    world.accept(on(Unfreeze, voucher, by=thaw), by=thawer)
    world.accept(pay({voucher: 150_000}), by=ALICE)
    world.check()


def test_no_desk_lifts_what_the_sponsor_or_another_desk_laid():
    world = coupon_world()
    second = wallet("an officer of another desk")
    appoint = AppointInstitution(by="operator", party="desk-2", roles=["desk"], threshold=1, officers=[new_key(second)])
    world.accept(appoint, by=quorum("operator"))
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(on(Freeze, voucher, by="ministry"), by=MINISTRY)
    for by, signer in (("desk", DESK), ("desk-2", second)):
        world.refuse("vouchers.stopped_by_another", on(Unfreeze, voucher, by=by), by=signer)
    world.refuse("programmes.clause", on(Freeze, voucher, by="desk"), by=DESK)
    world.accept(on(Unfreeze, voucher), on(Freeze, voucher, by="desk"), by=[MINISTRY, DESK])
    world.refuse("vouchers.stopped_by_another", on(Unfreeze, voucher, by="desk-2"), by=second)
    # The sponsor, who finds fraud, takes the place of a desk that froze first.
    world.accept(on(Unfreeze, voucher), on(Freeze, voucher), by=MINISTRY)
    world.refuse("vouchers.stopped_by_another", on(Unfreeze, voucher, by="desk"), by=DESK)
    world.accept(on(Unfreeze, voucher), by=MINISTRY)
    world.accept(on(Freeze, voucher, by=ALICE.party), by=ALICE)
    world.accept(on(Unfreeze, voucher, by="desk-2"), by=second)
    world.check()


def test_a_recall_takes_what_is_unspent_and_touches_nothing_else():
    world = coupon_world()
    mine, frozen, letter = grant(world, row("r1", ALICE.party), row("r2", BORA.party), coded("r3", CODE))
    world.accept(pay({mine: 50_000}), on(Freeze, frozen, by="desk"), by=[ALICE, DESK])
    world.accept(on(Recall, mine, frozen, letter), by=MINISTRY)
    assert totals(world) == (9_950_000, 0, 50_000)
    assert [view(world, mine).status, view(world, frozen, BORA.party).status] == ["revoked", "revoked"]
    assert world.refuse("programmes.clause", pay({mine: 1}), by=ALICE).reason == "spend.active"
    claim = claim_by_code(by=CHUL.party, programme=COUPON, code=CODE)
    assert world.refuse("programmes.clause", claim, by=CHUL).reason == "claim.active"
    world.accept(pay_out("bakery"), by=MINISTRY)
    world.check()


@pytest.mark.parametrize("by", ["ministry", "treasury-bank", "operator"])
def test_sponsor_bank_and_operator_pay_out(by):
    world = coupon_world()
    busan, seoul = grant(world, row("r1", ALICE.party), row("r2", ALICE.party, region="11"))
    world.accept(pay({busan: 50_000}), pay({seoul: 20_000}, merchant="centre"), by=ALICE)
    world.refuse("vouchers.nothing_due", pay_out("bakery", "centre", "grocer", by=by), by=officer(by))
    assert money.balance(world.state(), "bakery") == 0
    world.accept(pay_out("bakery", "centre", by=by), by=officer(by))
    assert [money.balance(world.state(), shop) for shop in ("bakery", "centre")] == [50_000, 20_000]
    assert totals(world) == (9_640_000, 290_000, 0)
    world.check()
