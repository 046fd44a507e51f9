"""Disputes through their whole life: what moves at each step, who sees what, and laws over random sequences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from madang.base.money.ledger import balance
from madang.base.money.transactions import Pay, PlaceHold
from madang.base.parties.transactions import Suspend
from madang.kernel.module import InvariantBroken
from madang.services.disputes import MODULE, queries
from madang.services.disputes.state import CASES, CONCERNS, MAX_OPEN, OPEN, WAITING, Concern, Open, Waiting
from madang.services.disputes.transactions import SetTerms, Transfer
from tests.services.disputes.scene import (
    BANK,
    CENTRAL,
    DAY,
    OTHER_BANK,
    answering,
    case_of,
    charging,
    crediting,
    deciding,
    dispute_world,
    filed,
    filing,
    with_case,
    withdrawing,
)
from tests.support.cast import ALICE, BORA, CHUL, GROCER, officer
from tests.support.world import START, present


def balances(world) -> tuple[int, int, int]:
    """Of Alice, of the bank's own account, of the grocer."""
    state = world.state()
    return balance(state, ALICE.party), balance(state, "bank-a"), balance(state, "grocer")


def test_found_for_the_holder_the_bank_pays_and_charges_back():
    world, case = filed()
    world.accept(with_case(crediting(30_000), case), by=BANK)
    assert balances(world) == (230_000, 970_000, 100_000)
    world.accept(with_case(answering(agrees=False), case), by=GROCER)
    world.accept(with_case(deciding(True), case), by=BANK)
    assert balances(world) == (300_000, 900_000, 100_000)
    world.accept(with_case(charging(70_000), case), by=OTHER_BANK)
    world.accept(with_case(charging(30_000), case), by=OTHER_BANK)
    assert balances(world) == (300_000, 1_000_000, 0)
    found = present(queries.dispute(world.state(), ALICE.party, case))
    assert (found.standing, found.credited, found.charged, found.owed) == ("upheld", 100_000, 100_000, 0)
    world.check()


def test_found_against_the_holder_the_bank_takes_back_what_is_there_and_no_more():
    world, case = filed()
    world.accept(with_case(crediting(), case), by=BANK)
    world.accept(Pay(by=ALICE.party, to="bakery", amount=270_000), by=ALICE)
    hold = PlaceHold(by="bank-a", account=ALICE.party, order="1" * 64, amount=10_000)
    world.accept(hold, by=BANK)
    world.advance(5 * DAY)
    world.accept(with_case(deciding(False), case), by=BANK)
    assert balances(world) == (10_000, 920_000, 100_000)  # what the court's order holds stays
    found = present(queries.dispute(world.state(), ALICE.party, case))
    assert (found.standing, found.returned, found.owed) == ("rejected", 20_000, 80_000)
    world.check()


def test_a_late_decision_can_only_be_for_the_holder():
    world, case = filed()
    world.advance(14 * DAY)
    assert queries.overdue(world.state(), officer("bank-a").party, "bank-a", world.time) == [case]
    assert queries.overdue(world.state(), officer("bank-a").party, "bank-a", world.time - 1) == []
    assert queries.overdue(world.state(), ALICE.party, "bank-a", world.time) == []
    world.refuse("disputes.decision_late", with_case(deciding(False), case), by=BANK)
    world.accept(with_case(deciding(True), case), by=BANK)
    assert balances(world)[0] == 300_000
    assert queries.overdue(world.state(), officer("audit-board").party, "bank-a", world.time) == []


