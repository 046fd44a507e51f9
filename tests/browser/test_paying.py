"""Paying in a browser: the key signs there, the rule decides, and both sides see one number."""

import pytest

from madang.services.vouchers.transactions import Refund
from tests.browser import ledger, town
from tests.browser.codes import code
from tests.browser.holders import DAHYE, DAHYE_MEALS


def enter(visitor, text, button="다음", label="가맹점 QR에 적힌 글자"):
    """Type a shop's code on the page for paying."""
    visitor.go("/wallet/pay")
    visitor.page.get_by_label(label).fill(text)
    visitor.page.get_by_role("button", name=button).click()


def sign(visitor):
    """Sign what the page shows, and wait for the page of the payment."""
    visitor.page.get_by_role("button", name="서명하고 결제").click()
    visitor.page.wait_for_url("**/wallet/payments/*")


def enter_as(visitor, *wallets):
    """Sign in with these keys, and wait for the first page."""
    for wallet in wallets:
        visitor.be("wallet", wallet)
    visitor.go("/wallet")
    visitor.page.locator("form[action$='/sign-out']").wait_for()
    return visitor


@pytest.fixture
def alice(visit):
    """Alice on her phone, in Korean, signed in."""
    return enter_as(visit(), town.ALICE)


def test_a_citizen_pays_by_a_shops_code_and_finds_the_payment_again(alice):
    alice.page.get_by_text("150,000원", exact=True).wait_for()
    alice.check_page()
    alice.page.get_by_role("link", name="결제하기").click()
    alice.check_page()
    alice.page.get_by_label("가맹점 QR에 적힌 글자").fill(code())
    alice.page.get_by_role("button", name="다음").click()
    alice.page.get_by_role("heading", name="결제 확인").wait_for()
    alice.check_page()
    sign(alice)
    number = alice.page.locator(".number").inner_text()
    assert len(number) == 4
    assert number.isdigit()
    alice.page.get_by_text("이 기기에 보관했습니다").wait_for()
    alice.check_page()
    alice.page.get_by_role("button", name="영수증이 진짜인지 확인").click()
    alice.page.get_by_text("진짜 영수증입니다").wait_for()
    alice.go("/wallet/payments")
    row = alice.page.get_by_role("link", name=number)
    row.wait_for()
    alice.check_page()
    row.click()
    alice.page.get_by_text("12,000원").first.wait_for()
    alice.go("/wallet")
    alice.page.get_by_text("138,000원").wait_for()


def test_the_code_on_the_wall_asks_for_the_amount(alice):
    enter(alice, code(amount=None))
    alice.page.get_by_label("결제 금액").fill("3,000")
    alice.check_page()
    alice.page.get_by_role("button", name="다음").click()
    alice.page.get_by_role("heading", name="결제 확인").wait_for()
    alice.page.get_by_text("3,000원").first.wait_for()
    sign(alice)


def test_own_money_is_taken_only_after_a_clear_yes(visit):
    chul = enter_as(visit(), town.CHUL)
    enter(chul, code("grocer", amount=350_000, order="o-own"))
    chul.page.get_by_role("heading", name="내 돈도 쓸까요?").wait_for()
    chul.check_page()
    assert chul.page.locator("form.sign").count() == 0
    chul.page.get_by_role("button", name="예, 내 돈 50,000원").click()
    chul.page.get_by_role("heading", name="결제 확인").wait_for()
    chul.check_page()
    sign(chul)
    chul.page.get_by_text("350,000원").first.wait_for()
    chul.page.get_by_text("50,000원", exact=True).wait_for()


def test_vouchers_of_two_programmes_under_two_keys_pay_together(visit):
    dahye = enter_as(visit(), DAHYE, DAHYE_MEALS)
    dahye.page.get_by_text("마을 급식 바우처").first.wait_for()
    enter(dahye, code(amount=105_000, order="o-two"))
    dahye.page.get_by_role("heading", name="결제 확인").wait_for()
    # Meals end first, and pay ten thousand won at a time from each voucher.
    dahye.page.get_by_text("14,000원", exact=True).wait_for()
    dahye.page.get_by_text("91,000원", exact=True).wait_for()
    dahye.check_page()
    sign(dahye)
    assert dahye.page.locator(".number").count() == 2
    dahye.check_page()


def test_a_voucher_pays_as_much_as_its_rules_allow_and_says_why_not_more(visit):
    dahye = enter_as(visit(), DAHYE_MEALS)
    enter(dahye, code("grocer", amount=25_000, order="o-meal"))
    dahye.page.get_by_text("한 번에 1만 원까지 쓸 수 있습니다.").wait_for()
    dahye.page.get_by_text("모자랍니다").wait_for()
    dahye.page.get_by_text("아무것도 결제되지 않았습니다").wait_for()
    dahye.check_page()


def test_a_shop_elsewhere_is_refused_in_words_before_anything_is_signed(visit):
    alice = enter_as(visit(language="en", phone=False), town.ALICE)
    enter(alice, code("grocer"), "Next", "Text of the shop's code")
    alice.page.get_by_text("This shop is outside the area of your voucher.").wait_for()
    alice.check_page()


def test_what_a_shop_gives_back_is_shown_with_the_payment(alice, served):
    enter(alice, code(amount=2_000, order="o-back"))
    sign(alice)
    paid = alice.page.url
    shown = ledger.read(served, f"/vouchers/shop_payments?programme={town.COUPON}&since=0", town.BAKERY)
    payment = next(one["payment"] for one in shown if one["order"] == "o-back")
    refund = Refund(by="bakery", programme=town.COUPON, merchant="bakery", payment=payment, amount=500)
    ledger.send(served, refund, by=town.BAKERY)
    alice.page.goto(paid)
    alice.page.get_by_text("환불된 금액", exact=True).wait_for()
    alice.page.get_by_text("500원", exact=True).wait_for()
    alice.check_page()
    alice.go("/wallet/payments")
    alice.page.get_by_text("환불 500원").wait_for()
    alice.page.get_by_role("link", name="환불 500원").click()
    alice.page.wait_for_url(paid)


def test_without_a_camera_the_own_code_comes_before_typing(visit):
    alice = visit(language="en")
    alice.be("wallet", town.ALICE)
    alice.enter("/wallet/pay")
    own = alice.page.get_by_role("link", name="Show my payment code")
    boxes = [one.bounding_box() for one in (own, alice.page.locator("#code"))]
    assert boxes[0]["y"] < boxes[1]["y"]
    alice.check_page()
    own.click()
    alice.page.get_by_label("Pay at most").wait_for()
