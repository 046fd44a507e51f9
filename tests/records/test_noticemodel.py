"""What was written on the ledger, and who is told what of it, once."""

from typing import Any

import pytest
from sqlalchemy import select, update

from madang.base.cards.transactions import Bind, Block, NewPin, ResetTries, Stock
from madang.base.debts import queries as debts
from madang.base.debts.transactions import Impose, NewInstalment, ProposeInstalments, Waive
from madang.base.mandates.state import WAIT
from madang.base.mandates.transactions import Grant as MandateGrant
from madang.base.mandates.transactions import Register as MandateRegister
from madang.base.mandates.transactions import Scope
from madang.base.parties.transactions import AppointInstitution, Reinstate, Suspend
from madang.client.letters import claim_by_code, digest_of_code
from madang.records.noticemodel import Notices, remind
from madang.records.projection import project, rebuild
from madang.records.schema import NOTICES, metadata
from madang.services.appeals import queries as appeals
from madang.services.applications import queries as applications
from madang.services.applications.transactions import Apply
from madang.services.applications.transactions import Decide as DecideApplication
from madang.services.applications.transactions import SetTerms as SetApplicationTerms
from madang.services.disputes import queries as disputes
from madang.services.disputes.transactions import Answer, File, Transfer
from madang.services.disputes.transactions import Decide as DecideDispute
from madang.services.fraud import queries as fraud
from madang.services.fraud.transactions import WithdrawCase
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Expire, Freeze, Grant, GrantRow, Recall, Refund
from tests.crash import town
from tests.records.scene import Yard
from tests.services.appeals.scene import DESK, SECOND, UNTIL, decide, lodge, take
from tests.services.fraud.scene import OPENER, opening, raising, stating
from tests.services.vouchers.scene import CLOSES, COUPON, pay, row
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, new_key, officer, quorum
from tests.support.signing import wallet

DAY = 86_400


def told(database, recipient: str) -> list[tuple]:
    """Kind, amount and detail of what somebody is told, in order."""
    with database.reading() as connection:
        found = select(NOTICES).where(NOTICES.c.recipient == recipient).order_by(NOTICES.c.at, NOTICES.c.kind)
        return [(one.kind, one.amount, one.detail) for one in connection.execute(found)]


def every(database) -> list[tuple]:
    with database.reading() as connection:
        return sorted(map(tuple, connection.execute(select(NOTICES)).all()))


def take_in(yard: Yard, database) -> None:
    project(database, yard.node.ledger.store.view(), Notices())


def granted(yard: Yard, *rows: GrantRow) -> list[str]:
    """Grant rows; the vouchers' numbers."""
    yard.accept(Grant(by="ministry", programme=COUPON, rows=list(rows)), by=officer("ministry"))
    return [str(queries.granted(yard.node.state(), "ministry", COUPON, one.reference)) for one in rows]


def test_whoever_is_granted_a_voucher_is_told_and_whoever_waits_for_a_code_when_it_is_claimed(yard, database):
    code = "A" * 26
    letter = GrantRow(reference="letter", amount=180_000, region="26", code=digest_of_code(COUPON, code))
    granted(yard, row("r-alice", ALICE.party), letter)
    take_in(yard, database)
    assert told(database, ALICE.party) == [("granted", 0, "")]
    assert told(database, BORA.party) == []
    yard.accept(claim_by_code(by=BORA.party, programme=COUPON, code=code), by=BORA)
    take_in(yard, database)
    assert told(database, BORA.party) == [("granted", 0, "")]
    for number in range(town.PAYERS):
        assert told(database, town.payer(number).party) == [("granted", 0, "")]


def test_a_payment_of_several_parts_and_own_money_is_told_once_with_its_number(yard, database):
    numbers = granted(yard, row("n1", ALICE.party), row("n2", ALICE.party))
    yard.accept(pay({numbers[0]: 12_000, numbers[1]: 3_000}, own=500), by=ALICE)
    take_in(yard, database)
    assert [one for one in told(database, ALICE.party) if one[0] == "paid"] == [("paid", 15_500, "")]
    (shop,) = queries.shop_payments(yard.node.state(), "bakery", COUPON)
    with database.reading() as connection:
        number = connection.execute(select(NOTICES.c.number).where(NOTICES.c.kind == "paid")).scalar_one()
    assert number == shop.number


def test_each_refund_is_told_with_what_came_back_then(yard, database):
    (number,) = granted(yard, row("n1", ALICE.party))
    yard.accept(pay({number: 10_000}, own=2_000), by=ALICE)
    payment = queries.shop_payments(yard.node.state(), "bakery", COUPON)[0].payment
    for amount in (1_200, 600, 10_200):
        yard.now += 1
        refund = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment, amount=amount)
        yard.accept(refund, by=BAKERY)
        take_in(yard, database)
    found = told(database, ALICE.party)
    assert [one[1] for one in found if one[0] == "refunded"] == [1_200, 600, 10_200]
    assert [one[1] for one in found if one[0] == "paid"] == [12_000]


