"""Gayun lets Farid pay with her voucher; he does, she sees it, and ends it."""

from tests.browser.codes import code
from tests.browser.holders import FARID, GAYUN


def _enter(visitor, wallet):
    visitor.be("wallet", wallet)
    visitor.go("/wallet")
    visitor.page.get_by_role("heading", name="내 바우처").wait_for()
    return visitor


def test_a_helper_pays_within_a_mandate_until_it_is_revoked(visit):
    gayun, farid = _enter(visit(), GAYUN), _enter(visit(phone=False), FARID)
    gayun.go("/wallet/mandates")
    gayun.check_page()
    gayun.page.get_by_label("맡을 사람의 지갑 번호").fill("somebody")
    gayun.page.get_by_role("button", name="다음").click()
    gayun.page.get_by_text("지갑 번호는 43자리입니다").wait_for()
    gayun.page.get_by_label("맡을 사람의 지갑 번호").fill(FARID.party)
    gayun.page.get_by_label("한 번에 쓸 수 있는 금액").fill("10,000")
    gayun.page.get_by_label("모두 쓸 수 있는 금액").fill("15,000")
    gayun.page.get_by_role("button", name="다음").click()
    gayun.page.get_by_role("heading", name="이렇게 맡길까요?").wait_for()
    gayun.check_page()
    gayun.page.get_by_role("button", name="서명하고 맡기기").click()
    gayun.page.get_by_role("heading", name="맡겼습니다").wait_for()
    gayun.go("/wallet/mandates/help")
    gayun.check_page()
    shown = gayun.page.locator("pre").text_content()

    farid.go("/wallet/mandates")
    farid.page.get_by_role("heading", name="내가 맡은 일").wait_for()
    farid.check_page()
    farid.page.get_by_role("link", name="다른 분 대신 결제").click()
    farid.check_page()
    _pay_for(farid, "nothing", code(amount=8_000, order="m-1"))
    farid.page.get_by_text("맡긴 분의 QR이 아닙니다").wait_for()
    _pay_for(farid, shown, code(amount=8_000, order="m-1"))
    farid.page.get_by_role("heading", name="대신 결제 확인").wait_for()
    farid.check_page()
    farid.page.get_by_role("button", name="서명하고 결제").click()
    farid.page.wait_for_url("**/wallet/payments/*")
    assert farid.page.locator(".number").inner_text().isdigit()
    farid.go("/wallet/pay/for")
    _pay_for(farid, shown, code(amount=9_000, order="m-2"))
    farid.page.get_by_role("button", name="서명하고 결제").click()
    farid.page.get_by_text("위임에서 남은 금액을 넘었습니다").wait_for()
    farid.page.wait_for_timeout(500)  # the button's colour fades in again
    farid.check_page()

    gayun.go("/wallet/mandates")
    gayun.page.get_by_role("heading", name="나 대신 한 일").wait_for()
    gayun.page.get_by_text("15,000원 중 8,000원 씀").wait_for()
    gayun.check_page()
    gayun.page.get_by_role("button", name="거두기").click()
    gayun.page.get_by_role("button", name="서명하고 거두기").click()
    gayun.page.get_by_role("heading", name="위임을 거두었습니다").wait_for()
    gayun.go("/wallet/notices")
    gayun.page.get_by_text("결제").first.wait_for()
    gayun.check_page()
    farid.go("/wallet/pay/for")
    _pay_for(farid, shown, code(amount=1_000, order="m-3"))
    farid.page.get_by_text("결제 위임을 받지 않았습니다").wait_for()


def _pay_for(helper, shown, shops_code):
    helper.page.get_by_label("맡긴 분의 QR에 적힌 글자").fill(shown)
    helper.page.get_by_label("가맹점 QR에 적힌 글자").fill(shops_code)
    helper.page.get_by_role("button", name="다음").click()
