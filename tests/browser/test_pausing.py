"""A programme is paused by two officers: wallet and till say so, and resumed by two it pays again."""

from playwright.sync_api import expect

from tests.browser import town
from tests.browser.codes import code
from tests.support.cast import officers

PAGE = f"/console/programmes/{town.COUPON}/vouchers"


def at_console(visitor, wallet):
    visitor.be("console", wallet)
    visitor.go("/console")
    visitor.page.locator("#waiting").wait_for()
    return visitor


def sign(visitor):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/console/done/*")


def approve(visitor):
    visitor.go("/console")
    visitor.page.locator("a[href^='/console/proposals/']").first.click()
    sign(visitor)


def ask_to_pay(citizen, order):
    citizen.enter("/wallet/pay")
    citizen.page.get_by_label("가맹점 QR에 적힌 글자").fill(code(amount=2_000, order=order))
    citizen.page.get_by_role("button", name="다음").click()


def test_what_two_officers_pause_and_resume(visit):
    first, second = at_console(visit(phone=False), officers("ministry")[0]), visit(phone=False, language="en")
    at_console(second, officers("ministry")[1])
    citizen = visit(phone=True)
    citizen.be("wallet", town.ALICE)
    till = visit(phone=True)
    till.be("shop", town.BAKERY)

    first.go(PAGE)
    first.page.locator("#reason").select_option("incident")
    first.page.locator("#hours").select_option("24")
    first.page.locator("form", has=first.page.locator("#hours")).get_by_role("button").click()
    first.page.get_by_role("heading", name="사업 멈추기").wait_for()
    first.check_page()
    sign(first)
    # One officer has proposed it: nothing is paused yet.
    till.enter("/shop")
    assert till.page.get_by_text("멈추어 결제되지 않습니다").count() == 0
    approve(second)

    ask_to_pay(citizen, "p-1")
    citizen.page.get_by_text("이 바우처는 잠시 멈추었습니다. 내 금액은 그대로 있습니다.").wait_for()
    citizen.check_page()
    assert citizen.page.get_by_role("button", name="서명하고 결제").count() == 0
    till.enter("/shop")
    till.page.get_by_text("멈추어 결제되지 않습니다").wait_for()
    till.check_page()
    second.go(f"/console/programmes/{town.COUPON}")
    second.page.get_by_text("Paused by ministry until").wait_for()
    second.check_page()

    second.go(PAGE)
    second.page.get_by_role("button", name="Resume a programme").click()
    sign(second)
    approve(first)
    ask_to_pay(citizen, "p-2")
    citizen.page.get_by_role("button", name="서명하고 결제").click()
    citizen.page.wait_for_url("**/wallet/payments/*")
    till.enter("/shop")
    expect(till.page.get_by_text("멈추어 결제되지 않습니다")).to_have_count(0)
    expect(till.page.locator("#latest .digits").first).to_have_text(citizen.page.locator(".number").inner_text())
