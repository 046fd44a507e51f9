"""Flags refuse nothing; a case goes from notice over hearing to decision, and what follows happens with it or not."""

import msgspec
import pytest

from madang.base.debts import queries as debts
from madang.base.debts.transactions import Pay
from madang.base.merchants.transactions import Suspend
from madang.base.money.ledger import balance
from madang.base.programmes.queries import programme
from madang.base.programmes.transactions import NameAuthorities
from madang.kernel.module import InvariantBroken
from madang.services.fraud import queries
from madang.services.fraud.state import CASES, DAY, FLAGS, INVARIANTS, RAISED, TOLD, deadline_of
from madang.services.fraud.transactions import SetDeadlines
from madang.services.vouchers import queries as vouchers_of
from madang.services.vouchers.transactions import PayOut, Recall
from tests.services.fraud.scene import (
    AFTER_HEARING,
    DECIDER,
    NOTICE,
    OPENER,
    OPERATOR,
    REASONS,
    case_ids,
    deciding,
    dismissing,
    flag_ids,
    flag_row,
    flagged,
    fraud_world,
    opened,
    opening,
    raising,
    recovery,
    reporting,
    setting_aside,
    stating,
    vouchers,
    withdrawing,
)
from tests.services.vouchers.scene import COUPON, pay
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officer, quorum
from tests.support.world import present

ALICES, BORAS = vouchers()


def payment(world):
    """The id of Alice's payment at the bakery."""
    return vouchers_of.shop_payments(world.state(), "bakery", COUPON)[0].payment


def test_what_is_flagged_is_paid_as_before():
    world = fraud_world()
    rows = [
        flag_row(1),
        flag_row(2, sort="voucher", subject=ALICES, reason="resale"),
        flag_row(3, sort="payment", subject=payment(world), reason="off_premises"),
    ]
    world.accept(raising(*rows), by=OPENER)
    world.accept(raising(*rows, by="operator"), by=OPERATOR)
    world.accept(opening(*flag_ids(world)), by=OPENER)
    world.accept(opening(*flagged(world), party=ALICE.party), by=OPENER)
    world.accept(pay({ALICES: 10_000}), by=ALICE)
    world.check()


def test_the_rules_of_a_payment_know_nothing_of_flags():
    """The same payments on a ledger full of flags and on one without write the same but for their marks."""
    plain, other = fraud_world(), fraud_world()
    flagged(other)
    plain.accept(raising(flag_row(9)), by=OPENER)
    written = []
    for world in (plain, other):
        world.accept(pay({ALICES: 10_000}), by=ALICE)
        written.append([key for key, _ in world.entries[-1].writes])
        assert not [key for key in written[-1] if key.startswith(b"fraud.")]
    assert written[0] == written[1]


def test_an_authority_that_the_programme_names_no_more_flags_nothing_in_it():
    world = fraud_world()
    world.accept(NameAuthorities(by="ministry", programme=COUPON, authorities=[]), by=quorum("ministry"))
    world.refuse("fraud.not_appointed", raising(flag_row(0), by="welfare"), by=officer("welfare"))


@pytest.mark.parametrize("by", ["ministry", "welfare", "audit-board", "operator"])
def test_appointed_institutions_flag_by_one_officer(by):
    world = fraud_world()
    world.accept(raising(by=by), by=officer(by))
    (name,) = flag_ids(world)
    found = present(queries.flag(world.state(), by, COUPON, name))
    assert (found.raised_by, found.source, found.case) == (by, "appointed", "")


def test_a_case_with_all_measures_happens_whole_or_not_at_all():
    world = fraud_world()
    case = opened(world)
    world.accept(stating(case), by=BAKERY)
    world.advance(AFTER_HEARING)
    decision = deciding(case, recall=[ALICES], recovery=recovery(world), suspension=True)
    suspend = Suspend(by="operator", merchant="bakery")
    recall = Recall(by="ministry", programme=COUPON, vouchers=[ALICES])
    world.refuse("fraud.not_suspended", decision, recall, suspend, by=[DECIDER, OPERATOR])
    again = Suspend(by="operator", merchant="bakery")
    world.refuse("merchants.standing", suspend, decision, recall, again, by=[DECIDER, OPERATOR])
    assert present(queries.own_case(world.state(), "bakery", COUPON, case)).outcome == ""
    before = programme(world.state(), COUPON).totals
    world.accept(suspend, decision, recall, by=[DECIDER, OPERATOR])
    after = programme(world.state(), COUPON).totals
    assert after["free"] - before["free"] == before["issued"] - after["issued"] == 120_000
    assert present(vouchers_of.voucher(world.state(), ALICE.party, COUPON, ALICES)).status == "revoked"
    view = present(queries.own_case(world.state(), "bakery", COUPON, case))
    assert (view.outcome, view.recalled, view.suspended, view.reasons) == ("measures", [ALICES], True, REASONS)
    debt = present(debts.debt(world.state(), "bakery", view.debt))
    assert (debt.principal, debt.surcharge, debt.ground, debt.creditor) == (60_000, 60_000, f"case:{case}", "ministry")
    assert (debt.conduct_at, debt.imposed_at) == (view.conduct_at, world.time)
    world.refuse("vouchers.merchant", pay({BORAS: 1}, by=BORA.party), by=BORA)
    world.check()


