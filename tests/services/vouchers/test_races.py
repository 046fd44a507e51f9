"""What may happen once happens once, whoever comes first: two transactions in one block, and in two, in both orders.

A table of races. Whoever is first is accepted; the row says what each is told that comes second. What became of it is
the same when the same order is executed again, to the byte, and every law of every module holds.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from madang.base.cards.transactions import Present
from madang.base.mandates.transactions import Grant as Mandate
from madang.base.mandates.transactions import Scope
from madang.base.money.transactions import IssueTokens
from madang.base.programmes.state import PROGRAMMES
from madang.base.programmes.transactions import Amend, Succeed
from madang.client.letters import claim_by_code, digest_of_code
from madang.contract import canonical, digest, read_programme
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import (
    Bind,
    Buy,
    Cancel,
    Capture,
    CarryOver,
    CashOut,
    Collect,
    Confirm,
    Draw,
    Expire,
    Freeze,
    Fund,
    Funder,
    Grant,
    GrantRow,
    KeepPromises,
    Line,
    NameFunders,
    Order,
    PayOut,
    Recall,
    RecallUnused,
    Reclaim,
    Refund,
    Reimburse,
    Settle,
    Succession,
    Void,
)
from tests.services.vouchers.everything import (
    CLOSES,
    DAY,
    DOCUMENT,
    FULL,
    MIDDLE,
    SIBLING,
    UNUSED_BY,
    grant,
    pay,
    paying,
    row,
    view,
    world_of,
)
from tests.services.vouchers.scene import documents
from tests.services.vouchers.test_paying import code_of
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, officer, quorum
from tests.support.proofs import vouched
from tests.support.world import World, present

MINISTRY, WELFARE, DESK = officer("ministry"), officer("welfare"), officer("desk")
PERSON, OTHER = "1" * 64, "2" * 64
Signed = tuple[Any, Any]
"""An act, and who signs it."""


class Race(NamedTuple):
    """Two acts in a world; `second` and `first` are the codes of each when it comes second, and accepted is ''."""

    name: str
    start: Callable[[], tuple[World, Signed, Signed]]
    second: str
    first: str


def granting(reference: str, programme: str = FULL, **members: Any) -> Signed:
    act = Grant(by="welfare", programme=programme, rows=[row(reference, **members)])
    return act, WELFARE


def same_reference() -> tuple[World, Signed, Signed]:
    return world_of(), granting("r1"), granting("r1", holder=BORA.party)


def same_person() -> tuple[World, Signed, Signed]:
    ours, theirs = (granting("r", name, subjects=[PERSON]) for name in (FULL, SIBLING))
    return world_of("person"), ours, theirs


def same_member_of_two_households() -> tuple[World, Signed, Signed]:
    ours = granting("r1", subjects=["8" * 64, PERSON])
    return world_of("household"), ours, granting("r2", SIBLING, subjects=["9" * 64, PERSON])


def the_cap_of_a_holder() -> tuple[World, Signed, Signed]:
    return world_of(), granting("r1", amount=600_000), granting("r2", amount=400_001)


def a_letter() -> tuple[World, Signed, Signed]:
    world = world_of()
    grant(world, GrantRow(reference="letter", amount=1_000, region="26", code=digest_of_code(FULL, "A" * 26)))
    alice, bora = ((claim_by_code(by=one.party, programme=FULL, code="A" * 26), one) for one in (ALICE, BORA))
    return world, alice, bora


def a_shown_code() -> tuple[World, Signed, Signed]:
    world = world_of()
    grant(world, row("r1"))
    code = code_of(1)
    digest = hashlib.sha256(code.encode()).hexdigest()
    shown = Present(by=ALICE.party, code=digest, programme=FULL, limit=1_000, until=world.time + 180)
    world.accept(shown, by=ALICE)

    def collecting(shop: str) -> Collect:
        return Collect(by=shop, programme=FULL, merchant=shop, order="o", code=code, amount=500)

    return world, (collecting("bakery"), BAKERY), (collecting("grocer"), GROCER)


def a_basket() -> tuple[World, Signed, Signed]:
    world = world_of()
    (alices,) = grant(world, row("r1"))
    (boras,) = grant(world, row("r2", BORA.party))
    lines = [Line(goods="bread", amount=1_000)]
    world.accept(Order(by="bakery", merchant="bakery", order="order-1", lines=lines), by=BAKERY)
    return world, (paying((alices, 1_000, 1)), ALICE), (paying((boras, 1_000, 1), by=BORA), BORA)


def the_last_won(later: bool = False) -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1", amount=10_000))
    held = paying((number, 10_000), later=True, order="held") if later else paying((number, 1), order="other")
    return world, (paying((number, 10_000)), ALICE), (held, ALICE)


def a_bill_and_a_purchase() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1", amount=10_000))
    world.accept(Bind(by=ALICE.party, programme=FULL, voucher=number, customer="c" * 64), by=ALICE)
    members: dict[str, Any] = {"order": "bill", "customer": "c" * 64, "vouchers": [number], "amount": 10_000}
    bill = Draw(by="grocer", programme=FULL, merchant="grocer", **members)
    return world, (bill, GROCER), (paying((number, 10_000)), ALICE)


def two_vouchers(amount: int, before: int) -> tuple[World, Signed, Signed]:
    """Two vouchers of one holder, each enough by itself; so many purchases of a won were made that day."""
    world = world_of()
    numbers = grant(world, row("r1", amount=110_000), row("r2", amount=110_000))
    for place in range(before):
        pay(world, (numbers[0], 1), order=f"before-{place}")
    first, second = (paying((number, amount), order=f"o{place}") for place, number in enumerate(numbers))
    return world, (first, ALICE), (second, ALICE)


def a_mandate() -> tuple[World, Signed, Signed]:
    world = world_of()
    numbers = grant(world, row("r1"), row("r2"))
    scope = Scope(acts=["vouchers.pay"], per_use=10_000, total=15_000, until=world.time + DAY)
    world.accept(Mandate(by=ALICE.party, delegate=CHUL.party, scope=scope), by=ALICE)
    first, second = (paying((number, 10_000), by=CHUL, holder=ALICE.party) for number in numbers)
    return world, (first, CHUL), (second, CHUL)


def a_hold() -> tuple[World, str, str]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    return world, number, pay(world, (number, 50_000), later=True)


def capture_and_void() -> tuple[World, Signed, Signed]:
    world, _, payment = a_hold()
    capture = Capture(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=50_000)
    void = Void(by="bakery", programme=FULL, merchant="bakery", payment=payment)
    return world, (capture, BAKERY), (void, BAKERY)


def two_refunds() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 10_000))
    first, second = (
        Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=amount)
        for amount in (6_000, 4_001)
    )
    return world, (first, BAKERY), (second, BAKERY)


def payout_and_refund() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 10_000))
    refund = Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=10_000)
    return world, (PayOut(by="ministry", programme=FULL, merchants=["bakery"]), MINISTRY), (refund, BAKERY)


def two_payouts() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    pay(world, (number, 10_000))
    ministry, operator = (
        (PayOut(by=name, programme=FULL, merchants=["bakery"]), officer(name)) for name in ("ministry", "operator")
    )
    return world, ministry, operator


def a_promise() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 10_000))
    world.accept(PayOut(by="ministry", programme=FULL, merchants=["bakery"]), by=MINISTRY)
    promise = Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=10_000, promised=True)
    world.accept(promise, by=BAKERY)
    pay(world, (number, 10_000))
    alice, chul = ((KeepPromises(by=one.party, programme=FULL, merchant="bakery"), one) for one in (ALICE, CHUL))
    return world, alice, chul


def bought(used: int = 0) -> tuple[World, str]:
    world = world_of()
    world.accept(Buy(by=ALICE.party, programme=FULL, amount=100_000, price=90_000), by=ALICE)
    (mine,) = queries.own_vouchers(world.state(), ALICE.party, FULL)
    if used:
        pay(world, (mine.number, used))
    return world, mine.number


def cancel_and_spend() -> tuple[World, Signed, Signed]:
    world, number = bought()
    return world, (Cancel(by=ALICE.party, programme=FULL, voucher=number), ALICE), (paying((number, 1)), ALICE)


def cash_out_and_spend() -> tuple[World, Signed, Signed]:
    world, number = bought(60_000)
    cash = CashOut(by=ALICE.party, programme=FULL, voucher=number)
    return world, (cash, ALICE), (paying((number, 40_000)), ALICE)


def a_months_limit() -> tuple[World, Signed, Signed]:
    world = world_of()
    tokens = IssueTokens(by="bank-a", account=ALICE.party, amount=600_000, reference="more")
    world.accept(tokens, by=officer("bank-a"))
    first, second = (
        (Buy(by=ALICE.party, programme=FULL, amount=amount, price=amount * 9 // 10), ALICE)
        for amount in (300_000, 200_010)
    )
    return world, first, second


def recall_and_spend() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    return (
        world,
        (Recall(by="ministry", programme=FULL, vouchers=[number]), MINISTRY),
        (paying((number, 100_000)), ALICE),
    )


def freeze_and_spend() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    return world, (Freeze(by=ALICE.party, programme=FULL, vouchers=[number]), ALICE), (paying((number, 1)), ALICE)


def unused_and_spend() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    world.time = UNUSED_BY
    recall = RecallUnused(by=CHUL.party, programme=FULL, vouchers=[number])
    return world, (recall, CHUL), (paying((number, 1)), ALICE)


def expire_twice() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    world.time = CLOSES
    first, second = ((Expire(by=one.party, programme=FULL, vouchers=[number]), one) for one in (ALICE, CHUL))
    return world, first, second


def carry_twice() -> tuple[World, Signed, Signed]:
    world = world_of()
    ended, second, third = grant(
        world,
        row("a", until=MIDDLE),
        row("b", instalment=2, since=MIDDLE),
        row("c", instalment=2, since=MIDDLE),
    )
    world.time = MIDDLE
    one, other = (
        (CarryOver(by=CHUL.party, programme=FULL, vouchers=[Succession(voucher=ended, into=into)]), CHUL)
        for into in (second, third)
    )
    return world, one, other


def confirm_twice() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    first, second = (
        (Confirm(by=name, programme=FULL, voucher=number, stage=1, evidence=mark * 64), officer(name))
        for name, mark in (("welfare", "e"), ("ministry", "f"))
    )
    return world, first, second


def reimburse_and_spend() -> tuple[World, Signed, Signed]:
    world = world_of()
    (number,) = grant(world, row("r1"))
    for stage in (1, 2):
        confirmed = Confirm(by="welfare", programme=FULL, voucher=number, stage=stage, evidence="e" * 64)
        world.accept(confirmed, by=WELFARE)
    out = Reimburse(by="ministry", programme=FULL, voucher=number, amount=100_000)
    return world, (out, MINISTRY), (paying((number, 100_000)), ALICE)


def reclaim_and_grant() -> tuple[World, Signed, Signed]:
    world = world_of()
    return world, (Reclaim(by="ministry", programme=FULL, amount=10_000_000), MINISTRY), granting("r1")


def naming(share: int) -> Signed:
    funders = [Funder(funder="ministry", share=share), Funder(funder="welfare", share=10_000 - share)]
    return NameFunders(by="ministry", programme=FULL, funders=funders), quorum("ministry")


def named_twice() -> tuple[World, Signed, Signed]:
    return world_of(funded=False), naming(7_000), naming(6_000)


def name_and_fund() -> tuple[World, Signed, Signed]:
    """The sponsor's money may come before or after the names do, but before it no names come."""
    world = world_of(funded=False)
    return world, (Fund(by="ministry", programme=FULL, amount=1), MINISTRY), naming(7_000)


