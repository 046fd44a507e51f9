"""Onnuri vouchers, and what businesses are granted for chargers and data, through their whole lives."""

from madang.base.money import ledger as money
from madang.base.money.transactions import IssueTokens
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Attest, AttestedHolder, Buy, Cancel, CashOut, Confirm, Reimburse
from tests.services.vouchers.presets.scene import DAY, Play, play, shop
from tests.support.cast import ALICE, CHUL, officer
from tests.support.signing import Wallet
from tests.support.world import present

SALE = 1_735_657_200 + 10 * DAY
"""2025-01-11T00:00:00+09:00."""
SALES_END, OVER = 1_767_193_200, 1_924_959_600
"""2026-01-01 and 2031-01-01, both at midnight."""


def buying(made: Play, amount: int, price: int, by=ALICE) -> Buy:
    return Buy(by=by.party, programme=made.name, amount=amount, price=price)


PERSON = "a" * 64


def attested(made: Play, *holders: Wallet, bank: str = "bank-a") -> None:
    """The bank of these keys says that they are one person's."""
    rows = [AttestedHolder(holder=one.party, subject=PERSON) for one in holders]
    made.world.accept(Attest(by=bank, programme=made.name, holders=rows), by=officer(bank))


def bought(made: Play, amount: int = 200_000, price: int = 180_000) -> str:
    attested(made, ALICE)
    before = [one.number for one in queries.own_vouchers(made.world.state(), ALICE.party, made.name)]
    made.world.accept(buying(made, amount, price), by=ALICE)
    after = [one.number for one in queries.own_vouchers(made.world.state(), ALICE.party, made.name)]
    return next(one for one in after if one not in before)


def test_onnuri_is_bought_with_ten_percent_off_and_spent_on_markets():
    made = play("onnuri-2025", SALE)
    made.not_granted(made.row("gift", 10_000, subjects=[PERSON]), "grant.granted")
    made.refused(buying(made, 100_000, 90_000), ALICE, "vouchers.not_attested")
    attested(made, ALICE)
    made.refused(buying(made, 15_000, 13_500), ALICE, "buy.thousands")
    made.refused(buying(made, 100_000, 89_000), ALICE, "buy.price")
    made.refused(buying(made, 2_010_000, 1_809_000), ALICE, "buy.month_limit")
    number = bought(made)
    assert money.balance(made.world.state(), ALICE.party) == 120_000
    made.not_paid(number, 10_000, "diner", "spend.market")
    made.refused(CashOut(by=ALICE.party, programme=made.name, voucher=number), ALICE, "cash_out.used")
    payment = made.pay(number, 150_000, "market")
    made.refund("market", payment, 20_000)
    made.pay(number, 10_000, "market")
    made.world.accept(CashOut(by=ALICE.party, programme=made.name, voucher=number), by=ALICE)
    assert money.balance(made.world.state(), ALICE.party) == 120_000 + 54_000
    made.at(OVER)
    made.end([number], ["market"])


def test_two_million_a_month_are_a_persons_and_not_a_keys():
    """One person with a key and an account at each of two banks."""
    made = play("onnuri-2025", SALE)
    attested(made, ALICE)
    attested(made, CHUL, bank="bank-b")
    for wallet_, bank in ((ALICE, "bank-a"), (CHUL, "bank-b")):
        money_ = IssueTokens(by=bank, account=wallet_.party, amount=600_000, reference="more")
        made.world.accept(money_, by=officer(bank))
    made.world.accept(buying(made, 900_000, 810_000), by=ALICE)
    made.refused(buying(made, 1_110_000, 999_000, CHUL), CHUL, "buy.month_limit")
    made.world.accept(buying(made, 800_000, 720_000, CHUL), by=CHUL)
    made.refused(buying(made, 310_000, 279_000), ALICE, "buy.month_limit")
    (number,) = [one.number for one in queries.own_vouchers(made.world.state(), CHUL.party, made.name)]
    made.world.accept(Cancel(by=CHUL.party, programme=made.name, voucher=number), by=CHUL)
    made.world.check()
    made.refused(buying(made, 1_110_000, 999_000), ALICE, "buy.month_limit")
    made.at(SALE + 31 * DAY)
    made.refused(buying(made, 2_010_000, 1_809_000), ALICE, "buy.month_limit")


