"""Every page of the console in both languages, at a desk and on a phone; and spending as plots to take away."""

import re

from playwright.sync_api import expect

from madang.services.vouchers.transactions import Pay, PaymentPart
from tests.browser import ledger, town
from tests.browser.visitor import DESK, PHONE
from tests.support.cast import officer

PROGRAMME = f"/console/programmes/{town.COUPON}"
PAGES = (
    "/console",
    "/console/key",
    "/console/officers",
    "/console/record",
    "/console/record/data",
    "/console/health",
    "/console/appeals",
    "/console/applications",
    "/console/flags",
    "/console/disputes",
    "/console/cases",
    "/console/write",
    PROGRAMME,
    *(
        f"{PROGRAMME}/{page}"
        for page in (
            *("rules", "try", "grants", "vouchers", "payouts", "spending", "settlement"),
            *("money", "funders", "authorities", "proof"),
        )
    ),
)
HANGUL = re.compile("[가-힣]")


def test_every_page_speaks_both_languages_and_fits_desk_and_phone(visit):
    one = visit(phone=False)
    one.be("console", officer("ministry"))
    one.go("/console")
    one.page.locator("#waiting").wait_for()
    for path in PAGES:
        answer = one.go(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(one.page.locator("html")).to_have_attribute("lang", "ko")
        one.check_page()
        one.page.set_viewport_size(PHONE)
        one.page.get_by_role("button", name="English").click()
        expect(one.page.locator("html")).to_have_attribute("lang", "en")
        assert one.page.url.endswith(path), one.page.url
        assert not HANGUL.search(one.page.locator("main").inner_text()), path
        one.check_page()
        one.page.set_viewport_size(DESK)
        one.page.get_by_role("button", name="한국어").click()
        expect(one.page.locator("html")).to_have_attribute("lang", "ko")


def test_spending_is_plotted_and_taken_away_as_png_and_csv(visit, served):
    number = ledger.voucher_of(served, town.ALICE)
    for order, amount in enumerate((12_000, 8_500)):
        parts = [PaymentPart(voucher=number, amount=amount)]
        paid = Pay(by=town.ALICE.party, programme=town.COUPON, merchant="bakery", order=f"o-{order}", parts=parts)
        ledger.send(served, paid, by=town.ALICE)
    one = visit(phone=False, language="en")
    one.be("console", officer("ministry"))
    one.go("/console")
    one.page.locator("#waiting").wait_for()
    for _ in range(40):
        one.go(f"{PROGRAMME}/spending")
        if one.page.get_by_text("₩20,500").count():
            break
        one.page.wait_for_timeout(250)
    expect(one.page.get_by_role("img", name=re.compile("Spending by hour"))).to_be_visible()
    expect(one.page.locator("svg.plot")).to_have_count(4)
    expect(one.page.locator("#region .value")).to_have_text("₩20,500")
    one.check_page()
    with one.page.expect_download() as picture:
        one.page.locator("button.png").first.click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    with one.page.expect_download() as table:
        one.page.get_by_role("link", name="Download the table").first.click()
    lines = table.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "region,name,payments,amount,refunded,net"
    assert lines[1].endswith(",2,20500,0,20500")
    one.go(f"{PROGRAMME}/settlement")
    expect(one.page.locator("main")).to_contain_text("₩20,500")
    one.check_page()


def test_other_institutions_see_no_more_than_concerns_them(visit):
    one = visit(phone=False, language="en")
    one.be("console", officer("bank-a"))
    one.go("/console")
    one.page.get_by_text("No programme concerns your institution yet.").wait_for()
    for path in (PROGRAMME, f"{PROGRAMME}/spending"):
        answer = one.go(path)
        assert answer is not None
        assert answer.status == 404
    treasury = visit(phone=False, language="en")
    treasury.be("console", officer("treasury-bank"))
    treasury.go("/console")
    treasury.page.get_by_role("link", name="Consumption coupon 2025").click()
    treasury.page.get_by_role("link", name="Pay merchants out").wait_for()
    answer = treasury.go(f"{PROGRAMME}/spending")
    assert answer is not None
    assert answer.status == 403
    treasury.check_page()
