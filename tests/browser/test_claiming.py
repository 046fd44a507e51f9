"""A letter's code becomes a voucher, and that voucher pays by a code that the phone shows."""

from madang.services.vouchers.transactions import Collect
from madang.web.site.payercode import PayerCode, read_payer_code
from tests.browser import ledger, town
from tests.browser.holders import EUNJI, LETTER


def test_a_letters_code_is_claimed_and_then_a_till_reads_the_code_that_the_phone_shows(visit, served):
    eunji = visit()
    eunji.be("wallet", EUNJI)
    eunji.go("/wallet")
    eunji.page.get_by_text("아직 바우처가 없습니다").wait_for()
    eunji.page.get_by_role("link", name="바우처 받기").click()
    eunji.check_page()
    field = eunji.page.get_by_label("안내문의 코드")
    field.fill("ABCD")
    eunji.page.get_by_role("button", name="다음").click()
    eunji.page.get_by_text("코드는 26자리입니다").wait_for()
    eunji.check_page()
    field.fill("Z" * 26)
    eunji.page.get_by_role("button", name="다음").click()
    eunji.page.get_by_text("이 코드를 기다리는 바우처가 없습니다").wait_for()
    field.fill(" ".join(LETTER.lower()[start : start + 5] for start in range(0, 26, 5)))
    eunji.page.get_by_role("button", name="다음").click()
    eunji.page.get_by_text("150,000원").wait_for()
    eunji.check_page()
    eunji.page.get_by_role("button", name="서명하고 받기").click()
    eunji.page.get_by_role("heading", name="바우처를 받았습니다").wait_for()
    eunji.check_page()
    _show(eunji)
    shown = eunji.page.locator(".letters").inner_text().replace(" ", "")
    code = read_payer_code(f"MDPC1.{town.CHAIN}.{town.COUPON}.{shown}")
    assert isinstance(code, PayerCode)
    ledger.send(
        served,
        Collect(by="bakery", programme=town.COUPON, merchant="bakery", order="c-1", code=code.code, amount=7_000),
        by=town.BAKERY,
    )
    eunji.page.wait_for_url("**/wallet/payments/*")
    assert eunji.page.locator(".number").inner_text().isdigit()
    eunji.page.get_by_text("7,000원").first.wait_for()
    eunji.page.go_back()
    eunji.page.get_by_role("heading", name="내 결제 코드 보여 주기").wait_for()


def test_a_new_code_voids_the_one_before_and_another_tab_has_none(visit):
    chul = visit(language="en", phone=False)
    chul.be("wallet", town.CHUL)
    chul.go("/wallet")
    chul.page.get_by_role("heading", name="My vouchers").wait_for()
    _show(chul, "Next", "Sign and show the code")
    chul.page.locator(".code-picture svg").wait_for()
    chul.check_page()
    first = chul.page.url
    _show(chul, "Next", "Sign and show the code")
    chul.page.locator(".code-picture svg").wait_for()
    other = chul.context.new_page()
    other.goto(chul.page.url)
    other.get_by_text("This tab does not have the code.").wait_for()
    other.close()
    chul.page.goto(first)
    chul.page.get_by_text("This code is good no more.").wait_for()
    chul.check_page()


def _show(visitor, following="다음", sign="서명하고 코드 보기"):
    visitor.go("/wallet/codes")
    visitor.check_page()
    visitor.page.get_by_role("button", name=following).click()
    visitor.page.get_by_role("button", name=sign).wait_for()
    visitor.check_page()
    visitor.page.get_by_role("button", name=sign).click()
    visitor.page.locator(".letters").wait_for()
