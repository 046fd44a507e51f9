"""Every refusal of disputes as a table in order of precedence."""

import pytest

from madang.base.money.transactions import OpenAccounts
from madang.services.disputes.transactions import Answer, ChargeBack, SetTerms, VoucherPayment
from tests.services.disputes.scene import (
    BANK,
    CENTRAL,
    DAY,
    DESK,
    OTHER_BANK,
    PAID_AT,
    TEXT,
    answering,
    case_of,
    charging,
    crediting,
    deciding,
    dispute_world,
    filed,
    filing,
    transfer,
    with_case,
    withdrawing,
)
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, officer, quorum

ANSWERED = [(0, answering(agrees=False), GROCER)]
UPHELD = [*ANSWERED, (0, deciding(True), BANK)]
UNKNOWN = "0" * 10 + "A" * 22


def terms(answer=5, decide=14, by="central-bank"):
    return SetTerms(by=by, file_days=1, answer_days=answer, decide_days=decide, charge_days=1)


def voucher(at: int = PAID_AT) -> VoucherPayment:
    return VoucherPayment(programme="meals", payment=f"{at:010x}{'A' * 22}")


# Before anything is filed: what happens before (act, signers), the code, the act, its signers.
FILING = [
    ([], "authority.quorum", terms(), officer("central-bank")),
    ([], "disputes.not_central_bank", terms(6, 6, by="operator"), quorum("operator")),
    ([], "disputes.terms", terms(6, 6), CENTRAL),
    ([], "disputes.not_holder", filing(by=BORA.party, payee="nobody"), BORA),
    ([], "disputes.not_holder", filing(by="bank-b", payee="nobody"), officer("bank-b")),
    ([], "disputes.not_holder", filing(holder="nobody"), ALICE),
    ([], "disputes.one_payment", filing(payee="nobody", voucher=voucher()), ALICE),
    ([], "disputes.one_payment", filing(payee="nobody", transfer=None), ALICE),
    ([], "disputes.unknown_payee", filing(payee="nobody", transfer=transfer(2**40)), ALICE),
    ([], "money.no_account", filing(by=DESK[1].party, holder=DESK[1].party, transfer=transfer(2**40)), DESK[1]),
    ([], "disputes.own_payment", filing(payee=ALICE.party, transfer=transfer(2**40)), ALICE),
    ([], "disputes.own_payment", filing(payee="bank-a", transfer=transfer(2**40)), ALICE),
    (
        [],
        "disputes.no_handler",
        filing(by="ministry", holder="ministry", transfer=None, voucher=voucher(2**40 - 1)),
        officer("ministry"),
    ),
    ([], "disputes.ahead", filing(transfer=transfer(PAID_AT + 1)), ALICE),
    ([], "disputes.ahead", filing(transfer=None, voucher=voucher(PAID_AT + 1)), ALICE),
    ([], "disputes.too_late", filing(transfer=transfer(PAID_AT - 60 * DAY - 1)), ALICE),
    ([(terms(), CENTRAL)], "disputes.too_late", filing(transfer=transfer(PAID_AT - DAY - 1)), ALICE),
    ([(filing(), ALICE)], "disputes.filed", filing(amount=1), ALICE),
]

# Once it is filed: what happens before (seconds, act, signers), the code, the act, its signers.
HANDLING = [
    ([], "disputes.unknown_case", answering(case=UNKNOWN), GROCER),
    ([], "disputes.unknown_case", answering(by="bakery"), BAKERY),
    ([], "disputes.unknown_case", answering(by=ALICE.party), ALICE),
    (UPHELD, "disputes.settled", answering(), GROCER),
    (ANSWERED, "disputes.answered", answering(), GROCER),
    ([(5 * DAY, None, None)], "disputes.answer_late", answering(), GROCER),
    ([], "authority.quorum", crediting(), officer("bank-a")),
    ([], "disputes.unknown_case", crediting(by="bank-b"), OTHER_BANK),
    (UPHELD, "disputes.settled", crediting(), BANK),
    ([], "disputes.credit_limit", crediting(100_001), BANK),
    ([(0, crediting(60_000), BANK)], "disputes.credit_limit", crediting(40_001), BANK),
    ([], "authority.quorum", deciding(True), officer("bank-a")),
    ([], "disputes.unknown_case", deciding(True, by="bank-b"), OTHER_BANK),
    (UPHELD, "disputes.settled", deciding(True), BANK),
    ([(5 * DAY - 1, None, None)], "disputes.answer_waits", deciding(True), BANK),
    ([(14 * DAY, None, None)], "disputes.decision_late", deciding(False), BANK),
    ([], "authority.quorum", charging(), officer("bank-b")),
    (UPHELD, "disputes.unknown_case", ChargeBack(by="bank-b", case=UNKNOWN, amount=1), OTHER_BANK),
    (UPHELD, "disputes.not_payees_bank", charging(100_001, by="bank-a"), BANK),
    ([], "disputes.not_upheld", charging(100_001), OTHER_BANK),
    ([*UPHELD, (60 * DAY, None, None)], "disputes.charge_late", charging(100_001), OTHER_BANK),
    (UPHELD, "disputes.charge_limit", charging(100_001), OTHER_BANK),
    ([*UPHELD, (0, charging(99_999), OTHER_BANK)], "disputes.charge_limit", charging(2), OTHER_BANK),
    ([], "disputes.unknown_case", withdrawing(by="grocer"), GROCER),
    (UPHELD, "disputes.settled", withdrawing(), ALICE),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), FILING)
def test_refusals_of_filing(before, code, act, by):
    world = dispute_world()
    for step, signers in before:
        world.accept(step, by=signers)
    world.refuse(code, act, by=by)
    world.check()


@pytest.mark.parametrize(("before", "code", "act", "by"), HANDLING)
def test_refusals_once_it_is_filed(before, code, act, by):
    world, case = filed()
    for seconds, step, signers in before:
        world.advance(seconds)
        if step is not None:
            world.accept(with_case(step, case), by=signers)
    world.refuse(code, with_case(act, case), by=by)
    world.check()


def test_money_of_a_person_is_charged_back_only_with_their_word():
    world, case = filed(payee=CHUL.party)
    world.accept(Answer(by=CHUL.party, case=case, agrees=False, statement=TEXT), by=CHUL)
    world.accept(with_case(deciding(True), case), by=BANK)
    world.refuse("disputes.not_agreed", with_case(charging(), case), by=OTHER_BANK)


def test_no_single_officer_agrees_for_an_institution():
    world, case = filed(payee="ministry")
    agreeing = answering(by="ministry", case=case)
    world.refuse("disputes.by_quorum", agreeing, by=officer("ministry"))
    world.fork().accept(answering(agrees=False, by="ministry", case=case), by=officer("ministry"))
    world.accept(agreeing, by=quorum("ministry"))
    world.refuse("disputes.answered", agreeing, by=officer("ministry"))


def test_no_money_is_credited_for_a_voucher_payment():
    world = dispute_world()
    world.accept(filing(transfer=None, voucher=voucher()), by=ALICE)
    case = case_of(world)
    world.refuse("disputes.vouchers", with_case(crediting(100_001), case), by=BANK)
    world.refuse("disputes.unknown_case", with_case(charging(), case), by=OTHER_BANK)


def test_a_bank_without_an_account_of_its_own_can_credit_nothing():
    world, case = filed(opened=False)
    world.refuse("money.no_account", with_case(crediting(), case), by=BANK)
    world.accept(OpenAccounts(by="bank-a", owners=["bank-a"]), by=officer("bank-a"))
    world.refuse("money.balance", with_case(crediting(), case), by=BANK)