def settle_and_fund() -> tuple[World, Signed, Signed]:
    """Who funds first has it back."""
    world = world_of(funded=False)
    naming_act, by = naming(7_000)
    world.accept(naming_act, by=by)
    settling = Settle(by="ministry", programme=FULL)
    return world, (settling, quorum("ministry")), (Fund(by="ministry", programme=FULL, amount=5), MINISTRY)


RACES = [
    Race("a reference", same_reference, "vouchers.granted", "vouchers.granted"),
    Race("a person", same_person, "vouchers.locked", "vouchers.locked"),
    Race("a member", same_member_of_two_households, "vouchers.locked", "vouchers.locked"),
    Race("a holder's cap", the_cap_of_a_holder, "grant.capped", "grant.capped"),
    Race("a letter", a_letter, "vouchers.unknown_code", "vouchers.unknown_code"),
    Race("a shown code", a_shown_code, "cards.code", "cards.code"),
    Race("a basket", a_basket, "vouchers.unknown_order", "vouchers.unknown_order"),
    Race("the last won", the_last_won, "spend.enough", "spend.enough"),
    Race("the last won, held", lambda: the_last_won(later=True), "spend.enough", "spend.enough"),
    Race("a bill and a purchase", a_bill_and_a_purchase, "spend.enough", "vouchers.not_drawn"),
    Race("a day's cap", lambda: two_vouchers(100_000, before=1), "spend.day_cap", "spend.day_cap"),
    Race("a day's count", lambda: two_vouchers(1, before=4), "spend.twice_a_day", "spend.twice_a_day"),
    Race("a mandate's cap", a_mandate, "mandates.total", "mandates.total"),
    Race("capture and void", capture_and_void, "vouchers.nothing_held", "vouchers.capture_too_much"),
    Race("two refunds", two_refunds, "vouchers.refund_too_much", "vouchers.refund_too_much"),
    Race("payout and refund", payout_and_refund, "refund.covered", "vouchers.nothing_due"),
    Race("two payouts", two_payouts, "vouchers.nothing_due", "vouchers.nothing_due"),
    Race("a promise", a_promise, "vouchers.nothing_promised", "vouchers.nothing_promised"),
    Race("cancel and spend", cancel_and_spend, "spend.active", "cancel.unused"),
    Race("cash out and spend", cash_out_and_spend, "spend.active", "cash_out.used"),
    Race("a month's limit", a_months_limit, "buy.month_limit", "buy.month_limit"),
    Race("recall and spend", recall_and_spend, "spend.active", ""),
    Race("freeze and spend", freeze_and_spend, "spend.active", ""),
    Race("unused and spend", unused_and_spend, "spend.active", "recall_unused.unused"),
    Race("expire twice", expire_twice, "expire.usable", "expire.usable"),
    Race("carry over twice", carry_twice, "carry.ended", "carry.ended"),
    Race("a milestone", confirm_twice, "confirm.next", "confirm.next"),
    Race("reimburse and spend", reimburse_and_spend, "spend.enough", "reimburse.enough"),
    Race("reclaim and grant", reclaim_and_grant, "programmes.budget", "programmes.budget"),
    Race("funders named twice", named_twice, "vouchers.funded", "vouchers.funded"),
    Race("fund and name funders", name_and_fund, "vouchers.funded", ""),
    Race("settle and fund", settle_and_fund, "vouchers.settled", ""),
]