def test_a_decision_by_a_third_officer_and_a_single_measure():
    for measure in ({"recall": [ALICES]}, {"recovery": None, "suspension": True}):
        world = fraud_world()
        case = opened(world)
        world.advance(AFTER_HEARING)
        acts = [Suspend(by="operator", merchant="bakery")] if "suspension" in measure else []
        world.accept(*acts, deciding(case, **measure), by=[DECIDER, OPERATOR] if acts else DECIDER)
        assert present(queries.own_case(world.state(), "bakery", COUPON, case)).debt == ""
        world.check()


def test_a_hearing_ends_with_a_day_in_seoul():
    world = fraud_world()
    case = opened(world)
    view = present(queries.own_case(world.state(), "bakery", COUPON, case))
    # The notice is of 21 July 2025, 09:00 in Seoul; 4 August is the fourteenth day after, 3 October the sixtieth then.
    assert view.hearing_ends == 1_754_319_599  # 2025-08-04T23:59:59+09:00
    assert view.decide_by == 1_759_503_599  # 2025-10-03T23:59:59+09:00
    world.time = view.hearing_ends
    world.accept(stating(case), by=BAKERY)
    world.refuse("fraud.hearing_open", dismissing(case), by=DECIDER)
    world.advance(1)
    world.refuse("fraud.hearing_over", stating(case), by=BAKERY)
    world.accept(dismissing(case), by=DECIDER)
    world.check()


@pytest.mark.parametrize("second", [0, 1, DAY - 9 * 3_600 - 1, DAY - 9 * 3_600, DAY - 1])
def test_a_deadline_is_the_end_of_its_day_whenever_the_notice_was_given(second):
    midnight = 1_753_023_600  # 2025-07-21T00:00:00+09:00
    assert deadline_of(midnight + second, 0) == midnight + DAY - 1
    assert deadline_of(midnight + second, 14) == midnight + 15 * DAY - 1


def test_deadlines_bind_cases_that_are_opened_after_them():
    world = fraud_world()
    first = opened(world)
    world.accept(SetDeadlines(by="ministry", programme=COUPON, hearing_days=10, decision_days=1), by=quorum("ministry"))
    second = opened(world, party=ALICE.party)
    found = dict(queries.cases(world.state(), "ministry", COUPON))
    assert found[first].hearing_ends - found[second].hearing_ends == 4 * DAY
    assert found[second].decide_by - found[second].hearing_ends == DAY
    assert queries.deadlines(world.state(), COUPON).hearing_days == 10
    world.time = found[second].decide_by + 1
    world.refuse("fraud.too_late", deciding(second, recall=[ALICES]), by=DECIDER)
    world.accept(dismissing(second), by=DECIDER)
    world.check()


def test_a_withdrawn_case_frees_its_flags_for_another():
    world = fraud_world()
    flags = flagged(world, 2)
    world.accept(opening(*flags), by=OPENER)
    (case,) = case_ids(world)
    world.accept(withdrawing(case, by=DECIDER.party), by=DECIDER)
    world.accept(setting_aside(flags[0]), by=OPENER)
    world.accept(opening(flags[1], by=DECIDER.party), by=DECIDER)
    world.refuse("fraud.flag_closed", opening(*flags), by=OPENER)
    assert present(queries.own_case(world.state(), "bakery", COUPON, case)).outcome == "withdrawn"
    world.check()


def test_a_dismissed_case_keeps_its_flags_closed():
    world = fraud_world()
    case = opened(world)
    world.advance(AFTER_HEARING)
    world.accept(dismissing(case), by=DECIDER)
    world.refuse("fraud.flag_closed", opening(*flag_ids(world)), by=OPENER)
    world.check()


