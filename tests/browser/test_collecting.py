"""A till reads the customer's one-time code; what is refused tells nothing of the customer."""

import secrets
import time

import pytest

from madang.base.cards.state import code_digest
from madang.base.cards.transactions import Present
from madang.web.site.payercode import PayerCode, write_payer_code
from tests.browser import ledger, town

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@pytest.fixture(scope="module", autouse=True)
def till_of_the_bakery(served):
    """The bakery has a till."""
    ledger.add_till(served)


def present(served, who, limit=150_000):
    """Have somebody show a one-time code; its 26 letters."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(26))
    act = Present(
        by=who.party, code=code_digest(code), programme=town.COUPON, limit=limit, until=int(time.time()) + 170
    )
    ledger.send(served, act, by=who)
    return code


def collect(till, amount, code):
    """Take this much by a code that was typed, up to the signature."""
    till.go("/shop/collect")
    till.page.locator("#amount").fill(amount)
    coupon = till.page.locator(f"input[name=programme][value={town.COUPON}]")
    if coupon.get_attribute("type") == "radio":
        coupon.check(force=True)
    till.page.locator("#code").fill(code)
    till.page.locator("form#collect button[type=submit]").click()
    till.page.locator("form.sign button[type=submit]").click()


def test_a_code_that_was_scanned_pays_and_the_number_is_shown(served, visit):
    till = visit(phone=False)
    till.be("shop", town.TILL)
    till.go("/shop/collect")
    till.page.get_by_role("heading", name="손님 코드·카드로 받기").wait_for()
    till.page.get_by_text("이 서버에서는 카드를 받지 않습니다").wait_for()
    till.check_page()
    collect(till, "4,500", write_payer_code(PayerCode(town.CHAIN, town.COUPON, present(served, town.ALICE))))
    till.page.get_by_role("heading", name="결제되었습니다").wait_for()
    till.check_page()
    number = till.page.locator(".number").inner_text()
    till.go("/shop")
    assert till.page.locator("#latest .digits").first.inner_text() == number


def test_whose_voucher_does_not_pay_is_not_told_why(served, visit):
    """Chul's voucher counts in Seoul, and Alice has less than this: the shop is told the same of both."""
    till = visit(language="en")
    till.be("shop", town.TILL)
    said = []
    for who, amount in ((town.CHUL, "1,000"), (town.ALICE, "149,999")):
        collect(till, amount, present(served, who, 200_000))
        till.page.get_by_text("Only the customer can see why.").wait_for()
        said.append(till.page.locator(".outcome").inner_text())
    assert said[0] == said[1]
    # The button fades from busy to ready: half way it has neither's contrast.
    till.page.get_by_role("button", name="Take").and_(till.page.locator(":enabled")).wait_for()
    till.page.wait_for_timeout(500)
    till.check_page()


def test_a_code_is_good_once_and_a_wrong_one_is_refused_in_words(served, visit):
    till = visit()
    till.be("shop", town.TILL)
    code = present(served, town.ALICE)
    collect(till, "1,000", code.lower())
    till.page.get_by_role("heading", name="결제되었습니다").wait_for()
    collect(till, "1,000", code)
    till.page.get_by_text("손님에게 새 코드를 보여 달라고 해 주세요").wait_for()
    till.go("/shop/collect")
    till.page.locator("#amount").fill("0")
    till.page.locator("#code").fill("00020101021226")
    till.page.locator("form#collect button[type=submit]").click()
    till.page.get_by_text("손님의 결제 코드가 아닙니다").wait_for()
    till.page.get_by_text("1원에서 1,000,000,000원까지").wait_for()
    till.check_page()
