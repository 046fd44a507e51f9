"""Who may not do what with vouchers although a signature is there: the rules read with the eyes of a thief."""

from functools import cache
from typing import Any

import pytest

from madang.base.merchants.transactions import Entry, Register
from madang.base.money import ledger as money
from madang.base.money.transactions import Remit
from madang.base.parties.transactions import (
    EnrolKey,
    NewMerchant,
    RegisterMerchants,
    RevokeKey,
    Suspend,
    SuspendByQuorum,
)
from madang.base.programmes.queries import programme
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.client.letters import claim_by_code, digest_of_code
from madang.contract import canonical, digest, read_kind, read_programme
from madang.kernel.machine import PAUSES
from madang.services.vouchers import MODULE, queries
from madang.services.vouchers.state import KINDS
from madang.services.vouchers.transactions import (
    Attest,
    AttestedHolder,
    Bind,
    Buy,
    Cancel,
    Capture,
    CarryOver,
    CashOut,
    ClaimByToken,
    Collect,
    Confirm,
    CreditInterest,
    Draw,
    Expire,
    Freeze,
    Fund,
    Funder,
    Grant,
    GrantRow,
    KeepPromises,
    Move,
    NameFunders,
    Order,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    RecallUnused,
    Reclaim,
    Refund,
    Reimburse,
    Repay,
    Settle,
    Succession,
    Unfreeze,
    Void,
)
from tests.services.vouchers.scene import (
    BUSAN,
    CLOSES,
    COUPON,
    TILL,
    coupon_world,
    documents,
    facts,
    grant,
    pay,
    row,
)
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, new_key, officer, officers, quorum
from tests.support.proofs import vouched_for
from tests.support.signing import Wallet, wallet
from tests.support.world import World

MINISTRY, WELFARE, DESK = officer("ministry"), officer("welfare"), officer("desk")
CODE = "A" * 26


def coded(reference: str = "letter", code: str = CODE, amount: int = 100_000) -> GrantRow:
    return GrantRow(reference=reference, amount=amount, region="26", code=digest_of_code(COUPON, code))


def granting(*rows: GrantRow, by: str = "ministry") -> Grant:
    return Grant(by=by, programme=COUPON, rows=list(rows))


def first(world: World) -> str:
    return queries.shop_payments(world.state(), "bakery", COUPON)[0].payment


# ------------------------------------------------------------------------------------------- the money of others


@pytest.mark.parametrize("institution", ["ministry", "treasury-bank"])
def test_no_officer_pays_with_the_money_of_an_institution(institution):
    """An institution pays by its quorum (`money.remit`); own money in a payment with vouchers is no way round."""
    world = coupon_world()
    one = officer(institution)
    world.refuse("authority.quorum", Remit(by=institution, to="bakery", amount=1_000_000), by=one)
    result = world.submit(granting(row("r1", institution)), by=MINISTRY)
    number = queries.granted(world.state(), "ministry", COUPON, "r1") or "A" * 22
    before = money.balance(world.state(), institution)
    world.refuse("vouchers.not_own_key", pay({number: 1_000}, by=institution, own=1_000_000), by=one)
    world.refuse("vouchers.not_own_key", pay({number: 1_000}, by=institution, own=1_000_000), by=quorum(institution))
    assert money.balance(world.state(), institution) == before
    assert result.code == "vouchers.not_for"


def test_vouchers_are_granted_to_people_alone():
    world = coupon_world()
    for number, holder in enumerate([TILL.party, "bakery", MINISTRY.party, "ministry", "treasury-bank", "operator"]):
        assert world.refuse("vouchers.not_for", granting(row(f"r{number}", holder)), by=MINISTRY).reason == f"r{number}"
    grant(world, row("r1", ALICE.party))


