"""Becoming a shop, its tills and agents, and the close of its day, in the browsers of owner and till."""

import csv

import pytest

from madang.base.merchants.transactions import Approve
from madang.base.money.transactions import OpenAccounts
from madang.base.parties.transactions import NewKey, NewMerchant, RegisterMerchants
from madang.services.vouchers.transactions import Pay, PaymentPart, PayOut
from tests.browser import ledger, town, traders
from tests.browser.conftest import Served
from tests.support.cast import officer


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The town with traders."""
    found = Served(tmp_path_factory.mktemp("town") / "node", traders.acts())
    found.start()
    yield found
    found.stop()


def make_key(device):
    """Make a key on a device; the public key that it shows."""
    device.go("/shop/key")
    device.page.get_by_role("button", name="열쇠 만들기").click()
    device.page.get_by_alt_text("이 기기의 공개 열쇠 QR 코드").wait_for()
    return device.page.locator("pre").inner_text()


def test_a_new_merchant_applies_with_the_key_that_it_made_here(served, visit):
    """Its bank gives it another name than that of its key: the browser learns that by signing in."""
    owner = visit()
    point = make_key(owner)
    key = NewKey(public_key=point, sort="jws")
    act = RegisterMerchants(by="bank-a", merchants=[NewMerchant(party="newcomer", key=key)])
    ledger.send(served, act, OpenAccounts(by="bank-a", owners=["newcomer"]), by=officer("bank-a"))
    owner.go("/shop")
    owner.page.get_by_text("가맹점을 신청합니다").wait_for()
    owner.check_page()
    owner.page.get_by_label("동네 이름").fill("부산 영주동")
    owner.page.get_by_role("button", name="찾기").click()
    owner.page.get_by_label("가게가 있는 곳").wait_for()
    owner.page.get_by_label("업종", exact=True).select_option("5462")
    owner.page.get_by_label("산업분류 코드").fill("빵집")
    owner.page.get_by_role("button", name="다음").click()
    owner.page.get_by_text("한국표준산업분류의 숫자 5자리입니다").wait_for()
    owner.check_page()
    owner.page.get_by_label("업종", exact=True).select_option("5462")
    owner.page.get_by_label("산업분류 코드").fill("56191")
    owner.page.get_by_role("button", name="다음").click()
    owner.page.get_by_text("부산광역시 중구 영주동").wait_for()
    owner.check_page()
    owner.page.get_by_role("button", name="서명하고 신청").click()
    owner.page.get_by_text("신청을 살펴보고 있습니다").wait_for()
    owner.check_page()
    ledger.send(served, Approve(by="operator", merchants=["newcomer"]), by=officer("operator"))
    owner.go("/shop")
    owner.page.get_by_role("button", name="QR 보이기").wait_for()


def test_a_till_is_added_by_its_key_and_signed_out_when_it_is_stopped(served, visit):
    owner, till = visit(language="en", phone=False), visit()
    owner.be("shop", town.BAKERY)
    point = make_key(till)
    owner.go("/shop/tills")
    owner.page.get_by_label("The till's public key").fill("nothing")
    owner.page.locator("#key").press("Enter")
    owner.page.get_by_text("This is no public key.").wait_for()
    owner.check_page()
    owner.page.get_by_label("The till's public key").fill(point)
    owner.page.locator("#key").press("Enter")
    owner.page.get_by_role("heading", name="Add this till?").wait_for()
    owner.check_page()
    owner.page.get_by_role("button", name="Sign and add").click()
    owner.page.get_by_text("In use").wait_for()
    owner.check_page()
    till.go("/shop")
    till.page.get_by_text("결제가 되면 바로 여기에 보입니다").wait_for()
    till.go("/shop/tills")
    till.page.get_by_text("이 화면을 보여 드릴 수 없습니다").wait_for()
    till.go("/shop")
    till.page.get_by_text("결제가 되면 바로 여기에 보입니다").wait_for()
    owner.page.get_by_role("button", name="Stop till").click()
    owner.page.get_by_role("button", name="Sign and stop").click()
    owner.page.get_by_text("Stopped").wait_for()
    till.go("/shop")
    till.page.get_by_text("이 열쇠로는 더 서명할 수 없습니다").wait_for()
    till.check_page()


def test_an_agent_is_appointed_and_dismissed(visit):
    owner = visit()
    owner.be("shop", town.BAKERY)
    owner.go("/shop/entry")
    owner.page.get_by_text("결제를 받을 수 있습니다").wait_for()
    owner.check_page()
    owner.page.get_by_role("link", name="결제대행").click()
    owner.page.get_by_label("결제대행 이름").fill("nobody")
    owner.page.get_by_role("button", name="다음").click()
    owner.page.get_by_text("그런 이름의 결제대행이 없습니다").wait_for()
    owner.check_page()
    owner.page.get_by_label("결제대행 이름").fill(traders.AGENT)
    owner.page.get_by_role("button", name="다음").click()
    owner.page.get_by_role("button", name="서명하고 맡기기").click()
    owner.page.get_by_role("button", name=f"{traders.AGENT} 그만두기").click()
    owner.page.get_by_role("button", name="서명하고 그만두기").click()
    owner.page.get_by_text("가게 이름으로 파는 결제대행이 없습니다").wait_for()


def test_the_day_closes_with_takings_payouts_and_files(served, visit):
    voucher = ledger.voucher_of(served, town.ALICE)
    for number, amount in enumerate((12_000, 3_000), 1):
        part = PaymentPart(voucher=voucher, amount=amount)
        act = Pay(by=town.ALICE.party, programme=town.COUPON, merchant="bakery", order=f"c-{number}", parts=[part])
        ledger.send(served, act, by=town.ALICE)
    ledger.send(served, PayOut(by="ministry", programme=town.COUPON, merchants=["bakery"]), by=officer("ministry"))
    owner = visit(phone=False)
    owner.be("shop", town.BAKERY)
    owner.go("/shop/day")
    owner.page.get_by_role("cell", name="15,000원", exact=True).wait_for()
    # Lists follow the ledger a moment later.
    for _ in range(20):
        if owner.page.get_by_text("이 날 정산받은 돈이 없습니다").count() == 0:
            break
        owner.page.wait_for_timeout(250)
        owner.page.reload()
    owner.page.locator("dl.facts dd", has_text="15,000원").last.wait_for()
    owner.check_page()
    with owner.page.expect_download() as download:
        owner.page.get_by_role("link", name="결제 내역 내려받기").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(int(row["금액(원)"]) for row in rows) == [3_000, 12_000]
    assert {row["주문 번호"] for row in rows} == {"c-1", "c-2"}
    with owner.page.expect_download() as download:
        owner.page.get_by_role("link", name="정산 내역 내려받기").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert [int(row["금액(원)"]) for row in csv.DictReader(file)] == [15_000]
    owner.go("/shop/day?day=2025-01-01")
    owner.page.get_by_text("이 날 받은 결제도, 정산받을 돈도 없습니다").wait_for()
    owner.go("/shop/refused")
    owner.page.get_by_text("최근에 안 된 결제가 없습니다").wait_for()
    owner.check_page()