def test_overdue_ones_come_most_urgent_first_and_only_they_are_looked_at():
    world = dispute_world()
    for number in range(3):
        world.accept(filing(amount=1, transfer=Transfer(transaction=f"{number:032x}", at=world.time)), by=ALICE)
        world.advance(DAY)
    reader, first = officer("bank-a").party, world.time + 11 * DAY
    in_order = [case for case, _ in queries.disputes(world.state(), ALICE.party, ALICE.party)]

    def overdue(at, limit=100):
        return queries.overdue(world.state(), reader, "bank-a", at, limit)

    assert [len(overdue(first + days * DAY)) for days in (-1, 0, 1, 2)] == [0, 1, 2, 3]
    assert overdue(first + 9 * DAY) == in_order
    assert overdue(first + 9 * DAY, 2) == in_order[:2]
    world.accept(with_case(withdrawing(), in_order[1]), by=ALICE)
    assert overdue(first + 9 * DAY) == [in_order[0], in_order[2]]
    world.check()


def test_withdrawn_the_credit_goes_back():
    world, case = filed()
    world.accept(with_case(crediting(), case), by=BANK)
    world.accept(with_case(withdrawing(), case), by=ALICE)
    assert balances(world) == (200_000, 1_000_000, 100_000)
    world.refuse("disputes.filed", filing(), by=ALICE)  # once
    world.check()