@pytest.mark.parametrize(
    ("by", "signer"),
    [("bakery", BAKERY), (TILL.party, TILL), (MINISTRY.party, MINISTRY), ("ministry", MINISTRY), ("desk", DESK)],
)
def test_only_a_person_claims_a_letter(by, signer):
    world = coupon_world()
    grant(world, coded())
    world.refuse("vouchers.not_for", claim_by_code(by=by, programme=COUPON, code=CODE), by=signer)
    world.accept(claim_by_code(by=BORA.party, programme=COUPON, code=CODE), by=BORA)


def test_a_party_named_like_a_voucher_that_waits_is_not_its_holder():
    """A waiting voucher is its own holder. Merchants choose their names, and one may choose a voucher's number."""
    world = coupon_world()
    letter, _ = grant(world, coded(), coded("second", "B" * 26))
    thief = wallet("thief", party=letter)
    merchants = [NewMerchant(key=new_key(thief), party=letter)]
    world.accept(RegisterMerchants(by="bank-a", merchants=merchants), by=officer("bank-a"))
    world.refuse("vouchers.not_for", granting(row("open", letter), by="welfare"), by=WELFARE)
    world.refuse("vouchers.not_for", claim_by_code(by=letter, programme=COUPON, code="B" * 26), by=thief)
    taking = pay({letter: 1_000}, by=letter)
    assert world.refuse("programmes.clause", taking, by=thief).reason == "spend.own_voucher"
    binding = Bind(by=letter, programme=COUPON, voucher=letter, customer="c" * 64)
    assert world.refuse("programmes.clause", binding, by=thief).reason == "bind.own_voucher"
    world.refuse("programmes.clause", Reimburse(by=letter, programme=COUPON, voucher=letter, amount=1), by=thief)
    world.accept(claim_by_code(by=ALICE.party, programme=COUPON, code=CODE), by=ALICE)
    assert queries.voucher(world.state(), ALICE.party, COUPON, letter).left == 100_000
    world.check()


def test_a_voucher_that_waits_is_spent_by_nobody_and_lapses():
    world = coupon_world()
    letter, _ = grant(world, coded(), row("r1", ALICE.party))
    assert world.refuse("programmes.clause", pay({letter: 1_000}), by=ALICE).reason == "spend.own_voucher"
    world.refuse("authority.unknown_party", pay({letter: 1_000}, by=letter), by=ALICE)
    world.refuse("vouchers.not_desk", Freeze(by=ALICE.party, programme=COUPON, vouchers=[letter]), by=ALICE)
    world.time = CLOSES
    world.accept(Expire(by=ALICE.party, programme=COUPON, vouchers=[letter]), by=ALICE)
    assert programme(world.state(), COUPON).totals["issued"] == 180_000
    result = world.refuse("programmes.clause", claim_by_code(by=BORA.party, programme=COUPON, code=CODE), by=BORA)
    assert result.reason == "claim.active"
    world.check()


# --------------------------------------------------------------------------------- signatures that are not enough


@pytest.mark.parametrize(
    ("code", "signers"),
    [
        ("authority.not_signed", officer("bank-a")),
        ("authority.not_signed", BORA),
        ("authority.not_signed", BAKERY),
        ("authority.not_signed", [*officers("operator"), *officers("bank-a")]),
    ],
)
def test_whoever_registered_a_person_does_not_act_for_it(code, signers):
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    for act in (
        pay({voucher: 1_000}),
        claim_by_code(by=ALICE.party, programme=COUPON, code=CODE),
        Freeze(by=ALICE.party, programme=COUPON, vouchers=[voucher]),
    ):
        world.refuse(code, act, by=signers)


def test_each_act_needs_its_own_party_to_sign():
    world = coupon_world()
    alices, boras = grant(world, row("r1", ALICE.party), row("r2", BORA.party))
    both = pay({alices: 1_000}), pay({boras: 2_000}, by=BORA.party)
    world.refuse("authority.not_signed", *both, by=ALICE)
    world.accept(*both, by=[ALICE, BORA])
    assert queries.takings(world.state(), "bakery", COUPON) == 3_000