def test_what_a_person_may_still_buy_is_told_under_each_key():
    made = play("onnuri-2025", SALE)

    def left(party: str, time: int = SALE) -> tuple[bool, int, int]:
        found = present(queries.sale(made.world.state(), party, made.name, time))
        assert (found.discount, found.month_limit, found.cancel_days, found.cash_rest) == (10, 2_000_000, 7, 40)
        return found.attested, found.in_month, found.left

    assert left(ALICE.party) == (False, 0, 2_000_000)
    number = bought(made)
    attested(made, CHUL, bank="bank-b")
    assert left(ALICE.party) == left(CHUL.party) == (True, 200_000, 1_800_000)
    assert left(ALICE.party, SALE + 31 * DAY) == (True, 0, 2_000_000)
    made.world.accept(Cancel(by=ALICE.party, programme=made.name, voucher=number), by=ALICE)
    assert left(CHUL.party) == (True, 0, 2_000_000)
    assert queries.sale(made.world.state(), ALICE.party, "nothing", SALE) is None
    assert queries.sale(play("energy-2025", SALE).world.state(), ALICE.party, "energy-2025", SALE) is None


def test_onnuri_is_given_back_within_a_week_and_sold_for_a_year():
    made = play("onnuri-2025", SALE)
    first = bought(made, 100_000, 90_000)
    made.world.advance(7 * DAY - 1)
    made.world.accept(Cancel(by=ALICE.party, programme=made.name, voucher=first), by=ALICE)
    assert money.balance(made.world.state(), ALICE.party) == 300_000
    second = bought(made, 100_000, 90_000)
    made.world.advance(7 * DAY)
    made.refused(Cancel(by=ALICE.party, programme=made.name, voucher=second), ALICE, "cancel.in_time")
    made.at(SALES_END)
    made.refused(buying(made, 10_000, 9_000), ALICE, "buy.year")
    made.pay(second, 100_000, "market")


SPRING = 1_772_290_800 + DAY
"""2026-03-02T00:00:00+09:00."""
FIRM = "f" * 64


def confirming(made: Play, number: str, stage: int) -> Confirm:
    return Confirm(by="welfare", programme=made.name, voucher=number, stage=stage, evidence=f"{stage}" * 64)


def test_a_charger_is_paid_for_when_it_was_bought_and_installed():
    made = play("ev-charger-2026", SPRING)
    made.not_granted(made.row("person", 5_000_000, subjects=[FIRM]), "vouchers.not_for")
    firm = shop("start-up")
    made.not_granted(made.row("much", 10_000_001, firm, size=2, subjects=[FIRM]), "grant.chargers")
    made.not_granted(made.row("many", 1, firm, size=11, subjects=[FIRM]), "grant.chargers")
    (number,) = made.grant(made.row("firm", 10_000_000, firm, size=2, subjects=[FIRM]))
    made.not_granted(made.row("again", 1, firm, subjects=[FIRM]), "vouchers.locked")
    made.not_paid(number, 1, "charging", "spend.spendable", firm)
    paying = Reimburse(by="start-up", programme=made.name, voucher=number, amount=9_000_000)
    made.refused(paying, firm, "reimburse.shown")
    for stage in (1, 2):
        made.refused(paying, firm, "reimburse.shown")
        made.world.accept(confirming(made, number, stage), by=officer("welfare"))
    made.world.accept(paying, by=firm)
    assert money.balance(made.world.state(), "start-up") == 19_000_000
    made.refused(
        Reimburse(by="start-up", programme=made.name, voucher=number, amount=1_000_001), firm, "reimburse.enough"
    )
    made.at(1_798_729_200)
    made.end([number], [])


MAY_2021 = 1_619_794_800 + DAY
"""2021-05-02T00:00:00+09:00."""
DECEMBER_2021 = 1_638_284_400


def test_data_is_paid_for_by_milestones_with_an_own_share():
    made = play("data-voucher-2021", MAY_2021)
    firm = shop("start-up")
    for sort, most in (("a", 18_000_000), ("b", 45_000_000), ("d", 0)):
        made.not_granted(made.row("much", most + 1, firm, amount_class=sort, subjects=[FIRM]), "grant.sort")
    (number,) = made.grant(made.row("firm", 30_000_000, firm, amount_class="c", subjects=[FIRM]))
    made.not_paid(number, 1_000, "data-house", "spend.milestone", firm, own=100)
    made.world.accept(confirming(made, number, 1), by=officer("welfare"))
    made.not_paid(number, 9_000_001, "data-house", "spend.milestone", firm, own=1_000_000)
    made.not_paid(number, 9_000_000, "data-house", "spend.own_share", firm, own=899_999)
    made.not_paid(number, 9_000_000, "charging", "spend.supplier", firm, own=900_000)
    made.pay(number, 9_000_000, "data-house", firm, own=900_000)
    made.not_paid(number, 1, "data-house", "spend.milestone", firm, own=1)
    made.world.accept(confirming(made, number, 2), by=officer("welfare"))
    made.pay(number, 12_000_000, "data-house", firm, own=1_200_000)
    made.world.accept(confirming(made, number, 3), by=officer("welfare"))
    last = made.pay(number, 9_000_000, "data-house", firm, own=900_000)
    made.refund("data-house", last, 1_100_000)
    assert made.view(number, firm).left == 1_000_000
    made.at(DECEMBER_2021)
    made.end([number], ["data-house"])
