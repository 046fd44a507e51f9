"""Buying a voucher with own money: paid with, the rest had in money; given back; and who may not buy, and why."""

from collections.abc import Iterator

import pytest

from tests.browser import buyers, town
from tests.browser.buyers import JISU, KANG, LEELA
from tests.browser.codes import code
from tests.browser.conftest import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A town in which vouchers are sold."""
    found = Served(tmp_path_factory.mktemp("town") / "node", buyers.acts(town.began()))
    found.start()
    yield found
    found.stop()


def enter_as(visitor, wallet):
    """Sign in, and open the page where vouchers are sold."""
    visitor.be("wallet", wallet)
    visitor.enter("/wallet")
    visitor.go("/wallet/buy")
    return visitor


def buy(visitor, amount):
    """Ask for so much."""
    visitor.page.get_by_label("상품권 금액").fill(amount)
    visitor.page.get_by_role("button", name="다음").click()


def sign(visitor, button, said):
    """Sign what is shown; wait for what came of it."""
    visitor.page.get_by_role("button", name=button).click()
    visitor.page.get_by_role("heading", name=said).wait_for()


def fact(visitor, name):
    """What a page says under a name."""
    return visitor.page.locator("dl.facts div", has_text=name).locator("dd").first.inner_text()


def test_a_voucher_is_bought_paid_with_and_its_rest_had_in_money(visit):
    jisu = enter_as(visit(), JISU)
    assert fact(jisu, "이번 달에 더 살 수 있는 금액") == "200,000원 (한도 200,000원)"
    jisu.check_page()
    buy(jisu, "100,000")
    jisu.page.get_by_role("heading", name="이대로 살까요?").wait_for()
    assert (fact(jisu, "내 돈에서"), fact(jisu, "할인 금액")) == ("90,000원", "10,000원")
    jisu.check_page()
    sign(jisu, "서명하고 사기", "샀습니다")
    jisu.check_page()
    jisu.page.get_by_role("link", name="확인").click()
    jisu.page.get_by_text("310,000원", exact=True).wait_for()
    jisu.page.get_by_role("link", name="구매 취소·잔액 환급").click()
    jisu.page.get_by_text("정해진 비율 이상을 사용한 뒤에").wait_for()
    jisu.check_page()
    voucher = jisu.page.url
    jisu.go("/wallet/pay")
    jisu.page.get_by_label("가맹점 QR에 적힌 글자").fill(code(amount=70_000, order="o-market"))
    jisu.page.get_by_role("button", name="다음").click()
    jisu.page.get_by_role("button", name="서명하고 결제").click()
    jisu.page.wait_for_url("**/wallet/payments/*")
    jisu.page.goto(voucher)
    jisu.page.get_by_text("사용한 바우처는 구매를 취소할 수 없습니다").wait_for()
    jisu.check_page()
    jisu.page.get_by_role("button", name="잔액 환급받기").click()
    assert (fact(jisu, "남은 금액"), fact(jisu, "돌려받는 금액")) == ("30,000원", "27,000원")
    sign(jisu, "서명하고 환급", "잔액을 환급받았습니다")
    jisu.go("/wallet")
    jisu.page.get_by_text("337,000원", exact=True).wait_for()
    jisu.page.goto(voucher)
    jisu.page.get_by_text("돈으로 받음").wait_for()
    assert jisu.page.locator("main form").count() == 0


def test_more_than_the_month_allows_is_refused_and_what_is_unused_is_given_back(visit):
    jisu = enter_as(visit(), JISU)
    assert fact(jisu, "이번 달에 더 살 수 있는 금액").startswith("100,000원")
    for amount, said in (
        ("0", "1원 이상의 금액"),
        ("10,005", "10원 단위로"),
        ("15,000", "만 원 단위로"),
        ("110,000", "이번 달 구매한도를 넘었습니다"),
    ):
        buy(jisu, amount)
        jisu.page.locator(".form-hint.error", has_text=said).wait_for()
        assert jisu.page.get_by_label("상품권 금액").input_value() == amount
    jisu.check_page()
    buy(jisu, "100000원")
    sign(jisu, "서명하고 사기", "샀습니다")
    jisu.go("/wallet")
    jisu.page.get_by_role("link", name="구매 취소·잔액 환급").click()
    jisu.page.get_by_role("button", name="구매 취소하기").click()
    assert fact(jisu, "돌려받는 금액") == "90,000원"
    jisu.check_page()
    sign(jisu, "서명하고 구매 취소", "구매를 취소했습니다")
    jisu.go("/wallet")
    jisu.page.get_by_text("337,000원", exact=True).wait_for()
    jisu.go("/wallet/buy")
    assert fact(jisu, "이번 달에 더 살 수 있는 금액").startswith("100,000원"), "what was given back may be bought again"


def test_whoever_may_not_buy_is_told_whom_to_go_to(visit):
    kang = enter_as(visit(language="en", phone=False), KANG)
    kang.page.get_by_text("First have somebody confirm who you are").wait_for()
    kang.page.get_by_text("bank-a, ministry").wait_for()
    assert kang.page.get_by_role("button", name="Next").count() == 0
    kang.check_page()
    leela = enter_as(visit(), LEELA)
    leela.page.get_by_text("은행에서 예금토큰 계좌를 만든 뒤").wait_for()
    leela.check_page()
    leela.go("/wallet/bought/" + "A" * 22)
    leela.page.get_by_role("heading", level=1).wait_for()
    assert leela.page.locator("main form").count() == 0
