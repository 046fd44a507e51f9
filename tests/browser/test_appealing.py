"""An appeal and an application, from the form to the end; and where a voucher is taken."""

from tests.browser import town
from tests.browser.holders import DAHYE, DAHYE_MEALS


def test_an_appeal_is_lodged_gets_more_evidence_and_is_taken_back(visit):
    dahye = visit()
    dahye.be("wallet", DAHYE)
    dahye.go("/wallet")
    dahye.page.locator(".card").first.wait_for()
    dahye.go("/wallet/appeals")
    dahye.check_page()
    dahye.page.get_by_label("무엇이 사실과 다른가요?").select_option("amount")
    dahye.page.get_by_label("왜 그런가요?").select_option("birth")
    dahye.page.get_by_role("button", name="다음").click()
    dahye.page.get_by_role("heading", name="이대로 이의신청할까요?").wait_for()
    dahye.check_page()
    dahye.page.get_by_role("button", name="서명하고 이의신청").click()
    dahye.page.get_by_role("heading", name="이의신청했습니다").wait_for()
    dahye.page.get_by_role("link", name="확인").click()
    dahye.page.get_by_label("무엇이 사실과 다른가요?").select_option("amount")
    dahye.page.get_by_role("button", name="다음").click()
    dahye.page.get_by_text("같은 내용의 이의신청이 이미 있습니다").wait_for()
    dahye.page.get_by_role("link", name="접수됨").click()
    dahye.check_page()
    dahye.page.get_by_label("자료 접수 번호").fill("abc")
    dahye.page.get_by_role("button", name="다음").click()
    dahye.page.get_by_text("접수 번호는 64자리").wait_for()
    dahye.page.get_by_label("자료 접수 번호").fill("ab" * 32)
    dahye.page.get_by_role("button", name="다음").click()
    dahye.page.get_by_role("button", name="서명하고 더하기").click()
    dahye.page.get_by_role("heading", name="자료를 더했습니다").wait_for()
    dahye.go("/wallet/appeals")
    dahye.page.get_by_role("link", name="접수됨").click()
    dahye.page.get_by_text("자료를 더했습니다").wait_for()
    dahye.page.get_by_role("button", name="거두기").click()
    dahye.page.get_by_role("button", name="서명하고 거두기").click()
    dahye.page.get_by_role("heading", name="이의신청을 거두었습니다").wait_for()


def test_an_application_is_made_with_the_code_of_a_letter_and_taken_back(visit):
    dahye = visit(phone=False)
    dahye.be("wallet", DAHYE)
    dahye.go("/wallet")
    dahye.page.locator(".card").first.wait_for()
    dahye.go("/wallet/applications")
    dahye.check_page()
    dahye.page.get_by_label("세대 확인 코드").fill("not a code")
    dahye.page.get_by_role("button", name="다음").click()
    dahye.page.get_by_text("한 사람에 64자리").wait_for()
    dahye.page.get_by_label("세대 확인 코드").fill("cd" * 32)
    dahye.page.get_by_role("button", name="다음").click()
    dahye.page.locator("dl.facts div", has_text="회차").get_by_text("1", exact=True).wait_for()
    dahye.page.get_by_role("button", name="서명하고 신청").click()
    dahye.page.get_by_role("heading", name="신청했습니다").wait_for()
    dahye.page.get_by_role("link", name="확인").click()
    dahye.page.get_by_role("link", name="심사 중").click()
    dahye.check_page()
    dahye.page.get_by_role("button", name="거두기").click()
    dahye.page.get_by_role("button", name="서명하고 거두기").click()
    dahye.page.get_by_role("heading", name="신청을 거두었습니다").wait_for()


def test_shops_that_take_the_voucher_are_listed_and_drawn_by_place(visit):
    alice = visit()
    alice.be("wallet", town.ALICE)
    alice.go("/wallet")
    alice.page.get_by_role("link", name="쓸 수 있는 곳 찾기").click()
    alice.page.get_by_text("bakery").wait_for()
    assert alice.page.locator(".rows").get_by_text("종로구").count() == 0, (
        "it lies in Seoul, and the voucher counts in Busan"
    )
    alice.check_page()
    alice.page.get_by_role("link", name="서울", exact=True).click()
    alice.page.locator(".rows").get_by_text("종로구").wait_for()
    alice.check_page()
    dahye = visit(phone=False, language="en")
    dahye.be("wallet", DAHYE)
    dahye.be("wallet", DAHYE_MEALS)
    dahye.go("/wallet")
    dahye.page.locator(".card").first.wait_for()
    dahye.go("/wallet/shops?of=0&region=11")
    dahye.page.locator(".rows").get_by_text("종로구").wait_for()
    dahye.check_page()


def test_pages_of_english_speakers_are_in_english(visit):
    dahye = visit(language="en")
    dahye.be("wallet", DAHYE)
    dahye.go("/wallet")
    dahye.page.get_by_role("heading", name="My vouchers").wait_for()
    for path in (
        "/wallet/more",
        "/wallet/mandates",
        "/wallet/mandates/help",
        "/wallet/pay/for",
        "/wallet/appeals",
        "/wallet/applications",
        "/wallet/devices",
        "/wallet/notices",
        "/wallet/payments",
        "/wallet/receipts",
        "/wallet/claim",
        "/wallet/key",
    ):
        dahye.go(path)
        dahye.page.locator("h1").wait_for()
        dahye.check_page()