def test_of_a_decision_and_a_withdrawal_in_one_block_the_first_stands():
    world = fraud_world()
    case = opened(world)
    world.advance(AFTER_HEARING)
    decision = world.sign(deciding(case, recovery=recovery(world)), by=DECIDER)
    withdrawal = world.sign(withdrawing(case), by=OPENER)
    for order, outcome in (((decision, withdrawal), "measures"), ((withdrawal, decision), "withdrawn")):
        other = world.fork()
        assert [one.code for one in other.send(*order)] == ["", "fraud.closed"]
        assert present(queries.own_case(other.state(), "bakery", COUPON, case)).outcome == outcome
        assert len(debts.own_debts(other.state(), "bakery")) == (outcome == "measures")
        other.check()


def test_two_decisions_in_one_block_impose_one_debt():
    world = fraud_world()
    case = opened(world)
    world.advance(AFTER_HEARING)
    acts = [world.sign(deciding(case, recovery=recovery(world, won)), by=DECIDER) for won in (1, 2)]
    assert [one.code for one in world.send(*acts)] == ["", "fraud.closed"]
    assert [one.principal for one in debts.own_debts(world.state(), "bakery")] == [1]
    world.check()


def test_the_same_flag_in_two_cases_of_one_block_stands_in_the_first():
    world = fraud_world()
    (flag,) = flagged(world)
    acts = [world.sign(opening(flag, party=party), by=OPENER) for party in ("bakery", ALICE.party)]
    assert [one.code for one in world.send(*acts)] == ["", "fraud.flag_closed"]
    world.check()


def test_a_suspension_takes_no_money_and_a_recall_none_that_was_spent():
    world = fraud_world()
    case = opened(world, party=ALICE.party)
    world.advance(AFTER_HEARING)
    held = {name: balance(world.state(), name) for name in (ALICE.party, "bakery", "ministry")}
    recall = Recall(by="ministry", programme=COUPON, vouchers=[ALICES])
    world.accept(deciding(case, recall=[ALICES], recovery=recovery(world)), recall, by=DECIDER)
    assert {name: balance(world.state(), name) for name in held} == held
    assert vouchers_of.takings(world.state(), "bakery", COUPON) == 60_000
    world.check()


def test_a_payout_takes_the_overdue_debt_of_a_case_and_pays_the_rest():
    """The whole way: flag, notice, hearing, decision, debt, and set-off against what the shop took."""
    world = fraud_world()
    case = opened(world)
    world.advance(AFTER_HEARING)
    world.accept(deciding(case, recovery=recovery(world, 40_000, 5_000)), by=DECIDER)
    (debt,) = debts.own_debts(world.state(), "bakery")
    payout = PayOut(by="ministry", programme=COUPON, merchants=["bakery"])
    held = {name: balance(world.state(), name) for name in ("bakery", "ministry", f"escrow:{COUPON}")}
    world.advance(30 * DAY)
    world.refuse("debts.settled", payout, Pay(by="bakery", debt=debt.debt, amount=1), by=[OPENER, BAKERY])
    world.accept(payout, by=OPENER)
    assert balance(world.state(), "ministry") - held["ministry"] == 60_000
    assert balance(world.state(), "bakery") == held["bakery"]
    assert held[f"escrow:{COUPON}"] - balance(world.state(), f"escrow:{COUPON}") == 60_000
    assert vouchers_of.takings(world.state(), "bakery", COUPON) == 0
    view = present(debts.debt(world.state(), "bakery", debt.debt))
    assert (view.set_off, view.left, view.status) == (60_000, 0, "settled")
    world.check()


# --------------------------------------------------------------------------------------------------------- who reads


def test_who_reads_flags_and_cases():
    world = fraud_world()
    world.accept(reporting(5, by=CHUL.party), by=CHUL)
    (report,) = flag_ids(world)
    world.accept(opening(report), by=OPENER)
    (case,) = case_ids(world)
    world.accept(stating(case), by=BAKERY)
    state = world.state()
    for reader in ("ministry", DECIDER.party, "audit-board", officer("audit-board").party):
        assert [one for one, _ in queries.flags(state, reader, COUPON)] == [report]
        assert [one for one, _ in queries.cases(state, reader, COUPON)] == [case]
        assert queries.flag(state, reader, COUPON, report).case == case
    others = ["bakery", ALICE.party, CHUL.party, "grocer", "operator", "welfare", "bank-a", "desk", "nobody"]
    for reader in [*others, OPERATOR.party]:
        assert queries.flags(state, reader, COUPON) == []
        assert queries.cases(state, reader, COUPON) == []
        seen = queries.flag(state, reader, COUPON, report)
        assert (seen is not None) == (reader == CHUL.party)
        assert (queries.own_case(state, reader, COUPON, case) is not None) == (reader == "bakery")
        assert len(queries.own_cases(state, reader)) == (reader == "bakery")
    assert queries.flag(state, CHUL.party, COUPON, report).case == ""  # the reporter is not told of the case
    assert queries.flags(state, "ministry", "nothing") == []
    assert queries.cases(state, "ministry", "nothing") == []


