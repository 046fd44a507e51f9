"""Paying in a browser: the key signs there, the rule decides, and both sides see one number."""

import time

from madang.exchange.qr import MerchantCode, write_code
from tests.browser import town


def code(merchant="bakery", amount=12_000, order="o-1", expires=150) -> str:
    """What a till of this shop shows."""
    return write_code(
        MerchantCode(
            chain=town.CHAIN,
            merchant=merchant,
            category="5411",
            name="BAKERY",
            city="BUSAN",
            local_name=town.NAMES[merchant],
            local_city="부산",
            amount=amount,
            order=order,
            expires=int(time.time()) + expires,
        )
    )


def test_a_citizen_pays_by_a_shops_code(visit):
    alice = visit()
    alice.be("wallet", town.ALICE)
    alice.go("/wallet")
    alice.page.get_by_text("150,000원", exact=True).wait_for()
    alice.check_page()
    alice.page.get_by_role("link", name="결제하기").click()
    alice.check_page()
    alice.page.get_by_label("가맹점 QR에 적힌 글자").fill(code())
    alice.page.get_by_role("button", name="다음").click()
    alice.page.get_by_role("heading", name="결제 확인").wait_for()
    alice.check_page()
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.wait_for_url("**/wallet/payments/*")
    assert alice.page.locator(".number").inner_text().isdigit()
    alice.check_page()
    alice.go("/wallet")
    alice.page.get_by_text("138,000원").wait_for()


def test_a_shop_elsewhere_is_refused_in_words_before_anything_is_signed(visit):
    alice = visit(language="en")
    alice.be("wallet", town.ALICE)
    alice.go("/wallet/pay")
    alice.page.get_by_label("Text of the shop's code").fill(code("grocer"))
    alice.page.get_by_role("button", name="Next").click()
    alice.page.get_by_text("This shop is outside the area of your voucher.").wait_for()
    alice.check_page()
