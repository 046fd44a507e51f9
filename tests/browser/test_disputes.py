"""A disputed payment: the shop has answered, one officer of who handles it proposes the decision, another approves."""

import hashlib
import time

from playwright.sync_api import expect

from madang.services.disputes.transactions import Answer, File, VoucherPayment
from madang.services.vouchers.transactions import Pay, PaymentPart
from tests.browser import ledger, town
from tests.support.cast import officers


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def at_console(visitor, wallet):
    visitor.be("console", wallet)
    visitor.go("/console")
    visitor.page.locator("#waiting").wait_for()
    return visitor


def sign(visitor):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/console/done/*")


def listed(visitor, standing):
    """Wait until the list, which is a moment behind the ledger, has the dispute; open it."""
    deadline = time.monotonic() + 60
    rows = visitor.page.locator("tbody tr")
    while True:
        visitor.go(f"/console/disputes?standing={standing}")
        if rows.count() == 1 or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    expect(rows).to_have_count(1)
    rows.locator("a").click()


def test_a_dispute_is_decided_by_two_officers_with_a_reason(served, visit):
    part = PaymentPart(voucher=ledger.voucher_of(served, town.ALICE), amount=9_000)
    pay = Pay(by=town.ALICE.party, programme=town.COUPON, merchant="bakery", order="d-1", parts=[part])
    ledger.send(served, pay, by=town.ALICE)
    (paid,) = ledger.read(served, f"/vouchers/shop_payments?programme={town.COUPON}", town.BAKERY)
    dispute = File(
        by=town.ALICE.party,
        holder=town.ALICE.party,
        payee="bakery",
        ground="wrong_amount",
        amount=4_000,
        statement=digest("It cost 5,000."),
        voucher=VoucherPayment(programme=town.COUPON, payment=paid["payment"]),
    )
    ledger.send(served, dispute, by=town.ALICE)

    first, second = at_console(visit(phone=False), officers("bank-a")[0]), visit(phone=True, language="en")
    listed(first, "open")
    first.page.locator("#upheld").select_option("yes")
    first.page.locator("#reason").fill("영수증에는 5,000원으로 적혀 있습니다.")
    first.page.get_by_role("button", name="다음").click()
    first.page.get_by_text("상대가 답할 시간이 아직 남았습니다.").wait_for()

    case = first.page.url.rsplit("/", 1)[-1]
    answer = Answer(by="bakery", case=case, agrees=False, statement=digest("It was 9,000."))
    ledger.send(served, answer, by=town.BAKERY)
    listed(first, "open")
    first.check_page()
    first.page.locator("#upheld").select_option("yes")
    first.page.locator("#reason").fill("영수증에는 5,000원으로 적혀 있습니다.")
    first.page.get_by_role("button", name="다음").click()
    first.page.get_by_text("서명하기 전에").first.wait_for()
    sign(first)
    at_console(second, officers("bank-a")[1])
    second.page.locator("a[href^='/console/proposals/']").click()
    second.check_page()
    sign(second)
    listed(second, "upheld")
    second.check_page()
    assert second.page.locator("#reason").count() == 0