def test_own_cases_come_in_pages_oldest_first():
    world = fraud_world()
    for number in range(3):
        world.accept(reporting(10 + number, by=CHUL.party), by=CHUL)
        (flag,) = set(flag_ids(world)) - {one for case in cases_of(world) for one in case.flags}
        world.accept(opening(flag), by=OPENER)
        world.advance(60)
    found = queries.own_cases(world.state(), "bakery")
    assert [one.opened_at for one in found] == [world.time - seconds for seconds in (180, 120, 60)]
    assert queries.own_cases(world.state(), "bakery", limit=2) == found[:2]
    assert queries.own_cases(world.state(), "bakery", found[1].case) == found[2:]
    assert queries.own_cases(world.state(), "bakery", found[2].case) == []
    world.check()


def cases_of(world):
    return [case for _, case in queries.cases(world.state(), "ministry", COUPON)]


def test_a_party_learns_neither_who_reported_it_nor_who_decides():
    world = fraud_world()
    world.accept(reporting(5, by=CHUL.party), by=CHUL)
    world.accept(opening(*flag_ids(world)), by=OPENER)
    (view,) = queries.own_cases(world.state(), "bakery")
    text = msgspec.json.encode(view).decode()
    assert NOTICE in text
    hidden = [CHUL.party, OPENER.party, DECIDER.party, *flag_ids(world), f"{5:064x}"]
    assert [one for one in hidden if one in text] == []


def test_flags_and_cases_come_in_pages_in_order_of_time():
    world = fraud_world()
    names = []
    for _ in range(3):
        world.advance(1)
        names += flagged(world)
        world.accept(opening(names[-1]), by=OPENER)
    state = world.state()
    assert [one for one, _ in queries.flags(state, "ministry", COUPON, limit=2)] == names[:2]
    assert [one for one, _ in queries.flags(state, "ministry", COUPON, after=names[1])] == names[2:]
    first, *rest = case_ids(world)
    assert [one for one, _ in queries.cases(state, "ministry", COUPON, after=first)] == rest
    assert len(queries.cases(state, "ministry", COUPON, limit=0)) == 1


# -------------------------------------------------------------------------------------------------------------- laws


def _broken(change):
    world = fraud_world()
    case = opened(world)
    world.accept(stating(case), by=BAKERY)
    world.advance(AFTER_HEARING)
    world.accept(deciding(case, recovery=recovery(world)), by=DECIDER)
    state = world.state()
    change(state, case, state.get(CASES, COUPON, case))
    found = []
    for law in INVARIANTS:
        try:
            law(state)
        except InvariantBroken:
            found.append(law.__name__)
    return found


def _put(**members):
    return lambda state, name, case: state.put(CASES, msgspec.structs.replace(case, **members), COUPON, name)


HEARD, DEBTS, LED = (law.__name__ for law in INVARIANTS)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda *_: None, []),
        (_put(closed_by=OPENER.party), [HEARD]),
        (_put(hearing_ends=2**40), [HEARD]),
        (_put(decide_by=1), [HEARD]),
        (_put(outcome=""), [HEARD]),
        (_put(outcome="dismissed"), [HEARD]),
        (_put(debt="", suspended=False), [HEARD]),
        (_put(opened_at=2**40), [HEARD]),
        (_put(debt="x"), [DEBTS]),
        (_put(party="grocer"), [HEARD, DEBTS]),
        (_put(closed_at=1_760_000_000, decide_by=2**40), [DEBTS]),
        (_put(flags=()), [LED]),
        (lambda state, name, case: state.delete(TOLD, "bakery", name), [HEARD]),
        (lambda state, name, case: state.delete(FLAGS, COUPON, case.flags[0]), [LED]),
        (lambda state, name, case: state.delete(RAISED, COUPON, "ministry", f"{100:064x}"), [LED]),
    ],
)
def test_the_laws_see_what_is_wrong(change, seen):
    assert _broken(change) == seen
