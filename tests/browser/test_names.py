"""People read what shops and institutions are called, and find their way from an address where nothing is."""

import re
from collections.abc import Iterator

import pytest

from madang.services.vouchers.transactions import Pay, PaymentPart
from tests.browser import ledger, town
from tests.browser.conftest import Served
from tests.support.cast import officer

NAMES = """
ministry: {ko: "행정안전부", en: "Ministry of the Interior"}
treasury-bank: {ko: "나라은행", en: "Treasury Bank"}
bank-a: {ko: "가나은행", en: "First Bank"}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A town whose operator says what institutions are called, and where Alice has paid at the bakery."""
    found = Served(tmp_path_factory.mktemp("town") / "node")
    (found.folder / "names.yaml").write_text(NAMES, encoding="utf-8")
    found.start()
    part = PaymentPart(voucher=ledger.voucher_of(found, town.ALICE), amount=12_000)
    pay = Pay(by=town.ALICE.party, programme=town.COUPON, merchant="bakery", order="one", parts=[part], own=0)
    ledger.send(found, pay, by=town.ALICE)
    yield found
    found.stop()


@pytest.mark.parametrize(
    ("language", "shop", "day"),
    [("ko", "식료품·슈퍼마켓 · ", r"20\d\d년 \d+월 \d+일까지"), ("en", "Grocery · ", r"until \d+ [A-Z][a-z]+ 20\d\d")],
    ids=["ko", "en"],
)
def test_payments_and_notices_say_where_and_when(visit, language, shop, day):
    """The directory has no name for this shop: what it sells and where is said, never its key."""
    alice = visit(phone=True, language=language)
    alice.be("wallet", town.ALICE)
    alice.enter("/wallet/payments")
    row = alice.page.locator("a.row", has_text=shop)
    row.wait_for()
    assert "bakery" not in row.inner_text()
    alice.check_page()
    row.click()
    alice.page.locator("section.receipt button.check").wait_for()
    alice.check_page()
    alice.go("/wallet/receipts")
    assert alice.page.locator("#receipts .shop").inner_text().startswith(shop)
    alice.check_page()
    alice.go("/wallet/notices")
    assert shop in alice.page.locator("li.row", has_text="12,000").inner_text()
    assert re.search(day, alice.page.locator("main").inner_text())
    alice.check_page()


@pytest.mark.parametrize(
    ("language", "ministry", "bank"),
    [
        ("ko", "행정안전부", "나라은행 (treasury-bank)"),
        ("en", "Ministry of the Interior", "Treasury Bank (treasury-bank)"),
    ],
)
def test_institutions_are_called_by_name(visit, language, ministry, bank):
    anyone = visit(phone=False, language=language)
    anyone.go("/explorer/totals")
    assert ministry in anyone.page.locator("main").inner_text()
    assert anyone.page.get_by_role("rowheader", name=bank, exact=True).count() == 1
    anyone.check_page()
    manager = visit(phone=False, language=language)
    manager.be("console", officer("ministry"))
    manager.enter("/console")
    assert ministry in manager.page.locator("h1").inner_text()
    manager.go(f"/console/programmes/{town.COUPON}")
    shown = manager.page.locator("main").inner_text()
    assert f"{ministry} (ministry)" in shown and bank in shown
    manager.check_page()


@pytest.mark.parametrize("path", ["/nothing", "/wallet/nothing", "/console/no/such/page"])
@pytest.mark.parametrize(("language", "title"), [("ko", "없는 주소입니다"), ("en", "Nothing is at this address")])
def test_a_mistyped_address_leads_on(visit, path, language, title):
    lost = visit(phone=True, language=language)
    answer = lost.go(path)
    assert answer is not None and answer.status == 404
    assert lost.page.locator("h1").inner_text() == title
    lost.check_page()
    lost.page.locator("main a[href='/wallet']").first.click()
    lost.page.locator("#sign-in").wait_for()


def test_a_program_gets_a_problem_where_a_person_gets_a_page(visit):
    program = visit()
    answer = program.context.request.get("/wallet/nothing", headers={"accept": "application/json"})
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "http.not_found"
    answer = program.context.request.get("/wallet/nothing", headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"
