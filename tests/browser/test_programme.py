"""A programme from a preset to its opening: written, mended, tried, proved, and approved by its sponsor's officers."""

import re

from playwright.sync_api import expect

from tests.browser import town
from tests.support.cast import officers


def sign_in(one, wallet) -> None:
    one.be("console", wallet)
    one.go("/console")
    one.page.locator("#waiting").wait_for()


def sign(one) -> None:
    one.page.locator("form.sign button[type=submit]").click()
    one.page.wait_for_url("**/console/done/*")


def approve_last(one) -> None:
    """Approve what waits for this officer."""
    one.go("/console")
    one.page.locator("a[href^='/console/proposals/']").first.click()
    sign(one)


def test_a_programme_is_written_proved_approved_published_and_opened(visit):
    first, second = visit(phone=False), visit(phone=False, language="en")
    sign_in(first, officers("ministry")[0])
    sign_in(second, officers("ministry")[1])

    first.go("/console/write")
    first.check_page()
    first.page.get_by_label("준비된 사업").select_option("child-meals-2026")
    first.page.get_by_role("button", name="가져오기").click()
    text = first.page.locator("#text")
    expect(text).to_have_value(re.compile("programme: child-meals-2026"))
    written = text.input_value()
    text.fill(written.replace("kind: voucher", "kind: voucher\nwrong: 1", 1).replace("grant:", "gramt:", 1))
    first.page.get_by_role("button", name="확인", exact=True).click()
    first.page.get_by_text(re.compile(r"고칠 곳이 \d군데")).wait_for()
    expect(first.page.locator("#problems")).to_contain_text("wrong")
    first.check_page()
    first.page.locator("#problems a.go").first.click()

    first.page.locator("#text").fill(written)
    first.page.get_by_role("button", name="확인", exact=True).click()
    first.page.get_by_text("문서에 틀린 곳이 없습니다").wait_for()
    expect(first.page.get_by_role("region", name="가게에서 쓰기")).to_contain_text("거절")
    first.check_page()
    first.page.get_by_role("button", name="증명하기").click()
    first.page.get_by_text("모두 증명되었습니다").wait_for(timeout=60_000)
    first.check_page()

    first.page.get_by_label("금고은행").select_option("treasury-bank")
    first.page.get_by_role("button", name="초안 올리기").click()
    sign(first)
    first.page.get_by_role("link", name="사업 화면으로").click()
    first.check_page()
    first.page.get_by_role("link", name="문서 승인하기").click()
    first.page.get_by_label("자격심사기관").fill("nobody")
    first.page.get_by_role("button", name="다음").click()
    first.page.get_by_text("자격심사기관이 아닌 이름입니다: nobody").wait_for()
    first.check_page()
    first.page.get_by_label("자격심사기관").fill("welfare")
    first.page.get_by_role("button", name="다음").click()
    sign(first)
    approve_last(second)

    operators = [visit(phone=False, language="en"), visit(phone=False)]
    for one, wallet in zip(operators, officers("operator"), strict=False):
        sign_in(one, wallet)
    operator = operators[0]
    operator.go("/console/programmes/child-meals-2026")
    operator.page.get_by_role("link", name="Check the proof and publish").click()
    operator.page.get_by_text("Everything is proved").wait_for()
    operator.check_page()
    operator.page.get_by_role("button", name="Publish with this proof").click()
    sign(operator)
    approve_last(operators[1])

    second.go("/console/programmes/child-meals-2026")
    second.page.get_by_text(re.compile("properties of this document are proved")).wait_for()
    second.page.get_by_role("button", name="Open the programme").click()
    sign(second)
    second.go("/console/programmes/child-meals-2026")
    second.page.get_by_text("The programme is running.").wait_for()
    second.page.get_by_role("link", name="Name the funders").click()
    second.check_page()
    second.page.locator("#share0").fill("74")
    second.page.get_by_role("button", name="Next").click()
    second.page.get_by_text("Name at least two funders.").wait_for()
    second.go("/console/programmes/child-meals-2026/money")
    fund = second.page.locator("form", has=second.page.locator("#fund"))
    second.page.locator("#fund").fill("-3")
    fund.get_by_role("button").click()
    second.page.get_by_text("Write an amount").wait_for()
    second.check_page()
    second.page.locator("#fund").fill("500,000,000")
    fund.get_by_role("button").click()
    second.page.get_by_role("heading", name="This can't be done as it is").wait_for()
    second.check_page()
    second.page.get_by_role("link", name="Go back").click()
    second.page.locator("#fund").fill("5,000,000")
    fund.get_by_role("button").click()
    sign(second)
    second.go("/console/programmes/child-meals-2026")
    expect(second.page.locator("main")).to_contain_text("₩5,000,000")
    second.check_page()


def test_a_successor_that_only_widens_takes_the_place_of_an_open_programme(visit):
    first, second = visit(phone=False), visit(phone=False, language="en")
    sign_in(first, officers("ministry")[0])
    sign_in(second, officers("ministry")[1])
    first.go("/console/write?preset=child-meals-2026")
    text = first.page.locator("#text")
    text.fill(text.input_value().replace("아동급식,", "아동급식(개정),", 1))
    first.page.get_by_role("button", name="확인", exact=True).click()
    first.page.get_by_role("button", name="초안 올리기").click()
    first.page.get_by_role("heading", name="사업 문서 변경 제안").wait_for()
    sign(first)
    approve_last(second)

    one, other = visit(phone=False), visit(phone=False, language="en")
    sign_in(one, officers("operator")[0])
    sign_in(other, officers("operator")[1])
    one.go("/console/programmes/child-meals-2026")
    one.page.get_by_text("바꿀 문서가 제안되어 있습니다").wait_for()
    one.page.get_by_role("link", name="증명 확인하고 공개하기").click()
    one.page.get_by_role("button", name="증명하기").click()
    one.page.get_by_text("모두 증명되었습니다").wait_for(timeout=60_000)
    one.check_page()
    one.page.get_by_role("button", name="이 증명으로 공개").click()
    sign(one)
    approve_last(other)
    first.go("/console/programmes/child-meals-2026")
    first.page.get_by_role("heading", name="2026년 송파구 아동급식(개정)").wait_for()
    first.check_page()


def test_rules_and_samples_of_a_running_programme(visit):
    one = visit(phone=True, language="en")
    sign_in(one, officers("ministry")[0])
    one.go(f"/console/programmes/{town.COUPON}/rules")
    one.page.get_by_text("Consumption coupon 2025: Decision table").wait_for()
    one.check_page()
    one.go(f"/console/programmes/{town.COUPON}/rules?shown=prose")
    one.page.get_by_text("All of this must hold.").first.wait_for()
    one.check_page()
    one.go(f"/console/programmes/{town.COUPON}/try")
    shops = one.page.get_by_role("region", name="Spending at shops")
    expect(shops.locator("tr", has_text="Bakery")).to_contain_text("allowed")
    expect(shops.locator("tr", has_text="Big store")).to_contain_text("yearly sales above 3 billion")
    expect(shops.locator("tr", has_text="another province")).to_contain_text("outside the area")
    one.check_page()