def test_tills_of_other_shops_and_strangers_give_nothing_back():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 10_000}), by=ALICE)

    def back(by: str, merchant: str = "bakery") -> Refund:
        return Refund(by=by, programme=COUPON, merchant=merchant, payment=first(world), amount=1_000)

    for by, signer in (("grocer", GROCER), (ALICE.party, ALICE), ("bank-a", officer("bank-a")), ("ministry", MINISTRY)):
        world.refuse("vouchers.not_shop", back(by), by=signer)
    world.refuse("vouchers.not_shop", back(TILL.party, "grocer"), by=TILL)
    world.refuse("vouchers.unknown_payment", back("grocer", "grocer"), by=GROCER)
    world.refuse("authority.not_signed", back("bakery"), by=TILL)
    world.accept(back(TILL.party), by=TILL)


def test_suspended_people_tills_and_revoked_keys_stop_and_refunds_still_land():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 10_000}), by=ALICE)
    world.accept(Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    world.refuse("authority.suspended", pay({voucher: 1_000}), by=ALICE)
    back = Refund(by=TILL.party, programme=COUPON, merchant="bakery", payment=first(world), amount=4_000)
    world.accept(back, by=TILL)
    assert queries.voucher(world.state(), ALICE.party, COUPON, voucher).left == 174_000
    world.accept(granting(row("r2", ALICE.party)), by=MINISTRY)  # what somebody is due does not hang on the phone
    world.accept(Suspend(by="bakery", party=TILL.party), by=BAKERY)
    world.refuse("authority.suspended", back, by=TILL)
    key = wallet("bora's second", party=BORA.party)
    world.accept(EnrolKey(by=BORA.party, key=new_key(key)), by=BORA)
    world.accept(RevokeKey(by=BORA.party, party=BORA.party, key=BORA.kid), by=key)
    world.refuse("authority.key_revoked", pay({voucher: 1_000}, by=BORA.party), by=BORA)
    world.check()


def test_a_suspended_sponsor_does_nothing_and_holders_still_pay():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(SuspendByQuorum(by="operator", party="ministry"), by=quorum("operator"))
    for act in (
        granting(row("r2", BORA.party)),
        Fund(by="ministry", programme=COUPON, amount=1),
        Recall(by="ministry", programme=COUPON, vouchers=[voucher]),
    ):
        world.refuse("authority.suspended", act, by=officers("ministry"))
    world.accept(pay({voucher: 1_000}), by=ALICE)


# ---------------------------------------------------------------------------------------- programmes of other kinds

POINTS_KIND = """
kind: points
language: 1
records:
  purse: {owner: id, left: {won: 0..1_000}}
accounts:
  sponsor: outside
  free: total
  held: sum(purse.left)
actions:
  fund:
    given: {amount: {won: 1..1_000}}
    post: [{from: sponsor, to: free, amount: amount}]
"""
POINTS = """
programme: points
kind: points
title: {ko: 포인트, en: Points}
"""


@cache
def _points_world() -> World:
    """The coupon's world in which a programme of another kind is open too."""
    world = coupon_world()
    kind = read_kind(POINTS_KIND)
    document = read_programme(POINTS, kind)
    texts = {"kind": canonical(kind).decode(), "document": canonical(document).decode()}
    digests: dict[str, Any] = {"kind": digest(kind).hex(), "document": digest(document).hex()}
    world.accept(Draft(by="ministry", programme="points", bank="treasury-bank", **texts), by=MINISTRY)
    world.accept(Approve(by="ministry", programme="points", bank="treasury-bank", **digests), by=quorum("ministry"))
    world.accept(Publish(by="operator", programme="points", proof=vouched_for(kind, document)), by=quorum("operator"))
    world.accept(Open(by="ministry", programme="points"), by=MINISTRY)
    return world


NUMBER = "A" * 22
OTHER: dict[str, Any] = {"programme": "points"}
PARTS = [PaymentPart(voucher=NUMBER, amount=1)]
FUNDERS = [Funder(funder=name, share=5_000) for name in ("ministry", "welfare")]
FOREIGN = [
    (Fund(by="ministry", amount=1, **OTHER), MINISTRY),
    (Reclaim(by="ministry", amount=1, **OTHER), MINISTRY),
    (Grant(by="ministry", rows=[row("r1", ALICE.party)], **OTHER), MINISTRY),
    (claim_by_code(by=ALICE.party, code=CODE, **OTHER), ALICE),
    (ClaimByToken(by=ALICE.party, offer="offer", token="t" * 43, signature="s" * 342, **OTHER), ALICE),
    (Pay(by=ALICE.party, merchant="bakery", order="order", parts=PARTS, **OTHER), ALICE),
    (Refund(by="bakery", merchant="bakery", payment="0" * 10 + NUMBER, amount=1, **OTHER), BAKERY),
    (Expire(by=ALICE.party, vouchers=[NUMBER], **OTHER), ALICE),
    (Freeze(by=ALICE.party, vouchers=[NUMBER], **OTHER), ALICE),
    (Unfreeze(by="desk", vouchers=[NUMBER], **OTHER), DESK),
    (Recall(by="ministry", vouchers=[NUMBER], **OTHER), MINISTRY),
    (PayOut(by="ministry", merchants=["bakery"], **OTHER), MINISTRY),
    (NameFunders(by="ministry", funders=FUNDERS, **OTHER), quorum("ministry")),
    (Settle(by="ministry", **OTHER), quorum("ministry")),
    (CreditInterest(by="treasury-bank", amount=1, reference="r", **OTHER), officer("treasury-bank")),
    (Buy(by=ALICE.party, amount=10, price=9, **OTHER), ALICE),
    (Cancel(by=ALICE.party, voucher=NUMBER, **OTHER), ALICE),
    (CashOut(by=ALICE.party, voucher=NUMBER, **OTHER), ALICE),
    (Bind(by=ALICE.party, voucher=NUMBER, customer="c" * 64, **OTHER), ALICE),
    (
        Draw(by="bakery", merchant="bakery", order="o", customer="c" * 64, vouchers=[NUMBER], amount=1, **OTHER),
        BAKERY,
    ),
    (Attest(by="bank-a", holders=[AttestedHolder(holder=ALICE.party, subject="a" * 64)], **OTHER), officer("bank-a")),
    (Collect(by="bakery", merchant="bakery", order="o", code=CODE, amount=1, **OTHER), BAKERY),
    (Capture(by="bakery", merchant="bakery", payment="0" * 10 + NUMBER, amount=1, **OTHER), BAKERY),
    (Void(by="bakery", merchant="bakery", payment="0" * 10 + NUMBER, **OTHER), BAKERY),
    (KeepPromises(by=ALICE.party, merchant="bakery", **OTHER), ALICE),
    (Repay(by="bakery", merchant="bakery", amount=1, **OTHER), BAKERY),
    (RecallUnused(by=ALICE.party, vouchers=[NUMBER], **OTHER), ALICE),
    (CarryOver(by=ALICE.party, vouchers=[Succession(voucher=NUMBER, into=NUMBER)], **OTHER), ALICE),
    (Move(by="desk", voucher=NUMBER, region="26", **OTHER), DESK),
    (Confirm(by="ministry", voucher=NUMBER, stage=1, evidence="e" * 64, **OTHER), MINISTRY),
    (Reimburse(by=ALICE.party, voucher=NUMBER, amount=1, **OTHER), ALICE),
]


@pytest.mark.parametrize(("act", "signer"), FOREIGN, ids=lambda value: type(value).__name__)
def test_a_programme_of_another_kind_is_refused_and_stops_nobody(act, signer):
    """Were it a defect, whoever names such a programme would pause the act for the whole ledger."""
    world = _points_world().fork()
    world.refuse("vouchers.not_vouchers", act, by=signer)
    assert list(world.state().scan(PAUSES)) == []
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 1_000}), by=ALICE)


