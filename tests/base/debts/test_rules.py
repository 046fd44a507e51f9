"""Every refusal of debts as a table in order of precedence, and what each act does."""

from typing import Any

import pytest

from madang.base.debts import queries
from madang.base.debts.state import DEBTS, FIRST_TERMS, MAX_OPEN, Totals, overdue
from madang.base.debts.transactions import FIVE_YEARS, SetTerms
from madang.base.money.ledger import balance
from madang.kernel.errors import Malformed
from tests.base.debts.scene import (
    DAY,
    PayDue,
    agree,
    agreed,
    debts_world,
    impose,
    imposed,
    newest,
    objecting,
    pay,
    plan,
    waive,
)
from tests.support.cast import ALICE, BAKERY, CHUL, GROCER, officer, officers, quorum
from tests.support.world import World, present

MINISTRY, WELFARE = quorum("ministry"), quorum("welfare")
NOTHING = "A" * 22


def _played() -> tuple[World, str, str, str]:
    """A debt of 150,000 won that is open, one of 1,000 won that was settled, and one of the grocer with a proposal."""
    world = debts_world()
    debt = imposed(world)
    settled = imposed(world, ground="decision-2", principal=1_000, surcharge=0)
    world.accept(pay(settled, 1_000), by=BAKERY)
    world.accept(objecting(settled), by=BAKERY)
    planned = imposed(world, debtor="grocer", ground="decision-3")
    world.accept(plan(planned, *PARTS), by=officer("ministry"))
    return world, debt, settled, planned


PARTS = ((40, 50_000), (80, 100_000))
PLAYED, DEBT, SETTLED, PLANNED = _played()
NOW = PLAYED.time
MOST = 2**53 - 1

