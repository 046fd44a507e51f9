"""Baskets by kind of goods, and orders whose money is held until they are delivered, in a shop's browser."""

import pytest

from madang.services.vouchers.transactions import Line, Order, Pay, PaymentPart
from tests.browser import ledger, town, traders
from tests.browser.conftest import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The town with traders, and the bakery's till."""
    found = Served(tmp_path_factory.mktemp("town") / "node", traders.acts())
    found.start()
    ledger.add_till(found)
    yield found
    found.stop()


def held(served, order):
    """Ina orders fruit for 6,000 and milk for 3,000 won, to be delivered."""
    lines = [Line(goods="fruit", amount=6_000), Line(goods="milk", amount=3_000)]
    ledger.send(served, Order(by=town.TILL.party, merchant="bakery", order=order, lines=lines), by=town.TILL)
    pay(served, order, later=True)


def pay(served, order, *, later=False):
    """Ina pays both lines of an order."""
    voucher = ledger.voucher_of(served, traders.INA, traders.FOOD)
    parts = [PaymentPart(voucher=voucher, amount=won, line=line) for line, won in ((1, 6_000), (2, 3_000))]
    act = Pay(by=traders.INA.party, programme=traders.FOOD, merchant="bakery", order=order, parts=parts, later=later)
    ledger.send(served, act, by=traders.INA)


def test_a_basket_is_signed_paid_and_refunded_by_its_goods(served, visit):
    till = visit()
    till.be("shop", town.TILL)
    till.go("/shop")
    till.page.get_by_role("link", name="품목별로 받기").click()
    till.page.get_by_role("heading", name="품목별로 받기").wait_for()
    till.check_page()
    till.page.get_by_role("button", name="다음").click()
    till.page.get_by_text("금액을 적은 품목이 하나는 있어야").wait_for()
    till.page.locator("#amount-0").fill("6,000")
    till.page.locator("#goods-1").select_option("milk")
    till.page.locator("#amount-1").fill("ten")
    till.page.get_by_role("button", name="다음").click()
    till.page.get_by_text("1원 이상의 금액을 숫자로").wait_for()
    till.check_page()
    till.page.locator("#amount-1").fill("3000")
    till.page.get_by_role("button", name="다음").click()
    till.page.get_by_role("heading", name="품목 확인").wait_for()
    till.check_page()
    till.page.get_by_role("button", name="서명하고 QR 보이기").click()
    till.page.get_by_text("9,000원").wait_for()
    till.page.get_by_text("결제가 되면 바로 여기에 보입니다").wait_for()
    order = till.page.locator("#waiting").get_attribute("data-order")
    pay(served, order)
    till.page.get_by_role("heading", name="결제되었습니다").wait_for()
    till.go(f"/shop/payments?number={order}")
    till.page.locator(".sales a").click()
    till.page.get_by_text("우유 · 3,000원").click()
    till.check_page()
    till.page.get_by_role("button", name="다음").click()
    till.page.get_by_role("button", name="3,000원 환불").click()
    till.page.get_by_role("heading", name="환불했습니다").wait_for()


def test_what_was_delivered_is_taken_and_the_rest_is_let_go(served, visit):
    held(served, "d-1")
    till = visit(language="en", phone=False)
    till.be("shop", town.TILL)
    till.go("/shop/held")
    till.page.get_by_role("link", name="d-1").click()
    till.page.get_by_label("Amount delivered").fill("9,001")
    till.page.get_by_role("button", name="It was delivered").click()
    till.page.get_by_text("Enter digits, from 1 to 9,000 won.").wait_for()
    till.check_page()
    till.page.get_by_label("Amount delivered").fill("6,000")
    till.page.get_by_role("button", name="It was delivered").click()
    till.page.get_by_text("₩6,000 is added to what is due to you. ₩3,000 stays held.").wait_for()
    till.check_page()
    till.page.get_by_role("button", name="Take ₩6,000").click()
    till.page.get_by_role("heading", name="Taken").wait_for()
    till.check_page()
    till.page.get_by_role("link", name="To the list").click()
    till.page.get_by_text("₩3,000").wait_for()
    till.check_page()
    till.page.get_by_role("link", name="d-1").click()
    till.page.get_by_role("button", name="It can't be delivered").click()
    till.page.get_by_role("button", name="Let ₩3,000 go").click()
    till.page.get_by_role("heading", name="It went back").wait_for()
    till.page.get_by_role("link", name="To the list").click()
    till.page.get_by_text("Nothing waits for delivery.").wait_for()