def test_every_act_was_tried_on_a_programme_of_another_kind():
    assert {type(act) for act, _ in FOREIGN} == set(MODULE.rules) - {Order}  # which names no programme


def test_queries_answer_nothing_of_a_programme_of_another_kind():
    state = _points_world().state()
    assert queries.voucher(state, ALICE.party, "points", NUMBER) is None
    assert queries.granted(state, "ministry", "points", "r1") is None
    assert queries.granted_many(state, "ministry", "points", "r1") == []
    assert queries.shop_payments(state, "bakery", "points") == []
    assert queries.takings(state, "bakery", "points") == 0


def test_the_rules_were_written_for_the_kind_in_the_documents():
    """Whoever changes the kind looks at the rules, and adds its digest beside those of programmes that still run."""
    assert documents()[3] in KINDS


def test_a_kind_with_our_name_and_other_rules_is_another_kind():
    assert digest(read_kind(POINTS_KIND.replace("kind: points", "kind: voucher"))).hex() not in KINDS


# ------------------------------------------------------------------------------------------------- shops and payers


def test_a_shop_does_not_pay_itself():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.refuse("programmes.record_unknown", pay({voucher: 1_000}, by="bakery"), by=BAKERY)
    world.refuse("programmes.record_unknown", pay({voucher: 1_000}, by=TILL.party), by=TILL)