CASES: list[tuple[str, Any, Any]] = [
    # ------------------------------------------------------------------------------------------- terms and imposing
    ("authority.quorum", SetTerms(by="ministry", surcharge_most=0), officer("ministry")),
    ("debts.not_sponsor", SetTerms(by="welfare", surcharge_most=0), WELFARE),
    ("authority.quorum", impose(debtor="nobody"), officer("ministry")),
    ("debts.not_sponsor", impose(by="welfare", debtor="nobody"), WELFARE),
    ("debts.not_debtor", impose(debtor="nobody", ground="decision-1"), MINISTRY),
    ("debts.not_debtor", impose(debtor="bank-a"), MINISTRY),
    ("debts.not_debtor", impose(debtor=officer("bank-a").party), MINISTRY),
    ("debts.ground_used", impose(conduct_at=NOW + 1), MINISTRY),
    ("debts.ground_used", impose(ground="decision-2"), MINISTRY),
    ("debts.conduct_ahead", impose(ground="x", conduct_at=NOW + 1, surcharge=20_001), MINISTRY),
    ("debts.barred", impose(ground="x", conduct_at=NOW - FIVE_YEARS - 1, surcharge=20_001), MINISTRY),
    ("debts.surcharge", impose(ground="x", surcharge=20_001, principal=MOST), MINISTRY),
    ("debts.surcharge", impose(ground="x", conduct_at=NOW - 30 * DAY - 1, surcharge=1), MINISTRY),
    ("debts.too_large", impose(ground="x", principal=MOST, surcharge=20_000, due_at=NOW), MINISTRY),
    ("debts.too_large", impose(ground="x", principal=MOST - 301_000 + 1, surcharge=0, due_at=NOW), MINISTRY),
    ("debts.due_date", impose(ground="x", due_at=NOW), MINISTRY),
    ("debts.due_date", impose(ground="x", due_at=NOW + FIVE_YEARS + 1), MINISTRY),
    # ------------------------------------------------------------------------------------------------------- paying
    ("authority.not_signed", pay(DEBT, 1), GROCER),
    ("debts.unknown_debt", pay(NOTHING, MOST), BAKERY),
    ("debts.unknown_debt", pay(DEBT, MOST, by="grocer"), GROCER),
    ("debts.unknown_debt", pay(DEBT, 1, by="ministry"), officer("ministry")),
    ("debts.settled", pay(SETTLED, MOST), BAKERY),
    ("debts.too_much", pay(DEBT, 150_001), BAKERY),
    # -------------------------------------------------------------------------------------------------- instalments
    ("debts.unknown_debt", plan(NOTHING, (0, 1)), officer("ministry")),
    ("debts.unknown_debt", plan(DEBT, (0, 1), by="welfare"), officer("welfare")),
    ("debts.unknown_debt", plan(DEBT, (30, 150_000), by="grocer"), GROCER),
    ("debts.settled", plan(SETTLED, (0, 1)), officer("ministry")),
    ("debts.due_date", plan(DEBT, (0, 1)), officer("ministry")),
    ("debts.due_date", plan(DEBT, (1, 1), (1_827, 1)), officer("ministry")),
    ("debts.order", plan(DEBT, (31, 1), (31, 1)), officer("ministry")),
    ("debts.order", plan(DEBT, (32, 1), (31, 1)), officer("ministry")),
    ("debts.sum", plan(DEBT, (1, 149_999)), officer("ministry")),
    ("debts.sum", plan(DEBT, (1, 1), (2, 150_000)), officer("ministry")),
    ("debts.sum", plan(DEBT, (1, 149_999), by="bakery"), BAKERY),
    ("authority.not_signed", agreed(plan(PLANNED, *PARTS), by="grocer"), officers("ministry")),
    ("authority.not_signed", agreed(plan(PLANNED, *PARTS), by="ministry"), GROCER),
    ("debts.unknown_debt", agreed(plan(NOTHING, (0, 1))), BAKERY),
    ("debts.unknown_debt", agreed(plan(PLANNED, *PARTS)), BAKERY),
    ("debts.settled", agreed(plan(SETTLED, (0, 1))), BAKERY),
    ("debts.no_proposal", agreed(plan(DEBT, (0, 1))), BAKERY),
    ("debts.own_proposal", agreed(plan(PLANNED, (0, 1)), by="ministry"), officers("ministry")),
    ("debts.other_plan", agreed(plan(PLANNED, (0, 1)), by="grocer"), GROCER),
    ("debts.other_plan", agreed(plan(PLANNED, (40, 50_000), (80, 99_999)), by="grocer"), GROCER),
    # ---------------------------------------------------------------------------- agreeing, waiving, and objecting
    ("debts.unknown_debt", agree(NOTHING), BAKERY),
    ("debts.unknown_debt", agree(DEBT, by="grocer"), GROCER),
    ("debts.unknown_debt", agree(DEBT, by="ministry"), officer("ministry")),
    ("debts.settled", agree(SETTLED), BAKERY),
    ("authority.quorum", waive(NOTHING, 1), officer("ministry")),
    ("debts.unknown_debt", waive(NOTHING, MOST), MINISTRY),
    ("debts.unknown_debt", waive(DEBT, 1, by="welfare"), WELFARE),
    ("debts.unknown_debt", waive(DEBT, 1, by="bakery"), BAKERY),
    ("debts.settled", waive(SETTLED, MOST), MINISTRY),
    ("debts.too_much", waive(DEBT, 150_001), MINISTRY),
    ("debts.unknown_debt", objecting(NOTHING), BAKERY),
    ("debts.unknown_debt", objecting(DEBT, by="grocer"), GROCER),
    ("debts.objected", objecting(SETTLED), BAKERY),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{type(case[1]).__name__}")
def test_refusals(case):
    code, act, by = case
    world = PLAYED.fork()
    world.refuse(code, act, by=by)
    world.check()


def test_a_debtor_without_money_owes_and_no_balance_falls_below_zero():
    world = debts_world()
    debt = imposed(world, debtor=CHUL.party, principal=200_001, surcharge=0)
    world.refuse("money.balance", pay(debt, 200_001, by=CHUL.party), by=CHUL)
    world.accept(pay(debt, 200_000, by=CHUL.party), by=CHUL)
    assert balance(world.state(), CHUL.party) == 0
    assert present(queries.debt(world.state(), CHUL.party, debt)).left == 1
    world.check()


def test_a_debtor_owes_a_creditor_at_most_sixty_four_debts_at_once():
    world = debts_world()
    for number in range(0, MAX_OPEN, 16):
        acts = [impose(ground=f"d{number + one}", principal=1, surcharge=0) for one in range(16)]
        world.accept(*acts, by=MINISTRY)
    world.refuse("debts.too_many", impose(ground="more", principal=1), by=MINISTRY)
    world.accept(waive(newest(world), 1), by=MINISTRY)
    imposed(world, ground="more", principal=1, surcharge=0)
    world.check()


# ------------------------------------------------------------------------------------------------------------ bounds


@pytest.mark.parametrize(
    ("conduct", "surcharge", "code"),
    [
        # The terms have been in force for thirty days: before them, five years and no surcharge.
        (NOW - 30 * DAY, 20_000, ""),
        (NOW - 30 * DAY - 1, 0, ""),
        (NOW - 30 * DAY - 1, 1, "debts.surcharge"),
        (NOW - FIVE_YEARS, 0, ""),
        (NOW - FIVE_YEARS - 1, 0, "debts.barred"),
        (NOW, 20_000, ""),
        (NOW + 1, 0, "debts.conduct_ahead"),
    ],
)
def test_conduct_is_judged_by_the_terms_of_its_time(conduct, surcharge, code):
    world = debts_world()
    act = impose(conduct_at=conduct, surcharge=surcharge)
    if code:
        world.refuse(code, act, by=MINISTRY)
    else:
        world.accept(act, by=MINISTRY)
        world.check()


def test_a_shorter_bar_counts_for_conduct_since_it_was_set():
    world = debts_world()
    since = world.time - 30 * DAY
    world.advance(1_000 * DAY - 30 * DAY)
    world.accept(impose(conduct_at=since, due_at=world.time + 1), by=MINISTRY)
    world.advance(1)
    world.refuse("debts.barred", impose(ground="x", conduct_at=since, due_at=world.time + 1), by=MINISTRY)
    world.accept(impose(ground="x", conduct_at=since - 1, surcharge=0, due_at=world.time + 1), by=MINISTRY)
    assert [terms.bar for _, terms in queries.terms(world.state(), "ministry")] == [1_000 * DAY]
    assert queries.terms(world.state(), "welfare") == []
    assert FIRST_TERMS.bar == FIVE_YEARS
    world.check()


def test_a_surcharge_is_rounded_down_and_three_times_at_most():
    world = debts_world()
    world.accept(SetTerms(by="ministry", surcharge_most=30_000), by=MINISTRY)
    for number, (principal, points, expected) in enumerate([(3, 3_333, 0), (9_999, 1, 0), (10_001, 9_999, 9_999)]):
        debt = imposed(world, ground=f"r{number}", principal=principal, surcharge=points)
        assert present(queries.debt(world.state(), "bakery", debt)).surcharge == expected
    debt = imposed(world, ground="full", principal=7, surcharge=30_000, conduct_at=world.time)
    assert present(queries.debt(world.state(), "bakery", debt)).left == 28
    for act in (impose(surcharge=30_001), SetTerms(by="ministry", surcharge_most=30_001)):
        with pytest.raises(Malformed, match="json.invalid"):
            world.submit(act, by=MINISTRY)
    world.check()


# ------------------------------------------------------------------------------------------------------ a whole life


def test_a_debt_is_paid_in_parts_and_the_creditor_has_the_money():
    world = debts_world()
    debt = imposed(world)
    before = balance(world.state(), "ministry")
    world.accept(pay(debt, 60_000), by=BAKERY)
    world.accept(waive(debt, 40_000), by=MINISTRY)
    world.accept(pay(debt, 50_000), by=BAKERY)
    view = present(queries.debt(world.state(), "ministry", debt))
    assert (view.paid, view.waived, view.set_off, view.left, view.status) == (110_000, 40_000, 0, 0, "settled")
    assert balance(world.state(), "ministry") == before + 110_000
    assert balance(world.state(), "bakery") == 390_000
    assert queries.own_debts(world.state(), "bakery") == []
    assert queries.totals(world.state(), "ministry", "ministry") == Totals(1, 150_000, 110_000, 0, 40_000)
    world.check()


@pytest.mark.parametrize("first", ["ministry", "bakery"])
def test_a_plan_counts_when_both_sides_have_signed_it(first):
    second = "bakery" if first == "ministry" else "ministry"
    signers = {"ministry": officer("ministry"), "bakery": BAKERY}
    world = debts_world()
    debt = imposed(world)
    world.accept(pay(debt, 30_000), by=BAKERY)
    proposal = plan(debt, (10, 20_000), (60, 100_000), by=first)
    world.accept(proposal, by=signers[first])
    view = present(queries.debt(world.state(), second, debt))
    assert ([one.amount for one in view.plan], [one.amount for one in view.proposed]) == ([150_000], [20_000, 100_000])
    assert view.proposed_by == first
    world.refuse("debts.own_proposal", agreed(proposal, by=first), by=signers[first])
    world.accept(agreed(proposal, by=second), by=signers[second])
    view = present(queries.debt(world.state(), "bakery", debt))
    assert ([one.amount for one in view.plan], view.proposed, view.proposed_by) == ([20_000, 100_000], [], "")
    world.refuse("debts.no_proposal", agreed(proposal, by=second), by=signers[second])
    world.check()


def test_both_sides_sign_one_transaction_at_the_office():
    world = debts_world()
    proposal = plan(imposed(world), (30, 50_000), (60, 100_000))
    world.accept(proposal, agreed(proposal), by=[officer("ministry"), BAKERY])
    world.check()


def test_a_later_proposal_takes_the_place_of_one_that_was_read():
    world = debts_world()
    debt = imposed(world)
    read, later = plan(debt, (30, 50_000), (60, 100_000)), plan(debt, (1, 149_999), (2, 1))
    results = world.send(*(world.sign(one, by=officer("ministry")) for one in (read, later)))
    assert [one.outcome for one in results] == ["accepted", "accepted"]
    world.refuse("debts.other_plan", agreed(read), by=BAKERY)
    world.accept(plan(debt, (90, 150_000), by="bakery"), by=BAKERY)
    world.refuse("debts.own_proposal", agreed(later), by=BAKERY)
    world.check()


def test_a_proposal_that_time_or_a_payment_overtook_is_not_put_in_force():
    world = debts_world()
    debt = imposed(world)
    proposal = plan(debt, (1, 50_000), (60, 100_000))
    world.accept(proposal, by=officer("ministry"))
    paid, late = world.fork(), world.fork()
    paid.accept(pay(debt, 1), by=BAKERY)
    paid.refuse("debts.sum", agreed(proposal), by=BAKERY)
    late.advance(DAY)
    late.refuse("debts.due_date", agreed(proposal), by=BAKERY)
    paid.accept(pay(debt, 149_999), by=BAKERY)
    paid.refuse("debts.settled", agreed(proposal), by=BAKERY)
    assert present(queries.debt(paid.state(), "bakery", debt)).proposed == []
    for world in (paid, late):
        world.check()


def test_what_was_paid_ahead_counts_for_the_earliest_instalments_of_the_plan_in_force():
    world = debts_world()
    debt = imposed(world)
    proposal = plan(debt, (30, 50_000), (60, 50_000), (90, 50_000))
    world.accept(proposal, agreed(proposal), by=[officer("ministry"), BAKERY])
    world.accept(pay(debt, 60_000), by=BAKERY)
    for days, due in ((59, 0), (1, 40_000), (30, 90_000)):
        world.advance(days * DAY)
        assert overdue(present(world.state().get(DEBTS, debt)), world.time) == due
    world.check()


def test_overdue_money_is_set_off_oldest_first_and_the_rest_is_paid():
    world = debts_world()
    first, second = imposed(world), imposed(world, ground="decision-2", principal=10_000, surcharge=0)
    third = imposed(world, debtor="grocer", ground="decision-3")
    before = {name: balance(world.state(), name) for name in ("ministry", "bakery", "escrow:toys")}
    world.accept(PayDue(by="ministry", merchant="bakery", due=1_000), by=officer("ministry"))
    assert balance(world.state(), "bakery") == before["bakery"] + 1_000  # nothing is due yet
    world.advance(30 * DAY)
    world.accept(PayDue(by="ministry", merchant="bakery", due=155_000), by=officer("ministry"))
    views = [present(queries.debt(world.state(), "ministry", one)) for one in (first, second, third)]
    assert [one.set_off for one in views] == [150_000, 5_000, 0]
    assert balance(world.state(), "bakery") == before["bakery"] + 1_000
    assert balance(world.state(), "ministry") == before["ministry"] + 155_000
    world.accept(PayDue(by="ministry", merchant="bakery", due=20_000), by=officer("ministry"))
    assert balance(world.state(), "bakery") == before["bakery"] + 16_000
    assert balance(world.state(), "escrow:toys") == before["escrow:toys"] - 176_000
    world.check()


def test_the_last_second_before_the_due_date_takes_nothing_and_the_next_takes_all():
    for seconds, taken in ((30 * DAY - 1, 0), (30 * DAY, 150_000)):
        world = debts_world()
        debt = imposed(world)
        world.advance(seconds)
        world.accept(PayDue(by="ministry", merchant="bakery", due=1_000_000), by=officer("ministry"))
        assert present(queries.debt(world.state(), "bakery", debt)).set_off == taken


def test_a_debtor_agrees_to_be_set_off_before_the_due_date_and_takes_it_back():
    world = debts_world()
    debt = imposed(world)
    world.accept(agree(debt), by=BAKERY)
    world.accept(PayDue(by="ministry", merchant="bakery", due=40_000), by=officer("ministry"))
    world.accept(agree(debt, agreed=False), by=BAKERY)
    world.accept(PayDue(by="ministry", merchant="bakery", due=40_000), by=officer("ministry"))
    assert present(queries.debt(world.state(), "bakery", debt)).set_off == 40_000
    world.check()


def test_what_one_creditor_pays_is_not_taken_for_another():
    world = debts_world()
    debt = imposed(world)
    world.advance(40 * DAY)
    world.accept(PayDue(by="bakery", merchant="grocer", due=5), by=BAKERY)
    world.accept(PayDue(by="welfare", merchant="bakery", due=50_000), by=officer("welfare"))
    assert present(queries.debt(world.state(), "bakery", debt)).set_off == 0


def test_to_object_marks_a_debt_and_stops_nothing():
    world = debts_world()
    debt = imposed(world)
    world.accept(objecting(debt), by=BAKERY)
    assert present(queries.debt(world.state(), "ministry", debt)).objected_at == world.time
    world.accept(pay(debt, 1), by=BAKERY)
    world.advance(30 * DAY)
    world.accept(PayDue(by="ministry", merchant="bakery", due=9), by=officer("ministry"))
    assert present(queries.debt(world.state(), "ministry", debt)).left == 149_990
    world.check()


# ------------------------------------------------------------------------------------------------------------ races


def test_two_set_offs_in_one_block_take_no_won_twice():
    world = debts_world()
    debt = imposed(world)
    world.advance(30 * DAY)
    act = PayDue(by="ministry", merchant="bakery", due=100_000)
    results = world.send(*(world.sign(act, by=officer("ministry")) for _ in range(2)))
    assert [one.outcome for one in results] == ["accepted", "accepted"]
    view = present(queries.debt(world.state(), "bakery", debt))
    assert (view.set_off, view.left) == (150_000, 0)
    assert balance(world.state(), "bakery") == 550_000
    world.check()


def test_a_payment_and_a_set_off_in_one_transaction_share_what_is_left():
    world = debts_world()
    debt = imposed(world)
    world.advance(30 * DAY)
    due = PayDue(by="ministry", merchant="bakery", due=100_000)
    both = [officer("ministry"), BAKERY]
    world.refuse("debts.too_much", due, pay(debt, 50_001), by=both)
    world.refuse("debts.settled", due, due, pay(debt, 1), by=both)
    world.accept(pay(debt, 149_999), due, by=both)
    view = present(queries.debt(world.state(), "bakery", debt))
    assert (view.paid, view.set_off) == (149_999, 1)
    assert balance(world.state(), "bakery") == 500_000 - 149_999 + 99_999
    world.check()


def test_a_waiver_and_a_payment_in_one_block_never_pass_the_debt():
    world = debts_world()
    debt = imposed(world)
    signed = [world.sign(waive(debt, 150_000), by=MINISTRY), world.sign(pay(debt, 150_000), by=BAKERY)]
    for order in (signed, signed[::-1]):
        other = world.fork()
        outcomes = [(one.outcome, one.code) for one in other.send(*order)]
        assert outcomes == [("accepted", ""), ("rejected", "debts.settled")]
        other.check()


def test_the_same_ground_twice_in_one_block_makes_one_debt():
    world = debts_world()
    results = world.send(*(world.sign(impose(principal=one), by=MINISTRY) for one in (1, 2)))
    assert [one.code for one in results] == ["", "debts.ground_used"]
    world.check()


# --------------------------------------------------------------------------------------------------------- who reads


READERS = {
    "bakery": True,
    "ministry": True,
    officer("ministry").party: True,
    "audit-board": True,
    officer("audit-board").party: True,
    "grocer": False,
    "bank-a": False,  # which registered the bakery
    "operator": False,
    "welfare": False,
    officer("welfare").party: False,
    ALICE.party: False,
}


@pytest.mark.parametrize("reader", READERS)
def test_who_reads_a_debt(reader):
    state = PLAYED.state()
    sees = READERS[reader]
    assert (queries.debt(state, reader, DEBT) is not None) == sees
    assert (queries.debts(state, reader, "ministry") != []) == (sees and reader != "bakery")
    assert (queries.totals(state, reader, "ministry").count == 3) == (sees and reader != "bakery")
    own = {"bakery": [DEBT], "grocer": [PLANNED]}
    assert [one.debt for one in queries.own_debts(state, reader)] == own.get(reader, [])
    assert queries.debt(state, reader, NOTHING) is None


def test_debts_are_listed_in_pages():
    state = PLAYED.state()
    assert [one.debt for one in queries.debts(state, "ministry", "ministry")] == [DEBT, SETTLED, PLANNED]
    assert [one.number for one in queries.debts(state, "ministry", "ministry", limit=1)] == [1]
    assert [one.debt for one in queries.debts(state, "ministry", "ministry", after=1, limit=1)] == [SETTLED]
    assert queries.debts(state, "ministry", "ministry", after=3) == []
    assert queries.debts(state, "ministry", "welfare") == []


def test_terms_and_own_debts_come_in_pages():
    world = PLAYED.fork()
    for day in range(3):
        world.advance(DAY)
        world.accept(SetTerms(by="ministry", surcharge_most=day), by=MINISTRY)
    found = queries.terms(world.state(), "ministry")
    assert [one.surcharge_most for _, one in found] == [20_000, 0, 1, 2]
    first = queries.terms(world.state(), "ministry", limit=2)
    assert first == found[:2]
    assert queries.terms(world.state(), "ministry", first[-1][0], 500) == found[2:]
    assert queries.terms(world.state(), "ministry", found[-1][0]) == []
    own = queries.own_debts(world.state(), "bakery", limit=1)
    assert [one.creditor for one in own] == ["ministry"]
    assert queries.own_debts(world.state(), "bakery", own[-1].creditor) == []