def told(result: Any) -> str:
    """The code of an answer, or the clause of the programme."""
    return str(result.reason if result.code == "programmes.clause" else result.code)


def run(world: World, order: list[bytes], *, blocks: int) -> tuple[World, list[str]]:
    """The transactions in this order in one block or two, on a world of their own; what they were told."""
    racing = world.fork()
    results = racing.send(*order) if blocks == 1 else [racing.send(one)[0] for one in order]
    racing.check()
    return racing, [told(one) for one in results]


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("race", RACES, ids=[race.name for race in RACES])
def test_whoever_comes_first_has_it_and_the_other_is_told(race, blocks):
    world, (act, by), (other, other_by) = race.start()
    first, second = world.sign(act, by=by), world.sign(other, by=other_by)
    for order, code in (([first, second], race.second), ([second, first], race.first)):
        raced, codes = run(world, order, blocks=blocks)
        assert codes == ["", code]
        again, _ = run(world, order, blocks=blocks)
        assert again.blocks == raced.blocks
        assert again.store.dump() == raced.store.dump()


def amending() -> tuple[World, Signed, Signed]:
    """A successor that allows drinks is proposed; Alice has a basket with one."""
    world = world_of()
    (number,) = grant(world, row("r1"))
    wider = DOCUMENT.format(name=FULL, subject="anyone", carry="up_to", unnamed="").replace(
        '    no_drink: goods != "drink"\n', ""
    )
    kind, _, _, kind_digest, _ = documents()
    successor = read_programme(wider, kind)
    proposing = Succeed(by="ministry", programme=FULL, document=canonical(successor).decode())
    world.accept(proposing, by=quorum("ministry"))
    lines = [Line(goods="drink", amount=1_000)]
    world.accept(Order(by="bakery", merchant="bakery", order="order-1", lines=lines), by=BAKERY)
    now = present(world.state().get(PROGRAMMES, FULL)).document
    proof = vouched(kind_digest, digest(successor).hex(), widens=now)
    return (
        world,
        (Amend(by="operator", programme=FULL, proof=proof), quorum("operator")),
        (paying((number, 1_000, 1)), ALICE),
    )


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_payment_is_judged_by_what_is_in_force_when_its_turn_comes(blocks):
    world, (act, by), (payment, payer) = amending()
    amend, paid = world.sign(act, by=by), world.sign(payment, by=payer)
    for order, codes in (([amend, paid], ["", ""]), ([paid, amend], ["spend.no_drink", ""])):
        raced, found = run(world, order, blocks=blocks)
        assert found == codes
        assert run(world, order, blocks=blocks)[0].blocks == raced.blocks


def test_lapse_and_refund_come_to_the_same_in_either_order():
    """After the use-by date only a refund lives on: the rest had lapsed, whether or not anybody had asked for that."""
    world = world_of(carry="none")
    (number,) = grant(world, row("r1"))
    payment = pay(world, (number, 10_000))
    world.time = CLOSES
    lapse = world.sign(Expire(by=CHUL.party, programme=FULL, vouchers=[number]), by=CHUL)
    refund = Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=1)
    back = world.sign(refund, by=BAKERY)
    left = [view(run(world, order, blocks=1)[0], number).left for order in ([lapse, back], [back, lapse])]
    assert left == [1, 1]