def test_no_payment_reaches_what_is_no_shop():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    for merchant in (BORA.party, TILL.party, "ministry", "bank-a", "nowhere"):
        world.refuse("vouchers.merchant", pay({voucher: 1_000}, merchant=merchant), by=ALICE)
    thief = Wallet("applicant", party="applicant")
    merchants = [NewMerchant(key=new_key(thief), party="applicant")]
    world.accept(RegisterMerchants(by="bank-a", merchants=merchants), by=officer("bank-a"))
    entry = Entry(merchant="applicant", facts=facts(BUSAN))
    world.refuse("merchants.not_operator", Register(by="bank-a", entries=[entry]), by=officer("bank-a"))
    world.refuse("vouchers.merchant", pay({voucher: 1_000}, merchant="applicant"), by=ALICE)


@pytest.mark.parametrize("by", ["bank-a", "desk", "welfare", "audit-board", "central-bank"])
def test_institutions_without_the_role_do_nothing_to_money(by):
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 1_000}), by=ALICE)
    signers = officers(by)
    world.refuse("vouchers.not_funder", Fund(by=by, programme=COUPON, amount=1), by=signers)
    world.refuse("vouchers.not_sponsor", Reclaim(by=by, programme=COUPON, amount=1), by=signers)
    world.refuse("vouchers.not_sponsor", Recall(by=by, programme=COUPON, vouchers=[voucher]), by=signers)
    world.refuse("vouchers.not_payer", PayOut(by=by, programme=COUPON, merchants=["bakery"]), by=signers)
    if by != "welfare":
        world.refuse("vouchers.not_authority", granting(row("r2", ALICE.party), by=by), by=signers)
    if by != "desk":
        world.refuse("vouchers.not_desk", Freeze(by=by, programme=COUPON, vouchers=[voucher]), by=signers)
        world.refuse("vouchers.not_desk", Unfreeze(by=by, programme=COUPON, vouchers=[voucher]), by=signers)


def test_people_do_nothing_that_institutions_do():
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.refuse("vouchers.not_authority", granting(row("r2", CHUL.party), by=CHUL.party), by=CHUL)
    world.refuse("vouchers.not_payer", PayOut(by="bakery", programme=COUPON, merchants=["bakery"]), by=BAKERY)
    world.refuse("vouchers.not_desk", Freeze(by=CHUL.party, programme=COUPON, vouchers=[voucher]), by=CHUL)
    world.accept(Freeze(by=ALICE.party, programme=COUPON, vouchers=[voucher]), by=ALICE)
    world.refuse("vouchers.not_desk", Unfreeze(by=ALICE.party, programme=COUPON, vouchers=[voucher]), by=ALICE)
