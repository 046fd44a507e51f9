"""Refunds in a browser: on the day, twice by a double tap, after the payout, and by a promise that is kept."""

import pytest

from madang.services.vouchers.transactions import Pay, PaymentPart, PayOut
from tests.browser import ledger, town
from tests.support.cast import officer


@pytest.fixture(scope="module", autouse=True)
def till_of_the_bakery(served):
    """The bakery has a till."""
    ledger.add_till(served)


def pay(served, amount, order):
    """Alice pays at the bakery by her one voucher."""
    voucher = ledger.voucher_of(served, town.ALICE)
    act = Pay(
        by=town.ALICE.party,
        programme=town.COUPON,
        merchant="bakery",
        order=order,
        parts=[PaymentPart(voucher=voucher, amount=amount)],
    )
    ledger.send(served, act, by=town.ALICE)


def pay_out(served):
    """The ministry pays the bakery what it took."""
    ledger.send(served, PayOut(by="ministry", programme=town.COUPON, merchants=["bakery"]), by=officer("ministry"))


def open_payment(shop, order):
    """Go to a payment by its order, on the page of today."""
    shop.go("/shop/payments")
    shop.page.get_by_label("번호로 찾기").fill(order)
    shop.page.get_by_role("button", name="찾기").click()
    shop.page.locator(".sales a").click()
    shop.page.get_by_role("heading", name="결제 한 건").wait_for()


def test_a_part_is_refunded_once_however_often_the_button_is_tapped(served, visit):
    pay(served, 12_000, "r-1")
    till = visit()
    till.be("shop", town.TILL)
    till.go("/shop/payments")
    till.page.get_by_role("heading", name="결제 내역").wait_for()
    till.check_page()
    open_payment(till, "r-1")
    till.check_page()
    till.page.get_by_label("돌려줄 금액").fill("12,001")
    till.page.get_by_role("button", name="다음").click()
    till.page.get_by_text("1원에서 12,000원까지").wait_for()
    till.check_page()
    till.page.get_by_label("돌려줄 금액").fill("5,000")
    till.page.get_by_role("button", name="다음").click()
    till.page.get_by_text("정산받을 돈 12,000원에서 5,000원이 빠집니다").wait_for()
    till.check_page()
    till.page.get_by_role("button", name="5,000원 환불").dblclick()
    till.page.get_by_role("heading", name="환불했습니다").wait_for()
    till.check_page()
    open_payment(till, "r-1")
    till.page.get_by_text("7,000원까지 돌려줄 수 있습니다").wait_for()


def test_after_the_payout_a_till_promises_and_the_next_takings_keep_it(served, visit):
    pay(served, 8_000, "r-2")
    pay_out(served)
    till = visit(language="en", phone=False)
    till.be("shop", town.TILL)
    till.go("/shop/payments?number=r-2")
    till.page.locator(".sales a").click()
    till.page.get_by_role("button", name="Next").click()
    till.page.get_by_text("You were paid out already, so ₩8,000 is missing").wait_for()
    till.check_page()
    till.page.get_by_role("button", name="Promise ₩8,000").click()
    till.page.get_by_role("heading", name="The refund is promised").wait_for()
    till.check_page()
    till.page.get_by_role("link", name="This payment").click()
    till.page.get_by_text("Promised refund").wait_for()
    till.page.get_by_text("Nothing is left to give back.").wait_for()
    pay(served, 9_000, "r-3")
    till.go("/shop/day")
    till.page.get_by_role("button", name="Make them now").click()
    till.page.get_by_role("heading", name="Promised refunds").wait_for()
    till.check_page()
    till.page.get_by_role("button", name="Make them now").click()
    till.page.wait_for_url("**/shop/day")
    till.go("/shop/payments?number=r-2")
    till.page.get_by_text("Refunded", exact=True).wait_for()


def test_after_the_payout_the_owner_puts_money_back_and_refunds_at_once(served, visit):
    pay(served, 6_000, "r-4")
    pay_out(served)
    owner = visit()
    owner.be("shop", town.BAKERY)
    open_payment(owner, "r-4")
    owner.page.get_by_role("button", name="다음").click()
    owner.page.get_by_role("heading", name="가게 돈을 넣고 지금 돌려줍니다").wait_for()
    owner.page.get_by_role("heading", name="앞으로 받는 결제에서 돌려줍니다").wait_for()
    owner.check_page()
    owner.page.get_by_role("button", name="6,000원 환불", exact=True).click()
    owner.page.get_by_role("heading", name="환불했습니다").wait_for()
    owner.go("/shop/payments?number=r-4")
    owner.page.get_by_text("모두 환불").wait_for()