def test_a_lost_phone_is_stopped_in_the_transaction_that_disputes_what_was_paid_with_it():
    world = dispute_world()
    world.accept(filing(by="bank-a"), Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    world.refuse("authority.suspended", Pay(by=ALICE.party, to="bakery", amount=1), by=ALICE)
    case = case_of(world)
    world.accept(with_case(crediting(), case), by=BANK)
    world.accept(with_case(answering(), case), with_case(deciding(True), case), by=[GROCER, *BANK])
    world.accept(with_case(charging(), case), by=OTHER_BANK)
    assert balances(world) == (300_000, 1_000_000, 0)


def test_a_shop_that_is_suspended_is_charged_back_all_the_same():
    world, case = filed()
    world.accept(with_case(answering(agrees=False), case), by=GROCER)
    world.accept(Suspend(by="bank-b", party="grocer"), by=officer("bank-b"))
    world.accept(with_case(deciding(True), case), by=BANK)
    world.accept(with_case(charging(), case), by=OTHER_BANK)
    assert balances(world) == (300_000, 1_000_000, 0)


def test_terms_bind_what_is_filed_from_then_on():
    world, case = filed()
    world.accept(SetTerms(by="central-bank", file_days=90, answer_days=1, decide_days=2, charge_days=3), by=CENTRAL)
    assert queries.terms(world.state()).file == 90
    found = present(queries.dispute(world.state(), ALICE.party, case))
    assert (found.answer_by, found.decide_by, found.charge_days) == (START + 5 * DAY, START + 14 * DAY, 60)
    world.advance(89 * DAY)
    world.accept(filing(payee="bakery"), by=ALICE)


def test_a_holder_has_so_many_open_disputes_and_no_more():
    world = dispute_world()
    for number in range(MAX_OPEN):
        other = Transfer(transaction=f"{number:032x}", at=START)
        world.accept(filing(transfer=other), by=ALICE)
    world.refuse("disputes.too_many", filing(), by=ALICE)
    case, _ = queries.disputes(world.state(), ALICE.party, ALICE.party)[0]
    world.accept(with_case(withdrawing(), case), by=ALICE)
    world.accept(filing(), by=ALICE)
    world.check()


def test_each_sees_its_own_part():
    world, case = filed()
    state, bank, auditor = world.state(), officer("bank-a").party, officer("audit-board").party
    assert [bool(queries.dispute(state, one, case)) for one in (ALICE.party, bank, auditor)] == [True] * 3
    assert [queries.dispute(state, one, case) for one in (BORA.party, "grocer", officer("bank-b").party)] == [None] * 3
    seen = present(queries.disputed(state, "grocer", case))
    assert (seen.amount, seen.answer_by, seen.standing) == (100_000, START + 5 * DAY, "open")
    assert [queries.disputed(state, one, case) for one in (ALICE.party, bank, BORA.party)] == [None] * 3
    assert queries.disputes(state, ALICE.party, ALICE.party) == [(case, "holder")]
    assert queries.disputes(state, bank, "bank-a") == [(case, "handler")]
    assert queries.disputes(state, "grocer", "grocer", START) == [(case, "payee")]
    assert queries.disputes(state, "grocer", "grocer", START + 1) == []
    assert queries.disputes(state, CHUL.party, ALICE.party) == []
    assert queries.dispute(state, ALICE.party, "0" * 10 + "A" * 22) is None


def test_a_list_ends_where_it_was_asked_to():
    world, case = filed()
    world.advance(1)
    world.accept(filing(payee="bakery"), by=ALICE)
    assert len(queries.disputes(world.state(), ALICE.party, ALICE.party)) == 2
    assert queries.disputes(world.state(), ALICE.party, ALICE.party, 0, 1) == [(case, "holder")]


steps = st.lists(
    st.sampled_from(
        [
            (crediting(40_000), BANK),
            (crediting(60_000), BANK),
            (answering(True), [GROCER]),
            (answering(False), [GROCER]),
            (deciding(True), BANK),
            (deciding(False), BANK),
            (charging(30_000), OTHER_BANK),
            (charging(100_000), OTHER_BANK),
            (withdrawing(), [ALICE]),
            (Pay(by=ALICE.party, to="bakery", amount=90_000), [ALICE]),
            (Pay(by="grocer", to="bakery", amount=50_000), [GROCER]),
        ]
    ),
    min_size=3,
    max_size=9,
)


@settings(max_examples=40, deadline=None)
@given(steps, st.sampled_from([0, 6 * DAY, 15 * DAY]))
def test_whatever_happens_the_laws_hold_and_nobody_is_paid_twice(sequence, seconds):
    world, case = filed()
    world.advance(seconds)
    for act, signers in sequence:
        result = world.submit(with_case(act, case), by=signers)
        assert result.outcome != "defect", result
        world.check()
    found = world.state().get(CASES, case)
    spent = 300_000 - 100_000 + found.credited - found.returned
    assert balance(world.state(), ALICE.party) % 90_000 == spent % 90_000
    assert balance(world.state(), "bank-a") == 1_000_000 - found.credited + found.returned + found.charged


def test_the_laws_see_what_is_wrong():
    def broken(**members):
        world, case = filed()
        state = world.state()
        state.put(CASES, replace(present(state.get(CASES, case)), **members), case)
        found = []
        for law in MODULE.invariants:
            try:
                law(state)
            except InvariantBroken:
                found.append(law.__name__)
        return found

    assert broken() == []
    assert broken(credited=100_001) == ["amounts_agree"]
    assert broken(charged=1) == ["amounts_agree"]
    assert broken(credited=1, charged=1) == ["amounts_agree"]
    assert broken(standing="upheld", credited=99_999) == ["amounts_agree", "open_ones_are_counted"]
    assert broken(standing="rejected", credited=5, returned=3, owed=1) == ["amounts_agree", "open_ones_are_counted"]
    assert broken(standing="withdrawn", credited=5, returned=3) == ["amounts_agree", "open_ones_are_counted"]
    assert broken(payee="bakery") == ["concerns_are_known"]
    assert broken(standing="upheld", credited=100_000) == ["open_ones_are_counted"]
    world, case = filed()
    state = world.state()
    state.put(CONCERNS, Concern("payee"), "bakery", case)
    state.put(OPEN, Open(2), ALICE.party)
    with pytest.raises(InvariantBroken, match="counted"):
        MODULE.invariants[2](state)
    state.put(OPEN, Open(1), ALICE.party)
    state.put(WAITING, Waiting(1), "bank-a", world.time, case)
    with pytest.raises(InvariantBroken, match="wait"):
        MODULE.invariants[2](state)
    with pytest.raises(InvariantBroken, match="bakery"):
        MODULE.invariants[1](state)
