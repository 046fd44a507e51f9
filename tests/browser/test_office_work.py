"""What an institution has before it: appeals decided by another officer, flags, freezes, and the lists with filters."""

import hashlib
import time

from playwright.sync_api import expect

from madang.services.appeals.transactions import Lodge
from madang.services.fraud.transactions import FlagRow, RaiseFlags
from tests.browser import ledger, town
from tests.support.cast import officer, officers


def sign_in(one, wallet) -> None:
    one.be("console", wallet)
    one.go("/console")
    one.page.locator("#waiting").wait_for()


def sign(one) -> None:
    one.page.locator("form.sign button[type=submit]").click()
    one.page.wait_for_url("**/console/done/*")


def listed(one, path: str, count: int) -> None:
    """Wait until a list, which is a moment behind the ledger, has so many rows."""
    deadline = time.monotonic() + 60
    while True:
        one.go(path)
        rows = one.page.locator("tbody tr")
        if rows.count() == count or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    expect(rows).to_have_count(count)


def test_an_appeal_is_taken_by_one_officer_and_decided_by_another(visit, served):
    lodge = Lodge(by=town.ALICE.party, programme=town.COUPON, matter="amount", ground="birth", office="desk")
    ledger.send(served, lodge, by=town.ALICE)
    first, second = visit(phone=False), visit(phone=False, language="en")
    sign_in(first, officers("desk")[0])
    sign_in(second, officers("desk")[1])

    listed(first, "/console/appeals?status=open", 1)
    expect(first.page.locator("tbody tr")).to_contain_text("출생")
    first.check_page()
    first.go("/console/appeals?matter=region")
    first.page.get_by_text("해당하는 것이 없습니다.").wait_for()
    listed(first, "/console/appeals", 1)
    first.page.locator("tbody a").click()
    first.check_page()
    first.page.get_by_role("button", name="내가 맡기").click()
    sign(first)
    listed(first, "/console/appeals", 1)
    first.page.locator("tbody a").click()
    first.page.get_by_text("결정은 다른 담당자가 합니다").wait_for()

    listed(second, "/console/appeals?status=taken", 1)
    second.page.locator("tbody a").click()
    second.page.get_by_label("Outcome").select_option("dismissed")
    second.page.get_by_label("Written reason").fill("The birth was counted in the amount that was granted.")
    second.check_page()
    second.page.get_by_role("button", name="Next").click()
    second.page.get_by_text("Save the reason before you sign").wait_for()
    second.check_page()
    with second.page.expect_download() as download:
        second.page.get_by_role("link", name="Download the reason").click()
    assert "counted in the amount" in download.value.path().read_text(encoding="utf-8")
    sign(second)
    second.page.get_by_text("It is on the ledger.").wait_for()
    listed(second, "/console/appeals?outcome=dismissed", 1)


def test_a_flag_is_set_aside_and_a_voucher_frozen_by_its_reference(visit, served):
    evidence = hashlib.sha256(b"seen").hexdigest()
    rows = [FlagRow(sort="merchant", subject="bakery", reason="burst", evidence=evidence)]
    ledger.send(served, RaiseFlags(by="ministry", programme=town.COUPON, rows=rows), by=officer("ministry"))
    one = visit(phone=True, language="en")
    sign_in(one, officer("ministry"))
    listed(one, "/console/flags?standing=waiting", 1)
    one.check_page()
    one.page.locator("tbody a").click()
    one.check_page()
    one.page.locator("#reason-aside").fill("A fair was on.")
    one.page.locator("form", has=one.page.locator("#reason-aside")).get_by_role("button").click()
    sign(one)
    listed(one, "/console/flags?standing=set_aside", 1)

    one.go(f"/console/programmes/{town.COUPON}/vouchers")
    one.page.get_by_label("Voucher numbers or references").fill("r-chul")
    one.page.get_by_label("What to do").select_option("freeze")
    one.page.locator("form", has=one.page.locator("#vouchers")).get_by_role("button").click()
    one.check_page()
    sign(one)
    one.go(f"/console/programmes/{town.COUPON}/vouchers")
    one.page.get_by_label("Voucher numbers or references").fill("nobody-was-granted-this")
    one.page.locator("form", has=one.page.locator("#vouchers")).get_by_role("button").click()
    one.page.get_by_text("neither a voucher's number nor a granted reference").wait_for()
    one.check_page()


def test_a_new_officer_is_proposed_by_the_key_that_the_person_shows(visit):
    new = visit(phone=False)
    new.passkeys()
    new.go("/console/key")
    new.page.locator(".make-passkey").click()
    new.check_page()
    shown = new.page.locator("#keys pre").inner_text()

    one = visit(phone=False)
    sign_in(one, officer("ministry"))
    one.go("/console/officers")
    one.check_page()
    one.page.get_by_label("공개 열쇠").fill("abc")
    one.page.locator("form", has=one.page.locator("#key")).get_by_role("button").click()
    one.page.get_by_text("다시 확인해 주세요").wait_for()
    one.page.get_by_label("공개 열쇠").fill(shown)
    one.page.locator("form", has=one.page.locator("#key")).get_by_role("button").click()
    sign(one)
    other = visit(phone=False, language="en")
    sign_in(other, officers("ministry")[1])
    other.page.locator("a[href^='/console/proposals/']").first.click()
    expect(other.page.locator("main")).to_contain_text(shown)
    sign(other)

    new.go("/console")
    new.page.locator(".with-key button").click()
    new.page.get_by_role("heading", name="ministry의 업무").wait_for()