def test_a_payment_and_its_refund_in_one_second_are_told_apart(yard, database):
    (number,) = granted(yard, row("n1", ALICE.party))
    yard.accept(pay({number: 10_000}), by=ALICE)
    payment = queries.shop_payments(yard.node.state(), "bakery", COUPON)[0].payment
    refund = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment, amount=4_000)
    yard.accept(refund, by=BAKERY)
    take_in(yard, database)
    amounts = {one[0]: one[1] for one in told(database, ALICE.party)}
    assert (amounts["paid"], amounts["refunded"]) == (10_000, 4_000)


def test_appeals_mandates_and_keys_are_told(yard, database):
    scope = Scope(acts=["appeals.lodge"], programme=COUPON, until=UNTIL)
    yard.accept(MandateGrant(by=ALICE.party, delegate=BORA.party, scope=scope), by=ALICE)
    yard.accept(lodge(by=BORA.party, for_party=ALICE.party), by=BORA)
    take_in(yard, database)
    assert told(database, ALICE.party) == [("mandate_used", 0, "appeals.lodge")]
    (appeal,) = appeals.due(yard.node.state(), "desk", "desk", 2**40)
    yard.accept(take(appeal.number), by=DESK)
    yard.now += 1
    yard.accept(decide(appeal.number), by=SECOND)
    yard.now += 1
    yard.accept(Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    yard.now += 1
    yard.accept(Reinstate(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    take_in(yard, database)
    assert [(kind, detail) for kind, _, detail in told(database, ALICE.party)] == [
        ("mandate_used", "appeals.lodge"),
        ("appeal_decided", "dismissed"),
        ("key_frozen", ""),
        ("key_released", ""),
    ]
    assert told(database, BORA.party) == []


def test_what_a_desk_did_without_the_person_is_told_while_it_waits(yard, database):
    scope = Scope(acts=["vouchers.pay"], per_use=1_000, total=2_000, until=yard.now + 30 * DAY)
    paper: dict[str, Any] = {
        "principal": ALICE.party,
        "delegate": BORA.party,
        "ground": "written",
        "evidence": "ab" * 32,
    }
    yard.accept(MandateRegister(by="desk", scope=scope, **paper), by=quorum("desk"))
    yard.now += 1
    own = Scope(acts=["appeals.lodge"], programme=COUPON, until=UNTIL)
    yard.accept(MandateGrant(by=ALICE.party, delegate=BORA.party, scope=own), by=ALICE)
    take_in(yard, database)
    assert told(database, ALICE.party) == [("mandate_registered", 0, "")]
    with database.reading() as connection:
        works_from = connection.execute(select(NOTICES.c.day).where(NOTICES.c.kind == "mandate_registered"))
        assert works_from.scalar_one() == yard.now - 1 + WAIT
    assert told(database, BORA.party) == []


def test_cards_that_a_desk_gives_out_renews_and_blocks_are_told_once_each(yard, database):
    server, cards = wallet("card server"), [wallet("first card"), wallet("second card")]
    service = AppointInstitution(
        by="operator", party="card-service", roles=["card_service"], threshold=1, officers=[new_key(server)]
    )
    yard.accept(service, by=quorum("operator"))
    yard.accept(Stock(by="card-service", keys=[one.public_key for one in cards]), by=server)
    for card in cards:
        yard.now += 1
        bind = Bind(by="desk", card=card.kid, holder=ALICE.party, per_payment=1_000, per_day=2_000)
        yard.accept(bind, by=quorum("desk"))
    yard.now += 1
    yard.accept(NewPin(by="desk", card=cards[1].kid), by=quorum("desk"))
    yard.accept(ResetTries(by="desk", card=cards[1].kid), by=officer("desk"))
    yard.now += 1
    yard.accept(Block(by="desk", card=cards[1].kid), by=officer("desk"))
    take_in(yard, database)
    assert [kind for kind, _, _ in told(database, ALICE.party)] == [
        "card_given",
        "card_blocked",
        "card_given",
        "card_pin",
        "card_blocked",
    ]


def test_a_case_is_told_once_with_the_last_day_of_its_hearing(yard, database):
    yard.accept(raising(), by=OPENER)
    ((flag, _),) = fraud.flags(yard.node.state(), "ministry", COUPON)
    yard.accept(opening(flag), by=OPENER)
    ((name, found),) = fraud.cases(yard.node.state(), "ministry", COUPON)
    yard.now += 1
    yard.accept(stating(name), by=BAKERY)
    opened = found.hearing_ends
    take_in(yard, database)
    assert told(database, "bakery") == [("case_opened", 0, "")]
    with database.reading() as connection:
        assert connection.execute(select(NOTICES.c.day).where(NOTICES.c.kind == "case_opened")).scalar_one() == opened


def day_of(database, kind: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(NOTICES.c.day).where(NOTICES.c.kind == kind)).scalar_one())


def test_the_end_of_a_case_is_told_too(yard, database):
    yard.accept(raising(), by=OPENER)
    ((flag, _),) = fraud.flags(yard.node.state(), "ministry", COUPON)
    yard.accept(opening(flag), by=OPENER)
    ((name, _),) = fraud.cases(yard.node.state(), "ministry", COUPON)
    yard.now += 1
    yard.accept(WithdrawCase(by=OPENER.party, programme=COUPON, case=name, reasons="ab" * 32), by=OPENER)
    take_in(yard, database)
    assert told(database, "bakery") == [("case_opened", 0, ""), ("case_decided", 0, "withdrawn")]


def test_who_loses_what_was_left_on_a_voucher_is_told_and_nobody_else(yard, database):
    recalled, lapsed, used = granted(yard, row("n1", ALICE.party), row("n2", BORA.party), row("n3", CHUL.party))
    yard.accept(pay({used: 180_000}, by=CHUL.party), by=CHUL)
    yard.accept(Freeze(by="ministry", programme=COUPON, vouchers=[lapsed]), by=OPENER)
    take_in(yard, database)
    yard.now += 1
    yard.accept(Recall(by="ministry", programme=COUPON, vouchers=[recalled]), by=quorum("ministry"))
    yard.now = CLOSES
    yard.accept(Expire(by="grocer", programme=COUPON, vouchers=[lapsed, used]), by=GROCER)
    take_in(yard, database)
    assert told(database, ALICE.party) == [("granted", 0, ""), ("recalled", 0, "")]
    assert told(database, BORA.party) == [("granted", 0, ""), ("lapsed", 0, "")]
    assert [kind for kind, _, _ in told(database, CHUL.party)] == ["granted", "paid"]


@pytest.mark.parametrize(("decision", "ground"), [("declined", "not_resident"), ("to_desk", None)])
def test_an_applicant_is_told_what_became_of_it(yard, database, decision, ground):
    terms = SetApplicationTerms(by="ministry", programme=COUPON, since=yard.now, until=UNTIL, days=7)
    yard.accept(terms, by=quorum("ministry"))
    yard.accept(Apply(by=ALICE.party, programme=COUPON, subjects=["cd" * 32]), by=ALICE)
    take_in(yard, database)
    assert told(database, ALICE.party) == []
    (number,) = [one.number for one in applications.own_applications(yard.node.state(), ALICE.party)]
    decide_it = DecideApplication(by=OPENER.party, application=number, decision=decision, ground=ground)
    yard.accept(decide_it, by=OPENER)
    take_in(yard, database)
    assert told(database, ALICE.party) == [("application_decided", 0, decision)]


def test_a_debtor_is_told_of_the_debt_and_of_a_plan_that_the_creditor_proposes(yard, database):
    due = yard.now + 30 * DAY
    impose = Impose(
        by="ministry", debtor="bakery", ground="d-1", principal=70_000, conduct_at=yard.now - DAY, due_at=due
    )
    yard.accept(impose, by=quorum("ministry"))
    (debt,) = debts.own_debts(yard.node.state(), "bakery")
    for by, signer in (("bakery", BAKERY), ("ministry", OPENER)):
        yard.now += 1
        plan = [NewInstalment(due_at=due + DAY, amount=70_000)]
        yard.accept(ProposeInstalments(by=by, debt=debt.debt, instalments=plan), by=signer)
    yard.now += 1
    yard.accept(Waive(by="ministry", debt=debt.debt, amount=1, reason="error"), by=quorum("ministry"))
    take_in(yard, database)
    assert told(database, "bakery") == [("debt_imposed", 70_000, ""), ("instalments_proposed", 0, "")]
    assert day_of(database, "debt_imposed") == due


def test_both_sides_of_a_dispute_are_told_when_it_is_opened_and_decided(yard, database):
    payment = Transfer(transaction="0123456789abcdef" * 2, at=yard.now)
    filing = File(
        by="bank-a",
        holder=ALICE.party,
        payee="grocer",
        ground="unauthorised",
        amount=5_000,
        statement="ab" * 32,
        transfer=payment,
    )
    yard.accept(filing, by=officer("bank-a"))
    ((case, _),) = disputes.disputes(yard.node.state(), ALICE.party, ALICE.party)
    yard.now += 1
    yard.accept(Answer(by="grocer", case=case, agrees=False, statement="cd" * 32), by=GROCER)
    take_in(yard, database)
    assert told(database, ALICE.party) == [("dispute_received", 5_000, "")]
    assert told(database, "grocer") == [("dispute_opened", 5_000, "")]
    assert day_of(database, "dispute_opened") == filing.transfer.at + 5 * DAY - 1
    yard.now += 1
    yard.accept(DecideDispute(by="bank-a", case=case, upheld=False, reasons="ef" * 32), by=quorum("bank-a"))
    take_in(yard, database)
    for party in (ALICE.party, "grocer"):
        assert told(database, party)[1:] == [("dispute_decided", 5_000, "rejected")]


def test_taken_in_again_from_the_first_block_nobody_is_told_twice(yard, database):
    (number,) = granted(yard, row("n1", ALICE.party))
    yard.accept(pay({number: 10_000}, own=100), by=ALICE)
    payment = queries.shop_payments(yard.node.state(), "bakery", COUPON)[0].payment
    yard.accept(Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment, amount=70), by=BAKERY)
    take_in(yard, database)
    before = every(database)
    rebuild(database, yard.node.ledger.store.view(), Notices())
    assert every(database) == before


def test_no_amount_of_a_grant_and_no_rest_is_kept(yard, database):
    (number,) = granted(yard, row("n1", ALICE.party, amount=330_000))
    yard.accept(pay({number: 12_345}), by=ALICE)
    take_in(yard, database)
    with database.reading() as connection:
        stored = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    assert "330000" not in stored
    assert str(330_000 - 12_345) not in stored
    assert "12345" in stored


@pytest.mark.parametrize(
    ("left", "kinds"), [(31 * DAY, 0), (30 * DAY, 1), (8 * DAY, 1), (7 * DAY, 1), (DAY, 1), (0, 0), (-1, 0)]
)
def test_reminders_come_within_their_term_and_never_after_the_end(yard, database, left, kinds):
    granted(yard, row("n1", ALICE.party), row("n2", ALICE.party))
    take_in(yard, database)
    with database.writing() as connection:
        remind(connection, CLOSES - left)
        remind(connection, CLOSES - left)
    assert len([one for one in told(database, ALICE.party) if one[0] == "use_by"]) == kinds


def test_reminders_come_once_a_term_to_those_who_still_have_something(yard, database):
    numbers = granted(yard, row("n1", ALICE.party), row("n2", BORA.party))
    yard.accept(pay({numbers[1]: 180_000}, by=BORA.party), by=BORA)
    take_in(yard, database)
    with database.writing() as connection:
        for day in range(40, -1, -1):
            remind(connection, CLOSES - day * DAY)
    assert len([one for one in told(database, ALICE.party) if one[0] == "use_by"]) == 3
    assert not [one for one in told(database, BORA.party) if one[0] == "use_by"]


def test_whoever_is_granted_a_voucher_within_the_last_days_is_not_reminded_of_the_longer_terms(yard, database):
    yard.now = CLOSES - 5 * DAY
    granted(yard, row("n1", ALICE.party))
    take_in(yard, database)
    with database.writing() as connection:
        remind(connection, CLOSES - 5 * DAY + 60)
    assert [one[0] for one in told(database, ALICE.party)] == ["granted"]
    with database.writing() as connection:
        remind(connection, CLOSES - DAY)
    assert [one[0] for one in told(database, ALICE.party)] == ["granted", "use_by"]


def test_a_notice_says_where_its_transaction_stands_also_one_that_a_former_version_made(yard, database):
    granted(yard, row("n1", ALICE.party))
    take_in(yard, database)
    stands = yard.node.ledger.durable.size - 1

    def place() -> tuple[int, int]:
        with database.reading() as connection:
            found = select(NOTICES.c.position, NOTICES.c.planned).where(NOTICES.c.recipient == ALICE.party)
            return tuple(connection.execute(found).one())

    assert place() == (stands, 0)
    with database.writing() as connection:
        connection.execute(update(NOTICES).values(position=-1, planned=1))
    rebuild(database, yard.node.ledger.store.view(), Notices())
    assert place() == (stands, 1)


def test_what_is_given_back_within_the_second_leaves_the_payment_where_it_stands(yard, database):
    (number,) = granted(yard, row("n1", ALICE.party))
    yard.accept(pay({number: 3_000}), by=ALICE)
    stands = yard.node.ledger.durable.size - 1
    payment = queries.shop_payments(yard.node.state(), "bakery", COUPON)[-1].payment
    back = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment, amount=1_000)
    yard.accept(back, by=BAKERY)
    take_in(yard, database)
    with database.reading() as connection:
        found = select(NOTICES.c.kind, NOTICES.c.position).where(NOTICES.c.recipient == ALICE.party)
        places = {one.kind: one.position for one in connection.execute(found)}
    assert places["paid"] == stands
    assert places["refunded"] == yard.node.ledger.durable.size - 1
