"""Payouts: the ministry's officer pays shops out, each shop finds the money in its day and in the day's file."""

import csv
import time

from playwright.sync_api import expect

from madang.services.vouchers.transactions import Pay, PaymentPart
from tests.browser import ledger, town
from tests.support.cast import officer


def pay(served, who, merchant, order, amount):
    part = PaymentPart(voucher=ledger.voucher_of(served, who), amount=amount)
    act = Pay(by=who.party, programme=town.COUPON, merchant=merchant, order=order, parts=[part])
    ledger.send(served, act, by=who)


def file_of(shop, link):
    """The rows of a file of the day, which follows the ledger a moment later."""
    deadline = time.monotonic() + 60
    while True:
        with shop.page.expect_download() as download:
            shop.page.get_by_role("link", name=link).click()
        with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows or time.monotonic() > deadline:
            return rows
        time.sleep(0.3)


def test_shops_are_paid_out_and_find_it_in_their_day(served, visit):
    for number, amount in enumerate((12_000, 3_500), 1):
        pay(served, town.ALICE, "bakery", f"b-{number}", amount)
    pay(served, town.CHUL, "grocer", "g-1", 40_000)
    one = visit(phone=False)
    one.be("console", officer("ministry"))
    one.go(f"/console/programmes/{town.COUPON}/payouts")
    rows = one.page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("40,000원")
    expect(rows.nth(1)).to_contain_text("15,500원")
    one.check_page()
    one.page.get_by_role("button", name="2").click()
    one.page.get_by_role("heading", name="가맹점 대금 지급").wait_for()
    one.check_page()
    one.page.locator("form.sign button[type=submit]").click()
    one.page.wait_for_url("**/console/done/*")
    one.go(f"/console/programmes/{town.COUPON}/payouts")
    one.page.get_by_text("0원").first.wait_for()
    assert one.page.locator("tbody tr").count() == 0

    bakery = visit(phone=True)
    bakery.be("shop", town.BAKERY)
    bakery.enter("/shop/day")
    (paid,) = file_of(bakery, "정산 내역 내려받기")
    assert int(paid["금액(원)"]) == 15_500
    sold = file_of(bakery, "결제 내역 내려받기")
    assert sum(int(row["금액(원)"]) for row in sold) == 15_500
    bakery.go("/shop/day")
    bakery.page.locator("dl.facts dd", has_text="15,500원").last.wait_for()
    bakery.check_page()
    assert "40,000" not in bakery.page.content()
    due = bakery.page.locator("table.data td").last.bounding_box()
    assert due is not None and due["x"] + due["width"] <= 390, "what is due stands on a phone's screen"


def test_who_may_not_pay_out_is_told_so(visit):
    one = visit(phone=True)
    one.be("console", officer("welfare"))
    answer = one.go(f"/console/programmes/{town.COUPON}/payouts")
    assert answer is not None
    assert answer.status in (403, 404)
